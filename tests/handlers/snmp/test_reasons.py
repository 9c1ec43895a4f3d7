"""An UNKNOWN gives its reason: the object that decides and what it reads, in the log of a status,
of a command and of labels, from what was read already.
"""

from __future__ import annotations

import logging

import pytest

from handlers.snmp.device import SnmpDevice, reasons_of_unknown
from handlers.snmp.labels import missing_labels
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.handlers.snmp.calls import near
from tests.handlers.snmp.memory import Memory
from tests.handlers.snmp.units import FIXTURES, find, memory
from tests.simulators.snmp_agent import Agent, Device, Row, Rule
from tests.simulators.snmp_agent.device import INTEGER
from tests.simulators.snmp_units import fixture

UNKNOWN = EnumPowerStatus.UNKNOWN
RPDU2 = "1.3.6.1.4.1.318.1.1.26.9.2.3.1"
STATE, PENDING, NAME = f"{RPDU2}.5", f"{RPDU2}.6", f"{RPDU2}.3"
COMMAND = "1.3.6.1.4.1.318.1.1.26.9.2.4.1.5"


def reasons_without_request(device: Memory, snmp_device: SnmpDevice) -> dict[str, str]:
    requests = len(device.asked)
    reasons = dict(reasons_of_unknown(snmp_device))
    assert len(device.asked) == requests
    return reasons


def test_every_state_that_is_not_known_has_a_reason_that_costs_no_request() -> None:
    without_reason: list[str] = []
    for unit in FIXTURES:
        device = memory(unit)
        snmp_device = find(unit, device)
        reasons = reasons_without_request(device, snmp_device)
        if snmp_device.outlets is None or snmp_device.outlets.states is None:
            assert not reasons, unit.name
            continue
        for identity, state in snmp_device.states.items():
            if bool(reasons.get(identity)) is not (state is UNKNOWN):
                without_reason.append(f"{unit.name} {identity}")
    assert without_reason == []


def test_the_reason_of_a_state_that_is_lost_costs_no_request() -> None:
    """A request that fails would cost the states that were read before it."""
    unit = fixture("apc-rpdu2")
    device = memory(unit)
    with device.without(oid for oid in unit.rows if oid.startswith(f"{STATE}.")):
        reasons = reasons_without_request(device, find(unit, device))
    assert set(reasons.values()) == {"the answers have no row of its state"}


@pytest.mark.parametrize(
    "oid, value, is_carried_out, reason",
    [
        (STATE, 9, False, "rPDU2OutletSwitchedStatusState reads '9', neither on (2) nor off (1)"),
        (PENDING, 1, True, "rPDU2OutletSwitchedStatusCommandPending reads '1'"),
    ],
    ids=["the value", "a reason"],
)
def test_a_status_and_a_command_log_why_the_state_is_not_known(
    oid: str, value: int, is_carried_out: bool, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    unit = fixture("apc-rpdu2")
    rules = unit.rules if is_carried_out else [Rule(f"{COMMAND}.*", allow=("1", "2"))]
    device = Device({**unit.rows, f"{oid}.3": Row(INTEGER, value)}, rules)
    sentence = f"outlet 3: {reason}"
    with Agent(device) as agent, caplog.at_level(logging.WARNING):
        handler = near(agent)
        states = {port.identity: port.power_status for port in handler.status().ports}
        assert states["3"] is UNKNOWN
        assert sentence in caplog.messages

        caplog.clear()
        port = handler.port_down(PduPortView("3"), deadline=0.0, pause=0.0)
        assert port.power_status is UNKNOWN
        assert sentence in caplog.messages


def test_a_name_that_the_answers_lack_is_named_with_its_object() -> None:
    unit = fixture("apc-rpdu2")
    device = memory(unit)
    with device.without([f"{NAME}.2"]):
        (lost,) = missing_labels(find(unit, device))
    assert lost == ("2", "rPDU2OutletSwitchedStatusName: no answer")
    assert list(missing_labels(find(unit, memory(unit)))) == []
