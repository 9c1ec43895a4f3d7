"""What a handler finds, as `pdu identify` tells it: outlets and totals that are not all known."""

from __future__ import annotations

from handlers.dcimanager import Figures
from handlers.shared.meter_figures import MeterFigures, NotKnown
from pdu.inspection.finding import HandlerFinding
from pdu_common.helper import EnumPowerStatus


def test_an_outlet_without_a_known_state_is_counted_and_not_as_read() -> None:
    finding = HandlerFinding("snmp")
    up, down, unknown = EnumPowerStatus.UP, EnumPowerStatus.DOWN, EnumPowerStatus.UNKNOWN
    finding.note_states([up, unknown, up, down], basis="a recording")
    assert (finding.outlets, finding.known_outlets) == (4, 3)
    assert finding.can == ["read the states of 4 outlets (2 on, 1 off, 1 unknown)"]
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


def test_outlets_with_an_energy_of_their_own_are_counted() -> None:
    finding, bare_finding = HandlerFinding("snmp"), HandlerFinding("snmp")
    ports = {str(number): MeterFigures(energy_kwh=0.0) for number in (1, 2)}
    ports["3"] = MeterFigures(current_a=1.0)
    finding.note_figures(lambda: Figures(1.0, 2.0, ports), load="a", energy="b")
    assert finding.metered_outlets == 2
    assert finding.can[-1] == "report the energy by outlet (2 outlets)"
    bare_finding.note_figures(lambda: Figures(1.0, 2.0, {"3": ports["3"]}), load="a", energy="b")
    assert bare_finding.cannot == ["report the energy by outlet"]
