"""What an SNMP unit says about itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from pdu.inspection.nameplate import Nameplate
from pdu.inspection.snmp import nameplate
from pdu_common.snmp_client.tool_api import INTEGER, OCTETS
from tests.handlers.snmp.calls import near
from tests.simulators.snmp_agent import Agent, Device
from tests.simulators.snmp_agent.device import Row
from tests.simulators.snmp_units import fixture
from tests.tables import Case, Law, Table, compared

#: a fixture, and further objects as `OID=NUMBER` or `OID=TEXT` -> family, maker, model, serial
#: number and words of the unit
TABLE = Table(Path(__file__).with_name("nameplates.txt"))


def unit(name: str, objects: Sequence[str]) -> Device:
    device = fixture(name).device()
    rows = device.rows()
    for text in objects:
        oid, _, value = text.partition("=")
        is_number = value.lstrip("-").isdigit()
        rows[oid] = Row(INTEGER, int(value)) if is_number else Row(OCTETS, value.encode())
    return Device(rows, device.rules)


def plate_of(agent: Agent) -> Nameplate:
    with agent, near(agent).session("nameplate") as session:
        return nameplate.read_nameplate(session)


def shown(case: Case) -> str:
    name, *objects = case.left.split(TABLE.separator)
    plate = plate_of(Agent(unit(name, objects)))
    texts = [plate.manufacturer, plate.model, plate.serial, plate.description]
    return " | ".join([plate.family, *texts]).rstrip(" |")


@pytest.mark.parametrize("law", TABLE.laws(), ids=str)
def test_a_unit_says_what_it_is(law: Law) -> None:
    law.check(compared(shown))
