"""The outcome of an audit, as the table for people, the page and programs need it."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Callable, NamedTuple, Optional, Union
from zoneinfo import ZoneInfo

from ...core.cli.output import counted
from ..registers.meter_facts import MIB, NOT_STATED, OWNER, READINGS, UNIT
from ..registers.rounding import round_to_wh, summed
from ..registers.values import EnergyInterval, Event
from .grades import ESTIMATE, LEVELS, NOT_BILLABLE
from .groups import GroupSum, InvoiceLine, places_unread
from .pdu_audit import AuditedRegister, PduAudit

LEGAL = (
    "Software cannot make a reading legal metrology: where the law wants MID meters for bills, only"
    " such meters will do (directive 2014/32/EU)."
)


#: readings begin and end this near to the period if they cover it: an hour between two polls
_NEAR_S = 3600.0


class AuditPeriod(NamedTuple):
    """A period in a zone."""

    begin: float
    end: float
    zone: ZoneInfo

    def local(self, time: float) -> str:
        """A time in the zone, with its offset: an hour comes twice when summer time ends."""
        return self._local(time, "auto")

    def _local(self, time: float, timespec: str) -> str:
        return _format_time(time, self.zone, lambda when: when.isoformat(" ", timespec))

    def sentence(self, event: Event, timespec: str = "auto") -> str:
        """An event as a sentence. `timespec`: "minutes" for times without seconds."""
        begin, end = (self._local(time, timespec) for time in (event.begin, event.end))
        return f"{begin} to {end}: {event.kind}: {event.reason}"


class Amount(NamedTuple):
    """What is billed of one grade."""

    grade: str
    registers: int
    energy: EnergyInterval
    #: whether it has a lowest that can be billed
    has_lowest: bool

    @property
    def kwh_at_risk(self) -> str:
        """kWh that may have flowed and are not billed: all of what has no lowest."""
        lowest = self.energy.low if self.has_lowest else 0.0
        return kwh(EnergyInterval(lowest, lowest, self.energy.high - lowest))[2]


class AuditOutcome(NamedTuple):
    """All that was found."""

    period: AuditPeriod
    pdus: Sequence[PduAudit]
    machines: Sequence[GroupSum]
    customers: Sequence[GroupSum]
    #: the exit code
    level: int
    #: which names are one unit, and which readings these are, with their hash
    origin: Sequence[str]

    def answers(self) -> Iterator[tuple[PduAudit, AuditedRegister]]:
        """Each register with its PDU."""
        for pdu in self.pdus:
            for register in pdu.registers:
                yield pdu, register

    def amounts(self) -> Iterator[Amount]:
        """What is billed, which is customers, else machines, else outlets or PDUs, by grade, the
        worst first.
        """
        groups = [group for group in self.customers if group.name] or self.machines
        lines: list[Union[InvoiceLine, AuditedRegister]] = [
            line for group in groups for line in group.lines
        ]
        if not lines:
            for pdu in self.pdus:
                lines += pdu.billed
        for grade in [*LEVELS][::-1]:
            here = [line for line in lines if line.grade == grade]
            energies = [energy for energy in map(_figure, here) if energy is not None]
            has_lowest = grade not in (ESTIMATE, NOT_BILLABLE)
            if here:
                yield Amount(grade, len(here), summed(energies), has_lowest)

    def counts(self) -> Iterator[str]:
        """How many registers have each grade, and how many were not read."""
        grades = [register.grade for _, register in self.answers()]
        yield from (f"{grades.count(grade)} {grade}" for grade in LEVELS if grade != ESTIMATE)
        if self.unread:
            yield f"{self.unread} not read"

    @property
    def unread(self) -> int:
        """How many registers were not read that should have been."""
        return len(places_unread(self.pdus, self.machines, self.customers))

    def notes(self) -> Iterator[str]:
        """What the figures rest on."""
        answers = [register for _, register in self.answers()]
        if answers:
            inlets = [register for register in answers if not register.outlet]
            outlets = [register for register in answers if register.outlet]
            for what, some in (("an outlet", outlets), ("a PDU", inlets)):
                if some:
                    yield f"Limits: {what} delivers at most {_span('limit_kw', some)} kW."
        yield from self._coverage()
        yield from _origins("Register steps", [register.origins.step for register in answers])
        yield from _origins("Wraps", [register.origins.wrap for register in answers])
        yield from _classes(answers)
        yield from self.origin
        yield LEGAL

    def _coverage(self) -> Iterator[str]:
        """What the readings cover, if that is not the whole period."""
        spans = [pdu.coverage for pdu in self.pdus if pdu.coverage is not None]
        if not spans:
            return
        first, last = min(begin for begin, _ in spans), max(end for _, end in spans)
        if first > self.period.begin + _NEAR_S or last < self.period.end - _NEAR_S:
            yield (
                f"The readings do not cover the period: they are from {self.period.local(first)} to"
                f" {self.period.local(last)}."
            )


def _figure(line: Union[InvoiceLine, AuditedRegister]) -> Optional[EnergyInterval]:
    """The energy of a line, or the estimate of one of which none was read."""
    return line.estimate if isinstance(line, InvoiceLine) and line.estimate else line.energy


def _span(name: str, answers: Sequence[AuditedRegister]) -> str:
    figures = sorted({getattr(register.meter, name) for register in answers} - {None})
    if not figures:
        return "?"
    return f"{figures[0]:g}" if len(figures) == 1 else f"{figures[0]:g} to {figures[-1]:g}"


#: origin -> how a note says it
_ORIGINS: Mapping[str, str] = {
    MIB: "from the MIB",
    OWNER: "from the owner",
    READINGS: "not stated, so the middle rise of each counts",
    NOT_STATED: "not stated",
}


def _origins(what: str, origins: Sequence[str]) -> Iterator[str]:
    counts = {sentence: origins.count(origin) for origin, sentence in _ORIGINS.items()}
    parts = [f"{count} {sentence}" for sentence, count in counts.items() if count]
    if parts:
        yield f"{what}, of {counted(len(origins), 'register')}: {'; '.join(parts)}."


def _classes(answers: Sequence[AuditedRegister]) -> Iterator[str]:
    without = sum(register.meter.class_percent is None for register in answers)
    if without < len(answers):
        span = _span("class_percent", answers)
        by_unit = sum(register.origins.meter_class == UNIT for register in answers)
        by_units = f"; {counted(by_unit, 'register')}: as the unit states it" if by_unit else ""
        yield f"The bounds contain the meter's own error of up to {span} %{by_units}."
    if without:
        yield (
            f"The bounds of {counted(without, 'register')} are without the meter's own error: no"
            " meter class was stated."
        )


def utc(time: float) -> str:
    """A time for programs."""
    return _format_time(
        time, datetime.timezone.utc, lambda when: when.strftime("%Y-%m-%dT%H:%M:%SZ")
    )


def _format_time(
    time: float, zone: datetime.tzinfo, form: Callable[[datetime.datetime], str]
) -> str:
    """A time; in seconds if it has no date, which a file or a server may claim."""
    try:
        return form(datetime.datetime.fromtimestamp(math.floor(time), zone))
    except (ValueError, OverflowError, OSError):
        return f"{time:.10g} s after 1970"


def kwh(
    energy: Optional[EnergyInterval], has_lowest: bool = True, is_whole: bool = True
) -> Sequence[str]:
    """Lowest, best and highest, rounded; all empty if there is no energy.

    `has_lowest`: whether the lowest can be defended; else its place is empty. `is_whole`: whether
    all of a sum was read; else only its lowest is known.
    """
    if energy is None:
        return ["", "", ""]
    low, best, high = (f"{figure:.3f}" for figure in round_to_wh(energy).energy)
    return [low if has_lowest else "", *((best, high) if is_whole else ("", ""))]


def figures(total: GroupSum) -> Sequence[str]:
    """The figures of a sum, as `kwh`."""
    return kwh(total.energy, total.has_lowest, not total.unread)


def percent(share: float) -> str:
    """A share of time in percent, cut so that 100 means all of it."""
    return f"{math.floor(share * 1000.0 + 1e-6) / 10.0:.1f}"


def group_by_event(answers: Sequence[AuditedRegister]) -> Mapping[Event, Sequence[AuditedRegister]]:
    """Each event once, with the registers that had it."""
    registers_by_event: dict[Event, list[AuditedRegister]] = {}
    for register in answers:
        for event in register.events:
            registers_by_event.setdefault(event, []).append(register)
    return registers_by_event
