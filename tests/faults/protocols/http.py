"""Shared by the subjects over HTTP: framing of HTTP/1.1 messages, and wrong answers of an HTTP
server.
"""

from __future__ import annotations

import base64
import functools
import gzip
import itertools
import json
import math
import random
import re
from collections.abc import Iterator, Mapping
from typing import Any, Callable, Optional

from .. import mutation
from ..wire import HUGE, Exchange, Relay, Stream
from . import Corruption

ELSEWHERE = "https://192.0.2.99/"  # RFC 5737: an address for documentation
_REASONS = {
    200: "OK",
    202: "Accepted",
    302: "Found",
    307: "Temporary Redirect",
    401: "Unauthorized",
    403: "Forbidden",
    500: "Internal Server Error",
    503: "Service Unavailable",
    999: "Nothing",
}


def request(stream: Stream) -> bytes:
    """One whole request: its head, and a body of the announced length."""
    head = stream.until(b"\r\n\r\n")
    return head + stream.exactly(_length(head))


def answer(stream: Stream) -> bytes:
    """One whole answer; the simulators announce the length of every body."""
    head = stream.until(b"\r\n\r\n")
    return head + (
        b"" if re.match(rb"HTTP/1\.1 (1\d\d|204|304)", head) else stream.exactly(_length(head))
    )


def _length(head: bytes) -> int:
    match = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    return int(match[1]) if match else 0


relay = functools.partial(Relay, request, answer)


def reply(status: int, body: bytes = b"", kind: str = "application/json", **headers: str) -> bytes:
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    head = (
        f"HTTP/1.1 {status} {_REASONS.get(status, 'Status')}\r\nContent-Type: {kind}\r\nContent-Length:"
        f" {len(body)}\r\n{more}OData-Version: 4.0\r\n\r\n"
    )
    return head.encode() + body


def content(message: bytes) -> bytes:
    return message.partition(b"\r\n\r\n")[2]


def changed(change: Callable[[Any], Any]) -> Corruption:
    """A corruption that sends the device's JSON, changed, with status 200; other answers stay."""

    def corruption(exchange: Exchange) -> Optional[bytes]:
        try:
            value = json.loads(content(exchange.answer))
        except ValueError:
            return None
        return reply(200, json.dumps(change(value)).encode())

    return corruption


def leaves(change: Callable[[str, Any], Any]) -> Callable[[Any], Any]:
    """A function that replaces each scalar in JSON by `change(key, value)`; `key`: the innermost
    name around it.
    """

    def within(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: within(child, name) for name, child in value.items()}
        return (
            [within(item, key) for item in value] if isinstance(value, list) else change(key, value)
        )

    return within


def repeated(value: Any, key: str = "") -> Any:
    """The JSON with the first entry of each list twice, except the list of a bulk's answers, whose
    length a client checks.
    """
    if isinstance(value, dict):
        return {name: repeated(child, name) for name, child in value.items()}
    if not isinstance(value, list):
        return value
    items = value if key == "responses" else [*value[:1], *value]
    return [repeated(item) for item in items]


def figures(is_figure: Callable[[str, Any], bool]) -> dict[str, Corruption]:
    """The corruptions of impossible figures; `is_figure(key, value)`."""
    no_figures: Iterator[Any] = itertools.cycle(
        (math.inf, math.nan, "many", "", True, None, [1.5], {}, 10**400, "1e999", "\u0661")
    )

    def of(values: Iterator[Any]) -> Corruption:
        return changed(leaves(lambda key, value: next(values) if is_figure(key, value) else value))

    return {"below-zero": of(itertools.repeat(-1.5)), "no-figures": of(no_figures)}


def numbers(name: str) -> Callable[[str, Any], bool]:
    """A number under this key is a figure."""
    return lambda key, value: key == name and type(value) in (int, float)


def mutated(chance: random.Random, message: bytes) -> bytes:
    """Changes the content, with a right length, or in a fifth of all cases any of the message."""
    if chance.random() < 0.2:
        return mutation.mutated(chance, message)
    return reply(200, mutation.mutated(chance, content(message)))


def _digits(exchange: Exchange) -> Optional[bytes]:
    body = content(exchange.answer)
    longer = re.sub(rb"(?<=[:\[, ])-?\d+(?=[,}\] ])", b"7" * 5000, body)
    return reply(200, longer) if longer != body else None


def _cut_off(exchange: Exchange) -> Optional[bytes]:
    body = content(exchange.answer)
    return reply(200, body[: len(body) // 2]) if len(body) > 1 else None


def _login(exchange: Exchange) -> str:
    """User and password as they were typed, and the header as it was sent."""
    header = re.search(
        rb"(?i)\r\n(authorization|x-auth-token|x-sessiontoken): *([^\r]*)", exchange.request
    )
    login = header[2].decode() if header else ""
    basic = base64.b64decode(login[len("Basic ") :]).decode() if login.startswith("Basic ") else ""
    return f"{basic} {login}"


def _echo_text(exchange: Exchange) -> Optional[bytes]:
    """Texts that are no address of another answer become the login."""
    words = _login(exchange)

    def echoed(key: str, value: Any) -> Any:
        is_link = isinstance(value, str) and value.startswith("/")
        return words if isinstance(value, str) and not is_link else value

    return changed(leaves(echoed))(exchange)


def _control(key: str, value: Any) -> Any:
    is_link = isinstance(value, str) and value.startswith("/")
    return f"\x1b[2J\x9b\u202e\ud800{value}" if isinstance(value, str) and not is_link else value


def _obeyed_moved(exchange: Exchange) -> bytes:
    path = exchange.request.split(b" ", 2)[1].decode()
    return reply(307, Location=f"{path}&p=2" if "?" in path else f"{path}?p=2")


def _echo(exchange: Exchange) -> bytes:
    words = f"{_login(exchange)} {content(exchange.request).decode('utf-8', 'replace')}"
    return reply(
        500,
        json.dumps(
            {
                "error": {
                    "code": -32000,
                    "message": words,
                    "@Message.ExtendedInfo": [
                        {"MessageId": "Base.1.0.GeneralError", "Message": words}
                    ],
                },
                "jsonrpc": "2.0",
                "id": 1,
            }
        ).encode(),
    )


def _always(answer: bytes) -> Corruption:
    return lambda exchange: answer


CORRUPTIONS: Mapping[str, Corruption] = {
    "credentials": _always(reply(401, WWW_Authenticate='Basic realm="pdu"')),
    "rights": _always(reply(403)),
    "moved": _always(reply(302, Location=ELSEWHERE)),
    "no-status": _always(reply(999)),
    "accepted": _always(reply(202)),
    "broken": _always(reply(500)),
    "busy": _always(reply(503)),
    "empty": _always(reply(200)),
    "page": _always(reply(200, b"<html><title>Login</title></html>", "text/html")),
    "cut-off": _cut_off,
    "echo": _echo,
    "echo-text": _echo_text,
    "obeyed-moved": _obeyed_moved,
    "huge": _always(
        f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {500 << 20}\r\n\r\n".encode()
        + HUGE
    ),
    "bomb": _always(reply(200, gzip.compress(b" " * (1 << 20)), Content_Encoding="gzip")),
    "nested": _always(reply(200, b"[" * 100_000 + b"]" * 100_000)),
    "digits": _digits,
    "repeated": changed(repeated),
    "control": changed(leaves(_control)),
}
