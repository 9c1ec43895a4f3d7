"""A value as Net-SNMP's snmpwalk prints it, with its type in front. Pure.

Examples: `STRING: "..."`, `Hex-STRING: 00 1A`, `Timeticks: (12) 0:00:00.12`, `INTEGER: on(1)`.

A MIB may have a DISPLAY-HINT, by which snmpwalk prints the values of a column (RFC 2579): d-1
inserts a point, 235 as 23.5; x prints hex, 255 as ff; b prints bits; 1x: prints octets as 0:1a.
"""

from __future__ import annotations

import itertools
import re
import struct
from bisect import bisect_left
from collections.abc import Sequence
from typing import Callable, Optional

from handlers.snmp.decoding import set_bits
from pdu_common.snmp_client.tool_api import (
    ADDRESS,
    COUNTER,
    COUNTER64,
    GAUGE,
    INTEGER,
    OCTETS,
    OID,
    OPAQUE,
    TICKS,
)

from .recorded_rows import NUMBERS, Arcs, SnmpRow

_WRONG_TYPE = re.compile(r"Wrong Type \(should be [^)]*\): ")
_TYPED = re.compile(
    rf"(?:{_WRONG_TYPE.pattern})?(?P<type>[A-Za-z][A-Za-z0-9 -]*?): ?(?P<value>.*)",
    re.DOTALL,
)
_TAGS = {
    "INTEGER": INTEGER,
    "Counter32": COUNTER,
    "Gauge32": GAUGE,
    "Unsigned32": GAUGE,
    "UInteger32": GAUGE,
    "Counter64": COUNTER64,
    "Timeticks": TICKS,
    "STRING": OCTETS,
    "Hex-STRING": OCTETS,
    "BITS": OCTETS,
    "OID": OID,
    "IpAddress": ADDRESS,
    "Network Address": ADDRESS,
    "Opaque": OPAQUE,
    "OPAQUE": OPAQUE,
}
# Tag and length of a float in an Opaque, which Net-SNMP prints as `Opaque: Float: 1.5`, and the
# tags of its whole numbers.
_FLOAT = bytes.fromhex("9f7804")
_OPAQUE_INTEGERS = {
    "Counter64": bytes.fromhex("9f76"),
    "Int64": bytes.fromhex("9f7a"),
    "UInt64": bytes.fromhex("9f7b"),
}
# A number with its units. A DISPLAY-HINT such as d-1 only inserts a point: Net-SNMP prints 235 as
# 23.5 (RFC 2579, 3.1).
_HINTED = re.compile(r"(-?[0-9]*\.?[0-9]+)(?:\s|$)")
# The hint b prints 32 digits, the hint x hexadecimal ones without a mark, negative numbers in 64
# bits.
_BINARY, _HEX = re.compile(r"([01]{32})(?:\s|$)"), re.compile(r"([0-9a-f]{1,16})(?:\s|$)")
_HEX_LETTERS = re.compile(
    r"(?:INTEGER|Gauge32|Unsigned32|Counter32): (?=[0-9]*[a-f])[0-9a-f]+(?:\s|$)"
)
_PAIRS = re.compile(r"(?:[0-9A-Fa-f]{2}(?: ?\n| |$))+")
_BIT = re.compile(r"(?:[A-Za-z][\w-]*\((0|[1-9][0-9]*)\)|(0|[1-9][0-9]*))")
# the hints 1x: of MacAddress (also of EUI-64 and InfiniBand), and that of DateAndTime (RFC 2579)
_HARDWARE_ADDRESS = re.compile(r"(?:0|[1-9a-f][0-9a-f]?)(?::(?:0|[1-9a-f][0-9a-f]?))*\s*")
_HARDWARE_OCTETS = (6, 8, 20)
_DATE = re.compile(
    r"{0}-{0}-{0},{0}:{0}:{0}\.{0}(?:,([+-]){0}:{0})?\s*".format("(0|[1-9][0-9]{0,4})")
)
_NOTHING = ("No Such ", "No more variables", "NULL")


class UnknownType(Exception):
    """A value has a type that no row can have."""


def is_typed(text: str) -> bool:
    """Whether a type stands in front of the value: it does in "INTEGER: 5", not in "5"."""
    return _TYPED.match(text) is not None


def is_hexadecimal(text: str) -> bool:
    """Whether the value is a number that the DISPLAY-HINT x printed, because it has a letter: it is
    in "INTEGER: 1f"; in "INTEGER: 15" that is not known.
    """
    return _HEX_LETTERS.match(text) is not None


def opens_quotes(text: str) -> bool:
    """Whether the value is a text between quotes that does not end in this line.

    >>> opens_quotes('STRING: "two'), opens_quotes('STRING: "one"')
    (True, False)
    """
    begins = re.match(r'(?:[A-Za-z][A-Za-z0-9 -]*: ?)?"', text)
    return begins is not None and has_odd_quotes(text)


def has_odd_quotes(line: str) -> bool:
    r"""Whether the number of quotes in a line is odd.

    Quotes that belong to a text follow a backslash and are not counted.

    >>> has_odd_quotes('STRING: "one'), has_odd_quotes(r'STRING: "a \"b\""')
    (True, False)
    """
    return re.sub(r"\\.", "", line).count('"') % 2 == 1


def may_go_on(text: str, line: str) -> bool:
    """Whether a line may belong to the value `text` of the line before it. That must be octets, if
    the line has octets too, or a text without quotes.

    >>> may_go_on("Hex-STRING: 00 1A", "FF 02"), may_go_on("INTEGER: 5", "FF 02")
    (True, False)
    """
    match = _TYPED.match(text)
    if match is None or not line.strip():
        return match is not None
    if _TAGS.get(match["type"]) not in (OCTETS, OPAQUE):
        return False
    if match["type"] == "STRING":
        return not match["value"].startswith('"')
    return bool(_PAIRS.match(line))


def parse_value(
    text: str, oid_of: Callable[[str], Arcs], *, has_types: bool, is_hex: bool
) -> Optional[SnmpRow]:
    """The row for the text after `OID = `; None if it says that there is no value, as "No Such
    Object".

    `oid_of`: the OID of a text, for values that are OIDs. `has_types`: other rows of the file have
    a type; then a bare number is one of TimeTicks, as snmpwalk -Ot prints it. `is_hex`: numbers of
    this column are printed by the DISPLAY-HINT x.

    Raises ValueError, OverflowError, UnknownType, and what `oid_of` raises.

    >>> parse_value("Gauge32: 25 seconds", lambda text: (), has_types=True, is_hex=False)
    SnmpRow(tag=66, value=25)
    >>> for text in ("INTEGER: on(1)", 'STRING: "web"', "12", "No Such Object"):
    ...     print(parse_value(text, lambda text: (), has_types=True, is_hex=False))
    SnmpRow(tag=2, value=1)
    SnmpRow(tag=4, value=b'web')
    SnmpRow(tag=67, value=12)
    None
    """
    if text.startswith(_NOTHING):
        return None
    if text in ('""', ""):
        return SnmpRow(OCTETS, b"")
    match = _TYPED.match(text)
    if match is None:
        ticks = _WRONG_TYPE.sub("", text, count=1).strip()
        if has_types and ticks.isascii() and ticks.isdigit():
            return SnmpRow(TICKS, int(ticks))
        raise ValueError("the value has no type: run snmpwalk without -OQ")
    name, value = match["type"], match["value"]
    if name not in _TAGS:
        raise UnknownType
    tag = _TAGS[name]
    value_text = value.strip()
    if tag in NUMBERS:
        return SnmpRow(tag, _number(tag, value_text, is_hex=is_hex))
    if tag == OID:
        return SnmpRow(tag, oid_of(value_text))
    if tag == ADDRESS:
        return SnmpRow(tag, _address(value_text))
    return SnmpRow(tag, _octets_of_type(name, value))


def _octets_of_type(name: str, value: str) -> bytes:
    r"""The octets of a value that is printed behind this name of its type: Opaque, STRING, BITS,
    or another one of octets. Raises ValueError and UnknownType.

    >>> _octets_of_type("Hex-STRING", "00 1A"), _octets_of_type("STRING", '"on"')
    (b'\x00\x1a', b'on')
    """
    if name == "Opaque":  # of a number; other octets are printed after "OPAQUE:"
        return _opaque_number(value.strip())
    if name == "STRING":
        return _string(value)
    return _bits(value) if name == "BITS" else _octets(value)


def _address(text: str) -> bytes:
    r"""The octets of an address: decimal with points between them, hexadecimal with colons.

    >>> _address("192.0.2.8"), _address("C0:00:02:08")
    (b'\xc0\x00\x02\x08', b'\xc0\x00\x02\x08')
    """
    if ":" in text:
        return bytes(int(part, 16) for part in text.split(":"))
    return bytes(int(part) for part in text.split("."))


def _number(tag: int, text: str, *, is_hex: bool) -> int:
    """The number in a text, for a row with this tag: 32 bits; with `is_hex` hexadecimal; decimal,
    from which the point of a DISPLAY-HINT is taken; or in parentheses after a name. Raises
    ValueError.

    >>> _number(INTEGER, "23.5 A", is_hex=False)  # a DISPLAY-HINT inserts the point
    235
    >>> _number(INTEGER, "on(1)", is_hex=False), _number(GAUGE, "1f", is_hex=True)
    (1, 31)
    """
    binary = _BINARY.match(text)
    if binary is not None:
        return _signed(tag, int(binary[1], 2))
    hexadecimal = _HEX.match(text) if is_hex else None
    if hexadecimal is not None:
        return _signed(tag, int(hexadecimal[1], 16))
    decimal = _HINTED.match(text) or re.search(r"\((-?[0-9]+)\)", text)
    if decimal is None:
        raise ValueError(f"{text[:30]!r} is not a number")
    digits = decimal[1].replace(".", "")  # a DISPLAY-HINT inserted the point
    return int(digits)


def _signed(tag: int, number: int) -> int:
    """The number whose 32 or 64 bits were read as `number` without a sign: for the tag INTEGER they
    are in two's complement. An INTEGER of SNMP has 32 bits, so `number` is below 2**32, or has the
    64 bits of a negative one and is at least 2**63.

    >>> _signed(INTEGER, 2**32 - 1), _signed(GAUGE, 2**32 - 1)
    (-1, 4294967295)
    >>> _signed(INTEGER, 2**64 - 1)
    -1
    """
    if tag != INTEGER or number < 2**31:
        return number
    size = 2**64 if number >= 2**63 else 2**32
    return number - size


def _opaque_number(text: str) -> bytes:
    """The octets of an Opaque in which Net-SNMP sends a float or a 64-bit integer, which it prints
    as KIND: NUMBER. Raises UnknownType for another kind.

    >>> _opaque_number("Float: 1.5").hex(), _opaque_number("Int64: -1").hex()
    ('9f78043fc00000', '9f7a01ff')
    """
    kind, _, number_and_units = text.partition(": ")
    digits, _, _ = number_and_units.partition(" ")
    if kind == "Float":
        return _FLOAT + struct.pack(">f", float(digits))
    if kind not in _OPAQUE_INTEGERS:
        raise UnknownType
    number = int(digits)
    magnitude = number if number >= 0 else ~number
    size = magnitude.bit_length() // 8 + 1  # with the bit of the sign
    content = number.to_bytes(size, "big", signed=True)
    return _OPAQUE_INTEGERS[kind] + bytes([size]) + content


def _string(value: str) -> bytes:
    r"""The octets of a STRING: a text between quotes, a hardware address or a date that a
    DISPLAY-HINT printed, or a text without quotes. Raises ValueError for quotes that do not end.

    A hint prints numbers without leading zeros, so 00:90:0b:01:02:03 is a text.

    >>> _string('"db-1"'), _string("0:90:b:1:2:3"), _string("00:90:0b:01:02:03")
    (b'db-1', b'\x00\x90\x0b\x01\x02\x03', b'00:90:0b:01:02:03')
    """
    # units may follow
    quotation = re.fullmatch(r'"(.*)"(?: [^"]*)?\s*', value, re.DOTALL)
    if quotation is not None:
        text = re.sub(r"\\(.)", r"\1", quotation[1], flags=re.DOTALL)
        return text.encode("utf-8", "surrogateescape")
    if value.startswith('"'):
        raise ValueError(f"the text {value[:30]!r} does not end with a quote")
    parts = value.split(":")
    if len(parts) in _HARDWARE_OCTETS and _HARDWARE_ADDRESS.fullmatch(value):
        return bytes(int(part, 16) for part in parts)
    date = _DATE.fullmatch(value)
    if date is not None:
        return _date_octets(date.groups())
    return value.encode("utf-8", "surrogateescape")


def _date_octets(fields: Sequence[Optional[str]]) -> bytes:
    """The octets of a DateAndTime (RFC 2579) with these fields, from year to tenths of a second,
    then sign, hours and minutes of the time zone or None: two octets of the year, one of each other
    field.

    >>> _date_octets(["2026", "12", "1", "13", "30", "15", "0", None, None, None]).hex()
    '07ea0c010d1e0f00'
    """
    year, *other_fields = [field for field in fields if field is not None]
    octets = [ord(field) if field in "+-" else int(field) for field in other_fields]
    return struct.pack(">H", int(year)) + bytes(octets)


def _octets(value: str) -> bytes:
    r"""The octets of a Hex-STRING or an OPAQUE. Behind a second blank units may follow. Raises
    ValueError for text that is not hex.

    >>> _octets("00 1A FF"), _octets("00 1A  seconds")
    (b'\x00\x1a\xff', b'\x00\x1a')
    """
    pairs = _PAIRS.match(value)
    digits = pairs[0] if pairs is not None else ""
    text_after = value.removeprefix(digits)
    if not re.fullmatch(r"\s*| \S.*", text_after):
        raise ValueError(f"{text_after[:30]!r} is not hex")
    return bytes.fromhex(digits)


def _bits(value: str) -> bytes:
    r"""The octets of a BITS value. snmpwalk prints them in hex, and behind them the bits that are
    set, each with its name in the MIB or its number alone: 80 00 first(0). Where the octets end is
    found out: in "00 20 10" behind two, as 10 is the bit that is set in them; behind three octets,
    their two bits would follow. Raises ValueError if they end nowhere.

    >>> _bits("80 00 first(0)"), _bits("00 20 10")
    (b'\x80\x00', b'\x00 ')
    """
    words = value.split()
    if not words:
        return b""
    hex_words = list(itertools.takewhile(re.compile("[0-9A-Fa-f]{2}").fullmatch, words))
    octets = bytes.fromhex("".join(hex_words))
    numbers_of_bits = set_bits(octets)
    # one size alone can fit: more octets have no fewer bits, and leave fewer words for them
    for size in range(1, len(octets) + 1):
        bit_count = bisect_left(numbers_of_bits, 8 * size)
        has_same_count = len(words) - size == bit_count
        if has_same_count and _bit_numbers(words[size:]) == numbers_of_bits[:bit_count]:
            return octets[:size]
    # snmpwalk may list only some of the bits
    listed_bits = _bit_numbers(words[len(octets) :])
    if not listed_bits or not set(listed_bits) <= set(numbers_of_bits):
        raise ValueError(f"{value[:30]!r}: the octets and the bits cannot be told apart")
    return octets


def _bit_numbers(words: Sequence[str]) -> Optional[list[int]]:
    """The numbers of the bits that these words name, as "first(0)" or "12"; None if one of them
    names no bit.

    >>> _bit_numbers(["first(0)", "12"]), _bit_numbers(["A0"])
    ([0, 12], None)
    """
    numbers: list[int] = []
    for word in words:
        match = _BIT.fullmatch(word)
        if match is None:
            return None
        numbers.append(int(match[1] or match[2]))
    return numbers
