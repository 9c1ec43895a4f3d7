"""Base classes of servers that replay a recorded device: a TCP server on 127.0.0.1 in its own
thread, and JSON over HTTP.

`ReplayServer` takes the connections, each in a thread; `Replay` runs it and knows the device;
`_ReplayRequestHandler` reads the requests of one HTTP connection and asks the `Replay` for answers.
"""

from __future__ import annotations

import json
import re
import socket
import socketserver
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler
from typing import Any, Optional, Union

from .recording_formats import ReplayedDevice

HOST = "127.0.0.1"
_OWN_NAMES = {HOST, "localhost"}
_LONGEST = 4 << 20  # limit for the body of a request, in bytes
_TLS_HANDSHAKE = b"\x16"  # the first byte of a connection over TLS
_ENDS_S = 5.0  # longest wait for the end of the thread, in seconds
ANY_LOGIN = "-s scheme=http --username any"
#: stands for the path of the handler that reads it, which no recording tells
PATH = "PATH"
#: a name may be there twice, such as Set-Cookie (RFC 6265, 3)
Headers = Union[Mapping[str, str], Sequence[tuple[str, str]]]
Response = tuple[int, Any, Headers]  # status, JSON (None: no body), further headers


def header_pairs(headers: Headers) -> list[tuple[str, str]]:
    """Names and values of headers, which may be given as a dictionary or as such pairs.

    >>> header_pairs({"Location": "/home"})
    [('Location', '/home')]
    """
    return list(headers.items()) if isinstance(headers, Mapping) else list(headers)


class ReplayServer(socketserver.ThreadingTCPServer):
    """A TCP server with a thread for each connection, which counts them. `replay` is the `Replay`
    that runs it.
    """

    allow_reuse_address = daemon_threads = True
    block_on_close = False
    replay: Any
    connections = 0

    def __init__(self, *arguments: Any) -> None:
        self._open_requests: set[Any] = set()  # Python 3.9 may lose one of two numbers
        super().__init__(*arguments)

    @property
    def open_connections(self) -> int:
        """How many connections are open now."""
        return len(self._open_requests)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Count the connection, and serve it in a thread."""
        self.connections += 1
        self._open_requests.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """End a connection, in the thread that has served it."""
        self._open_requests.discard(request)
        self.replay.end_connection()
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report an error in the thread of a connection; an OSError is none, because clients may
        disconnect at any time.
        """
        _, error, _ = sys.exc_info()
        if not isinstance(error, OSError):
            super().handle_error(request, client_address)


class Replay:
    """A server that runs in its own thread until it is closed. `_server` is the TCP server, whose
    address is `host` and `port`; `writes` lists commands with their effects.
    """

    def __init__(self, server: ReplayServer) -> None:
        """Start the thread in which this server, which listens already, takes connections."""
        server.replay = self
        self.writes: list[str] = []
        #: how many connections began with TLS, which it does not speak
        self.tls_hellos = 0
        self.host, self.port = HOST, int(server.server_address[1])
        self._server = server
        self._thread = threading.Thread(
            target=server.serve_forever, args=(0.05,), name=f"replay-{self.port}", daemon=True
        )
        self._thread.start()

    def describe(self, handler: str, about: str, options: str = "") -> ReplayedDevice:
        """This server as `pdu replay` shows it. `handler`: the one that reads it; a text that is no
        name, which a hostile recording may have, becomes PATH. `about`: a phrase about the device.
        `options`: arguments that `pdu status` needs besides handler and address.

            handler "netio"    poll "netio 127.0.0.1:34567 -s scheme=http --username any"
            handler "; rm"     poll "PATH 127.0.0.1:34567 ..."
        """
        if re.fullmatch(r"\w+", handler) is None:
            handler = PATH
        return ReplayedDevice(
            host=self.host,
            port=self.port,
            about=about,
            poll=f"{handler} {self.host}:{self.port} {options}".rstrip(),
            writes=lambda: list(self.writes),
            close=self.close,
            connections=lambda: self._server.connections,
        )

    @property
    def open_connections(self) -> int:
        """How many connections are open now."""
        return self._server.open_connections

    def end_connection(self) -> None:
        """End what the thread of a connection has opened."""

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(_ENDS_S)


class HttpReplay(Replay, ABC):
    """Answers requests over HTTP with `respond`. Raises OSError if the port cannot be used."""

    def __init__(self, port: int) -> None:
        super().__init__(ReplayServer((HOST, port), _ReplayRequestHandler))

    @abstractmethod
    def respond(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> Response:
        """The answer to one request. Raises ConnectionAbortedError for no answer."""


class _ReplayRequestHandler(BaseHTTPRequestHandler):
    """One connection of a client over HTTP."""

    server: ReplayServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 60.0

    def handle(self) -> None:
        """Serve the connection, unless it begins with a hello of TLS (RFC 8446, 5.1)."""
        if self.connection.recv(1, socket.MSG_PEEK) == _TLS_HANDSHAKE:
            self.server.replay.tls_hellos += 1
        else:
            super().handle()

    def _serve(self) -> None:
        """Read the body of one request, and send the answer of the replay. A request that no
        handler sends gets an error status, and the connection ends.
        """
        error_status = self._error_status()
        if error_status is not None:
            self.close_connection = True
            self._send(error_status, None, {})
            return
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        headers = dict(self.headers.items())
        status, content, further_headers = self.server.replay.respond(
            self.command, self.path, headers, body
        )
        self._send(status, content, further_headers)

    def _error_status(self) -> Optional[int]:
        """The status for a request that no handler sends, by its headers; None for any other.

        Host: evil.example              421
        Transfer-Encoding: chunked      411
        Content-Length: 99999999        413
        """
        # a page of another site may have its name lead here (DNS rebinding)
        names = [re.sub(":[0-9]*$", "", name) for name in self.headers.get_all("Host", [])]
        if not set(names) <= _OWN_NAMES:
            return 421
        size = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not re.fullmatch("[0-9]{1,12}", size):
            return 411
        return 413 if int(size) > _LONGEST else None

    do_GET = _serve
    do_POST = _serve
    do_PUT = _serve
    do_PATCH = _serve
    do_DELETE = _serve

    def _send(self, status: int, content: Any, headers: Headers) -> None:
        """Send a response. `content`: octets, which are sent as they are; None for an empty body;
        anything else is sent as JSON. `headers` may replace Content-Type and Content-Length.

            200, {"on": True}, {}    200, Content-Type: application/json ..., {"on": true}
        """
        body = b"" if content is None else content
        if not isinstance(body, bytes):
            body = json.dumps(content).encode()
        pairs = header_pairs(headers)
        names = {name.lower() for name, _ in pairs}
        self.send_response(status)
        if status != 204:  # which has no Content-Length: RFC 9110, 8.6
            if "content-type" not in names:
                self.send_header("Content-Type", "application/json; charset=UTF-8")
            if "content-length" not in names:
                self.send_header("Content-Length", str(len(body)))
        for name, value in pairs:
            self.send_header(name, value.encode("latin-1", "replace").decode("latin-1"))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Prints nothing."""
