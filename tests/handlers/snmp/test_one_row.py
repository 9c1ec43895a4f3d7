"""Over all families: an outlet alone is what it is among all, and what a call reads is declared."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.snmp import metering
from handlers.snmp.device import reads_one_outlet
from handlers.snmp.filters import one_of, where
from handlers.snmp.objects import Column
from handlers.snmp.read_scope import FIGURES, VIEW_FIGURES, ReadScope
from handlers.snmp.tables import Tables, computed_from, objects_of, tables_of_device
from pdu_common.helper import EnumPowerStatus
from tests.handlers.snmp.memory import Memory
from tests.handlers.snmp.units import (
    FAMILIES,
    FIXTURES,
    SWITCHED,
    find,
    memory,
    refusal_of_command,
    switching,
    unit_id,
)
from tests.simulators.snmp_units import Fixture

EACH = pytest.mark.parametrize("unit", FIXTURES, ids=unit_id)


@EACH
def test_each_outlet_alone_has_the_state_that_it_has_among_all(unit: Fixture) -> None:
    device = memory(unit)
    for identity, state in find(unit, device).states.items():
        if reads_one_outlet(FAMILIES[unit.key], identity):
            alone = find(unit, device, ReadScope(outlet=identity)).states
            # an outlet that lacks the cell of its state is read among all
            assert alone.get(identity, EnumPowerStatus.UNKNOWN) is state, identity


@pytest.mark.parametrize("unit", SWITCHED, ids=unit_id)
def test_no_command_reaches_an_outlet_that_the_device_does_not_have(unit: Fixture) -> None:
    for identity in ("99", "1.99", "99.1", "7.99.1"):
        device = memory(unit)
        if identity not in find(unit, device).states:
            assert refusal_of_command(unit, device, identity)


@pytest.mark.parametrize("unit", SWITCHED, ids=unit_id)
def test_no_command_reaches_an_outlet_whose_state_no_answer_has(unit: Fixture) -> None:
    """Its other columns show that it is there: it may be one without a relay."""
    device, identity = memory(unit), switching(unit).identity
    family, tables = FAMILIES[unit.key], find(unit, device).tables
    if not reads_one_outlet(family, identity):
        return  # a word holds the states of several outlets
    cells: set[str] = set()
    for states in filter(None, (outlets.states for outlets in family.outlets)):
        for column in objects_of([states.source]):
            cell = column.cell(tables, identity)
            if cell is not None and device.get(tables.resolve(cell)) is not None:
                cells.add(tables.resolve(cell))
    with device.without(cells):
        assert refusal_of_command(unit, device, identity)


def late_columns(tables: Tables) -> list[str]:
    """The columns of this reading that show rows which their tables did not have: a function reads
    them without declaring them."""
    late: list[str] = []
    rows_by_table: dict[tuple[str, int], set[str]] = {}
    for column, rows in tables._columns.items():
        for row in rows:
            rows_by_table.setdefault((column.rpartition(".")[0], row.count(".")), set()).add(row)
    for column, rows in tables._columns.items():
        for row in list(rows)[:1]:
            if rows.keys() != rows_by_table[column.rpartition(".")[0], row.count(".")]:
                late.append(column)
    return late


@EACH
def test_no_column_of_a_call_shows_rows_that_its_table_did_not_have(
    unit: Fixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings: list[Tables] = []
    of_known_family = Tables.of_known_family

    def recorded(tables: Tables, *sources: Any) -> Tables:
        readings.append(of_known_family(tables, *sources))
        return readings[-1]

    with monkeypatch.context() as patch:
        patch.setattr(Tables, "of_known_family", recorded)
        assert late_columns(find(unit, memory(unit)).tables) == []
        for scope in (FIGURES, VIEW_FIGURES):
            device = find(unit, memory(unit), scope)
            metering.read_statistic(device, with_power=scope is FIGURES)
            assert late_columns(readings[-1]) == []


def test_an_undeclared_column_is_late() -> None:
    state, mark = Column("1.3.1.1"), Column("1.3.1.2")
    device = Memory({"1.3.1.1.1": 1, "1.3.1.2.1": 1, "1.3.1.2.2": 1})
    undeclared = computed_from(state)(
        lambda tables: where(tables[state], tables[mark], one_of("1"))
    )
    for source, late in (
        (undeclared, [state.oid]),
        (computed_from(state, mark)(undeclared.function), []),
    ):
        tables = tables_of_device(device, sources=[source]).of_known_family()
        assert tables[source]
        assert late_columns(tables) == late
