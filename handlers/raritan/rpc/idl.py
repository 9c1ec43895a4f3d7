"""Events. Source: Event.idl."""

from __future__ import annotations

from typing import Optional

from ._runtime import Interface, ValueObject


class Event(ValueObject, version="1.0.0"):
    """The base of the events that an `event.Channel` delivers.

    `source` is the object that sent the event.
    """

    source: Optional[Interface] = None
