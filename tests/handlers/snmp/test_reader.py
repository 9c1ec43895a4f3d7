from __future__ import annotations

from collections.abc import Mapping, Sequence

from handlers.snmp.reader import MISSING, Reader
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
    assert filled_rows.answers is reader
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
    assert "1.3.8.1.0" in other.got
    again = other.again()
    assert again.got == {} and again.names("~.1") == FULL
    assert again.root == "1.3.9.1" and again.walked == {}


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
