from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.errors import ProtocolError
from handlers.snmp.joins import Arc, Fill, First, Joined, Merged, Only, Part, Prefixed, Provided
from handlers.snmp.pieces import Bits, Chained, Field, Gathered, Mask, Number, Packed
from handlers.snmp.sources import Column, Source
from tests.handlers.snmp.memory import reader, table

A, B, C, D = Column("1.3.1"), Column("1.3.2"), Column("1.3.3"), Column("1.3.4")


def both(source: Source, objects: "dict[str, int | str | bytes]", absent: str = "99") -> "dict[str, int | str | bytes]":
    """The rows, after a check that each can be read alone with the same value and that an unknown identity has none."""
    rows = source.rows(reader(objects))
    assert {identity: source.one(reader(objects), identity) for identity in rows} == rows
    assert source.one(reader(objects), absent) in (None, "")
    return rows


def test_the_first_choice_that_has_rows_is_taken_whole() -> None:
    assert both(First((A, B)), {**table("1.3.2", {"1": 5})}) == {"1": 5}
    assert First((A, B)).rows(reader({**table("1.3.1", {"2": 1}), **table("1.3.2", {"1": 5})})) == {"2": 1}


def test_merged_tables_follow_each_other_and_never_hide_one_another() -> None:
    merged = Merged((A, Prefixed("9", B)))
    assert both(merged, {**table("1.3.1", {"1": 5}), **table("1.3.2", {"1": 6})}) == {"1": 5, "9.1": 6}
    with pytest.raises(ProtocolError, match="outlet 1"):
        Merged((A, B)).rows(reader({**table("1.3.1", {"1": 5}), **table("1.3.2", {"1": 6})}))


PADDED: "dict[str, int | str | bytes]" = {**table("1.3.1", {"1": 1, "2": 1, "3": 1}), **table("1.3.2", {"1": 1, "2": 0})}


def test_only_keeps_rows_with_a_mark_and_drops_those_that_have_none() -> None:
    assert both(Only(A, B, ("1",)), PADDED, "2") == {"1": 1}


def test_only_without_padding_keeps_rows_that_have_no_mark() -> None:
    assert both(Only(A, B, ("0",), keep=False), PADDED, "2") == {"1": 1, "3": 1}


def test_rows_are_chosen_by_an_arc_of_their_index() -> None:
    objects: "dict[str, int | str | bytes]" = dict(table("1.3.1", {"1.1": 1, "1.4": 2, "2.14": 3, "5": 4}))
    assert both(Arc(A, 1, ("4",)), objects) == {"1.4": 2}
    assert both(Arc(A, -1, ("4",), keep=False), objects, "1.4") == {"1.1": 1, "2.14": 3, "5": 4}


OLD_FIRMWARE = Provided(Provided(A, A, "[012]"), B, "(?!.*sLEN).*")


@pytest.mark.parametrize("states, version, has", [
    ({"1": 0, "2": 1}, "OPDP_sIBM_v01.2", True), ({"1": 0, "2": 1}, "v02_sLEN_1", False),
    ({"1": 0, "2": 6000}, "OPDP_sIBM_v01.2", False), ({}, "OPDP_sIBM_v01.2", False)])
def test_a_source_may_depend_on_what_the_firmware_shows(states: "dict[str, int]", version: str, has: bool) -> None:
    objects: "dict[str, int | str | bytes]" = {**table("1.3.1", states), **table("1.3.2", {"0": version})}
    assert both(OLD_FIRMWARE, objects, "9") == (states if has else {})


def test_a_condition_without_an_answer_does_not_hold() -> None:
    assert OLD_FIRMWARE.rows(reader(table("1.3.1", {"1": 1}))) == {}


def test_fill_lists_what_has_no_value_as_empty() -> None:
    objects = {**table("1.3.1", {"1": "x", "2": "y"}), **table("1.3.2", {"2": 7, "3": 8})}
    assert Fill(A, B).rows(reader(objects)) == {"1": "", "2": 7}
    assert Fill(A, B).one(reader(objects), "1") is None


def test_a_join_goes_by_module_and_number_and_not_by_the_row() -> None:
    objects: "dict[str, int | str | bytes]" = {
        **table("1.3.1", {"1": 11, "2": 12, "3": 21}),                              # figures of a metered table
        **table("1.3.2", {"1": 1, "2": 1, "3": 2}), **table("1.3.3", {"1": 7, "2": 8, "3": 7}),     # its module and number
        **table("1.3.4", {"1": 1, "2": 2, "5": 2}), **table("1.3.5", {"1": 8, "2": 7, "5": 9})}     # the outlets'
    joined = Joined(A, keys=(B, C), own=(D, Column("1.3.5")), else_same_row=True)
    assert joined.rows(reader(objects)) == {"1": 12, "2": 21}


def test_a_key_that_two_rows_share_joins_nothing() -> None:
    objects = {**table("1.3.1", {"1": 11, "2": 12}), **table("1.3.2", {"1": 1, "2": 1}), **table("1.3.4", {"1": 1})}
    assert Joined(A, keys=(B,), own=(D,)).rows(reader(objects)) == {}


def test_without_the_key_columns_the_same_row_counts_only_where_the_profile_says_so() -> None:
    objects = table("1.3.1", {"1": 11})
    assert Joined(A, keys=(B,), own=(D,)).rows(reader(objects)) == {}
    assert Joined(A, keys=(B,), own=(D,), else_same_row=True).rows(reader(objects)) == {"1": 11}


def test_a_join_needs_the_same_columns_on_both_sides() -> None:
    with pytest.raises(ValueError, match="give the same"):
        Joined(A, keys=(B, C), own=(D,))


def test_a_value_of_the_unit_reaches_each_of_its_outlets() -> None:
    objects: "dict[str, int | str | bytes]" = {**table("1.3.1", {"12.48": 1}), **table("1.3.2", {"1.12.48": 0, "2.12.48": 0, "1.12.49": 0})}
    assert both(Part(A, over=B, start=1), objects, "1.12.49") == {"1.12.48": 1, "2.12.48": 1}


def test_a_packed_text_is_split_by_position() -> None:
    packed = Packed(A, main="1")
    assert both(packed, dict(table("1.3.1", {"1": "1,0, -1", "3": "0", "4": ""}))) == {"1": "1", "2": "0", "3": "-1", "3.1": "0"}


@given(st.integers(1, 16), st.integers(1, 60))
def test_position_is_the_inverse_of_identity(row: int, position: int) -> None:
    packed = Packed(A, main="1")
    assert packed.position(packed.identity(str(row), position)) == (str(row), position)


def test_a_field_of_a_text_may_be_missing() -> None:
    assert both(Field(A, 1), dict(table("1.3.1", {"1": "name, 5,0", "2": "alone"}))) == {"1": "5"}


@pytest.mark.parametrize("bit, said", [(0, "1"), (2, "1"), (3, "0"), (8, "1"), (16, "0"), (99, "0")])
def test_bits_count_from_the_highest_of_the_first_octet(bit: int, said: str) -> None:
    assert both(Bits(A, bit), dict(table("1.3.1", {"1": b"\xe0\x80"}))) == {"1": said}


@given(st.integers(0, 2**16 - 1))
def test_a_mask_gives_its_bits_back(mask: int) -> None:
    rows = Mask(A, 1, 16).rows(reader(table("1.3.1", {"7": mask, "8": "n/a"})))
    assert list(rows) == [f"7.{n}" for n in range(1, 17)]
    assert sum(int(str(bit)) << n for n, bit in enumerate(rows.values())) == mask


def test_a_printed_number_may_follow_from_an_index_that_starts_at_zero() -> None:
    assert both(Number(A), dict(table("1.3.1", {"0": 1, "1.9": 1}))) == {"0": "1", "1.9": "10"}


def test_a_unit_is_shown_before_the_number_only_where_there_are_several() -> None:
    one = {**table("1.3.1", {"1": 1, "2": 1}), **table("1.3.2", {"1": 7, "2": 8})}
    assert Chained(A, B).rows(reader(one)) == {"1": 7, "2": 8}
    assert Chained(A, B).rows(reader({**one, "1.3.1.2": 2})) == {"1": "1:7", "2": "2:8"}


def test_the_meters_that_a_relay_names_are_summed_within_its_module() -> None:
    objects = {**table("1.3.1", {"0.1": 5, "0.2": 7, "1.1": 100, "0.4": "n/a"}),
               **table("1.3.2", {"0.1": "M1", "0.2": "M2", "1.1": "M1", "0.4": "M4"}),
               **table("1.3.3", {"0.1": "M1, M2", "1.1": "M1", "0.3": "M9", "0.4": "M1,M4", "0.5": ""})}
    assert Gathered(A, B, C).rows(reader(objects)) == {"0.1": "12", "1.1": "100"}


def test_a_meter_name_that_comes_twice_counts_for_nobody() -> None:
    objects = {**table("1.3.1", {"0.1": 5, "0.2": 7}), **table("1.3.2", {"0.1": "M1", "0.2": "M1"}), **table("1.3.3", {"0.1": "M1"})}
    assert Gathered(A, B, C).rows(reader(objects)) == {}
