"""Peak and 95th percentile of power, by quarter hours. Pure.

A quarter hour has the mean of the watts that were read in it. That of several outlets is their sum,
and is known if each of them that was held in it was read.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Optional

from ..readings import Block

#: in s; quarters begin at whole ones since 1970
QUARTER_S = 900.0
_PERCENTILE = 0.95
_PLACES = 3  # of kW


class HeldPower(NamedTuple):
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


def held(blocks: Iterable[Block], begin: float, end: float) -> HeldPower:
    """The quarter hours of one register from `begin` to `end`."""
    sums: dict[int, list[float]] = {}
    for block in blocks:
        for time, watts in zip(block.begins, block.watts[0]):
            if watts == watts and begin <= time < end:
                sums.setdefault(int(time // QUARTER_S), []).append(watts)
    quarters = {at: math.fsum(some) / len(some) / 1000.0 for at, some in sums.items()}
    return HeldPower(begin, end, quarters)


def figures(outlets: Sequence[HeldPower]) -> PowerFigures:
    """Of outlets together."""
    sums: dict[int, list[float]] = {}
    for one in outlets:
        for at, power in one.quarters.items():
            sums.setdefault(at, []).append(power)
    known = sorted(
        round(math.fsum(some), _PLACES)
        for at, some in sums.items()
        if len(some) == sum(_holds(one, at) for one in outlets)
    )
    if not known:
        return PowerFigures(None, None)
    return PowerFigures(known[-1], known[math.ceil(_PERCENTILE * len(known)) - 1])


def _holds(one: HeldPower, quarter: int) -> bool:
    return one.begin < (quarter + 1) * QUARTER_S and one.end > quarter * QUARTER_S
