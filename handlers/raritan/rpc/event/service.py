"""The interface event.Service."""
from __future__ import annotations

from typing import List, Optional

from ..idl import declared, Event, Interface, method
from .channel import Channel


class Service(Interface):
    """Gives out channels for events, at `/eventservice`."""

    idlType = "event.Service:1.0.1"

    INVALID_CHANNEL = 1

    @method()
    def createChannel(self) -> Optional[Channel]: declared()

    @method()
    def destroyChannel(self, channel: Optional[Channel]) -> int: declared()

    @method()
    def pushEvent(self, event: Optional[Event]) -> None: declared()

    @method()
    def pushEvents(self, events: List[Event]) -> None: declared()
