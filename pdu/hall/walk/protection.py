"""How long a breaker or fuse holds a current, by its standard. Pure.

IEC 60898-1, table 7, from the cold and at up to 30 degrees: 1.13 times the rating for an hour
without tripping, 1.45 times trips within it (two hours above 63 A); 2.55 times trips within 60 s
(120 s above 32 A); 5, 10 or 20 times (B, C, D) within 0.1 s. Between 1.13 times and that nothing
says how early. Above 125 A it is a breaker of IEC 60947-2, which holds 1.05 times. A fuse gG of
IEC 60269 holds 1.25 times its conventional time and blows at 1.6 (2.1 up to 4 A, 1.9 up to 16 A).
"""

from __future__ import annotations

import math
from typing import NamedTuple, Optional

from ...core.drawing.drawing import Breaker

# A breaker surely trips, within its conventional time, at this part of its rating: IEC 60898-1,
# table 7; IEC 60947-2 and UL 489 ask for less (1.30 and 1.35). Below, a warm one may hold for good.
TRIPS = 1.45
_HOUR = 3600.0
_MINIATURE_A = 125.0
#: type -> at this part of its rating a breaker trips within 0.1 s
_AT_ONCE = {"B": 5.0, "C": 10.0, "D": 20.0}


class Protection(NamedTuple):
    """What holds and what trips, of a rating in A."""

    #: so long it holds `holds_a`, and within so long it trips above `trips_a`, in s
    conventional_s: float
    #: up to this in A it never trips; up to `holds_a` not within the conventional time
    for_good_a: float
    holds_a: float
    trips_a: float
    #: currents in A above which it trips within so many seconds, the shortest time first
    quickly: tuple[tuple[float, float], ...]

    @classmethod
    def of(cls, breaker: Breaker, rating_a: float) -> Protection:
        """That of this breaker or fuse with this rating."""
        if breaker.fuse:
            usual, trips = 125.0, 1.6 if rating_a > 16 else 1.9 if rating_a > 4 else 2.1
            hours = 1 + (rating_a > 63) + (rating_a > 160) + (rating_a > 400)
            quickly: tuple[tuple[float, float], ...] = ()
        else:
            usual, trips = 113.0 if rating_a <= _MINIATURE_A else 105.0, TRIPS
            hours = 1 if rating_a <= 63 else 2
            at_once = _AT_ONCE.get(breaker.curve, 20.0)
            quickly = ((at_once * rating_a, 0.1), (2.55 * rating_a, 60.0 * (1 + (rating_a > 32))))
            if rating_a > _MINIATURE_A:
                quickly = ()
        percent = usual if breaker.holds_percent is None else breaker.holds_percent
        holds = percent / 100
        return cls(
            hours * _HOUR, rating_a * min(1.0, holds), rating_a * holds, rating_a * trips, quickly
        )

    def not_before_s(self, most_a: float) -> float:
        """Seconds for which it surely holds at most so much; infinite: for good."""
        if most_a <= self.for_good_a:
            return math.inf
        return self.conventional_s if most_a <= self.holds_a else 0.0

    def at_the_latest_s(self, least_a: float) -> Optional[float]:
        """Seconds within which it surely trips at least so much; None: it may hold."""
        for current_a, seconds in self.quickly:
            if least_a > current_a:
                return seconds
        return self.conventional_s if least_a > self.trips_a else None
