"""The base of all events. Source: Event.idl."""
from __future__ import annotations

from typing import Optional

from ._runtime import Interface, ValueObject


class Event(ValueObject, version="1.0.0"):
    """The base of all events. `source` is the object that the event came from."""

    source: Optional[Interface] = None
