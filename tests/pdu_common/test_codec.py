"""The codec: what it writes and reads, what it refuses, and that it reads a datagram
as pysnmp does, or not at all.
"""

from __future__ import annotations

import random
from typing import Any, Optional, Union

import pytest
from hypothesis import given, strategies as some
from pyasn1.codec.ber import decoder
from pyasn1.error import PyAsn1Error
from pysnmp.proto import api

from pdu_common.snmp_client import ber, pdus, reads
from pdu_common.snmp_client.ber import Malformed
from pdu_common.snmp_client.errors import SnmpError
from pdu_common.snmp_client.reads import GET_BULK, Rows, SnmpRequest, TypedValue, status_name
from tests.faults.mutation import mutated
from tests.simulators.snmp_agent import ber as agent

ARCS = some.tuples(some.integers(0, 2), some.integers(0, 39)).flatmap(
    lambda first: some.lists(some.integers(0, 2**32 - 1), max_size=120).map(
        lambda rest: (*first, *rest)
    )
)


@given(ARCS)
def test_an_oid_is_written_as_the_agent_reads_it(arcs: tuple[int, ...]) -> None:
    request = SnmpRequest(GET_BULK, (arcs,), 25)
    request_id = 2**31 - 1
    datagram = pdus.message(1, b"public", pdus.encode(request, request_id))
    expected = agent.Pdu(GET_BULK, request_id, 0, 25, ((arcs, None),))
    assert agent.decode(datagram) == agent.Message(1, b"public", expected)

    element = ber.encode_oid(arcs)
    _tag, start, _end = ber.head(element, 0, len(element))
    assert ber.arcs(element[start:]) == arcs


def _answer(*values: str, version: int = 1, more: bytes = b"") -> bytes:
    """A message with objects, whose values are given in hexadecimal digits, and `more` octets
    after them."""
    name = ber.encode_oid((1, 3, 6))
    rows = b"".join(ber.tlv(ber.SEQUENCE, name + bytes.fromhex(value)) for value in values)
    body = b"\x02\x01\x07\x02\x01\x00\x02\x01\x00" + ber.tlv(ber.SEQUENCE, rows + more)
    return pdus.message(version, b"c", ber.tlv(pdus.RESPONSE, body))


READ: dict[str, TypedValue] = {
    "020180": TypedValue(reads.INTEGER, -128),
    "02050000000007": TypedValue(reads.INTEGER, 7),  # many devices send numbers of a fixed size
    "02047fffffff": TypedValue(reads.INTEGER, 2**31 - 1),
    "020500b2d05e00": TypedValue(reads.INTEGER, 3_000_000_000),  # as snmpd passes it on
    "410500ffffffff": TypedValue(reads.COUNTER, 2**32 - 1),
    "4104ffffffff": TypedValue(reads.COUNTER, 2**32 - 1),  # without the octet 0 that BER demands
    "420280e8": TypedValue(reads.GAUGE, 33_000),
    "4608ffffffffffffffff": TypedValue(reads.COUNTER64, 2**64 - 1),
    "460900ffffffffffffffff": TypedValue(reads.COUNTER64, 2**64 - 1),
    "048100": TypedValue(reads.OCTETS, b""),  # a length of two octets where one is enough
    "04830000026869": TypedValue(reads.OCTETS, b"hi"),
    "0403fe00ff": TypedValue(reads.OCTETS, b"\xfe\x00\xff"),
    "4004c0000207": TypedValue(reads.ADDRESS, b"\xc0\x00\x02\x07"),
    "44029f78": TypedValue(reads.OPAQUE, b"\x9f\x78"),
    "0601 00": TypedValue(reads.OID, (0, 0)),
    "0500": TypedValue(reads.NULL, b""),
    "8000": TypedValue(reads.NO_SUCH_OBJECT, b""),
    "8100": TypedValue(reads.NO_SUCH_INSTANCE, b""),
    "8200": TypedValue(reads.END_OF_MIB_VIEW, b""),
}


@pytest.mark.parametrize("value", READ)
def test_a_value_is_read_with_its_type(value: str) -> None:
    assert pdus.decode_message(_answer(value)).pdu.rows == [((1, 3, 6), READ[value])]


REFUSED = {
    "number without octets": "0200",
    "number of 65 bits": "0209008000000000000000",
    "negative counter of 33 bits": "4105ffffffffff",
    "counter of 33 bits": "41050100000000",
    "counter of 65 bits": "4609010000000000000000",
    "address of 3 octets": "4003c00002",
    "OID without octets": "0600",
    "OID cut off": "060281",
    "arc with leading zeros": "06032b8001",
    "arc of 33 bits": "06062b9080808000",
    "OID of 129 arcs": "068180" + 128 * "01",
    "NULL with content": "050100",
    "exception with content": "810100",
    "constructed octets": "24050403616263",
    "indefinite length": "248004016100 00",
    "length of 5 octets": "04850000000001 61",
    "length beyond the end": "047f61",
    "type that SNMP lacks": "130161",
    "float of BER": "090161",
    "two values": "020101020102",
    "no value": "",
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_value_that_is_not_of_snmp_is_undecodable(what: str) -> None:
    (row,) = pdus.decode_message(_answer(REFUSED[what])).pdu.rows
    assert row[0] == (1, 3, 6)
    assert row[1].tag == reads.UNDECODABLE
    assert row[1].value


def test_other_rows_of_an_answer_are_read_whatever_follows_them() -> None:
    cut_off = b"\x30\x7f\x00"
    no_name = ber.tlv(ber.SEQUENCE, b"\x02\x01\x07")
    for last in (cut_off, no_name):
        rows = pdus.decode_message(_answer("020107", "090161", more=last)).pdu.rows
        assert [(arcs, value.tag) for arcs, value in rows] == [
            ((1, 3, 6), reads.INTEGER),
            ((1, 3, 6), reads.UNDECODABLE),
            ((), reads.UNDECODABLE),
        ]


@pytest.mark.parametrize("value", ["460101", "8000", "8100", "8200"])
def test_version_1_has_no_counter64_and_may_have_an_exception(value: str) -> None:
    tag = int(value[:2], 16)
    assert pdus.decode_message(_answer(value)).pdu.rows[0][1].tag == tag
    expected = reads.UNDECODABLE if tag == reads.COUNTER64 else tag
    assert pdus.decode_message(_answer(value, version=0)).pdu.rows[0][1].tag == expected


def test_octets_after_a_message_are_passed_over_and_deep_nesting_is_refused() -> None:
    message = _answer("020101")
    assert pdus.decode_message(message + b"\x00" * 15) == pdus.decode_message(message)
    nested = b""
    while len(nested) < 60_000:
        nested = ber.tlv(ber.SEQUENCE, nested)
    for data in (nested, nested[:-1], b"", b"\x30", b"\x30\x80"):
        with pytest.raises(Malformed):
            pdus.decode_message(data)


@pytest.mark.parametrize(
    "number, name",
    [
        (0, ""),
        (2, "noSuchName"),
        (18, "inconsistentName"),
        (19, "19"),
        (2**31 - 1, "2147483647"),
    ],
)
def test_an_unknown_error_status_is_shown_as_its_number(number: int, name: str) -> None:
    assert status_name(number) == name


def _typed(value: Any) -> TypedValue:
    """A value of pysnmp's types."""
    tag = value.tagSet[-1]
    number = int(tag.tagId) | int(tag.tagClass) & 0xC0  # application or context
    if number == reads.OID:
        return TypedValue(number, tuple(value))
    if number == reads.NULL or number & 0x80:
        return TypedValue(number, b"")
    if number in (reads.OCTETS, reads.ADDRESS, reads.OPAQUE):
        return TypedValue(number, bytes(value))
    return TypedValue(number, int(value))


_ARC = some.integers(0, 2**32 - 1)


@given(
    some.sampled_from([0, 1]),
    some.lists(_ARC, max_size=20).map(lambda arcs: (1, 3, *arcs)),
    some.one_of(
        some.integers(-(2**31), 2**31 - 1), some.binary(max_size=300), some.text(max_size=99)
    ),
)
def test_a_write_is_read_by_pysnmp_as_it_is_meant(
    version: int, oid: tuple[int, ...], value: Union[int, bytes, str]
) -> None:
    if isinstance(value, int):
        expected = TypedValue(reads.INTEGER, value)
    else:
        octets = value.encode() if isinstance(value, str) else value
        expected = TypedValue(reads.OCTETS, octets)
    request = SnmpRequest(reads.SET, (oid,), value=reads.typed_value(value))
    data = pdus.message(version, b"private", pdus.encode(request, 77))

    module = api.PROTOCOL_MODULES[version]
    message, rest = decoder.decode(data, asn1Spec=module.Message())
    pdu = module.apiMessage.get_pdu(message)

    assert rest == b""
    assert type(pdu).__name__ == "SetRequestPDU"
    assert int(module.apiPDU.get_request_id(pdu)) == 77
    ((name, written),) = module.apiPDU.get_varbinds(pdu)
    assert tuple(name) == oid
    assert _typed(written) == expected


@pytest.mark.parametrize("value", [2**31, -(2**31) - 1, b"x" * 65_536, "\ud800"])
def test_what_is_neither_an_integer_nor_octets_is_not_written(value: Any) -> None:
    with pytest.raises(SnmpError, match="does not fit"):
        reads.typed_value(value)


def _by_pysnmp(data: bytes) -> Optional[tuple[int, bytes, int, int, Rows]]:
    """Version, community, request id, error status and rows as pysnmp reads them; None for what it
    refuses."""
    try:
        version = int(api.decodeMessageVersion(data))
        module = api.PROTOCOL_MODULES[version]
        message, _ = decoder.decode(data, asn1Spec=module.Message())
        pdu = module.apiMessage.get_pdu(message)
        rows = [(tuple(oid), _typed(value)) for oid, value in module.apiPDU.get_varbinds(pdu)]
        return (
            version,
            bytes(message[1]),
            int(module.apiPDU.get_request_id(pdu)),
            int(module.apiPDU.get_error_status(pdu)),
            rows,
        )
    except (PyAsn1Error, api.error.ProtocolError, KeyError, IndexError, AttributeError):
        return None


def test_a_changed_answer_is_read_as_by_pysnmp_or_not_at_all() -> None:
    values = """04057270647532 0201f9 06072b06010401823e 4004c0000207 410500ffffffff 4402fe00
        460900ffffffffffffffff 8200 0500""".split()
    seeds = [*map(_answer, values), _answer(*values), _answer(values[0], version=0)]
    answers = list(seeds)
    for number in range(len(seeds), 400):
        chance = random.Random(number)
        answers.append(mutated(chance, chance.choice(seeds)))

    count = 0
    for data in answers:
        try:
            message = pdus.decode_message(data)
        except Malformed:
            continue
        tags = {value.tag for _, value in message.pdu.rows}
        if reads.UNDECODABLE in tags:
            continue
        count += 1
        fields = (message.version, message.community, *message.pdu[1:])
        # pysnmp refuses octets after the message
        _, end = ber.content_bounds(data, 0, len(data), ber.SEQUENCE)
        pysnmp_fields = _by_pysnmp(data[:end])
        # pysnmp refuses an unsigned number without the octet 0 before its first bit
        has_unsigned = bool(tags & {reads.COUNTER, reads.GAUGE, reads.COUNTER64})
        is_refused = pysnmp_fields is None and has_unsigned
        assert is_refused or fields == pysnmp_fields, data.hex()
    assert count > len(seeds) + 10


def test_the_longest_oid_and_the_largest_arcs_are_read() -> None:
    assert ber.arcs(b"\x2b" + b"\x01" * 126) == (1, 3, *[1] * 126)
    assert ber.arcs(b"\x2b\x8f\xff\xff\xff\x7f") == (1, 3, 0xFFFFFFFF)
    assert ber.arcs(b"\x90\x80\x80\x80\x4f") == (2, 0xFFFFFFFF)


@pytest.mark.parametrize(
    "size, length",
    [
        (0, b"\x00"),
        (127, b"\x7f"),
        (128, b"\x81\x80"),
        (255, b"\x81\xff"),
        (256, b"\x82\x01\x00"),
        (65536, b"\x83\x01\x00\x00"),
    ],
)
def test_an_element_is_written_with_the_shortest_length_and_read_whole(
    size: int, length: bytes
) -> None:
    element = ber.tlv(4, bytes(size))
    assert element == b"\x04" + length + bytes(size)
    assert ber.head(element, 0, len(element)) == (4, 1 + len(length), len(element))


@pytest.mark.parametrize("size", [0, 127, 128, 255, 256, 65536])
def test_a_length_of_four_octets_is_read_for_any_size(size: int) -> None:
    """Some agents write all lengths so."""
    element = b"\x04\x84" + size.to_bytes(4, "big") + bytes(size)
    assert ber.head(element, 0, len(element)) == (4, 6, len(element))


@pytest.mark.parametrize("size", [0, 127, 128, 255, 256, 65536])
def test_an_element_that_is_cut_off_is_malformed(size: int) -> None:
    shortest = ber.tlv(4, bytes(size))
    with_four_octets = b"\x04\x84" + size.to_bytes(4, "big") + bytes(size)
    for element in (shortest, with_four_octets):
        least = max(0, len(element) - 7)
        for end in range(least, len(element)):
            with pytest.raises(Malformed, match="cut off"):
                ber.head(element, 0, end)
