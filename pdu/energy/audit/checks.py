"""Whether a register counts what flowed: its rises beside the power or the current of the polls.

Law 2: a register rises by the integral of the power, within a tolerance. Where a stretch of
readings breaks it, the register counts in another unit than its MIB says, or than its owner
believes, or its power was not seen as it is. Where it stands while power flows, that energy was
never counted. Each finding is an event; no figure is corrected by it. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Optional

from ..registers.numpy_lazy import Column, np
from ..registers.values import EnergyInterval, Event

GAP, UNIT, STANDING = "gap", "unit", "standing register"
#: the polls show another power than the register counts, of one outlet of its device alone
UNSEEN = "power not seen"
#: nothing was read beside a register that could show its unit
UNKNOWN_UNIT = "unknown unit"
#: a gap is longer than so many times the usual time between two polls
GAP_FACTOR = 3.0
#: of what flowed, a register counts at least and at most so many times
TOLERANCE = (0.8, 1.25)
#: a register that counts less than so many times too much or too little is in doubt only with all
#: others of its device: a load that follows the clock of the polls looks the same
DEVICE_FACTOR = 2.0
#: what is so many times wide shows no unit: amperes without volts are 21, and those of an inlet 4.5
WIDE_EVIDENCE = 4.0
#: an outlet carries load whose ratio is known within so many times
_LOADED_SPREAD = 2.0
#: a current or power up to this counts as any between none and this: meters begin to count there
START_A, START_W = 0.1, 10.0
#: the least and the most real power of an apparent one: servers' supplies at idle, and a heater
POWER_FACTOR = (0.6, 1.0)
#: the least and the most that an ampere is, in kW, where nobody states the voltage: 48 V DC, or
#: 100 V at a power factor of 0.3; and 400 V DC (ETSI EN 300 132-3-1), which is more than the 277 V
#: of a line
_AMPERE_KW = (0.03, 0.4)
#: lines of an inlet may be 3 ** 0.5 times the voltage of one apart
_BETWEEN_LINES = 3.0**0.5
#: fewer pairs of polls are not compared
_LEAST_PAIRS = 12
#: samples of the power are this many standard errors off at most
_ERRORS = 3.0
#: a register stands while at least so many of its steps flow
_STOOD_STEPS = 3.0
#: and longer than this, in ages of a reading: polls are not that regular
_OLDER = 1.5
#: a part of a stretch has at least so much of the energy of an ampere that the whole has
_ALIKE = 0.75
#: rises of a register that is not believed which may be wrong readings
_WRONG_RISES = 2
#: so many figures are looked at first for their resolution
_FEW = 64
_DAY_S = 86400.0


class Rows(NamedTuple):
    """A register and what was read beside it: a row for each poll, NaN for what was not read."""

    #: when the poll began and ended, in s
    begins: Column
    ends: Column
    #: the register
    energy_kwh: Column
    #: current and power at that moment
    current_a: Column
    power_w: Column


class CheckParameters(NamedTuple):
    """What the checks need to know."""

    #: the register's step, in kWh
    step: float
    #: the voltage in V; None if nobody stated it
    volts: Optional[float]
    #: the usual time between two polls, in s
    usual_gap: float
    #: how old a reading may be, in s
    max_age: float
    #: whether all current is one outlet's: that of a PDU is the sum of its lines
    is_outlet: bool


def is_unit_in_doubt(events: Iterable[Event]) -> bool:
    """Whether a register may count another energy than flowed: then there is no lowest (law 2)."""
    return any(event.kind in (UNIT, UNKNOWN_UNIT) for event in events)


def unknown_unit(rows: Rows) -> Iterator[Event]:
    """A register beside which neither power nor current was ever read (law 2)."""
    if len(rows.begins) and np.isnan(rows.power_w).all() and np.isnan(rows.current_a).all():
        reason = (
            "neither power nor current was read: nothing shows whether it counts ten times too much"
        )
        yield Event(UNKNOWN_UNIT, float(rows.begins[0]), float(rows.ends[-1]), reason)


def gaps(
    begins: Column, ends: Column, usual_gap: float, begin: float, end: float
) -> Iterator[Event]:
    """Times without a reading, the ends of the period included (law 5). `begins`, `ends`: of the
    polls that read the register.
    """
    most = GAP_FACTOR * usual_gap
    if not most or not len(begins):
        return
    starts = np.concatenate(([begin], ends))
    stops = np.concatenate((begins, [end]))
    for place in np.flatnonzero(stops - starts > most):
        start, stop = float(starts[place]), float(stops[place])
        if start < end and stop > begin:
            yield Event(GAP, start, stop, f"no reading for {(stop - start) / 3600.0:.1f} h")


class Flow(NamedTuple):
    """The power at each poll between two bounds, in kW, NaN where nothing says it."""

    least: Column
    most: Column
    #: what says it
    source: str

    @classmethod
    def of(cls, rows: Rows, parameters: CheckParameters) -> Optional[Flow]:
        """By watts, else by amperes. None if neither was read (law 2)."""
        if not np.isnan(rows.power_w).all():
            return cls(*_bounds(rows.power_w, START_W, 0.001, 0.001), "the power")
        if np.isnan(rows.current_a).all():
            return None
        if parameters.volts is None:
            source = "the current, of 48 V to 400 V"
            return cls(*_bounds(rows.current_a, START_A, *_AMPERE_KW), source)
        least, most = (factor * parameters.volts / 1000.0 for factor in POWER_FACTOR)
        if not parameters.is_outlet:
            least /= _BETWEEN_LINES
        source = f"current x {parameters.volts:g} V (apparent power)"
        return cls(*_bounds(rows.current_a, START_A, least, most), source)


def _bounds(figures: Column, start: float, least: float, most: float) -> tuple[Column, Column]:
    """The least and the most power of figures, of which 1 is `least` to `most` kW (law 2)."""
    few, steps = figures[:_FEW], (start, start / 10.0)
    likely = [step for step in steps if _is_multiple(few, step)]
    resolution = next((step for step in likely if _is_multiple(figures, step)), 0.0)
    low = np.where(figures <= start, 0.0, figures - resolution)
    return least * low, most * (np.maximum(figures, start) + resolution)


def _is_multiple(figures: Column, resolution: float) -> bool:
    parts = figures / resolution
    return bool((np.abs(parts - np.rint(parts)) < 1e-6)[~np.isnan(parts)].all())


class Comparison(NamedTuple):
    """What a register counted in a stretch of readings beside what flowed meanwhile, in kWh."""

    begin: float
    end: float
    kwh: float
    #: how far what it counted may be off by its step and its age
    error: float
    #: what flowed at least and at most, the tolerance included
    least: float
    most: float
    #: where the law is broken, in the whole or on days; None if it is not
    event: Optional[Event]
    #: what was counted there by what flowed
    ratio: float
    #: what was counted in all by what flowed, at least and at most, without the tolerance
    lowest_ratio: float
    highest_ratio: float

    @property
    def is_loaded(self) -> bool:
        """Whether it shows what the register counts by what flows (law 2)."""
        return self.highest_ratio < _LOADED_SPREAD * self.lowest_ratio

    @property
    def confirms(self) -> bool:
        """Whether it shows that the unit is right, by evidence that is narrow enough (law 2)."""
        width = self.highest_ratio * TOLERANCE[1] / TOLERANCE[0]
        return self.event is None and width < WIDE_EVIDENCE * self.lowest_ratio

    def excludes(self, ratio: float) -> bool:
        """Whether the unit is nearer to the right one than to one of `ratio` (law 4)."""
        return self._far(1.0) < self._far(ratio)

    def _far(self, ratio: float) -> float:
        """How far a ratio is outside, as a logarithm; 0 within. Farthest is a ratio of 0."""
        if ratio < self.lowest_ratio:
            return math.log(self.lowest_ratio / ratio) if ratio else math.inf
        return math.log(ratio / self.highest_ratio) if ratio > self.highest_ratio else 0.0


def compare(
    rows: Rows,
    flow: Flow,
    parameters: CheckParameters,
    stretch: Column,
    stood: Sequence[Standstill] = (),
    *,
    is_believed: bool = True,
) -> Optional[Comparison]:
    """The law, of a stretch as a whole and of each of its days; None if too few polls can be
    compared (law 2).

    `stretch`: rows between which the register is continuous if it `is_believed`, as numbers or a
    slice.
    `stood`: times that are left out.
    """
    register = ComparedRegister(rows, flow, parameters)
    return compare_together([register], stretch, stood, is_believed=is_believed)[0]


class ComparedRegister(NamedTuple):
    """A register and the power beside it."""

    rows: Rows
    flow: Flow
    parameters: CheckParameters


def compare_together(
    registers: Sequence[ComparedRegister],
    stretch: Column,
    stood: Sequence[Standstill] = (),
    *,
    is_believed: bool = True,
) -> Sequence[Optional[Comparison]]:
    """As `compare`, of several registers that the same polls read, and that never fell."""
    rows, usual_gap = registers[0].rows, registers[0].parameters.usual_gap
    kwh, least, most = (
        np.stack([column[stretch] for column in columns])
        for columns in zip(
            *((table.energy_kwh, flow.least, flow.most) for table, flow, _ in registers)
        )
    )
    begins, last = rows.begins[stretch], float(rows.ends[stretch][-1])
    unread = np.isnan(least).any(axis=0)
    if unread.any():
        begins = begins[~unread]
        kwh, least, most = (column[:, ~unread] for column in (kwh, least, most))
    hours, rises = np.diff(begins) / 3600.0, np.diff(kwh)
    is_used = (hours > 0.0) & (hours <= GAP_FACTOR * usual_gap / 3600.0)
    is_used &= (rises >= 0.0).all(axis=0)
    for still in stood:
        is_used &= (begins[:-1] >= still.end) | (begins[1:] <= still.begin)
    pairs_used = np.flatnonzero(is_used)
    left_out = 0 if is_believed else _WRONG_RISES
    if len(pairs_used) - left_out < _LEAST_PAIRS:
        return [None] * len(registers)
    if left_out:
        wrong = np.argpartition(rises.max(axis=0)[pairs_used], -left_out)[-left_out:]
        pairs_used = np.delete(pairs_used, wrong)
    first, deviation = float(begins[0]), most.std(axis=1, keepdims=True)
    columns = rises, hours, least[:, 1:] + least[:, :-1], most[:, 1:] + most[:, :-1], begins[1:]
    if len(pairs_used) < len(hours):
        columns = tuple(np.take(column, pairs_used, axis=-1) for column in columns)
    rises, hours, least, most, begins = columns
    days = (begins / _DAY_S).astype(np.int64)
    firsts = np.concatenate(([0], np.flatnonzero(np.diff(days)) + 1))
    # where the register is followed anew, it may be off by a step again
    anew = np.concatenate(([1.0], np.diff(pairs_used) > 1))
    half = hours / 2.0
    rise_kwh, spans_h, least, most, steps = (
        np.append(np.add.reduceat(column, firsts, axis=-1), column.sum(-1, keepdims=True), axis=-1)
        for column in (rises, hours, least * half, most * half, anew)
    )
    pairs = np.append(np.diff(np.append(firsts, len(pairs_used))), len(pairs_used))
    flow_kwh = (least + most) / 2.0
    sampling = _ERRORS * deviation * spans_h / np.sqrt(pairs)
    step, max_age = np.array(
        [(register.parameters.step, register.parameters.max_age) for register in registers]
    ).T[:, :, None]
    error = step * (1.0 + steps) + most / spans_h * max_age / 3600.0
    low, high = TOLERANCE[0] * least - sampling, TOLERANCE[1] * most + sampling
    is_broken = ((rise_kwh - error > high) | (rise_kwh + error < low)) & (pairs >= _LEAST_PAIRS)
    edges = np.append(days[firsts] * _DAY_S, first)
    flow_bounds = (least - sampling)[:, -1].tolist(), (most + sampling)[:, -1].tolist()
    totals = zip(*(column[:, -1].tolist() for column in (rise_kwh, error, low, high)), *flow_bounds)
    comparisons = []
    for row, figures in enumerate(totals):
        counted_kwh, error_kwh, least_kwh, most_kwh, flowed_least, flowed_most = figures
        event, ratio = None, 1.0
        worst = np.flatnonzero(is_broken[row])
        if len(worst):
            begin = float(edges[worst[0]])
            end = last if is_broken[row, -1] else float(edges[worst[-1]]) + _DAY_S
            ratio = float(rise_kwh[row, worst[-1]] / flow_kwh[row, worst[-1]])
            reason = f"counts {ratio:.3g} times what {registers[row].flow.source} says"
            event = Event(UNIT, max(begin, first), min(end, last), reason)
        lowest = max(counted_kwh - error_kwh, 0.0) / flowed_most
        highest = (counted_kwh + error_kwh) / flowed_least if flowed_least > 0.0 else math.inf
        sums = counted_kwh, error_kwh, least_kwh, most_kwh
        comparisons.append(Comparison(first, last, *sums, event, ratio, lowest, highest))
    return comparisons


def unmoved_kwh(
    rows: Rows, parameters: CheckParameters, periods: Sequence[tuple[float, float]]
) -> Sequence[float]:
    """The most that flowed in each period in which the register did not move, in kWh, by the power
    or current that was read, however small; 0 if it moved, or nothing was read; inf if polls are
    missing, or one read no power: nothing says what flowed then (law 5).
    """
    firsts, stops = np.searchsorted(rows.begins, np.array(periods, "f8").T)
    edges = (
        rows.energy_kwh[np.minimum(firsts, len(rows.energy_kwh) - 1)],
        rows.energy_kwh[stops - 1],
    )
    # most have; NaN is less than nothing
    has_risen = edges[0] < edges[1]
    return [
        0.0 if did_rise else _unmoved_kwh(rows, parameters, period, slice(first, stop))
        for period, did_rise, first, stop in zip(
            periods, has_risen.tolist(), firsts.tolist(), stops.tolist()
        )
    ]


def _unmoved_kwh(
    rows: Rows, parameters: CheckParameters, period: tuple[float, float], here: slice
) -> float:
    """The most that flowed in a period, in kWh, if the register did not move in its rows."""
    kwh = rows.energy_kwh[here]
    kwh = kwh[~np.isnan(kwh)]
    if len(kwh) < 2 or kwh[-1] != kwh[0]:
        return 0.0
    kilowatts = rows.power_w[here] / 1000.0
    if np.isnan(kilowatts).all():
        volts = parameters.volts
        kilowatts = rows.current_a[here] * (_AMPERE_KW[1] if volts is None else volts / 1000.0)
    if not np.nansum(kilowatts):
        return 0.0
    times = np.concatenate(([period[0]], rows.begins[here], [period[1]]))
    hours = np.maximum(np.diff(times), 0.0) / 3600.0
    if (hours > GAP_FACTOR * parameters.usual_gap / 3600.0).any() or np.isnan(kilowatts).any():
        return math.inf
    return TOLERANCE[1] * float((np.append(kilowatts[:1], kilowatts) * hours).sum())


def estimate(
    rows: Rows, usual_gap: float, limit_kw: float, begin: float, end: float
) -> Optional[EnergyInterval]:
    """The energy of a meter of power alone, in kWh: between two polls it may be anything from none
    to what the supply delivers. None if no power was read in the period (law 2).
    """
    first, stop = np.searchsorted(rows.begins, (begin, end))
    begins, watts = rows.begins[first:stop], rows.power_w[first:stop]
    begins, watts = begins[~np.isnan(watts)], watts[~np.isnan(watts)]
    if len(watts) < 2:
        return None
    hours = np.diff(begins) / 3600.0
    is_near = (hours > 0.0) & (hours <= GAP_FACTOR * usual_gap / 3600.0)
    best = float(((watts[1:] + watts[:-1]) / 2000.0 * hours)[is_near].sum())
    most = limit_kw * (end - begin) / 3600.0
    return EnergyInterval(0.0, min(best, most), most)


class Standstill(NamedTuple):
    """A time in which a register stood while power flowed."""

    begin: float
    end: float
    #: what flowed at least
    kwh: float
    #: whether the register then rose by as much at once
    caught_up: bool

    @property
    def event(self) -> Event:
        """As a finding (law 5)."""
        reason = f"the register stood while power flowed: at least {self.kwh:.3g} kWh"
        if self.caught_up:
            reason += ", and then rose by that"
        return Event(STANDING, self.begin, self.end, reason)


def standstills(
    rows: Rows, flow: Flow, parameters: CheckParameters, stretch: Column
) -> Sequence[Standstill]:
    """Where a register stood while power flowed, for longer than a reading may be old (law 2).

    Beside a time without readings, a register may have stood in that time, too: then what it rose
    by later does not show that it caught up. One that did not catch up may have stood from the
    reading before to the reading after those that do not differ.
    """
    rises = np.diff(rows.energy_kwh[stretch])
    is_still = rises == 0.0
    if not is_still.any():
        return ()
    begins = rows.begins[stretch]
    is_gap = np.diff(begins) > GAP_FACTOR * parameters.usual_gap
    least = _least_flow(rows, flow, parameters, stretch)
    # a rise ends a time in which the register stood, and begins the next
    group = np.cumsum(~is_still)
    sums = np.bincount(group, weights=np.where(is_still, least, 0.0))
    stood = []
    for number in np.flatnonzero(sums >= _STOOD_STEPS * parameters.step):
        first, stop = np.searchsorted(group, [number, number + 1])
        first += 0 if is_still[first] else 1
        if not begins[stop] - begins[first] > _OLDER * parameters.max_age:
            continue
        kwh = float(sums[number])
        is_beside_gap = (first and is_gap[first - 1]) or (stop < len(rises) and is_gap[stop])
        # what flowed until it rose again is in that rise, too
        caught_up = (
            not is_beside_gap
            and stop < len(rises)
            and bool(rises[stop] + parameters.step >= kwh + least[stop])
        )
        if not caught_up:  # it stopped and began again between two readings
            first, stop = max(first - 1, 0), min(stop + 1, len(rises))
        begin, end = float(begins[first]), float(rows.ends[stretch][stop])
        stood.append(Standstill(begin, end, kwh, caught_up))
    return stood


def uncounted_s(stood: Iterable[Standstill], begin: float, end: float) -> float:
    """How long, in s of a period, a register stood and never caught up (law 5)."""
    return sum(
        max(min(standstill.end, end) - max(standstill.begin, begin), 0.0)
        for standstill in stood
        if not standstill.caught_up
    )


def _least_flow(rows: Rows, flow: Flow, parameters: CheckParameters, stretch: Column) -> Column:
    """The least energy that flowed between neighbouring polls of a stretch, in kWh (law 5).

    Between two polls the least power of both counts. What the whole stretch counted says how much
    of the most it is.
    """
    seconds = np.maximum(np.diff(rows.begins), 0.0)
    hours = np.where(seconds <= GAP_FACTOR * parameters.usual_gap, seconds, 0.0) / 3600.0
    least, most = (
        np.nan_to_num(np.minimum(power[1:], power[:-1])) * hours
        for power in (flow.least, flow.most)
    )
    most[least == 0.0] = 0.0
    flows = np.diff(np.concatenate(([0.0], np.cumsum(least)))[stretch])
    possible = np.diff(np.concatenate(([0.0], np.cumsum(most)))[stretch])
    rise, most_rise = float(np.diff(rows.energy_kwh[stretch]).sum()), float(possible.sum())
    if most_rise and rise >= 20.0 * parameters.step:
        flows = np.maximum(flows, _ALIKE * min(rise / most_rise, 1.0) * possible)
    return flows
