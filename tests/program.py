"""Shared by the simulators and the stand-in when run as programs: argument types, start errors, the end by a signal."""
from __future__ import annotations

import argparse
import contextlib
import errno
import os
import signal
import sys
from typing import Iterator, Optional

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


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
        sentence = f"port {named} is in use by another program; choose another" if taken and named else str(error)
        print(f"cannot start: {sentence}", file=sys.stderr)
        raise SystemExit(2) from None


class Asked:
    """Remembers SIGINT, SIGTERM and SIGHUP from its construction on.

    The signals come through a pipe, because a wait for a `threading.Event` can miss a signal that arrives just before it.
    """

    def __init__(self) -> None:
        self._signals, written = os.pipe()
        os.set_blocking(written, False)
        signal.set_wakeup_fd(written)
        for number in _ENDING:
            signal.signal(number, lambda *_: None)

    def wait(self) -> None:
        """Waits until one of the signals has arrived."""
        while os.read(self._signals, 1)[0] not in _ENDING:
            pass
