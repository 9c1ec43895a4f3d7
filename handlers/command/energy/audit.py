"""The audit of a period: the energy of each register with bounds and a grade. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import NamedTuple, Optional

from .bounds import Register
from .registers import NOTHING, Event, Kilowatthours, Limits
from .rounds import OWN, Files, Pdu, Series
from .segments import told

FIRM, BOUNDED, NOT_BILLABLE = "firm", "bounded", "not billable"
#: grade -> exit code
LEVELS: Mapping[str, int] = {FIRM: 0, BOUNDED: 1, NOT_BILLABLE: 2}
#: the step of a register that never moved, in kWh: no common one is coarser
_COARSE = 1.0
_FIRM_WIDTH, _BILLABLE_WIDTH = 0.01, 0.1


class Asked(NamedTuple):
    """The period, in s of UTC, and what is known of the supply and the meters."""

    begin: float
    end: float
    kilowatts: float
    step: Optional[float] = None
    #: the greatest error of the meter itself, in percent
    meter_class: Optional[float] = None


class Answer(NamedTuple):
    """What the audit says of one register."""

    #: "" for the PDU's own register
    outlet: str
    energy: Kilowatthours
    #: the part of the period between readings that the register bridges, 0 to 1
    read: float
    grade: str
    events: Sequence[Event]
    #: in kWh
    step: float


class Audited(NamedTuple):
    """What the audit says of one PDU."""

    name: str
    outlets: Sequence[Answer]
    own: Optional[Answer]
    #: outlets whose energy was never read
    unread: int
    #: the sum of the outlets; None if none was read
    total: Optional[Kilowatthours]

    @property
    def exceeded(self) -> bool:
        """Whether the outlets took more than the PDU, whatever their bounds allow."""
        return (
            self.total is not None
            and self.own is not None
            and self.total.low > self.own.energy.high
        )

    @property
    def level(self) -> int:
        """The worst of its grades; 2 if nothing was read."""
        answers = [*self.outlets, *([] if self.own is None else [self.own])]
        if not answers:
            return LEVELS[NOT_BILLABLE]
        worst = max(LEVELS[one.grade] for one in answers)
        return max(worst, LEVELS[BOUNDED]) if self.exceeded else worst


def audited(files: Files, asked: Asked) -> list[Audited]:
    """All PDUs of the files, in their order."""
    return [_pdu(name, pdu, files, asked) for name, pdu in files.pdus.items()]


def _pdu(name: str, pdu: Pdu, files: Files, asked: Asked) -> Audited:
    answers = {
        identity: _answer(identity, series, files, asked)
        for identity, series in pdu.registers.items()
        if series.values
    }
    outlets = [one for identity, one in answers.items() if identity != OWN]
    unread = sum(not series.values for identity, series in pdu.registers.items() if identity != OWN)
    total = reduce(Kilowatthours.plus, (one.energy for one in outlets), NOTHING)
    return Audited(name, outlets, answers.get(OWN), unread, total if outlets else None)


def _answer(identity: str, series: Series, files: Files, asked: Asked) -> Answer:
    error = (asked.meter_class or 0.0) / 100.0
    # A meter that reads too much may show more than the supply delivers.
    limits = Limits(asked.kilowatts * (1.0 + error), asked.step or usual_step(series.values))
    readings = series.readings(files.slack)
    story = told(readings, limits)
    register = Register(readings, story.segments, limits)
    energy = register.energy(asked.begin, asked.end)
    energy = energy._replace(
        low=energy.low / (1.0 + error),
        high=max(
            min(energy.high / (1.0 - error), limits.most(asked.end - asked.begin)), energy.best
        ),
    )
    events = [
        one
        for one in (*story.events, *files.jumps)
        if one.begin < asked.end + files.slack and one.end > asked.begin - files.slack
    ]
    events.sort(key=lambda one: one.begin)
    grade = _grade(energy, events, _idle(series, energy, limits.step, asked))
    read = register.read_share(asked.begin, asked.end)
    return Answer(identity, energy, read, grade, events, limits.step)


def usual_step(values: Sequence[float]) -> float:
    """A step of a register that is not too small: the middle one of its rises.

    A rise is at least one step. A single one is not enough, because a false reading also rises.
    """
    rises = [new - old for old, new in zip(values, values[1:]) if new > old]
    return statistics.median_high(rises) if rises else _COARSE


def _idle(series: Series, energy: Kilowatthours, step: float, asked: Asked) -> bool:
    """Whether an outlet was not used: its register stood, and no reading found a current."""
    currents = [
        current
        for time, current in zip(series.times, series.currents)
        if asked.begin <= time <= asked.end
    ]
    return bool(currents) and not any(currents) and not energy.best and energy.high <= 2.0 * step


def _grade(energy: Kilowatthours, events: Sequence[Event], idle: bool) -> str:
    # The width of an unused outlet is the register's step, of which no share can be told.
    width = 0.0 if idle else energy.width
    if width > _BILLABLE_WIDTH * energy.best:
        return NOT_BILLABLE
    return BOUNDED if events or width > _FIRM_WIDTH * energy.best else FIRM
