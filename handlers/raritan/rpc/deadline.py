"""A deadline for a whole answer: a socket's own time-out bounds each wait only, and an answer may come byte by byte."""
from __future__ import annotations

import http.client
import io
import socket
import time
from typing import Any, Type

from .transport import Request


class Deadline:
    """How long the answer to the present request may take, from the end of its sending to the last byte.

    `response_class` is for a connection of http.client, on which urllib3's are built too: its reads end at the deadline
    by socket.timeout, as any other wait.
    """

    def __init__(self) -> None:
        self._wait = self._total = self._end = 0.0
        deadline = self

        class Response(http.client.HTTPResponse):
            def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
                super().__init__(sock, *args, **kwargs)
                deadline.start()
                self.fp = io.BufferedReader(_Bounded(self.fp.detach(), sock, deadline))

            def _read_status(self) -> Any:
                """http.client skips 100 before the answer; 102 and 103 are none either (101 ends HTTP)."""
                parent: Any = super()
                version, status, reason = parent._read_status()
                return version, 100 if 102 <= status < 200 else status, reason

        self.response_class: Type[http.client.HTTPResponse] = Response

    def expect(self, request: Request) -> None:
        """The request that is sent next."""
        self._wait, self._total = request.timeout, request.total

    def start(self) -> None:
        """It is sent: count from now."""
        self._end = time.monotonic() + self._total

    def bound(self, sock: socket.socket) -> None:
        """Let the socket's next wait end at the deadline too. Raises socket.timeout after it."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise socket.timeout("the answer was not complete in time")
        if left < self._wait:
            sock.settimeout(left)


class _Bounded(io.RawIOBase):
    """What a socket's `makefile` gives, with a look at the deadline before each read."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, deadline: Deadline) -> None:
        self._raw, self._sock, self._deadline = raw, sock, deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> Any:
        self._deadline.bound(self._sock)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        """Close what lies below, which lets go of the socket."""
        if not self.closed:
            self._raw.close()
        super().close()
