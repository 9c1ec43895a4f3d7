"""No recording and no synthetic unit shows a figure, or a zero, that no object of it holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Callable

import pytest

from handlers.shared.errors import PduHandlerError
from handlers.snmp import detection
from handlers.snmp.device import SnmpDevice
from handlers.snmp.profile import Profile, oids
from handlers.snmp.profiles import PROFILES
from tests.handlers.snmp import recorded, units
from tests.handlers.snmp.exact_figures import ExactFigures, read_exactly
from tests.handlers.snmp.memory import Memory, of_rows
from tests.recordings import fixture
from tests.simulators.snmp_agent import Row

Rows = Mapping[str, Row]


def _recorded(name: str) -> tuple[Rows, Callable[[Memory], SnmpDevice]]:
    return recorded.rows(name), lambda device: detection.detect(device, PROFILES, for_figures=True)


def _made(name: str) -> tuple[Rows, Callable[[Memory], SnmpDevice]]:
    unit = fixture(name)
    return unit.rows, lambda device: units.find(unit, device, for_figures=True)


UNITS = [
    pytest.param(
        _recorded,
        name,
        id=f"recording {name}",
        marks=pytest.mark.against("recordings of real units, in memory"),
    )
    for name in recorded.NAMES
]
UNITS += [pytest.param(_made, unit.name, id=unit.name) for unit in units.FIXTURES]
EACH = pytest.mark.parametrize("source, name", UNITS)
Source = Callable[[str], tuple[Rows, Callable[[Memory], SnmpDevice]]]


def objects_of_meters(profile: Profile, root: str) -> set[str]:
    """Return the OIDs that the figures read, or none if one of them also describes the outlets."""

    def spelt(*parts: object) -> set[str]:
        return {
            root + oid[1:] if oid.startswith("~") else oid
            for part in parts
            if part
            for oid in oids(part)
        }

    figures = spelt(
        *(total.figures for total in (profile.load, profile.power, profile.energy) if total),
        *(
            part
            for outlets in profile.outlets
            for part in (outlets.current, outlets.power, outlets.energy)
        ),
    )
    others = spelt(
        *(
            part
            for outlets in profile.outlets
            for part in (
                outlets.states,
                outlets.rows,
                outlets.count,
                outlets.none_if_zero,
                outlets.number,
                outlets.name,
                outlets.control,
            )
        )
    )
    return set() if figures & others else figures


def test_more_than_a_third_of_the_families_have_meters_that_can_be_removed() -> None:
    assert (
        len([profile for profile in PROFILES if objects_of_meters(profile, "1.3")])
        > len(PROFILES) / 3
    )


@pytest.mark.sample(10)
@EACH
def test_a_unit_without_its_meters_shows_no_figure_and_no_zero(source: Source, name: str) -> None:
    rows, find = source(name)
    device = find(of_rows(rows))
    missing_oids = tuple(f"{oid}." for oid in objects_of_meters(device.profile, device.reader.root))
    try:
        bare = find(
            of_rows(
                {
                    oid: row
                    for oid, row in rows.items()
                    if not missing_oids or not f"{oid}.".startswith(missing_oids)
                }
            )
        )
    except PduHandlerError:
        # the unit is not detected without its meters
        return
    if missing_oids and bare.profile.key == device.profile.key:
        assert read_exactly(bare) == ExactFigures(None, None, None, {}, {}, {})
