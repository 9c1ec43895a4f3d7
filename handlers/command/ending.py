"""The start and end of every program of this project: any text can be printed, and a closed pipe causes no traceback."""
from __future__ import annotations

import io
import os
import sys
from typing import Callable

from .exits import INTERRUPTED, READER_GONE


def run(main: Callable[[], int]) -> int:
    """Runs `main` and returns its exit code.

    Ctrl-C prints "interrupted" and returns INTERRUPTED, unless `main` handles it. If the reader of standard output has closed
    the pipe (`... | head`), it returns READER_GONE and prints nothing. SIGPIPE stays ignored: it would also end the program when
    a device closes its connection. Characters that the terminal's encoding lacks are printed as escapes, and closed streams
    (`>&-`) are replaced, so that no output fails after a device was switched.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        try:
            return main()
        finally:                # also runs after --help, which raises SystemExit
            sys.stdout.flush()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())      # Python flushes the rest when it exits
        return READER_GONE
