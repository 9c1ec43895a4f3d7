"""Counts the requests of a call for tools (`pdu exporter`, `pdu check`). A handler adds to it and never reads it.

Without a tool that counts there is no counter, so nothing is kept between calls.
"""
from __future__ import annotations

from contextvars import ContextVar
from typing import List, Optional

SENT: ContextVar[Optional[List[int]]] = ContextVar("sent", default=None)


def sent() -> None:
    """A request leaves for the device."""
    count = SENT.get()
    if count is not None:
        count[0] += 1
