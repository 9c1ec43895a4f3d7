"""The current that a line or breaker carries after a failure, as an interval. Pure.

A supply takes nearly constant power, so the cords of a machine carry together what they carried
before, within -2 and +4 % (the supplies' efficiency at another load), and 1 % more for the meters.
How the surviving cords share it is not known: a machine counts whole at each of them in the upper
end, and in the lower end only where all its surviving cords are.

Currents add as numbers. That is an upper bound: the true sum is that of phasors, which is smaller.

What each consumer adds to a line is a `Share`, so a failure costs only what it touches.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Optional

from .verdicts import CordNow, Now

LOW, HIGH = 0.97, 1.05
# A breaker surely trips, within the hour, at this part of its rating: IEC 60898-1, table 7;
# IEC 60947-2 and UL 489 ask for less (1.30 and 1.35). Below, a warm one may hold for good.
TRIPS = 1.45
# The phasors of supplies with power factors from 0.92 to 1 are up to 23 degrees apart, and 60 more
# if some outlets are between two lines. Two equal phasors at an angle sum to its half's cosine.
IN_PHASE = math.cos(math.radians(23 / 2))
BETWEEN_LINES = math.cos(math.radians((23 + 60) / 2))
# as a current that may go elsewhere: more than any hall has, in A
_ALL = 1e9


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

    def fit(
        self, limit_a: Optional[float], rating_a: Optional[float], most_a: Optional[float]
    ) -> Fit:
        """Whether a breaker carries it. `rating_a`, `most_a`: its rating's bounds."""
        if limit_a is None or rating_a is None:
            return Fit(CANNOT_SAY, "its rating is not known")
        if self.low > (rating_a if most_a is None else most_a):
            return Fit(OVERLOADS)
        if self.high <= limit_a:
            return Fit(FITS)
        if math.isinf(self.high):
            return Fit(CANNOT_SAY, "outlets that may take over are not metered")
        if self.low > limit_a:
            return Fit(CANNOT_SAY, "above its limit, and perhaps above its rating")
        return Fit(CANNOT_SAY, "the interval crosses its limit")


class Consumer(NamedTuple):
    """What hangs on some cords: a machine, or all that nobody drew in one rack."""

    cords: tuple[CordNow, ...]
    #: their nodes in the graph
    nodes: tuple[int, ...]
    needs: int
    #: bounds of the metered current of all cords together in A
    low_a: float
    high_a: float
    #: PDUs whose unmetered outlets may carry more of it
    unmetered: tuple[str, ...]
    #: False: several things of which it is not known which cords belong together
    drawn: bool = True


class Ways(NamedTuple):
    """One state of a consumer's cords, in their order."""

    #: the carriers above -> whether the cord's current surely flows through it
    now: Sequence[Mapping[int, bool]]
    #: the same before the failure
    before: Sequence[Mapping[int, bool]]
    #: dead in every world
    surely: Sequence[bool]
    #: dead in at least one world
    possibly: Sequence[bool]


class Share(NamedTuple):
    """What one consumer adds to one carrier, in A."""

    low: float = 0.0
    high: float = 0.0
    #: the most that comes from elsewhere, and that goes elsewhere
    shifted: float = 0.0
    leaving: float = 0.0
    expected: float = 0.0
    #: 1 if load may shift to it
    rises: int = 0
    #: PDUs whose unmetered outlets may add more, and those of them from elsewhere
    unmetered: Collection[str] = ()
    elsewhere: Collection[str] = ()


class Meter(NamedTuple):
    """What is known of a carrier's current now, and of its phasors."""

    #: the least and the most that it carries now, in A
    now_a: Optional[float] = None
    most_a: Optional[float] = None
    #: the least that the fullest conductor's phasors are, as a part of the sum of numbers
    part: float = IN_PHASE


def shares(one: Consumer, ways: Ways, only: Optional[int] = None) -> Iterator[tuple[int, Share]]:
    """What a consumer adds to each carrier above it, or to the only one, before it trips itself."""
    if not one.drawn:
        yield from _of_nobody(one, ways, only)
    elif any(ways.possibly):
        yield from _taken_over(one, ways, only)
    else:
        yield from _as_now(one, ways, only)


def _as_now(one: Consumer, ways: Ways, only: Optional[int]) -> Iterator[tuple[int, Share]]:
    """No cord dies, but the current of one may take another way."""
    for cord, now, before in zip(one.cords, ways.now, ways.before):
        unmetered = (cord.cord.pdu,) if cord.high_a is None else ()
        high = HIGH * cord.known_a
        moved = now is not before
        for carrier, sure in _those(now, only):
            comes = moved and not before.get(carrier, False)
            yield (
                carrier,
                Share(
                    LOW * cord.low_a if sure else 0.0,
                    high,
                    high if comes else 0.0,
                    0.0,
                    ((cord.low_a if sure else 0.0) + cord.known_a) / 2,
                    int(comes),
                    unmetered,
                    unmetered if comes else (),
                ),
            )
        if moved:
            for carrier, _ in _those(before, only):
                if not now.get(carrier, False):
                    yield carrier, Share(leaving=_ALL if unmetered else high)


def _those(above: Mapping[int, bool], only: Optional[int]) -> Iterable[tuple[int, bool]]:
    if only is None:
        return above.items()
    return ((only, above[only]),) if only in above else ()


def _here(
    one: Consumer, ways: Ways, only: Optional[int]
) -> Iterator[tuple[int, list[int], list[int]]]:
    """Each carrier with the places of the cords that it carries or carried, and of those alive."""
    here: dict[int, list[int]] = {}
    alive: dict[int, list[int]] = {}
    for place, (cord, now, before) in enumerate(zip(one.cords, ways.now, ways.before)):
        lives = not ways.surely[place] and cord.now is not Now.OFF
        for carrier, _ in _those(now if now is before else {**before, **now}, only):
            here.setdefault(carrier, []).append(place)
            if lives and carrier in now:
                alive.setdefault(carrier, []).append(place)
    for carrier, places in here.items():
        yield carrier, places, alive.get(carrier, [])


def _leaving(one: Consumer, places: Iterable[int]) -> float:
    found = 0.0
    for place in places:
        high = one.cords[place].high_a
        if high is None:
            return _ALL
        found += high
    return HIGH * found


def _taken_over(one: Consumer, ways: Ways, only: Optional[int]) -> Iterator[tuple[int, Share]]:
    """A cord may die: those that live take its current over."""
    cords, now, before = one.cords, ways.now, ways.before
    living: list[int] = []
    carrying: list[int] = []
    proven = 0
    for place, cord in enumerate(cords):
        if not ways.surely[place] and cord.now is not Now.OFF:
            living.append(place)
            if cord.now is Now.CARRIES:
                carrying.append(place)
                proven += not ways.possibly[place]
    high = HIGH * one.high_a
    middle = (one.low_a + one.high_a) / 2
    for carrier, places, alive in _here(one, ways, only):
        leaving = _leaving(one, places)
        if not alive:
            yield carrier, Share(0.0, 0.0, 0.0, leaving)
            continue
        sure = [cords[place].low_a for place in places if before[place].get(carrier, False)]
        if sure:
            least = sum(sure)
        elif all(carrier in before[place] for place in places):
            least = min(cords[place].low_a for place in places)
        else:
            least = 0.0
        low = expected = 0.0
        if proven >= one.needs and all(now[place].get(carrier, False) for place in living):
            low = LOW * one.low_a
        if carrying:
            part = [place for place in carrying if carrier in now[place]]
            expected = middle * len(part) / len(carrying)
        shifted = max(0.0, high - least)
        yield (
            carrier,
            Share(low, high, shifted, leaving, expected, 1, one.unmetered, one.unmetered),
        )


def _of_nobody(one: Consumer, ways: Ways, only: Optional[int]) -> Iterator[tuple[int, Share]]:
    """What nobody drew: the lost current may go to any outlet of the rack. Cords without a current
    stand for these outlets.
    """
    if not any(is_lost and cord.high_a != 0 for cord, is_lost in zip(one.cords, ways.possibly)):
        yield from _as_now(one, ways, only)
        return
    lost = HIGH * sum(cord.known_a for cord, is_lost in zip(one.cords, ways.possibly) if is_lost)
    for carrier, places, alive in _here(one, ways, only):
        leaving = _leaving(one, places)
        if not alive:
            yield carrier, Share(leaving=leaving)
            continue
        mine = sum(one.cords[place].known_a for place in places)
        sure = sum(one.cords[place].low_a for place in alive if ways.now[place].get(carrier, False))
        yield (
            carrier,
            Share(
                0.0,
                HIGH * mine + lost,
                lost,
                leaving,
                (sure + mine) / 2,
                1,
                one.unmetered,
                one.unmetered,
            ),
        )


class Sum:
    """The shares of all consumers on one carrier."""

    __slots__ = ("figures", "rises", "unmetered", "elsewhere")

    def __init__(self) -> None:
        #: low, high, shifted, leaving, expected
        self.figures = [0.0, 0.0, 0.0, 0.0, 0.0]
        self.rises = 0
        self.unmetered: dict[str, int] = {}
        self.elsewhere: dict[str, int] = {}

    def copy(self) -> Sum:
        """Another one that is equal."""
        made = Sum()
        made.figures = self.figures.copy()
        made.rises = self.rises
        made.unmetered, made.elsewhere = self.unmetered.copy(), self.elsewhere.copy()
        return made

    def add(self, share: Share, sign: int = 1) -> None:
        """Add a share, or with -1 take it away."""
        low, high, shifted, leaving, expected, rises, unmetered, elsewhere = share
        figures = self.figures
        figures[0] += sign * low
        figures[1] += sign * high
        figures[2] += sign * shifted
        figures[3] += sign * leaving
        figures[4] += sign * expected
        self.rises += sign * rises
        for pdu in unmetered:
            self.unmetered[pdu] = self.unmetered.get(pdu, 0) + sign
        for pdu in elsewhere:
            self.elsewhere[pdu] = self.elsewhere.get(pdu, 0) + sign

    def add_now(self, cord: CordNow, sure: bool, sign: int = 1) -> None:
        """Add, or take away, what a cord adds to a carrier above it before the failure. As `add`
        of its share, but five times as fast: every cord of the hall is added so.
        """
        figures, low, high = self.figures, cord.low_a if sure else 0.0, cord.high_a
        if high is None:
            pdu = cord.cord.pdu
            self.unmetered[pdu] = self.unmetered.get(pdu, 0) + sign
            high = 0.0
        figures[0] += sign * LOW * low
        figures[1] += sign * HIGH * high
        figures[4] += sign * (low + high) / 2

    def load(self, meter: Meter, residuals: Mapping[str, float]) -> Optional[Load]:
        """The interval; None if no load can shift to the carrier.

        `residuals`: PDU -> the most that its unmetered outlets carry together, in A.
        """
        if self.rises <= 0:
            return None
        low, high, shifted, leaving, expected = self.figures
        high += HIGH * _most(self.unmetered, residuals)
        low *= meter.part
        if meter.most_a is not None:
            metered = HIGH * meter.most_a + shifted + HIGH * _most(self.elsewhere, residuals)
            high = min(high, metered)
        if meter.now_a is not None:
            low = max(low, LOW * meter.now_a - leaving)
        high, low = max(0.0, high), max(0.0, low)
        return Load(min(low, high), high, min(max(expected, low), high))


def _most(pdus: Mapping[str, int], residuals: Mapping[str, float]) -> float:
    return sum(residuals.get(pdu, math.inf) for pdu, count in pdus.items() if count > 0)
