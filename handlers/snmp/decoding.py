"""A value as an SNMP agent sent it, or as the platform returned it, decoded to text, octets, bits
or an exact number. The platform may return octets as bytes, as text, or as hex digits after `0x`:

    text(b"web 1")   number("1.5")     octets("0x0301")   bits("C0 0 1")
    "web 1"          Decimal("1.5")    b"\\x03\\x01"        b"\\xc0": bits 0 and 1 are set

A cell of a table is such a value, or a `Missing`: the device should have it and did not answer.
PLACEHOLDERS are the largest numbers of registers of 31 to 64 bits, by which devices say "no value";
PLACEHOLDERS_16 those of 15 and 16 bits, such as 65535.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection
from decimal import Decimal
from typing import Optional

from ..dcimanager.rows import Raw
from ..shared.ceilings import PLACEHOLDERS, PLACEHOLDERS_16
from .cells import Cell, Missing, Rows

# limit in digits for the numbers in an identity, except a row's index
LONGEST_NUMBER = 9
# limit for hex pairs before bit numbers: the checking time grows with the square of their count
_MOST_OCTETS = 64
_NUMBER = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{1,20})?")
_PAIR = re.compile(r"[0-9a-fA-F]{2}")
_HEX = re.compile(r"0[xX]((?:[0-9a-fA-F]{2})*)")


def text(raw: Cell) -> str:
    r"""The value of a cell as text, without white space and NULs around it:

    >>> text(15), text(b"web 1\0"), text(" on ")
    ('15', 'web 1', 'on')

    A cell that is missing has none, as an empty one:

    >>> text(Missing("no answer"))
    ''
    """
    if isinstance(raw, Missing):
        return ""
    if isinstance(raw, int):
        return str(raw)
    characters = _decode(raw) if isinstance(raw, bytes) else raw
    return characters.strip(" \t\r\n\0")


def _decode(octets: bytes) -> str:
    r"""Octets as text: UTF-8 (RFC 3411, 5, SnmpAdminString), or Latin-1 if they are no UTF-8, as of
    older firmware.

    >>> _decode(b"B\xc3\xbcro"), _decode(b"B\xfcro")
    ('Büro', 'Büro')
    """
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("latin-1")


def printable_text(raw: Cell, longest: int = 80) -> str:
    r"""The value of a cell for a person: one line without control characters, of at most `longest`
    characters; "" for a cell that is missing.

    >>> printable_text(b"web\n1"), printable_text("rack 12", 4), printable_text(Missing("lost"))
    ('web1', 'rack', '')
    """
    return "".join(filter(str.isprintable, text(raw)))[:longest]


def octets(raw: Raw) -> bytes:
    r"""The octets of an OCTET STRING. The platform returns them as bytes, as text (taken for
    decoded UTF-8), or as hex digits after `0x`:

    >>> octets(b"AB"), octets("AB"), octets("0x0301")
    (b'AB', b'AB', b'\x03\x01')
    """
    if isinstance(raw, bytes):
        return raw
    match = _HEX.fullmatch(str(raw))
    try:
        return bytes.fromhex(match[1]) if match else str(raw).encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # a surrogate that `surrogateescape` does not produce
        return str(raw).encode("utf-8", "replace")


def octets_if_latin_1(raw: Raw) -> Optional[bytes]:
    r"""The octets of a text if it was decoded as Latin-1, one for each character. None for a value
    that was not: no text, text in ASCII alone, or with a character that Latin-1 does not have:

    >>> octets_if_latin_1("\xff\x01")
    b'\xff\x01'
    >>> octets_if_latin_1("AB"), octets_if_latin_1("\u20ac"), octets_if_latin_1(b"\xff")
    (None, None, None)
    """
    if not isinstance(raw, str) or raw.isascii():
        return None
    try:
        return raw.encode("latin-1")
    except UnicodeEncodeError:
        return None


def bits(raw: Raw) -> bytes:
    r"""The octets of a BITS value, from octets or from the text that Net-SNMP makes of it: pairs of
    hex digits, then the numbers of the set bits (`9F 04 0 3 4 5 6 7 13`).

    >>> bits(b"\xc0"), bits("C0 0 1")
    (b'\xc0', b'\xc0')

    Pairs without numbers are such a text if they are two or more, or `00`; other text is the octets
    themselves:

    >>> bits("C0 80"), bits("00"), bits("AB")
    (b'\xc0\x80', b'\x00', b'AB')
    """
    if not isinstance(raw, str):
        return octets(raw)
    words = raw.split()
    pairs = list(itertools.takewhile(_PAIR.fullmatch, words))
    longest = min(len(pairs), _MOST_OCTETS, len(words) - 1)
    for pair_count in range(longest, 0, -1):  # "10" may be a pair, or the number of a bit
        leading_octets = bytes.fromhex("".join(words[:pair_count]))
        numbers = words[pair_count:]
        if numbers == [str(bit) for bit in set_bits(leading_octets)]:
            return leading_octets
    is_pairs_alone = len(words) > 1 and words == pairs
    if is_pairs_alone or words == ["00"]:
        return bytes.fromhex("".join(words))
    return octets(raw)


def set_bits(octets: bytes) -> list[int]:
    """The numbers of the bits that are 1; bit 0 is the highest of the first octet (RFC 2578, 8).

    >>> set_bits(bytes([0b10000001, 0b10000000]))
    [0, 7, 8]
    """
    return [bit for bit in range(8 * len(octets)) if octets[bit // 8] & 0x80 >> bit % 8]


def number(raw: Optional[Cell], unit: str = "") -> Optional[Decimal]:
    """The value of a cell as an exact number. None if it is missing or no decimal number, of at
    most 20 digits on each side of the point:

    >>> number(15), number(" -0.10 "), number("n/a"), number(Missing("no answer"))
    (Decimal('15'), Decimal('-0.10'), None, None)

    unit: text that may follow the number.

    >>> number("230 V", "V"), number("230 V")
    (Decimal('230'), None)

    The platform returns text that ends with a NUL as hex digits; here of "2.5" and a NUL:

    >>> number("0x322e3500")
    Decimal('2.5')
    """
    if isinstance(raw, int):
        return Decimal(raw)
    digits = "" if raw is None else text(raw)
    if digits.startswith(("0x", "0X")):
        # a platform's text of octets that are not all printable, such as digits with a NUL
        hex_octets = octets(digits)
        if hex_octets.endswith(b"\0"):
            digits = text(hex_octets)
    if unit and digits.endswith(unit):
        digits = digits[: -len(unit)].rstrip()
    if not _NUMBER.fullmatch(digits):
        return None
    return Decimal(digits)


def is_one_of(value: Optional[Cell], words: Collection[str]) -> bool:
    """Whether a cell reads one of these words. A number compares as text; one that is not there, or
    is missing, reads none, not even "".

    >>> is_one_of(1, ("1", "2")), is_one_of("3", ("1", "2"))
    (True, False)
    >>> is_one_of(None, ("",)), is_one_of(Missing("no answer"), ("",))
    (False, False)
    """
    return value is not None and not isinstance(value, Missing) and text(value) in words


def is_number(word: str) -> bool:
    """Whether a word is a number of at most nine digits, as outlets and units have.

    >>> is_number("12"), is_number("AUX1"), is_number("2.7"), is_number("1234567890")
    (True, False, False, False)
    """
    return word.isascii() and word.isdigit() and len(word) <= LONGEST_NUMBER


def is_filled_register(value: Optional[Cell]) -> bool:
    """Whether a number is the largest one of a register of 15 bits or more, by which many devices
    say "no reading".

    >>> is_filled_register(65535), is_filled_register("32767")
    (True, True)
    >>> is_filled_register(255), is_filled_register("n/a")
    (False, False)
    """
    return number(value) in PLACEHOLDERS | PLACEHOLDERS_16


def counted_by(value: Optional[Cell]) -> Optional[int]:
    """How many rows or parts a device counts by one cell: a whole number from 0 on. None if the
    cell does not tell: a negative number, the largest number of a register (65535), text, a missing
    cell, or no cell.

    >>> counted_by(24), counted_by("24"), counted_by(0)
    (24, 24, 0)
    >>> counted_by(-1), counted_by(65535), counted_by("n/a"), counted_by(Missing("no answer"))
    (None, None, None, None)
    """
    count = number(value)
    if count is None or count < 0 or count != int(count) or is_filled_register(value):
        return None
    return int(count)


def counted(counts: Rows) -> int:
    """How many rows or parts all units of a device count together. A unit whose count does not tell
    adds nothing:

    >>> counted({"1": 24, "2": 8}), counted({"1": 24, "2": -1})
    (32, 24)
    """
    numbers = [counted_by(value) or 0 for value in counts.values()]
    return sum(numbers)
