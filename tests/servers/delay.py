"""A TCP relay on 127.0.0.1 that delays all bytes by half of a round-trip time in each direction.

It simulates a distant network, but does not delay the opening of a connection, which over a real
network takes a round trip.
"""

from __future__ import annotations

import contextlib
import functools
import queue
import socket
import threading
import time
from typing import Callable, Optional

Chunk = tuple[float, bytes]  # when to forward the bytes, and the bytes; b"" ends the stream


class DelayRelay:
    """Relays to the given `host` and `port`; a context manager.

    Clients connect to its attributes `host` and `port`.
    """

    host = "127.0.0.1"

    def __init__(self, host: str, port: int, round_trip_s: float) -> None:
        self._target, self._half = (host, port), round_trip_s / 2
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server((self.host, 0))
        self.port: int = self._listener.getsockname()[1]
        self._start(self._accept)

    def __enter__(self) -> DelayRelay:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Closes all connections and the listener. May be called more than once."""
        self._close(self._listener)
        self._threads[0].join(5)  # runs `_accept`; after its end, no socket is added
        for one in self._sockets:
            self._close(one)
        for thread in self._threads:
            thread.join(5)

    @staticmethod
    def _close(one: socket.socket) -> None:
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()

    def _start(self, run: Callable[[], None]) -> None:
        thread = threading.Thread(target=run, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(self._target)
            except OSError:
                near.close()
                continue
            for one in (near, far):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._sockets.append(one)
            for source, sink in ((near, far), (far, near)):
                chunks: queue.Queue[Chunk] = queue.Queue()
                self._start(functools.partial(self._take, source, chunks))
                self._start(functools.partial(self._give, sink, chunks))

    def _take(self, source: socket.socket, chunks: queue.Queue[Chunk]) -> None:
        data: Optional[bytes] = None
        while data != b"":
            try:
                data = source.recv(65536)
            except OSError:
                data = b""
            chunks.put((time.monotonic() + self._half, data))

    def _give(self, sink: socket.socket, chunks: queue.Queue[Chunk]) -> None:
        with contextlib.suppress(OSError):
            while True:
                due, data = chunks.get()
                time.sleep(max(0.0, due - time.monotonic()))
                if not data:
                    sink.shutdown(socket.SHUT_WR)
                    return
                sink.sendall(data)
