"""What two handlers say of one PDU, as DCImanager would see it, and where they differ. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
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
    value, which is said and never covers a factor.
    """

    share: float
    least: float
    unit: str

    @property
    def words(self) -> str:
        """The absolute value with its unit."""
        return f"{self.least:g} {self.unit}"


#: a load goes up and down between two readings, and a handler may round it to a tenth
LOAD = Allowance(0.10, 0.2, "A")
#: an energy only rises; a handler may round it to whole kWh
ENERGY = Allowance(0.01, 1.0, "kWh")
#: from here on two figures are of two units, such as kWh and Wh
_FACTOR = 10.0


class HandlerReading(NamedTuple):
    """What one handler says."""

    states: Mapping[str, EnumPowerStatus] = {}
    figures: Optional[Figures] = None
    #: why it says nothing; "" if it was read
    error: str = ""
    exception: Optional[Exception] = None
    #: why it says no figures; "" if they were read
    figure_error: str = ""


class Difference(NamedTuple):
    """What the two say otherwise."""

    what: str
    first: str
    second: str

    def __str__(self) -> str:
        return f"{self.what}: {self.first} | {self.second}"


class Comparison(NamedTuple):
    """What two handlers say of one PDU at one time."""

    differences: Sequence[Difference]
    #: the absolute allowances with which alone some figures agree, such as `0.2 A`
    allowances: Sequence[str] = ()

    @property
    def result(self) -> str:
        """`differ`, `agree`, or `agree within` the allowances."""
        if self.differences:
            return "differ"
        return f"agree within {' and '.join(self.allowances)}" if self.allowances else "agree"


def comparison(before: HandlerReading, second: HandlerReading, after: HandlerReading) -> Comparison:
    """Where the second handler differs from the first one, which read before it and after it: what
    changed meanwhile is no difference, what the first one lost is one.
    """
    if before.error or second.error or after.error:
        return Comparison([_error_difference(before, second, after)])
    of_outlets = [
        *_outlet_differences(before, second, after),
        *_state_differences(before, second, after),
    ]
    if before.figure_error or second.figure_error or after.figure_error:
        return Comparison([*of_outlets, _figure_error_difference(before, second, after)])
    of_figures = _figure_comparison(before, second, after)
    return Comparison([*of_outlets, *of_figures.differences], of_figures.allowances)


def _error_difference(
    before: HandlerReading, second: HandlerReading, after: HandlerReading
) -> Difference:
    """The difference if one of the two was not read, at one of its times."""
    first_error = before.error or after.error
    return Difference("reading", first_error or "was read", second.error or "was read")


def _figure_error_difference(
    before: HandlerReading, second: HandlerReading, after: HandlerReading
) -> Difference:
    """The difference if the figures of one of the two were not read, at one of its times."""
    first_error = before.figure_error or after.figure_error
    return Difference("statistic", first_error or "was read", second.figure_error or "was read")


def _outlet_differences(
    before: HandlerReading, second: HandlerReading, after: HandlerReading
) -> Iterator[Difference]:
    """The identities, in their order: DCImanager wires servers by them."""
    first_text = _then(_listed(before.states), _listed(after.states))
    second_text = _listed(second.states)
    if first_text != second_text:
        yield Difference("outlets", first_text, second_text)


def _state_differences(
    before: HandlerReading, second: HandlerReading, after: HandlerReading
) -> Iterator[Difference]:
    """The outlets whose state by the second handler is neither of the first one's two, or whose
    state the first handler knew before, and not after.
    """
    for identity, state_before in before.states.items():
        second_state = second.states.get(identity)
        state_after = after.states.get(identity)
        if second_state is None or state_after is None:
            continue  # the list of outlets differs, too
        first_text = word(state_before)
        is_lost = state_after is EnumPowerStatus.UNKNOWN and state_before is not state_after
        if is_lost:
            first_text = _then(first_text, word(state_after))
        if is_lost or second_state not in (state_before, state_after):
            yield Difference(f"outlet {identity}", first_text, word(second_state))


def _figure_comparison(
    before: HandlerReading, second: HandlerReading, after: HandlerReading
) -> Comparison:
    """The loads and energies that are not between those of the first handler, or that it lost."""
    differences: list[Difference] = []
    allowances: list[str] = []
    if before.figures is None or second.figures is None or after.figures is None:
        return Comparison(differences)
    for quantity in _quantities(before.figures, second.figures):
        value_before = measured(quantity.figure_of(before.figures))
        second_value = measured(quantity.figure_of(second.figures))
        value_after = measured(quantity.figure_of(after.figures))
        is_lost = value_before is not None and value_after is None
        first_values = [value for value in (value_before, value_after) if value is not None]
        agreement = _agreement(first_values, second_value, quantity.allowance)
        if is_lost or agreement is _Agreement.NONE:
            unit = quantity.allowance.unit
            first_text = _shown(value_before, unit)
            if is_lost:
                first_text = _then(first_text, _NOT_SET)
            differences.append(Difference(quantity.name, first_text, _shown(second_value, unit)))
        elif agreement is _Agreement.ALLOWED:
            allowances.append(quantity.allowance.words)
    return Comparison(differences, list(dict.fromkeys(allowances)))


class _Quantity(NamedTuple):
    """A figure that is compared."""

    name: str
    allowance: Allowance
    figure_of: Callable[[Figures], Figure]


def _quantities(first: Figures, second: Figures) -> list[_Quantity]:
    """The totals, and the energies of the outlets that one of the two has."""
    quantities = [
        _Quantity("load", LOAD, lambda figures: figures.load_a),
        _Quantity("energy", ENERGY, lambda figures: figures.energy_kwh),
    ]
    for identity in dict.fromkeys([*first.ports, *second.ports]):
        energy_of = partial(_outlet_energy, identity)
        quantities.append(_Quantity(f"energy of outlet {identity}", ENERGY, energy_of))
    return quantities


def _outlet_energy(identity: str, figures: Figures) -> Figure:
    """The energy of an outlet, None if the PDU does not have it."""
    port = figures.ports.get(identity)
    return None if port is None else port.energy_kwh


class _Agreement(Enum):
    """How two figures agree."""

    PLAIN = "within the share"
    ALLOWED = "within the absolute allowance alone"
    NONE = "they differ"


def _agreement(
    first_values: Sequence[float], second_value: Optional[float], allowance: Allowance
) -> _Agreement:
    """How a figure of the second handler agrees with the first handler's: those of its two readings
    that have a value.
    """
    if second_value is None and not first_values:
        return _Agreement.PLAIN  # neither has the figure
    if second_value is None or not first_values:
        return _Agreement.NONE
    lowest, highest = min(first_values), max(first_values)
    if lowest <= second_value <= highest:
        return _Agreement.PLAIN
    nearest_value = lowest if second_value < lowest else highest
    gap = abs(second_value - nearest_value)
    smaller, larger = sorted((abs(second_value), abs(nearest_value)))
    if gap <= allowance.share * larger:
        return _Agreement.PLAIN
    if gap > allowance.least:
        return _Agreement.NONE
    is_other_unit = 0.0 < _FACTOR * smaller <= larger
    return _Agreement.NONE if is_other_unit else _Agreement.ALLOWED


def _then(before: str, after: str) -> str:
    """What the first handler said, and what it said later if that is something else."""
    return before if before == after else f"{before}, then {after}"


def _shown(value: Optional[float], unit: str) -> str:
    """A figure with its unit, `not set` for None."""
    return _NOT_SET if value is None else figure(value, unit)


def _listed(identities: Iterable[str]) -> str:
    """The identities with commas, `none` without any."""
    return ", ".join(identities) or "none"
