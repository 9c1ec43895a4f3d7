"""Numbers and truths for the walk: what is certain, and what lies between bounds. Pure.

A truth is NO, MAYBE or YES. The least of some truths is their conjunction, the greatest their
disjunction, and `YES - truth` the negation. A fully stated hall has only NO and YES.

A number is an `Interval`; each operation holds all results of the same one on numbers inside its
intervals.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple, Optional

Truth = int
NO, MAYBE, YES = 0, 1, 2

# sums of some thousand floats differ by so much, in A
_ROUNDING = 1e-6


class NotAnInterval(AssertionError):
    """A computed interval whose ends are the wrong way round: a defect of this program."""


def has_enough(count: int, truths: Iterable[Truth]) -> Truth:
    """Whether at least so many of these are true."""
    sure = possible = 0
    for truth in truths:
        if truth:
            possible += 1
            sure += truth == YES
    if sure >= count:
        return YES
    return MAYBE if possible >= count else NO


class OutletPool(NamedTuple):
    """The outlets without a meter of their own of a PDU, or those behind one of its lines or
    breakers: what they carry is bounded together.
    """

    pdu: str
    #: the line or breaker; "" for the whole PDU
    part: str = ""


class Interval(NamedTuple):
    """A current in A between two bounds."""

    low: float
    high: float
    #: what it is if supplies share equally and everything uncertain stays as it is
    likely: float
    #: whose outlets may add to the upper end
    pools: tuple[OutletPool, ...] = ()
    #: the whole current of a machine that runs: what it carried before, or more
    keeps: bool = False


class KnownCurrents(NamedTuple):
    """What is known of the current of a line, breaker or UPS besides its outlets."""

    #: the least and the most that its own meter allows now, in A
    now_a: Optional[float] = None
    most_a: Optional[float] = None
    #: the least that its fullest conductor carries, as a part of the sum of all currents
    part: float = 1.0


NOTHING = Interval(0.0, 0.0, 0.0)


def perhaps(value: Interval) -> Interval:
    """The value, or nothing."""
    return Interval(min(value.low, 0.0), value.high, value.likely, value.pools)


def either(first: Optional[Interval], second: Optional[Interval]) -> Interval:
    """One of both, the second more likely; None is nothing."""
    a, b = first or NOTHING, second or NOTHING
    pools = a.pools if a.pools == b.pools else tuple(dict.fromkeys((*a.pools, *b.pools)))
    return Interval(min(a.low, b.low), max(a.high, b.high), b.likely, pools)


def add(first: Optional[Interval], second: Interval) -> Interval:
    """The sum; None is nothing."""
    if first is None:
        return second
    return Interval(
        first.low + second.low,
        first.high + second.high,
        first.likely + second.likely,
        (*first.pools, *second.pools)
        if first.pools and second.pools
        else first.pools or second.pools,
    )


def share(total: Interval, here: Optional[Interval], elsewhere: Optional[Interval]) -> Interval:
    """The part of a total that flows here, by the weights of here and elsewhere: it grows with what
    is here, and falls with what is elsewhere.
    """
    if here is None or not here.high:
        return NOTHING
    if elsewhere is None or not elsewhere.high:
        return total
    most = here.high / (here.high + elsewhere.low) if here.high < math.inf else 1.0
    least = here.low / (here.low + elsewhere.high) if here.low else 0.0
    middle = here.likely / ((here.likely + elsewhere.likely) or 1.0)
    return Interval(least * total.low, most * total.high, middle * total.likely, total.pools)


class IntervalSum:
    """The current through a line, breaker or UPS, and how far it rises and falls."""

    __slots__ = (
        "low", "high", "likely", "rise", "fall", "rises", "unknown_falls", "pools", "arrivals",
        "kept",
    )  # fmt: skip

    def __init__(self) -> None:
        self.low = self.high = self.likely = 0.0
        #: the most that comes from elsewhere, and that goes elsewhere as far as it is known
        self.rise = self.fall = 0.0
        #: how many consumers may shift load to it, may take away nobody knows how much, and of
        #: those with unknown currents take none away
        self.rises = self.unknown_falls = self.kept = 0
        #: how often a pool's outlets may add to it, and may come from elsewhere
        self.pools: dict[OutletPool, int] = {}
        self.arrivals: dict[OutletPool, int] = {}

    @classmethod
    def of(cls, parts: Iterable[IntervalSum]) -> IntervalSum:
        """The sum of some parts, a new one."""
        total = cls()
        for part in parts:
            total.low += part.low
            total.high += part.high
            total.likely += part.likely
            total.rise += part.rise
            total.fall += part.fall
            total.rises += part.rises
            total.unknown_falls += part.unknown_falls
            total.kept += part.kept
            for counts, terms in ((total.pools, part.pools), (total.arrivals, part.arrivals)):
                for pool, count in terms.items():
                    counts[pool] = counts.get(pool, 0) + count
        return total

    def carry(self, value: IntervalSum, is_sure: bool, sign: int = 1) -> None:
        """Add what flows at another place, surely or perhaps."""
        if is_sure:
            self.low += sign * value.low
        self.high += sign * value.high
        self.likely += sign * value.likely
        for pool, count in value.pools.items():
            self.pools[pool] = self.pools.get(pool, 0) + sign * count

    def add(self, value: Interval, sign: int = 1) -> None:
        """What a consumer adds now."""
        self.low += sign * value.low
        self.high += sign * value.high
        self.likely += sign * value.likely
        for pool in value.pools:
            self.pools[pool] = self.pools.get(pool, 0) + sign

    def enter(self, before: Optional[Interval], after: Optional[Interval], sign: int = 1) -> None:
        """Replace what a consumer adds now by what it adds after; with -1, take that back."""
        if before is not None:
            self.add(before, -sign)
        if after is not None:
            self.add(after, sign)
        old, new = before or NOTHING, after or NOTHING
        if new.pools:
            self.rises += sign
            self.rise += sign * max(0.0, new.high - old.low)
            for pool in new.pools:
                self.arrivals[pool] = self.arrivals.get(pool, 0) + sign
        elif new.high > old.low:
            self.rises += sign
            self.rise += sign * (new.high - old.low)
        if old.pools and new.keeps:
            self.kept += sign
        elif old.pools:
            self.unknown_falls += sign
        elif old.high > new.low:
            self.fall += sign * (old.high - new.low)

    def now(
        self, figures: KnownCurrents, most_of: Mapping[OutletPool, float], low: float, high: float
    ) -> Interval:
        """The current of its fullest conductor.

        `most_of`: pool -> the most that its outlets carry together. `low`, `high`: by what part a
        meter errs. Two ways to compute it: from the outlets, and from its own meter with
        what comes and goes. Where they contradict each other, one of them holds. Raises
        NotAnInterval.
        """
        least = figures.part * max(0.0, self.low)
        most = max(0.0, self.high + high * _sum_of(self.pools, most_of))
        sure = least
        if figures.most_a is not None:
            most_metered = (
                high * figures.most_a + max(0.0, self.rise) + high * _sum_of(self.arrivals, most_of)
            )
            metered_low = 0.0
            if figures.now_a is not None:
                if self.unknown_falls <= 0:
                    metered_low = max(0.0, low * figures.now_a - max(0.0, self.fall))
                if self.kept > 0:
                    metered_low *= low
            if most_metered < least or metered_low > most:
                least, most = min(least, metered_low), max(most, most_metered)
            else:
                least, most = max(least, metered_low), min(most, most_metered)
        if least > most + _ROUNDING or sure > most + _ROUNDING:
            raise NotAnInterval(f"a current of {least} to {most} A, of which {sure} A surely flow")
        most = max(least, most)
        return Interval(least, most, min(max(self.likely, least), most))


def _sum_of(pools: Mapping[OutletPool, int], most_of: Mapping[OutletPool, float]) -> float:
    return sum(most_of.get(pool, math.inf) for pool, count in pools.items() if count > 0)
