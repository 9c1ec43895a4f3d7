"""For tools that speak SNMP themselves, as the double of BaseSnmpPdu does: its fields, its errors,
its reads, and the datagram of a GET with its answer.

The platform has nothing of this, and handlers do not import it.
"""

from __future__ import annotations

from typing import Optional

from . import pdus
from .ber import Malformed
from .calls import get, typed_rows
from .credentials import Credentials
from .errors import SnmpError, SnmpPortClosed, SnmpTimeout
from .reads import (
    ADDRESS,
    COUNTER,
    COUNTER64,
    GAUGE,
    GET,
    INTEGER,
    NULL,
    OCTETS,
    OID,
    OPAQUE,
    TICKS,
    SnmpRequest,
    dotted,
    parse_oid,
)

__all__ = [
    "ADDRESS",
    "COUNTER",
    "COUNTER64",
    "GAUGE",
    "INTEGER",
    "NULL",
    "OCTETS",
    "OID",
    "OPAQUE",
    "TICKS",
    "Credentials",
    "SnmpError",
    "SnmpPortClosed",
    "SnmpTimeout",
    "ask_objects",
    "dotted",
    "get",
    "read_answer",
    "typed_rows",
]


def ask_objects(community: bytes, number: int, oids: tuple[str, ...]) -> bytes:
    """The datagram of a GET of `oids` over v2c, for a tool that asks many agents by one socket of
    its own. `number` is the request id, below 2**31, by which an answer is known.

    >>> ask_objects(b"public", 7, ("1.3.6.1.2.1.1.5.0",))[7:13]
    b'public'
    """
    request = SnmpRequest(GET, tuple(map(parse_oid, oids)))
    return pdus.message(pdus.V2C, community, pdus.encode(request, number))


def read_answer(data: bytes) -> Optional[pdus.Pdu]:
    """The response over v1 or v2c in a datagram, None for other octets. Never raises.

    >>> read_answer(b"no SNMP") is None
    True
    """
    try:
        pdu = pdus.decode_message(data).pdu
    except Malformed:
        return None
    return pdu if pdu.kind == pdus.RESPONSE else None
