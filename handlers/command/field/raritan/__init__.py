"""Xerus: recorded JSON-RPC calls with their results, and a web server that answers from them."""
