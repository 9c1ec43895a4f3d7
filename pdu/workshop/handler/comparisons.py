"""The answers of status and statistic beside what the device has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from handlers.dcimanager import Figures
from handlers.shared.meter_figures import Figure, measured, reason_without
from pdu_common.helper import EnumPowerStatus

from ...cli.states import DOWN, UNKNOWN, UP
from .rules import Finding, broken, kept, untried

# a figure may be rounded to a tenth; two outlets of a unit differ by more
_ROUNDING = 0.051
# a part of the figure: a load in whole amperes is wrong, an energy in whole kWh is not
_MOST_DEVIATION = {"A": 0.002, "kWh": 0.01}
BY_ORDER = "by their order: this pack has other identities"
_NO_METERS = (
    "it is not known what this device measures: over SNMP, describe it by --profile FILE.json"
)
States = Mapping[str, EnumPowerStatus]


class MeasuredSums(NamedTuple):
    """The sums of each table of a unit's meters, such as lines, banks and outlets: a handler may
    read any of them.
    """

    load_a: Sequence[float] = ()
    energy_kwh: Sequence[float] = ()
    #: of each outlet that is metered
    outlet_kwh: Mapping[str, float] = {}


def compare_states(states: States, real: States) -> Finding:
    """Compares what status() returned with the real states. DCImanager shows identities, so another
    order is right; an outlet that the device is not known to have is not.
    """
    if states == real:
        is_ordered = list(states) == list(real)
        return kept("states", "" if is_ordered else "in another order")
    absent_names = [name for name in real if name not in states]
    if absent_names and len(states) < len(real):
        names = ", ".join(absent_names[:5])
        return broken("states", f"status: outlets are missing: {names}")
    differences = []
    for name, state in states.items():
        real_state = real.get(name, state)
        if state is not real_state:
            differences.append(f"{name} is {state.name} instead of {real_state.name}")
    if differences:
        return broken("states", f"status: {'; '.join(differences[:3])}")
    if absent_names:
        return _compare_by_order(list(states.values()), list(real.values()))
    foreign_names = [name for name in states if name not in real]
    names = ", ".join(foreign_names[:5])
    return untried("states", f"status lists outlets that this pack does not know: {names}")


def _compare_by_order(states: list[EnumPowerStatus], real: list[EnumPowerStatus]) -> Finding:
    """Compares states of identities that are not this pack's: right in the same order, and wrong if
    their numbers are wrong in any order.
    """
    if states == real:
        return kept("states", BY_ORDER)
    numbers, real_numbers = Counter(states), Counter(real)
    differences = []
    for state in (UP, DOWN, UNKNOWN):
        number, real_number = numbers[state], real_numbers[state]
        if number != real_number:
            differences.append(f"{number} outlets are {state.name} instead of {real_number}")
    if differences:
        return broken("states", f"status: {'; '.join(differences)}")
    why = "its identities are not those of this pack's family, so states cannot be compared"
    return untried("states", why)


def has_no_figure(figures: Figures) -> bool:
    """Whether nothing was told as measured."""
    return figures.load_a is None and figures.energy_kwh is None and not figures.ports


def compare_figures(figures: Figures, sums: MeasuredSums) -> Finding:
    """Compares what statistic() returned with what the device measures. Where it has several meters
    of one quantity, a figure is right if it is that of any.
    """
    if not sums.load_a and not sums.energy_kwh:
        if has_no_figure(figures):
            return kept("figures", "the device has no meter")
        return untried("figures", _NO_METERS)
    if figures.load_a is None and figures.energy_kwh is None:
        return broken("figures", "statistic returned no figure, and the device has meters")
    energies = _energies_as_measured(figures, sums)
    comparisons = _comparisons(figures, energies, sums)
    faults = [comparison.fault() for comparison in comparisons]
    if any(faults):
        return broken("figures", "; ".join(filter(None, faults)))
    uncompared_outlets = energies.keys() ^ sums.outlet_kwh.keys()
    if energies and sums.outlet_kwh and uncompared_outlets:
        names = ", ".join(sorted(uncompared_outlets)[:5])
        why = f"consumption that the handler or this pack does not show: {names}"
        return untried("figures", why)
    absent_figures = [row.name for row in comparisons if row.figure is None and row.real_figures]
    if sums.outlet_kwh and not energies:
        absent_figures.append("consumption of outlets")
    detail = f"without {' and '.join(absent_figures)}" if absent_figures else ""
    return kept("figures", detail)


def _energies_as_measured(figures: Figures, sums: MeasuredSums) -> Mapping[str, Figure]:
    """The energies by outlet. Other names for as many outlets stand for the device's, in order."""
    energies = {}
    for name, port in figures.ports.items():
        if port.energy_kwh is not None:
            energies[name] = port.energy_kwh
    has_other_names = energies.keys().isdisjoint(sums.outlet_kwh)
    if has_other_names and len(energies) == len(sums.outlet_kwh):
        return dict(zip(sums.outlet_kwh, energies.values()))
    return energies


def _comparisons(
    figures: Figures, energies: Mapping[str, Figure], sums: MeasuredSums
) -> list[_Comparison]:
    """Each figure beside those of the device. `energies`: of outlets, under the device's names."""
    comparisons = [
        _Comparison("load", "A", figures.load_a, sums.load_a),
        _Comparison("total_consumption", "kWh", figures.energy_kwh, sums.energy_kwh),
    ]
    for identity, outlet_kwh in energies.items():
        real_figures = []
        if identity in sums.outlet_kwh:
            real_figures.append(sums.outlet_kwh[identity])
        name = f"consumption of outlet {identity}"
        comparisons.append(_Comparison(name, "kWh", outlet_kwh, real_figures))
    return comparisons


class _Comparison(NamedTuple):
    """A figure that statistic() returned, and those that the device measures."""

    name: str
    unit: str
    figure: Figure
    real_figures: Sequence[float]

    def fault(self) -> str:
        """What is wrong with the figure; "" if it is right, or was not returned."""
        if self.figure is None or not self.real_figures:
            return ""
        distinct_figures = dict.fromkeys(self.real_figures)
        alternatives = " or ".join(f"{real_figure:g}" for real_figure in distinct_figures)
        measures = f"the device measures {alternatives} {self.unit}"
        value = measured(self.figure)
        if value is None:
            reason = reason_without(self.figure)
            return f"{self.name} is not known ({reason}); {measures}"
        for real_figure in self.real_figures:
            tolerance = max(_ROUNDING, _MOST_DEVIATION[self.unit] * real_figure)
            if abs(value - real_figure) <= tolerance:
                return ""
        return f"{self.name} is {value:g} {self.unit}; {measures}"
