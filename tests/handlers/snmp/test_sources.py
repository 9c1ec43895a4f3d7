from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, strategies as st

from handlers.shared.errors import NoSuchOutlet, ProtocolError
from handlers.snmp.frozen_value import check_parts
from handlers.snmp.reader import LOST, UNDECIDED, Lost, Reader
from handlers.snmp.sources import (
    Column,
    Complete,
    ExceptEmptySlots,
    IfMatches,
    NamedRows,
    Scalar,
    Source,
    Span,
    Spread,
    Unless,
    Where,
)
from tests.handlers.snmp.memory import Memory, Value, both, filled, reader, table


@given(st.text("0123456789.-+ ", max_size=5))
def test_a_spread_never_leaves_its_bounds_on_either_side(identity: str) -> None:
    spread = Spread("1.3.9", (Span(1, 24, 2),))
    inside = [str(number) for number in range(1, 25)]
    if identity in inside:
        # outlet 1 has the instance 2
        oid = spread.instance_oid(reader({}), identity)
        assert oid == f"1.3.9.{int(identity) + 1}.0"
    else:
        with pytest.raises(NoSuchOutlet):
            spread.instance_oid(reader({}), identity)


def test_a_spread_by_get_requests_only_listed_numbers() -> None:
    spread = Spread("1.3.9", (Span(1, 42, 1),), by_get=True, listed=Column("1.3.1"))
    device = Memory({"1.3.9.1.0": 1, "1.3.9.2.0": 2, "1.3.9.3.0": 3, "1.3.1.1": 1, "1.3.1.3": 1})
    assert spread.rows(Reader(device)) == {"1": 1, "3": 3}
    assert device.asked == ["walk 1.3.1", "get 1.3.9.1.0", "get 1.3.9.3.0"]
    with pytest.raises(ValueError, match="listed"):
        check_parts(Spread("1.3.9", (Span(1, 42, 1),), listed=Column("1.3.1")))


SOCKETS = NamedRows("1.3.1", "1.3.2", r"(?:.*\.)?Sockets\.Socket (\d+)\.General\.Relay")
NAMES = {
    "2.17": "Phase L1.Sockets.Socket 01.General.Relay",
    "2.40": "Sockets.Socket 02.General.Relay",
    "2.41": "Sockets.Socket 02.General.Status",
    "2.42": "OldSockets.Socket 03.General.Relay",
    "2.43": "Sockets.Socket 04.General.Relay.Lock",
    "1.3": "Output.Relay",
    "1.4": "Output 1.Relay",
}


def test_variables_are_found_by_their_whole_name_and_never_by_a_similar_end() -> None:
    at = reader({**table("1.3.1", NAMES), **table("1.3.2", dict.fromkeys(NAMES, "On"))})
    assert SOCKETS.rows(at) == {"2.1": "On", "2.2": "On"}
    assert SOCKETS.instance_oid(at, "2.2") == "1.3.2.2.40"
    with pytest.raises(NoSuchOutlet):
        SOCKETS.instance_oid(at, "1.1")


def test_a_listed_number_whose_object_is_missing_has_an_empty_value() -> None:
    slots = Spread("1.3.2", (Span(1, 3, 1),), by_get=True, listed=Column("1.3.1"))
    rows_listed = table("1.3.1", {"1": 1, "3": 1})
    assert slots.rows(reader({**rows_listed, "1.3.2.1.0": 1, "1.3.2.2.0": 1})) == {"1": 1, "3": ""}
    assert slots.rows(reader({**rows_listed, "1.3.2.2.0": 1})) == {}


@pytest.mark.parametrize(
    "number, is_row", [("999999999", True), ("1234567890", False), ("\u0663", False), ("", False)]
)
def test_the_number_in_a_name_has_one_to_nine_ascii_digits(number: str, is_row: bool) -> None:
    at = reader({"1.3.1.2.5": f"Socket {number}", "1.3.2.2.5": "On"})
    assert NamedRows("1.3.1", "1.3.2", r"Socket (\w*)").rows(at) == (
        {f"2.{number}": "On"} if is_row else {}
    )


def test_a_variable_without_a_number_may_occur_once_in_each_device() -> None:
    total = NamedRows("1.3.1", "1.3.2", r"Total\.Power")
    values = table("1.3.2", {"1.9": 70, "2.9": 500, "2.10": 501, "2.11": 502})
    assert total.rows(
        reader(
            {
                **table(
                    "1.3.1", {"1.9": "Total.Power", "2.9": "Total.Power", "2.10": "Total.Powers"}
                ),
                **values,
            }
        )
    ) == {"1": 70, "2": 500}
    with pytest.raises(ProtocolError, match="identity 2"):
        total.rows(
            reader({**table("1.3.1", {"2.9": "Total.Power", "2.11": "Total.Power"}), **values})
        )


@pytest.mark.parametrize(
    "rows, counted, is_complete",
    [
        pytest.param(["1", "2", "3"], 3, True, id="rows 1 to 3"),
        pytest.param(
            ["1", "2", "3", "4"], 3, True, id="a fourth, of a line that the unit does not have"
        ),
        pytest.param(["1", "3"], 1, True, id="a second, which is not counted"),
        pytest.param(["1", "3", "4"], 3, False, id="row 2 of 3 is absent"),
        pytest.param(["2", "3"], 1, False, id="row 1 of 1 is absent, two others are there"),
        pytest.param(["2"], 1, False, id="row 1 of 1 is absent, another one is there"),
        pytest.param(["1"], 2, False, id="row 2 of 2 is absent"),
        pytest.param(["0", "1", "2"], 3, True, id="numbered from 0"),
        pytest.param(["5", "6", "7"], 3, True, id="numbered from 5"),
        pytest.param(["1.1", "1.2", "2.1"], 3, True, id="numbered by unit"),
    ],
)
def test_the_rows_of_a_count_are_the_first(
    rows: list[str], counted: int, is_complete: bool
) -> None:
    objects = {**table("1.3.9", dict.fromkeys(rows, 7)), "1.3.8.0": counted}
    values = filled(Complete(Column("1.3.9"), count=Scalar("1.3.8.0")), objects).values()
    assert (LOST not in values) is is_complete


@pytest.mark.parametrize(
    "counts, rows",
    [
        pytest.param({"0": 3}, {"1": 1, "2": 1, "5": 1}, id="rows 1, 2 and 5"),
        pytest.param({"1": 2, "2": 0}, {"1.1": 1, "1.2": 1}, id="a unit that counts 0 rows"),
    ],
)
def test_rows_that_are_not_numbered_as_the_count_assumes_are_not_missed(
    counts: dict[str, Value], rows: dict[str, Value]
) -> None:
    source = Complete(Column("1.3.1"), count=Column("1.4.2"))
    objects = {**table("1.3.1", rows), **table("1.4.2", counts)}
    assert filled(source, objects) == rows


PLACES = table("1.3.1", {"1.1": 1, "1.2": -1, "2.1": -1, "2.2": -1, "2.3": -1})
CABLES = {
    **table("1.3.2", {"1.1": "a", "1.2": "", "2.1": "", "2.2": "b", "2.3": ""}),
    **table("1.3.3", {"1.1": 12, "1.2": -1, "2.1": 7, "2.2": -1}),
}


def test_a_place_with_nothing_in_all_its_columns_is_left_out() -> None:
    """2.1 is metered, 2.2 has a name, and of 2.3 the answer lacks a column."""
    source = ExceptEmptySlots(Column("1.3.1"), (Column("1.3.2"), Column("1.3.3")), ("", "-1"))
    objects = {**PLACES, **CABLES}
    assert list(source.rows(reader(objects))) == ["1.1", "2.1", "2.2", "2.3"]
    assert source.keeps(reader(objects), "2.1")
    assert not source.keeps(reader(objects), "1.2")


def test_places_that_all_say_something_cost_no_other_walk() -> None:
    source = ExceptEmptySlots(Column("1.3.1"), (Column("1.3.2"), Column("1.3.3")), ("", "-1"))
    device = Memory(table("1.3.1", {"1": 1, "2": 0}))
    assert list(source.rows(Reader(device))) == ["1", "2"]
    assert device.asked == ["walk 1.3.1"]


@pytest.mark.parametrize("keep", [True, False])
def test_a_row_whose_test_value_is_in_neither_list_is_kept_without_its_value(keep: bool) -> None:
    """`values` has 1 and `others` 0: row 3 has another test value, row 4 has none."""
    source = Where(Column("1.3.1"), Column("1.3.2"), ("1",), keep, others=("0",))
    objects = {
        **table("1.3.1", {"1": 5, "2": 5, "3": 5, "4": 5}),
        **table("1.3.2", {"1": 1, "2": 0, "3": 99}),
    }
    row_with_value = "1" if keep else "2"
    assert both(source, objects) == {row_with_value: 5, "3": "", "4": ""}


def test_a_test_value_in_both_lists_is_refused() -> None:
    with pytest.raises(ValueError, match="others"):
        check_parts(Where(Column("1.3.1"), Column("1.3.2"), ("1",), others=("1",)))


@pytest.mark.parametrize(
    "test_values, rows",
    [
        pytest.param({"1": 1}, {"1": 5}, id="devices with the rows"),
        pytest.param({"1": 1, "2": 0}, {}, id="devices without them"),
        pytest.param({"1": 99}, {"1": UNDECIDED}, id="neither"),
        pytest.param({}, {"1": UNDECIDED}, id="no answer"),
    ],
)
def test_rows_are_empty_if_nothing_says_whether_the_device_has_them(
    test_values: Mapping[str, Value], rows: Mapping[str, Value]
) -> None:
    source = IfMatches(Column("1.3.1"), Column("1.3.2"), "1", others="0")
    assert both(source, {**table("1.3.1", {"1": 5}), **table("1.3.2", test_values)}) == rows


@pytest.mark.parametrize("keep", [True, False])
def test_a_row_whose_test_value_is_minus_one_is_kept_without_its_value(keep: bool) -> None:
    """Many agents show -1 for no value; not so if the list has it."""
    objects = {**table("1.3.1", {"1": 5, "2": 6}), **table("1.3.2", {"1": 1, "2": -1})}
    rows = both(Where(Column("1.3.1"), Column("1.3.2"), ("1",), keep), objects)
    assert rows == ({"1": 5, "2": ""} if keep else {"2": ""})
    rows_of_minus_one = both(Where(Column("1.3.1"), Column("1.3.2"), ("-1",), keep), objects)
    assert rows_of_minus_one == ({"2": 6} if keep else {"1": 5})


@pytest.mark.parametrize(
    "source, test_values",
    [
        (IfMatches(Column("1.3.1.1"), Column("1.3.1.2"), "5"), {"1": 5, "3": 5}),
        (IfMatches(Column("1.3.1.1"), Column("1.3.1.2"), "5", others="6"), {"1": 5, "3": 5}),
        (Unless(Column("1.3.1.1"), Column("1.3.1.2")), {}),
    ],
)
def test_rows_whose_condition_is_lost_are_lost_in_a_list_and_alone(
    source: Source, test_values: Mapping[str, Value]
) -> None:
    objects = {**table("1.3.1.1", {"1": 10, "2": 20, "3": 30}), **table("1.3.1.2", test_values)}
    at = reader(objects)
    for column in ("1.3.1.1", "1.3.1.2"):
        at.column(column)
    whole = at.whole()
    values = [*source.rows(whole).values(), source.value_of(whole, "1")]
    assert values
    assert all(isinstance(value, Lost) for value in values)
    with pytest.raises(NoSuchOutlet):
        source.instance_oid(whole, "1")


def test_an_object_without_an_answer_before_one_that_has_an_answer_is_lost() -> None:
    spread = Spread("1.3.9", (Span(1, 5, 1),), by_get=True)
    rows = spread.rows(reader({"1.3.9.1.0": 1, "1.3.9.3.0": 3}))
    assert rows == {"1": 1, "2": LOST, "3": 3}


def test_the_row_after_the_last_one_of_a_walk_that_ended_early_is_read_by_get() -> None:
    class ShortWalk(Memory):
        def walk(self, oid: str) -> Mapping[str, Value]:
            rows = super().walk(oid)
            return {row: value for row, value in rows.items() if row in ("1", "2")}

    source = Complete(Column("1.3.1"), next_row=True)
    whole = Memory(table("1.3.1", {"1": 10, "2": 20}))
    cut_short = ShortWalk(table("1.3.1", {"1": 10, "2": 20, "3": 30, "4": 40}))

    assert source.rows(Reader(whole)) == {"1": 10, "2": 20}
    assert source.rows(Reader(cut_short)) == {"1": 10, "2": 20, ".": LOST}
    assert whole.asked == ["walk 1.3.1", "get 1.3.1.3"]
    assert cut_short.asked == ["walk 1.3.1", "get 1.3.1.3"]


def test_a_scalar_is_one_row_and_counts_for_every_outlet() -> None:
    """A lock of the whole device is that of each outlet; it is written as itself alone."""
    lock = Scalar("1.3.5.0")
    device = reader({"1.3.5.0": 2})
    assert lock.rows(device) == {"0": 2}
    assert [lock.value_of(device, identity) for identity in ("0", "1", "2.7")] == [2, 2, 2]
    assert lock.instance_oid(device, "0") == "1.3.5.0"
    for identity in ("1", "2.7"):
        with pytest.raises(NoSuchOutlet):
            lock.instance_oid(device, identity)
