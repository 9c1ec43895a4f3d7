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


def test_a_row_that_another_column_of_the_table_has_is_missing() -> None:
    objects = {
        **table(A, {"1": 10, "12": 30}),
        **table(B, {"12": 30, "1": 10, "2": 20}),
        **table(OTHER, {"7": 1}),
    }
    reader = read(objects, A, B, OTHER)
    whole = reader.whole()
    assert reader.lacks_rows()
    # in the order of the indexes, not at the end
    assert list(whole.column(A).items()) == [("1", 10), ("2", LOST), ("12", 30)]
    assert whole.column(A)["2"] is LOST
    assert whole.names(A) == whole.column(A)
    assert whole.column(B) == reader.column(B)
    assert whole.column(OTHER) == {"7": 1}
    assert whole.whole() is whole
    # a walk is what was answered, also of what is no column
    assert whole.walk(A) == {"1": 10, "12": 30}
    assert whole.walk(C) == {}


def test_only_columns_that_were_read_are_compared_and_only_as_columns() -> None:
    objects = {
        **table(A, {"1": 10, "12": 30}),
        **table(B, {"12": 30, "1": 10, "2": 20}),
        **table(OTHER, {"7": 1}),
    }
    assert not read(objects, B, OTHER).lacks_rows()
    assert not read(objects, A).lacks_rows()

    reader = read(objects, A)
    reader.walk(B)
    assert not reader.lacks_rows()
    assert reader.whole().column(A) == reader.column(A)


def test_an_empty_column_is_lost_unless_it_is_optional() -> None:
    objects = {**table(A, FULL), **table(OTHER, {"7": 1})}
    reader = read(objects, A, B, OTHER)
    assert reader.whole().column(B) == dict.fromkeys(FULL, LOST)
    assert reader.got == {}


def test_an_optional_empty_column_is_lost_unless_a_get_says_that_it_is_not_there() -> None:
    class EmptyWalk(Memory):
        def walk(self, oid: str) -> Walked:
            return {} if oid == C else super().walk(oid)

    without_column = Reader(Memory(table(A, FULL)))
    without_walk = Reader(EmptyWalk({**table(A, FULL), **table(C, FULL)}))
    for reader in (without_column, without_walk):
        reader.column(A)
        assert reader.column(C, optional=True) == {}

    assert without_column.whole().column(C, optional=True) == {}
    assert without_column.got == {f"{C}.1": None}
    assert without_walk.whole().column(C, optional=True) == dict.fromkeys(FULL, LOST)


def test_an_empty_column_of_a_table_without_rows_is_empty() -> None:
    assert read({}, B).whole().column(B) == {}


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
            if "s3" in words:
                return "(left out: it holds a secret, and this sentence is longer)"
            return words

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
