"""The interface rawcfg.RawConfiguration."""
from __future__ import annotations

from typing import Tuple

from .. import event
from ..idl import declared, Enumeration, Interface, method, Time, value_object


class RawConfiguration(Interface):
    """State of the last raw configuration update, at `/rawcfg` (firmware 3.5 and later)."""

    idlType = "rawcfg.RawConfiguration:1.0.1"

    class Status(Enumeration):
        UNKNOWN = 0
        UPLOAD_FAILED = 1
        UPDATE_PENDING = 2
        UPDATE_OK = 3
        UPDATE_FAILED = 4

    @value_object
    class RawConfigDownloadedEvent(event.UserEvent):
        idlType = "rawcfg.RawConfiguration_1_0_1.RawConfigDownloadedEvent:1.0.0"

    @value_object
    class RawConfigUpdatedEvent(event.UserEvent):
        idlType = "rawcfg.RawConfiguration_1_0_1.RawConfigUpdatedEvent:1.0.0"

    @method("status", "timeStamp")
    def getStatus(self) -> Tuple[RawConfiguration.Status, Time]: declared()
