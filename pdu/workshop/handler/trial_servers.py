"""Servers on this machine in the place of a PDU that does not answer as one, and of other servers
to which a handler must not send a login.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import threading
from collections.abc import Iterator
from http import HTTPStatus
from typing import Optional

from ...recordings.replay_server import HOST

_LONGEST = 1 << 16  # of a request that is kept, in bytes
_RECEIVING_S = 2.0
_PROXIES = ("http_proxy", "https_proxy", "all_proxy")
_NO_PROXIES = ("no_proxy", "NO_PROXY")


class TrialServer:
    """A TCP server that keeps the beginning of each request, gives one answer to all, and closes
    the connection.
    """

    def __init__(self, answer: bytes = b"", *, is_silent: bool = False) -> None:
        """`is_silent`: it leaves the connection open, and says nothing."""
        self.connections = 0
        self.requests: list[str] = []
        self._answer = answer
        self._is_silent = is_silent
        self._open_connections: list[socket.socket] = []
        self._socket = socket.create_server((HOST, 0))
        self.port = int(self._socket.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):  # the socket was shut down
            while True:
                connection, _ = self._socket.accept()
                self.connections += 1
                if self._is_silent:
                    self._open_connections.append(connection)
                    continue
                with connection, contextlib.suppress(OSError):
                    self._answer_to(connection)

    def _answer_to(self, connection: socket.socket) -> None:
        if not self._answer:
            return
        connection.settimeout(_RECEIVING_S)
        request = b""
        while len(request) < _LONGEST and not _is_whole(request):
            part = connection.recv(_LONGEST)
            if not part:
                break
            request += part
        self.requests.append(request.decode("utf-8", "replace"))
        connection.sendall(self._answer)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()
        for connection in self._open_connections:
            connection.close()


def _is_whole(request: bytes) -> bool:
    """Whether a request over HTTP has its headers and its body."""
    head, end_of_head, body = request.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\ncontent-length: *([0-9]{1,9})", head)
    return bool(end_of_head) and (length is None or len(body) >= int(length[1]))


def asking_server() -> TrialServer:
    """One that asks each client for a login."""
    return TrialServer(http_message(401, 'WWW-Authenticate: Basic realm="other"'))


def http_message(status: int, header: str) -> bytes:
    """An answer over HTTP."""
    status_line = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"
    lines = [status_line, header, "Content-Length: 0", "Connection: close", "", ""]
    return "\r\n".join(lines).encode()


@contextlib.contextmanager
def proxies_in_environment(port: int) -> Iterator[None]:
    """While the environment names a port of this machine as the proxy for everything."""
    values: dict[str, Optional[str]] = dict.fromkeys(_NO_PROXIES)
    for name in _PROXIES:
        values[name] = values[name.upper()] = f"http://{HOST}:{port}"
    values_before = {name: os.environ.get(name) for name in values}
    _set_environment(values)
    try:
        yield
    finally:
        _set_environment(values_before)


def _set_environment(values: dict[str, Optional[str]]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
