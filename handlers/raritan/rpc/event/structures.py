"""Events that rules match, and the base of events that a user causes.

Source: EventEngine.idl, UserEvent.idl.
"""

from __future__ import annotations

from .. import idl
from .._runtime import ZERO, Enumeration, Structure, Time


class Event(Structure):
    class Type(Enumeration):
        STATE, TRIGGER = range(2)

    type: Event.Type = ZERO
    id: list[str] = ZERO
    asserted: bool = False
    timeStamp: Time = ZERO
    context: list[KeyValue] = ZERO


class KeyValue(Structure):
    key: str = ""
    value: str = ""


class UserEvent(idl.Event, version="1.0.0"):
    actUserName: str = ""
    actIpAddr: str = ""
