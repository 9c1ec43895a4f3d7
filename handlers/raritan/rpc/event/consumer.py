"""The interface event.Consumer."""
from __future__ import annotations

from typing import List

from ..idl import declared, Event, Interface, method


class Consumer(Interface):
    """Who wants events pushed."""

    idlType = "event.Consumer:1.0.0"

    @method()
    def pushEvents(self, events: List[Event]) -> None: declared()
