"""The variations of the synthetic units (snmp_units): objects that are changed or lost, as
other firmware, a chain, a lock or a fault has them.
"""

from __future__ import annotations

from typing import Optional

import pytest

from handlers.shared.errors import PduHandlerError, Unsupported
from handlers.snmp.handler import SnmpPdu
from handlers.snmp.labels import outlet_labels
from handlers.snmp.read_scope import FIGURES
from pdu_common.helper import PduPortView
from tests.handlers.snmp.calls import near
from tests.handlers.snmp.exact_figures import ExactFigures, read_exactly
from tests.handlers.snmp.memory import of_rows
from tests.handlers.snmp.units import FIXTURES, STATES, UNPROVEN, find
from tests.simulators.snmp_agent import Agent, Device
from tests.simulators.snmp_units import Fixture, Variation

AUTOMATIC = {"switch_automatic": "yes"}
CASES = [(unit, variation) for unit in FIXTURES for variation in unit.variations]


def cases(*fields: str) -> pytest.MarkDecorator:
    """The variations that have one of these fields."""
    params = []
    for unit, variation in CASES:
        values = [getattr(variation, field) for field in fields]
        if any(value not in ("", {}, None) for value in values):
            params.append(pytest.param(unit, variation, id=f"{unit.name}: {variation.what}"))
    return pytest.mark.parametrize("unit, variation", params)


@cases("error")
def test_another_device_or_a_table_that_ends_is_not_taken_for_the_pdu(
    unit: Fixture, variation: Variation
) -> None:
    device = of_rows(variation.rows(unit.rows))
    with pytest.raises(PduHandlerError) as error_info:
        find(unit, device)
        read_exactly(find(unit, device, FIGURES))
    assert error_info.value.kind == variation.error


@cases("family", "identities", "states")
def test_outlets_and_states_of_a_changed_unit_are_returned_only_if_they_are_certain(
    unit: Fixture, variation: Variation
) -> None:
    changed = of_rows(variation.rows(unit.rows))
    device = find(unit, changed)
    assert device.profile.key == (variation.family or unit.key)
    if variation.identities is not None:
        assert list(device.states) == variation.identities
    for identity, word in variation.states.items():
        assert device.states[identity] is STATES[word], identity


def figure(total: Optional[object]) -> Optional[float]:
    """A figure as a fixture has it."""
    return None if total is None else float(str(total))


def of_outlet(figures: ExactFigures, identity: str) -> dict[str, Optional[float]]:
    return {
        "current_a": figure(figures.currents.get(identity)),
        "power_w": figure(figures.powers.get(identity)),
        "energy_kwh": figure(figures.energies.get(identity)),
    }


@cases("totals", "outlets")
def test_a_figure_of_a_changed_unit_counts_every_part_or_is_missing(
    unit: Fixture, variation: Variation
) -> None:
    changed = of_rows(variation.rows(unit.rows))
    device = find(unit, changed, FIGURES)
    figures = read_exactly(device)
    for name, expected in variation.totals.items():
        assert figure(getattr(figures, name)) == expected, name

    labels = {label.identity: label for label in outlet_labels(device)}
    for identity, fields in variation.outlets.items():
        outlet = {**of_outlet(figures, identity), "number": labels[identity].number}
        for name, expected in fields.items():
            assert outlet[name] == expected, (identity, name)


@cases("refusals")
@pytest.mark.parametrize("call", ["port_up", "port_down"])
def test_a_reserved_outlet_is_not_switched_and_nothing_is_written(
    unit: Fixture, variation: Variation, call: str
) -> None:
    """Because of a lock, a missing right, an automatic mode or a neighbour. Permission to end an
    automatic mode lifts no other guard.
    """
    with Agent(Device(variation.rows(unit.rows), rules=None)) as agent:
        for identity, words in variation.refusals.items():
            check_refusal(near(agent, UNPROVEN), call, identity, words)
            if "automatic mode" not in words:
                check_refusal(near(agent, {**UNPROVEN, **AUTOMATIC}), call, identity, words)
        assert agent.writes() == []


def check_refusal(handler: SnmpPdu, call: str, identity: str, words: str) -> None:
    """The outlet is listed, and a command to it raises Unsupported with these words."""
    assert identity in [port.identity for port in handler.status().ports]
    with pytest.raises(Unsupported) as error_info:
        getattr(handler, call)(PduPortView(identity))
    assert words in str(error_info.value)
