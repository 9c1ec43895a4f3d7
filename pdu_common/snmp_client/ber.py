"""BER as SNMP uses it: definite lengths, primitive simple types (X.690; RFC 3417, 8).

An *element* is a tag, which tells its type, a length, and as many octets of content: 02 01 07 is
the INTEGER 7. Functions read the element that begins at index `at` of a datagram, `data`, and ends
at or before index `end`; they return indexes into it, too.

Lengths with leading zeros and integers that are longer than needed are read, because many devices
send numbers of a fixed size; so are unsigned numbers without the octet 0 that a highest bit needs.
Everything else that is not BER is refused.
"""

from __future__ import annotations

import functools
from typing import Union

Arcs = tuple[int, ...]

INTEGER = 0x02
OCTETS = 0x04
NULL = 0x05
OID = 0x06
SEQUENCE = 0x30

_MOST_ARCS = 128  # RFC 2578, 3.5
_MOST_ARC = 2**32 - 1  # RFC 2578, 3.5
_LENGTH_OCTETS = 4
# OIDs that are kept decoded, and encoded: at most 12 MB each, if all have the most arcs
_KEPT = 2048


class Malformed(ValueError):
    """Octets that are not what this codec expects. The text never contains them."""


def head(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """The tag of the element at `at`, and the indexes where its content begins and stops. Raises
    Malformed if the element does not end at or before `end`.

    >>> head(bytes.fromhex("020107"), at=0, end=3)
    (2, 2, 3)
    >>> head(bytes.fromhex("020407"), at=0, end=3)
    Traceback (most recent call last):
    pdu_common.snmp_client.ber.Malformed: cut off
    """
    begin = at + 2
    if begin > end:
        raise Malformed("cut off")
    size = data[at + 1]
    if size > 0x7F:
        octets = size & 0x7F
        if not 1 <= octets <= _LENGTH_OCTETS:
            raise Malformed("a length that is indefinite or has more than 4 octets")
        size = int.from_bytes(data[begin : begin + octets], "big")
        begin += octets
    stop = begin + size
    if begin > end or stop > end:
        raise Malformed("cut off")
    return data[at], begin, stop


def content_bounds(data: bytes, at: int, end: int, tag: int) -> tuple[int, int]:
    """The indexes where the content of the element at `at` begins and stops. Raises Malformed for
    another tag than `tag`.

    >>> content_bounds(bytes.fromhex("020107"), at=0, end=3, tag=INTEGER)
    (2, 3)
    """
    tag_of_element, begin, stop = head(data, at, end)
    if tag_of_element != tag:
        raise Malformed(f"type {tag_of_element:#04x} instead of {tag:#04x}")
    return begin, stop


def exact_content_bounds(data: bytes, at: int, end: int, tag: int) -> tuple[int, int]:
    """The indexes where the content of the element at `at` begins and stops. Raises Malformed for
    another tag, and if octets follow the element before `end`.

    >>> exact_content_bounds(bytes.fromhex("02010700"), at=0, end=4, tag=INTEGER)
    Traceback (most recent call last):
    pdu_common.snmp_client.ber.Malformed: octets after the end
    """
    begin, stop = content_bounds(data, at, end, tag)
    if stop != end:
        raise Malformed("octets after the end")
    return begin, stop


def integer(data: bytes, at: int, end: int, lowest: int, highest: int) -> tuple[int, int]:
    """The number in the INTEGER at `at`, and the index where the next element begins. Raises
    Malformed for another type, and a number outside the range.

    >>> integer(bytes.fromhex("0201070500"), at=0, end=5, lowest=0, highest=9)
    (7, 3)
    """
    begin, stop = content_bounds(data, at, end, INTEGER)
    return number(data[begin:stop], lowest, highest), stop


def number(content: bytes, lowest: int, highest: int, *, is_signed: bool = True) -> int:
    """The number in the content of an INTEGER or of a type derived from it. Raises Malformed
    outside the range. Of a type without negative numbers, `is_signed` is false: some agents leave
    out the octet 0 in front of a highest bit that is set.

    >>> number(bytes.fromhex("ff"), -128, 127), number(bytes.fromhex("ff"), 0, 255, is_signed=False)
    (-1, 255)
    """
    if not content:
        raise Malformed("a number without octets")
    value = int.from_bytes(content, "big", signed=is_signed)
    if not lowest <= value <= highest:
        raise Malformed("a number outside its range")
    return value


def octets(data: bytes, at: int, end: int) -> tuple[bytes, int]:
    """The content of the OCTET STRING at `at`, and the index where the next element begins. Raises
    Malformed for another type.

    >>> octets(bytes.fromhex("04026f6e"), at=0, end=4)
    (b'on', 4)
    """
    begin, stop = content_bounds(data, at, end, OCTETS)
    return data[begin:stop], stop


@functools.lru_cache(maxsize=_KEPT)  # PDUs of a family have the same objects
def arcs(content: bytes) -> Arcs:
    """The arcs in the content of an OBJECT IDENTIFIER. Its first number holds two of them: 43 is
    1.3 (X.690, 8.19.4). Raises Malformed for what is none, and more arcs than SNMP has.

    >>> arcs(bytes.fromhex("2b06010401823e"))
    (1, 3, 6, 1, 4, 1, 318)
    """
    first_number, *other_arcs = _numbers(content)
    first_arc = min(first_number // 40, 2)
    arcs = (first_arc, first_number - first_arc * 40, *other_arcs)
    if len(arcs) > _MOST_ARCS or max(arcs) > _MOST_ARC:
        raise Malformed("an OID beyond the limits of SNMP")
    return arcs


def _numbers(content: bytes) -> list[int]:
    """The numbers in the content of an OID, at least one. They are in base 128: the highest bit of
    an octet says that its number goes on (X.690, 8.19.2). Raises Malformed for a number that is cut
    off or too large.

    >>> _numbers(bytes.fromhex("2b823e"))
    [43, 318]
    """
    numbers: list[int] = []
    value = 0
    for octet in content:
        if octet > 0x7F:
            if octet == 0x80 and not value:
                raise Malformed("an arc with leading zeros")
            value = value << 7 | octet & 0x7F
            if value > _MOST_ARC:
                raise Malformed("an arc of more than 32 bits")
            continue
        numbers.append(value << 7 | octet)
        value = 0
    if not numbers or content[-1] > 0x7F:
        raise Malformed("an OID that is empty or cut off")
    return numbers


def tlv(tag: int, content: bytes) -> bytes:
    """The octets of an element: tag, length and content.

    >>> tlv(OCTETS, b"on").hex(), tlv(OCTETS, bytes(200))[:3].hex()
    ('04026f6e', '0481c8')
    """
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    size_octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(size_octets))) + size_octets + content


def encode_integer(value: int) -> bytes:
    """The octets of an INTEGER of a number from 0 on.

    >>> encode_integer(7).hex(), encode_integer(200).hex()
    ('020107', '020200c8')
    """
    return tlv(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def value_content(value: Union[int, bytes]) -> bytes:
    """The content of an INTEGER, in the fewest octets, or of an OCTET STRING.

    >>> value_content(-1).hex(), value_content(b"on").hex()
    ('ff', '6f6e')
    """
    if isinstance(value, bytes):
        return value
    magnitude = value if value >= 0 else ~value
    return value.to_bytes(magnitude.bit_length() // 8 + 1, "big", signed=True)


@functools.lru_cache(maxsize=_KEPT)
def encode_null_varbind(oid: Arcs) -> bytes:
    """The octets of a row of a request that reads: a SEQUENCE of an OBJECT IDENTIFIER and NULL.

    >>> encode_null_varbind((1, 3, 6)).hex()
    '300606022b060500'
    """
    return tlv(SEQUENCE, encode_oid(oid) + tlv(NULL, b""))


def encode_oid(oid: Arcs) -> bytes:
    """The octets of an OBJECT IDENTIFIER of at least two arcs.

    >>> encode_oid((1, 3, 6, 1, 4, 1, 318)).hex()
    '06072b06010401823e'
    """
    content = bytearray()
    for arc in (oid[0] * 40 + oid[1], *oid[2:]):
        if arc < 0x80:
            content.append(arc)
            continue
        shift = (arc.bit_length() - 1) // 7 * 7
        while shift:
            content.append(arc >> shift & 0x7F | 0x80)
            shift -= 7
        content.append(arc & 0x7F)
    return tlv(OID, bytes(content))
