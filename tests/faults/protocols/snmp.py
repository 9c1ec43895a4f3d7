"""An APC unit over SNMPv2c."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Callable, Optional

from tests.simulators.snmp_agent import Agent, Row, ber
from tests.simulators.snmp_agent.device import INTEGER, OCTETS
from tests.simulators.snmp_agent.devices import apc

from .. import datagrams
from ..wire import Exchange
from . import Corruption, Device, Subject

_NEVER_S = 1000.0
_OUTLETS = 4
# error-status of RFC 3416, 3
_GEN_ERR, _NO_ACCESS, _RESOURCE_UNAVAILABLE, _AUTHORIZATION_ERROR = 5, 6, 13, 16
# of 2,048 octets, about 5,000 digits
_LONG_NUMBER = int.from_bytes(b"\x41" * 2048, "big")


@contextlib.contextmanager
def _opened(fault: str) -> Iterator[Device]:
    model = apc.rpdu2(outlets=_OUTLETS, relay_s=_NEVER_S if fault == "stuck" else 0.0)
    device, state = model.device, f"{apc.RPDU2_STATUS}.5"
    for number in range(1, _OUTLETS + 1):
        device.put(f"{state}.{number}", "1" if number == 3 else "2")
    with Agent(model, read="all-may-look", write="nobody-knows") as agent:

        def happen(key: str, identity: str, on: bool) -> None:
            if key == "two-writers":
                device.put(f"{state}.{identity}", "1" if on else "2")
            elif key == "cycling":
                # neither on nor off; the MIB has no state for a cycle
                device.put(f"{state}.{identity}", "3")
            elif key == "counter-reset":
                for number in range(1, _OUTLETS + 1):
                    device.put(f"{apc.RPDU2_METERED}.11.{number}", "0")
                device.put(f"{apc.RPDU2_DEVICE}.9.1", "0")
            elif key == "renumbered":
                device.take(f"{state}.{_OUTLETS}")

        yield Device(
            port=agent.port,
            truth=agent.truth,
            happen=happen,
            snmp={"version": "2", "community": "nobody-knows"},
            secrets=("nobody-knows",),
        )


def _pdu(change: Callable[[ber.Pdu, ber.Pdu], ber.Pdu]) -> Corruption:
    """A corruption. `change(request, answer)` makes the SNMP PDU to send, from that of the request
    and that of the device's answer; without one, from the request as a successful RESPONSE.
    """

    def corruption(exchange: Exchange) -> Optional[bytes]:
        message = ber.decode(exchange.request)
        if exchange.answer:
            answer = ber.decode(exchange.answer).pdu
        else:
            answer = message.pdu._replace(kind=ber.RESPONSE, status=0, error_index=0)
        return ber.encode(message._replace(pdu=change(message.pdu, answer)))

    return corruption


def _error(status: int, of_set: int = 0) -> Corruption:
    return _pdu(
        lambda request, answer: answer._replace(
            status=of_set if of_set and request.kind == ber.SET else status,
            error_index=1,
            bindings=request.bindings,
        )
    )


def _tlv(tag: int, content: bytes) -> bytes:
    return bytes((tag, 0x82)) + len(content).to_bytes(2, "big") + content


def _digits(exchange: Exchange) -> Optional[bytes]:
    """The answer with only its first varbind, whose value becomes an INTEGER of 2,048 octets."""
    if not exchange.answer:
        return None
    answer = ber.decode(exchange.answer)
    oid, _ = answer.pdu.bindings[0]
    bindings = ((oid, Row(INTEGER, _LONG_NUMBER)),)
    return ber.encode(answer._replace(pdu=answer.pdu._replace(bindings=bindings)))


def _nested(exchange: Exchange) -> bytes:
    message = b""
    while len(message) < 60_000:
        message = _tlv(0x30, message)
    return message


def _of_next(request: ber.Pdu, answer: ber.Pdu) -> ber.Pdu:
    """The answer to a GET names the next row instead of the requested one.

    Other answers are unchanged.
    """
    if request.kind != ber.GET:
        return answer
    bindings = []
    for oid, value in answer.bindings:
        next_oid = (*oid[:-1], oid[-1] + 1)
        bindings.append((next_oid, value))
    return answer._replace(bindings=tuple(bindings))


def _echo_text(exchange: Exchange) -> Optional[bytes]:
    """Answer with the community in place of each text."""
    community = ber.decode(exchange.request).community
    return _texts(Row(OCTETS, community))(exchange)


def _texts(text: Row) -> Corruption:
    """A change that puts this text in place of each text."""
    return _values(text, lambda value: isinstance(value, Row) and value.tag == OCTETS)


def _numbers(number: Row) -> Corruption:
    """A change that puts this number in place of each number."""
    return _values(number, lambda value: isinstance(getattr(value, "value", None), int))


def _values(new_value: Row, is_replaced: Callable[[ber.Wire], bool]) -> Corruption:
    """A change that puts this value in place of each for which `is_replaced` is true."""

    def change(request: ber.Pdu, answer: ber.Pdu) -> ber.Pdu:
        bindings = []
        for oid, value in answer.bindings:
            bindings.append((oid, new_value if is_replaced(value) else value))
        return answer._replace(bindings=tuple(bindings))

    return _pdu(change)


def _without_values(request: ber.Pdu, answer: ber.Pdu) -> ber.Pdu:
    """The answer with empty texts: a missing value would say that there is no such object. Not of a
    SET: an agent that answers it so has not carried it out."""
    if request.kind == ber.SET:
        return answer
    return answer._replace(bindings=tuple((oid, Row(OCTETS, b"")) for oid, _ in answer.bindings))


SUBJECT = Subject(
    name="snmp",
    opened=_opened,
    relay=datagrams.Relay,
    corruptions={
        "rights": _error(_AUTHORIZATION_ERROR, _NO_ACCESS),
        "broken": _error(_GEN_ERR),
        "busy": _error(_RESOURCE_UNAVAILABLE),
        "other": _pdu(lambda request, answer: answer._replace(request_id=answer.request_id ^ 1)),
        "empty": _pdu(lambda request, answer: answer._replace(bindings=())),
        "cut-off": _pdu(
            lambda request, answer: answer._replace(
                bindings=answer.bindings[: len(answer.bindings) // 2]
            )
        ),
        "nested": _nested,
        "digits": _digits,
        "nulls": _pdu(_without_values),
        "repeated": _pdu(
            lambda request, answer: answer._replace(bindings=answer.bindings[:1] + answer.bindings)
        ),
        "echo-text": _echo_text,
        "neighbour": _pdu(_of_next),
        "below-zero": _numbers(Row(INTEGER, -5)),
        "no-figures": _numbers(Row(OCTETS, b"1e999")),
        "control": _texts(Row(OCTETS, b"\x1b[2J\x9b\xed\xa0\x80")),
    },
    excluded={
        "credentials": "an agent does not answer a wrong community; see `unanswered`",
        "moved": "SNMP has no redirects",
        "obeyed-moved": "SNMP has no redirects",
        "no-status": "SNMP has no statuses",
        "accepted": "SNMP has no statuses",
        "page": "no HTTP proxy answers SNMP; the fault `noise` sends garbage",
        "echo": "every answer contains the community, correct ones too",
        "huge": "a datagram has 65,507 octets at most",
        "bomb": "SNMP has no compression",
    },
    up="3",
    down="2",
)
