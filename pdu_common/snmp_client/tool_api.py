"""For tools that speak SNMP themselves, as the double of BaseSnmpPdu does: its fields, its errors,
its typed reads, and the BER of their values.

The platform has nothing of this, and handlers do not import it.
"""

from __future__ import annotations

from .ber import encode_integer, tlv
from .calls import typed_rows
from .credentials import Credentials
from .errors import SnmpError, SnmpPortClosed, SnmpTimeout
from .reads import (
    ADDRESS,
    COUNTER,
    COUNTER64,
    GAUGE,
    INTEGER,
    NULL,
    OCTETS,
    OID,
    OPAQUE,
    TICKS,
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
    "encode_integer",
    "tlv",
    "typed_rows",
]
