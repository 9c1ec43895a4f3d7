"""What the meter keeps of a unit of which something beside the energy cannot be read."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.dcimanager import Figures
from handlers.shared.errors import PduHandlerError, ProtocolError, Unreachable
from handlers.shared.meter_figures import MeterFigures, NotKnown
from pdu.energy.meter import ErrorLog, stored_poll
from pdu.energy.readings import INLET
from pdu.energy.store import StoredRegister
from pdu.reading import parts
from pdu.reading.parts import PolledOutlet, Reading
from pdu.recordings.nameplate import Nameplate
from pdu_common.helper import EnumPowerStatus


class Unit:
    """Has 12.5 kWh; one of its parts raises an error."""

    def __init__(self, part: str, error: PduHandlerError) -> None:
        self._part, self._error = part, error

    def _raise_in(self, part: str) -> None:
        if part == self._part:
            raise self._error

    def states(self) -> list[tuple[str, EnumPowerStatus]]:
        self._raise_in("states")
        return [("1", EnumPowerStatus.UP)]

    def figures(self, with_power: bool) -> Figures:
        self._raise_in("watts" if with_power else "energy")
        meter = MeterFigures(current_a=1.0, energy_kwh=12.5)
        return Figures(load_a=1.0, energy_kwh=12.5, ports={"1": meter})

    def nameplate(self) -> Nameplate:
        self._raise_in("nameplate")
        return Nameplate(serial="A1")


@pytest.mark.parametrize("part", ["states", "watts", "nameplate"])
def test_an_energy_that_was_read_is_kept_whatever_else_fails(part: str) -> None:
    unit: Any = Unit(part, ProtocolError("no such table"))
    read = (parts.states, parts.power, parts.add_nameplate)
    reading = parts.read_parts(unit, read, keeps_failures=True)
    poll = stored_poll("rack1", reading, "boot")
    assert [register.wh for register in poll.registers.values()] == [12500, 12500]
    assert [*poll.registers] == ["1", INLET]
    assert poll.error == "protocol: no such table"
    lines: list[str] = []
    log = ErrorLog(lines.append)
    for _ in range(2):
        log.note(poll)
    assert (lines, bool(log)) == (
        ["rack1 is read in part: protocol: no such table"],
        False,
    )


def test_an_energy_that_failed_leaves_the_reason_alone() -> None:
    unit: Any = Unit("energy", ProtocolError("no such table"))
    reading = parts.read_parts(unit, (parts.states, parts.figures), keeps_failures=True)
    poll = stored_poll("rack1", reading, "boot")
    assert (poll.registers, poll.error) == ({}, "protocol: no such table")


def test_an_energy_that_is_not_known_is_kept_with_its_reason_and_told_once() -> None:
    meter = MeterFigures(1.0, None, NotKnown("the sensor is not valid"))
    outlets = [PolledOutlet("1", EnumPowerStatus.UP, figures=meter)]
    poll = stored_poll("rack1", Reading(outlets, 1.0, 12.5, answered=True), "boot")
    assert poll.registers == {
        "1": StoredRegister(None, None, 1.0, "no energy: the sensor is not valid"),
        INLET: StoredRegister(12500, None, 1.0),
    }
    lines: list[str] = []
    log = ErrorLog(lines.append)
    for _ in range(2):
        log.note(poll)
    assert lines == ["rack1 is read in part: no energy: the sensor is not valid"] and not log


def test_a_silent_device_is_not_asked_for_more() -> None:
    unit: Any = Unit("states", Unreachable("no answer"))
    with pytest.raises(Unreachable):
        parts.read_parts(unit, (parts.states, parts.figures), keeps_failures=True)


@pytest.mark.parametrize("kwh, wh", [(1.001, 1001), (1.0019, 1001), (0.0, 0)])
def test_whole_wh_are_kept_though_a_float_of_kwh_is_a_little_below(kwh: float, wh: int) -> None:
    poll = stored_poll("rack1", Reading([], None, kwh, 0.25, 3, None, True), "boot")
    assert poll.registers[INLET].wh == wh
