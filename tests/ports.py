"""Free ports of 127.0.0.1 for servers that cannot listen on port 0, and a port that refuses every
connection.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import functools
import os
import random
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Callable, TypeVar

_FIRST, _LAST = 10_000, 32_000  # below Linux's default ephemeral ports (32768 to 60999)
_TRIES = 1000
PORTS_TRIED = 3  # by a program that is started to listen at one
_mine: set[int] = set()
Server = TypeVar("Server")


def at_reserved_port(start: Callable[[int], Server]) -> Server:
    """The server that `start` makes at a reserved port.

    Another program can take the port before the server binds it: one that chooses its ports by
    itself, or a process that was just forked and still holds the socket by which `reserved` asked
    whether the port is free. Then the next port is tried.
    """
    for _ in range(_TRIES):
        try:
            return start(reserved())
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
    raise OSError(f"no free port in {_TRIES} tries")


def reserved() -> int:
    """A port that is free over TCP and UDP. Other calls by the same user skip it until this process
    ends.

    It is below the usual ephemeral ports: the system could give one of those to another program
    before the server binds it.
    """
    for _ in range(_TRIES):
        port = random.randint(_FIRST, _LAST)
        if port not in _mine and _lock(port) and _is_free(port):
            _mine.add(port)
            return port
    raise OSError(f"no free port in {_TRIES} tries")


@functools.lru_cache(maxsize=1)
def _locks() -> int:
    """The descriptor of an empty file in which byte N is locked for port N.

    It stays open: closing it would free all locks.
    """
    return os.open(
        Path(tempfile.gettempdir()) / f"pdu-handlers-ports-{os.getuid()}.lock",
        os.O_RDWR | os.O_CREAT,
        0o600,
    )


def _lock(port: int) -> bool:
    """Locks the byte of a port until this process ends. False if another process holds the lock."""
    try:
        fcntl.lockf(_locks(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except OSError:
        return False
    return True


def _is_free(port: int) -> bool:
    try:
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            with socket.socket(socket.AF_INET, kind) as probe:
                probe.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True


@contextlib.contextmanager
def refusing() -> Iterator[int]:
    """A TCP port that refuses connections.

    It stays bound, so that no other program can listen on it meanwhile.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as bound:
        bound.bind(("127.0.0.1", 0))
        yield int(bound.getsockname()[1])
