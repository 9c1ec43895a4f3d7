from __future__ import annotations

from collections.abc import Sequence

import pytest

from handlers.shared.errors import PduHandlerError, Unsupported
from handlers.snmp.detection import SYS_DESCR, SYS_OBJECT_ID, candidates, detect
from handlers.snmp.profile import is_below
from handlers.snmp.profiles import PROFILES
from handlers.snmp.read_scope import VIEW_FIGURES
from tests.handlers.snmp import units
from tests.handlers.snmp.memory import Memory, of_rows, plain
from tests.handlers.snmp.units import find
from tests.simulators.snmp_agent import BUILT_IN, Row
from tests.simulators.snmp_units import Fixture, fixture


def test_the_families_of_each_recorded_sys_object_id_are_all_that_match_it() -> None:
    """Also of one that is longer, shorter, or beside it."""
    rows = [unit.rows[SYS_OBJECT_ID] for unit in units.FIXTURES if SYS_OBJECT_ID in unit.rows]
    recorded_oids = {str(plain(row)) for row in rows if "." in str(plain(row))}
    assert len(recorded_oids) > 90
    for recorded_oid in recorded_oids:
        parent, _, last_arc = recorded_oid.rpartition(".")
        for oid in (recorded_oid, f"{recorded_oid}.1", parent, f"{parent}.{last_arc}0"):
            matching = [profile for profile in PROFILES if profile.match(oid)]
            matching.sort(key=lambda profile: profile.match(oid), reverse=True)
            keys = dict.fromkeys(family.profile.key for family in candidates(oid, PROFILES))
            assert list(keys) == [profile.key for profile in matching], oid


@units.EACH
def test_another_device_with_the_number_of_a_family_has_no_empty_statistic(unit: Fixture) -> None:
    """A device that has the system group of the unit alone."""
    profile = units.FAMILIES[unit.key]
    figures: list[object] = [*profile.totals]
    for outlets in profile.outlets:
        figures += (outlets.current, outlets.power, outlets.energy)
    if not profile.outlets or not any(figures):
        return
    system_group = {oid: row for oid, row in unit.rows.items() if is_below(oid, "1.3.6.1.2.1.1")}
    with pytest.raises(PduHandlerError):
        find(unit, of_rows(system_group), VIEW_FIGURES)


@pytest.mark.parametrize("key", [profile.key for profile in PROFILES if profile.unseen])
def test_a_family_whose_sys_object_id_was_seen_on_no_unit_is_found_without_one(key: str) -> None:
    rows = {oid: row for oid, row in fixture(key).rows.items() if oid != SYS_OBJECT_ID}
    assert detect(of_rows(rows), PROFILES).profile.key == key


@pytest.mark.parametrize(
    "key, requests", [("cpi-econnect", 6), ("dli-energy-object", 4), ("npdu", 5)]
)
def test_families_of_unseen_numbers_are_probed_after_those_whose_units_have_none(
    key: str, requests: int
) -> None:
    rows = {oid: row for oid, row in fixture(key).rows.items() if oid != SYS_OBJECT_ID}
    memory = of_rows(rows)
    assert detect(memory, PROFILES).profile.key == key
    assert len(memory.asked) <= requests


@pytest.mark.parametrize(
    "groups, key",
    [
        (["rPDU2", "rPDU", "sPDU"], "apc-rpdu2"),
        (["rPDU", "sPDU"], "apc-rpdu"),
        (["sPDU"], "apc-masterswitch"),
    ],
)
def test_the_richest_table_of_an_apc_unit_is_read(groups: Sequence[str], key: str) -> None:
    """`groups`: those of PowerNet-MIB that the unit has."""
    hardware = "1.3.6.1.4.1.318.1.1"
    oid_by_group = {"rPDU2": f"{hardware}.26", "rPDU": f"{hardware}.12", "sPDU": f"{hardware}.4"}
    row_by_oid: dict[str, Row] = {}
    for oid, row in BUILT_IN["apc-rpdu2"]().device.rows().items():
        is_in_group = any(is_below(oid, oid_by_group[group]) for group in groups)
        if is_in_group or not is_below(oid, "1.3.6.1.4.1.318"):
            row_by_oid[oid] = row
    memory = of_rows(row_by_oid)
    memory.put(SYS_OBJECT_ID, "1.3.6.1.4.1.318")
    assert detect(memory, PROFILES).profile.key == key


def test_a_server_board_with_atens_sys_object_id_is_refused_after_at_most_twelve_requests() -> None:
    device = Memory(
        {SYS_OBJECT_ID: "1.3.6.1.4.1.21317", SYS_DESCR: "a server's management controller"}
    )
    with pytest.raises(Unsupported):
        detect(device, PROFILES)
    assert len(device.asked) <= 12, device.asked
