"""Firmware: upload, check, update, history: its events."""
from __future__ import annotations

from dataclasses import dataclass

from .. import event
from ..idl import Event


@dataclass(eq=False, repr=False)
class FirmwareUpdateEvent(event.UserEvent):
    idlType = "firmware.FirmwareUpdateEvent:1.0.0"
    oldVersion: str = ""
    newVersion: str = ""


@dataclass(eq=False, repr=False)
class FirmwareUpdateCompletedEvent(FirmwareUpdateEvent):
    idlType = "firmware.FirmwareUpdateCompletedEvent:1.0.0"


@dataclass(eq=False, repr=False)
class FirmwareUpdateFailedEvent(FirmwareUpdateEvent):
    idlType = "firmware.FirmwareUpdateFailedEvent:1.0.0"


@dataclass(eq=False, repr=False)
class FirmwareUpdateStartedEvent(FirmwareUpdateEvent):
    idlType = "firmware.FirmwareUpdateStartedEvent:1.0.0"


@dataclass(eq=False, repr=False)
class FirmwareValidationFailedEvent(event.UserEvent):
    idlType = "firmware.FirmwareValidationFailedEvent:1.0.0"


@dataclass(eq=False, repr=False)
class SystemShutdownEvent(event.UserEvent):
    idlType = "firmware.SystemShutdownEvent:1.0.0"


@dataclass(eq=False, repr=False)
class SystemStartupEvent(Event):
    idlType = "firmware.SystemStartupEvent:1.0.0"
