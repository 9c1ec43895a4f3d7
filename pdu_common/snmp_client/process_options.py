"""For tools that run handlers on these doubles.

The platform has nothing of this, and handlers do not import it.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Callable

SENT: ContextVar[Callable[[], object]] = ContextVar("sent", default=bool)
"""The double of BaseSnmpPdu calls `SENT.get()()` for each request, in the context of the calling
thread.
"""

_reads_only = threading.Event()
reads_only = _reads_only.is_set
"""Whether the double of BaseSnmpPdu refuses each write, in every thread of this process."""


@contextlib.contextmanager
def reading_only() -> Iterator[None]:
    """A block in which each write over SNMP is refused."""
    _reads_only.set()
    try:
        yield
    finally:
        _reads_only.clear()
