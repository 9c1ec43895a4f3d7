"""No synthetic unit shows a figure, or a zero, that no object of it holds."""

from __future__ import annotations

import contextlib

import pytest

from handlers.shared.errors import PduHandlerError
from handlers.snmp.profile import Profile, oids
from tests.handlers.snmp.exact_figures import ExactFigures, read_exactly
from tests.handlers.snmp.memory import of_rows
from tests.handlers.snmp.units import EACH, FAMILIES, find, memory
from tests.recordings import Fixture


def objects_of_meters(profile: Profile) -> set[str]:
    """The OIDs that the figures read, or none if one of them also describes the outlets."""
    figures = {"current", "power", "energy"}
    totals = (profile.load, profile.power, profile.energy)
    of_figures = {oid for total in totals if total for oid in oids(total.figures)}
    of_outlets: set[str] = set()
    for outlets in profile.outlets:
        for name, part in vars(outlets).items():
            if part:
                (of_figures if name in figures else of_outlets).update(oids(part))
    return set() if of_figures & of_outlets else of_figures


WITH_METERS = {key: objects_of_meters(profile) for key, profile in FAMILIES.items()}


def test_more_than_a_third_of_the_families_have_meters_that_can_be_removed() -> None:
    assert len(list(filter(None, WITH_METERS.values()))) > len(FAMILIES) / 3


@pytest.mark.sample(10)
@EACH
def test_a_unit_without_its_meters_shows_no_figure_and_no_zero(unit: Fixture) -> None:
    reader = find(unit, memory(unit), for_figures=True).reader
    meter_oids = tuple(f"{reader.resolve(oid)}." for oid in WITH_METERS[unit.key])
    rows = {
        oid: row
        for oid, row in unit.rows.items()
        if not meter_oids or not f"{oid}.".startswith(meter_oids)
    }
    with contextlib.suppress(PduHandlerError):  # the unit is not detected without its meters
        device = find(unit, of_rows(rows), for_figures=True)
        if meter_oids and device.profile.key == unit.key:
            assert read_exactly(device) == ExactFigures(None, None, None, {}, {}, {})
