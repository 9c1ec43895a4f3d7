"""More slow clients than any server of ours lets in."""

from __future__ import annotations

import contextlib
import resource
import socket
from collections.abc import Iterator

from tests.waiting import PATIENCE_S

CLIENTS = 1_100


@contextlib.contextmanager
def slow_clients(port: int, begin: bytes = b"G", number: int = CLIENTS) -> Iterator[None]:
    """Connect them, and let each send `begin` and no more, until the block ends."""
    with contextlib.ExitStack() as stack:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft < number + 200:
            resource.setrlimit(resource.RLIMIT_NOFILE, (number + 200, hard))
            stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        for _ in range(number):
            connection = stack.enter_context(
                socket.create_connection(("127.0.0.1", port), PATIENCE_S)
            )
            with contextlib.suppress(OSError):
                connection.sendall(begin)
        yield
