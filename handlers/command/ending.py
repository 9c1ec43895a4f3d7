"""How every program of this project ends: streams that take any text, and no complaint when nobody reads on."""
from __future__ import annotations

import io
import os
import sys
from typing import Callable

from .exits import INTERRUPTED, READER_GONE


def run(main: Callable[[], int]) -> int:
    """The exit code of `main`; INTERRUPTED with a word at Ctrl-C, where `main` has no words of its own for it; READER_GONE,
    without a word, where the reader of standard output went away (`… | head`).

    The signal itself is not used: it would also end the tool where a device closes its connection. A letter that the
    terminal's encoding does not have is printed as its code, and a stream that the caller closed (`>&-`) takes nothing:
    neither may fail after a device was switched.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        try:
            return main()
        finally:                # --help too, which leaves by SystemExit
            sys.stdout.flush()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())      # what is left must not fail at the exit again
        return READER_GONE
