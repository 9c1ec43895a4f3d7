"""Numbers and truths for the walk: what is certain, and what lies between bounds. Pure.

A truth is NO, MAYBE or YES. The least of some truths is their conjunction, the greatest their
disjunction, and `YES - truth` the negation. A fully stated hall has only NO and YES.

A number is a float, or an `Interval` that holds every float that it may be. `Floats` and
`Intervals` are the operations on each; every operation on intervals holds all results of the same
operation on floats inside them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple, Optional, Protocol, TypeVar

Truth = int
NO, MAYBE, YES = 0, 1, 2

N = TypeVar("N")
_Entered = TypeVar("_Entered", contravariant=True)
# sums of some thousand floats differ by so much, in A
_ROUNDING = 1e-6


class NotAnInterval(AssertionError):
    """A computed interval whose ends are the wrong way round: a defect of this program."""


def at_least_n(count: int, truths: Iterable[Truth]) -> Truth:
    """Whether at least so many of these are true."""
    sure = possible = 0
    for truth in truths:
        if truth:
            possible += 1
            sure += truth == YES
    if sure >= count:
        return YES
    return MAYBE if possible >= count else NO


class Interval(NamedTuple):
    """A current in A between two bounds."""

    low: float
    high: float
    #: what it is if supplies share equally and everything uncertain stays as it is
    expected: float
    #: PDUs whose unmetered outlets may add to the upper end
    pools: tuple[str, ...] = ()
    #: the whole current of a machine that runs: what it carried before, or more
    keeps: bool = False


class KnownCurrents(NamedTuple):
    """What is known of the current of a line, breaker or UPS besides its outlets."""

    #: the least and the most that its own meter allows now, in A
    now_a: Optional[float] = None
    most_a: Optional[float] = None
    #: the least that its fullest conductor carries, as a part of the sum of all currents
    part: float = 1.0


class CurrentSum(Protocol[_Entered]):
    """The current of all consumers through one conductor."""

    def enter(self, before: Optional[_Entered], after: Optional[_Entered], sign: int = 1) -> None:
        """Replace what a consumer adds now by what it adds after; with -1, take that back."""
        raise NotImplementedError

    def enter_anew(
        self, before: Optional[_Entered], old: Optional[_Entered], after: Optional[_Entered]
    ) -> None:
        """The same for a consumer of which `old` was entered as what it adds after."""
        raise NotImplementedError


class Arithmetic(Protocol[N]):
    """Operations on numbers."""

    def maybe(self, value: N) -> N:
        """The value, or nothing."""
        raise NotImplementedError

    def either(self, first: Optional[N], second: Optional[N]) -> N:
        """One of both; None is nothing."""
        raise NotImplementedError

    def add(self, first: Optional[N], second: N) -> N:
        """The sum."""
        raise NotImplementedError

    def part(self, total: N, here: Optional[N], elsewhere: Optional[N]) -> N:
        """The part of a total that flows here, by the weights of here and elsewhere."""
        raise NotImplementedError

    def exceeds(self, load: N, limit: N) -> Truth:
        """Whether a load is above a limit."""
        raise NotImplementedError


class Floats:
    """Numbers of a fully stated hall."""

    def maybe(self, value: float) -> float:
        raise NotAnInterval("a fully stated hall has a truth that is not certain")

    def either(self, first: Optional[float], second: Optional[float]) -> float:
        raise NotAnInterval("a fully stated hall has a truth that is not certain")

    def add(self, first: Optional[float], second: float) -> float:
        return second if first is None else first + second

    def part(self, total: float, here: Optional[float], elsewhere: Optional[float]) -> float:
        if not here:
            return 0.0
        return total if not elsewhere else total * here / (here + elsewhere)

    def exceeds(self, load: float, limit: float) -> Truth:
        return YES if load > limit else NO


_NOTHING = Interval(0.0, 0.0, 0.0)


class Intervals:
    """Numbers between bounds."""

    def maybe(self, value: Interval) -> Interval:
        return Interval(min(value.low, 0.0), value.high, value.expected, value.pools)

    def either(self, first: Optional[Interval], second: Optional[Interval]) -> Interval:
        a, b = first or _NOTHING, second or _NOTHING
        pools = a.pools if a.pools == b.pools else tuple(dict.fromkeys((*a.pools, *b.pools)))
        return Interval(min(a.low, b.low), max(a.high, b.high), b.expected, pools)

    def add(self, first: Optional[Interval], second: Interval) -> Interval:
        if first is None:
            return second
        return Interval(
            first.low + second.low,
            first.high + second.high,
            first.expected + second.expected,
            (*first.pools, *second.pools)
            if first.pools and second.pools
            else first.pools or second.pools,
        )

    def part(
        self, total: Interval, here: Optional[Interval], elsewhere: Optional[Interval]
    ) -> Interval:
        """It grows with what is here, and falls with what is elsewhere."""
        if here is None or not here.high:
            return _NOTHING
        if elsewhere is None or not elsewhere.high:
            return total
        most = here.high / (here.high + elsewhere.low) if here.high < math.inf else 1.0
        least = here.low / (here.low + elsewhere.high) if here.low else 0.0
        middle = here.expected / ((here.expected + elsewhere.expected) or 1.0)
        return Interval(least * total.low, most * total.high, middle * total.expected, total.pools)

    def exceeds(self, load: Interval, limit: Interval) -> Truth:
        if load.low > limit.high:
            return YES
        return NO if load.high <= limit.low else MAYBE


class FloatSum:
    """The current through one conductor of a fully stated hall."""

    __slots__ = ("value",)

    def __init__(self, value: float = 0.0) -> None:
        self.value = value

    def enter(self, before: Optional[float], after: Optional[float], sign: int = 1) -> None:
        self.value += sign * ((after or 0.0) - (before or 0.0))

    def enter_anew(
        self, before: Optional[float], old: Optional[float], after: Optional[float]
    ) -> None:
        self.value += (after or 0.0) - (old or 0.0)


class IntervalSum:
    """The current through a line, breaker or UPS, and how far it rises and falls."""

    __slots__ = ("low", "high", "expected", "rise", "fall", "rises", "pools", "rising", "kept")

    def __init__(self) -> None:
        self.low = self.high = self.expected = 0.0
        #: the most that comes from elsewhere, and that goes elsewhere
        self.rise = self.fall = 0.0
        #: how many consumers may shift load to it, and of unknown ones take none away
        self.rises = self.kept = 0
        #: PDU -> how often its unmetered outlets may add to it, and may come from elsewhere
        self.pools: dict[str, int] = {}
        self.rising: dict[str, int] = {}

    def copy(self) -> IntervalSum:
        """Another one that is equal."""
        total = IntervalSum()
        total.low, total.high, total.expected = self.low, self.high, self.expected
        total.rise, total.fall, total.rises = self.rise, self.fall, self.rises
        total.kept = self.kept
        total.pools, total.rising = self.pools.copy(), self.rising.copy()
        return total

    def add(self, value: Interval, sign: int = 1) -> None:
        """What a consumer adds now."""
        self.low += sign * value.low
        self.high += sign * value.high
        self.expected += sign * value.expected
        for pdu in value.pools:
            self.pools[pdu] = self.pools.get(pdu, 0) + sign

    def enter(self, before: Optional[Interval], after: Optional[Interval], sign: int = 1) -> None:
        if before is not None:
            self.add(before, -sign)
        if after is not None:
            self.add(after, sign)
        gone, come = before or _NOTHING, after or _NOTHING
        if come.pools:
            self.rises += sign
            self.rise += sign * max(0.0, come.high - gone.low)
            for pdu in come.pools:
                self.rising[pdu] = self.rising.get(pdu, 0) + sign
        elif come.high > gone.low:
            self.rises += sign
            self.rise += sign * (come.high - gone.low)
        if gone.pools and come.keeps:
            self.kept += sign
        elif gone.pools:
            # nobody knows how much goes
            self.fall += sign * _ALL
        elif gone.high > come.low:
            self.fall += sign * (gone.high - come.low)

    def enter_anew(
        self, before: Optional[Interval], old: Optional[Interval], after: Optional[Interval]
    ) -> None:
        self.enter(before, old, -1)
        self.enter(before, after)

    def load(
        self, known: KnownCurrents, most_of: Mapping[str, float], low: float, high: float
    ) -> Optional[Interval]:
        """The current of its fullest conductor; None if no load can shift to it.

        `most_of`: PDU -> the most that its unmetered outlets carry together. `low`, `high`: by what
        part a meter errs. Two ways to compute it: from the outlets, and from its own meter with
        what comes and goes. Where they contradict each other, one of them holds. Raises
        NotAnInterval.
        """
        if self.rises <= 0:
            return None
        return self.now(known, most_of, low, high)

    def now(
        self, known: KnownCurrents, most_of: Mapping[str, float], low: float, high: float
    ) -> Interval:
        """The current of its fullest conductor."""
        least = known.part * max(0.0, self.low)
        most = max(0.0, self.high + high * _sum_of(self.pools, most_of))
        sure = least
        if known.most_a is not None:
            metered = (
                high * known.most_a + max(0.0, self.rise) + high * _sum_of(self.rising, most_of)
            )
            metered_low = 0.0
            if known.now_a is not None:
                metered_low = max(0.0, low * known.now_a - max(0.0, self.fall))
                if self.kept > 0:
                    metered_low *= low
            if metered < least or metered_low > most:
                least, most = min(least, metered_low), max(most, metered)
            else:
                least, most = max(least, metered_low), min(most, metered)
        if least > most + _ROUNDING or sure > most + _ROUNDING:
            raise NotAnInterval(f"a current of {least} to {most} A, of which {sure} A surely flow")
        most = max(least, most)
        return Interval(least, most, min(max(self.expected, least), most))


def _sum_of(pools: Mapping[str, int], most_of: Mapping[str, float]) -> float:
    return sum(most_of.get(pdu, math.inf) for pdu, count in pools.items() if count > 0)


# as a current that may go elsewhere: more than any hall has, in A
_ALL = 1e9
