from __future__ import annotations

from collections.abc import Mapping

import pytest

from handlers.shared.errors import PduHandlerError
from handlers.snmp.frozen_value import check_parts
from handlers.snmp.read_scope import ALL_STATES, FIGURES
from handlers.snmp.sources import Bits, ByOctets, Column, Field, Gathered, Number, Packed
from tests.handlers.snmp import units
from tests.handlers.snmp.exact_figures import read_exactly
from tests.handlers.snmp.memory import both, of_rows, reader, table
from tests.recordings import Fixture
from tests.simulators.snmp_agent import Row
from tests.simulators.snmp_agent.device import OCTETS

A, B, C = Column("1.3.1"), Column("1.3.2"), Column("1.3.3")


def test_a_packed_text_is_split_by_position() -> None:
    """The identities of the main unit are without its number."""
    source = Packed(A, main="1")
    rows = both(source, {"1.3.1.1": "1,0, -1", "1.3.1.3": "0", "1.3.1.4": ""})
    assert rows == {"1": "1", "2": "0", "3": "-1", "3.1": "0"}


def test_a_text_that_lacks_the_field_is_left_out() -> None:
    objects = table("1.3.1", {"1": "name, 5,0", "2": "alone"})
    assert both(Field(A, 1), objects) == {"1": "5"}
    assert both(Field(A, 0), objects) == {"1": "name", "2": "alone"}


@pytest.mark.parametrize(
    "bit, expected", [(0, "1"), (2, "1"), (3, "0"), (8, "1"), (16, "0"), (99, "0")]
)
def test_bits_count_from_the_highest_of_the_first_octet_and_missing_ones_are_0(
    bit: int, expected: str
) -> None:
    assert both(Bits(A, bit), table("1.3.1", {"1": b"\xe0\x80"})) == {"1": expected}


@pytest.mark.parametrize(
    "held, bit, expected",
    [
        pytest.param("\xf0", 0, "1", id="the first bit of F0 in Latin-1 and of C3 B0 in UTF-8"),
        pytest.param("\xf0", 3, "", id="a bit in which Latin-1 and UTF-8 differ"),
        pytest.param("\udcf0", 3, "1", id="F0 by surrogateescape"),
        pytest.param("\ufffd", 0, "", id="U+FFFD for a lost octet"),
        pytest.param("\ufffd\x04", 3, "", id="after a lost octet"),
        pytest.param("\ud800", 0, "0", id="a surrogate that stands for no octet"),
        pytest.param("\u20ac", 0, "1", id="a character outside Latin-1: UTF-8 alone"),
        pytest.param("é", 1, "1", id="a bit in which C3 A9 and E9 agree"),
        pytest.param("é", 2, "", id="a bit in which C3 A9 and E9 differ"),
    ],
)
def test_a_bit_that_depends_on_how_a_platform_decoded_the_octets_is_empty(
    held: str, bit: int, expected: str
) -> None:
    assert both(Bits(A, bit), table("1.3.1", {"1": held})) == {"1": expected}


def test_a_number_is_made_from_one_arc_of_the_index() -> None:
    assert both(Number(A), table("1.3.1", {"0": 1, "1.9": 1})) == {"0": "1", "1.9": "10"}
    assert both(Number(A, plus=0, position=1), table("1.3.1", {"0": 1, "1.9": 1})) == {"1.9": "9"}


def test_the_meters_named_by_a_relay_are_summed_within_its_module() -> None:
    objects = {
        **table("1.3.1", {"0.1": 5, "0.2": 7, "1.1": 100, "0.4": "n/a"}),
        **table("1.3.2", {"0.1": "M1", "0.2": "M2", "1.1": "M1", "0.4": "M4"}),
        **table("1.3.3", {"0.1": "M1, M2", "1.1": "M1", "0.3": "M9", "0.4": "M1,M4", "0.5": ""}),
    }
    assert Gathered(A, B, C).rows(reader(objects)) == {"0.1": "12", "1.1": "100"}


def test_an_index_may_start_with_octets_of_another_column() -> None:
    lengths = {
        **table(
            "1.3.1", {"0.0.255.4": 125, "0.1.255.4": 7, "0.2.255.4": 1, "0.2.255.5": 2, "9": 3}
        ),
        **table(
            "1.3.2",
            {
                "1": b"\x00\x00\xff\x00",
                "2": "0x0001FF00",
                "3": b"\x00\x02\xff\x00",
                "4": b"\x00\x03\xff\x00",
                "5": b"\x09",
                "6": "",
            },
        ),
    }
    assert ByOctets(A, B, 3).rows(reader(lengths)) == {"1": 125, "2": 7, "3": "", "6": ""}
    assert ByOctets(A, B, 3).rows(reader(table("1.3.2", {"1": b"\x00\x00\xff"}))) == {}
    with pytest.raises(ValueError, match="length"):
        check_parts(ByOctets(A, B, 0))


@pytest.mark.parametrize(
    "decoded",
    ["\x00\xff", "\x00\udcff", "0x00FF", b"\x00\xff"],
    ids=["Latin-1", "surrogateescape", "hex", "none"],
)
def test_octets_are_found_in_an_index_however_a_platform_decoded_them(decoded: str | bytes) -> None:
    assert ByOctets(A, B, 2).rows(reader({"1.3.1.0.255.4": 125, "1.3.2.1": decoded})) == {"1": 125}
    assert ByOctets(A, B, 2).rows(reader({"1.3.1.195.191.4": 125, "1.3.2.1": "\xff"})) == {
        "1": 125
    }, "UTF-8"


@pytest.mark.sample(8)
@units.EACH_MECHANISM
def test_a_text_of_a_nul_is_read_as_an_empty_one(unit: Fixture) -> None:
    """The first text of each column."""
    columns: set[str] = set()
    for oid, row in unit.rows.items():
        column = oid.rpartition(".")[0]
        if row.tag == OCTETS and column not in columns:
            columns.add(column)
            empty, nul = (
                _answers(unit, {**unit.rows, oid: Row(OCTETS, octets)}) for octets in (b"", b"\0")
            )
            assert nul == empty, oid


def _answers(unit: Fixture, rows: Mapping[str, Row]) -> list[str]:
    """The states and the figures, or the errors."""
    answers: list[str] = []
    for scope in (ALL_STATES, FIGURES):
        try:
            device = units.find(unit, of_rows(rows), scope)
            answers.append(repr(read_exactly(device) if scope.figures else device.states))
        except PduHandlerError as error:
            answers.append(str(error))
    return answers
