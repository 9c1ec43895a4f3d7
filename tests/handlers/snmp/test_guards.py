"""Commands and lists of each family where an object is missing that forbids a command or marks
padding.

A guard that cannot be read forbids its command, and a row that may be padding is no outlet.
"""

from __future__ import annotations

import pytest

from handlers.shared.errors import PduHandlerError, ProtocolError
from handlers.snmp.controls import Guard
from handlers.snmp.objects import Column, Scalar
from handlers.snmp.parts import parts_of
from handlers.snmp.sources import Where
from handlers.snmp.tables import Tables
from pdu_common.helper import EnumPowerStatus
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
    switching,
)
from tests.simulators.snmp_agent import Agent, Device, Row
from tests.simulators.snmp_units import Fixture


def refusing() -> list[tuple[Fixture, Guard]]:
    """The units, each with one of its guards that refuse some values."""
    pairs: list[tuple[Fixture, Guard]] = []
    for unit in SWITCHED:
        outlets = find(unit, memory(unit)).outlets
        for part in parts_of(outlets.control if outlets else None):
            if isinstance(part, Guard) and part.refuse:
                pairs.append((unit, part))
    return pairs


REFUSING = refusing()


def ids(guards: list[tuple[Fixture, Guard]]) -> list[str]:
    return [f"{unit.name}-{number}" for number, (unit, _) in enumerate(guards)]


def without(unit: Fixture, prefixes: tuple[str, ...]) -> dict[str, Row]:
    """The unit's objects without those whose OID and a dot begin with one of these."""
    rows = {oid: row for oid, row in unit.rows.items() if not f"{oid}.".startswith(prefixes)}
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
    if guard.demanded or not isinstance(guard.test, Scalar)
]


@pytest.mark.parametrize("unit, guard", ROWS, ids=ids(ROWS))
def test_a_guard_without_a_value_for_this_outlet_forbids_its_command(
    unit: Fixture, guard: Guard
) -> None:
    device = memory(unit)
    root = find(unit, device).tables.root
    device.asked.clear()
    guard.test.value_of(Tables(device, root), switching(unit).identity)
    oids_read = tuple(f"{request.partition(' ')[2]}." for request in device.asked)
    check_no_command(unit, without(unit, oids_read))


DEMANDED = [
    (unit, guard)
    for unit, guard in REFUSING
    if guard.demanded and any(isinstance(part, Column) for part in parts_of(guard.test))
]


@pytest.mark.parametrize("unit, guard", DEMANDED, ids=ids(DEMANDED))
def test_a_demanded_guard_of_which_the_whole_column_is_missing_forbids_every_command(
    unit: Fixture, guard: Guard
) -> None:
    device = memory(unit)
    reader = find(unit, device).tables
    device.asked.clear()
    guard.test.value_of(Tables(device, reader.root), switching(unit).identity)
    # such as "get 1.3.6.1.4.1.318.1.1.4.4.2.1.3.7"
    _, _, oid_of_guard = device.asked[0].partition(" ")

    columns = [part for part in parts_of(guard.test) if isinstance(part, Column)]
    oids_of_columns = [f"{tables.resolve(column.oid)}." for column in columns]
    column_of_guard = tuple(oid for oid in oids_of_columns if oid_of_guard.startswith(oid))
    check_no_command(unit, without(unit, column_of_guard))


def marking_padding() -> list[tuple[Fixture, str]]:
    """The units whose rows are padding where a column has no value, each with that column."""
    pairs: list[tuple[Fixture, str]] = []
    for unit in FIXTURES:
        if not unit.expected.outlets:
            continue
        states = FAMILIES[unit.key].outlets[0].states
        filters = [part for part in parts_of(states) if isinstance(part, Where) and part.demanded]
        for filter_ in filters:
            if isinstance(filter_.test, Column):
                pairs.append((unit, filter_.test.oid))
    return pairs


PADDED = marking_padding()


def test_the_families_whose_padding_rows_have_the_outlet_number_0_demand_that_number() -> None:
    assert {unit.key for unit, _ in PADDED} >= {"apc-cpdu", "enlogic", "panduit-g5", "apnl-modular"}


@pytest.mark.parametrize("unit, column", PADDED, ids=[unit.name for unit, _ in PADDED])
def test_a_row_that_may_be_padding_is_an_error_and_no_outlet(unit: Fixture, column: str) -> None:
    identity = next(iter(expected_states(unit)))
    without_column = of_rows(without(unit, (f"{column}.",)))
    without_cell = of_rows(without(unit, (f"{column}.{identity}.",)))
    for device in (without_column, without_cell):
        with pytest.raises(ProtocolError, match="tells outlets from padding; poll it again"):
            find(unit, device)

    outlets = find(unit, memory(unit)).outlets
    assert outlets is not None
    assert outlets.states is not None
    state = outlets.states.state_of(Tables(without_cell), identity).state
    assert state is EnumPowerStatus.UNKNOWN
