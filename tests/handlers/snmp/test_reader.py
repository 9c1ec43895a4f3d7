from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Optional

from handlers.shared.errors import Unsupported
from handlers.shared.prefetch import PrefetchRequest
from handlers.snmp.reader import MISSING, ObjectRead, Reader
from tests.handlers.snmp.memory import Memory, Value, table

# ---- what the answers lack -----------------------------------------------------------------------

A, B, C = "1.3.9.1.1", "1.3.9.1.2", "1.3.9.1.3"  # columns of one table
OTHER = "1.3.9.2.1"  # of another one
FULL = {"1": 10, "2": 20, "3": 30}


def read(objects: Mapping[str, Value], *columns: str, gets: Sequence[str] = ()) -> Reader:
    """A reader of these columns and scalars, which has read them."""
    reader = Reader(Memory(objects))
    for oid in columns:
        reader.column(oid)
    for oid in gets:
        reader.get(oid)
    return reader


def test_a_row_that_another_column_of_the_table_has_is_missing_and_no_other() -> None:
    objects = {
        **table(A, {"1": 10, "12": 30}),
        **table(B, {"12": 30, "1": 10, "2": 20}),
        **table(OTHER, {"7": 1}),
    }
    reader = read(objects, A, B, OTHER)
    filled_rows = reader.fill_rows()
    # in the order of the indexes, not at the end
    assert list(filled_rows.column(A).items()) == [("1", 10), ("2", MISSING), ("12", 30)]
    assert filled_rows.names(A) == filled_rows.column(A) and filled_rows.column(A)["2"] is MISSING
    assert filled_rows.column(B) == reader.column(B) and filled_rows.column(OTHER) == {"7": 1}
    # a walk is what was answered, also of what is no column
    assert filled_rows.walk(A) == {"1": 10, "12": 30} and filled_rows.walk(C) == {}
    assert filled_rows.answers is reader and not filled_rows.is_ahead
    assert reader.lacks_rows() and not read(objects, B, OTHER).lacks_rows()
    # only columns that were read are compared, and only as columns
    assert not read(objects, A).lacks_rows()
    rows = read(objects, A)
    rows.walk(B)
    assert not rows.lacks_rows() and rows.fill_rows().column(A) == rows.column(A)


def test_one_column_without_rows_is_missing_and_of_two_the_device_is_an_older_one() -> None:
    objects = {**table(A, FULL), **table(OTHER, {"7": 1})}
    assert read(objects, A, B).absent_objects() == [B]
    assert read(objects, A, B, C).absent_objects() == []
    # of a table without any row, nothing is known, nor by an empty column of another table
    assert read({}, B).absent_objects() == []
    assert read(table(A, FULL), A, OTHER).absent_objects() == []
    both = read({**table(A, FULL), **table("1.3.9.2.2", {"7": 1})}, A, B, OTHER, "1.3.9.2.2")
    assert sorted(both.absent_objects()) == [B, OTHER]


def test_a_scalar_is_missing_if_another_one_of_its_group_was_answered() -> None:
    one, other, apart = "1.3.8.1.0", "1.3.8.2.0", "1.3.7.1.0"
    objects: dict[str, Value] = {other: 5, apart: 6}
    reader = read(objects, gets=[one, other])
    assert reader.absent_objects() == [one]
    (filled_rows,) = reader.fill_rows().fill_absent(lambda rows: rows.get(one))
    assert filled_rows.get(one) is MISSING and filled_rows.get(other) == 5
    assert read(objects, gets=[one, apart]).absent_objects() == []
    assert read({}, gets=[one, other]).absent_objects() == []
    # a row of a table is in no group
    assert read({f"{B}.1": 5}, gets=[f"{A}.1", f"{B}.1"]).absent_objects() == []


def test_roots_share_what_was_read_and_a_new_reading_keeps_names_alone() -> None:
    reader = read({**table(A, FULL), **table(B, {"1": 1})}, gets=["1.3.8.1.0"])
    reader.names(A)
    other = reader.at("1.3.9.1")
    assert other.column("~.2") == {"1": 1}
    assert reader.fill_rows().column(B) == {"1": 1, "2": MISSING, "3": MISSING}
    assert other.has_got("1.3.8.1.0") and not other.has_got("1.3.8.2.0")
    again = other.again()
    assert not again.has_got("1.3.8.1.0") and again.names("~.1") == FULL
    assert again.root == "1.3.9.1" and again.walked == {}


# ---- reading ahead -------------------------------------------------------------------------------


class Ahead(Memory):
    """A device that reads ahead what is wanted, but for the OIDs in `loses`."""

    def __init__(self, objects: Mapping[str, Value], loses: Collection[str] = ()) -> None:
        super().__init__(objects)
        self.wanted: list[PrefetchRequest] = []
        self._loses = loses

    def read_ahead(
        self, wanted: PrefetchRequest
    ) -> tuple[Mapping[str, Mapping[str, Value]], Mapping[str, Optional[Value]]]:
        self.wanted.append(wanted)
        rows = {oid: Memory.walk(self, oid) for oid in wanted.walks if oid not in self._loses}
        values = {oid: Memory.get(self, oid) for oid in wanted.gets if oid not in self._loses}
        self.asked.clear()
        return rows, values


def ahead_of(objects: Mapping[str, Value], root: str = "", **more: Any) -> tuple[Ahead, Reader]:
    device = Ahead(objects, **more)
    reader = Reader(device, root)
    assert not reader.is_ahead  # this process reads as the platform does
    reader.is_ahead = True
    return device, reader


def test_what_is_not_read_yet_is_read_together_if_it_is_more_than_one_object() -> None:
    objects = {**table(A, FULL), f"{B}.1": 4, "1.3.8.1.0": 5}
    device, reader = ahead_of(objects, "1.3.9.1", loses=[f"{B}.1"])
    reader.ahead([ObjectRead("~.1", True)])
    assert device.wanted == []
    asks = [ObjectRead("~.1", True), ObjectRead("1.3.8.1.0", False), ObjectRead("~.2.1", False)]
    reader.ahead(asks)
    assert device.wanted == [PrefetchRequest((A,), ("1.3.8.1.0", f"{B}.1"), [])]
    assert reader.walk(A) == FULL and reader.get("1.3.8.1.0") == 5 and device.asked == []
    # what could not be read ahead is read when it is needed; what was read is not read again
    assert reader.get(f"{B}.1") == 4 and device.asked == [f"get {B}.1"]
    reader.ahead(asks)
    assert len(device.wanted) == 1
    reader.is_ahead = False
    reader.ahead([ObjectRead(B, True), ObjectRead(C, True)])
    assert len(device.wanted) == 1


def test_the_counts_say_how_many_rows_there_are_if_all_of_them_are_read_then() -> None:
    count, object_read, lead = (
        ObjectRead("~.3.0", False),
        ObjectRead("~.2", True),
        ObjectRead("~.1", True),
    )
    device, reader = ahead_of({}, "1.3.9.1")
    reader.ahead([lead], [count], lead)
    assert device.wanted[-1] == PrefetchRequest((A,), (f"{C}.0",), [f"{C}.0"], A)
    # it was read before, or is a walk: then it is no number to go by
    reader.ahead([ObjectRead(B, True), ObjectRead(OTHER, True)], [count])
    assert device.wanted[-1] == PrefetchRequest((B, OTHER), (), ())
    device, reader = ahead_of({}, "1.3.9.1")
    reader.ahead([lead], [count, object_read])
    assert device.wanted[-1] == PrefetchRequest((B, A), (f"{C}.0",), ())


def test_the_first_miss_reads_all_that_is_expected() -> None:
    objects = {**table(A, FULL), **table(B, FULL), "1.3.8.1.0": 5}
    for first in ("walk", "get"):
        device, reader = ahead_of(objects)
        reader.expect(
            [
                lambda batch: [*batch.column(A), batch.get("1.3.8.1.0")],
                lambda batch: batch.names(B),
                _refuses,
            ]
        )
        assert reader.is_expecting
        if first == "walk":
            assert reader.walk(A) == FULL
        else:
            assert reader.get("1.3.8.1.0") == 5
        (prefetch_request,) = device.wanted
        assert {*prefetch_request.walks} == {A, B} and [*prefetch_request.gets] == ["1.3.8.1.0"]
        assert reader.walk(B) == FULL and reader.get("1.3.8.1.0") == 5 and device.asked == []
    device, reader = ahead_of(objects)
    calls: list[Reader] = []

    def follow(one: Reader) -> None:
        """Reads B if A has rows and the scalar a value, and reads nothing ahead itself."""
        calls.append(one)
        one.ahead([ObjectRead(C, True), ObjectRead(OTHER, True)])
        if one.walk(A) and one.get("1.3.8.1.0"):
            one.walk(B)

    reader.walk(A)
    reader.get("1.3.8.1.0")
    reader.expect([follow])
    reader.get("1.3.8.2.0")
    assert device.wanted == [PrefetchRequest((B,), ("1.3.8.2.0",), [])]
    assert reader.walk(B) == FULL and reader.get("1.3.8.2.0") is None and len(calls) == 1
    plain = Reader(Ahead(objects))
    plain.expect([lambda batch: batch.names(B)])
    assert not plain.is_expecting


def _refuses(one: Reader) -> object:
    one.walk(A)
    raise Unsupported("", "read", "no outlets")


def test_a_value_in_an_error_is_short_or_says_that_it_holds_a_secret() -> None:
    class Secret(Memory):
        @staticmethod
        def quoted(words: str) -> str:
            return (
                "(left out: it holds a secret, and this sentence is longer)"
                if "s3" in words
                else words
            )

    reader = Reader(Secret({}))
    assert reader.quoted("x" * 90) == "x" * 80 and reader.quoted("x" * 90, 5) == "xxxxx"
    assert reader.quoted("my s3cret", 5).startswith("(left out: it holds a secret, and")
    # a secret that is cut off is looked for, too
    assert reader.quoted("x" * 90 + "s3cret", 5).startswith("(left out")
