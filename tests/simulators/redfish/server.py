"""The service's web server: reads and counts requests, and sends answers."""

from __future__ import annotations

import json
import ssl
from email.message import Message
from typing import Any, NamedTuple, Optional, Protocol

from ..web import Connection, Counters, WebServer

Headers = tuple[tuple[str, str], ...]


class AnsweredRequest(NamedTuple):
    """One request with the status of its answer."""

    method: str
    target: str
    status: int


class Request(NamedTuple):
    method: str
    target: str  # path with query
    headers: Message  # looks names up case-insensitively
    body: bytes


class Answer(NamedTuple):
    status: int
    body: Optional[dict[str, Any]] = None
    headers: Headers = ()


class Service(Protocol):
    """The part of the service that the server uses."""

    def down(self) -> bool: ...
    def boots(self) -> int: ...
    def answer(self, request: Request) -> Answer: ...
    def note(self, request: AnsweredRequest) -> None: ...


class RedfishServer(WebServer):
    unit: Service

    def __init__(
        self,
        address: tuple[str, int],
        unit: Service,
        counters: Counters,
        tls: Optional[ssl.SSLContext],
    ) -> None:
        super().__init__(address, RedfishConnection, unit, counters, tls)


class RedfishConnection(Connection):
    largest_body = 1 << 20
    server: RedfishServer

    def version_string(self) -> str:
        return "Redfish simulator"

    def _serve(self) -> None:
        self.server.counters.request()
        size = int(self.headers.get("Content-Length") or 0)
        request = Request(self.command, self.path, self.headers, self.rfile.read(size))
        answer = self.server.unit.answer(request)
        self.server.unit.note(AnsweredRequest(request.method, request.target, answer.status))
        self.send_response(answer.status)
        self.send_header("OData-Version", "4.0")
        self.send_header("Cache-Control", "no-cache")
        for name, value in answer.headers:
            self.send_header(name, value)
        body = b""
        if answer.status != 204:
            body = json.dumps(answer.body, separators=(",", ":")).encode()
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    do_GET = do_POST = do_DELETE = do_PATCH = _serve
