"""A table is read whole. Its rows are those of all its columns, in the order of their indexes."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from handlers.snmp.cells import NO_ANSWER
from handlers.snmp.objects import Column
from handlers.snmp.tables import tables_of_device
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
