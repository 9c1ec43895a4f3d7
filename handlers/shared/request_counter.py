"""Lets tools such as `pdu check` count the requests of a call.

A handler's module offers `SENT` to tools under this name. Without a counter, the default `bool`
does nothing.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Callable

SENT: ContextVar[Callable[[], object]] = ContextVar("sent", default=bool)
"""What `count_request` calls."""


def count_request() -> None:
    """Called before each send. Over NUT, requests sent together are one send."""
    count = SENT.get()
    count()
