"""Event, debug and wireless logs."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import List

from . import event
from .idl import declared, Enumeration, EPOCH, Interface, method, Structure, Time

__all__ = ["DebugLog", "EventLog", "EventLogClearedEvent", "LogChunk", "LogEntry", "LogInfo", "RangeDirection",
    "WlanLog"]


class RangeDirection(Enumeration):
    FORWARD = 0
    BACKWARD = 1


@dataclass(eq=False, repr=False)
class LogChunk(Structure):
    logCreationTime: int = 0
    idFirst: int = 0
    allEntryCnt: int = 0
    selEntries: List[LogEntry] = field(default_factory=list)


@dataclass(eq=False, repr=False)
class LogEntry(Structure):
    id: int = 0
    timestamp: Time = EPOCH
    eventClass: str = ""
    message: str = ""


@dataclass(eq=False, repr=False)
class LogInfo(Structure):
    creationTime: int = 0
    idFirst: int = 0
    idNext: int = 0


@dataclass(eq=False, repr=False)
class EventLogClearedEvent(event.UserEvent):
    idlType = "logging.EventLogClearedEvent:1.0.0"


class DebugLog(Interface):
    """The debug log, at `/debuglog`."""

    idlType = "logging.DebugLog:2.0.0"

    @method()
    def clear(self) -> None: declared()

    @method()
    def getInfo(self) -> LogInfo: declared()

    @method()
    def getChunk(self, refId: int, count: int, direction: RangeDirection) -> LogChunk: declared()


class EventLog(Interface):
    """The event log, at `/eventlog`."""

    idlType = "logging.EventLog:2.0.0"

    @method()
    def clear(self) -> None: declared()

    @method()
    def getInfo(self) -> LogInfo: declared()

    @method()
    def getChunk(self, refId: int, count: int, direction: RangeDirection, categories: List[str]) -> LogChunk: declared()


class WlanLog(Interface):
    """The log of the wireless interface."""

    idlType = "logging.WlanLog:1.0.0"

    @method()
    def clear(self) -> None: declared()

    @method()
    def getInfo(self) -> LogInfo: declared()

    @method()
    def getChunk(self, refId: int, count: int, direction: RangeDirection) -> LogChunk: declared()
