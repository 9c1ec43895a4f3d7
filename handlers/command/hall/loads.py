"""The current that a line or breaker carries after a failure, as an interval. Pure.

A supply takes nearly constant power, so the cords of a machine carry together what they carried
before, within -2 and +4 % (the supplies' efficiency at another load), and 1 % more for the meters.
How the surviving cords share it is not known: a machine counts whole at each of them in the upper
end, and in the lower end only where all its surviving cords are.

Currents add as numbers. That is an upper bound: the true sum is that of phasors, which is smaller.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, Optional

from .drawing import Breaker, Cord, HallNode
from .verdicts import CordNow, Now, lives

LOW, HIGH = 0.97, 1.05
# A breaker surely trips, within the hour, at this part of its rating: IEC 60898-1, table 7;
# IEC 60947-2 and UL 489 ask for less (1.30 and 1.35). Below, a warm one may hold for good.
TRIPS = 1.45
# The phasors of supplies with power factors from 0.92 to 1 are up to 23 degrees apart, and 60 more
# if some outlets are between two lines. Two equal phasors at an angle sum to its half's cosine.
IN_PHASE = math.cos(math.radians(23 / 2))
BETWEEN_LINES = math.cos(math.radians((23 + 60) / 2))


class Fit(NamedTuple):
    """The words for a load against its limit."""

    word: str
    reason: str = ""


FITS, OVERLOADS, CANNOT_SAY = "fits", "overloads", "cannot say"


class Load(NamedTuple):
    """A current in A between two bounds; `high` is infinite if nothing bounds it."""

    low: float
    high: float
    #: with equal shares over a machine's cords that carry current
    expected: float

    def fit(self, breaker: Breaker) -> Fit:
        """Whether the breaker carries it."""
        limit, rating = breaker.limit_a, breaker.rating_a
        if limit is None or rating is None:
            return Fit(CANNOT_SAY, "its rating is not known")
        if self.low > rating:
            return Fit(OVERLOADS)
        if self.high <= limit:
            return Fit(FITS)
        if math.isinf(self.high):
            return Fit(CANNOT_SAY, "outlets that may take over are not metered")
        if self.low > limit:
            return Fit(CANNOT_SAY, "above its limit, and perhaps above its rating")
        return Fit(CANNOT_SAY, "the interval crosses its limit")


class Consumer(NamedTuple):
    """What hangs on some cords: a machine, or all that nobody drew in one rack."""

    cords: tuple[CordNow, ...]
    needs: int
    #: bounds of the metered current of all cords together in A
    low_a: float
    high_a: float
    #: PDUs whose unmetered outlets may carry more of it
    unmetered: frozenset[str]
    #: False: several things of which it is not known which cords belong together
    drawn: bool = True


class Carried(NamedTuple):
    """What a line or breaker carries."""

    breaker: Breaker
    #: cord -> whether it is surely behind the breaker
    cords: Mapping[Cord, bool]
    #: the least that the sum of phasors is, as a part of the sum of numbers: 0 for a breaker that
    #: carries several lines
    in_phase: float = IN_PHASE
    #: the current that the device reports for it now, in A
    now_a: Optional[float] = None
    #: the most that it carries now by other meters, in A
    most_a: Optional[float] = None
    #: a transfer switch below takes its load from here if one of these dies
    transfers: frozenset[HallNode] = frozenset()


class Worlds(NamedTuple):
    """What is dead in every world that the drawing and the readings allow, and what is dead in at
    least one.
    """

    surely: Collection[Cord]
    possibly: Collection[Cord]


def load(
    carried: Carried,
    consumers: Iterable[Consumer],
    worlds: Worlds,
    residuals: Mapping[str, float],
    transferred: bool = False,
) -> Optional[Load]:
    """The interval of the consumers' current behind one breaker; None if nothing can shift to it.

    `transferred`: a transfer switch below may have changed its input.

    The worlds are those in which the breaker itself has not tripped. `residuals`: PDU -> the most
    that its unmetered outlets carry together, in A.
    """
    low = high = expected = 0.0
    shifted = leaving = 0.0  # the most that comes from other lines, and that goes to them
    unmetered: set[str] = set()
    from_elsewhere: set[str] = set()
    rises = transferred
    for one in consumers:
        here = [cord for cord in one.cords if cord.cord in carried.cords]
        mine = sum(cord.known_a for cord in here)
        sure = sum(cord.low_a for cord in here if carried.cords[cord.cord])
        if not any(cord.cord in worlds.possibly for cord in one.cords):
            low += LOW * sure
            high += HIGH * mine
            expected += (sure + mine) / 2
            unmetered.update(cord.cord.pdu for cord in here if cord.high_a is None)
            continue
        leaving += math.inf if any(cord.high_a is None for cord in here) else HIGH * mine
        alive = [
            cord for cord in one.cords if cord.cord not in worlds.surely and cord.now is not Now.OFF
        ]
        if not any(cord.cord in carried.cords for cord in alive):
            continue
        rises = True
        unmetered |= one.unmetered
        from_elsewhere |= one.unmetered
        if not one.drawn:
            lost = sum(cord.known_a for cord in one.cords if cord.cord in worlds.possibly)
            high += HIGH * (mine + lost)
            shifted += HIGH * lost
            expected += (sure + mine) / 2
            continue
        high += HIGH * one.high_a
        shifted += max(0.0, HIGH * one.high_a - _surely_here(here, carried.cords))
        if lives(one.cords, one.needs, worlds.possibly) and all(
            carried.cords.get(cord.cord, False) for cord in alive
        ):
            low += LOW * one.low_a
        carrying = [cord for cord in alive if cord.now is Now.CARRIES]
        part = sum(cord.cord in carried.cords for cord in carrying)
        expected += (one.low_a + one.high_a) / 2 * part / len(carrying) if part else 0.0
    if not rises:
        return None
    high += HIGH * _most(unmetered, residuals)
    low *= carried.in_phase
    if carried.most_a is not None and not transferred:
        metered = HIGH * carried.most_a + shifted + HIGH * _most(from_elsewhere, residuals)
        high = min(high, metered)
    if carried.now_a is not None and not transferred:
        low = max(low, LOW * carried.now_a - leaving)
    return Load(min(low, high), high, min(max(expected, low), high))


def _surely_here(here: Sequence[CordNow], surely: Mapping[Cord, bool]) -> float:
    """The least that a machine's cords carry now through the breaker, if any of them does."""
    sure = [cord.low_a for cord in here if surely[cord.cord]]
    return sum(sure) if sure else min(cord.low_a for cord in here)


def _most(pdus: Iterable[str], residuals: Mapping[str, float]) -> float:
    return sum(residuals.get(pdu, math.inf) for pdu in pdus)
