"""The table of what a command writes: complete for every family that is switched, and without an
object that is only read.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from handlers.shared.errors import PduHandlerError
from handlers.snmp.detection import read_as
from handlers.snmp.frozen_value import parts_of
from handlers.snmp.profiles import PROFILE_BY_KEY, PROFILES
from handlers.snmp.reader import Reader
from handlers.snmp.settings import select_families
from pdu.families import family_tables
from pdu.inspection.snmp.identification import device_finding
from tests.handlers.snmp.memory import of_rows
from tests.rows import each_row
from tests.simulators.snmp_units import Fixture, Order, fixtures

UNITS = [unit for unit in fixtures() if unit.switch is not None]
PACKED = "the states of all outlets, with this one "


@cache
def table() -> Mapping[str, Sequence[str]]:
    """The cells of each family: on, off, before."""
    lines = family_tables.command_table(list(PROFILES)).splitlines()[2:]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[1].strip("`"): row[2:] for row in rows}


def assignments(cell: str) -> list[tuple[str, str]]:
    """The objects of a cell, each with its value."""
    phrases = [] if cell == "–" else cell.split(" or ")
    names_and_values: list[tuple[str, str]] = []
    for phrase in phrases:
        name, sign, value = phrase.partition(" = ")
        assert sign, f"{phrase!r} of {cell!r} is no object with its value"
        is_packed = value.startswith(PACKED)
        names_and_values.append((name, "all outlets" if is_packed else value))
    return names_and_values


def oids(key: str, name: str) -> list[str]:
    """The OIDs of the objects of a family that have this name, from the family's root on."""
    oids_with_name: list[str] = []
    for part in parts_of(PROFILE_BY_KEY[key]):
        fields = vars(part)
        if fields.get("object") == name:
            oid = fields.get("oid") or fields["values"]  # `values`: of a Packed, which has no `oid`
            oids_with_name.append(str(oid).replace("~", ""))  # ~ is the root
    return oids_with_name


@cache
def written_oids() -> frozenset[str]:
    """Every object that a command to an outlet of a synthetic unit writes."""
    all_orders: list[tuple[str, object]] = []
    for unit in UNITS:
        device = read_as(of_rows(unit.rows), PROFILE_BY_KEY[unit.key])
        control = device.outlets and device.outlets.control
        assert control
        for identity, up in itertools.product(device.states, (True, False)):
            with contextlib.suppress(PduHandlerError):  # an outlet that must not be switched
                all_orders += control.orders(device.reader, identity, up=up)
    return frozenset(oid for oid, _ in all_orders)


def test_each_family_that_is_switched_has_its_objects_and_values() -> None:
    assert table().keys() == {profile.key for profile in PROFILES if profile.is_switched}
    for family, (on, off, _) in table().items():
        assert assignments(on), family
        assert assignments(off), family
        assert on != off, family


def test_a_write_before_the_command_is_told() -> None:
    assert any(assignments(first) for _, _, first in table().values())


def is_written(objects: Iterable[str]) -> bool:
    """Whether a command of any family writes one of these OIDs."""
    for oid in objects:
        if any(oid in written_oid for written_oid in written_oids()):
            return True
    return False


def test_each_object_of_the_table_is_one_that_a_command_writes() -> None:
    """What looks a row up, guards it or counts it is no object of the table."""
    for family, cells in table().items():
        for cell in cells:
            for name, _ in assignments(cell):
                objects = oids(family, name)
                assert objects, f"{family}: {name}"
                assert is_written(objects), f"{family}: no command writes {name}"


@each_row("unit", UNITS, ids=lambda unit: unit.name)
def test_a_command_of_a_unit_writes_one_object_of_the_table(unit: Fixture) -> None:
    assert unit.switch
    on, off, first = table()[unit.key]
    for cell, (*unlocking, command) in ((on, unit.switch.on), (off, unit.switch.off)):
        assert len(assigned_objects(unit.key, cell, command)) == 1
        for order in unlocking:
            assert len(assigned_objects(unit.key, first, order)) == 1


@each_row("unit", UNITS, ids=lambda unit: unit.name)
def test_what_switching_rests_on_is_what_a_command_writes(unit: Fixture) -> None:
    assert unit.switch
    choice = select_families({"profile": unit.key}, {})
    finding = device_finding(Reader(of_rows(unit.rows)), choice)
    names, _, _ = finding.evidence["switching"].partition(";")

    all_oids: list[str] = []
    for name in names.split(", "):
        named_oids = oids(unit.key, name)
        assert is_written(named_oids), name
        all_oids += named_oids
    for order in (*unit.switch.on, *unit.switch.off):
        assert any(oid in order.oid for oid in all_oids)


def assigned_objects(key: str, cell: str, order: Order) -> set[str]:
    """The objects of a cell that a write may be of, by OID and value."""
    names = set()
    for name, value in assignments(cell):
        has_value = value in (order.value, "all outlets")
        if has_value and any(oid in order.oid for oid in oids(key, name)):
            names.add(name)
    return names
