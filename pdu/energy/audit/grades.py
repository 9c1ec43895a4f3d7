"""Grades of energies, each with its reason. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Optional

from ...core.cli.output import counted
from ..registers.rounding import round_to_wh
from ..registers.values import EnergyInterval, Event
from . import checks

FIRM, BOUNDED, WIDE, NOT_BILLABLE = "firm", "bounded", "wide", "not billable"
#: of what was not read, but for its power
ESTIMATE = "estimate"
#: grade -> exit code
LEVELS: Mapping[str, int] = {FIRM: 0, BOUNDED: 1, WIDE: 2, ESTIMATE: 2, NOT_BILLABLE: 2}
#: how far the bounds may be apart, as a share of the best energy; beside it, the owner tolerates
#: some kWh
_FIRM_SHARE, _BOUNDED_SHARE = 0.01, 0.1
#: what is tolerated of a register if the owner does not say it, in kWh
USUAL_TOLERANCE_KWH = 0.1
#: two steps, one at each end, explain a width if they are at least this part of it
_MOSTLY = 0.5


class Grade(NamedTuple):
    """FIRM, BOUNDED, WIDE or NOT_BILLABLE, and why."""

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
    #: whether it stood, and no current flowed: its width is its step, of which no share can be told
    is_idle: bool = False
    #: why what was read supports no firm energy; "" if it does
    weakness: str = ""


def grade_register(
    energy: EnergyInterval, events: Sequence[Event], basis: GradeBasis, tolerance_kwh: float
) -> Grade:
    """The grade of one register (law 5): by its width, if its unit is not in doubt."""
    for event in events:
        if event.kind == checks.UNKNOWN_UNIT:
            return Grade(NOT_BILLABLE, event.reason)
        if event.kind == checks.UNIT:
            return Grade(NOT_BILLABLE, f"its unit is in doubt: {event.reason}")
    grade = _width_grade(energy, tolerance_kwh)
    if grade == FIRM and basis.weakness:
        return Grade(BOUNDED, f"{_apart(energy)}: {basis.weakness}")
    if grade == FIRM:
        return Grade(FIRM, _apart(energy))
    if basis.is_idle and grade == WIDE:
        return Grade(BOUNDED, f"it stood at 0 A; its step is {basis.step:g} kWh")
    return Grade(grade, f"{_apart(energy)}: {_cause(energy, events, basis)}")


def grade_unread(estimate: Optional[EnergyInterval]) -> Grade:
    """The grade of a register of which no energy was read. `estimate`: what its power says."""
    if estimate is None:
        return Grade(NOT_BILLABLE, "no energy was read")
    return Grade(
        ESTIMATE,
        f"no energy was read; an estimate by its power, which is not billed: {estimate.best:.1f}"
        f" kWh, of 0 to {estimate.high:.0f} that may have flowed between the polls",
    )


def grade_sum(
    energy: EnergyInterval, registers: int, unread: int, in_doubt: int, tolerance_kwh: float
) -> Grade:
    """The grade of a sum of registers, by its own width; each of them is tolerated as it is alone.

    `unread` and `in_doubt`: how many registers were not read, and have a unit that is in doubt.
    """
    if unread:
        return Grade(NOT_BILLABLE, f"{counted(unread, 'outlet')} not read")
    if in_doubt:
        return Grade(NOT_BILLABLE, f"the unit of {counted(in_doubt, 'outlet')} is in doubt")
    return Grade(_width_grade(energy, tolerance_kwh * registers), _apart(energy))


def _width_grade(energy: EnergyInterval, tolerance_kwh: float) -> str:
    for grade, share in ((FIRM, _FIRM_SHARE), (BOUNDED, _BOUNDED_SHARE)):
        if energy.width <= share * energy.best + tolerance_kwh + _ROUNDING:
            return grade
    return WIDE


#: a step of 0.1 kWh is 0.1 + 1e-13 between two registers
_ROUNDING = 1e-9


def _apart(energy: EnergyInterval) -> str:
    energy = round_to_wh(energy).energy  # as the bounds are printed
    share = f", {_short(100.0 * energy.width / energy.best, 2)} %" if energy.best > 0.0 else ""
    return f"the bounds are {_short(energy.width, 3)} kWh apart{share}"


def _short(figure: float, digits: int) -> str:
    """A figure with few digits, without an exponent as long as it has at most six."""
    return f"{float(f'{figure:.{digits}g}'):g}"


def _cause(energy: EnergyInterval, events: Sequence[Event], basis: GradeBasis) -> str:
    """What most of a width comes from."""
    if 2.0 * basis.step >= _MOSTLY * energy.width:
        share = f"{_short(100.0 * basis.step / energy.best, 2)} % of" if energy.best else "all of"
        return f"the register's step of {basis.step:g} kWh is {share} this period"
    if events:
        return _kinds(events)
    if basis.class_percent is not None:
        return f"the meter's error of up to {basis.class_percent:g} %"
    return "the readings around begin or end"


def _kinds(events: Sequence[Event]) -> str:
    return ", ".join(dict.fromkeys(event.kind for event in events))
