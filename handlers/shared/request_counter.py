"""Lets tools (`pdu exporter`, `pdu check`) count the requests of a call.

A handler's module offers `SENT` to tools under this name. Without a counter, the default `bool`
does nothing.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Callable

SENT: ContextVar[Callable[[], object]] = ContextVar("sent", default=bool)
"""StandardTransport and the NUT client call `SENT.get()()` for each send.

Over NUT, requests sent together are one send.
"""
