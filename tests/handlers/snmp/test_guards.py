"""Commands and lists of each family where an object is missing that forbids a command or marks
padding.

A guard that cannot be read forbids its command, and a row that may be padding is no outlet.
"""

from __future__ import annotations

import pytest

from handlers.shared.errors import PduHandlerError, ProtocolError
from handlers.snmp.controls import Guard
from handlers.snmp.objects import Column, Scalar
from handlers.snmp.profile import is_below
from handlers.snmp.tables import objects_of
from tests.handlers.snmp.calls import near
from tests.handlers.snmp.memory import of_rows
from tests.handlers.snmp.units import (
    FAMILIES,
    FIXTURES,
    SWITCHED,
    UNPROVEN,
    expected_states,
    find,
    memory,
    port_of,
    refusal_of_command,
    rows_without,
    switching,
)
from tests.simulators.snmp_agent import Agent, Device, Row
from tests.simulators.snmp_units import Fixture


def refusing() -> list[tuple[Fixture, Guard]]:
    """The units, each with one of its guards that refuse some values."""
    pairs: list[tuple[Fixture, Guard]] = []
    for unit in SWITCHED:
        outlets = find(unit, memory(unit)).outlets
        for guard in outlets.guards if outlets else ():
            if guard.refuse:
                pairs.append((unit, guard))
    return pairs


REFUSING = refusing()


def ids(guards: list[tuple[Fixture, Guard]]) -> list[str]:
    return [f"{unit.name}-{number}" for number, (unit, _) in enumerate(guards)]


def without(unit: Fixture, *oids: str) -> dict[str, Row]:
    rows = rows_without(unit, *oids)
    assert len(rows) < len(unit.rows), "no object was lost: the test would prove nothing"
    return rows


def check_no_command(unit: Fixture, rows: dict[str, Row]) -> None:
    """A unit with these objects refuses both commands, and nothing is written."""
    for name in ("port_up", "port_down"):
        with Agent(Device(rows, unit.rules)) as agent:
            handler = near(agent, UNPROVEN, version=unit.versions[0][0])
            with pytest.raises(PduHandlerError):
                getattr(handler, name)(port_of(unit), deadline=0.0)
            assert agent.writes() == []


def test_at_least_ten_families_have_guards_that_refuse() -> None:
    assert len({unit.key for unit, _ in REFUSING}) >= 10


ROWS = [
    (unit, guard)
    for unit, guard in REFUSING
    if guard.always_there or not isinstance(guard.test, Scalar)
]


def oids_read(unit: Fixture, guard: Guard) -> list[str]:
    """The objects that the guard reads of the outlet that the fixture switches."""
    device = memory(unit)
    tables = find(unit, device).tables.again().one_row(switching(unit).identity)
    device.asked.clear()
    assert tables[guard.test] or not guard.always_there
    return [request.partition(" ")[2] for request in device.asked]


@pytest.mark.parametrize("unit, guard", ROWS, ids=ids(ROWS))
def test_a_guard_without_a_value_for_this_outlet_forbids_its_command(
    unit: Fixture, guard: Guard
) -> None:
    check_no_command(unit, without(unit, *oids_read(unit, guard)))


DEMANDED = [
    (unit, guard)
    for unit, guard in REFUSING
    if guard.always_there and any(isinstance(part, Column) for part in objects_of([guard.test]))
]


@pytest.mark.parametrize("unit, guard", DEMANDED, ids=ids(DEMANDED))
def test_a_demanded_guard_of_which_the_whole_column_is_missing_forbids_every_command(
    unit: Fixture, guard: Guard
) -> None:
    # such as 1.3.6.1.4.1.318.1.1.4.4.2.1.3.7
    oid_of_guard = oids_read(unit, guard)[0]
    tables = find(unit, memory(unit)).tables
    columns = [tables.resolve(column.oid) for column in objects_of([guard.test])]
    columns_of_guard = [column for column in columns if is_below(oid_of_guard, column)]
    check_no_command(unit, without(unit, *columns_of_guard))


NO_MARK = "tells outlets from padding; poll it again"


def is_demanded(unit: Fixture, column: str) -> bool:
    """Whether the unit's outlets are not listed without this column."""
    try:
        find(unit, of_rows(without(unit, column)))
    except ProtocolError as error:
        return NO_MARK in error.reason
    except PduHandlerError:
        pass
    return False


def marking_padding() -> list[tuple[Fixture, str]]:
    """The units whose rows are padding by the value of a column, each with that column."""
    pairs: list[tuple[Fixture, str]] = []
    for unit in FIXTURES:
        states = FAMILIES[unit.key].outlets[0].states if unit.expected.outlets else None
        for mark in objects_of([states.source] if states else []):
            is_there = any(oid.startswith(f"{mark.oid}.") for oid in unit.rows)
            if isinstance(mark, Column) and is_there and is_demanded(unit, mark.oid):
                pairs.append((unit, mark.oid))
    return pairs


PADDED = marking_padding()


def test_the_families_whose_padding_rows_have_the_outlet_number_0_demand_that_number() -> None:
    assert {unit.key for unit, _ in PADDED} >= {"apc-cpdu", "enlogic", "panduit-g5", "apnl-modular"}


@pytest.mark.parametrize("unit, column", PADDED, ids=[unit.name for unit, _ in PADDED])
def test_a_row_that_may_be_padding_is_an_error_and_no_outlet(unit: Fixture, column: str) -> None:
    identity = next(iter(expected_states(unit)))
    without_cell = of_rows(without(unit, f"{column}.{identity}"))
    with pytest.raises(ProtocolError, match=NO_MARK):
        find(unit, without_cell)
    refusal_of_command(unit, without_cell, identity)
