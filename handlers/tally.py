"""Lets tools (`pdu exporter`, `pdu check`) count the requests of a call.

Only a tool sets a counter. Without one nothing is counted, and nothing is kept between calls.
"""
from __future__ import annotations

from contextvars import ContextVar
from typing import Callable

SENT: ContextVar[Callable[[], object]] = ContextVar("sent", default=bool)
"""The HTTP and NUT clients call `SENT.get()()` once for each send. Over NUT, requests sent together are one send."""
