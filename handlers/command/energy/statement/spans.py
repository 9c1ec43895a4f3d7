"""Periods in words: whole days as days, other times to the minute. Pure."""

from __future__ import annotations

import datetime
from typing import NamedTuple

_MIDNIGHT = datetime.time()


class Span(NamedTuple):
    """A period; its last day is a part of it."""

    first: str
    last: str

    @property
    def text(self) -> str:
        return self.first if self.first == self.last else f"{self.first} to {self.last}"


def days(begin: str, end: str) -> Span:
    """A period by its first and last day, or by the minute where it begins or ends within one.

    Both are times with an offset, as `computing.local` writes them.
    """
    first, last = (datetime.datetime.fromisoformat(one) for one in (begin, end))
    before = last.date() - datetime.timedelta(days=1)
    return Span(
        first.date().isoformat() if first.time() == _MIDNIGHT else minute(begin),
        before.isoformat() if last.time() == _MIDNIGHT else minute(end),
    )


def minute(text: str) -> str:
    """A time to the minute, with its offset."""
    return datetime.datetime.fromisoformat(text).isoformat(" ", "minutes")
