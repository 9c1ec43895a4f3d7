"""A breaker as a bimetal in a housing: a physics of its own for times of tripping.

Two bodies warm with the square of the current, one within a minute, one within up to 1.5 h. Each
breaker is drawn at random, and kept if it passes the tests of its standard: from the cold it holds
a current for its conventional time, and then trips within that time at a higher one. One of
IEC 60898-1 also trips after 1 to 60 s (120 s above 32 A) at 2.55 times its rating, from the cold.

Sources: IEC 60898-1, table 7; IEC 60947-2, table 6; UL 489, 7.1.2; IEC 60269-1, table 2, for gG.
"""

from __future__ import annotations

import functools
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

_DAY_S = 86_400.0
_HOUR_S = 3600.0
STANDARDS = ("IEC 60898-1", "IEC 60947-2", "UL 489", "gG")
# so many breakers of a kind are made, and drawn from
_KINDS_OF_ONE = 300


@dataclass
class ThermalBreaker:
    """One breaker with its temperature, in squares of its rating."""

    rating_a: float
    #: at this temperature it trips
    trips_at: float
    #: part of each body, and its time constant in s
    bodies: Sequence[tuple[float, float]]
    #: of each body
    temperature: list[float] = field(default_factory=lambda: [0.0, 0.0])

    def warm(self, current_a: float) -> None:
        """It has carried this for long."""
        self.temperature = [(current_a / self.rating_a) ** 2] * 2

    def after(self, current_a: float, seconds: float) -> float:
        """Its temperature if it carries this for so long."""
        heat = (current_a / self.rating_a) ** 2
        return sum(
            part * (heat + (start - heat) * math.exp(-seconds / constant))
            for (part, constant), start in zip(self.bodies, self.temperature)
        )

    def carry(self, current_a: float, seconds: float) -> None:
        """Let it carry this for so long."""
        heat = (current_a / self.rating_a) ** 2
        self.temperature = [
            heat + (start - heat) * math.exp(-seconds / constant)
            for (_, constant), start in zip(self.bodies, self.temperature)
        ]

    def trips_after_s(self, current_a: float) -> float:
        """Seconds until it trips at this current; infinite: it holds."""
        if self.after(current_a, _DAY_S) <= self.trips_at:
            return math.inf
        low, high = 0.0, _DAY_S
        for _ in range(60):
            middle = (low + high) / 2
            if self.after(current_a, middle) > self.trips_at:
                high = middle
            else:
                low = middle
        return high


def _tested(rating_a: float, standard: str) -> tuple[float, float, float, float]:
    """What a kind of breaker is tested with: the current that it holds from the cold for so many
    seconds, the one at which it then trips within them, in ratings, and the seconds within which
    it trips at 2.55 times its rating; 0: the standard has no such test.
    """
    if standard == "gG":
        trips = 2.1 if rating_a <= 4 else 1.9 if rating_a <= 16 else 1.6
        hours = 1 if rating_a <= 63 else 2 if rating_a <= 160 else 3 if rating_a <= 400 else 4
        return 1.25, trips, hours * _HOUR_S, 0.0
    if standard == "UL 489":
        return 1.0, 1.35, (1 if rating_a <= 50 else 2) * _HOUR_S, 0.0
    hour = (1 if rating_a <= 63 else 2) * _HOUR_S
    if standard == "IEC 60947-2":
        return 1.05, 1.30, hour, 0.0
    if rating_a > 125:
        return 1.05, 1.45, hour, 0.0
    return 1.13, 1.45, hour, 60.0 if rating_a <= 32 else 120.0


@functools.cache
def _made(holds: float, trips: float, hour_s: float, quickly_s: float) -> Sequence[ThermalBreaker]:
    rng = random.Random(f"{holds} {trips} {hour_s} {quickly_s}")
    made: list[ThermalBreaker] = []
    while len(made) < _KINDS_OF_ONE:
        part = rng.uniform(0.1, 1.0)
        bodies = (part, math.exp(rng.uniform(0.5, 5.5))), (1 - part, rng.uniform(60.0, 5400.0))
        breaker = ThermalBreaker(1.0, rng.uniform(1.0, trips**2), bodies)
        if breaker.after(holds, hour_s) > breaker.trips_at:
            continue
        quick = breaker.trips_after_s(2.55)
        breaker.carry(holds, hour_s)
        trips_in_time = breaker.trips_after_s(trips) < hour_s
        if trips_in_time and (not quickly_s or 1.0 < quick < quickly_s):
            made.append(breaker)
    return made


def random_breaker(
    rng: random.Random, rating_a: float, standard: str = "IEC 60898-1"
) -> ThermalBreaker:
    """One that the standard allows, from its slowest to its quickest."""
    breaker = rng.choice(_made(*_tested(rating_a, standard)))
    return ThermalBreaker(rating_a, breaker.trips_at, breaker.bodies)
