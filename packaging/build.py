"""Build the archives that DCImanager takes, and the script that registers them.

    python packaging/build.py [NAME ...] [--out DIR]
    python packaging/build.py --profile FILE.json       an archive for a PDU of your own; --help has
    the other options

Run it by path: this folder is not a Python package, because it would hide the library `packaging`.
Every Python must be able to parse this file, so that an old one can print that it is too old.
"""

import os
import signal
import sys

if sys.version_info < (3, 9):
    sys.stderr.write(
        "build.py needs Python 3.9 or newer; this is Python %d.%d: use a newer one\n"
        % sys.version_info[:2]
    )
    sys.exit(2)

if __name__ == "__main__":
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:0] = [here, os.path.dirname(here)]
    # Ctrl-C during the imports, which take a second, ends the program without a traceback
    previous_handler = signal.signal(signal.SIGINT, signal.SIG_DFL)
    from builder import command
    from pdu.cli import exit_handling

    signal.signal(signal.SIGINT, previous_handler)
    sys.exit(exit_handling.run(command.main))
