"""The entry point of the installed program `pdu` and of `python -m pdu`.

`pdu --version` answers before the command line is imported, whose packages may be missing.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Sequence
from typing import NoReturn, Optional

from .cli.invocation import VERSION_LINE


def program() -> NoReturn:
    """Runs the command of the process's arguments, and ends the process with its exit code: also if
    a handler of others left a pool of threads, for whose work Python would wait.
    """
    code = main()
    if threading.active_count() > 1:
        with contextlib.suppress(OSError, ValueError, AttributeError):  # closed, or none
            sys.stdout.flush()
        atexit._run_exitfuncs()  # removes the folders of unpacked archives, for example
        os._exit(code)
    sys.exit(code)


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Runs one command and returns its exit code; 2 if a package is missing. Ctrl-C during the
    imports ends the program without a traceback.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    asks_version = words in (["--version"], ["-V"])
    if asks_version and _print_version():
        return 0
    previous_handler = signal.signal(signal.SIGINT, signal.SIG_DFL)
    # imported late: after the version, and the packages of `root` may be missing
    from .cli import exit_handling

    try:
        from . import root
    except ModuleNotFoundError as error:
        remedy = exit_handling.missing_package_advice(error)
        if not remedy:
            raise
        print(f"pdu: {remedy}", file=sys.stderr)
        return 2
    finally:
        signal.signal(signal.SIGINT, previous_handler)
    return exit_handling.run(lambda: root.run(words))


def _print_version() -> bool:
    """Print the version. Returns whether standard output took it: if not, the whole command, which
    is imported then, says why.
    """
    try:
        print(VERSION_LINE, flush=True)
    except (OSError, ValueError):  # ValueError: closed
        return False
    return sys.stdout is not None
