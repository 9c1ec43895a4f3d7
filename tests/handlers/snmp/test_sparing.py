from __future__ import annotations

from typing import Optional

import pytest

from handlers.shared.prefetch import PrefetchRequest
from handlers.snmp.decoding import Walked
from handlers.snmp.reader import Reader
from handlers.snmp.sources import Alike, Checked, Column
from tests.handlers.snmp.memory import Memory, Value, reader, table

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


def test_a_look_ahead_at_kinds_notes_their_first_and_last_rows_and_no_walk() -> None:
    ahead: list[PrefetchRequest] = []

    class Device(Memory):
        def read_ahead(
            self, wanted: PrefetchRequest
        ) -> tuple[dict[str, Walked], dict[str, Optional[Value]]]:
            ahead.append(wanted)
            return {oid: self.walk(oid) for oid in wanted.walks}, {
                oid: self.get(oid) for oid in wanted.gets
            }

    device = Device({**KINDS, **table("1.3.1", {"1.1": 3, "1.3": 3, "1.4": 2, "2.1": 1})})
    reading = Reader(device)
    reading.walk("1.3.2")
    reading.is_ahead = True
    reading.expect([Alike(A, B).rows])
    assert len(Alike(A, B).rows(reading)) == 5
    assert [
        (prefetch_request.walks, sorted(prefetch_request.gets)) for prefetch_request in ahead
    ] == [((), ["1.3.1.1.1", "1.3.1.1.3", "1.3.1.1.4", "1.3.1.2.1"])]


ZEROS = {
    **table("1.3.1", {"1": 0, "2": 5, "3": 0, "4": 0}),
    **table("1.3.2", {"1": 2, "2": 2, "3": 1}),
}


@pytest.mark.parametrize("most, cost", [(3, (3, 1)), (2, (0, 2))])
def test_up_to_most_doubtful_values_are_checked_one_by_one_and_more_by_a_walk(
    most: int, cost: tuple[int, int]
) -> None:
    device = Memory(ZEROS)
    assert Checked(A, ("0",), B, ("2",), most).rows(Reader(device)) == {"2": 5, "3": 0, "4": 0}
    assert asked(device) == cost
