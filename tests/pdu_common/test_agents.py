"""The double of BaseSnmpPdu against agents with faults: agents.txt. It returns a whole answer, or
raises.

    FAULT=VALUE                  of the agent (tests/simulators/snmp_agent/faults.py)
    column 48                    a column C with so many rows, in place of an APC's; `last`: no
                                 object follows
    first alone                  of a GETNEXT only the first OID is answered, others with 0
    turned                       an answer to a GETBULK goes back
    bulk STATUS                  each GETBULK is answered with this error
    exception NAME               so is each SET, and in a walk the rows of `without 2 20`
    ends NAME                    this exception follows the last object, in any version
    get gives OID OID            each GET is answered with these objects
    spoilt OID HEX               the value of this object is these octets; `once`: at first
    before NAME                  one of MISFITS comes before each answer, or in its place: `instead`
    version=1, timeout=0.2       parameters, 2 and 5 without them; retries=0, too
    walk OID, get OID, set OID 1 calls (calls.py)

On the right stand the number of rows, if they are those of the agent, the value, or the error; then
the requests, and how many ids they have if one is repeated. Where a busy machine may repeat one, a
line has `..` for them.
`python -m tests.tables tests.pdu_common.test_agents` writes right sides.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Sequence
from dataclasses import fields, replace
from functools import partial
from pathlib import Path
from typing import Any, Callable, Optional

import pytest

from pdu_common.base_snmp_pdu import Element
from pdu_common.snmp_client import ber as codec, pdus
from pdu_common.snmp_client.reads import dotted, parse_oid
from tests.handlers.snmp.memory import plain
from tests.simulators.snmp_agent import Agent, Device, Faults, Row, ber
from tests.simulators.snmp_agent.ber import Binding, Message, Pdu
from tests.simulators.snmp_agent.device import INTEGER
from tests.simulators.snmp_agent.devices import apc
from tests.tables import Case, Table

from .calls import COLUMN, WORDS, end_of, oid_of
from .double import connect

TABLE = Table(Path(__file__).with_name("agents.txt"), operator="=")
EXCEPTIONS = {
    "noSuchObject": ber.NO_SUCH_OBJECT,
    "noSuchInstance": ber.NO_SUCH_INSTANCE,
    "endOfMibView": ber.END_OF_MIB_VIEW,
}
MISFITS: dict[str, Callable[[bytes], bytes]] = {
    "another version": lambda answer: _of_message(answer, version=1 - ber.decode(answer).version),
    "no community": lambda answer: _of_message(answer, community=b""),
    "another community": lambda answer: _of_message(answer, community=b"public"),
    "another request id": lambda answer: _of_pdu(
        answer, request_id=ber.decode(answer).pdu.request_id ^ 1
    ),
    "a request": lambda answer: _of_pdu(answer, kind=ber.GET),
    "more octets": lambda answer: _of_pdu(answer) + b"\x00" * 15,
    "cut off": lambda answer: answer[:-1],
    "nothing": lambda answer: b"",
    "an empty message": lambda answer: b"\x30\x00",
}


def _of_message(answer: bytes, **fields: Any) -> bytes:
    """The answer with another name, and with other fields of the message."""
    message = ber.decode(answer.replace(b"rpdu2", b"rpdu9"))
    return ber.encode(message._replace(**fields))


def _of_pdu(answer: bytes, **fields: Any) -> bytes:
    """The answer with other fields in its PDU."""
    return _of_message(answer, pdu=ber.decode(_of_message(answer)).pdu._replace(**fields))


_KINDS = {ber.GET: "get", ber.GET_NEXT: "next", ber.GET_BULK: "bulk", ber.SET: "set"}
_FAULTS = {field.name for field in fields(Faults)}
_PARAMETERS = ("version", "timeout", "retries")
Result = tuple[str, int, tuple[Binding, ...]]


class OddAgent(Agent):
    """An agent with the oddities of a line, which notes its requests."""

    answers_first_alone = False
    turns = False
    status_of_bulk = ""
    without_value: frozenset[str] = frozenset()
    exception: Optional[int] = None
    end: Optional[int] = None
    objects_of_get: Sequence[str] = ()
    #: an object, and the octets of its value
    spoilt: Optional[tuple[str, bytes]] = None
    spoils_once = False
    #: what is sent before each answer, or in its place
    misfits: Sequence[Callable[[bytes], bytes]] = ()
    only_misfits = False

    def __init__(self, device: Device) -> None:
        self.pdus: list[Pdu] = []
        super().__init__(device)

    def exchange(self, data: bytes) -> Optional[bytes]:
        self.pdus.append(ber.decode(data).pdu)
        answer = super().exchange(data)
        if answer is None or self.spoilt is None:
            return answer
        oid, value = self.spoilt
        message = ber.decode(answer)
        if all(dotted(arcs) != oid for arcs, _ in message.pdu.bindings):
            return answer
        if self.spoils_once:
            self.spoilt = None
        return _with_value(message, oid, value)

    def _send(self, answer: bytes, peer: tuple[str, int]) -> None:
        for misfit in self.misfits:
            super()._send(misfit(answer), peer)
        if not self.only_misfits:
            super()._send(answer, peer)

    def _perform(self, pdu: Pdu, message: Message) -> Result:
        kind = _KINDS[pdu.kind]
        if kind == "bulk" and self.status_of_bulk:
            return self.status_of_bulk, 1, ()
        if kind == "get" and self.objects_of_get:
            objects = [oid for oid in self.objects_of_get if oid != "none"]
            return "", 0, tuple((parse_oid(oid), Row(INTEGER, 1)) for oid in objects)
        if kind == "set" and self.exception is not None:
            return "", 0, tuple((oid, self.exception) for oid, _ in pdu.bindings)
        others = pdu.bindings[1:]
        if kind == "next" and self.answers_first_alone:
            pdu = pdu._replace(bindings=pdu.bindings[:1])
        if kind == "next" and self.end is not None:
            status, place, bindings = self._get_next(pdu, 1)
        else:
            status, place, bindings = super()._perform(pdu, message)
        if kind == "next" and self.answers_first_alone:
            bindings = (*bindings, *((oid, Row(INTEGER, 0)) for oid, _ in others))
        if kind == "bulk" and self.turns:
            bindings = (*bindings[:5], *bindings[3:])
        return status, place, tuple(map(self._changed, bindings))

    def _changed(self, binding: Binding) -> Binding:
        oid, value = binding
        if dotted(oid) in self.without_value and self.exception is not None:
            return oid, self.exception
        if self.end is not None and value == ber.END_OF_MIB_VIEW:
            return oid, self.end
        return binding


def _with_value(message: Message, oid: str, value: bytes) -> bytes:
    """The message with these octets in place of the object's value."""
    bindings = b""
    for binding in message.pdu.bindings:
        if dotted(binding[0]) == oid:
            bindings += codec.tlv(codec.SEQUENCE, codec.encode_oid(binding[0]) + value)
        else:
            bindings += ber.encode_binding(binding)
    request_id = codec.encode_integer(message.pdu.request_id)
    status_and_index = 2 * codec.encode_integer(0)
    content = request_id + status_and_index + codec.tlv(codec.SEQUENCE, bindings)
    response = codec.tlv(ber.RESPONSE, content)
    return pdus.message(message.version, message.community, response)


def _device(changes: Sequence[str]) -> Device:
    for change in changes:
        if change.startswith("column "):
            rows = {f"{COLUMN}.{n}": Row(INTEGER, n) for n in range(1, int(change[7:]) + 1)}
            following = {} if "last" in changes else {"1.3.6.1.4.1.99999.2.1": Row(INTEGER, 0)}
            return Device({**rows, **following})
    return apc.rpdu2(outlets=48).device


def shown(case: Case) -> str:
    """The right side of a case, as the code gives it now."""
    changes = case.left.split(TABLE.separator)
    params = {"timeout": "5"}
    calls: list[str] = []
    agent = OddAgent(_device(changes))
    with agent:
        for change in changes:
            word, _, rest = change.partition(" ")
            key, equals, value = change.partition("=")
            if word in WORDS and not rest.startswith("gives "):
                calls.append(change)
            elif key in _FAULTS:
                fault = {key: ast.literal_eval(value)}
                agent.faults = replace(agent.faults, **fault)
            elif equals:
                assert key in _PARAMETERS, change
                params[key] = value
            else:
                _change(agent, word, rest)
        double = connect(agent.port, **params)
        shown_rows = partial(_shown_rows, agent)
        name = f"{agent.host}:{agent.port}"
        ends = [end_of(double, call, name, shown_rows) for call in calls]
    kinds = [pdu.kind for pdu in agent.pdus]
    counts = [f"{_KINDS[kind]} {len(list(group))}" for kind, group in itertools.groupby(kinds)]
    ids = len({pdu.request_id for pdu in agent.pdus})
    repeated = "" if ids == len(kinds) else f", {ids} different"
    return f"{'; '.join(ends)} / {' '.join(counts)}{repeated}"


def _change(agent: OddAgent, word: str, rest: str) -> None:
    """Carry out a change of a line."""
    if word == "first":
        agent.answers_first_alone = True
    elif word == "turned":
        agent.turns = True
    elif word == "once":
        agent.spoils_once = True
    elif word == "bulk":
        agent.status_of_bulk = rest
    elif word == "without":
        agent.without_value = frozenset(f"{COLUMN}.{row}" for row in rest.split())
    elif word == "exception":
        agent.exception = EXCEPTIONS[rest]
    elif word == "ends":
        agent.end = EXCEPTIONS[rest]
    elif word in ("before", "instead"):
        agent.misfits = list(MISFITS.values()) if rest == "all" else [MISFITS[rest]]
        agent.only_misfits = word == "instead"
    elif rest.startswith("gives "):
        agent.objects_of_get = [oid_of(oid) for oid in rest.split()[1:]]
    elif word == "spoilt":
        oid, octets = rest.split(" ")
        agent.spoilt = (oid_of(oid), bytes.fromhex(octets))
    else:
        assert word in ("column", "last"), word


def _shown_rows(agent: OddAgent, column: str, elements: Sequence[Element]) -> str:
    """The number of rows, if they are those of the agent."""
    rows = [(element.oid, element.value) for element in elements]
    return f"{len(rows)} rows" if rows == _rows(agent, column) else f"OTHER ROWS {rows}"


def _rows(agent: OddAgent, column: str) -> list[tuple[str, object]]:
    """The rows of a column that have a value."""
    rows: list[tuple[str, object]] = []
    for oid, row in agent.device.rows().items():
        if oid.startswith(f"{column}.") and oid not in agent.without_value:
            rows.append((oid, plain(row)))
    return rows


@pytest.mark.parametrize("case", TABLE.cases(), ids=str)
def test_calls_end_as_the_lines_say(case: Case) -> None:
    case.check(shown(case))
