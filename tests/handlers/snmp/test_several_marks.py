"""Of several marks of one unit, or of a device, the worst counts, in whatever order they stand."""

from __future__ import annotations

from itertools import permutations
from typing import Optional

import pytest

from handlers.snmp.arcs import Arcs
from handlers.snmp.cells import Rows
from handlers.snmp.objects import Column
from handlers.snmp.states import Condition
from tests.handlers.snmp.memory import table, tables

COMMUNICATION = Column("1.3.9.1.1.2", "communication")
THE_UNIT = Arcs(stop=1)
STATES: Rows = {"1.7": "1", "2.1": "1"}


@pytest.mark.parametrize("marks", sorted(set(permutations((1, 1, 3)))))
@pytest.mark.parametrize("unit, unknown", [(THE_UNIT, ["1.7"]), (None, ["1.7", "2.1"])])
def test_one_bad_mark_of_several_is_enough(
    marks: tuple[int, ...], unit: Optional[Arcs], unknown: list[str]
) -> None:
    """The three marks of unit 1; that of unit 2 is good."""
    condition = Condition(COMMUNICATION, good=("1",), unit=unit, part=THE_UNIT)
    rows = {f"1.{number}": mark for number, mark in enumerate(marks, 1)}
    reasons = condition.reasons_not_current(
        tables(table(COMMUNICATION.oid, {**rows, "2.1": 1})), STATES
    )
    assert list(reasons) == unknown
    assert set(reasons.values()) == {"communication reads '3'"}
