"""NUT: dumps of variables, commands and descriptions, and a server that answers from them."""
