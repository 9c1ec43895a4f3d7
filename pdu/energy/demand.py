"""The demand of customers: the energy of each whole hour of a period, its peak, its 95th percentile
and what is above a commitment, each between two bounds. Pure.

A kW is the mean of an hour. The 95th percentile is the greatest hour but for 5 % of the hours, by
nearest rank. An hour that was not read has the supply's limit as its highest; one of a register
that cannot be billed has none. Energies are in Wh, which are W for an hour.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from operator import add, or_
from typing import NamedTuple, Optional

from .customers import Period
from .law import NOT_BILLABLE, Register, energy

HOUR_S = 3600.0
#: the share of hours that may be above the 95th percentile
_ABOVE = 0.05


class Bounds(NamedTuple):
    """Between which a figure lies; an infinite `high` is not known."""

    low: float
    high: float


class Demand(NamedTuple):
    """The demand of a customer."""

    #: how many hours the customer had an outlet in
    hours: int
    #: means of an hour, in W
    peak: Bounds
    percentile: Bounds
    #: in W; None if none was agreed
    commitment: Optional[float] = None
    #: what flowed above it, in Wh
    above: Optional[Bounds] = None


class HourlyEnergy:
    """What flowed in each whole hour of a period, in Wh; a last part of an hour is left out."""

    def __init__(self, period: Period) -> None:
        count = int((period.end - period.begin) // HOUR_S)
        self._period = Period(period.begin, period.begin + count * HOUR_S)
        self._low, self._high = [0.0] * count, [0.0] * count
        self._is_had = [False] * count
        self._sum = Bounds(0.0, 0.0)

    def add_register(self, register: Optional[Register], tenancy: Period) -> None:
        """Add a register in the time of a tenancy; None: what it counted is not known."""
        part = tenancy.cut(*self._period)
        begin = self._period.begin
        first_hour = int((part.begin - begin) // HOUR_S)
        end_hour = min(math.ceil((part.end - begin) / HOUR_S), len(self._low))
        whole = None if register is None else energy(register, *part)
        if whole is None or whole.grade == NOT_BILLABLE:
            register = None
        for hour in range(first_hour, end_hour):
            self._is_had[hour] = True
            cut = part.cut(begin + hour * HOUR_S, begin + (hour + 1) * HOUR_S)
            low, high = _bounds(register, cut)
            self._low[hour] += low
            self._high[hour] += high
        if end_hour > first_hour:
            self._sum = Bounds(*map(add, self._sum, _bounds(register, part)))

    def add(self, energies: HourlyEnergy) -> None:
        """Add the energy of other registers in the same period."""
        self._low = [*map(add, self._low, energies._low)]
        self._high = [*map(add, self._high, energies._high)]
        self._is_had = [*map(or_, self._is_had, energies._is_had)]
        self._sum = Bounds(*map(add, self._sum, energies._sum))

    def demand(self, commitment: Optional[float] = None) -> Optional[Demand]:
        """The figures, with those above a commitment in W; None without an hour."""
        hours = [hour for hour, is_had in enumerate(self._is_had) if is_had]
        if not hours:
            return None
        lows = sorted(self._low[hour] for hour in hours)
        highs = sorted(self._high[hour] for hour in hours)
        peak = self._greatest(lows, highs, 0)
        percentile = self._greatest(lows, highs, int(_ABOVE * len(hours)))
        if commitment is None:
            return Demand(len(hours), peak, percentile)
        above = self._above(lows, highs, commitment)
        return Demand(len(hours), peak, percentile, commitment, above)

    def _greatest(self, lows: Sequence[float], highs: Sequence[float], excess_hours: int) -> Bounds:
        """The greatest hour but for so many. What the others took of the sum, at least, was taken
        in hours that are not greater than it.
        """
        count = len(lows) - excess_hours
        by_sum = (self._sum.low - sum(highs[count:])) / count
        return Bounds(max(lows[count - 1], by_sum), highs[count - 1])

    def _above(self, lows: Sequence[float], highs: Sequence[float], commitment: float) -> Bounds:
        """What the hours took above a commitment, by each hour and by the sum of all."""
        low = sum(max(value - commitment, 0.0) for value in lows)
        high = sum(max(value - commitment, 0.0) for value in highs)
        most = self._sum.high - sum(min(value, commitment) for value in lows)
        return Bounds(max(low, self._sum.low - commitment * len(lows)), min(high, most))


def _bounds(register: Optional[Register], period: Period) -> Bounds:
    """What a register counted in a period, in Wh; None: it is not known."""
    if register is None:
        return Bounds(0.0, math.inf)
    value = energy(register, *period)
    if value is None:
        return Bounds(0.0, register.watts * (period.end - period.begin) / HOUR_S)
    return Bounds(value.low, value.high)
