"""Parts take at most what their whole does: a PDU's outlets beside its inlet, the customers of an
outlet beside its register, and the periods of a tariff beside the total. Law 3 of
docs/energy.md. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from .values import EnergyInterval

#: what two meters may differ by if nobody stated the error of both: more than usual meters do
_UNSTATED = 0.05
#: an outlet with more holes is bounded by the whole period only
_MOST_CUTS = 40


def bound_parts(
    whole: EnergyInterval, parts: Sequence[EnergyInterval], *, is_complete: bool
) -> Sequence[EnergyInterval]:
    """Parts that have nothing in common: each took at most the whole less what the others did.

    `is_complete`: nothing but the parts took of the whole, so each took at least what the others
    did not. A whole that is less than its parts says nothing of them.
    """
    low, high = sum(part.low for part in parts), sum(part.high for part in parts)
    if low > whole.high:
        return parts
    bounded_parts = [_bound_part(part, low, whole.high) for part in parts]
    if not is_complete:
        return bounded_parts
    return [
        _raised(narrow, whole.low - (high - part.high))
        for narrow, part in zip(bounded_parts, parts)
    ]


def _bound_part(part: EnergyInterval, low: float, most: float) -> EnergyInterval:
    """A part of a whole that took at most `most` kWh, if all parts took at least `low`, no more."""
    return part if low > most else narrowed(part, most - (low - part.low))


def narrowed(energy: EnergyInterval, most: float) -> EnergyInterval:
    """An energy that is at most `most` kWh."""
    high = max(min(energy.high, most), energy.low)
    return EnergyInterval(energy.low, min(energy.best, high), high)


def _raised(energy: EnergyInterval, least: float) -> EnergyInterval:
    low = min(max(energy.low, least), energy.high)
    return EnergyInterval(low, max(energy.best, low), energy.high)


class Bounded(Protocol):
    """A register that answers for any period."""

    def bounds(self, begin: float, end: float) -> EnergyInterval:
        """The energy of a period by this register alone."""
        ...

    def all_bounds(self, periods: Sequence[tuple[float, float]]) -> Sequence[EnergyInterval]:
        """The energy of each period by this register alone. A register keeps what it computed."""
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
        #: of each period what the outlets took at least
        self._lows = dict[tuple[float, float], float]()

    def is_above(self, identity: str) -> bool:
        """Whether an outlet is one of those that are bounded."""
        return identity in self._outlets

    def contradicts(self, begin: float, end: float) -> bool:
        """Whether the outlets took more than the inlet: then neither bounds the other."""
        return self._low([(begin, end)])[0] > self._own.bounds(begin, end).high

    def outlet(self, identity: str, begin: float, end: float) -> float:
        """The most that one outlet took, in kWh, hole by hole and between them."""
        cuts = self._outlets[identity].cuts(begin, end)
        edges = [begin, *cuts, end] if len(cuts) <= _MOST_CUTS else [begin, end]
        periods = [(begin, end), *zip(edges, edges[1:])]
        energies = self._outlets[identity].all_bounds(periods)
        wholes = zip(energies, self._low(periods), self._most(periods))
        whole, *parts = (_bound_part(part, low, most).high for part, low, most in wholes)
        return min(sum(parts), whole)

    def _low(self, periods: Sequence[tuple[float, float]]) -> Sequence[float]:
        """What all outlets took at least in each period."""
        missing = [period for period in periods if period not in self._lows]
        columns = [outlet.all_bounds(missing) for outlet in self._outlets.values() if missing]
        sums = (sum(energy.low for energy in energies) for energies in zip(*columns))
        self._lows.update(zip(missing, sums))
        return [self._lows[period] for period in periods]

    def _most(self, periods: Sequence[tuple[float, float]]) -> Sequence[float]:
        """What they took at most by the inlet."""
        return [energy.high * (1.0 + self._allowed) for energy in self._own.all_bounds(periods)]

    def total(self, energy: EnergyInterval, begin: float, end: float) -> EnergyInterval:
        """The sum of all outlets."""
        return narrowed(energy, self._most([(begin, end)])[0])

    def own_energy(self, begin: float, end: float) -> EnergyInterval:
        """The inlet's energy, which is at least that of its outlets."""
        low = self._low([(begin, end)])[0] * (1.0 - self._allowed)
        return _raised(self._own.bounds(begin, end), low)
