"""A server of `socketserver` or `http.server` in a thread of its own."""

from __future__ import annotations

import contextlib
import socketserver
import threading
from collections.abc import Iterator
from typing import TypeVar

from tests.waiting import finished

S = TypeVar("S", bound=socketserver.BaseServer)


@contextlib.contextmanager
def in_thread(server: S) -> Iterator[S]:
    """The server answers during the block, and is closed at its end."""
    # so long a shutdown may wait, in s
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        finished(thread)
        server.server_close()
