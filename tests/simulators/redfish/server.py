"""The service's web server: reads and counts requests, and sends answers."""

from __future__ import annotations

import ssl
from email.message import Message
from typing import Any, NamedTuple, Optional, Protocol

from ..web import Connection, Counters, WebServer
from .answer import Answer
from .faults import Fault, Faults, instead

_PIECE = b" " * 65536


class Seen(NamedTuple):
    """One request with the status of its answer, or 0 if it was not answered."""

    method: str
    target: str
    status: int


class Request(NamedTuple):
    method: str
    target: str  # path with query
    headers: Message  # looks names up case-insensitively
    body: bytes


class Service(Protocol):
    """The part of the service that the server uses."""

    faults: Faults
    delay_s: float

    def down(self) -> bool: ...
    def boots(self) -> int: ...
    def answer(self, request: Request) -> Answer: ...
    def note(self, seen: Seen) -> None: ...


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

    def __getattr__(self, name: str) -> Any:
        """Serves every HTTP method, so that the service itself answers 405."""
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def _serve(self) -> None:
        service = self.server.unit
        self.server.counters.request()
        announced = int(self.headers.get("Content-Length") or 0)
        request = Request(self.command, self.path, self.headers, self.rfile.read(announced))
        if len(request.body) < announced:
            self._silent(request)
            return
        order = service.faults.take(
            lambda method: method == request.method or method in request.target
        )
        fault = order.fault if order is not None else None
        self.server.stopping.wait(
            service.delay_s + (order.seconds if order is not None and fault is Fault.SLOW else 0.0)
        )
        if self.rebooted() or fault is Fault.CLOSE_BEFORE:
            self._silent(request)
            return
        replaced = None if order is None else instead(order, request.target, request.headers)
        answer = replaced or service.answer(request)
        if self.rebooted() or fault is Fault.DROP_AFTER_WRITE:
            self._silent(request)
            return
        service.note(Seen(request.method, request.target, answer.status))
        self._send(answer)

    def _silent(self, request: Request) -> None:
        self.server.unit.note(Seen(request.method, request.target, 0))
        self.hang_up()

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("OData-Version", "4.0")
        self.send_header("Cache-Control", "no-cache")
        for name, value in answer.headers:
            self.send_header(name, value)
        if answer.status != 204:
            self.send_header("Content-Type", answer.kind)
            self.send_header("Content-Length", str(len(answer.body) + answer.padding))
        self.end_headers()
        if self.command == "HEAD" or answer.status in (204, 304):
            answer = answer._replace(body=b"", padding=0)
        self.wfile.write(answer.body)
        for _ in range(answer.padding // len(_PIECE)):
            self.wfile.write(_PIECE)
        self.wfile.write(_PIECE[: answer.padding % len(_PIECE)])
        self.wfile.flush()
