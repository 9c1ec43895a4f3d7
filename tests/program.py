"""What the simulators and the stand-in have in common as programs: their arguments, how they refuse, how they end."""
from __future__ import annotations

import argparse
import contextlib
import signal
import sys
import threading
from typing import Iterator


def port(text: str) -> int:
    """An argument's type: a port, or 0 for one that the system chooses."""
    return _between(int(text), 0, 65535)


def count(text: str) -> int:
    """An argument's type: how many, none included."""
    return _between(int(text), 0, sys.maxsize)


def rounds(text: str) -> int:
    """An argument's type: how often something is measured."""
    return _between(int(text), 1, sys.maxsize)


def seconds(text: str) -> float:
    """An argument's type: a time to wait."""
    value = float(text)
    if not 0 <= value <= 3600:
        raise argparse.ArgumentTypeError(f"{text} is not from 0 to 3600")
    return value


def _between(value: int, first: int, last: int) -> int:
    if not first <= value <= last:
        raise argparse.ArgumentTypeError(f"{value} is not from {first} to {last}"
                                         if last < sys.maxsize else f"{value} is below {first}")
    return value


@contextlib.contextmanager
def starting() -> Iterator[None]:
    """Around what cannot be done as asked (a port that is taken, a file that cannot be written): a sentence, exit code 2."""
    try:
        yield
    except (OSError, ValueError) as error:
        print(f"cannot start: {error}", file=sys.stderr)
        raise SystemExit(2) from None


def told_to_end() -> threading.Event:
    """Set by Ctrl-C, by a request to end, and by a terminal that is closed."""
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: told.set())
    return told
