"""A TCP relay on 127.0.0.1 that delays all bytes by half of a round-trip time in each direction.

It simulates a distant network, but does not delay the opening of a connection, which over a real
network takes a round trip.
"""

from __future__ import annotations

import contextlib
import queue
import socket
import socketserver
import threading
import time
from collections.abc import Iterator

from tests.servers.serving import in_thread
from tests.simulators.web import PromptServer

Chunk = tuple[float, bytes]  # when to forward the bytes, and the bytes; b"" ends the stream


@contextlib.contextmanager
def delay_relay(host: str, port: int, round_trip_s: float) -> Iterator[int]:
    """The relay's port. It forwards to `host` and `port`."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            near: socket.socket = self.request
            near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with socket.create_connection((host, port)) as far:
                far.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threads = []
                for source, sink in ((near, far), (far, near)):
                    chunks: queue.Queue[Chunk] = queue.Queue()
                    for run, end in ((_take, source), (_give, sink)):
                        arguments = (end, chunks, round_trip_s / 2)
                        threads.append(threading.Thread(target=run, args=arguments, daemon=True))
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()

    with in_thread(PromptServer(("127.0.0.1", 0), Handler)) as server:
        yield int(server.server_address[1])


def _take(source: socket.socket, chunks: queue.Queue[Chunk], delay_s: float) -> None:
    """Queue what arrives, each chunk with the time at which it is due; b"" at the end."""
    data = b"-"
    while data:
        try:
            data = source.recv(65536)
        except OSError:
            data = b""
        chunks.put((time.monotonic() + delay_s, data))


def _give(sink: socket.socket, chunks: queue.Queue[Chunk], _: float) -> None:
    with contextlib.suppress(OSError):
        while True:
            due, data = chunks.get()
            time.sleep(max(0.0, due - time.monotonic()))
            if not data:
                sink.shutdown(socket.SHUT_WR)
                return
            sink.sendall(data)
