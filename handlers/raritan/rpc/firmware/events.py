"""Firmware: upload, check, update, history: its events."""
from __future__ import annotations


from .. import event
from ..idl import Event, value_object


@value_object
class FirmwareUpdateEvent(event.UserEvent):
    idlType = "firmware.FirmwareUpdateEvent:1.0.0"
    oldVersion: str = ""
    newVersion: str = ""


@value_object
class FirmwareUpdateCompletedEvent(FirmwareUpdateEvent):
    idlType = "firmware.FirmwareUpdateCompletedEvent:1.0.0"


@value_object
class FirmwareUpdateFailedEvent(FirmwareUpdateEvent):
    idlType = "firmware.FirmwareUpdateFailedEvent:1.0.0"


@value_object
class FirmwareUpdateStartedEvent(FirmwareUpdateEvent):
    idlType = "firmware.FirmwareUpdateStartedEvent:1.0.0"


@value_object
class FirmwareValidationFailedEvent(event.UserEvent):
    idlType = "firmware.FirmwareValidationFailedEvent:1.0.0"


@value_object
class SystemShutdownEvent(event.UserEvent):
    idlType = "firmware.SystemShutdownEvent:1.0.0"


@value_object
class SystemStartupEvent(Event):
    idlType = "firmware.SystemStartupEvent:1.0.0"
