from __future__ import annotations

import pytest

from handlers.shared.errors import ProtocolError
from handlers.shared.meter_figures import NotKnown
from handlers.snmp.figures import Figure, Total
from handlers.snmp.sources import (
    Arc,
    Column,
    Counted,
    First,
    Joined,
    Merged,
    OfUnits,
    Only,
    Prefixed,
    Renumbered,
    Scalar,
    Span,
    Spread,
    Tables,
)
from tests.handlers.snmp.memory import both, reader, table

A, B, C, D = Column("1.3.1"), Column("1.3.2"), Column("1.3.3"), Column("1.3.4")


def test_merged_tables_are_joined_in_order_and_a_shared_identity_is_an_error() -> None:
    source = Merged((A, Prefixed("9", B)))
    rows = both(source, {**table("1.3.1", {"1": 5}), **table("1.3.2", {"1": 6})})
    assert list(rows.items()) == [("1", 5), ("9.1", 6)]
    with pytest.raises(ProtocolError, match="the row 1"):
        Merged((A, B)).rows(reader({**table("1.3.1", {"1": 5}), **table("1.3.2", {"1": 6})}))


def test_an_outlet_outside_the_bounds_of_one_part_is_read_from_another() -> None:
    source = Merged((Spread("1.3.1", (Span(1, 2, 1),)), Spread("1.3.2", (Span(3, 4, 1),))))
    assert both(source, {"1.3.1.1.0": 1, "1.3.1.2.0": 0, "1.3.2.1.0": 1, "1.3.2.2.0": 0}) == {
        "1": 1,
        "2": 0,
        "3": 1,
        "4": 0,
    }
    assert both(First((Tables("1.3.1", 1, 2, "1"), B)), dict(table("1.3.2", {"7": 1}))) == {"7": 1}


PADDED: dict[str, int | str | bytes] = {
    **table("1.3.1", {"1": 1, "2": 1, "3": 1}),
    **table("1.3.2", {"1": 1, "2": 0}),
}


def test_first_takes_all_rows_of_the_first_source_with_rows() -> None:
    assert both(First((A, B)), {**table("1.3.2", {"1": 5})}) == {"1": 5}
    assert both(
        First((A, B)), {**table("1.3.1", {"2": 1}), **table("1.3.2", {"1": 5})}, absent="1"
    ) == {"2": 1}


@pytest.mark.parametrize("tested", ["+0", "0.0", "NaN", "\u0660", "", b"\xff", "x"])
@pytest.mark.parametrize("keep", [True, False])
def test_a_row_whose_tested_value_is_not_a_whole_number_is_empty_and_prevents_a_total(
    tested: str | bytes, keep: bool
) -> None:
    objects = {**PADDED, "1.3.2.2": tested}
    source = Only(A, B, ("1",)) if keep else Only(A, B, ("0",), keep=False)
    assert both(source, objects)["2"] == ""
    assert Total((Figure(source),)).read_from(reader(objects)) == NotKnown(
        "row 2 of 1.3.1 reads ''"
    )
    # B alone makes no row
    assert both(source, {**objects, "1.3.2.4": tested}, absent="4")["2"] == ""


def test_tested_values_are_compared_as_text_if_a_listed_value_is_not_a_number() -> None:
    for values in (("N",), ("N", "9")):
        assert both(
            Only(A, B, values, keep=False), {**PADDED, "1.3.2.1": "N", "1.3.2.2": "L1"}, "1"
        ) == {"2": 1, "3": 1}


def test_rows_are_chosen_by_an_arc_of_their_index() -> None:
    objects: dict[str, int | str | bytes] = dict(
        table("1.3.1", {"1.1": 1, "1.4": 2, "2.14": 3, "5": 4})
    )
    assert both(Arc(A, 1, ("4",)), objects) == {"1.4": 2}
    assert both(Arc(A, -1, ("4",), keep=False), objects, "1.4") == {"1.1": 1, "2.14": 3, "5": 4}
    assert both(Arc(A, -1, ("5",)), objects, "1.4") == {"5": 4}


def test_the_units_of_a_hostile_table_are_found_row_by_row() -> None:
    """Comparing each row with each would take an hour."""
    objects, many = reader({}), {str(n): n for n in range(60_000)}
    objects.walked[A.oid] = many
    assert OfUnits(A, A).rows(objects) == many


def test_rows_beyond_the_devices_count_are_ignored() -> None:
    objects: dict[str, int | str | bytes] = {
        **table("1.3.1", {"1": 5, "2": 6, "3": 7}),
        "1.3.2.0": 2,
    }
    assert both(Counted(A, Scalar("1.3.2.0")), objects, "3") == {"1": 5, "2": 6}
    for unreadable in (Scalar("1.3.9.0"), Scalar("1.3.3.0"), Scalar("1.3.4.0")):
        assert both(Counted(A, unreadable), {**objects, "1.3.3.0": -1, "1.3.4.0": "n/a"}) == {
            "1": 5,
            "2": 6,
            "3": 7,
        }


def test_a_join_matches_module_and_number_and_not_the_row() -> None:
    objects: dict[str, int | str | bytes] = {
        # the meters' figures
        **table("1.3.1", {"1": 11, "2": 12, "3": 21}),
        # meters: module, number
        **table("1.3.2", {"1": 1, "2": 1, "3": 2}),
        **table("1.3.3", {"1": 7, "2": 8, "3": 7}),
        # outlets: module, number
        **table("1.3.4", {"1": 1, "2": 2, "5": 2}),
        **table("1.3.5", {"1": 8, "2": 7, "5": 9}),
    }
    source = Joined(A, keys=(B, C), own=(D, Column("1.3.5")), else_same_row=True)
    assert source.rows(reader(objects)) == {"1": 12, "2": 21}


def test_a_row_that_lacks_a_key_joins_nothing() -> None:
    objects = {
        **table("1.3.1", {"1": 11, "2": 12}),
        **table("1.3.2", {"1": 1, "2": 2}),
        **table("1.3.3", {"1": 7}),
    }
    assert Joined(A, keys=(B, C), own=(B, C)).rows(reader(objects)) == {"1": 11}


@pytest.mark.parametrize("keys", [{"1": 1, "2": ""}, {"2": ""}])
def test_rows_whose_keys_are_empty_are_not_joined_to_each_other(keys: dict[str, int | str]) -> None:
    objects = {
        **table("1.3.1", {"1": 11, "2": 12}),
        **table("1.3.2", keys),
        **table("1.3.4", {"1": 1, "5": ""}),
    }
    for else_same_row in (False, True):
        assert "5" not in Joined(A, keys=(B,), own=(D,), else_same_row=else_same_row).rows(
            reader(objects)
        )
    assert (
        Joined(A, keys=(B,), own=(B,)).rows(
            reader({**objects, **table("1.3.2", {"1": "", "2": ""})})
        )
        == {}
    )
    one_row = {
        **table("1.3.1", {"1": 11}),
        **table("1.3.2", {"1": ""}),
        **table("1.3.4", {"5": ""}),
    }
    assert Joined(A, keys=(B,), own=(D,)).rows(reader(one_row)) == {}


@pytest.mark.parametrize(
    "keyed, else_same_row, values",
    [
        ({}, True, {"1": 11}),
        ({}, False, {}),
        # only one table lacks the keys: the rows of the other may be in another order
        (table("1.3.2", {"1": 5}), True, {}),
        (table("1.3.4", {"1": 5}), True, {}),
    ],
    ids=["none", "none, without the option", "meters", "outlets"],
)
def test_values_keep_their_indexes_only_if_both_tables_lack_a_key_and_the_profile_says_so(
    keyed: dict[str, int], else_same_row: bool, values: dict[str, int]
) -> None:
    objects = {**table("1.3.1", {"1": 11}), **keyed}
    source = Joined(A, keys=(B,), own=(D,), else_same_row=else_same_row)
    assert source.rows(reader(objects)) == values


@pytest.mark.parametrize(
    "rows, joined",
    [
        ({"0": 5, "1": 6, "2": 7}, {"1": 5, "2": 6, "3": 7}),
        ({"1": 5, "2": 6, "3": 7}, {"1": 5, "2": 6, "3": 7}),
        ({"0": 5, "1": 6}, {}),
        ({"1": 5, "2": 6}, {}),
        ({"0": 4, "1": 5, "2": 6, "3": 7}, {}),
        ({"2": 5, "3": 6, "4": 7}, {}),
        ({"0": 5, "1": 6, "2.1": 7}, {}),
        ({}, {}),
    ],
)
def test_a_table_that_may_count_from_zero_is_joined_only_if_it_has_one_row_for_each_outlet(
    rows: dict[str, int], joined: dict[str, int]
) -> None:
    assert (
        Renumbered(A, B).rows(
            reader({**table("1.3.1", rows), **table("1.3.2", {"1": 1, "2": 0, "3": 1})})
        )
        == joined
    )


@pytest.mark.parametrize("outlets", [{"1": 1, "2": 0}, {"1": 1, "3": 1}, {"1": 1, "2": 0, "4": 1}])
def test_meters_beside_a_list_that_lacks_outlets_are_an_error(outlets: dict[str, int]) -> None:
    objects = {**table("1.3.1", {"1": 5, "2": 6, "3": 7}), **table("1.3.2", outlets)}
    with pytest.raises(ProtocolError, match="lacks some of them; poll it again"):
        Renumbered(A, B).rows(reader(objects))


def test_a_row_with_an_empty_key_is_not_joined_and_the_others_are() -> None:
    source = Joined(A, (B,), (C,))
    keys = {"10": "x", "11": "", "12": "z"}
    objects = {
        **table("1.3.1", {"10": 5, "11": 6, "12": 7}),
        **table("1.3.2", keys),
        **table("1.3.3", {"1": "x", "2": "", "3": "z"}),
    }
    assert source.rows(reader(objects)) == {"1": 5, "3": 7}


def test_a_command_goes_through_parts_whose_identities_begin_with_different_arcs() -> None:
    of_1, of_2 = Prefixed("1", A), Prefixed("2", B)
    for parts in (
        (Only(of_1, Prefixed("1", C), ("1",)), of_2),
        (Arc(of_1, 1, ("1", "2")), of_2),
        (Scalar("1.3.9.0"), of_1),
    ):
        assert len(Merged(parts).written_places()) == 2
    assert Merged((Arc(of_1, 1, ("1", "2")), of_2)).instance_oid(reader({}), "1.2") == "1.3.1.2"
