from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Callable

import pytest

from handlers.shared.errors import ProtocolError
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


def test_a_walk_is_what_was_answered_also_in_whole_tables() -> None:
    objects = {
        **table(A, {"1": 10, "12": 30}),
        **table(B, {"12": 30, "1": 10, "2": 20}),
    }
    reader = read(objects, A, B)
    whole = reader.whole(walks=False)
    assert whole.column(A)["2"] is LOST
    assert whole.names(A) == whole.column(A)
    assert whole.walk(A) == {"1": 10, "12": 30}
    assert whole.walk(C) == {}
    assert whole.column(C) == dict.fromkeys(("1", "2", "12"), LOST)
    assert C not in reader.walked


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
    assert again.walked == {A: FULL}


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


# ---- decisions -----------------------------------------------------------------------------------


class Evaluations:
    """A decision over whole tables that walks columns in this order, and counts how often it is
    asked."""

    def __init__(self, reader: Reader, *columns: str) -> None:
        self.reader = reader
        self._whole = reader.whole()
        self._columns = columns
        self.count = 0

    def values(self) -> Mapping[str, Walked]:
        self.count += 1
        return {column: dict(self._whole.column(column)) for column in self._columns}

    def or_contradiction(self) -> Mapping[str, Walked]:
        """The values. Raises ProtocolError for a row of A without a value."""
        values = self.values()
        if len(values[A]) < len(values[B]):
            raise ProtocolError("rows are missing")
        return values


@pytest.mark.parametrize("lacking", [{"1": 10}, {}], ids=["some rows", "all rows"])
def test_a_row_that_a_later_column_shows_is_lost_in_an_earlier_one(
    lacking: Mapping[str, Value],
) -> None:
    reader = Reader(Memory({**table(A, lacking), **table(B, FULL)}))
    evaluations = Evaluations(reader, A, B)

    decision = reader.decide(evaluations.values)

    assert decision == {A: {row: lacking.get(row, LOST) for row in FULL}, B: FULL}
    assert evaluations.count == 2


def test_an_error_of_rows_that_a_later_column_denies_is_never_raised() -> None:
    """A has fewer rows than B. B shows the rows 2 and 3 before the two are compared."""
    reader = Reader(Memory({**table(A, {"1": 10}), **table(B, FULL)}))

    decision = reader.decide(Evaluations(reader, A, B).or_contradiction)

    assert decision[A] == {"1": 10, "2": LOST, "3": LOST}


def test_an_error_of_tables_that_are_whole_stays() -> None:
    reader = Reader(Memory({**table(A, {"1": 10}), **table(B, {"1": 20})}))
    evaluations = Evaluations(reader, A, B)

    def contradiction() -> None:
        evaluations.values()
        raise ProtocolError("two tables have the row 1")

    with pytest.raises(ProtocolError):
        reader.decide(contradiction)
    assert evaluations.count == 1


@pytest.mark.parametrize(
    "question",
    [
        pytest.param(Reader.lacks_rows, id="whether a row is lost"),
        pytest.param(lambda reader: reader.has_table(A), id="whether a table has rows"),
    ],
)
def test_an_answer_about_a_table_is_denied_by_a_later_column_too(
    question: Callable[[Reader], bool],
) -> None:
    reader = Reader(Memory(table(B, FULL)))

    def decision() -> bool:
        reader.column(A)
        answer = question(reader)
        reader.column(B)
        return answer

    assert reader.decide(decision) is True


def test_what_was_computed_from_rows_that_are_denied_is_computed_anew() -> None:
    device = Memory({**table(A, {"1": 10}), **table(B, FULL)})
    reader = Reader(device)
    whole = reader.whole()
    columns_read: list[str] = []

    def length_of(reader_used: Reader, column: str) -> int:
        columns_read.append(column)
        return len(reader_used.column(column))

    def number_of_rows() -> int:
        count = whole.once(length_of, A)
        whole.once(length_of, B)
        return count

    assert reader.decide(number_of_rows) == 3
    assert columns_read == [A, B, A, B]
    # of other readers of the same answers, something else may be computed
    assert reader.once(length_of, A) == 1
    assert whole.once(length_of, A) == 3
    assert columns_read[4:] == [A]


class FailedWalk(Memory):
    """A device that answers a walk of one column with rows that repeat."""

    def __init__(self, objects: Mapping[str, Value], column: str) -> None:
        super().__init__(objects)
        self._column = column

    def walk(self, oid: str) -> Mapping[str, Value]:
        rows = super().walk(oid)
        if oid == self._column:
            raise ProtocolError("a row is repeated", "192.0.2.1", "walk")
        return rows


def test_a_walk_that_failed_is_an_error_at_once_and_is_not_sent_again() -> None:
    device = FailedWalk({**table(A, {"1": 10}), **table(B, FULL)}, OTHER)
    reader = Reader(device)

    with pytest.raises(ProtocolError):
        reader.decide(Evaluations(reader, A, B, OTHER).values)

    assert device.asked == [f"walk {A}", f"walk {B}", f"walk {OTHER}"]


def test_a_decision_is_asked_once_and_each_column_is_walked_once() -> None:
    device = Memory({**table(A, FULL), **table(B, FULL), **table(OTHER, {"7": 1})})
    reader = Reader(device)
    evaluations = Evaluations(reader, A, OTHER, B, A)

    reader.decide(evaluations.values)

    assert evaluations.count == 1
    assert device.asked == [f"walk {A}", f"walk {OTHER}", f"walk {B}"]


def test_a_decision_inside_another_one_is_a_part_of_it() -> None:
    reader = Reader(Memory({**table(A, {"1": 10}), **table(B, FULL)}))
    inner = Evaluations(reader, A)
    outer = Evaluations(reader, B)

    def values() -> Mapping[str, Walked]:
        return {**reader.decide(inner.values), **outer.values()}

    assert reader.decide(values) == {A: {"1": 10, "2": LOST, "3": LOST}, B: FULL}
    assert inner.count == 2


def test_whole_tables_have_the_rows_that_the_reader_itself_has_read_since() -> None:
    reader = Reader(Memory(table(B, FULL)))
    whole = reader.whole()
    assert whole.column(A) == {}

    reader.column(B)

    assert whole.column(B) == FULL
    assert whole.column(C) == dict.fromkeys(FULL, LOST)
