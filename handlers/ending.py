"""What every command-line tool stands on: streams that take any text, and an end without a word where nobody reads on.

No archive needs this file.
"""
from __future__ import annotations

import io
import os
import sys
from typing import Callable

from .errors import Named, PduHandlerError

READER_GONE = 141       # what a shell gives for a program that SIGPIPE ended
INTERRUPTED = 130       # and for one that Ctrl-C ended

# Settings that are options of the tools.
_OPTIONS = {"ca_pem": "--ca", "fingerprint": "--fingerprint", "verify": "--no-verify", "timeout": "--timeout"}


def by_options(error: PduHandlerError) -> str:
    """The reason of an error for somebody who has no settings but options."""
    return "".join(_OPTIONS.get(part.key, str(part)) if isinstance(part, Named) else part for part in error.parts)


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
        finally:                # --help too: argparse leaves by SystemExit
            sys.stdout.flush()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())      # what is left must not fail at the exit again
        return READER_GONE
