"""How the command-line tools end when nobody reads their output any more; no archive needs this file."""
from __future__ import annotations

import os
import sys
from typing import Callable

READER_GONE = 141       # what a shell gives for a program that SIGPIPE ended


def run(main: Callable[[], int]) -> int:
    """The exit code of `main`; READER_GONE, without a word, where the reader of standard output went away (`… | head`).

    The signal itself is not used: it would also end the tool where a device closes its connection.
    """
    try:
        try:
            return main()
        finally:                # --help too: argparse leaves by SystemExit
            sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())      # what is left must not fail at the exit again
        return READER_GONE
