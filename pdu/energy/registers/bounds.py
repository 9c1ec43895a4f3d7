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
    """Energies between bounds, in kWh, a row for each period."""

    low: Column
    best: Column
    high: Column

    def plus(self, other: EnergyColumns) -> EnergyColumns:
        """The sums of energies that have nothing in common."""
        return EnergyColumns(self.low + other.low, self.best + other.best, self.high + other.high)

    def intervals(self) -> Sequence[EnergyInterval]:
        """One by one."""
        return [EnergyInterval(*row) for row in zip(*(column.tolist() for column in self))]


class BoundedRegister:
    """The segments of one register, which answers how much energy passed in a period (law 1)."""

    def __init__(
        self, readings: RegisterReadings, segments: Sequence[Segment], limits: RegisterLimits
    ) -> None:
        self._readings, self._limits = readings, limits
        self._segments = [SegmentColumns(readings, segment, limits) for segment in segments]
        self._power = self._mean_power()
        self._energies: dict[Period, EnergyInterval] = {}

    def energy(self, begin: float, end: float) -> EnergyInterval:
        """The energy from `begin` to `end` (s, UTC), in kWh."""
        return self.energies([(begin, end)])[0]

    def energies(self, periods: Sequence[Period]) -> Sequence[EnergyInterval]:
        """The energy of each period, in kWh. Each is computed once."""
        missing = [period for period in dict.fromkeys(periods) if period not in self._energies]
        if missing:
            self._energies.update(zip(missing, self._bound(missing).intervals()))
        return [self._energies[period] for period in periods]

    def _bound(self, periods: Sequence[Period]) -> EnergyColumns:
        begins, ends = np.array(periods, "f8").T
        most = _most(self._limits, ends - begins)
        none = np.zeros(len(begins))
        if not self._segments:
            return EnergyColumns(none, none, most)
        total = self._uncapped_energies(begins, ends)
        # No more passed than the supply delivers in the whole period.
        high = np.minimum(total.high, most)
        low, best = np.minimum(total.low, high), np.minimum(total.best, high)
        is_outside = self._is_outside(begins, ends)
        if is_outside.any():
            low, best = (np.where(is_outside, 0.0, column) for column in (low, best))
            high = np.where(is_outside, most, high)
        return EnergyColumns(low, best, high)

    def _uncapped_energies(self, begins: Column, ends: Column) -> EnergyColumns:
        """What the segments counted in each period, and the holes between them can have."""
        none = np.zeros(len(begins))
        total, doubtful = EnergyColumns(none, none, none), none
        earlier: Optional[SegmentColumns] = None
        for segment in self._segments:
            hole = self._hole_energy(earlier, segment, begins, ends)
            total = total if hole is None else total.plus(hole)
            total = total.plus(segment.inside(begins, ends))
            if earlier is not None:
                twice = [self._counted_twice(earlier, segment, *row) for row in zip(begins, ends)]
                doubtful = doubtful + np.array(twice)
            earlier = segment
        hole = self._hole_energy(earlier, None, begins, ends)
        total = total if hole is None else total.plus(hole)
        return total._replace(low=np.maximum(total.low - doubtful, 0.0))

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
        return [(segment.begin, segment.end) for segment in self._segments]

    def _is_outside(self, begins: Column, ends: Column) -> Column:
        """Whether all segments lie on one side of a period: then they say nothing of it."""
        margin_s = self._readings.slack + self._readings.max_age
        first, last = self._segments[0].begin, self._segments[-1].end
        return (first - margin_s >= ends) | (last + margin_s <= begins)

    def _mean_power(self) -> float:
        """The mean power of all segments, in kW."""
        rise, seconds = 0.0, 0.0
        for segment in self._segments:
            rise += segment.last_kwh - segment.first_kwh
            seconds += segment.end - segment.begin
        return min(3600.0 * rise / seconds, self._limits.kilowatts) if seconds > 0 else 0.0

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
        slack = self._readings.slack
        # The hole is as wide as the readings at its ends were long: nothing of it is counted less.
        early = slack + self._readings.max_age
        starts = begins if earlier is None else np.maximum(begins, earlier.last_begin - early)
        stops = ends if later is None else np.minimum(ends, later.first_end + slack)
        is_within = stops > starts
        if not is_within.any():
            return None
        firsts = begins if earlier is None else np.maximum(begins, earlier.end)
        lasts = ends if later is None else np.minimum(ends, later.begin)
        most = _most(self._limits, stops - starts)
        likely = np.minimum(self._power * np.maximum(lasts - firsts, 0.0) / 3600.0, most)
        if earlier is not None and later is not None:
            seconds = later.first_end + slack - (earlier.last_begin - early)
            energy = wrap_energy(earlier.last_kwh, later.first_kwh, seconds, self._limits)
            if energy is not None:
                likely = np.where((starts > begins) & (stops < ends), energy, likely)
        best, high = (np.where(is_within, column, 0.0) for column in (likely, most))
        return EnergyColumns(np.zeros(len(begins)), best, high)

    def _counted_twice(
        self, earlier: SegmentColumns, later: SegmentColumns, begin: float, end: float
    ) -> float:
        """What two segments may count too much in a period, if the register was not set back
        between them.

        It may have been too low for a few readings, or too high before: by so little that one rise
        more, back to the old line or up from it, is no more than the supply delivers.
        """
        fall = earlier.last_kwh - later.first_kwh
        slack = self._readings.slack + self._readings.max_age
        largest = max(segment.largest_rise(begin, end, slack) for segment in (earlier, later))
        if fall <= 0.0 or largest + self._limits.step < fall:
            return 0.0
        return min(largest, fall + self._limits.most(later.first_end - earlier.last_begin))


class SegmentColumns:
    """Readings between which a register is continuous, as columns."""

    def __init__(
        self, readings: RegisterReadings, segment: Segment, limits: RegisterLimits
    ) -> None:
        numbers = segment.readings
        is_range = isinstance(numbers, range)
        here: Column = slice(numbers[0], numbers[-1] + 1) if is_range else np.asarray(numbers)
        columns = (readings.begins, readings.ends, readings.values)
        self._begins, self._ends, self._values = (np.asarray(column)[here] for column in columns)
        self._slack, self._max_age, self._limits = readings.slack, readings.max_age, limits
        #: when it begins and ends, in s; when the last reading began, and the first one ended
        self.begin, self.last_begin = float(self._begins[0]), float(self._begins[-1])
        self.first_end, self.end = float(self._ends[0]), float(self._ends[-1])
        self.first_kwh, self.last_kwh = float(self._values[0]), float(self._values[-1])

    @cached_property
    def _rises(self) -> Column:
        """The places of readings that differ from the one before."""
        return np.flatnonzero(np.diff(self._values)) + 1

    def largest_rise(self, begin: float, end: float, slack: float) -> float:
        """The largest rise between two readings in a period, in kWh. `slack`: how far their times
        may be off, in s.
        """
        is_here = (self._begins[:-1] - slack < end) & (self._ends[1:] + slack > begin)
        return float(np.diff(self._values)[is_here].max(initial=0.0))

    def inside(self, begins: Column, ends: Column) -> EnergyColumns:
        """The energy of what each period shares with the segment."""
        none = np.zeros(len(begins))
        is_outside = (ends <= self.begin - self._slack) | (begins >= self.end + self._slack)
        if is_outside.all():
            return EnergyColumns(none, none, none)
        registers, count = self.registers_at(np.concatenate((begins, ends))), len(begins)
        from_low, from_best, from_high = (column[:count] for column in registers)
        to_low, to_best, to_high = (column[count:] for column in registers)
        low = np.maximum(to_low - from_high, 0.0)
        high = np.maximum(to_high - from_low, 0.0)
        best = np.minimum(np.maximum(to_best - from_best, low), high)
        if is_outside.any():
            low, best, high = (np.where(is_outside, 0.0, column) for column in (low, best, high))
        return EnergyColumns(low, best, high)

    def registers_at(self, moments: Column) -> EnergyColumns:
        """What the register was at moments; before and after the segment, at its ends."""
        low = self._lowest(moments - self._slack)
        high = self._highest(moments + self._slack + self._max_age)
        best = np.minimum(np.maximum(np.interp(moments, self._begins, self._values), low), high)
        return EnergyColumns(low, best, high)

    def _lowest(self, moments: Column) -> Column:
        """The least that the register can have been: it had reached the reading before."""
        positions = np.searchsorted(self._ends, moments, "right")
        floor = self._values[np.maximum(positions - 1, 0)]
        following = np.minimum(positions, len(self._values) - 1)
        least = self._values[following] - _most(self._limits, self._ends[following] - moments)
        return np.maximum(floor, least)

    def _highest(self, moments: Column) -> Column:
        """The most that the register can have been: it had not passed the reading after.

        A register that stands and then rises by more than a step may have been stale: until it
        rose, it can have been anything that the supply allows.
        """
        count, values, step = len(self._values), self._values, self._limits.step
        positions = np.searchsorted(self._begins, moments, "right")
        following = np.minimum(positions, count - 1)
        # where the register came to the value of the reading after, and where it rose above it
        edges = np.concatenate(([0], self._rises, [count]))
        group = np.searchsorted(self._rises, following, "right")
        first_equal, after_equal = edges[group], edges[group + 1]
        next_values = values[np.minimum(after_equal, count - 1)]
        may_be_stale = after_equal - first_equal > 1
        may_be_stale &= next_values - values[following] > step * (1.0 + 1e-6)
        ceiling = np.where(may_be_stale, next_values, values[following]) + step
        lower = np.maximum(first_equal - 1, 0)
        reachable = values[lower] + step + _most(self._limits, moments - self._begins[lower])
        ceiling = np.where(positions > 0, np.minimum(ceiling, reachable), ceiling)
        return np.where(positions == count, values[-1] + step, ceiling)


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


def _most(limits: RegisterLimits, seconds: Column) -> Column:
    """The energy that the supply can deliver in times, as `RegisterLimits.most`."""
    return limits.kilowatts * np.maximum(seconds, 0.0) / 3600.0
