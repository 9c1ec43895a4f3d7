"""Conditions of units, of devices and of outlets: where one does not hold, nothing of what the
device tells of them is left: no state, no figure and no command. One of a state alone makes that
state UNKNOWN.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Optional

import pytest

from handlers.dcimanager.rows import Raw
from handlers.shared.errors import PduHandlerError
from handlers.shared.meter_figures import MeterFigures
from handlers.snmp import metering, states
from handlers.snmp.arcs import Arcs
from handlers.snmp.cells import is_index_missing
from handlers.snmp.decoding import is_one_of
from handlers.snmp.measurements import Measurement
from handlers.snmp.objects import Column, Scalar
from handlers.snmp.parts import parts_of
from handlers.snmp.read_scope import FIGURES
from handlers.snmp.states import Condition, name_of
from handlers.snmp.tables import Source, Tables, objects_of
from pdu_common.helper import EnumPowerStatus
from tests.handlers.snmp.memory import Memory, table, tables_of
from tests.handlers.snmp.units import (
    FAMILIES,
    FIXTURES,
    find,
    memory,
    refusal_of_command,
    unit_id,
)
from tests.simulators.snmp_units import Fixture

#: family -> why an object that makes several states UNKNOWN leaves the family's figures right
OF_STATES_ALONE = {
    "apc-masterswitch": "the states and the outlets do not agree; there are no figures",
    "apc-rpdu": "as apc-masterswitch, in the same table",
    "apc-rpdu2": "as apc-masterswitch, in the same table",
    "baytech": "an open breaker: what flows is measured before it, and is 0",
    "riello-mdu": "a bypass around the relays: the currents are measured all the same",
}
CONDITIONS = [
    pytest.param(unit, condition, id=f"{unit_id(unit)} {name_of(condition.source)}")
    for unit in FIXTURES
    for condition in (
        *FAMILIES[unit.key].conditions,
        *(c for outlets in FAMILIES[unit.key].outlets for c in outlets.conditions),
    )
]


def number_outside(values: Collection[str], lowest: int = 0) -> int:
    """The lowest number from `lowest` on that is none of these values."""
    number = lowest
    while str(number) in values:
        number += 1
    return number


def units_of(condition: Condition, unit: Fixture, tables: Tables) -> set[str]:
    """The units of all rows of the family's states and figures."""
    if condition.unit is None:
        return {"1"}
    profile = FAMILIES[unit.key]
    sources: list[Source] = [o.states.source for o in profile.outlets if o.states]
    sources += [part.source for part in parts_of(profile) if isinstance(part, Measurement)]
    rows: set[str] = set()
    for source in sources:
        rows.update(tables[source])
    names = {condition.unit.of(row) for row in rows if not is_index_missing(row)}
    return names - {""}


def put_bad_values(condition: Condition, unit: Fixture, device: Memory) -> None:
    """Make the condition hold nowhere: by all values that the recording has, else by one of each
    unit."""
    tables = find(unit, device).tables.with_all_rows.of_known_family()
    cells: list[Optional[str]] = []
    for column in objects_of([condition.source]):
        if not isinstance(column, Scalar):
            cells += [column.cell(tables, row) for row in column.rows(tables)]
    if not cells:
        (column,) = objects_of([condition.source])
        rows = list(units_of(condition, unit, tables))
        if condition.part != Arcs():
            rows = [f"{row}.1" for row in rows]
        cells = [column.cell(tables, row) for row in rows]
    for cell in cells:
        assert cell is not None
        device.put(tables.resolve(cell), number_outside(condition.good))


def figures_left(figures: MeterFigures) -> list[float]:
    values = (figures.current_a, figures.power_w, figures.energy_kwh)
    return [value for value in values if isinstance(value, float)]


@pytest.mark.parametrize("unit, condition", CONDITIONS)
def test_where_a_condition_does_not_hold_nothing_is_left(
    unit: Fixture, condition: Condition
) -> None:
    device = memory(unit)
    put_bad_values(condition, unit, device)
    assert_nothing_is_left(unit, condition, device)


def assert_nothing_is_left(unit: Fixture, condition: Condition, device: Memory) -> None:
    status = find(unit, device)
    for identity, state in status.states.items():
        assert state is EnumPowerStatus.UNKNOWN
        if status.outlets and status.outlets.control:
            reason = refusal_of_command(unit, device, identity)
            # an outlet without a relay is refused before
            assert name_of(condition.source) in reason or "reports no state" in reason

    figures = metering.read_statistic(find(unit, device, FIGURES))
    for port in figures.ports.values():
        assert not figures_left(port)
    if condition in FAMILIES[unit.key].conditions:
        assert not isinstance(figures.load_a, float)
        assert not isinstance(figures.power_w, float)
        assert not isinstance(figures.energy_kwh, float)


@pytest.mark.parametrize("unit, condition", CONDITIONS)
def test_one_empty_walk_is_no_proof_that_a_device_lacks_the_object_of_a_condition(
    unit: Fixture, condition: Condition
) -> None:
    if not isinstance(condition.source, Column):
        return
    device = memory(unit)
    put_bad_values(condition, unit, device)
    column = find(unit, device).tables.resolve(condition.source.oid)
    device.unwalked = {column: device.walk(column)}
    try:
        find(unit, device)
    except PduHandlerError:  # the values list the outlets, too
        return
    assert_nothing_is_left(unit, condition, device)


def optional_conditions(unit: Fixture) -> list[tuple[Condition, str]]:
    """The conditions of states by a column that the family's devices may lack, with the column."""
    outlets = FAMILIES[unit.key].outlets
    if not outlets or outlets[0].states is None:
        return []
    conditions: list[tuple[Condition, str]] = []
    for condition in outlets[0].states.conditions:
        columns = [c for c in objects_of([condition.source]) if isinstance(c, Column)]
        if condition.optional and columns:
            conditions.append((condition, columns[0].oid))
    return conditions


def test_one_empty_walk_of_an_optional_column_leaves_each_state_as_it_is_with_its_rows() -> None:
    """The device has the column, whose values make states UNKNOWN: that a walk of it has no rows
    does not show that the device lacks it.
    """
    compared_units = 0
    for unit in FIXTURES:
        for condition, oid in optional_conditions(unit):
            device = memory(unit)
            column = find(unit, device).tables.resolve(oid)
            bad_value = number_outside(condition.good, lowest=90)
            for row in device.walk(column):
                device.put(f"{column}.{row}", bad_value)
            try:
                states_by_whole_walk = find(unit, device).states
                device.unwalked = {column: device.walk(column)}
                states_by_empty_walk = find(unit, device).states
            except PduHandlerError:  # the column is that of the states, too
                continue
            compared_units += 1
            for outlet, state in states_by_empty_walk.items():
                assert state == states_by_whole_walk[outlet], (unit.name, column, outlet)
    assert compared_units


def test_an_object_that_the_device_lacks_is_asked_once_in_a_call() -> None:
    column = "1.3.9.2.1"
    condition = Condition(Column(column, "mark"), ("1",), unit=Arcs(stop=1), optional=True)
    device = Memory({"1.3.9.1.1.2.1": 1})
    first = tables_of(device)
    for tables in (first, first, first.again().one_row("2.1"), first.again()):
        assert condition.reasons_not_current(tables, {"2.1": "1"}) == {}
    assert sorted(device.asked) == [f"get {column}.2", f"walk {column}"]


def is_of_several_outlets(condition: Condition) -> bool:
    """Whether one object decides for all outlets of a unit or of the device."""
    has_scalar = any(isinstance(part, Scalar) for part in objects_of([condition.source]))
    return condition.unit != Arcs() or has_scalar


def test_an_object_that_makes_several_states_unknown_is_a_condition_of_figures_too() -> None:
    """So a profile may say a fact about a whole unit as a condition of its states alone only if the
    unit's figures stay right."""
    families = set()
    for profile in FAMILIES.values():
        for outlets in profile.outlets:
            if outlets.states and any(map(is_of_several_outlets, outlets.states.conditions)):
                families.add(profile.key)
    assert families == OF_STATES_ALONE.keys()


def test_the_time_for_a_condition_of_the_device_does_not_grow_with_rows_times_readings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared: list[object] = []

    def counted(value: Optional[Raw], texts: Collection[str]) -> bool:
        compared.append(value)
        return is_one_of(value, texts)

    monkeypatch.setattr(states, "is_one_of", counted)
    numbers = list(map(str, range(100)))
    condition = Condition(Column("1.3.1"), good=("1",), unit=None)
    device = tables_of(Memory(table("1.3.1", dict.fromkeys(numbers, 1))))
    assert condition.reasons_not_current(device, dict.fromkeys(numbers, "1")) == {}
    assert len(compared) < 10 * len(numbers)
