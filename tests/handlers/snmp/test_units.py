"""A unit of a chain that is missing in every table, which the device still counts, is an error or
leaves no total: the list of outlets is never shorter, and the rest is never returned as the whole.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress

import pytest

from handlers.shared.errors import ProtocolError
from handlers.snmp import metering
from handlers.snmp.cells import Missing
from handlers.snmp.chains import InChain
from handlers.snmp.device import SnmpDevice
from handlers.snmp.objects import Column
from handlers.snmp.parts import parts_of
from handlers.snmp.profile import Profile
from handlers.snmp.read_scope import FIGURES
from handlers.snmp.tables import Tables, objects_of
from tests.handlers.snmp.memory import Memory
from tests.handlers.snmp.units import FAMILIES, FIXTURES, find, memory, unit_id
from tests.simulators.snmp_units import Fixture

#: units that also count their outlets, or have none without the first unit
WITH_COUNT_OF_OUTLETS = {
    "apc-easy-epdu",
    "apc-rpdu2",
    "avocent-pm_totals",
    "cpi-econnect",
    "cyberpower-epdu2",
    "cyclades-acs5k",
    "cyclades-pm",
    "liebert-mph",
    "liebert-mph_tenths",
}
#: families of whose chains there is no recording
WITHOUT_CHAIN = {"dell-rpdu", "hpe-ipdu", "pdumib-v07", "raritan-px2", "sentry3"}


def put_count(device: Memory, tables: Tables, profile: Profile, more: int) -> None:
    """Let the device count `more` units than its answers list, on the first port if it has several
    ports for chains."""
    units = rows_of_units(profile, tables)
    (count,) = objects_of([profile.unit_count])
    if isinstance(count, Column):
        port_of_each_unit = [unit.partition(".")[0] for unit in units]
        units_by_port = Counter(port_of_each_unit)
        units_by_port[port_of_each_unit[0]] += more
        for port, unit_count in units_by_port.items():
            device.put(tables.resolve(f"{count.oid}.{port}"), unit_count)
        return
    oid, unit_count = tables.resolve(count.oid), len(units) + more
    is_list = count.object == "unitsPresent"
    device.put(oid, ",".join(map(str, range(unit_count))) if is_list else unit_count)


def index_is_of(row: str, unit: str) -> bool:
    """Whether an index names this unit: with its first arcs, or with its last, a MAC address."""
    is_address = unit.count(".") >= 6
    return f"{row}.".startswith(f"{unit}.") or (is_address and row.endswith(f".{unit}"))


def objects_of_unit(device: Memory, tables: Tables, profile: Profile, unit: str) -> set[str]:
    """The objects of one unit in all columns that the family reads: those whose index names it, or
    in tables with a column of units, those of the rows in which it stands there."""
    columns = [part for part in parts_of(profile) if isinstance(part, Column)]
    oids = {tables.resolve(column.oid) for column in columns}
    objects = {f"{oid}.{row}" for oid in oids for row in device.walk(oid) if index_is_of(row, unit)}
    for column in columns:
        if "Module" not in column.object:
            continue
        module = tables.resolve(column.oid)
        columns_beside = [oid for oid in oids if table_of(oid) == table_of(module)]
        for row, value in device.walk(module).items():
            cells = {f"{oid}.{row}" for oid in columns_beside}
            if str(value) == unit:
                objects |= cells
            else:  # a row of another unit, with an index like this one's
                objects -= cells
    return {oid for oid in objects if device.get(oid) is not None}


def table_of(column: str) -> str:
    return column.rpartition(".")[0]


def rows_of_units(profile: Profile, tables: Tables) -> dict[str, str]:
    """The units that the answers list."""
    assert profile.units is not None
    rows = tables.with_all_rows.of_known_family()[profile.units]
    return {row: str(value) for row, value in rows.items() if not isinstance(value, Missing)}


def units_of(profile: Profile, tables: Tables) -> list[str]:
    """The same, as the tables call them."""
    rows = rows_of_units(profile, tables)
    is_numbered = any(isinstance(part, InChain) for part in parts_of(profile))
    return list(rows.values()) if is_numbered else list(rows)


WITH_UNITS = [unit for unit in FIXTURES if FAMILIES[unit.key].units is not None]
UNITS = {
    unit.name: units_of(FAMILIES[unit.key], find(unit, memory(unit)).tables) for unit in WITH_UNITS
}
LISTED = [unit for unit in WITH_UNITS if UNITS[unit.name]]
CHAINS = [unit for unit in WITH_UNITS if len(UNITS[unit.name]) > 1]


def test_each_family_that_counts_its_units_has_a_unit_that_lists_them() -> None:
    with_units = {key for key, profile in FAMILIES.items() if profile.units is not None}
    assert {unit.key for unit in LISTED} == with_units
    assert with_units - {unit.key for unit in CHAINS} == WITHOUT_CHAIN


def totals_of(device: SnmpDevice) -> list[float]:
    figures = metering.read_statistic(device)
    totals = (figures.load_a, figures.power_w, figures.energy_kwh)
    return [total for total in totals if isinstance(total, float)]


def check_that_nothing_is_short(unit: Fixture, device: Memory, outlets: int) -> None:
    """A status is an error or lists this number of outlets, above 0; a statistic is an error or has
    no total: the listed units are never taken for all."""
    with suppress(ProtocolError):
        outlet_count = len(find(unit, device).states)
        assert outlet_count == outlets > 0
    with suppress(ProtocolError):
        assert totals_of(find(unit, device, FIGURES)) == []


@pytest.mark.parametrize("unit", LISTED, ids=unit_id)
def test_a_unit_that_only_the_number_of_units_shows_is_missed(unit: Fixture) -> None:
    profile = FAMILIES[unit.key]
    device = memory(unit)
    whole = find(unit, device)
    put_count(device, whole.tables, profile, more=0)
    assert find(unit, device).states.keys() == whole.states.keys()
    totals = totals_of(find(unit, device, FIGURES))
    assert totals == totals_of(find(unit, memory(unit), FIGURES))
    put_count(device, whole.tables, profile, more=1)
    check_that_nothing_is_short(unit, device, outlets=0)


@pytest.mark.parametrize("unit", CHAINS, ids=unit_id)
def test_a_unit_that_is_missing_in_every_table_is_missed(unit: Fixture) -> None:
    profile = FAMILIES[unit.key]
    device = memory(unit)
    whole = find(unit, device)
    put_count(device, whole.tables, profile, more=0)
    for name in UNITS[unit.name]:
        with device.without(objects_of_unit(device, whole.tables, profile, name)):
            check_that_nothing_is_short(unit, device, outlets=len(whole.states))


@pytest.mark.parametrize("unit", CHAINS, ids=unit_id)
def test_a_chain_whose_units_have_a_gap_in_their_numbers_lacks_none(unit: Fixture) -> None:
    """The first unit left, or the owner chose the numbers; the count is that of the others."""
    profile = FAMILIES[unit.key]
    device = memory(unit)
    tables = find(unit, device).tables
    first = UNITS[unit.name][0]
    put_count(device, tables, profile, more=-1)
    with device.without(objects_of_unit(device, tables, profile, first)):
        reason = ""
        try:
            find(unit, device)
        except ProtocolError as error:
            reason = error.reason
    assert "more units" not in reason
    assert bool(reason) == (unit.name in WITH_COUNT_OF_OUTLETS), reason
