"""The entry point of the installed program `pdu` and of `python -m pdu`.

What only other commands need is imported after `pdu --version` has answered: `typing` and `signal`
alone take as long as Python's own start.
"""

from __future__ import annotations

import gc
import sys

from handlers import VERSION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn, Optional

_INTERRUPTED = 130  # that of exits.py
# The default of 700 is reached 30 times while a command and a handler are imported.
_OBJECTS_BEFORE_SCAN = 20_000
VERSION_LINE = f"pdu {VERSION}, Python {sys.version.split()[0]}"


def program() -> NoReturn:
    """Runs the command of the process's arguments, and ends the process with its exit code."""
    code = main()
    gc.freeze()  # nothing is worth a last scan
    sys.exit(code)


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Runs one command and returns its exit code; 2 if a package is missing. Ctrl-C during the
    imports ends the program without a traceback.

    The garbage collector is off during the imports and never scans their objects later, and a short
    command ends before its first scan: that saves about a seventh of its CPU time.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words in (["--version"], ["-V"]) and _is_printed(VERSION_LINE):
        return 0
    gc.disable()
    try:
        import signal  # imported late: 20 ms with `exit_handling`, which `--version` does not need

        from .core.cli import exit_handling
    except KeyboardInterrupt:
        return _INTERRUPTED
    previous_handler = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        from . import root  # imported late: 26 ms, and its packages may be missing
    except ModuleNotFoundError as error:
        remedy = exit_handling.missing_package_advice(error)
        if not remedy:
            raise
        print(f"pdu: {remedy}", file=sys.stderr)
        return 2
    finally:
        signal.signal(signal.SIGINT, previous_handler)
        gc.freeze()
        gc.set_threshold(_OBJECTS_BEFORE_SCAN)
        gc.enable()
    return exit_handling.run(lambda: root.run(words))


def _is_printed(line: str) -> bool:
    """Whether standard output took the line. If not, the command as a whole says why."""
    try:
        print(line, flush=True)
    except (OSError, ValueError):  # ValueError: closed
        return False
    return sys.stdout is not None
