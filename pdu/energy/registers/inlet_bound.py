"""What the outlets of a PDU can have taken at most: no more than its inlet did. Pure.

An outlet is bounded by what the inlet's register counted, less what the other outlets took at
least; the inlet by what all outlets took at least.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from .values import EnergyInterval

#: what two meters may differ by if nobody stated the error of both: more than usual meters do
_UNSTATED = 0.05
#: an outlet with more holes is bounded by the whole period only
_MOST_CUTS = 40


class Bounded(Protocol):
    """A register that answers for any period."""

    def bounds(self, begin: float, end: float) -> EnergyInterval:
        """The energy of a period by this register alone."""
        ...

    def cuts(self, begin: float, end: float) -> Sequence[float]:
        """Where its holes in a period begin and end, in s."""
        ...


class Inlet:
    """A PDU's own register above those of its outlets."""

    def __init__(self, own: Bounded, outlets: Mapping[str, Bounded], *, are_stated: bool) -> None:
        """`are_stated`: whether the bounds contain the errors of all meters."""
        self._own, self._outlets = own, outlets
        self._allowed = 0.0 if are_stated else _UNSTATED

    def contradicts(self, begin: float, end: float) -> bool:
        """Whether the outlets took more than the inlet: then neither bounds the other."""
        lows = sum(one.bounds(begin, end).low for one in self._outlets.values())
        return lows > self._own.bounds(begin, end).high

    def outlet(self, identity: str, begin: float, end: float) -> float:
        """The most that one outlet took, in kWh, hole by hole and between them."""
        cuts = self._outlets[identity].cuts(begin, end)
        if len(cuts) > _MOST_CUTS:
            return self._part(identity, begin, end)
        edges = [begin, *cuts, end]
        parts = sum(self._part(identity, *part) for part in zip(edges, edges[1:]))
        return min(parts, self._part(identity, begin, end))

    def _part(self, identity: str, begin: float, end: float) -> float:
        alone = self._outlets[identity].bounds(begin, end)
        others = sum(
            one.bounds(begin, end).low for name, one in self._outlets.items() if name != identity
        )
        rest = self._own.bounds(begin, end).high * (1.0 + self._allowed) - others
        # An inlet that counted less than the others alone says nothing of this part.
        return min(alone.high, rest) if rest >= alone.low else alone.high

    def total(self, energy: EnergyInterval, begin: float, end: float) -> EnergyInterval:
        """The sum of all outlets."""
        most = self._own.bounds(begin, end).high * (1.0 + self._allowed)
        return narrowed(energy, most)

    def own(self, begin: float, end: float) -> EnergyInterval:
        """The inlet's energy, which is at least that of its outlets."""
        energy = self._own.bounds(begin, end)
        lows = sum(one.bounds(begin, end).low for one in self._outlets.values())
        low = min(max(energy.low, lows * (1.0 - self._allowed)), energy.high)
        return EnergyInterval(low, max(energy.best, low), energy.high)


def narrowed(energy: EnergyInterval, most: float) -> EnergyInterval:
    """An energy that is at most `most` kWh."""
    high = max(min(energy.high, most), energy.low)
    return EnergyInterval(energy.low, min(energy.best, high), high)
