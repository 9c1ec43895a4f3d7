"""Events, rules, alarms and data push: what several interfaces share."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import List

from ..idl import Enumeration, EPOCH, Structure, Time, value_object
from ..idl import Event as AnyEvent


@dataclass(eq=False, repr=False)
class Event(Structure):
    class Type(Enumeration):
        STATE = 0
        TRIGGER = 1

    type: Event.Type = field(default_factory=lambda: Event.Type(0))
    id: List[str] = field(default_factory=list)
    asserted: bool = False
    timeStamp: Time = EPOCH
    context: List[KeyValue] = field(default_factory=list)


@dataclass(eq=False, repr=False)
class KeyValue(Structure):
    key: str = ""
    value: str = ""


@value_object
class UserEvent(AnyEvent):
    idlType = "event.UserEvent:1.0.0"
    actUserName: str = ""
    actIpAddr: str = ""
