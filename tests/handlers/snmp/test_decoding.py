from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from handlers.snmp.decoding import bits, number, octets


@pytest.mark.parametrize(
    "raw", ["", "n/a", "-", "1e3", "NaN", "inf", "1,5", "0x10", "1" * 30, "1.2.3", b"\x01\x02", "١"]
)
def test_anything_but_a_plain_short_number_is_none(raw: str | bytes) -> None:
    assert number(raw) is None


@given(st.binary(max_size=20))
def test_octets_are_the_same_in_every_form_that_the_platform_returns(value: bytes) -> None:
    assert octets(value) == octets("0x" + value.hex()) == value
    try:
        assert octets(value.decode("utf-8")) == value or value.startswith((b"0x", b"0X"))
    except UnicodeDecodeError:
        pass


@pytest.mark.parametrize(
    "raw, held",
    [
        ("9F 04 02 00 0 3 4 5 6 7 13 22", b"\x9f\x04\x02\x00"),
        ("00 04 13", b"\x00\x04"),
        ("9f 04", b"\x9f\x04"),
        ("00 00 ", b"\x00\x00"),
        ("00 ", b"\x00"),
        ("00", b"\x00"),
        ("F0 0 1 2 3 ", b"\xf0"),
        ("0C 4 5", b"\x0c"),
        ("0x9f04", b"\x9f\x04"),
        (b"9F 04", b"9F 04"),
        ("A", b"A"),
        ("9F", b"9F"),
        ("9F 04 1", b"9F 04 1"),
        ("", b""),
    ],
)
def test_bits_are_read_from_octets_and_from_the_output_of_net_snmp(
    raw: str | bytes, held: bytes
) -> None:
    assert bits(raw) == held


def test_a_hostile_text_of_many_octets_is_read() -> None:
    """In a time that grows with its length: with its square, this would take hours."""
    octet_text = "FF " * 500_000 + "x"
    assert bits(octet_text) == octet_text.encode()


@pytest.mark.parametrize(
    "raw, value",
    [
        ("0x312e303500", Decimal("1.05")),
        (b"1.05\0", Decimal("1.05")),
        ("0x3135", None),  # printable octets are not written so
        ("0x00", None),
    ],
)
def test_octets_that_end_with_a_nul_are_a_number_as_a_platform_writes_them(
    raw: str | bytes, value: Decimal | None
) -> None:
    assert number(raw) == value
