"""Firmware: upload, check, update, history."""
from __future__ import annotations

from .events import (
    FirmwareUpdateCompletedEvent, FirmwareUpdateEvent, FirmwareUpdateFailedEvent, FirmwareUpdateStartedEvent,
    FirmwareValidationFailedEvent, SystemShutdownEvent, SystemStartupEvent,
)
from .firmware import Firmware
from .firmware_update_status import FirmwareUpdateStatus
from .structures import (
    ImageInfo, ImageState, ImageStatus, UpdateFlags, UpdateHistoryEntry, UpdateHistoryStatus, UpdateStatus,
)
from .files import upload

__all__ = [
    "Firmware", "FirmwareUpdateCompletedEvent", "FirmwareUpdateEvent", "FirmwareUpdateFailedEvent",
    "FirmwareUpdateStartedEvent", "FirmwareUpdateStatus", "FirmwareValidationFailedEvent", "ImageInfo", "ImageState",
    "ImageStatus", "SystemShutdownEvent", "SystemStartupEvent", "UpdateFlags", "UpdateHistoryEntry",
    "UpdateHistoryStatus", "UpdateStatus", "upload",
]
