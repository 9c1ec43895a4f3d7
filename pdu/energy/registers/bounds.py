"""The energy of a period between two bounds, from a register's segments and the holes between.

Law 1 of docs/energy.md: in a segment the register itself says the energy, within one step at
each end. In a hole the energy is between 0 and what the supply can deliver. A period seldom begins
or ends at a reading: what the register was at that moment is bounded by the readings around it and
by the supply.

Periods are computed together, as columns: a tariff has some sixty in a month.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple, Optional

from .numpy_lazy import Column, np
from .segments import Segment, wrap_energy
from .values import EnergyInterval, Event, RegisterLimits, RegisterReadings

#: begin and end in s, UTC
Period = tuple[float, float]


class EnergyColumns(NamedTuple):
    """Energies between bounds, in kWh: a row for each register, a column for each period."""

    low: Column
    best: Column
    high: Column

    def plus(self, other: EnergyColumns) -> EnergyColumns:
        """The sums of energies that have nothing in common."""
        return EnergyColumns(self.low + other.low, self.best + other.best, self.high + other.high)

    def where(self, is_chosen: Column) -> EnergyColumns:
        """These energies in the periods that are chosen, and none in the others."""
        if is_chosen.all():
            return self
        return EnergyColumns(*(np.where(is_chosen, column, 0.0) for column in self))


class BoundedRegister:
    """One register, which answers how much energy passed in a period (law 1)."""

    def __init__(self, registers: BoundedRegisters, row: int) -> None:
        """`row`: its place among them."""
        self._registers, self._row = registers, row

    @classmethod
    def alone(
        cls, readings: RegisterReadings, segments: Sequence[Segment], limits: RegisterLimits
    ) -> BoundedRegister:
        """A register that is computed without others."""
        return cls(BoundedRegisters([readings], segments, [limits]), 0)

    def energy(self, begin: float, end: float) -> EnergyInterval:
        """The energy from `begin` to `end` (s, UTC), in kWh."""
        return self.energies([(begin, end)])[0]

    def energies(self, periods: Sequence[Period]) -> Sequence[EnergyInterval]:
        """The energy of each period, in kWh."""
        return [rows[self._row] for rows in self._registers.energies(periods)]

    def covered_share(self, begin: float, end: float, gaps: Sequence[Event] = ()) -> float:
        """The part of a period that lies in a segment and in no gap of the polls, from 0 to 1."""
        if end <= begin:
            return 0.0
        inside = 0.0
        for first, last in self.spans():
            first, last = max(first, begin), min(last, end)
            inside += max(last - first, 0.0)
            for gap in gaps:
                inside -= max(min(last, gap.end) - max(first, gap.begin), 0.0)
        return min(max(inside, 0.0) / (end - begin), 1.0)

    def spans(self) -> Sequence[Period]:
        """When each segment begins and ends, in s."""
        return self._registers.spans


class BoundedRegisters:
    """Registers of one PDU with the same polls and the same segments, computed together: all of
    those that are continuous, else one alone. Each period is computed once.
    """

    def __init__(
        self,
        readings: Sequence[RegisterReadings],
        segments: Sequence[Segment],
        limits: Sequence[RegisterLimits],
    ) -> None:
        """`readings`, `limits`: of each register."""
        self._margin_s, self._slack = readings[0].slack + readings[0].max_age, readings[0].slack
        supply = _Supply(limits)
        self._supply = supply
        self._segments = [SegmentColumns(readings, segment, supply) for segment in segments]
        #: when each segment begins and ends, in s
        self.spans = [(segment.begin, segment.end) for segment in self._segments]
        self._power = self._mean_power()
        self._energies: dict[Period, Sequence[EnergyInterval]] = {}

    def energies(self, periods: Sequence[Period]) -> Sequence[Sequence[EnergyInterval]]:
        """The energies of each period, in kWh, by register."""
        missing = [period for period in dict.fromkeys(periods) if period not in self._energies]
        if missing:
            columns = [column.T.tolist() for column in self._bound(missing)]
            for period, *figures in zip(missing, *columns):
                self._energies[period] = [*map(EnergyInterval, *figures)]
        return [self._energies[period] for period in periods]

    def _bound(self, periods: Sequence[Period]) -> EnergyColumns:
        begins, ends = np.array(periods, "f8").T
        most = self._supply.most(ends - begins)
        none = np.zeros_like(most)
        if not self._segments:
            return EnergyColumns(none, none, most)
        total = self._uncapped_energies(begins, ends, EnergyColumns(none, none, none))
        # No more passed than the supply delivers in the whole period.
        high = np.minimum(total.high, most)
        low, best = np.minimum(total.low, high), np.minimum(total.best, high)
        is_outside = self._is_outside(begins, ends)
        if is_outside.any():
            low, best = (np.where(is_outside, 0.0, column) for column in (low, best))
            high = np.where(is_outside, most, high)
        return EnergyColumns(low, best, high)

    def _uncapped_energies(
        self, begins: Column, ends: Column, total: EnergyColumns
    ) -> EnergyColumns:
        """What the segments counted in each period, and the holes between them can have. `total`:
        nothing.
        """
        doubtful = total.low
        earlier: Optional[SegmentColumns] = None
        for segment in self._segments:
            hole = self._hole_energy(earlier, segment, begins, ends)
            total = total if hole is None else total.plus(hole)
            inside = segment.inside(begins, ends)
            total = total if inside is None else total.plus(inside)
            if earlier is not None:
                twice = [self._counted_twice(earlier, segment, *row) for row in zip(begins, ends)]
                doubtful = doubtful + np.stack(twice, axis=1)
            earlier = segment
        hole = self._hole_energy(earlier, None, begins, ends)
        total = total if hole is None else total.plus(hole)
        return total._replace(low=np.maximum(total.low - doubtful, 0.0))

    def _is_outside(self, begins: Column, ends: Column) -> Column:
        """Whether all segments lie on one side of a period: then they say nothing of it."""
        first, last = self._segments[0].begin, self._segments[-1].end
        return (first - self._margin_s >= ends) | (last + self._margin_s <= begins)

    def _mean_power(self) -> Column:
        """The mean power of each register over all segments, in kW."""
        rise, seconds = self._supply.none, 0.0
        for segment in self._segments:
            rise = rise + (segment.last_kwh - segment.first_kwh)
            seconds += segment.end - segment.begin
        if not seconds > 0.0:
            return self._supply.none
        return np.minimum(3600.0 * rise / seconds, self._supply.kilowatts)

    def _hole_energy(
        self,
        earlier: Optional[SegmentColumns],
        later: Optional[SegmentColumns],
        begins: Column,
        ends: Column,
    ) -> Optional[EnergyColumns]:
        """The energy of what each period shares with the hole between two segments; None if no
        period shares anything.
        """
        slack = self._slack
        # The hole is as wide as the readings at its ends were long: nothing of it is counted less.
        starts = begins
        if earlier is not None:
            starts = np.maximum(begins, earlier.last_begin - self._margin_s)
        stops = ends if later is None else np.minimum(ends, later.first_end + slack)
        is_within = stops > starts
        if not is_within.any():
            return None
        firsts = begins if earlier is None else np.maximum(begins, earlier.end)
        lasts = ends if later is None else np.minimum(ends, later.begin)
        most = self._supply.most(stops - starts)
        likely = np.minimum(self._power * np.maximum(lasts - firsts, 0.0) / 3600.0, most)
        if earlier is not None and later is not None:
            seconds = later.first_end + slack - (earlier.last_begin - self._margin_s)
            wrap_kwh = self._supply.wrap_energies(earlier.last_kwh, later.first_kwh, seconds)
            is_whole = (starts > begins) & (stops < ends) & ~np.isnan(wrap_kwh)
            likely = np.where(is_whole, wrap_kwh, likely)
        return EnergyColumns(np.zeros_like(most), likely, most).where(is_within)

    def _counted_twice(
        self, earlier: SegmentColumns, later: SegmentColumns, begin: float, end: float
    ) -> Column:
        """What two segments may count too much in a period, if the register was not set back
        between them.

        It may have been too low for a few readings, or too high before: by so little that one rise
        more, back to the old line or up from it, is no more than the supply delivers.
        """
        fall = earlier.last_kwh - later.first_kwh
        rises = (segment.largest_rise(begin, end, self._margin_s) for segment in (earlier, later))
        largest = np.maximum(*rises)
        hole_kwh = self._supply.most(later.first_end - earlier.last_begin)
        is_possible = (fall > 0.0) & (largest + self._supply.step >= fall)
        return np.where(is_possible, np.minimum(largest, fall + hole_kwh), 0.0)[:, 0]


class _Supply:
    """The limits of registers, as columns with one figure for each."""

    def __init__(self, limits: Sequence[RegisterLimits]) -> None:
        self._limits = limits
        self.kilowatts = np.array([[register.kilowatts] for register in limits])
        self.step = np.array([[register.step] for register in limits])
        self.none = np.zeros_like(self.step)

    def most(self, seconds: Column) -> Column:
        """The energy that the supply can deliver in times, as `RegisterLimits.most`."""
        return self.kilowatts * np.maximum(seconds, 0.0) / 3600.0

    def wrap_energies(self, old: Column, new: Column, seconds: float) -> Column:
        """As `wrap_energy`, NaN for None."""
        rows = zip(old[:, 0].tolist(), new[:, 0].tolist(), self._limits)
        energies = [[wrap_energy(first, last, seconds, limits)] for first, last, limits in rows]
        return np.array(energies, "f8")


class SegmentColumns:
    """Readings between which registers are continuous: a row for each register."""

    def __init__(
        self, readings: Sequence[RegisterReadings], segment: Segment, supply: _Supply
    ) -> None:
        numbers, times = segment.readings, readings[0]
        is_range = isinstance(numbers, range)
        here: Column = slice(numbers[0], numbers[-1] + 1) if is_range else np.asarray(numbers)
        self._begins, self._ends = (np.asarray(column)[here] for column in times[:2])
        self._values = np.stack([np.asarray(register.values)[here] for register in readings])
        self._slack, self._max_age, self._supply = times.slack, times.max_age, supply
        #: when it begins and ends, in s; when the last reading began, and the first one ended
        self.begin, self.last_begin = float(self._begins[0]), float(self._begins[-1])
        self.first_end, self.end = float(self._ends[0]), float(self._ends[-1])
        #: of each register
        self.first_kwh, self.last_kwh = self._values[:, :1], self._values[:, -1:]

    @cached_property
    def _rises(self) -> Sequence[Column]:
        """Of each register the places of readings that differ from the one before."""
        return [np.flatnonzero(rises) + 1 for rises in np.diff(self._values)]

    def largest_rise(self, begin: float, end: float, slack: float) -> Column:
        """The largest rise between two readings in a period, in kWh. `slack`: how far their times
        may be off, in s.
        """
        is_here = (self._begins[:-1] - slack < end) & (self._ends[1:] + slack > begin)
        return np.diff(self._values)[:, is_here].max(axis=1, keepdims=True, initial=0.0)

    def inside(self, begins: Column, ends: Column) -> Optional[EnergyColumns]:
        """The energy of what each period shares with the segment; None if none shares anything."""
        is_inside = (ends > self.begin - self._slack) & (begins < self.end + self._slack)
        if not is_inside.any():
            return None
        registers, count = self.registers_at(np.concatenate((begins, ends))), len(begins)
        from_low, from_best, from_high = (column[:, :count] for column in registers)
        to_low, to_best, to_high = (column[:, count:] for column in registers)
        low = np.maximum(to_low - from_high, 0.0)
        high = np.maximum(to_high - from_low, 0.0)
        best = np.minimum(np.maximum(to_best - from_best, low), high)
        return EnergyColumns(low, best, high).where(is_inside)

    def registers_at(self, moments: Column) -> EnergyColumns:
        """What the registers were at moments; before and after the segment, at its ends."""
        low = self._lowest(moments - self._slack)
        high = self._highest(moments + self._slack + self._max_age)
        likely = np.stack([np.interp(moments, self._begins, values) for values in self._values])
        return EnergyColumns(low, np.minimum(np.maximum(likely, low), high), high)

    def _lowest(self, moments: Column) -> Column:
        """The least that a register can have been: it had reached the reading before."""
        positions = np.searchsorted(self._ends, moments, "right")
        floor = self._values[:, np.maximum(positions - 1, 0)]
        following = np.minimum(positions, len(self._ends) - 1)
        least = self._values[:, following] - self._supply.most(self._ends[following] - moments)
        return np.maximum(floor, least)

    def _highest(self, moments: Column) -> Column:
        """The most that a register can have been: it had not passed the reading after.

        A register that stands and then rises by more than a step may have been stale: until it
        rose, it can have been anything that the supply allows.
        """
        count, values, step = len(self._begins), self._values, self._supply.step
        positions = np.searchsorted(self._begins, moments, "right")
        following = np.minimum(positions, count - 1)
        # where the register came to the value of the reading after, and where it rose above it
        edges = np.stack([_equal_edges(rises, following, count) for rises in self._rises])
        first_equal, after_equal = edges[:, 0], edges[:, 1]
        next_values = _take_by_row(values, np.minimum(after_equal, count - 1))
        following_values = values[:, following]
        may_be_stale = after_equal - first_equal > 1
        may_be_stale &= next_values - following_values > step * (1.0 + 1e-6)
        ceiling = np.where(may_be_stale, next_values, following_values) + step
        lower = np.maximum(first_equal - 1, 0)
        reachable = _take_by_row(values, lower) + step
        reachable = reachable + self._supply.most(moments - self._begins[lower])
        ceiling = np.where(positions > 0, np.minimum(ceiling, reachable), ceiling)
        return np.where(positions == count, values[:, -1:] + step, ceiling)


def _equal_edges(rises: Column, places: Column, count: int) -> Column:
    """The first readings with the values of those at `places`, and the first ones after these with
    others. `rises`: the places at which values differ from the one before, of `count`.
    """
    edges = np.concatenate(([0], rises, [count]))
    group = np.searchsorted(rises, places, "right")
    return edges[group], edges[group + 1]


def _take_by_row(values: Column, places: Column) -> Column:
    """Of each row the values at its own places."""
    return np.take_along_axis(values, places, axis=1)


def count_until(times: Sequence[float], numbers: Sequence[int], moment: float) -> int:
    """How many readings have a time of at most `moment`; their times rise."""
    low, high = 0, len(numbers)
    while low < high:
        middle = (low + high) // 2
        if times[numbers[middle]] <= moment:
            low = middle + 1
        else:
            high = middle
    return low
