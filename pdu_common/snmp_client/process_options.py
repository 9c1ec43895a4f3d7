"""For tools that run handlers on these doubles.

The platform has nothing of this, and handlers do not import it.
"""

from __future__ import annotations

import sys
from contextvars import ContextVar
from typing import Callable

SENT: ContextVar[Callable[[], object]] = ContextVar("sent", default=bool)
"""The double of BaseSnmpPdu calls `SENT.get()()` for each request, in the context of the calling
thread.
"""

_engines_kept = 50
_quickly = False


def use_fast_reads(on: bool = True) -> None:
    """Let this process read over SNMP with the client in `quick` instead of pysnmp: the same
    results for a twentieth of the processor time. Writes go through pysnmp either way.

    Processes that are forked from this one inherit it.
    """
    global _quickly
    _quickly = on


def uses_fast_reads() -> bool:
    """What `use_fast_reads` set; False if nobody did."""
    return _quickly


def limit_cached_engines(number: int) -> None:
    """Limit pysnmp's engines kept for v1 and v2c together, and for each set of v3 credentials.

    An engine of 100 devices needs 5 MB. A process that reads each PDU once hardly uses an older one
    again.
    """
    global _engines_kept
    _engines_kept = number


def cached_engine_limit() -> int:
    """The limit that `limit_cached_engines` set; 50 if nobody did."""
    return _engines_kept


def lag_s() -> float:
    """How many seconds the thread that carries out SNMP calls is late; 0 without such calls."""
    loops = sys.modules.get("pdu_common.snmp_client.background_loop")
    return 0.0 if loops is None else float(loops.lag_s())
