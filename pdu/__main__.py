"""`python -m pdu`, or this folder run by its path: the command `pdu`.

This file must compile on old Python versions, so that they print the error below and not a
SyntaxError.
"""

import sys

if sys.version_info < (3, 9):
    sys.stderr.write(
        "pdu needs Python 3.9 or newer; this is Python %d.%d: call it with a newer one\n"
        % sys.version_info[:2]
    )
    sys.exit(2)
if not __package__:  # run by path: `python pdu`, or this file, from any folder
    import os
    from importlib import import_module
    from importlib.machinery import ModuleSpec

    # a link may have another name
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
    # so that relative imports work
    __package__, __spec__ = "pdu", ModuleSpec("pdu.__main__", None)
    import_module(__package__)

try:
    from .start import program
except KeyboardInterrupt:  # Ctrl-C during the imports
    sys.exit(130)

if __name__ == "__main__":
    program()
