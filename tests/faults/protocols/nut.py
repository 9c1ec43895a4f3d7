"""A NUT server."""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Iterator
from typing import Optional

from tests.simulators.nut_server import ADMIN, NutServer, SwitchedPdu

from ..wire import HUGE, Exchange, Relay, Stream
from . import Corruption, Device, Subject

_FIGURE = rb'"\d+\.\d+"|"\d{3,}"'
_PAGE = (
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n<html><title>Bad"
    b" Request</title></html>\n"
)


def _request(stream: Stream) -> bytes:
    return stream.until(b"\n")


def _answer(stream: Stream) -> bytes:
    """A line, or a list from its BEGIN to its END."""
    line = stream.until(b"\n")
    return line + (stream.until(b"END " + line[6:]) if line.startswith(b"BEGIN ") else b"")


@contextlib.contextmanager
def _opened(fault: str) -> Iterator[Device]:
    device = SwitchedPdu("pdu", outlets=8)
    with NutServer([device]) as server:
        server.faults.ignored = fault == "stuck"

        def happen(key: str, identity: str, on: bool) -> None:
            if key == "two-writers":
                device.turn(identity, not on)

        yield Device(
            port=server.port,
            truth=server.truth,
            happen=happen,
            settings={"username": ADMIN.name, "password": ADMIN.password, "device": "pdu"},
            secrets=(ADMIN.password,),
        )


def _echo(exchange: Exchange) -> bytes:
    return b"ERR " + exchange.request.strip() + b"\n"


def _last_line_cut(exchange: Exchange) -> Optional[bytes]:
    """The answer with half of its last line.

    No line is dropped: NUT sends no count, so a missing line could go unnoticed.
    """
    lines = exchange.answer.splitlines(keepends=True)
    if not lines:
        return None
    last_line = lines.pop()
    half = last_line[: len(last_line) // 2]
    return b"".join([*lines, half, b"\n"])


def _other(exchange: Exchange) -> Optional[bytes]:
    other = exchange.answer.replace(b" pdu", b" ups2")
    return other if other != exchange.answer else None


def _valued(pattern: bytes, value: bytes) -> Corruption:
    def corruption(exchange: Exchange) -> Optional[bytes]:
        answer = re.sub(pattern, b'"' + value + b'"', exchange.answer)
        return answer if answer != exchange.answer else None

    return corruption


def _repeated(exchange: Exchange) -> Optional[bytes]:
    lines = exchange.answer.splitlines(keepends=True)
    return b"".join(lines[:2] + lines[1:]) if len(lines) > 2 else None


def _neighbour(exchange: Exchange) -> Optional[bytes]:
    answer = re.sub(
        rb"^VAR pdu outlet\.(\d+)",
        lambda old: b"VAR pdu outlet.%d" % (int(old[1]) % 8 + 1),
        exchange.answer,
    )
    return answer if answer != exchange.answer else None


def _emptied(exchange: Exchange) -> bytes:
    lines = exchange.answer.splitlines(keepends=True)
    return lines[0] + lines[-1] if len(lines) > 1 else b"\n"


SUBJECT = Subject(
    name="nut",
    opened=_opened,
    relay=functools.partial(Relay, _request, _answer),
    corruptions={
        "credentials": lambda exchange: b"ERR INVALID-PASSWORD\n",
        "rights": lambda exchange: b"ERR ACCESS-DENIED\n",
        "broken": lambda exchange: b"ERR INTERNAL-ERROR\n",
        "busy": lambda exchange: b"ERR DRIVER-NOT-CONNECTED\n",
        "other": _other,
        "empty": _emptied,
        "page": lambda exchange: _PAGE,
        "cut-off": _last_line_cut,
        "echo": _echo,
        "echo-text": _valued(rb'"[^"]*"', ADMIN.password.encode()),
        "huge": lambda exchange: b"BEGIN " + exchange.request.strip() + b'\nVAR pdu x "' + HUGE,
        "digits": _valued(rb'"\d[\d.]*"', b"7" * 5000),
        "nulls": _valued(rb'"[^"]*"', b""),
        "repeated": _repeated,
        "neighbour": _neighbour,
        "below-zero": _valued(_FIGURE, b"-1.50"),
        "no-figures": _valued(_FIGURE, b"1e999"),
        "control": _valued(rb'"[a-zA-Z][^"]*"', b"\x1b[2J\x9b\xed\xa0\x80"),
    },
    excluded={
        "moved": "NUT has no redirects",
        "obeyed-moved": "NUT has no redirects",
        "no-status": "NUT has no statuses",
        "accepted": "NUT has no statuses",
        "bomb": "NUT has no compression",
        "nested": "NUT's answers have one level",
        "cycling": "the simulated driver reports only on and off",
        "counter-reset": "the simulated driver's counters only rise",
        "renumbered": "the names of the driver's variables contain the outlets' numbers",
    },
    up="7",
    down="2",
    tls="STARTTLS",
)
