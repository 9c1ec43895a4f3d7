from __future__ import annotations

from collections.abc import Mapping, Sequence

from handlers.snmp.decoding import Walked
from handlers.snmp.reader import LOST, Reader
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
    filled_rows = reader.whole()
    # in the order of the indexes, not at the end
    assert list(filled_rows.column(A).items()) == [("1", 10), ("2", LOST), ("12", 30)]
    assert filled_rows.names(A) == filled_rows.column(A)
    assert filled_rows.column(A)["2"] is LOST
    assert filled_rows.column(B) == reader.column(B)
    assert filled_rows.column(OTHER) == {"7": 1}
    # a walk is what was answered, also of what is no column
    assert filled_rows.walk(A) == {"1": 10, "12": 30}
    assert filled_rows.walk(C) == {}
    assert filled_rows.whole() is filled_rows
    assert reader.lacks_rows()
    assert not read(objects, B, OTHER).lacks_rows()
    # only columns that were read are compared, and only as columns
    assert not read(objects, A).lacks_rows()
    rows = read(objects, A)
    rows.walk(B)
    assert not rows.lacks_rows()
    assert rows.whole().column(A) == rows.column(A)


def test_an_empty_column_is_lost_unless_it_is_optional_and_a_get_says_that_it_is_not_there() -> (
    None
):
    objects = {**table(A, FULL), **table(OTHER, {"7": 1})}
    reader = read(objects, A, B, OTHER)
    assert reader.whole().column(B) == dict.fromkeys(FULL, LOST)
    assert reader.got == {}
    reader.column(C, optional=True)
    assert reader.whole().column(C, optional=True) == {}
    assert reader.got == {f"{C}.1": None}

    class EmptyWalk(Memory):
        def walk(self, oid: str) -> Walked:
            return {} if oid == C else super().walk(oid)

    walked = Reader(EmptyWalk({**objects, **table(C, FULL)}))
    assert walked.column(A)
    assert walked.column(C, optional=True) == {}
    assert walked.whole().column(C, optional=True) == dict.fromkeys(FULL, LOST)
    # no other column shows a row of this table
    assert read({}, B).whole().column(B) == {}


def test_a_scalar_is_missing_if_another_one_of_its_group_was_answered() -> None:
    one = "1.3.8.1.0"
    other = "1.3.8.2.0"
    apart = "1.3.7.1.0"
    objects: dict[str, Value] = {other: 5, apart: 6}
    reader = read(objects, gets=[one, other])
    assert reader.lacks_scalar(one)
    assert not reader.lacks_scalar(other)
    # nothing was asked
    assert not reader.lacks_scalar("1.3.8.3.0")
    assert not read(objects, gets=[one, apart]).lacks_scalar(one)
    assert not read({}, gets=[one, other]).lacks_scalar(one)
    # a row of a table is in no group
    assert not read({f"{B}.1": 5}, gets=[f"{A}.1", f"{B}.1"]).lacks_scalar(f"{A}.1")


def test_roots_share_what_was_read_and_a_new_reading_keeps_names_alone() -> None:
    reader = read({**table(A, FULL), **table(B, {"1": 1})}, gets=["1.3.8.1.0"])
    reader.names(A)
    other = reader.at("1.3.9.1")
    assert other.column("~.2") == {"1": 1}
    assert reader.whole().column(B) == {"1": 1, "2": LOST, "3": LOST}
    assert "1.3.8.1.0" in other.got
    again = other.fresh_reader()
    assert again.got == {}
    assert again.names("~.1") == FULL
    assert again.root == "1.3.9.1"
    assert again.walked == {}


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
    assert reader.quoted("x" * 90) == "x" * 80
    assert reader.quoted("x" * 90, 5) == "xxxxx"
    assert reader.quoted("my s3cret", 5).startswith("(left out: it holds a secret, and")
    # a secret that is cut off is looked for, too
    assert reader.quoted("x" * 90 + "s3cret", 5).startswith("(left out")


def test_two_columns_that_each_lack_the_others_rows_are_of_one_table() -> None:
    objects = {**table("1.3.9.1.1", {"1": 1}), **table("1.3.9.1.2", {"2": 5})}
    both = read(objects, "1.3.9.1.1", "1.3.9.1.2")
    assert both.lacks_rows()
    whole = both.whole()
    assert whole.column("1.3.9.1.1") == {"1": 1, "2": LOST}
    assert whole.column("1.3.9.1.2") == {"1": LOST, "2": 5}


def test_a_table_with_longer_indexes_under_the_same_node_is_another_one() -> None:
    objects = {**table("1.3.9.1.1", {"1": 1}), **table("1.3.9.1.2", {"2.1": 5})}
    whole = read(objects, "1.3.9.1.1", "1.3.9.1.2").whole()
    assert whole.column("1.3.9.1.1") == {"1": 1}
    assert whole.column("1.3.9.1.2") == {"2.1": 5}
