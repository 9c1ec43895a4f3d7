"""The interface event.Channel."""
from __future__ import annotations

from dataclasses import dataclass
from typing import List, Optional, Tuple

from ..idl import declared, Event, Interface, method, Structure, TypeInfo
from .consumer import Consumer


class Channel(Interface):
    """A subscription: say which events are wanted, then poll them."""

    idlType = "event.Channel:1.0.1"

    @dataclass(eq=False, repr=False)
    class EventSelect(Structure):
        type: Optional[TypeInfo] = None
        src: Optional[Interface] = None

    @method()
    def demandEventType(self, type: TypeInfo) -> None: declared()

    @method()
    def cancelEventType(self, type: TypeInfo) -> None: declared()

    @method()
    def demandEventTypes(self, types: List[TypeInfo]) -> None: declared()

    @method()
    def cancelEventTypes(self, types: List[TypeInfo]) -> None: declared()

    @method()
    def demandEvent(self, type: TypeInfo, src: Optional[Interface]) -> None: declared()

    @method()
    def cancelEvent(self, type: TypeInfo, src: Optional[Interface]) -> None: declared()

    @method()
    def demandEvents(self, events: List[Channel.EventSelect]) -> None: declared()

    @method()
    def cancelEvents(self, events: List[Channel.EventSelect]) -> None: declared()

    @method()
    def subscribe(self, consumer: Optional[Consumer]) -> None: declared()

    @method()
    def unsubscribe(self, consumer: Optional[Consumer]) -> int: declared()

    @method("_ret_", "events")
    def pollEvents(self) -> Tuple[bool, List[Event]]: declared()

    @method("_ret_", "events")
    def pollEventsNb(self) -> Tuple[bool, List[Event]]: declared()
