"""Counts the requests of a call for tools (`pdu exporter`, `pdu check`). A handler adds to it and never reads it.

Without a tool that counts there is no counter, so nothing is kept between calls.
"""
from __future__ import annotations

from contextvars import ContextVar
from typing import Callable

SENT: ContextVar[Callable[[], object]] = ContextVar("sent", default=bool)
"""`SENT.get()()` says that a request leaves for the device; `bool` does nothing."""
