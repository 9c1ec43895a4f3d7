"""The energy of a period between two bounds, from a register's segments and the holes between.

In a segment the register itself says the energy, within one step at each end. In a hole the energy
is between 0 and what the supply can deliver. A period seldom begins or ends at a reading: what the
register was at that moment is bounded by the readings around it and by the supply.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Optional

from .segments import Segment, wrapped
from .values import NOTHING, EnergyInterval, Event, RegisterLimits, RegisterReadings


class BoundedRegister:
    """The segments of one register, which answers how much energy passed in a period."""

    def __init__(
        self, readings: RegisterReadings, segments: Sequence[Segment], limits: RegisterLimits
    ) -> None:
        self._readings = readings
        self._segments = segments
        self._limits = limits
        self._power = self._mean_power()
        #: where a period ends the next one often begins
        self._registers: dict[tuple[int, float], EnergyInterval] = {}

    def energy(self, begin: float, end: float) -> EnergyInterval:
        """The energy from `begin` to `end` (s, UTC), in kWh."""
        if not self._segments or self._is_outside(begin, end):
            return EnergyInterval(0.0, 0.0, self._limits.most(end - begin))
        total = self._uncapped_energy(begin, end)
        # No more passed than the supply delivers in the whole period.
        high = min(total.high, self._limits.most(end - begin))
        return EnergyInterval(min(total.low, high), min(total.best, high), high)

    def _uncapped_energy(self, begin: float, end: float) -> EnergyInterval:
        """What the segments counted in a period, and the holes between them can have."""
        total, doubtful = NOTHING, 0.0
        earlier: Optional[Segment] = None
        for segment in self._segments:
            total = total.plus(self._between(earlier, segment, begin, end))
            total = total.plus(self._inside(segment, begin, end))
            if earlier is not None:
                doubtful += self._counted_twice(earlier, segment, begin, end)
            earlier = segment
        total = total.plus(self._between(earlier, None, begin, end))
        return total._replace(low=max(total.low - doubtful, 0.0))

    def covered_share(self, begin: float, end: float, gaps: Sequence[Event] = ()) -> float:
        """The part of a period that lies in a segment and in no gap of the polls, from 0 to 1."""
        if end <= begin:
            return 0.0
        inside = 0.0
        for segment in self._segments:
            first, last = self._span(segment)
            first, last = max(first, begin), min(last, end)
            inside += max(last - first, 0.0)
            for gap in gaps:
                inside -= max(min(last, gap.end) - max(first, gap.begin), 0.0)
        return min(max(inside, 0.0) / (end - begin), 1.0)

    def spans(self) -> Sequence[tuple[float, float]]:
        """When each segment begins and ends, in s."""
        return [self._span(segment) for segment in self._segments]

    def _is_outside(self, begin: float, end: float) -> bool:
        """Whether all segments lie on one side of a period: then they say nothing of it."""
        first, _ = self._span(self._segments[0])
        _, last = self._span(self._segments[-1])
        margin_s = self._readings.slack + self._readings.max_age
        return first - margin_s >= end or last + margin_s <= begin

    def _span(self, segment: Segment) -> tuple[float, float]:
        return self._readings.begins[segment.first], self._readings.ends[segment.last]

    def _mean_power(self) -> float:
        """The mean power of all segments, in kW."""
        values, rise, seconds = self._readings.values, 0.0, 0.0
        for segment in self._segments:
            first, last = self._span(segment)
            rise += values[segment.last] - values[segment.first]
            seconds += last - first
        return min(3600.0 * rise / seconds, self._limits.kilowatts) if seconds > 0 else 0.0

    def _unread_energy(self, seconds: float, likely: float) -> EnergyInterval:
        """The energy of a hole of at most `seconds`, which is probably `likely` s long."""
        most = self._limits.most(seconds)
        return EnergyInterval(0.0, min(self._power * max(likely, 0.0) / 3600.0, most), most)

    def _between(
        self, earlier: Optional[Segment], later: Optional[Segment], begin: float, end: float
    ) -> EnergyInterval:
        """The energy of what a period shares with the hole between two segments."""
        slack = self._readings.slack
        # The hole is as wide as the readings at its ends were long: nothing of it is counted less.
        early = slack + self._readings.max_age
        start = (
            begin if earlier is None else max(begin, self._readings.begins[earlier.last] - early)
        )
        stop = end if later is None else min(end, self._readings.ends[later.first] + slack)
        if stop <= start:
            return NOTHING
        first = begin if earlier is None else max(begin, self._readings.ends[earlier.last])
        last = end if later is None else min(end, self._readings.begins[later.first])
        guess = self._unread_energy(stop - start, last - first)
        if earlier is None or later is None or start <= begin or stop >= end:
            return guess
        values = self._readings.values
        wrapped_kwh = wrapped(values[earlier.last], values[later.first], stop - start, self._limits)
        return guess if wrapped_kwh is None else guess._replace(best=wrapped_kwh)

    def _counted_twice(self, earlier: Segment, later: Segment, begin: float, end: float) -> float:
        """What two segments may count too much in a period, if the register was not set back
        between them.

        It may have been too low for a few readings, or too high before: by so little that one rise
        more, back to the old line or up from it, is no more than the supply delivers.
        """
        values, begins, ends = self._readings.values, self._readings.begins, self._readings.ends
        fall = values[earlier.last] - values[later.first]
        if fall <= 0.0:
            return 0.0
        slack = self._readings.slack + self._readings.max_age
        largest = 0.0
        for numbers in (earlier.readings, later.readings):
            for number, following in zip(numbers, numbers[1:]):
                if begins[number] - slack < end and ends[following] + slack > begin:
                    largest = max(largest, values[following] - values[number])
        if largest + self._limits.step < fall:
            return 0.0
        return min(largest, fall + self._limits.most(ends[later.first] - begins[earlier.last]))

    def _inside(self, segment: Segment, begin: float, end: float) -> EnergyInterval:
        """The energy of what a period shares with a segment."""
        first, last = self._span(segment)
        slack = self._readings.slack
        if end <= first - slack or begin >= last + slack:
            return NOTHING
        from_low, from_best, from_high = self._register_at(segment, begin)
        to_low, to_best, to_high = self._register_at(segment, end)
        low = max(to_low - from_high, 0.0)
        high = max(to_high - from_low, 0.0)
        return EnergyInterval(low, min(max(to_best - from_best, low), high), high)

    def _register_at(self, segment: Segment, moment: float) -> EnergyInterval:
        """What the register was at a moment; before and after the segment, at its ends."""
        register = self._registers.get((segment.first, moment))
        if register is None:
            slack = self._readings.slack
            low = self._lowest(segment, moment - slack)
            high = self._highest(segment, moment + slack + self._readings.max_age)
            best = self._interpolated(segment, moment)
            register = EnergyInterval(low, min(max(best, low), high), high)
            self._registers[segment.first, moment] = register
        return register

    def _lowest(self, segment: Segment, moment: float) -> float:
        """The least that the register can have been: it had reached the reading before."""
        readings, numbers = self._readings, segment.readings
        passed = count_until(readings.ends, numbers, moment)
        floor = readings.values[numbers[max(passed - 1, 0)]]
        if 0 < passed < len(numbers):
            most = self._limits.most(readings.ends[numbers[passed]] - moment)
            floor = max(floor, readings.values[numbers[passed]] - most)
        return floor

    def _highest(self, segment: Segment, moment: float) -> float:
        """The most that the register can have been: it had not passed the reading after.

        A register that stands and then rises by more than a step may have been stale: until it
        rose, it can have been anything that the supply allows.
        """
        readings, numbers, step = self._readings, segment.readings, self._limits.step
        values = readings.values
        passed = count_until(readings.begins, numbers, moment)
        if passed == len(numbers):
            return values[numbers[-1]] + step
        first_equal, after_equal = self._equal_readings(numbers, passed)
        ceiling = values[numbers[passed]] + step
        if after_equal < len(numbers) and after_equal - first_equal > 1:
            jump = values[numbers[after_equal]] - values[numbers[passed]]
            if jump > step * (1.0 + 1e-6):
                ceiling = values[numbers[after_equal]] + step
        if passed:
            lower = numbers[min(max(first_equal - 1, 0), passed - 1)]
            most = self._limits.most(moment - readings.begins[lower])
            ceiling = min(ceiling, values[lower] + step + most)
        return ceiling

    def _equal_readings(self, numbers: Sequence[int], place: int) -> tuple[int, int]:
        """Where the register came to the value of a reading, and where it rose above it."""
        values, value = self._readings.values, self._readings.values[numbers[place]]
        first_equal, after_equal = place, place + 1
        while first_equal and values[numbers[first_equal - 1]] == value:
            first_equal -= 1
        while after_equal < len(numbers) and values[numbers[after_equal]] == value:
            after_equal += 1
        return first_equal, after_equal

    def _interpolated(self, segment: Segment, moment: float) -> float:
        """The register on the straight line between the readings around a moment."""
        readings, numbers = self._readings, segment.readings
        passed = count_until(readings.begins, numbers, moment)
        if passed == 0 or passed == len(numbers):
            return readings.values[numbers[min(passed, len(numbers) - 1)]]
        left, right = numbers[passed - 1], numbers[passed]
        share = (moment - readings.begins[left]) / (readings.begins[right] - readings.begins[left])
        return readings.values[left] + share * (readings.values[right] - readings.values[left])


def count_until(times: Sequence[float], numbers: Sequence[int], moment: float) -> int:
    """How many readings have a time of at most `moment`; their times rise."""
    if isinstance(numbers, range) and numbers.step == 1:
        return bisect_right(times, moment, numbers.start, numbers.stop) - numbers.start
    low, high = 0, len(numbers)
    while low < high:
        middle = (low + high) // 2
        if times[numbers[middle]] <= moment:
            low = middle + 1
        else:
            high = middle
    return low
