"""A table is read whole. Its rows are those of all its columns, in the order of their indexes."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from handlers.snmp.cells import NO_ANSWER, Missing
from handlers.snmp.objects import Column
from handlers.snmp.profiles import hpe, raritan
from handlers.snmp.tables import ComputedRows, Object, tables_of_device
from tests.handlers.snmp.memory import Memory, Value, table

STATE, NAME = Column("1.3.9.1.1.2", "state"), Column("1.3.9.1.1.3", "name")


@pytest.mark.parametrize(
    "states, names, rows",
    [
        (("1", "10"), ("2", "10"), ["1", "2", "10"]),
        (("2", "3"), ("1", "3", "12"), ["1", "2", "3", "12"]),
        (("1.2", "2.1"), ("1.1", "1.10"), ["1.1", "1.2", "1.10", "2.1"]),
    ],
)
def test_rows_that_no_single_column_has_are_in_their_order(
    states: tuple[str, ...], names: tuple[str, ...], rows: list[str]
) -> None:
    """Outlets are listed in the order of the device, also where each answer left out another."""
    objects: Mapping[str, Value] = {
        **table(STATE.oid, dict.fromkeys(states, 1)),
        **table(NAME.oid, dict.fromkeys(names, "web")),
    }
    tables = tables_of_device(Memory(objects), sources=(STATE, NAME)).of_known_family()
    assert list(tables[STATE]) == list(tables[NAME]) == rows
    assert [row for row, value in tables[STATE].items() if value is NO_ANSWER] == [
        row for row in rows if row not in states
    ]


_COUNTS = hpe.PDU3.counts(hpe.PDU3_CONTROLLABLE)
_LINES = hpe.PDU3.lines()
_AMPERES, _TYPES = _LINES.objects[:2]
_ROOT = "1.3.9"  # where the tree of a PX1 is


@pytest.mark.parametrize(
    "rows, shown, lost",
    [
        pytest.param(_COUNTS, hpe.PDU3.outlet_count, hpe.PDU3_CONTROLLABLE, id="hpe-counts"),
        pytest.param(_LINES, _AMPERES, _TYPES, id="hpe-lines"),
        pytest.param(raritan.px1_lines, raritan.LINE_CURRENT, raritan.LINE_LABEL, id="px1-lines"),
    ],
)
def test_marks_that_a_walk_lost_are_lost_also_of_a_family_that_is_only_tried(
    rows: ComputedRows, shown: Object, lost: Object
) -> None:
    """There a column without rows is taken as absent unless one that was read before it shows the
    table. So the values are read first, and then their marks.
    """
    shown_oid, lost_oid = (column.oid.replace("~", _ROOT) for column in (shown, lost))
    device = Memory({f"{shown_oid}.1": 2, f"{shown_oid}.2": 3, f"{lost_oid}.1": 1})
    device.unwalked = {lost_oid: ("1",)}
    result = rows.rows(tables_of_device(device, _ROOT))
    assert list(result) == ["1", "2"]
    assert all(isinstance(value, Missing) for value in result.values())
    assert device.asked[0] == f"walk {shown_oid}"
