"""No synthetic unit shows a figure, or a zero, that no object of it holds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from handlers.shared.errors import PduHandlerError
from handlers.snmp.profile import Profile, oids
from handlers.snmp.read_scope import FIGURES
from tests.handlers.snmp.exact_figures import ExactFigures, read_exactly
from tests.handlers.snmp.memory import of_rows
from tests.handlers.snmp.units import EACH, FAMILIES, find, memory, rows_without
from tests.simulators.snmp_units import Fixture


def objects_of_meters(profile: Profile) -> tuple[set[str], bool]:
    """The OIDs that the figures read, without those that also describe the outlets, and whether
    there are such."""
    totals = (profile.load, profile.power, profile.energy)
    oids_of_figures = set(oids(tuple(total.figures for total in totals if total)))
    oids_of_outlets: set[str] = set()
    for outlets in profile.outlets:
        oids_of_figures.update(oids((outlets.current, outlets.power, outlets.energy)))
        oids_of_outlets.update(oids(replace(outlets, current=None, power=None, energy=None)))
    shared_oids = oids_of_figures & oids_of_outlets
    return oids_of_figures - shared_oids, bool(shared_oids)


WITH_METERS = {key: objects_of_meters(profile) for key, profile in FAMILIES.items()}


def test_more_than_a_third_of_the_families_have_meters_that_can_be_removed() -> None:
    removable = [meters for meters, are_shared in WITH_METERS.values() if meters and not are_shared]
    assert len(removable) > len(FAMILIES) / 3


@pytest.mark.sample(10)
@EACH
def test_a_unit_without_its_meters_shows_no_figure_and_no_zero_and_no_error(unit: Fixture) -> None:
    tables = find(unit, memory(unit), FIGURES).tables
    oids_of_meters, are_shared = WITH_METERS[unit.key]
    rows = rows_without(unit, *map(tables.resolve, oids_of_meters))
    try:
        device = find(unit, of_rows(rows), FIGURES)
    except PduHandlerError:  # the unit is not detected without its meters
        return
    if device.profile.key != unit.key:
        return
    figures = read_exactly(device)
    if not are_shared:
        assert figures == ExactFigures(None, None, None, {}, {}, {})
