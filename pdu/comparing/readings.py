"""What two handlers say of one PDU, as DCImanager would see it, and where they differ. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Callable, NamedTuple, Optional

from handlers.dcimanager import Figures
from handlers.shared.meter_figures import Figure, measured
from pdu_common.helper import EnumPowerStatus

from ..cli.output import figure
from ..cli.states import word

_NOT_SET = "not set"


class Allowance(NamedTuple):
    """How far two figures of one quantity may be apart: a share of the larger one, or an absolute
    value if that is more.
    """

    share: float
    least: float


#: a load goes up and down between two readings, and a handler may round it to a tenth
LOAD = Allowance(0.10, 0.2)
#: an energy only rises; a handler may round it to whole kWh
ENERGY = Allowance(0.01, 1.0)


class HandlerReading(NamedTuple):
    """What one handler says."""

    states: Mapping[str, EnumPowerStatus] = {}
    figures: Optional[Figures] = None
    #: why it says nothing; "" if it was read
    error: str = ""
    exception: Optional[Exception] = None


class Difference(NamedTuple):
    """What the two say otherwise."""

    what: str
    first: str
    second: str

    def __str__(self) -> str:
        return f"{self.what}: {self.first} | {self.second}"


def differences(
    before: HandlerReading, second: HandlerReading, after: HandlerReading
) -> list[Difference]:
    """Where the second handler differs from the first one, which read before it and after it: what
    changed meanwhile is no difference.
    """
    if before.error or second.error or after.error:
        return _error_difference(before, second, after)
    return [
        *_outlet_differences(before, second),
        *_state_differences(before, second, after),
        *_figure_differences(before, second, after),
    ]


def _error_difference(
    before: HandlerReading, second: HandlerReading, after: HandlerReading
) -> list[Difference]:
    first_error = before.error or after.error
    return [Difference("reading", first_error or "was read", second.error or "was read")]


def _outlet_differences(first: HandlerReading, second: HandlerReading) -> Iterator[Difference]:
    """The identities, in their order: DCImanager wires servers by them."""
    if list(first.states) != list(second.states):
        yield Difference("outlets", _listed(first.states), _listed(second.states))


def _state_differences(
    before: HandlerReading, second: HandlerReading, after: HandlerReading
) -> Iterator[Difference]:
    """The outlets of which the first handler told another state both times."""
    for identity, state in before.states.items():
        second_state = second.states.get(identity)
        if second_state is None:
            continue  # the list of outlets differs, too
        if second_state not in (state, after.states.get(identity)):
            yield Difference(f"outlet {identity}", word(state), word(second_state))


def _figure_differences(
    before: HandlerReading, second: HandlerReading, after: HandlerReading
) -> Iterator[Difference]:
    """The loads and energies that are not between those of the first handler."""
    if before.figures is None or second.figures is None or after.figures is None:
        return
    for quantity in _quantities(before.figures, second.figures):
        value_before = measured(quantity.figure_of(before.figures))
        second_value = measured(quantity.figure_of(second.figures))
        value_after = measured(quantity.figure_of(after.figures))
        first_values = [value for value in (value_before, value_after) if value is not None]
        if _differs(first_values, second_value, quantity.allowance):
            first_text = _shown(value_before, quantity.unit)
            second_text = _shown(second_value, quantity.unit)
            yield Difference(quantity.name, first_text, second_text)


class _Quantity(NamedTuple):
    """A figure that is compared."""

    name: str
    unit: str
    allowance: Allowance
    figure_of: Callable[[Figures], Figure]


def _quantities(first: Figures, second: Figures) -> list[_Quantity]:
    """The totals, and the energies of the outlets that one of the two has."""
    quantities = [
        _Quantity("load", "A", LOAD, lambda figures: figures.load_a),
        _Quantity("energy", "kWh", ENERGY, lambda figures: figures.energy_kwh),
    ]
    for identity in dict.fromkeys([*first.ports, *second.ports]):
        energy_of = partial(_outlet_energy, identity)
        quantities.append(_Quantity(f"energy of outlet {identity}", "kWh", ENERGY, energy_of))
    return quantities


def _outlet_energy(identity: str, figures: Figures) -> Figure:
    port = figures.ports.get(identity)
    return None if port is None else port.energy_kwh


def _differs(
    first_values: Sequence[float], second_value: Optional[float], allowance: Allowance
) -> bool:
    """Whether a figure is not between those that were read before and after it, as far as they were
    told.
    """
    if second_value is None:
        return bool(first_values)
    if not first_values:
        return True
    smallest = min(first_values)
    largest = max(first_values)
    greatest_magnitude = max(abs(smallest), abs(largest), abs(second_value))
    margin = max(allowance.share * greatest_magnitude, allowance.least)
    return second_value < smallest - margin or second_value > largest + margin


def _shown(value: Optional[float], unit: str) -> str:
    return _NOT_SET if value is None else figure(value, unit)


def _listed(identities: Iterable[str]) -> str:
    return ", ".join(identities) or "none"
