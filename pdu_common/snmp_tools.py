"""For tools that speak SNMP themselves, as the double of BaseSnmpPdu does: its fields, its errors,
its typed reads, the BER of their values, and its engine.

The platform has nothing of this, and handlers do not import it. pysnmp is imported when it is first
used: it takes a second.
"""

from __future__ import annotations

from typing import Any

from ._credentials import Credentials
from ._errors import SnmpError, SnmpPortClosed, SnmpTimeout
from ._reads import (
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
from ._snmp import typed_rows
from ._together import ALONE, Together, Wanted, read_together
from .quick.ber import of_integer, tlv

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
    "Together",
    "Wanted",
    "new_engine",
    "of_integer",
    "read_together",
    "tlv",
    "typed_rows",
]


def new_engine() -> Any:
    """pysnmp's SnmpEngine with its own MIB modules, which starts faster than by pysnmp alone."""
    from . import _engine  # imported late: 85 ms, and not every tool needs an engine

    return _engine.new_engine()
