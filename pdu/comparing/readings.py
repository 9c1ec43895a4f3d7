"""What two handlers say of one PDU, as DCImanager would see it, and where they differ. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, Optional

from handlers.dcimanager import Figures
from handlers.shared.meter_figures import measured
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
    """What one handler says. `error`: why it says nothing, "" if it was read."""

    states: Mapping[str, EnumPowerStatus] = {}
    figures: Optional[Figures] = None
    error: str = ""


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
    for identity, state in before.states.items():
        other_state = second.states.get(identity)
        if other_state is None:
            continue
        if other_state not in (state, after.states.get(identity)):
            yield Difference(f"outlet {identity}", word(state), word(other_state))


def _figure_differences(
    before: HandlerReading, second: HandlerReading, after: HandlerReading
) -> Iterator[Difference]:
    if before.figures is None or second.figures is None or after.figures is None:
        return
    rows = [
        ("load", "A", LOAD, [reading.load_a for reading in _all(before, second, after)]),
        ("energy", "kWh", ENERGY, [reading.energy_kwh for reading in _all(before, second, after)]),
    ]
    for identity in dict.fromkeys((*before.figures.ports, *second.figures.ports)):
        energies = [
            reading.ports[identity].energy_kwh if identity in reading.ports else None
            for reading in _all(before, second, after)
        ]
        rows.append((f"energy of outlet {identity}", "kWh", ENERGY, energies))
    for what, unit, allowance, values in rows:
        value_before, second_value, value_after = map(measured, values)
        if _differs(value_before, second_value, value_after, allowance):
            yield Difference(what, _shown(value_before, unit), _shown(second_value, unit))


def _all(*readings: HandlerReading) -> Iterator[Figures]:
    for reading in readings:
        if reading.figures is not None:
            yield reading.figures


def _differs(
    value_before: Optional[float],
    second_value: Optional[float],
    value_after: Optional[float],
    allowance: Allowance,
) -> bool:
    """Whether a figure is not between those that were read before and after it."""
    first_values = [value for value in (value_before, value_after) if value is not None]
    if second_value is None or not first_values:
        return bool(first_values) or second_value is not None
    largest = max(map(abs, [*first_values, second_value]))
    margin = max(allowance.share * largest, allowance.least)
    return not min(first_values) - margin <= second_value <= max(first_values) + margin


def _shown(value: Optional[float], unit: str) -> str:
    return _NOT_SET if value is None else figure(value, unit)


def _listed(identities: Iterable[str]) -> str:
    return ", ".join(identities) or "none"
