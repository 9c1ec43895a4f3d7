"""Fuzz targets for the quick SNMP client: datagrams of an agent, before and after the checks."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from pdu_common.snmp_client import ber, pdus, v3
from pdu_common.snmp_client.ber import Malformed
from pdu_common.snmp_client.errors import SnmpError
from pdu_common.snmp_client.exchanges import CommunityExchange
from pdu_common.snmp_client.reads import (
    GET,
    UNDECODABLE,
    SnmpAnswer,
    SnmpRequest,
    indexed_rows,
    plain,
)
from pdu_common.snmp_client.usm import User
from pdu_common.snmp_client.usm_exchange import UserExchange

_NAME = (1, 3, 6, 1, 2, 1, 1, 5, 0)
_VALUES = (
    b"\x04\x05rpdu2",
    b"\x02\x01\xf9",
    b"\x06\x07\x2b\x06\x01\x04\x01\x82\x3e",
    b"\x40\x04\xc0\x00\x02\x07",
    b"\x41\x05\x00\xff\xff\xff\xff",
    b"\x44\x02\xfe\x00",
    b"\x46\x09\x00" + 8 * b"\xff",
    b"\x82\x00",
    b"\x05\x00",
)


def _pdu(kind: int, values: Sequence[bytes]) -> bytes:
    bindings = b"".join(ber.tlv(ber.SEQUENCE, ber.encode_oid(_NAME) + value) for value in values)
    body = ber.encode_integer(7) + b"\x02\x01\x00\x02\x01\x00" + ber.tlv(ber.SEQUENCE, bindings)
    return ber.tlv(kind, body)


def messages() -> Sequence[bytes]:
    """Answers of v1 and v2c."""
    return [
        *(pdus.message(1, b"public", _pdu(pdus.RESPONSE, [value])) for value in _VALUES),
        pdus.message(1, b"public", _pdu(pdus.RESPONSE, _VALUES)),
        pdus.message(0, b"public", _pdu(pdus.RESPONSE, _VALUES[:2])),
    ]


def message(data: bytes) -> None:
    """A datagram of v1 or v2c is decoded or Malformed; a dialogue takes it or ignores it."""
    with suppress(Malformed):
        found = pdus.decode_message(data)
        assert found.version in (pdus.V1, pdus.V2C)
        rows = [row for row in found.pdu.rows if row[1].tag != UNDECODABLE]
        for arcs, value in rows:
            # an OID that was read is written as the same OID
            assert (
                ber.arcs(ber.encode_oid(arcs)[ber.head(ber.encode_oid(arcs), 0, 9**9)[1] :]) == arcs
            )
            plain(value)
        indexed_rows(rows, (1,))
    dialogue = CommunityExchange(2, b"public")
    dialogue.start(SnmpRequest(GET, (_NAME,)))
    assert dialogue.take(data) is None  # its number is random


def user_messages() -> Sequence[bytes]:
    """Messages of v3: an answer, a report, an encrypted one."""
    engine_id = b"some-engine"
    plain_one = v3.scoped_pdu(engine_id, _pdu(pdus.RESPONSE, _VALUES[:1]))
    report = v3.scoped_pdu(engine_id, _pdu(pdus.REPORT, _VALUES[4:5]))
    seeds = [
        v3.Message(7, 0, engine_id, 1, 2, b"plain", 0, 0, b"", plain_one),
        v3.Message(7, 0, engine_id, 1, 2, b"", 0, 0, b"", report),
        v3.Message(7, v3.AUTH, engine_id, 1, 2, b"sha", 0, 12, b"", plain_one),
        v3.Message(7, v3.AUTH | v3.PRIV, engine_id, 1, 2, b"aes", 0, 24, bytes(8), bytes(40)),
    ]
    return [v3.encode(seed, reportable=False)[0] for seed in seeds]


def user_message(data: bytes) -> None:
    """A datagram of v3 is decoded or Malformed; a dialogue takes it, ignores it or reports an
    error of the agent."""
    with suppress(Malformed):
        found = v3.decode(data)
        assert 0 <= found.digest_at <= found.digest_at + found.digest_size <= len(data)
        if not found.level & v3.PRIV:
            v3.decode_scoped(found.data)
    dialogue = UserExchange("pdu", User(b"plain"), None, lambda engine: None)
    # a datagram with the identifier of the request, so that more than its header is read
    asked = v3.decode(dialogue.start(SnmpRequest(GET, (_NAME,))))
    with suppress(Malformed, SnmpError):
        found = v3.decode(data)
        same = v3.encode(found._replace(msg_id=asked.msg_id))[0]
        assert not isinstance(dialogue.take(same), SnmpAnswer)
