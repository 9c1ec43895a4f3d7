from __future__ import annotations

import pytest

from handlers.snmp.objects import Column
from handlers.snmp.sources import Alike, ExceptWhere
from handlers.snmp.tables import Tables
from tests.handlers.snmp.memory import Memory, reader, table

A, B = Column("1.3.1"), Column("1.3.2")
KINDS = table("1.3.2", {"1.1": "x", "1.2": "x", "1.3": "x", "1.4": "y", "2.1": "x"})


def asked(device: Memory) -> tuple[int, int]:
    verbs = [question.partition(" ")[0] for question in device.asked]
    return verbs.count("get"), verbs.count("walk")


@pytest.mark.parametrize(
    "values",
    [
        {"1.1": 3, "1.2": 4, "1.3": 2, "1.4": 2, "2.1": 1},
        {"1.1": 3, "1.2": 4},
        {"1.1": 3, "1.2": 3, "1.3": 3, "2.1": 1},
    ],
)
def test_all_rows_are_read_if_the_first_and_last_of_a_kind_differ_or_one_is_missing(
    values: dict[str, int],
) -> None:
    assert Alike(A, B).rows(reader({**KINDS, **table("1.3.1", values)})) == values


@pytest.mark.parametrize("values", [{"1.1.1": 2, "1.2.1": 3, "1.3.1": 2}, {"1": 2, "2": 3, "3": 2}])
def test_rows_of_different_units_are_of_different_kinds(values: dict[str, int]) -> None:
    device = Memory({**table("1.3.1", values), **table("1.3.2", dict.fromkeys(values, "x"))})
    assert Alike(A, B).rows(Tables(device)) == values
    assert asked(device)[1] == 1


ZEROS = {
    **table("1.3.1", {"1": 0, "2": 5, "3": 0, "4": 0}),
    **table("1.3.2", {"1": 2, "2": 2, "3": 1}),
}


@pytest.mark.parametrize("most, cost", [(3, (3, 1)), (2, (0, 2))])
def test_up_to_most_doubtful_values_are_checked_one_by_one_and_more_by_a_walk(
    most: int, cost: tuple[int, int]
) -> None:
    device = Memory(ZEROS)
    assert ExceptWhere(A, ("0",), B, ("2",), most).rows(Tables(device)) == {"2": 5, "3": 0, "4": 0}
    assert asked(device) == cost
