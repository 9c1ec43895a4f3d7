"""For tools that speak SNMP themselves, as the double of BaseSnmpPdu does: its fields, its errors,
its typed reads, the BER of their values, and its engine.

The platform has nothing of this, and handlers do not import it. pysnmp is imported when it is first
used: it takes a second.
"""

from __future__ import annotations

from typing import Any

from .batch import ALONE, BatchReader, BatchRequest, read_batch
from .ber import of_integer, tlv
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
    "ALONE",
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
    "BatchReader",
    "BatchRequest",
    "new_engine",
    "of_integer",
    "read_batch",
    "tlv",
    "typed_rows",
]


def new_engine() -> Any:
    """pysnmp's SnmpEngine with its own MIB modules, which starts faster than by pysnmp alone."""
    from . import pysnmp_engine  # imported late: 85 ms, and not every tool needs an engine

    return pysnmp_engine.new_engine()
