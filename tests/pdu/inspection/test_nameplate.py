"""What an SNMP unit says about itself."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from pdu.inspection.nameplate import Nameplate
from pdu.inspection.snmp import nameplate
from pdu_common.snmp_client.tool_api import OCTETS
from tests.handlers.snmp.calls import near
from tests.simulators.snmp_agent import Agent, Device
from tests.simulators.snmp_agent.device import Row
from tests.simulators.snmp_units import fixture

_PX2 = "1.3.6.1.4.1.13742.6.3.2.1.1"
_TOWER = "1.3.6.1.4.1.1718.3.2.1.1"


@pytest.mark.parametrize(
    "objects, plate",
    [
        pytest.param(
            {f"{_PX2}.2.1": "Legrand", f"{_PX2}.3.1": "PX4-1", f"{_PX2}.4.1": "S1"},
            Nameplate(
                family="raritan-px2",
                manufacturer="Legrand",
                model="PX4-1",
                serial="S1",
                description="PX3 020500 - Raritan PDU",
            ),
            id="PDU2-MIB: pduManufacturer, pduModel, pduSerialNumber",
        ),
        pytest.param(
            {
                f"{_TOWER}.6.1": "A1",
                f"{_TOWER}.6.2": "B2",
                f"{_TOWER}.7.1": "CW-8H",
                f"{_TOWER}.7.2": "CX-8H",
            },
            Nameplate(
                family="sentry3",
                manufacturer="Server Technology",
                model="CW-8H, CX-8H",
                serial="A1, B2",
                description="Sentry Switched CDU",
            ),
            id="Sentry3-MIB: towerProductSN, towerModelNumber of each tower",
        ),
        pytest.param(
            {},
            Nameplate(
                family="gude-epc", manufacturer="Gude", description="Expert Power Control 8291-1"
            ),
            id="the family's vendor, if the unit says nothing",
        ),
        pytest.param(
            {},
            Nameplate(
                family="dli-energy-object",
                manufacturer="Digital Loggers",
                description="Web Power Switch Pro",
            ),
            id="the family's vendor, if its key has another word",
        ),
        pytest.param(
            {},
            Nameplate(family="pdumib-v07", description="PDU-8"),
            id="no maker, if the family has no vendor",
        ),
    ],
)
def test_a_unit_says_what_it_is(objects: Mapping[str, str], plate: Nameplate) -> None:
    device = fixture(plate.family).device()
    rows = device.rows()
    for oid, text in objects.items():
        rows[oid] = Row(OCTETS, text.encode())
    with Agent(Device(rows, device.rules)) as agent, near(agent).session("nameplate") as session:
        assert nameplate.read_nameplate(session) == plate
