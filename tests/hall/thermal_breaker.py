"""A breaker as a bimetal in a housing: a physics of its own for times of tripping.

Two bodies warm with the square of the current, one within a minute, one within up to 1.5 h. Each
breaker is drawn at random, and kept if it passes the tests of IEC 60898-1, table 7: 1.13 times its
rating for its conventional time from the cold, then 1.45 times trips within that time; 2.55 times
trips after 1 to 60 s (120 s above 32 A) from the cold.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

_DAY_S = 86_400.0


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


def conventional_s(rating_a: float) -> float:
    """An hour up to 63 A, else two."""
    return 3600.0 if rating_a <= 63 else 7200.0


def random_breaker(rng: random.Random, rating_a: float) -> ThermalBreaker:
    """One that the standard allows, from its slowest to its quickest."""
    while True:
        part = rng.uniform(0.1, 1.0)
        made = ThermalBreaker(
            rating_a,
            rng.uniform(1.0, 1.45**2),
            ((part, math.exp(rng.uniform(0.5, 5.5))), (1 - part, rng.uniform(60.0, 5400.0))),
        )
        if _passes(made):
            return made


def _passes(made: ThermalBreaker) -> bool:
    rating, hour = made.rating_a, conventional_s(made.rating_a)
    made.temperature = [0.0, 0.0]
    quick = made.trips_after_s(2.55 * rating)
    holds = made.after(1.13 * rating, hour) <= made.trips_at
    made.carry(1.13 * rating, hour)
    trips = made.trips_after_s(1.45 * rating) < hour
    made.temperature = [0.0, 0.0]
    return holds and trips and 1.0 < quick < 60.0 * (1 + (rating > 32))
