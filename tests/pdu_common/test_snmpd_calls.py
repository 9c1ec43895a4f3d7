"""The double of BaseSnmpPdu against a real snmpd: snmpd.txt.

    as LEVEL                     a version, or `v3` with a user's protocols; v2c, which may write,
                                 without it
    NAME=TEXT                    a parameter
    on types                     the snmpd with the objects of TYPES below T, in place of an APC's
    walk OID, get OID            calls (calls.py)

On the right stand the values, the rows (of more than twelve the first, the last and their number),
or the error; then type, value and error of the SETs that snmpd got.
`python -m tests.pdu_common.test_snmpd_calls` writes right sides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from common.misc import Oid
from pdu_common.base_snmp_pdu import Element
from tests.handlers.snmp.memory import plain
from tests.servers.snmpd import USERS, Snmpd, User
from tests.simulators.snmp_agent import Device, Row, Rule
from tests.simulators.snmp_agent.device import COUNTER64, GAUGE, INTEGER, IP, OCTETS, OID, TICKS
from tests.simulators.snmp_agent.devices import apc
from tests.tables import Case, Table

from .calls import NAMES, end_of
from .double import connect

pytestmark = pytest.mark.against("Net-SNMP snmpd")

TABLE = Table(Path(__file__).with_name("snmpd.txt"))
T = NAMES["T"]
LEVELS: Mapping[str, Mapping[str, str]] = {
    "v1": {"version": "1"},
    "v2c": {"version": "2c"},
    "reader": {"community": "public"},
    "reader of v1": {"community": "public", "version": "1"},
    **{f"v3 {user.name}": user.params() for user in USERS},
}
TYPES = {
    f"{T}.1.0": Row(INTEGER, -7),
    f"{T}.2.0": Row(OCTETS, "naïve\n".encode()),
    f"{T}.3.0": Row(OCTETS, b"\xfe\x00\xff"),
    f"{T}.4.0": Row(OID, (1, 3, 6, 1, 4, 1, 318)),
    f"{T}.5.0": Row(IP, bytes((192, 0, 2, 7))),
    f"{T}.6.0": Row(GAUGE, 2**32 - 1),
    f"{T}.7.0": Row(TICKS, 100),
    f"{T}.8.0": Row(COUNTER64, 2**64 - 1),
    f"{T}.9.0": Row(OCTETS, b""),
    f"{T}.10.0": Row(OCTETS, b"12.5"),
}
WRITTEN = {f"{T}.11.0": Row(INTEGER, 0), f"{T}.12.0": Row(OCTETS, b"")}
_TAGS = {INTEGER: "INTEGER", OCTETS: "OCTETS"}


@contextmanager
def servers() -> Iterator[Mapping[str, Snmpd]]:
    """The snmpd with the objects of an APC, and the one with those of TYPES and WRITTEN."""
    rules = tuple(map(Rule, WRITTEN))
    with (
        Snmpd(apc.rpdu2(outlets=48), users=USERS) as outlets,
        Snmpd(Device({**TYPES, **WRITTEN}, rules), users=[User("plain")]) as types,
    ):
        yield {"outlets": outlets, "types": types}


@pytest.fixture(scope="module")
def snmpds() -> Iterator[Mapping[str, Snmpd]]:
    with servers() as running:
        yield running


def shown(case: Case, snmpds: Mapping[str, Snmpd]) -> str:
    """The right side of a case, as the code gives it now."""
    server = snmpds["outlets"]
    params: dict[str, str] = {}
    calls: list[str] = []
    for change in case.left.split(TABLE.separator):
        word, _, rest = change.partition(" ")
        key, equals, value = change.partition("=")
        if word == "on":
            server = snmpds[rest]
        elif word == "as":
            params.update(LEVELS[rest])
        elif equals:
            params[key] = value
        else:
            calls.append(change)
    before = len(server.writes())
    pdu = connect(server.port, **params)
    ends = [end_of(pdu, call, f"{server.host}:{server.port}", _rows) for call in calls]
    writes = [
        f"{_TAGS[write.tag]} {write.value} {write.answer}".strip()
        for write in server.writes()[before:]
    ]
    return f"{'; '.join(ends)} / {', '.join(writes)}".strip()


def _rows(_: str, elements: Sequence[Element]) -> str:
    """The rows; of many the first, the last and their number."""
    rows = [f"{element.oid_index}={element.value!r}" for element in elements]
    if len(rows) > 12:
        return f"{len(rows)} rows from {rows[0]} to {rows[-1]}"
    return " ".join(rows) or "-"


@pytest.mark.parametrize("case", TABLE.cases(), ids=str)
def test_calls_end_as_the_lines_say(case: Case, snmpds: Mapping[str, Snmpd]) -> None:
    case.check(shown(case, snmpds))


def test_values_without_an_agent_are_those_of_a_walk(snmpds: Mapping[str, Snmpd]) -> None:
    elements = connect(snmpds["types"].port).snmp_walk(T)
    values = {element.oid: element.value for element in elements}
    assert {oid: values[oid] for oid in TYPES} == {oid: plain(TYPES[oid]) for oid in TYPES}


def test_an_oid_may_be_that_of_the_platform(snmpds: Mapping[str, Snmpd]) -> None:
    oid: Any = Oid("1.3.6.1.2.1.1") + "5.0"
    assert connect(snmpds["outlets"].port).snmp_get(oid).value == "rpdu2"


if __name__ == "__main__":
    with servers() as running_servers:
        TABLE.write(lambda case: shown(case, running_servers))
