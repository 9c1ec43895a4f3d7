"""What proves that a device does not have an object, and what that only a walk was lost."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from handlers.snmp.absence import is_walk_lost, lacks
from handlers.snmp.objects import Column, PerUnit
from tests.handlers.snmp.memory import Memory, tables_of

LOAD = Column("1.3.1.1")
FILLED, OTHER_FILLED = Column("1.3.1.2"), Column("1.3.1.3")
EMPTY = Column("1.3.1.4")
OPTIONAL = Column("1.3.1.5", optional=True)


@pytest.mark.parametrize(
    "columns_beside, is_lost",
    [
        pytest.param([], True, id="alone"),
        pytest.param([FILLED], True, id="beside a filled column"),
        pytest.param([FILLED, OTHER_FILLED], True, id="beside two"),
        pytest.param([OPTIONAL], True, id="beside an empty one that some devices lack"),
        pytest.param([EMPTY], False, id="beside an empty one: there is no such table"),
        pytest.param([FILLED, EMPTY], False, id="beside a filled and an empty one"),
    ],
)
def test_an_empty_walk_is_lost_if_a_get_has_a_value_and_no_other_column_is_empty(
    columns_beside: Sequence[Column], is_lost: bool
) -> None:
    device = Memory({f"{column.oid}.1": 371 for column in (LOAD, FILLED, OTHER_FILLED)})
    device.unwalked = {LOAD.oid: ["1"]}
    tables = tables_of(device)
    for column in (*columns_beside, LOAD):
        assert tables.column(column.oid, optional=column.optional) is not None
    assert is_walk_lost(tables, LOAD) is is_lost


@pytest.mark.parametrize("filled_unit, is_lost", [("", True), ("2", False)])
def test_a_table_for_each_unit_is_lost_if_no_unit_has_a_row(
    filled_unit: str, is_lost: bool
) -> None:
    loads = PerUnit("1.3", 1, 2, "1")
    device = Memory({"1.3.1.1.1": 371, "1.3.2.1.1": 402})
    units_lost = {"1", "2"} - {filled_unit}
    device.unwalked = {f"1.3.{unit}.1": ["1"] for unit in units_lost}
    tables = tables_of(device)
    assert len(tables[loads]) == 2 - len(units_lost)
    assert is_walk_lost(tables, loads) is is_lost


@pytest.mark.parametrize("row_by_get, is_lacking", [("1", False), ("2", False), ("", True)])
def test_a_device_lacks_a_column_if_neither_end_of_its_table_has_a_cell(
    row_by_get: str, is_lacking: bool
) -> None:
    device = Memory({f"{LOAD.oid}.{row}": 371 for row in filter(None, [row_by_get])})
    device.unwalked = {LOAD.oid: ["1", "2"]}
    assert lacks(tables_of(device), LOAD, ["1", "2"]) is is_lacking
