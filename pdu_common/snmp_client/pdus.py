"""PDUs and the messages of SNMPv1 and v2c (RFC 1157, RFC 1901, RFC 3416) in BER.

A *PDU* (here of SNMP) is a request or an answer, with *rows*: pairs of an OID, as a tuple of its
*arcs*, and a value. A *message* is a datagram: version, community and PDU. An UNDECODABLE value
stands for octets that cannot be decoded, with the reason. `at` and `end` are indexes into `data`.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

from . import ber, reads
from .ber import Malformed
from .reads import Arcs, Rows, SnmpRequest, TypedValue

RESPONSE = 0xA2
REPORT = 0xA8
V1, V2C = 0, 1  # versions on the wire

_LOWEST, _HIGHEST = -(2**31), 2**31 - 1
# UInteger32 of RFC 1442, 7.1.11: read as what took its place, Gauge32 (RFC 2578, 7.1.7)
_UINTEGER = 0x47
# of an answer whose rows end within a row
_NO_NAME: Arcs = ()
# tags of numbers, with their ranges (RFC 3416, 3; RFC 2578, 7.1)
_NUMBERS = {
    # Net-SNMP's snmpd sends an INTEGER from 2^31 to 2^32 - 1 of a pass_persist script as it is
    reads.INTEGER: (-(2**63), 2**63 - 1),
    reads.COUNTER: (0, 2**32 - 1),
    reads.GAUGE: (0, 2**32 - 1),
    reads.TICKS: (0, 2**32 - 1),
    reads.COUNTER64: (0, 2**64 - 1),
    _UINTEGER: (0, 2**32 - 1),
}
_EMPTY = (
    reads.NULL,
    reads.NO_SUCH_OBJECT,
    reads.NO_SUCH_INSTANCE,
    reads.END_OF_MIB_VIEW,
)
_STRINGS = (reads.OCTETS, reads.OPAQUE)
_ADDRESS_OCTETS = 4
_LONGEST_STRING = 65_535  # RFC 2578, 7.1.2


class Pdu(NamedTuple):
    """A decoded PDU."""

    #: its tag, such as RESPONSE
    kind: int
    request_id: int
    #: error-status as a number
    status: int
    rows: Rows


def encode(request: SnmpRequest, request_id: int) -> bytes:
    """The octets of the PDU of a request. `request_id`: 0 to 2**31 - 1, by which its answer is
    known.

    >>> encode(SnmpRequest(reads.GET, ((1, 3, 6),)), 7).hex()
    'a0130201070201000201003008300606022b060500'
    """
    return ber.tlv(request.kind, ber.encode_integer(request_id) + _objects(request))


@functools.lru_cache(maxsize=512)  # a unit is read by the same requests again and again
def _objects(request: SnmpRequest) -> bytes:
    """The octets of a request's PDU behind its identifier, which are the same in each poll: two
    numbers, and the rows with NULL, or of a SET with the value.
    """
    if request.value is None:
        bindings = b"".join(map(ber.encode_null_varbind, request.oids))
    else:
        tag, value = request.value
        written_value = ber.tlv(tag, ber.value_content(value))
        bindings = ber.tlv(ber.SEQUENCE, ber.encode_oid(request.oids[0]) + written_value)
    # error-status and error-index; of a GETBULK non-repeaters and max-repetitions
    numbers = ber.encode_integer(0) + ber.encode_integer(request.most)
    return numbers + ber.tlv(ber.SEQUENCE, bindings)


def decode(data: bytes, at: int, end: int, version: int = V2C) -> Pdu:
    """The answer or report at `at`, which must end at `end`. `version` is that on the wire: V1 or
    V2C, whose PDUs SNMPv3 has. Raises Malformed for what is none.

    A row whose value cannot be decoded is UNDECODABLE, as it may be one that nobody asked for. If
    its OID cannot be decoded either, the row has the arcs () and is the last one.
    """
    kind, at, stop = ber.head(data, at, end)
    if kind not in (RESPONSE, REPORT) or stop != end:
        raise Malformed("no answer")
    request_id, at = ber.integer(data, at, end, _LOWEST, _HIGHEST)
    status, at = ber.integer(data, at, end, 0, _HIGHEST)
    _error_index, at = ber.integer(data, at, end, 0, _HIGHEST)
    rows = _rows(data, at, end)
    if version == V1:
        rows = _without_counter64(rows)
    return Pdu(kind=kind, request_id=request_id, status=status, rows=rows)


def _without_counter64(rows: Rows) -> Rows:
    """The rows, in which a Counter64, a type that SNMPv1 lacks, is UNDECODABLE (RFC 2576, 2.1.1).
    v1 has no exceptions such as noSuchObject either, but some agents send them.

    >>> ((_, value),) = _without_counter64([((1, 3), TypedValue(reads.COUNTER64, 7))])
    >>> value
    TypedValue(tag=-1, value=b'of a type that SNMPv1 does not have')
    """
    undecodable = _undecodable("of a type that SNMPv1 does not have")
    rows_of_v1: Rows = []
    for arcs, value in rows:
        is_counter64 = value.tag == reads.COUNTER64
        rows_of_v1.append((arcs, undecodable if is_counter64 else value))
    return rows_of_v1


def _rows(data: bytes, at: int, end: int) -> Rows:
    """The rows in the SEQUENCE at `at`, which must end at `end`. The first one whose OID cannot be
    decoded is UNDECODABLE, with the arcs (), and is the last.

    >>> _rows(bytes.fromhex("3009300706022b06020107"), 0, 11)
    [((1, 3, 6), TypedValue(tag=2, value=7))]
    """
    rows: Rows = []
    try:
        at, end = ber.exact_content_bounds(data, at, end, ber.SEQUENCE)
        while at < end:
            row, at = _row(data, at, end)
            rows.append(row)
    except Malformed as error:
        rows.append((_NO_NAME, _undecodable(str(error))))
    return rows


def _row(data: bytes, at: int, end: int) -> tuple[tuple[Arcs, TypedValue], int]:
    """The row in the SEQUENCE at `at`, its OID and its value, and the index where the next row
    begins. Raises Malformed if the OID cannot be decoded; a value that cannot is UNDECODABLE.
    """
    begin, stop = ber.content_bounds(data, at, end, ber.SEQUENCE)
    name_begin, name_stop = ber.content_bounds(data, begin, stop, ber.OID)
    arcs = ber.arcs(data[name_begin:name_stop])
    try:
        tag, value_begin, value_stop = ber.head(data, name_stop, stop)
        if value_stop != stop:
            raise Malformed("more than one value")
        value = _value(tag, data[value_begin:value_stop])
    except Malformed as error:
        value = _undecodable(str(error))
    return (arcs, value), stop


def _undecodable(why: str) -> TypedValue:
    """What stands for a value that cannot be decoded: the tag UNDECODABLE, with the reason."""
    return TypedValue(reads.UNDECODABLE, why.encode())


def _value(tag: int, content: bytes) -> TypedValue:
    """The value of an element with this tag: a number, the arcs of an OID, else the octets as they
    are. A UInteger32 gets the tag of a Gauge32, which took its place. Raises Malformed if SNMP has
    no such type, or not of this size.

    >>> _value(reads.GAUGE, bytes.fromhex("e6"))
    TypedValue(tag=66, value=230)
    >>> _value(reads.OCTETS, b"Web 1")
    TypedValue(tag=4, value=b'Web 1')
    """
    if tag in _NUMBERS:
        lowest, highest = _NUMBERS[tag]
        number = ber.number(content, lowest, highest, is_signed=tag == reads.INTEGER)
        return TypedValue(reads.GAUGE if tag == _UINTEGER else tag, number)
    if tag == ber.OID:
        return TypedValue(tag, ber.arcs(content))
    if not _has_right_size(tag, len(content)):
        raise Malformed(f"of type {tag:#04x} with {len(content)} octets, which SNMP does not have")
    return TypedValue(tag, content)


def _has_right_size(tag: int, size: int) -> bool:
    """Whether SNMP has a value of octets with this tag and size.

    >>> _has_right_size(reads.ADDRESS, 4), _has_right_size(reads.NULL, 1)
    (True, False)
    """
    if tag in _STRINGS:
        return size <= _LONGEST_STRING
    if tag == reads.ADDRESS:
        return size == _ADDRESS_OCTETS
    return tag in _EMPTY and size == 0


def message(version: int, community: bytes, pdu: bytes) -> bytes:
    """The datagram of a message of v1 or v2c (RFC 1157, 4; RFC 1901, 3). `version`: V1 or V2C, on
    the wire. `pdu`: the octets of one.
    """
    head = ber.encode_integer(version) + ber.tlv(ber.OCTETS, community)
    return ber.tlv(ber.SEQUENCE, head + pdu)


class CommunityMessage(NamedTuple):
    """A decoded message of v1 or v2c."""

    #: on the wire: V1 or V2C
    version: int
    community: bytes
    pdu: Pdu


def decode_message(data: bytes) -> CommunityMessage:
    """The message of v1 or v2c in a datagram; some agents send octets after it. Raises Malformed
    for another datagram.
    """
    at, end = ber.content_bounds(data, 0, len(data), ber.SEQUENCE)
    version, at = ber.integer(data, at, end, V1, V2C)
    community, at = ber.octets(data, at, end)
    pdu = decode(data, at, end, version)
    return CommunityMessage(version, community, pdu)
