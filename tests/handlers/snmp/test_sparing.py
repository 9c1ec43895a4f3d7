"""Values that are alike, or of which few are needed, are read by GET."""

from __future__ import annotations

import pytest

from handlers.snmp.cells import NO_ANSWER
from handlers.snmp.objects import Column
from handlers.snmp.profiles import rittal
from handlers.snmp.tables import tables_of_device
from tests.handlers.snmp.memory import Memory, Value, table


def asked(device: Memory, oid: str) -> tuple[int, int]:
    """The GETs and walks of a column."""
    requests = [request for request in device.asked if f"{request}.".find(f" {oid}.") > 0]
    gets = [request for request in requests if request.startswith("get ")]
    return len(gets), len(requests) - len(gets)


@pytest.mark.parametrize("most, cost", [(3, (3, 0)), (2, (0, 1))])
def test_up_to_most_cells_are_read_one_by_one_and_more_by_a_walk(
    most: int, cost: tuple[int, int]
) -> None:
    column = Column("1.3.2")
    device = Memory(table(column.oid, {"1": 2, "2": 2, "3": 1}))
    cells = tables_of_device(device).of_known_family().cells(column, ["1", "3", "4"], most)
    assert cells == {"1": 2, "3": 1}
    assert asked(device, column.oid) == cost


@pytest.mark.parametrize(
    "scales, cost",
    [
        ([-100, -100, -100], (2, 0)),
        ([-100, -100, -10], (2, 1)),
        ([-100, -100], (2, 1)),
    ],
    ids=["the same", "another", "none"],
)
def test_all_scales_are_read_if_the_first_and_last_of_a_unit_differ_or_one_is_missing(
    scales: list[Value], cost: tuple[int, int]
) -> None:
    """Rittal CMC III: "Phase L1.Current.Value" and its neighbours."""
    rows = ["1.1", "1.2", "1.3"]
    names = {row: f"Phase L{line}.Current.Value" for line, row in enumerate(rows, 1)}
    device = Memory(
        {
            **table(rittal.NAMES, names),
            **table(rittal.UNITS, dict.fromkeys(rows, "A")),
            **table(rittal.SCALES, dict(zip(rows, scales))),
        }
    )
    found = rittal.PHASES.device_scales(tables_of_device(device).of_known_family())
    known = {identity: value for identity, value in found.items() if value is not NO_ANSWER}
    assert known == dict(zip(["1.1", "1.2", "1.3"], scales))
    assert asked(device, rittal.SCALES) == cost
