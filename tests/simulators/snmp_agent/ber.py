"""Encodes and decodes SNMPv1 and v2c messages (RFC 1157, RFC 3416) in BER."""

from __future__ import annotations

import functools
from typing import NamedTuple, Union

from .device import COUNTER64, INTEGER, OCTETS, OID, Arcs, Row

GET, GET_NEXT, RESPONSE, SET, GET_BULK = 0xA0, 0xA1, 0xA2, 0xA3, 0xA5
NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_MIB_VIEW = 0x80, 0x81, 0x82
NULL, _SEQUENCE = 0x05, 0x30
_NUMBERS = (INTEGER, 65, 66, 67, COUNTER64)

# one of the three exceptions above (RFC 3416, 3), which stand in the place of a value
ExceptionTag = int
# a value on the wire; None for NULL
Wire = Union[Row, ExceptionTag, None]
Binding = tuple[Arcs, Wire]


class BerError(ValueError):
    """Bytes that `decode` cannot read."""


class Pdu(NamedTuple):
    """In a GETBULK, `status` is the field non-repeaters, and `error_index` is max-repetitions (RFC
    3416).
    """

    kind: int
    request_id: int
    status: int
    error_index: int
    bindings: tuple[Binding, ...]


class Message(NamedTuple):
    version: int  # on the wire: 0 is SNMPv1, 1 is v2c
    community: bytes
    pdu: Pdu


def encode(message: Message) -> bytes:
    pdu = message.pdu
    bindings = b"".join(encode_binding(binding) for binding in pdu.bindings)
    body = (
        _integer(pdu.request_id)
        + _integer(pdu.status)
        + _integer(pdu.error_index)
        + _tlv(_SEQUENCE, bindings)
    )
    return _tlv(
        _SEQUENCE,
        _integer(message.version) + _tlv(OCTETS, message.community) + _tlv(pdu.kind, body),
    )


def decode(data: bytes) -> Message:
    """The message in the bytes of a datagram.

    Raises BerError for bytes of another form, such as SNMPv3 or a v1 trap.
    """
    parts = _parts(_expect(_parts(data), _SEQUENCE))
    if [tag for tag, _ in parts[:2]] != [INTEGER, OCTETS] or len(parts) != 3:
        raise BerError("no version, community and PDU")
    (_, version), (_, community), (kind, body) = parts
    fields = _parts(body)
    if [tag for tag, _ in fields] != [INTEGER, INTEGER, INTEGER, _SEQUENCE]:
        raise BerError("no request id, status, index and bindings")
    request_id, status, index = (_signed(content) for _, content in fields[:3])
    _, list_of_bindings = fields[3]
    bindings = tuple(_binding(tag, content) for tag, content in _parts(list_of_bindings))
    pdu = Pdu(kind, request_id, status, index, bindings)
    return Message(_signed(version), community, pdu)


def _tlv(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def _integer(number: int, tag: int = INTEGER) -> bytes:
    size = (number + (number < 0)).bit_length() // 8 + 1  # -128 needs one octet, 128 two
    return _tlv(tag, number.to_bytes(size, "big", signed=True))


@functools.lru_cache(maxsize=1 << 14)
def encode_binding(binding: Binding) -> bytes:
    oid, value = binding
    return _tlv(_SEQUENCE, _oid(oid) + _value(value))


def _oid(oid: Arcs) -> bytes:
    content = bytearray()
    for arc in (oid[0] * 40 + oid[1], *oid[2:]):
        octets = [arc & 0x7F]
        while arc > 0x7F:
            arc >>= 7
            octets.append(arc & 0x7F | 0x80)
        content.extend(reversed(octets))
    return _tlv(OID, bytes(content))


def _value(value: Wire) -> bytes:
    """The encoding of a value; NULL and the exceptions are a tag with a length of 0."""
    if value is None:
        return bytes((NULL, 0))
    if isinstance(value, int):
        exception_tag: ExceptionTag = value
        return bytes((exception_tag, 0))
    if isinstance(value.value, tuple):
        return _oid(value.value)
    if isinstance(value.value, int):
        return _integer(value.value, value.tag)
    return _tlv(value.tag, value.value)


def _parts(data: bytes) -> list[tuple[int, bytes]]:
    """The (tag, content) pairs in `data`.

    Raises BerError if they do not fill it exactly or a length has an unsupported form.
    """
    found = []
    position = 0
    while position < len(data):
        if position + 2 > len(data):
            raise BerError("cut off")
        tag = data[position]
        size = data[position + 1]
        position += 2
        if size & 0x80:
            octets = size & 0x7F
            if not 1 <= octets <= 4:
                raise BerError("a length that is indefinite or has more than 4 octets")
            size = int.from_bytes(data[position : position + octets], "big")
            position += octets
        if position + size > len(data):
            raise BerError("cut off")
        found.append((tag, data[position : position + size]))
        position += size
    return found


def _expect(parts: list[tuple[int, bytes]], tag: int) -> bytes:
    if len(parts) != 1 or parts[0][0] != tag:
        raise BerError(f"not one element of type {tag}")
    return parts[0][1]


def _signed(content: bytes) -> int:
    return int.from_bytes(content, "big", signed=True)


def _arcs(content: bytes) -> Arcs:
    arcs: list[int] = []
    number = 0
    for octet in content:
        number = number << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(number)
            number = 0
    if not arcs or content[-1] & 0x80:
        raise BerError("an OID that is empty or cut off")
    first = min(arcs[0] // 40, 2)
    return (first, arcs[0] - first * 40, *arcs[1:])


@functools.lru_cache(maxsize=1 << 14)
def _binding(tag: int, content: bytes) -> Binding:
    parts = _parts(content)
    if tag != _SEQUENCE or len(parts) != 2 or parts[0][0] != OID:
        raise BerError("a binding without name and value")
    kind, body = parts[1]
    value: Wire = None
    if kind in (NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_MIB_VIEW):
        value = kind
    elif kind == OID:
        value = Row(kind, _arcs(body))
    elif kind != NULL:
        value = Row(kind, _signed(body) if kind in _NUMBERS else body)
    return _arcs(parts[0][1]), value
