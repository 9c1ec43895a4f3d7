"""For the simulators and the stand-in as programs: types of arguments, refusals in one sentence, the end by a signal."""
from __future__ import annotations

import argparse
import contextlib
import errno
import signal
import sys
import threading
from typing import Iterator, Optional


def port(text: str) -> int:
    """An argument's type: a port, or 0 for one that the system chooses."""
    return _between(int(text), 0, 65535)


def count(text: str) -> int:
    """An argument's type: a number from 0."""
    return _between(int(text), 0, sys.maxsize)


def rounds(text: str) -> int:
    """An argument's type: a number of measurements, from 1."""
    return _between(int(text), 1, sys.maxsize)


def seconds(text: str) -> float:
    """An argument's type: a time to wait, 0 to 3600 s."""
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
def starting(*ports: Optional[int]) -> Iterator[None]:
    """Turns a port of `ports` that is taken, or a file that cannot be written, into one sentence and exit code 2."""
    try:
        yield
    except (OSError, ValueError) as error:
        taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        named = " or ".join(str(port) for port in ports if port)
        said = f"port {named} is in use by another program; choose another" if taken and named else str(error)
        print(f"cannot start: {said}", file=sys.stderr)
        raise SystemExit(2) from None


def asked_to_end() -> threading.Event:
    """An event that SIGINT, SIGTERM and SIGHUP set."""
    asked = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: asked.set())
    return asked
