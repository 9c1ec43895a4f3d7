"""Handlers that are a codec: the simulated device (tests/simulators/NAME.py), and the form of each
fault in JSON over HTTP and in lines over TCP.

In plain HTTP, so that the relay can read the messages.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Any, Callable, Optional

from handlers import registry
from tests.peers.unit_pdus import UnitPeers
from tests.simulators.unit_servers import PASSWORD, USER

from ..catalogue import Fault
from ..wire import HUGE, Exchange, Relay, Stream
from . import Bend, Device, Subject, http

_EXCLUDED = {
    "other": (
        "answers have no request id; the fault `previous` sends the answer to another request"
    ),
    "neighbour": "an answer is about all outlets",
    "cycling": "the simulated device has no power cycle",
}
_LINES_EXCLUDED = {
    **_EXCLUDED,
    "moved": "lines have no redirects",
    "bomb": "lines have no compression",
    "nested": "lines have one level",
}


def unit_subject(name: str) -> Subject:
    """The subject of the handler `name`."""
    peers = UnitPeers(name)

    @contextlib.contextmanager
    def opened(fault: str) -> Iterator[Device]:
        simulated = peers.device(off=(3,))
        simulated.stuck = fault == "stuck"
        with peers.serve(simulated) as server:

            def happen(key: str, identity: str, on: bool) -> None:
                with server.lock:
                    if key == "two-writers":
                        simulated.on[int(identity)] = not on
                    elif key == "counter-reset":
                        simulated.wh = dict.fromkeys(simulated.wh, 0.0)
                    elif key == "renumbered":
                        del simulated.on[max(simulated.on)]

            yield Device(
                server.port,
                server.books,
                happen,
                peers.settings(),
                secrets=(PASSWORD, f"{USER}:{PASSWORD}"),
            )

    if registry.about(name).codec == "http":
        bends, excluded = _http_bends(peers.device()), _EXCLUDED
        return Subject(name, opened, http.relay, bends, excluded, "3", "2", "at once")
    device = peers.device()
    return Subject(name, opened, _relay_of(device), _line_bends(device), _LINES_EXCLUDED, "3", "2")


def _http_bends(device: Any) -> dict[str, Bend]:
    # keeps outlet numbers: a null there ends the decoding before other nulls
    def without_value(key: str, value: Any) -> Any:
        return value if key in device.NUMBERS else None

    def below_zero(key: str, value: Any) -> Any:
        return -1.5 if key in device.FIGURES else value

    return http.bends(
        {
            "nulls": http.changed(http.leaves(without_value)),
            "below-zero": http.changed(http.leaves(below_zero)),
        }
    )


# ---- lines ---------------------------------------------------------------------------------------


def _relay_of(device: Any) -> Callable[..., Relay]:
    def request(stream: Stream) -> bytes:
        return stream.until(b"\n")

    def answer(stream: Stream) -> bytes:
        lines = b""
        while True:
            line = stream.until(b"\n")
            lines += line
            if not line or re.match(device.LAST_LINE, line):
                return lines if line else b""

    def relay(port: int, fault: Optional[Fault], step: int, bend: Optional[Bend]) -> Relay:
        return Relay(port, request, answer, fault, step, bend)

    return relay


def _line_bends(device: Any) -> dict[str, Bend]:
    def always(line: str) -> Bend:
        return lambda exchange: f"{line}\r\n".encode()

    def figures(value: bytes) -> Bend:
        """Each word of digits but the first of a line becomes `value`."""

        def bend(exchange: Exchange) -> Optional[bytes]:
            bent = re.sub(rb"(?<= )\d+(?= )", value, exchange.answer)
            return bent if bent != exchange.answer else None

        return bend

    return {
        "credentials": always(device.LOGIN),
        "rights": always(device.RIGHTS),
        "broken": always(device.BROKEN),
        "busy": always(device.BUSY),
        "empty": _last_line_alone,
        "page": lambda exchange: b"HTTP/1.1 400 Bad Request\r\n\r\n<html></html>\r\n",
        "cut-off": _last_line_cut,
        "echo": lambda exchange: b"ERR " + exchange.request.strip() + b"\r\n",
        "huge": lambda exchange: b"1 " + HUGE,
        "digits": figures(b"7" * 5000),
        "nulls": figures(b"-"),
        "below-zero": figures(b"-1"),
        "repeated": _first_line_twice,
    }


def _last_line_alone(exchange: Exchange) -> Optional[bytes]:
    lines = exchange.answer.splitlines(keepends=True)
    return lines[-1] if len(lines) > 1 else b"\r\n"


def _last_line_cut(exchange: Exchange) -> Optional[bytes]:
    *lines, last = exchange.answer.splitlines(keepends=True) or [b""]
    return b"".join(lines) + last[: len(last) // 2]


def _first_line_twice(exchange: Exchange) -> Optional[bytes]:
    lines = exchange.answer.splitlines(keepends=True)
    return b"".join(lines[:1] + lines) if len(lines) > 1 else None
