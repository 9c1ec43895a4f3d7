"""Outlets that are switched because nothing reserves them, or because their owner allows it; the
reserved ones are variations of units (test_variations.py).
"""

from __future__ import annotations

import pytest

from handlers.shared.errors import Unsupported
from handlers.snmp.detection import SYS_DESCR
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.handlers.snmp.calls import near
from tests.handlers.snmp.units import UNPROVEN, rows_without
from tests.simulators.snmp_agent import Agent, Device, Row
from tests.simulators.snmp_agent.device import OCTETS, Effect, Rule
from tests.simulators.snmp_units import fixture

E = "1.3.6.1.4.1."


@pytest.mark.against("synthetic units, served by the project's agent")
def test_a_unit_that_cuts_the_text_that_its_mib_does_not_allow_is_unknown() -> None:
    column = E + "17420.1.2.9.1.13.0"
    cut = ",".join(["1", "1", "0", "1"] * 4)[:-1] + "0"
    cutting = Rule(column, keep=False, effects=(Effect(column, cut),))
    unit = fixture("digipower_24")
    with Agent(Device(unit.rows, (cutting,))) as agent:
        handler = near(agent, UNPROVEN)
        port = handler.port_down(PduPortView("16"), deadline=0.1, pause=0.01)
        assert port.power_status is EnumPowerStatus.UNKNOWN
        assert len(agent.writes()) == 1


SECRET = "r3ad-and-write"
ECHO = pytest.mark.parametrize("echo", [SECRET, f"x {SECRET}", f"{SECRET[:-1]}{SECRET}"])


@pytest.mark.parametrize(
    "name, identity, oid, value",
    [
        pytest.param(
            "vertiv-dcs-mpdu",
            "1.3",
            E + "13400.3.2.225.1.1.2.1",
            "{echo}",
            id="the type that a guard tests",
        ),
        pytest.param(
            "digipower",
            "2.1",
            E + "17420.1.2.9.2.13.0",
            "1,{echo},1,0",
            id="the states of all outlets in one text",
        ),
    ],
)
@ECHO
def test_a_community_that_the_device_sends_back_is_not_in_the_error(
    name: str, identity: str, oid: str, value: str, echo: str
) -> None:
    unit = fixture(name)
    row = Row(OCTETS, value.format(echo=echo).encode())
    check_that_the_community_is_hidden(Device({**unit.rows, oid: row}, unit.rules), identity)


@ECHO
def test_a_community_in_the_sys_descr_of_an_unknown_device_is_not_in_the_error(echo: str) -> None:
    unit = fixture("vertiv-dcs-mpdu")
    rows = rows_without(unit, E + "13400")
    rows[SYS_DESCR] = Row(OCTETS, echo.encode())
    check_that_the_community_is_hidden(Device(rows, unit.rules), "1.3")


def check_that_the_community_is_hidden(device: Device, identity: str) -> None:
    with (
        Agent(device, write=SECRET) as agent,
        pytest.raises(Unsupported, match="it holds the community") as error_info,
    ):
        near(agent, UNPROVEN, community=SECRET).port_down(PduPortView(identity))
    assert SECRET not in str(error_info.value)
    assert agent.writes() == []
