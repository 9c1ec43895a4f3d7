"""Serve a simulated PDU (`unit_pdu`) over HTTP: check the login, count requests and connections."""

from __future__ import annotations

import base64
import dataclasses
import socketserver
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler
from typing import Any, NamedTuple, Optional, Protocol, Union

from tests.simulators.certificates import Identity
from tests.simulators.truth import Truth
from tests.simulators.web import PromptServer

# tests/secrecy.py fails a test that shows this password
USER, PASSWORD = "operator", "nobody-knows"
# an account that may only read, with the same password
READER = "reader"


class Reply(NamedTuple):
    """An answer with another status than 200, or with headers."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = {}


class HttpDevice(Protocol):
    """A device's state, and its answers to requests. Its method `user(method, path, headers)` tells
    the account, if it is not that of a basic login; `challenge()` the headers of a 401.
    """

    def answer(self, method: str, path: str, body: bytes) -> Union[bytes, Reply, None]:
        """The body of the answer with status 200, or the answer; None for a request that gets
        status 404.
        """

    def truth(self) -> Truth: ...


def basic_user(method: str, path: str, headers: Mapping[str, str]) -> str:
    """The account of a request with basic login; "" for none."""
    for user in (USER, READER):
        login = base64.b64encode(f"{user}:{PASSWORD}".encode()).decode()
        if headers.get("Authorization") == f"Basic {login}":
            return user
    return ""


class HttpServer:
    """A device on 127.0.0.1, by default with basic login, on a port that the system chooses unless
    one is given. With `identity`, over HTTPS.
    """

    def __init__(
        self, device: HttpDevice, port: int = 0, identity: Optional[Identity] = None
    ) -> None:
        self.device = device
        self.lock = threading.Lock()
        self.requests = self.connections = 0
        self._server = PromptServer(("127.0.0.1", port), _http_handler(self))
        if identity:
            self._server.socket = identity.context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self.host, self.port = "127.0.0.1", int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> HttpServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join(30)
        self._server.server_close()

    def truth(self) -> Truth:
        with self.lock:
            truth: Truth = self.device.truth()
            return dataclasses.replace(truth, requests=self.requests, connections=self.connections)


def _http_handler(owner: HttpServer) -> type[socketserver.BaseRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 60
        disable_nagle_algorithm = True
        wbufsize = -1  # headers and a small body are sent in one write

        def setup(self) -> None:
            super().setup()
            with owner.lock:
                owner.connections += 1

        def do_GET(self) -> None:
            self._serve()

        do_POST = do_PUT = do_PATCH = do_GET

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with owner.lock:
                owner.requests += 1
                reply = self._reply(body)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.status != 204:  # has no content (RFC 9110, 15.3.5)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def _reply(self, body: bytes) -> Reply:
            """The device's reply, unless the login or its rights are wrong."""
            account = getattr(owner.device, "user", basic_user)
            user = account(self.command, self.path, dict(self.headers.items()))
            if not user:
                challenge = getattr(owner.device, "challenge", dict)
                return Reply(401, headers=challenge())
            if user == READER and body:
                return Reply(403)
            answer = owner.device.answer(self.command, self.path, body)
            if isinstance(answer, Reply):
                return answer
            return Reply(404) if answer is None else Reply(200, answer)

        def log_message(self, *words: Any) -> None:
            """Log nothing."""

    return Handler
