"""The one rounding of energies, of audit and statement: to 0.001 kWh, before a sum is made. Pure.

The lowest of a register is rounded down, the highest up, the best to the nearest (half to even).
Sums add what was rounded, in whole thousandths, so that figures add up on paper.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import NamedTuple

from .values import NOTHING, EnergyInterval

#: a bound that is nearer to a whole thousandth, in thousandths, is that one: the error of doubles
_NEAR = 1e-6


class WattHours(NamedTuple):
    """An energy in whole Wh, thousandths of a kWh: lowest, best and highest."""

    low: int
    best: int
    high: int

    @property
    def energy(self) -> EnergyInterval:
        """In kWh."""
        return EnergyInterval(self.low / 1000.0, self.best / 1000.0, self.high / 1000.0)


def round_to_wh(energy: EnergyInterval) -> WattHours:
    """An energy, rounded."""
    return WattHours(
        math.floor(energy.low * 1000.0 + _NEAR),
        nearest_wh(energy.best),
        math.ceil(energy.high * 1000.0 - _NEAR),
    )


def nearest_wh(kwh: float) -> int:
    """The nearest whole Wh of an energy in kWh, as its decimal digits have it."""
    return int(Decimal(kwh).scaleb(3).to_integral_value(ROUND_HALF_EVEN))


def summed(energies: Iterable[EnergyInterval]) -> EnergyInterval:
    """The sum of energies, of which each is rounded first."""
    whole_wh = [round_to_wh(energy) for energy in energies]
    return WattHours(*map(sum, zip(*whole_wh))).energy if whole_wh else NOTHING


def split(whole: int, weights: Sequence[float]) -> Sequence[int]:
    """Parts of a whole number of Wh in the proportion of weights, which add up to it.

    Each part is cut to a whole Wh; what is left goes, one Wh each, to the parts that lost most by
    that, of equal ones to the first. Without any weight, the parts are equal. Exact.
    """
    exact = [Fraction(weight) for weight in weights]
    total = sum(exact)
    if not total:
        exact, total = [Fraction(1)] * len(weights), Fraction(len(weights))
    shares = [whole * weight / total for weight in exact]
    parts = [math.floor(weight) for weight in shares]
    places = sorted(range(len(parts)), key=lambda place: parts[place] - shares[place])
    for place in places[: whole - sum(parts)]:
        parts[place] += 1
    return parts
