"""Peak and 95th percentile of power, by quarter hours. Pure.

A quarter hour has the mean of the watts that were read in it. That of several outlets is their sum,
and is known if each of them that was held in it was read.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Optional

from ..numpy_lazy import np
from ..readings import Block

#: in s; quarters begin at whole ones since 1970
QUARTER_S = 900.0
_PERCENTILE = 0.95
_PLACES = 3  # of kW
#: so many numbers of a quarter are kept
_MOST = 64


class QuarterHourPower(NamedTuple):
    """The quarter hours of an outlet in somebody's hands."""

    begin: float
    end: float
    #: number of a quarter since 1970 -> kW
    quarters: Mapping[int, float]


class PowerFigures(NamedTuple):
    """In kW; None if no watts were read."""

    peak: Optional[float]
    #: nearest rank: no more than 5 % of the quarter hours are above
    p95: Optional[float]


def quarter_hours(blocks: Iterable[Block], begin: float, end: float) -> QuarterHourPower:
    """The quarter hours of one register from `begin` to `end`."""
    sums: dict[int, list[float]] = {}
    for block in blocks:
        times, watts = np.asarray(block.begins), np.asarray(block.watts[0])
        kept = ~np.isnan(watts) & (times >= begin) & (times < end)
        numbers, values = (times[kept] // QUARTER_S).astype(int), watts[kept].tolist()
        edges = [0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist(), len(values)]
        for first, after in zip(edges, edges[1:]):
            if first < after:
                sums.setdefault(int(numbers[first]), []).extend(values[first:after])
    quarters = {at: math.fsum(some) / len(some) / 1000.0 for at, some in sums.items()}
    return QuarterHourPower(begin, end, quarters)


class Together:
    """Outlets together, added one by one, so that memory is for their quarter hours only."""

    def __init__(self) -> None:
        #: quarter -> numbers whose exact sum is that of all outlets so far
        self._sums: dict[int, list[float]] = {}
        self._counts = Counter[int]()
        self._spans = Counter[tuple[float, float]]()

    def add(self, one: QuarterHourPower) -> None:
        self._spans[one.begin, one.end] += 1
        self._counts.update(one.quarters.keys())
        for at, power in one.quarters.items():
            some = self._sums.setdefault(at, [])
            some.append(power)
            if len(some) > _MOST:
                self._sums[at] = _shorter(some)

    def figures(self) -> PowerFigures:
        held = [(*_quarters(*span), count) for span, count in self._spans.items()]
        known = sorted(
            round(math.fsum(some), _PLACES)
            for at, some in self._sums.items()
            if self._counts[at] == sum([n for first, after, n in held if first <= at < after])
        )
        if not known:
            return PowerFigures(None, None)
        return PowerFigures(known[-1], known[math.ceil(_PERCENTILE * len(known)) - 1])


def figures(outlets: Iterable[QuarterHourPower]) -> PowerFigures:
    """Of outlets together."""
    found = Together()
    for one in outlets:
        found.add(one)
    return found.figures()


def _shorter(some: Sequence[float]) -> list[float]:
    """Fewer numbers with exactly the same sum: each is what the ones before it leave of it."""
    found: list[float] = []
    while rest := math.fsum([*some, *(-one for one in found)]):
        found.append(rest)
    return found


def _quarters(begin: float, end: float) -> tuple[int, int]:
    """The first quarter that a time has a part of, and the first one after it."""
    return int(begin // QUARTER_S), int(-(-end // QUARTER_S))
