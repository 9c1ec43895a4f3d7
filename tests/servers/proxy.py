"""An HTTP proxy on 127.0.0.1 that accepts only CONNECT and records each target."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading

from tests.simulators.web import PromptServer


class ConnectProxy(PromptServer):
    """A context manager.

    `targets`: the `host:port` of each CONNECT; `logins`: its Proxy-Authorization header, or "".
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.targets: list[str] = []
        self.logins: list[str] = []
        self.open: list[socket.socket] = []
        self._thread = threading.Thread(target=self.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def __enter__(self) -> ConnectProxy:
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        for connection in self.open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._thread.join(20)
        self.server_close()


class _Handler(socketserver.StreamRequestHandler):
    server: ConnectProxy

    def handle(self) -> None:
        lines: list[str] = []
        while lines[-1:] != [""]:
            line = self.rfile.readline()
            if not line:  # the client has gone
                return
            lines.append(line.decode("latin-1").rstrip())
        request_line, *header_lines = lines
        method, _, rest = request_line.partition(" ")
        target, _, _version = rest.partition(" ")
        if method != "CONNECT" or not target:
            self.wfile.write(b"HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n")
            return

        headers = {}
        for line_of_header in header_lines:
            name, _, value = line_of_header.partition(": ")
            headers[name] = value
        self.server.targets.append(target)
        self.server.logins.append(headers.get("Proxy-Authorization", ""))
        host, _, port = target.rpartition(":")
        with socket.create_connection((host, int(port)), 20) as beyond:
            beyond.settimeout(None)
            self.server.open += [self.connection, beyond]
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=_copy, args=(beyond, self.connection), daemon=True)
            back.start()
            _copy(self.connection, beyond)
            back.join(20)


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while True:
            data = source.recv(1 << 16)
            if not data:
                break
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
