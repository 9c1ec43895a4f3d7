"""A TCP server on 127.0.0.1 for one connection, which a function of the test serves."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Callable

from tests.waiting import PATIENCE_S, finished


@contextlib.contextmanager
def serving(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """The server's port.

    `talk` serves the first connection in a thread and must return when the client disconnects.
    """

    def serve() -> None:
        with contextlib.suppress(OSError):
            connection, _ = listener.accept()
            # so a second connection does not wait for an answer
            listener.close()
            with connection:
                connection.settimeout(PATIENCE_S)
                talk(connection)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PATIENCE_S)
        thread = threading.Thread(target=serve, name="scripted server", daemon=True)
        thread.start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)  # ends `accept` if no client has connected
            finished(thread)
