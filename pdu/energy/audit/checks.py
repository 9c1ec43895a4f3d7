"""Checks of a register against what else was read: power, current, state, and the times of polls.

Each yields events, which are findings: no figure is corrected by them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Optional

from ..journal.readings import OFF
from ..registers.numpy_lazy import Column, np
from ..registers.values import Event

GAP, UNIT, STANDING, OFF_CURRENT = "gap", "unit", "standing register", "current while off"
#: nothing was read beside a register that could show its unit
UNKNOWN_UNIT = "unknown unit"
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
#: what an ampere was in the whole time says at least so much of what it is in a part of it: the
#: power factor differs
_ALIKE = 0.75
#: the most that an ampere is at an outlet of one phase, in kW
_MOST_KW = 0.26
#: a current up to this counts as none, in A: resolution and idle current of common meters
IDLE_A = 0.1
#: factor of a unit mistake -> what it looks like
_FACTORS = (0.001, 0.1, 10.0, 1000.0)
#: by watts, a ratio of counted to summed energy is a factor if it is so near to it
_OF_WATTS = (0.7, 1.4)
#: an ampere of an outlet is 0.03 to 0.48 kW: of 100 V at a power factor of 0.3, and between two
#: lines of 277 V. In kW for each ampere, each of these is beyond
_OF_AMPERES: Mapping[float, tuple[float, float]] = {
    0.001: (0.00003, 0.0004),
    0.1: (0.003, 0.024),
    10.0: (0.6, 5.0),
    1000.0: (30.0, 480.0),
}
#: a rise of so many times what both its neighbours are is a jump
_JUMP = 20.0
#: before and after a change, rates are compared over so many polls, and s, at least and at most
_COMPARED_POLLS, _LEAST_S = 4, 6.0 * 3600.0
#: how far two rates may be from a factor if the current was read beside both, and if nothing was
_BY_CURRENT, _BY_RATE = (0.6, 1.7), (0.9, 1.1)


class Rows(NamedTuple):
    """A register and what was read beside it: a row for each poll, NaN for what was not read."""

    #: when the poll began and ended, in s
    begins: Column
    ends: Column
    #: the register
    kwh: Column
    #: current and power at that moment
    amperes: Column
    watts: Column
    #: ON, OFF or NO_STATE of `readings`
    states: Column


class CheckParameters(NamedTuple):
    """What the checks need to know."""

    #: the register's step, in kWh
    step: float
    #: the voltage in V; None if nobody stated it
    volts: Optional[float]
    #: the usual time between two polls, in s
    usual_gap: float
    #: how old a reading may be, in s
    age: float
    #: whether all current is one outlet's: a PDU's may be of one line, or of three together
    is_outlet: bool


def is_unit_in_doubt(events: Iterable[Event]) -> bool:
    """Whether what a register counts may be ten or a thousand times of what flowed, or a part of
    it: then no lowest energy can be defended.
    """
    return any(one.kind in (UNIT, UNKNOWN_UNIT) for one in events)


def is_unit_wrong(events: Iterable[Event]) -> bool:
    """Whether something that was read says so: then its rise is no bound, either."""
    return any(one.kind == UNIT for one in events)


def unknown_unit(rows: Rows) -> Iterator[Event]:
    """A register beside which neither power nor current was ever read."""
    if len(rows.begins) and np.isnan(rows.watts).all() and np.isnan(rows.amperes).all():
        reason = (
            "neither power nor current was read: nothing shows whether it counts ten times too much"
        )
        yield Event(UNKNOWN_UNIT, float(rows.begins[0]), float(rows.ends[-1]), reason)


def gaps(rows: Rows, supply: CheckParameters, begin: float, end: float) -> Iterator[Event]:
    """Times without a reading of the register, the ends of the period included."""
    most = GAP_FACTOR * supply.usual_gap
    unread = np.isnan(rows.kwh)
    begins, ends = rows.begins, rows.ends
    if unread.any():
        begins, ends = begins[~unread], ends[~unread]
    if not most or not len(begins):
        return
    starts = np.concatenate(([begin], ends))
    stops = np.concatenate((begins, [end]))
    for place in np.flatnonzero(stops - starts > most):
        start, stop = float(starts[place]), float(stops[place])
        if start < end and stop > begin:
            yield Event(GAP, start, stop, f"no reading for {(stop - start) / 3600.0:.1f} h")


def unit_mismatch_days(
    rows: Rows, supply: CheckParameters, runs: Iterable[Sequence[int]]
) -> Iterator[Event]:
    """Days on which a register rose 10 or 1,000 times as fast as its power says, or as slowly.

    `runs`: rows between which the register is continuous: what is not believed is not compared.
    """
    flow = _Flow.of(rows, supply)
    if flow is None:
        return
    pairs = [flow.pairs(rows, supply, _numbers(run)) for run in runs]
    if not pairs:
        return
    rises, flowed, times = (np.concatenate(column) for column in zip(*pairs))
    if not len(times):
        return
    days = times.astype(np.int64) // 86400
    first = int(days.min())
    counted = np.bincount(days - first, weights=rises).tolist()
    summed = np.bincount(days - first, weights=flowed).tolist()
    sums = zip(range(first, first + len(counted)), counted, summed)
    for first, last, factor, ratio in _mistaken_days(sums, supply.step, flow):
        begin = max(float(rows.begins[0]), first * DAY_S)
        end = min(float(rows.ends[-1]), (last + 1) * DAY_S)
        yield Event(UNIT, begin, end, flow.told(ratio, factor))


class _Flow(NamedTuple):
    """What says how much flowed: power, current and a voltage, or current alone."""

    figures: Column
    #: of a figure, in kW
    kilo: float
    #: factor of a unit mistake -> the ratios of counted to summed energy that it explains
    ratios: Mapping[float, tuple[float, float]]
    beside: str

    @classmethod
    def of(cls, rows: Rows, supply: CheckParameters) -> Optional[_Flow]:
        """None if nothing says it."""
        if not np.isnan(rows.watts).all():
            return cls(rows.watts, 0.001, _around(*_OF_WATTS), "the power")
        if supply.volts is not None:
            beside = f"current x {supply.volts:g} V (apparent power)"
            ratios = _around(_LEAST_FACTOR, 1.1)
            return cls(rows.amperes, 0.001 * supply.volts, ratios, beside)
        if supply.is_outlet and not np.isnan(rows.amperes).all():
            amperes = np.where(rows.amperes > IDLE_A, rows.amperes, np.nan)
            return cls(amperes, 1.0, _OF_AMPERES, "1 kWh for each ampere and hour")
        return None

    def mistake(self, ratio: float) -> Optional[float]:
        """The unit mistake that explains a ratio of counted to summed energy; None if none does."""
        return next((one for one, span in self.ratios.items() if _is_in(ratio, span)), None)

    def pairs(
        self, rows: Rows, supply: CheckParameters, numbers: Column
    ) -> tuple[Column, Column, Column]:
        """Between polls that are so near that the figures of both count for the time between: the
        register's rise and what flowed, in kWh, and when.
        """
        figures = self.figures[numbers]
        missing = np.isnan(figures)
        if missing.any():
            numbers, figures = numbers[~missing], figures[~missing]
        begins, rises = rows.begins[numbers], np.diff(rows.kwh[numbers])
        seconds = np.diff(begins)
        used = (seconds > 0.0) & (seconds <= GAP_FACTOR * supply.usual_gap) & (rises >= 0.0)
        flowed = (figures[1:] + figures[:-1]) * seconds * (self.kilo / 7200.0)
        return rises[used], flowed[used], begins[1:][used]

    def told(self, ratio: float, factor: float) -> str:
        return f"counts {ratio:.3g} times what {self.beside} says: a unit mistake by {factor:g}?"


def _numbers(run: Sequence[int]) -> Column:
    if isinstance(run, range):
        return np.arange(run.start, run.stop, run.step)
    return np.asarray(run, dtype=np.int64)


def _mistaken_days(
    sums: Iterable[tuple[int, float, float]], step: float, flow: _Flow
) -> list[tuple[int, int, float, float]]:
    """The first and the last day of each unit mistake, its factor, and the ratio of both energies.

    `sums`: of each day what the register counted and what flowed, in kWh. So many days are
    compared together that the register counted COMPARED_STEPS of its steps.
    """
    found: list[tuple[int, int, float, float]] = []
    first: Optional[int] = None
    rise = flowed = 0.0
    for day, counted, summed in sums:
        first = day if first is None else first
        rise, flowed = rise + counted, flowed + summed
        if rise < COMPARED_STEPS * step or not flowed > 0.0:
            continue
        factor = flow.mistake(rise / flowed)
        if factor is not None:
            if found and found[-1][1:3] == (first - 1, factor):
                first = found.pop()[0]
            found.append((first, day, factor, rise / flowed))
        first, rise, flowed = None, 0.0, 0.0
    return found


def _around(low: float, high: float) -> Mapping[float, tuple[float, float]]:
    return {factor: (low * factor, high * factor) for factor in _FACTORS}


def unit_beside_changes(
    rows: Rows, supply: CheckParameters, changes: Collection[int], breaks: Sequence[Event]
) -> Iterator[Event]:
    """Units that count otherwise than the one before or after them, believed or not.

    What power or current says of a few hours counts; without them, whether the register rose 10 or
    1,000 times as fast after a change as before it. `changes`: rows before which the unit changed.
    `breaks`: events between two lines of the register, such as a reset.
    """
    flow = _Flow.of(rows, supply)
    before: Optional[_Stretch] = None
    for numbers in _stretches(rows, supply, changes):
        if flow is not None:
            yield from _mistaken_hours(flow, rows, supply, numbers)
            continue
        after = _Stretch.of(rows, supply, numbers)
        if after is None:
            continue
        if before is not None and _is_change(rows, before, after, changes, breaks):
            said = before.compared(after)
            if said:
                yield Event(UNIT, before.begin, after.end, said)
        before = after


def _is_change(
    rows: Rows,
    before: _Stretch,
    after: _Stretch,
    changes: Collection[int],
    breaks: Sequence[Event],
) -> bool:
    """Whether the unit, or the line of its register, changed between two stretches: a false reading
    parts them, too.
    """
    times = (float(rows.begins[one]) for one in changes)
    return any(before.end < time <= after.begin for time in times) or any(
        before.end <= one.end and one.begin <= after.begin for one in breaks
    )


def _mistaken_hours(
    flow: _Flow, rows: Rows, supply: CheckParameters, numbers: Column
) -> Iterator[Event]:
    """Hours of a stretch in which the register counted 10 or 1,000 times what flowed, or a part.

    Its largest rise may be a wrong reading: without it, the same must hold.
    """
    rises, flowed, times = flow.pairs(rows, supply, numbers)
    hours = times // _LEAST_S
    for hour in np.unique(hours):
        here = hours == hour
        counted, summed = float(rises[here].sum()), float(flowed[here].sum())
        rest = counted - float(rises[here].max())
        if here.sum() < _COMPARED_POLLS or rest < COMPARED_STEPS * supply.step or not summed > 0.0:
            continue
        factor = flow.mistake(counted / summed)
        if factor is not None and flow.mistake(rest / summed) == factor:
            begin, end = float(times[here][0]), float(times[here][-1])
            yield Event(UNIT, begin, end, flow.told(counted / summed, factor))


class _Stretch(NamedTuple):
    """How fast a register rose while it was the same one."""

    begin: float
    end: float
    #: in its first and in its last day, in kW
    first: float
    last: float
    #: in kW for each A; None if current was not read
    of_current: Optional[float]

    @classmethod
    def of(cls, rows: Rows, supply: CheckParameters, numbers: Column) -> Optional[_Stretch]:
        """None if it is too short to be compared."""
        times, kwh = rows.begins[numbers], rows.kwh[numbers]
        least = COMPARED_STEPS * supply.step
        if len(numbers) <= _COMPARED_POLLS or kwh[-1] - kwh[0] < least:
            return None
        parts = (times <= times[0] + DAY_S, times >= times[-1] - DAY_S)
        rates = []
        for part in parts:
            seconds, rise = np.ptp(times[part]), np.ptp(kwh[part])
            is_enough = seconds >= _LEAST_S and rise >= least
            rates.append(3600.0 * rise / seconds if is_enough else np.nan)
        amperes = rows.amperes[numbers]
        seconds = np.diff(times)
        flowed = (amperes[1:] + amperes[:-1]) * seconds / 7200.0
        used = ~np.isnan(flowed) & (seconds > 0.0) & (seconds <= GAP_FACTOR * supply.usual_gap)
        sum_ah = float(flowed[used].sum())
        of_current = float(np.diff(kwh)[used].sum()) / sum_ah if sum_ah > 0.0 else None
        first, last = rates
        return cls(float(times[0]), float(times[-1]), float(first), float(last), of_current)

    def compared(self, after: _Stretch) -> str:
        """How a mistake of the unit is seen in the stretch after this one; "" if none is."""
        if self.of_current and after.of_current:
            ratio, around = after.of_current / self.of_current, _BY_CURRENT
            beside = "for each ampere"
        else:
            ratio, around = after.first / self.last, _BY_RATE
            beside = "for each hour"
        factor = next((one for one, span in _around(*around).items() if _is_in(ratio, span)), None)
        if factor is None:
            return ""
        return (
            f"counts {ratio:.3g} times as much {beside} as before the change: a unit mistake by"
            f" {factor:g}?"
        )


def _is_in(ratio: float, span: tuple[float, float]) -> bool:
    low, high = span
    return low <= ratio <= high


def _stretches(rows: Rows, supply: CheckParameters, changes: Collection[int]) -> Iterator[Column]:
    """Rows between changes of the unit, falls and jumps of its register."""
    read = np.flatnonzero(~np.isnan(rows.kwh))
    if len(read) < 2:
        return
    rises = np.diff(rows.kwh[read])
    beside = np.maximum(np.concatenate(([0.0], rises[:-1])), np.concatenate((rises[1:], [0.0])))
    is_cut = (rises < 0.0) | (rises > _JUMP * (np.maximum(beside, 0.0) + supply.step))
    if changes:
        marks = np.asarray(sorted(changes))
        # how many changes there were up to a row
        passed = np.searchsorted(marks, read, side="right")
        is_cut |= np.diff(passed) > 0
    yield from np.split(read, np.flatnonzero(is_cut) + 1)


class RegisterStandstill(NamedTuple):
    """Rows in which a register stood while current flowed."""

    begin: float
    end: float
    #: the least current, in A; 0 if none was read
    amperes: float
    #: what flowed at least
    kwh: float
    #: whether the register then rose by as much at once
    caught_up: bool

    @property
    def event(self) -> Event:
        """As a finding."""
        flowed = f"at least {self.amperes:g} A" if self.amperes else "current"
        reason = f"the register stood while {flowed} flowed: at least {self.kwh:.3g} kWh"
        if self.caught_up:
            reason += ", and then rose by that"
        return Event(STANDING, self.begin, self.end, reason)


def standstills(
    rows: Rows, supply: CheckParameters, wrong: Iterable[Event] = ()
) -> list[RegisterStandstill]:
    """Where a register did not move while current flowed, for longer than a reading may be old.

    `wrong`: events of readings that left the line and came back; the register is what it was before
    and after them. Beside a time without readings, a register may have stood in that time, too:
    then what it rose by later does not show that it caught up. One that did not catch up may have
    stood from the reading before to the reading after those that do not differ.
    """
    kwh = rows.kwh
    for one in wrong:
        if kwh is rows.kwh:
            kwh = kwh.copy()
        kwh[(rows.begins > one.begin) & (rows.ends < one.end)] = np.nan
    kept = np.flatnonzero(~np.isnan(kwh))
    rises = np.diff(kwh[kept])
    still = rises == 0.0
    if not still.any():
        return []
    begins = rows.begins[kept]
    is_gap = np.diff(begins) > GAP_FACTOR * supply.usual_gap
    passed = np.concatenate(([0.0], np.cumsum(_at_least(rows, supply, np.diff(kwh)))))
    least_kwh = np.diff(passed[kept])
    flowed = np.where(still, least_kwh, 0.0)
    # A rise ends a time in which the register stood, and begins the next.
    each = np.cumsum(~still)
    sums = np.bincount(each, weights=flowed)
    found = []
    for number in np.flatnonzero(sums >= STOOD_STEPS * supply.step):
        first, after = np.searchsorted(each, [number, number + 1])
        first += 0 if still[first] else 1
        if not begins[after] - begins[first] > _OLDER * supply.age:
            continue
        energy = float(sums[number])
        amperes = rows.amperes[kept[first] : kept[after] + 1]
        least = 0.0 if np.isnan(amperes).all() else float(np.nanmin(amperes))
        is_beside = bool(first and is_gap[first - 1]), bool(after < len(rises) and is_gap[after])
        # what flowed until it rose again is in that rise, too
        caught_up = (
            not any(is_beside)
            and after < len(rises)
            and bool(rises[after] + supply.step >= energy + least_kwh[after])
        )
        if not caught_up:  # it stopped and began again between two readings
            first, after = max(first - 1, 0), min(after + 1, len(rises))
        begin, end = float(begins[first]), float(rows.ends[kept[after]])
        found.append(RegisterStandstill(begin, end, least, energy, caught_up))
    return found


def uncounted_s(found: Iterable[RegisterStandstill], begin: float, end: float) -> float:
    """How long, in s of a period, a register stood while current flowed that it never counted."""
    return sum(
        max(min(one.end, end) - max(one.begin, begin), 0.0) for one in found if not one.caught_up
    )


def _at_least(rows: Rows, supply: CheckParameters, rises: Column) -> Column:
    """The least energy that flowed between polls that follow each other, in kWh; 0 if that is not
    known.
    """
    seconds = np.diff(rows.begins)
    hours = np.where((seconds > 0.0) & (seconds <= GAP_FACTOR * supply.usual_gap), seconds, 0.0)
    hours /= 3600.0
    power = np.minimum(rows.watts[1:], rows.watts[:-1]) / 1000.0
    current = np.minimum(rows.amperes[1:], rows.amperes[:-1])
    current = np.where(current > IDLE_A, current, 0.0)
    unknown = np.isnan(power)
    if unknown.any():
        power = np.where(unknown, current * _kw_of_ampere(rows, supply, rises, hours), power)
    return power * hours


def _kw_of_ampere(rows: Rows, supply: CheckParameters, rises: Column, hours: Column) -> float:
    """The least power of an ampere, in kW: half of what it was in the whole time, or what no supply
    is below.
    """
    usual = _LEAST_KW if supply.volts is None else _LEAST_FACTOR * supply.volts / 1000.0
    flowed = (rows.amperes[1:] + rows.amperes[:-1]) / 2.0 * hours
    used = (rises >= 0.0) & (flowed > 0.0)
    counted, summed = float(rises[used].sum()), float(flowed[used].sum())
    if not summed or counted < COMPARED_STEPS * supply.step:
        return usual
    return max(usual, _ALIKE * min(counted / summed, _MOST_KW))


def current_while_off(rows: Rows) -> Iterator[Event]:
    """Current through an outlet that is off, in two polls or more.

    In one poll, the outlet may have been switched between the reading of both.
    """
    if not (rows.states == OFF).any():
        return
    flows = (rows.states == OFF) & (rows.amperes > IDLE_A)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flows, [False]))))
    for start, after in zip(edges[::2], edges[1::2]):
        if after - start > 1:
            most = float(rows.amperes[start:after].max())
            reason = f"up to {most:g} A in {after - start} polls"
            begin, end = float(rows.begins[start]), float(rows.ends[after - 1])
            yield Event(OFF_CURRENT, begin, end, reason)
