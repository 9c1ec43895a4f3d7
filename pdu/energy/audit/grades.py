"""Grades of energies, each with its reason. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Optional

from ...core.cli.output import counted
from ..registers.values import EnergyInterval, Event
from . import checks

FIRM, BOUNDED, NOT_BILLABLE = "firm", "bounded", "not billable"
#: grade -> exit code
LEVELS: Mapping[str, int] = {FIRM: 0, BOUNDED: 1, NOT_BILLABLE: 2}
#: how far the bounds may be apart, as a share of the best energy; beside it, the owner tolerates
#: some kWh
_FIRM_SHARE, _BILLABLE_SHARE = 0.01, 0.1
#: what is tolerated of a register if the owner does not say it, in kWh
USUAL_TOLERANCE_KWH = 0.1
#: two steps, one at each end, explain a width if they are at least this part of it
_MOSTLY = 0.5


class Grade(NamedTuple):
    """FIRM, BOUNDED or NOT_BILLABLE, and why."""

    name: str
    reason: str

    @property
    def level(self) -> int:
        """The exit code."""
        return LEVELS[self.name]


class GradeBasis(NamedTuple):
    """What is known of a register beside its energy."""

    #: in kWh
    step: float
    #: the greatest error of its meter, in percent; None if nobody stated it
    class_percent: Optional[float]
    #: whether the register stood, and no current was found
    stood: bool
    #: the highest current that was read, in A; None if none was
    most_a: Optional[float]


def of_register(
    energy: EnergyInterval, events: Sequence[Event], meant: GradeBasis, tolerance_kwh: float
) -> Grade:
    """The grade of one register."""
    unknown = [one.reason for one in events if one.kind == checks.UNKNOWN_UNIT]
    if unknown:
        return Grade(NOT_BILLABLE, unknown[0])
    if checks.is_unit_in_doubt(events):
        return Grade(NOT_BILLABLE, "its unit is in doubt")
    grade = _by_width(energy, tolerance_kwh)
    if not energy.best and meant.most_a:
        return Grade(NOT_BILLABLE, f"it stood, and up to {meant.most_a:g} A were read")
    if meant.stood:
        reason = f"it stood at 0 A; its step is {meant.step:g} kWh"
        return Grade(FIRM if grade == FIRM else BOUNDED, reason)
    if grade == FIRM and events:
        return Grade(BOUNDED, f"{_apart(energy)}, but: {_kinds(events)}")
    if grade == FIRM:
        return Grade(FIRM, _apart(energy))
    return Grade(grade, f"{_apart(energy)}: {_cause(energy, events, meant)}")


def of_sum(
    energy: EnergyInterval, registers: int, unread: int, in_doubt: int, tolerance_kwh: float
) -> Grade:
    """The grade of a sum of registers, by its own width; each of them is tolerated as it is alone.

    `unread` and `in_doubt`: how many registers were not read, and have a unit that is in doubt.
    """
    if unread:
        return Grade(NOT_BILLABLE, f"{counted(unread, 'outlet')} not read")
    if in_doubt:
        return Grade(NOT_BILLABLE, f"the unit of {counted(in_doubt, 'outlet')} is in doubt")
    return Grade(_by_width(energy, tolerance_kwh * registers), _apart(energy))


def _by_width(energy: EnergyInterval, tolerated: float) -> str:
    if energy.width > _BILLABLE_SHARE * energy.best + tolerated + _ROUNDING:
        return NOT_BILLABLE
    is_firm = energy.width <= _FIRM_SHARE * energy.best + tolerated + _ROUNDING
    return FIRM if is_firm else BOUNDED


#: a step of 0.1 kWh is 0.1 + 1e-13 between two registers
_ROUNDING = 1e-9


def _apart(energy: EnergyInterval) -> str:
    share = f", {100.0 * energy.width / energy.best:.2g} %" if energy.best > 0.0 else ""
    return f"the bounds are {energy.width:.3g} kWh apart{share}"


def _cause(energy: EnergyInterval, events: Sequence[Event], meant: GradeBasis) -> str:
    """What most of a width comes from."""
    if 2.0 * meant.step >= _MOSTLY * energy.width:
        share = f"{100.0 * meant.step / energy.best:.2g} % of" if energy.best else "all of"
        return f"the register's step of {meant.step:g} kWh is {share} this period"
    if events:
        return _kinds(events)
    if meant.class_percent is not None:
        return f"the meter's error of up to {meant.class_percent:g} %"
    return "the readings around begin or end"


def _kinds(events: Sequence[Event]) -> str:
    return ", ".join(dict.fromkeys(one.kind for one in events))
