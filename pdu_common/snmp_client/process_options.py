"""For tools that run handlers on these doubles.

The platform has nothing of this, and handlers do not import it.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Callable

SENT: ContextVar[Callable[[], object]] = ContextVar("sent", default=bool)
"""The double of BaseSnmpPdu calls `SENT.get()()` for each request, in the context of the calling
thread.
"""

READS_ONLY: ContextVar[bool] = ContextVar("reads_only", default=False)
"""Whether the double of BaseSnmpPdu refuses each write, in the context of the calling thread."""
