"""Argument types, errors at the start, and stop signals, for programs below tests/ such as the
simulators.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Optional

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def port(text: str) -> int:
    """An argument's type: a port, or 0 for one that the system chooses."""
    return _between(_whole(text), 0, 65535)


def count(text: str) -> int:
    """An argument's type: a whole number of at least 0."""
    return _between(_whole(text), 0, sys.maxsize)


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None


def _between(value: int, first: int, last: int) -> int:
    if not first <= value <= last:
        raise argparse.ArgumentTypeError(
            f"{value} is below {first}"
            if value < first and last == sys.maxsize
            else f"{value} is not from {first} to {last}"
        )
    return value


@contextlib.contextmanager
def starting(*ports: Optional[int]) -> Iterator[None]:
    """Turns an OSError or ValueError of the block into a line on stderr and exit code 2.

    `ports`: those that the block opens.
    """
    try:
        yield
    except (OSError, ValueError) as error:
        is_port_in_use = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        numbers = " or ".join(str(port) for port in dict.fromkeys(ports) if port)
        sentence = (
            f"port {numbers} is already in use; choose another"
            if is_port_in_use and numbers
            else f"{error}; --help has the options"
        )
        print(f"cannot start: {sentence}", file=sys.stderr)
        raise SystemExit(2) from None


@contextlib.contextmanager
def trust_file(ca_pem: str, fingerprint: str) -> Iterator[None]:
    """Prints what a client may trust a server by: a file with the authority, which is removed at
    the end of the block, and the fingerprint of the certificate.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ca.pem"
        file.write_text(ca_pem, "ascii")
        print(f"CA file      {file}\nfingerprint  {fingerprint}", flush=True)
        yield


class StopSignals:
    """A context manager that catches SIGINT, SIGTERM and SIGHUP, and restores their handlers at its
    end.

    Python writes their numbers into a pipe, which `wait` reads. A `threading.Event` set by a
    handler is not enough: a signal right before the wait for the event might not end this wait.
    """

    def __enter__(self) -> StopSignals:
        self._signals, self._written = os.pipe()
        os.set_blocking(self._written, False)
        self._other = signal.set_wakeup_fd(self._written)
        self._before = {number: signal.signal(number, lambda *_: None) for number in STOP_SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._other)
        os.close(self._signals)
        os.close(self._written)

    def wait(self) -> None:
        """Waits for one of the signals, or takes one that has already arrived."""
        while os.read(self._signals, 1)[0] not in STOP_SIGNALS:
            pass
