"""The codec: what it writes, that it reads a datagram as pysnmp does, or not at all, and in
codec.txt which values it reads and which it refuses.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any, Optional, Union

import pytest
from hypothesis import given, strategies as some
from pyasn1.codec.ber import decoder
from pyasn1.error import PyAsn1Error
from pysnmp.proto import api

from pdu_common.snmp_client import ber, pdus, reads
from pdu_common.snmp_client.ber import Malformed
from pdu_common.snmp_client.reads import (
    GET_BULK,
    Arcs,
    Rows,
    SnmpRequest,
    TypedValue,
    status_name,
)
from tests.faults.mutation import mutated
from tests.simulators.snmp_agent import ber as agent
from tests.tables import Case, Table, unfolded

TABLE = Table(Path(__file__).with_name("codec.txt"))

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


def shown(case: Case) -> str:
    """What is read of `values HEX & more HEX`, the values of an answer and octets after the last
    one: the type of each and its value, over v1 too if that is another; `status NUMBER`: its name.
    """
    fields: dict[str, str] = {}
    for change in case.left.split(TABLE.separator):
        word, _, rest = change.partition(" ")
        fields[word] = rest
    assert fields.keys() <= {"values", "more", "status"}, case.left
    if "status" in fields:
        return status_name(int(fields["status"])) or "none"
    values = unfolded(fields["values"]).split(",")
    more = bytes.fromhex(fields.get("more", ""))
    of_v1, of_v2 = (
        "; ".join(map(_row, pdus.decode_message(_answer(*values, version=v, more=more)).pdu.rows))
        for v in (0, 1)
    )
    return of_v2 if of_v1 == of_v2 else f"{of_v2} or over v1 {of_v1}"


_TYPES = {
    number: name
    for name, number in vars(reads).items()
    if name.isupper() and isinstance(number, int) and not name.startswith("_")
}


def _row(row: tuple[Arcs, TypedValue]) -> str:
    """The type and the value of a row; its name if that is not the usual one."""
    arcs, (tag, value) = row
    name = "" if arcs == (1, 3, 6) else f"{arcs}: "
    text = _dotted(value) if isinstance(value, tuple) else repr(value)
    return f"{name}{_TYPES[tag]} {text}"


def _dotted(arcs: Arcs) -> str:
    rest = f" and {len(arcs) - 5} more" if len(arcs) > 20 else ""
    return reads.dotted(arcs[:5] if rest else arcs) + rest


@pytest.mark.parametrize("case", TABLE.cases(), ids=str)
def test_values_are_read_as_the_lines_say(case: Case) -> None:
    case.check(shown(case))


def test_octets_after_a_message_are_passed_over_and_deep_nesting_is_refused() -> None:
    message = _answer("020101")
    assert pdus.decode_message(message + b"\x00" * 15) == pdus.decode_message(message)
    nested = b""
    while len(nested) < 60_000:
        nested = ber.tlv(ber.SEQUENCE, nested)
    for data in (nested, nested[:-1], b"", b"\x30", b"\x30\x80"):
        with pytest.raises(Malformed):
            pdus.decode_message(data)


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
def test_an_element_has_the_shortest_length_or_one_of_four_octets_and_is_read_whole(
    size: int, length: bytes
) -> None:
    """Some agents write all lengths in four octets."""
    shortest = b"\x04" + length + bytes(size)
    assert ber.tlv(4, bytes(size)) == shortest
    assert ber.head(shortest, 0, len(shortest)) == (4, 1 + len(length), len(shortest))
    with_four_octets = b"\x04\x84" + size.to_bytes(4, "big") + bytes(size)
    assert ber.head(with_four_octets, 0, len(with_four_octets)) == (4, 6, len(with_four_octets))
    for element in (shortest, with_four_octets):
        for end in range(max(0, len(element) - 7), len(element)):
            with pytest.raises(Malformed, match="cut off"):
                ber.head(element, 0, end)
