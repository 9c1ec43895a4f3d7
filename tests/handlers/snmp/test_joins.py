from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from handlers.shared.errors import ProtocolError
from handlers.shared.meter_figures import NotKnown
from handlers.snmp.figures import Measurement, Total
from handlers.snmp.reader import UNDECIDED, UNIDENTIFIED, Lost
from handlers.snmp.sources import (
    Arc,
    Column,
    Concat,
    ExceptWhere,
    First,
    Joined,
    OfUnits,
    Prefixed,
    Renumbered,
    Scalar,
    Source,
    Span,
    Spread,
    Tables,
    UpToCount,
    Where,
)
from tests.handlers.snmp.memory import Value, both, reader, table

A, B, C, D = Column("1.3.1"), Column("1.3.2"), Column("1.3.3"), Column("1.3.4")
ALL = {UNIDENTIFIED: "lost"}


def told(source: Source, objects: Mapping[str, Value]) -> Mapping[str, Value]:
    """Return the rows of a source, "lost" for each that is lost."""
    rows = source.rows(reader(objects))
    return {row: "lost" if isinstance(value, Lost) else value for row, value in rows.items()}


def test_merged_tables_are_joined_in_order_and_a_shared_identity_is_an_error() -> None:
    source = Concat((A, Prefixed("9", B)))
    rows = both(source, {**table("1.3.1", {"1": 5}), **table("1.3.2", {"1": 6})})
    assert list(rows.items()) == [("1", 5), ("9.1", 6)]
    with pytest.raises(ProtocolError, match="the row 1"):
        Concat((A, B)).rows(reader({**table("1.3.1", {"1": 5}), **table("1.3.2", {"1": 6})}))


def test_an_outlet_outside_the_bounds_of_one_part_is_read_from_another() -> None:
    first_two = Spread("1.3.1", (Span(1, 2, 1),))
    next_two = Spread("1.3.2", (Span(3, 4, 1),))
    objects = {"1.3.1.1.0": 1, "1.3.1.2.0": 0, "1.3.2.1.0": 1, "1.3.2.2.0": 0}
    rows = both(Concat((first_two, next_two)), objects)
    assert rows == {"1": 1, "2": 0, "3": 1, "4": 0}


def test_an_outlet_outside_the_bounds_of_tables_is_read_from_the_next_source() -> None:
    source = First((Tables("1.3.1", 1, 2, "1"), B))
    assert both(source, {"1.3.2.7": 1}) == {"7": 1}


PADDED = {**table("1.3.1", {"1": 1, "2": 1, "3": 1}), **table("1.3.2", {"1": 1, "2": 0})}


def test_first_takes_all_rows_of_the_first_source_with_rows() -> None:
    source = First((A, B))
    second_alone = {"1.3.2.1": 5}
    with_first = {"1.3.1.2": 1, "1.3.2.1": 5}
    assert both(source, second_alone) == {"1": 5}
    assert both(source, with_first, absent="1") == {"2": 1}


@pytest.mark.parametrize("tested", ["+0", "0.0", "NaN", "\u0660", "", b"\xff", "x"])
@pytest.mark.parametrize("keep", [True, False])
def test_a_row_whose_tested_value_is_not_a_whole_number_is_empty_and_prevents_a_total(
    tested: str | bytes, keep: bool
) -> None:
    source = Where(A, B, ("1",)) if keep else Where(A, B, ("0",), keep=False)
    objects = {**PADDED, "1.3.2.2": tested}
    with_mark_alone = {**objects, "1.3.2.4": tested}

    assert both(source, objects)["2"] == ""
    assert source.rows(reader(objects))["2"] is UNDECIDED
    total = Total((Measurement(source),)).read_from(reader(objects))
    reason = "row 2 of 1.3.1 reads its mark is none that the MIB names"
    assert total == NotKnown(reason)
    # a mark makes no row
    assert both(source, with_mark_alone, absent="4")["2"] == ""


@pytest.mark.parametrize("values", [("N",), ("N", "9")])
def test_tested_values_are_compared_as_text_if_a_listed_value_is_not_a_number(
    values: tuple[str, ...],
) -> None:
    source = Where(A, B, values, keep=False)
    objects = {**PADDED, "1.3.2.1": "N", "1.3.2.2": "L1"}
    assert both(source, objects, absent="1") == {"2": 1, "3": 1}


def test_rows_are_chosen_by_an_arc_of_their_index() -> None:
    objects = table("1.3.1", {"1.1": 1, "1.4": 2, "2.14": 3, "5": 4})
    assert both(Arc(A, 1, ("4",)), objects) == {"1.4": 2}
    assert both(Arc(A, -1, ("4",), keep=False), objects, "1.4") == {"1.1": 1, "2.14": 3, "5": 4}
    assert both(Arc(A, -1, ("5",)), objects, "1.4") == {"5": 4}


def test_the_units_of_a_hostile_table_are_found_row_by_row() -> None:
    """Comparing each row with each would take an hour."""
    objects = reader({})
    many = {str(n): n for n in range(60_000)}
    objects.walked[A.oid] = many
    assert OfUnits(A, A).rows(objects) == many


def test_rows_beyond_the_devices_count_are_ignored() -> None:
    source = UpToCount(A, Scalar("1.3.2.0"))
    objects = {**table("1.3.1", {"1": 5, "2": 6, "3": 7}), "1.3.2.0": 2}
    assert both(source, objects, absent="3") == {"1": 5, "2": 6}


@pytest.mark.parametrize(
    "count",
    [pytest.param({}, id="missing"), {"1.3.2.0": -1}, {"1.3.2.0": "n/a"}],
    ids=str,
)
def test_all_rows_are_read_if_the_devices_count_is_unreadable(count: dict[str, Value]) -> None:
    source = UpToCount(A, Scalar("1.3.2.0"))
    rows = {"1": 5, "2": 6, "3": 7}
    assert both(source, {**table("1.3.1", rows), **count}) == rows


ROWS = {"1": 11, "2": 12, "3": 21}


@pytest.mark.parametrize(
    "keys, own, joined",
    [
        pytest.param(
            [{"1": 1, "2": 1, "3": 2}, {"1": 7, "2": 8, "3": 7}],
            [{"1": 1, "2": 2, "5": 2}, {"1": 8, "2": 7, "5": 9}],
            {"1": 12, "2": 21},
            id="module and number",
        ),
        pytest.param(
            [{"1": 1, "2": 2}, {"1": 7}],
            [{"1": 1, "2": 2}, {"1": 7}],
            {"1": 11, "2": "lost"},
            id="a row without one of the keys: a meter that is left may be its own",
        ),
        pytest.param(
            [{"1": 1, "2": 1}, {"1": 7, "2": ""}],
            [{"5": 1, "6": 1}, {"5": 7, "6": ""}],
            {"5": 11, "6": "lost"},
            id="a row with an empty key",
        ),
        pytest.param(
            [{"1": 1, "2": 1, "3": 2}],
            [{"5": 1, "6": 2}],
            {"5": "lost", "6": 21},
            id="two rows with one key: neither is known",
        ),
        pytest.param(
            [{"1": 1, "2": ""}],
            [{"1": 1, "5": ""}],
            {"1": 11, "5": "lost"},
            id="rows with an empty key, which may be those of each other",
        ),
        pytest.param(
            [{"1": "x", "2": "", "3": "z"}],
            [{"7": "x", "8": "", "9": "z"}],
            {"7": 11, "8": "lost", "9": 21},
            id="texts, of which one is empty",
        ),
    ],
)
@pytest.mark.parametrize("else_same_row", [False, True])
def test_a_row_is_joined_by_all_of_its_keys(
    keys: Sequence[dict[str, Value]],
    own: Sequence[dict[str, Value]],
    joined: Mapping[str, Value],
    else_same_row: bool,
) -> None:
    """`keys` and `own`: the columns of the two tables that must be equal, in the same order."""
    objects = table("1.3.1", ROWS)
    key_columns = []
    for number, values in enumerate(keys):
        column = Column(f"1.3.2{number}")
        objects.update(table(column.oid, values))
        key_columns.append(column)
    own_columns = []
    for number, values in enumerate(own):
        column = Column(f"1.3.3{number}")
        objects.update(table(column.oid, values))
        own_columns.append(column)

    source = Joined(A, tuple(key_columns), tuple(own_columns), else_same_row)

    assert told(source, objects) == joined


@pytest.mark.parametrize(
    "else_same_row, joined", [(False, {"1": "lost", "5": "lost"}), (True, ALL)]
)
def test_no_row_is_joined_by_a_key_that_only_the_outlets_have(
    else_same_row: bool, joined: Mapping[str, Value]
) -> None:
    objects = {**table("1.3.1", ROWS), "1.3.2.2": "", **table("1.3.3", {"1": 1, "5": ""})}
    assert told(Joined(A, (B,), (C,), else_same_row), objects) == joined


def test_a_column_that_is_empty_in_all_rows_tells_none_apart() -> None:
    objects = {**table("1.3.1", ROWS), **table("1.3.2", {"1": 1, "2": 2}), "1.3.4.5": 2}
    objects.update({"1.3.3.1": "", "1.3.3.2": "", "1.3.5.5": ""})
    source = Joined(A, keys=(B, C), own=(D, Column("1.3.5")))
    assert source.rows(reader(objects)) == {"5": 12}


@pytest.mark.parametrize(
    "keyed, else_same_row, values",
    [
        ({}, True, {"1": 11}),
        ({}, False, {}),
        ({**table("1.3.2", {"1": ""}), **table("1.3.4", {"1": ""})}, False, {"1": "lost"}),
        # only one table lacks the keys: the rows of the other may be in another order
        (table("1.3.2", {"1": 5}), True, ALL),
        (table("1.3.4", {"1": 5}), True, ALL),
    ],
    ids=["none", "none, without the option", "empty", "meters", "outlets"],
)
def test_values_keep_their_indexes_only_if_both_tables_lack_a_key_and_the_profile_says_so(
    keyed: Mapping[str, Value], else_same_row: bool, values: Mapping[str, Value]
) -> None:
    objects = {**table("1.3.1", {"1": 11}), **keyed}
    source = Joined(A, keys=(B,), own=(D,), else_same_row=else_same_row)
    assert told(source, objects) == values


@pytest.mark.parametrize(
    "rows, joined",
    [
        ({"0": 5, "1": 6, "2": 7}, {"1": 5, "2": 6, "3": 7}),
        ({"1": 5, "2": 6, "3": 7}, {"1": 5, "2": 6, "3": 7}),
        ({"0": 5, "1": 6}, ALL),
        ({"1": 5, "2": 6}, ALL),
        ({"0": 4, "1": 5, "2": 6, "3": 7}, ALL),
        ({"2": 5, "3": 6, "4": 7}, ALL),
        ({"0": 5, "1": 6, "2.1": 7}, ALL),
        ({}, {}),
    ],
)
def test_a_table_that_may_count_from_zero_is_joined_only_if_it_has_one_row_for_each_outlet(
    rows: dict[str, int], joined: Mapping[str, Value]
) -> None:
    objects = {**table("1.3.1", rows), **table("1.3.2", {"1": 1, "2": 0, "3": 1})}
    assert told(Renumbered(A, B), objects) == joined


@pytest.mark.parametrize("outlets", [{"1": 1, "2": 0}, {"1": 1, "3": 1}, {"1": 1, "2": 0, "4": 1}])
def test_meters_beside_a_list_that_lacks_outlets_are_an_error(outlets: dict[str, int]) -> None:
    objects = {**table("1.3.1", {"1": 5, "2": 6, "3": 7}), **table("1.3.2", outlets)}
    with pytest.raises(ProtocolError, match="lacks some of them; poll it again"):
        Renumbered(A, B).rows(reader(objects))


def test_a_command_goes_through_parts_whose_identities_begin_with_different_arcs() -> None:
    of_1 = Prefixed("1", A)
    of_2 = Prefixed("2", B)
    for parts in (
        (Where(of_1, Prefixed("1", C), ("1",)), of_2),
        (Arc(of_1, 1, ("1", "2")), of_2),
        (Scalar("1.3.9.0"), of_1),
    ):
        assert len(Concat(parts).written_places()) == 2
    assert Concat((Arc(of_1, 1, ("1", "2")), of_2)).instance_oid(reader({}), "1.2") == "1.3.1.2"


def test_a_doubtful_value_whose_mark_is_lost_is_lost() -> None:
    """17 outlets without load; the voltage of the first one is lost."""
    watts = Column("1.3.9.1.2", "watts")
    volts = Column("1.3.9.1.3", "volts")
    numbers = [str(number) for number in range(1, 18)]
    device = reader(
        {
            **table(watts.oid, dict.fromkeys(numbers, 0)),
            **table(volts.oid, dict.fromkeys(numbers[1:], 230)),
        }
    )
    source = ExceptWhere(watts, ("0",), volts, ("0",))
    source.rows(device)

    rows = source.rows(device.whole())

    assert isinstance(rows["1"], Lost)
    assert rows["2"] == 0
