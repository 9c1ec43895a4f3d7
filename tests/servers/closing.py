"""A relay on 127.0.0.1 that closes its connections after answers, as some units do."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import threading
import time
from collections import Counter
from typing import BinaryIO, Optional

from tests.waiting import PATIENCE_S, finished


class ClosingRelay:
    """Forwards requests to the plain HTTP server at `port`, each over a connection of its own.

    It closes a client's connection `delay` seconds after its answer number `answers` (0: never),
    and reads nothing meanwhile. `tls` is for the client's side, and with `notify` the relay ends
    TLS properly. `lingers`: it ends its own side at once, and the connection after the delay.
    `header` is added to each answer. Connections beyond the first `most` are closed at once, with
    `refuses` they are refused.
    `talks` counts the connections, and `served` the requests that were answered, by method.
    """

    def __init__(
        self,
        port: int,
        delay: float,
        answers: int = 1,
        *,
        tls: Optional[ssl.SSLContext] = None,
        notify: bool = False,
        lingers: bool = False,
        header: str = "",
        most: Optional[int] = None,
        refuses: bool = False,
    ) -> None:
        self._most = most
        self._refuses = refuses
        self._target = port
        self._delay = delay
        self._answers = answers
        self._tls = tls
        self._notify = notify
        self._lingers = lingers
        self._header = header
        self.talks = 0
        self.served: Counter[str] = Counter()
        self._stopping = False
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._start(self._accept)

    def __enter__(self) -> ClosingRelay:
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping = True
        with socket.socket() as poke:  # ends the pending accept
            poke.connect_ex(("127.0.0.1", self.port))
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        finished(*self._threads)
        self._listener.close()

    def _start(self, run: object, *arguments: object) -> None:
        assert callable(run)
        thread = threading.Thread(target=run, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            client, _ = self._listener.accept()
            if self._stopping:
                client.close()
                return
            client.settimeout(PATIENCE_S)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._open.append(client)
            self.talks += 1
            if self._most is not None and self.talks > self._most:
                client.close()
                continue
            self._start(self._talk, client)
            if self._refuses and self.talks == self._most:
                self._listener.close()
                return

    def _talk(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            secured = (
                self._tls.wrap_socket(client, server_side=True) if self._tls is not None else client
            )
            self._open.append(secured)
            with secured, secured.makefile("rb") as stream:
                self._answer(secured, stream)

    def _answer(self, client: socket.socket, stream: BinaryIO) -> None:
        count = 0
        while request := _message(stream):
            with socket.create_connection(("127.0.0.1", self._target), PATIENCE_S) as unit:
                unit.sendall(request)
                with unit.makefile("rb") as answer:
                    start, _, rest = _message(answer).partition(b"\r\n")
            self.served[request.partition(b" ")[0].decode()] += 1
            count += 1
            client.sendall(start + b"\r\n" + self._header.encode() + rest)
            if count == self._answers:
                if self._lingers:
                    client.shutdown(socket.SHUT_WR)
                time.sleep(self._delay)
                if self._notify and isinstance(client, ssl.SSLSocket):
                    client.setblocking(False)
                    # ValueError: `__exit__` was first
                    with contextlib.suppress(OSError, ValueError):
                        # sends the end of TLS, and does not wait for the client's
                        client.unwrap()
                return


def _message(stream: BinaryIO) -> bytes:
    """One whole message with a body of the announced length; b"" if the connection has ended."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = stream.readline()
        if not line:
            return b""
        head += line
    length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    return head + stream.read(int(length[1]) if length else 0)
