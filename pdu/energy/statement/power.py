"""Peak and 95th percentile of power, by quarter hours. Pure.

A quarter hour has the mean of the watts that were read in it, and is of who held it as a whole: two
lines of one outlet that meet within it would count it twice. That of several outlets is their sum,
and is known if each of them that was held in it was read.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Optional

from ..registers.numpy_lazy import Column, np

#: in s; quarters begin at whole ones since 1970
QUARTER_S = 900.0
_PERCENTILE = 0.95
_PLACES = 3  # of kW
#: so many numbers of a quarter are kept
_MOST = 16


class QuarterHourPower(NamedTuple):
    """The quarter hours of an outlet in somebody's hands."""

    begin: float
    end: float
    #: of each quarter that was read its number since 1970, rising, and its kW
    numbers: Column
    kilowatts: Column

    def figures(self) -> PowerFigures:
        """Of this outlet alone."""
        return _figures(self.numbers, self.kilowatts)


class PowerFigures(NamedTuple):
    """In kW; None if no watts were read."""

    peak: Optional[float]
    #: nearest rank: no more than 5 % of the quarter hours are above
    p95: Optional[float]
    #: when the first of the highest quarter hours began, in s since 1970
    peak_time: Optional[float] = None


def quarter_hours(times: Column, watts: Column, begin: float, end: float) -> QuarterHourPower:
    """The whole quarter hours of one register from `begin` to `end`. `times`: of `watts`, in s."""
    first, stop = -(-begin // QUARTER_S) * QUARTER_S, end // QUARTER_S * QUARTER_S
    is_within = ~np.isnan(watts) & (times >= first) & (times < stop)
    numbers, values = (times[is_within] // QUARTER_S).astype("i8"), watts[is_within]
    if (np.diff(numbers) < 0).any():  # the clock was put back
        order = np.argsort(numbers, kind="stable")
        numbers, values = numbers[order], values[order]
    edges = np.flatnonzero(np.concatenate([numbers[:1] == numbers[:1], np.diff(numbers) != 0]))
    counts = np.diff(edges, append=len(numbers))
    return QuarterHourPower(begin, end, numbers[edges], _sums(values, counts) / counts / 1000.0)


def _sums(values: Column, counts: Column) -> Column:
    """The exact sum of each group of values that follow each other."""
    if len(counts) == len(values):
        return values
    if len(counts) and (counts == counts[0]).all():
        groups = values.reshape(len(counts), -1).tolist()
    else:
        groups = [some.tolist() for some in np.split(values, np.cumsum(counts)[:-1])]
    return np.array([*map(math.fsum, groups[: len(counts)])])


class Together:
    """Outlets together, added one by one, so that memory is for their quarter hours only."""

    def __init__(self) -> None:
        #: the quarters of all outlets so far, rising
        self._numbers: Column = np.zeros(0, "i8")
        #: of how many outlets each was read
        self._counts: Column = np.zeros(0, "i8")
        #: numbers whose exact sum is that of all outlets so far
        self._parts: list[Column] = []
        self._spans = Counter[tuple[float, float]]()

    def add(self, outlet_power: QuarterHourPower) -> None:
        self._spans[outlet_power.begin, outlet_power.end] += 1
        self._widen(outlet_power.numbers)
        at = np.searchsorted(self._numbers, outlet_power.numbers)
        self._counts[at] += 1
        # What each addition rounds away is kept: Shewchuk, Adaptive Precision Floating-Point
        # Arithmetic (1997), Grow-Expansion.
        remainder = np.zeros(len(self._numbers))
        remainder[at] = outlet_power.kilowatts
        parts = list[Column]()
        for part in self._parts:
            total = remainder + part
            virtual = total - remainder
            roundoff = (remainder - (total - virtual)) + (part - virtual)
            if roundoff.any():
                parts.append(roundoff)
            remainder = total
        self._parts = [*parts, remainder]
        if len(self._parts) > _MOST:
            self._parts = _shorter(self._parts)

    def _widen(self, numbers: Column) -> None:
        """Take quarters that no outlet had before."""
        if np.array_equal(numbers, self._numbers) or np.isin(numbers, self._numbers).all():
            return
        all_numbers = np.union1d(self._numbers, numbers) if len(self._numbers) else numbers
        at = np.searchsorted(all_numbers, self._numbers)
        counts, self._counts = self._counts, np.zeros(len(all_numbers), "i8")
        self._counts[at] = counts
        for place, part in enumerate(self._parts):
            self._parts[place] = np.zeros(len(all_numbers))
            self._parts[place][at] = part
        self._numbers = all_numbers

    def full_quarters(self) -> FullQuarters:
        """The quarters of which each outlet was read."""
        counts = np.zeros(len(self._numbers), "i8")
        for (begin, end), count in self._spans.items():
            first, stop = _quarters(begin, end)
            counts[(self._numbers >= first) & (self._numbers < stop)] += count
        is_full = self._counts == counts
        columns = [part[is_full].tolist() for part in self._parts]
        sums = columns[0] if len(columns) == 1 else [*map(math.fsum, zip(*columns))]
        return FullQuarters(self._numbers[is_full], sums)


class FullQuarters(NamedTuple):
    """Quarter hours of which each of several outlets was read."""

    #: of each its number since 1970, rising, and the kW of all outlets together
    numbers: Column
    kilowatts: Sequence[float]

    def figures(self) -> PowerFigures:
        """Of all outlets together."""
        return _figures(self.numbers, np.array(self.kilowatts))

    def daily_power(self, days: Sequence[tuple[str, float]]) -> Mapping[str, Sequence[float]]:
        """Day -> its lowest, mean and highest quarter hour. `days`: each with its begin in s; a
        quarter belongs to the day in which it begins.
        """
        edges = np.searchsorted(self.numbers * QUARTER_S, [begin for _, begin in days]).tolist()
        edges[0] = 0
        return {
            day: [
                round(kilowatts, _PLACES)
                for kilowatts in (min(some), math.fsum(some) / len(some), max(some))
            ]
            for (day, _), first, stop in zip(days, edges, [*edges[1:], len(self.kilowatts)])
            if (some := self.kilowatts[first:stop])
        }


def _figures(numbers: Column, kilowatts: Column) -> PowerFigures:
    if not len(kilowatts):
        return PowerFigures(None, None)
    rising, first = np.sort(kilowatts), int(np.argmax(kilowatts))
    p95 = float(rising[math.ceil(_PERCENTILE * len(kilowatts)) - 1])
    peak, time = float(rising[-1]), float(numbers[first]) * QUARTER_S
    return PowerFigures(round(peak, _PLACES), round(p95, _PLACES), time)


def _shorter(parts: Sequence[Column]) -> list[Column]:
    """Fewer columns with exactly the same sums: each number is what the ones before it leave."""
    shorter_parts = list[Column]()
    columns = [*map(list[float], zip(*(part.tolist() for part in parts)))]
    while any(sums := [math.fsum(column) for column in columns]):
        shorter_parts.append(np.array(sums))
        for column, value in zip(columns, sums):
            column.append(-value)
    return shorter_parts[::-1]


def _quarters(begin: float, end: float) -> tuple[int, int]:
    """The first quarter that a time has a part of, and the first one after it."""
    return int(begin // QUARTER_S), int(-(-end // QUARTER_S))
