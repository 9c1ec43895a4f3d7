"""What a meter at the inlet shows, in W: a reading that is none is not known, never another."""

from __future__ import annotations

import pytest

from handlers.shared.errors import PduHandlerError
from handlers.shared.meter_figures import Figure, NotKnown
from handlers.snmp import metering
from handlers.snmp.profile import is_below, oids
from handlers.snmp.read_scope import FIGURES
from tests.handlers.snmp import units
from tests.handlers.snmp.memory import Memory
from tests.simulators.snmp_units import Fixture


def inlet_w(unit: Fixture, device: Memory) -> Figure:
    """It is not known after an error, either."""
    try:
        return metering.read_statistic(units.find(unit, device, FIGURES)).inlet_w
    except PduHandlerError as error:
        return NotKnown(str(error))


def objects_of_inlets(unit: Fixture) -> list[str]:
    """The unit's objects that its inlet powers are made from."""
    profile = units.FAMILIES[unit.key]
    prefixes = list(oids(profile.inlet_power))
    return [oid for oid in unit.rows if any(is_below(oid, prefix) for prefix in prefixes)]


MEASURED = [
    unit
    for unit in units.FIXTURES
    if units.FAMILIES[unit.key].inlet_power and isinstance(inlet_w(unit, units.memory(unit)), float)
]


def test_each_family_that_meters_its_inlet_in_watts_has_a_unit_that_shows_them() -> None:
    families = {key for key, profile in units.FAMILIES.items() if profile.inlet_power}
    assert {unit.key for unit in MEASURED} == families


@pytest.mark.parametrize("unit", MEASURED, ids=units.unit_id)
def test_watts_of_an_inlet_that_cannot_be_read_are_not_known(unit: Fixture) -> None:
    device = units.memory(unit)
    whole = inlet_w(unit, device)
    spoilt: list[Figure] = []
    for oid in objects_of_inlets(unit):
        with device.holding({oid: "busy"}):
            spoilt.append(inlet_w(unit, device))
    assert any(isinstance(figure, NotKnown) for figure in spoilt)
    # a reading of another sensor, or of a part that is not there, leaves the sum as it is
    assert all(isinstance(figure, NotKnown) or figure == whole for figure in spoilt)
