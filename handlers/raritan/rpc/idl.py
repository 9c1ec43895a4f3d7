"""The base of all events. Source: Event.idl."""
from __future__ import annotations

from typing import Optional

from ._runtime import Interface, ValueObject

__all__ = ["Event"]


class Event(ValueObject):
    """The base of all events: `source` is the object that it came from."""

    idlType = "idl.Event:1.0.0"
    source: Optional[Interface] = None
