"""Checks of a register against what else was read: power, current, state, and the times of polls.

Each yields events, which are findings: no figure is corrected by them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Optional

from .readings import OFF
from .registers import Event

GAP, UNIT, STANDING, OFF_CURRENT = "gap", "unit", "standing register", "current while off"
#: a gap is longer than so many times the usual time between two polls
GAP_FACTOR = 3.0
#: a register must have moved by so many steps before it is compared
COMPARED_STEPS = 20.0
#: a register stands while at least so many of its steps flow
STOOD_STEPS = 3.0
#: and longer than this, in ages of a reading: polls are not that regular
_OLDER = 1.5
DAY_S = 86400.0
#: real power is at least this share of apparent power, for any supply of a server
_LEAST_FACTOR = 0.25
#: the least that an ampere can be, in kW, where the voltage is not known: 48 V DC, or 100 V AC at a
#: power factor of 0.3
_LEAST_KW = 0.03
#: a current up to this counts as none, in A: resolution and idle current of common meters
IDLE_A = 0.1
#: factor of a unit mistake -> what it looks like
_FACTORS = (0.001, 0.1, 10.0, 1000.0)


class Rows(NamedTuple):
    """A register and what was read beside it: a row for each poll, NaN for what was not read."""

    #: when the poll began and ended, in s
    begins: Sequence[float]
    ends: Sequence[float]
    #: the register
    kwh: Sequence[float]
    #: current and power at that moment
    amperes: Sequence[float]
    watts: Sequence[float]
    #: ON, OFF or NO_STATE of `readings`
    states: Sequence[int]


class Supply(NamedTuple):
    """What the checks need to know."""

    #: the register's step, in kWh
    step: float
    #: the voltage in V; None if nobody stated it
    volts: Optional[float]
    #: the usual time between two polls, in s
    usual_gap: float
    #: how old a reading may be, in s
    age: float


def findings(
    rows: Rows, supply: Supply, runs: Sequence[Sequence[int]], begin: float, end: float
) -> list[Event]:
    """All findings that touch a period. `runs`: see `unit`."""
    events = [
        *gaps(rows, supply, begin, end),
        *unit(rows, supply, runs),
        *standing(rows, supply),
        *current_while_off(rows),
    ]
    return [one for one in events if one.begin < end and one.end > begin]


def is_unit_in_doubt(events: Iterable[Event]) -> bool:
    """Whether what a register counts may be ten or a thousand times of what flowed, or a part of
    it: then its rise is no bound.
    """
    return any(one.kind == UNIT for one in events)


def gaps(rows: Rows, supply: Supply, begin: float, end: float) -> Iterator[Event]:
    """Times without a reading of the register, the ends of the period included."""
    most = GAP_FACTOR * supply.usual_gap
    if not most:
        return
    before: Optional[int] = None
    for number, kwh in enumerate(rows.kwh):
        if kwh != kwh:
            continue
        start = begin if before is None else rows.ends[before]
        if rows.begins[number] - start > most:
            yield _gap(start, rows.begins[number])
        before = number
    if before is not None and end - rows.ends[before] > most:
        yield _gap(rows.ends[before], end)


def _gap(begin: float, end: float) -> Event:
    return Event(GAP, begin, end, f"no reading for {(end - begin) / 3600.0:.1f} h")


def unit(rows: Rows, supply: Supply, runs: Iterable[Sequence[int]]) -> Iterator[Event]:
    """Days on which a register rose 10 or 1,000 times as fast as its power says, or as slowly.

    `runs`: rows between which the register is continuous: what is not believed is not compared.
    """
    by_watts = any(watts == watts for watts in rows.watts)
    if not by_watts and supply.volts is None:
        return
    figures = rows.watts if by_watts else rows.amperes
    kilo = 0.001 if by_watts else 0.001 * (supply.volts or 0.0)
    most = GAP_FACTOR * supply.usual_gap
    days: dict[int, tuple[float, float]] = {}
    for run in runs:
        read = [row for row in run if figures[row] == figures[row]]
        for one, other in zip(read, read[1:]):
            seconds = rows.begins[other] - rows.begins[one]
            rise = rows.kwh[other] - rows.kwh[one]
            if 0.0 < seconds <= most and rise >= 0.0:
                flowed = (figures[one] + figures[other]) / 2.0 * kilo * seconds / 3600.0
                day = int(rows.begins[other] // DAY_S)
                counted, summed = days.get(day, (0.0, 0.0))
                days[day] = (counted + rise, summed + flowed)
    sums = [(day, *days[day]) for day in sorted(days)]
    for first, last, factor, ratio in mistaken_days(sums, supply.step, by_watts):
        beside = "the power" if by_watts else f"current x {supply.volts:g} V (apparent power)"
        reason = f"counts {ratio:.3g} times what {beside} says: a unit mistake by {factor:g}?"
        begin = max(rows.begins[0], first * DAY_S)
        yield Event(UNIT, begin, min(rows.ends[-1], (last + 1) * DAY_S), reason)


def mistaken_days(
    sums: Iterable[tuple[int, float, float]], step: float, by_watts: bool
) -> list[tuple[int, int, float, float]]:
    """The first and the last day of each unit mistake, its factor, and the ratio of both energies.

    `sums`: of each day what the register counted and what flowed, in kWh. So many days are
    compared together that the register counted COMPARED_STEPS of its steps.
    """
    found: list[tuple[int, int, float, float]] = []
    first: Optional[int] = None
    rise = flow = 0.0
    for day, counted, summed in sums:
        first = day if first is None else first
        rise, flow = rise + counted, flow + summed
        if rise < COMPARED_STEPS * step or not flow > 0.0:
            continue
        factor = mistaken_factor(rise / flow, by_watts)
        if factor is not None:
            if found and found[-1][1:3] == (first - 1, factor):
                first = found.pop()[0]
            found.append((first, day, factor, rise / flow))
        first, rise, flow = None, 0.0, 0.0
    return found


def mistaken_factor(ratio: float, by_watts: bool) -> Optional[float]:
    """The unit mistake that explains a ratio of counted to summed energy; None if none does."""
    low, high = (0.7, 1.4) if by_watts else (_LEAST_FACTOR, 1.1)
    for factor in _FACTORS:
        if low * factor <= ratio <= high * factor:
            return factor
    return None


def standing(rows: Rows, supply: Supply) -> Iterator[Event]:
    """A register that does not move while current flows, for longer than a reading may be old."""
    for stand in _stands(rows, supply):
        span = range(stand.first, stand.last + 1)
        least = min(
            (rows.amperes[one] for one in span if rows.amperes[one] == rows.amperes[one]),
            default=0.0,
        )
        flowed = f"at least {least:g} A" if least else "current"
        reason = f"the register stood while {flowed} flowed: at least {stand.kwh:.3g} kWh"
        if stand.caught_up:
            reason += ", and then rose by that"
        yield Event(STANDING, rows.begins[stand.first], rows.ends[stand.last], reason)


def uncounted_s(rows: Rows, supply: Supply, begin: float, end: float) -> float:
    """How long, in s of a period, a register stood while current flowed that it never counted."""
    stood = 0.0
    for stand in _stands(rows, supply):
        if not stand.caught_up:
            since, until = rows.begins[stand.first], rows.ends[stand.last]
            stood += max(min(until, end) - max(since, begin), 0.0)
    return stood


class _Stand(NamedTuple):
    """Rows in which a register stood while current flowed."""

    first: int
    last: int
    #: what flowed at least
    kwh: float
    #: whether the register then rose by as much at once
    caught_up: bool


def _stands(rows: Rows, supply: Supply) -> Iterator[_Stand]:
    start: Optional[int] = None
    energy = 0.0
    for number in range(1, len(rows.kwh) + 1):
        rise = rows.kwh[number] - rows.kwh[number - 1] if number < len(rows.kwh) else 0.0
        if rise == 0.0 and number < len(rows.kwh):
            start = number - 1 if start is None else start
            energy += _at_least(rows, supply, number)
            continue
        if (
            start is not None
            and energy >= STOOD_STEPS * supply.step
            and rows.begins[number - 1] - rows.begins[start] > _OLDER * supply.age
        ):
            yield _Stand(start, number - 1, energy, rise >= energy)
        start, energy = None, 0.0


def _at_least(rows: Rows, supply: Supply, number: int) -> float:
    """The least energy that flowed between two polls, in kWh; 0 if that is not known."""
    seconds = rows.begins[number] - rows.begins[number - 1]
    if not 0.0 < seconds <= GAP_FACTOR * supply.usual_gap:
        return 0.0
    watts = _lower(rows.watts, number)
    if watts == watts:
        return watts / 1000.0 * seconds / 3600.0
    amperes = _lower(rows.amperes, number)
    if not amperes > IDLE_A:
        return 0.0
    return amperes * least_kw(supply) * seconds / 3600.0


def least_kw(supply: Supply) -> float:
    """The least power of an ampere, in kW."""
    return _LEAST_KW if supply.volts is None else _LEAST_FACTOR * supply.volts / 1000.0


def _lower(figures: Sequence[float], number: int) -> float:
    """The lower figure of a poll and the one before; NaN if one is missing."""
    one, other = figures[number - 1], figures[number]
    return min(one, other) if one == one and other == other else one + other


def current_while_off(rows: Rows) -> Iterator[Event]:
    """Current through an outlet that is off, in two polls or more.

    In one poll, the outlet may have been switched between the reading of both.
    """
    start: Optional[int] = None
    for number in range(len(rows.states) + 1):
        flows = (
            number < len(rows.states)
            and rows.states[number] == OFF
            and rows.amperes[number] > IDLE_A
        )
        if flows:
            start = number if start is None else start
            continue
        if start is not None and number - start > 1:
            most = max(rows.amperes[start:number])
            reason = f"up to {most:g} A in {number - start} polls"
            yield Event(OFF_CURRENT, rows.begins[start], rows.ends[number - 1], reason)
        start = None
