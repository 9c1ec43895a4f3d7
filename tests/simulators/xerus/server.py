"""The unit's web server, with the faults that a test orders."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

from ..web import Connection, Counters, WebServer
from .faults import Fault, Order

if TYPE_CHECKING:
    from .device import XerusPdu

JSON = "application/json; charset=UTF-8"
_REASONS = {
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    408: "Request Timeout",
    500: "Internal Server Error",
    503: "Service Unavailable",
    302: "Found",
    307: "Temporary Redirect",
}


class Answer(NamedTuple):
    status: int
    body: bytes = b""
    kind: str = "text/plain; charset=UTF-8"
    headers: tuple[tuple[str, str], ...] = ()


class Request(NamedTuple):
    method: str
    target: str  # path with query
    headers: Any  # an email.message.Message, which ignores the case of names
    body: bytes
    address: str
    secure: bool


class XerusConnection(Connection):
    server: XerusServer

    def version_string(self) -> str:
        return "Xerus simulator"

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        device = self.server.unit
        self.server.counters.request()
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        # The vendor's SDK puts a second slash in front, which newer releases of Python take away.
        path = "/" + self.path.lstrip("/")
        request = Request(
            self.command, path, self.headers, body, self.client_address[0], self.server.secure
        )
        order = device.faults.take()
        is_ordered = order is not None and order.fault is Fault.CLOSE_BEFORE
        if is_ordered or self.rebooted():
            self.hang_up()
            return
        if order is not None and order.fault is Fault.STATUS:
            self._send(Answer(order.status), order)
        else:
            self._send(self._answer(device, request), order)

    def _answer(self, device: XerusPdu, request: Request) -> Answer:
        moved = device.moved(request)
        if moved is not None:
            return moved
        caller = device.authenticate(request)
        if caller is None:
            return Answer(401, headers=(("WWW-Authenticate", 'Basic realm="Xerus"'),))
        return device.answer(request, caller)

    def _send(self, answer: Answer, order: Optional[Order]) -> None:
        fault = order.fault if order is not None else None
        if fault is Fault.DROP_AFTER_WRITE or self.rebooted():
            self.hang_up()
            return
        self.send_response(answer.status, _REASONS.get(answer.status))
        self.send_header("Cache-Control", "no-cache")
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)
        self.wfile.flush()


class XerusServer(WebServer):
    unit: XerusPdu

    def __init__(
        self,
        address: tuple[str, int],
        unit: XerusPdu,
        counters: Counters,
        tls: Optional[ssl.SSLContext],
    ) -> None:
        super().__init__(address, XerusConnection, unit, counters, tls)
