"""The unit's web server, with the faults that a test orders."""

from __future__ import annotations

import json
import re
import ssl
from typing import Any, Callable, NamedTuple, Optional, Protocol

from ..web import Connection, Counters, WebServer
from .faults import Fault, Faults, Order, calls
from .jsonrpc import NO_PRIVILEGE, Caller

JSON = "application/json; charset=UTF-8"
_PIECE = 64 * 1024
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
_MOVED = (302, 307)
_PAGE = (
    b"<!DOCTYPE html><html><head><title>Gateway</title></head><body>Sign in to the"
    b" network</body></html>"
)


class Answer(NamedTuple):
    status: int
    body: bytes = b""
    kind: str = "text/plain; charset=UTF-8"
    headers: tuple[tuple[str, str], ...] = ()


class Body:
    """A request's body, read from the connection in pieces."""

    def __init__(self, read: Callable[[int], bytes], length: int) -> None:
        self._read, self.left = read, length
        self._held = b""

    def read(self, size: int) -> bytes:
        if self._held:
            piece, self._held = self._held[:size], self._held[size:]
            return piece
        piece = self._read(min(size, self.left))
        self.left -= len(piece)
        if not piece:
            self.left = 0
        return piece

    def all(self) -> bytes:
        return b"".join(iter(lambda: self.read(_PIECE), b""))

    def peek(self) -> bytes:
        """The whole body, which can still be read afterwards."""
        self._held = self.all()
        return self._held

    def skip(self) -> None:
        """Reads and drops the rest."""
        while self.left:
            self.read(_PIECE)


class Request(NamedTuple):
    method: str
    target: str  # path with query
    headers: Any  # an email.message.Message, which ignores the case of names
    body: Body
    address: str
    secure: bool


class Device(Protocol):
    """The part of the unit that the server uses."""

    faults: Faults

    def down(self) -> bool:
        """Whether the unit is rebooting."""

    def boots(self) -> int:
        """The number of reboots so far."""

    def moved(self, request: Request) -> Optional[Answer]:
        """The redirect to HTTPS; None if this request needs none."""

    def authenticate(self, request: Request) -> Optional[Caller]: ...

    def answer(self, request: Request, caller: Caller) -> Answer: ...


class XerusConnection(Connection):
    server: XerusServer

    def handle_expect_100(self) -> bool:
        """Sends "100 Continue" at once, because a client may wait for it before a large upload."""
        going_on = super().handle_expect_100()
        self.wfile.flush()
        return going_on

    def version_string(self) -> str:
        return "Xerus simulator"

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        device = self.server.unit
        self.server.counters.request()
        body = Body(self.rfile.read, int(self.headers.get("Content-Length") or 0))
        # The vendor's SDK puts a second slash in front, which newer releases of Python take away.
        path = "/" + self.path.lstrip("/")
        request = Request(
            self.command, path, self.headers, body, self.client_address[0], self.server.secure
        )
        order = device.faults.take(lambda method: calls(body.peek(), method))
        if order is not None and order.fault is Fault.SLOW:
            self.server.stopping.wait(order.seconds)
        is_ordered = order is not None and order.fault is Fault.CLOSE_BEFORE
        if is_ordered or self.rebooted():
            self.hang_up()
            return
        instead = _instead(order, request)
        answer = instead or self._answer(device, request)
        if answer.status in _MOVED and body.left > _PIECE:
            self._send(answer, order)
            self.hang_up()  # the vendor documents that a redirect breaks an upload
            return
        body.skip()
        self._send(answer, order)

    def _answer(self, device: Device, request: Request) -> Answer:
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
        if fault is Fault.DONE_TWICE:
            answer = _twice(answer)
        self.send_response(answer.status, _REASONS.get(answer.status))
        self.send_header("Cache-Control", "no-cache")
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)
        self.wfile.flush()


def _instead(order: Optional[Order], request: Request) -> Optional[Answer]:
    """The answer that replaces the unit's own; None if no fault replaces it."""
    if order is None:
        return None
    table: dict[Fault, Callable[[], Answer]] = {
        Fault.STATUS: lambda: Answer(order.status),
        Fault.HTML: lambda: Answer(200, _PAGE, "text/html"),
        Fault.EMPTY: lambda: Answer(200, b"", JSON),
        Fault.NOT_JSON: lambda: Answer(200, b'{"jsonrpc":"2.0","result":', JSON),
        Fault.REDIRECT: lambda: Answer(
            order.status if order.status // 100 == 3 else 302,
            headers=(("Location", order.location + request.target),),
        ),
        Fault.ECHO: lambda: Answer(
            200,
            _error(request.body.all(), -32000, f"bad login {request.headers['Authorization']}"),
            JSON,
        ),
        Fault.PRIVILEGE: lambda: Answer(
            200,
            _error(request.body.all(), NO_PRIVILEGE, "Insufficient privileges to perform request."),
            JSON,
        ),
    }
    make = table.get(order.fault)
    return make() if make else None


def _error(request: bytes, code: int, message: str) -> bytes:
    try:
        call = json.loads(request)
    except (ValueError, RecursionError):
        call = None
    number = call.get("id") if isinstance(call, dict) else None
    return json.dumps(
        {"jsonrpc": "2.0", "error": {"code": code, "message": message}, "id": number}
    ).encode()


def _twice(answer: Answer) -> Answer:
    """Repeats fields whose value is 0 or 1, with the other value."""
    pairs = re.sub(
        rb'"(\w+)":([01])(?=[,}])',
        lambda found: b'%s,"%s":%d' % (found[0], found[1], 1 - int(found[2])),
        answer.body,
    )
    return answer._replace(body=pairs)


class XerusServer(WebServer):
    unit: Device

    def __init__(
        self,
        address: tuple[str, int],
        unit: Device,
        counters: Counters,
        tls: Optional[ssl.SSLContext],
    ) -> None:
        super().__init__(address, XerusConnection, unit, counters, tls)
