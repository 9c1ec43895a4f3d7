"""What a handler finds, as `pdu identify` tells it: outlets and totals that are not all known."""

from __future__ import annotations

from handlers.shared.meter_figures import NotKnown
from pdu.inspection.finding import HandlerFinding
from pdu_common.helper import EnumPowerStatus


def test_an_outlet_without_a_known_state_is_counted_and_not_as_read() -> None:
    finding = HandlerFinding("snmp")
    states = [EnumPowerStatus.UP, EnumPowerStatus.UNKNOWN, EnumPowerStatus.UP]
    finding.note_states(states, basis="a recording")
    assert (finding.outlets, finding.known_outlets) == (3, 2)
    assert finding.can == ["read the states of 3 outlets (2 on, 1 unknown)"]
    assert finding.evidence == {"state": "a recording"}


def test_a_measured_total_of_0_is_a_meter_and_a_lost_one_has_its_reason() -> None:
    of_load, of_energy = HandlerFinding("snmp"), HandlerFinding("snmp")
    of_load.note_total("load", 0.0, "A", basis="a recording")
    assert of_load.metered
    assert of_load.can == ["report its load (0 A)"]
    assert of_load.evidence == {"load": "a recording"}
    of_energy.note_total("energy", NotKnown("the counter is silent"), "kWh", basis="a recording")
    assert not of_energy.metered
    assert of_energy.cannot == ["report its energy (the counter is silent)"]
