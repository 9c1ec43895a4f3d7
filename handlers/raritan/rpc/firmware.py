"""Firmware: upload, check, update, history. Source: Firmware.idl, FirmwareUpdateStatus.idl."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Optional

from . import event, idl
from ._runtime import ZERO, Enumeration, Interface, Structure, Time, method, scripts

if TYPE_CHECKING:
    from ...http.multipart import Progress
    from ._runtime.agent import Agent


class ImageState(Enumeration):
    NONE, UPLOADING, UPLOAD_FAILED, DOWNLOADING, DOWNLOAD_FAILED, COMPLETE = range(6)


class UpdateFlags(Enumeration):
    CROSS_OEM, CROSS_HW, ALLOW_UNTRUSTED = range(3)


class UpdateHistoryStatus(Enumeration):
    SUCCESSFUL, FAILED, INCOMPLETE = range(3)


class ImageInfo(Structure):
    valid: bool = False
    version: str = ""
    min_required_version: str = ""
    min_downgrade_version: str = ""
    product: str = ""
    platform: str = ""
    oem: str = ""
    hwid_whitelist: str = ""
    hwid_blacklist: str = ""
    compatible: bool = False
    signature_present: bool = False
    signed_by: str = ""
    signature_good: bool = False
    certified_by: str = ""
    certificate_good: bool = False
    model_list_present: bool = False
    model_supported: bool = False


class ImageStatus(Structure):
    state: ImageState = ZERO
    error_message: str = ""
    time_started: Time = ZERO
    size_total: int = 0
    size_done: int = 0


class UpdateHistoryEntry(Structure):
    timestamp: Time = ZERO
    oldVersion: str = ""
    imageVersion: str = ""
    product: str = ""
    platform: str = ""
    imageMD5: str = ""
    status: UpdateHistoryStatus = ZERO
    details: str = ""


class UpdateStatus(Structure):
    state: str = ""
    elapsed: int = 0
    estimated: int = 0
    error_message: str = ""


class FirmwareUpdateStatus(Interface, version="1.0.0"):
    """Progress of a running update, at `/cgi-bin/fwupdate_progress.cgi`, which answers even during
    the update.
    """

    def getStatus(self) -> UpdateStatus: ...


class Firmware(Interface, version="2.0.4"):
    """Firmware image, update, history, reboot and reset, at `/firmware`."""

    class Info(Structure):
        product: str = ""
        platform: str = ""
        version: str = ""

    def getInfo(self) -> Firmware.Info: ...
    def reboot(self) -> None: ...
    def factoryReset(self) -> None: ...
    def hardFactoryReset(self) -> int: ...
    def manufacturingReset(self) -> int: ...
    def getVersion(self) -> str: ...
    def getUpdateHistory(self) -> list[UpdateHistoryEntry]: ...
    def getImageStatus(self) -> ImageStatus: ...
    def discardImage(self) -> None: ...
    @method("_ret_", "info")
    def getImageInfo(self) -> tuple[bool, ImageInfo]: ...
    def startUpdate(self, flags: list[UpdateFlags]) -> None: ...


class FirmwareUpdateEvent(event.UserEvent, version="1.0.0"):
    oldVersion: str = ""
    newVersion: str = ""


class FirmwareUpdateCompletedEvent(FirmwareUpdateEvent, version="1.0.0"):
    pass


class FirmwareUpdateFailedEvent(FirmwareUpdateEvent, version="1.0.0"):
    pass


class FirmwareUpdateStartedEvent(FirmwareUpdateEvent, version="1.0.0"):
    pass


class FirmwareValidationFailedEvent(event.UserEvent, version="1.0.0"):
    pass


class SystemShutdownEvent(event.UserEvent, version="1.0.0"):
    pass


class SystemStartupEvent(idl.Event, version="1.0.0"):
    pass


_LOW_MEMORY = ("lowMemoryUpload", "allowLowMemoryDowngrade", "allowLowMemoryUntrusted")


def upload(
    agent: Agent,
    data: scripts.Data,
    lowMemoryUploadOptions: Optional[Mapping[str, object]] = None,
    progress: Optional[Progress] = None,
) -> None:
    """Send an image (bytes, or a file open in binary mode, which is streamed): one round trip.

    Use https: over http, a device that enforces https breaks off the upload. Nothing is updated
    yet: see `Firmware.getImageInfo`, then call `startUpdate` or `discardImage`.
    lowMemoryUploadOptions: the switches lowMemoryUpload, allowLowMemoryDowngrade and
    allowLowMemoryUntrusted of newer firmware, each 0 or 1; if one is given, the missing ones are
    sent as 0. progress: called with (sent, size) in bytes. Raises ValueError for another switch or
    value.
    """
    # > POST /cgi-bin/fwupload.cgi[?lowMemoryUpload=0&...], multipart: upfile
    # < 200
    parameters = _low_memory(lowMemoryUploadOptions or {})
    scripts.upload(
        agent, scripts.target("fwupload.cgi", parameters), "upfile", "firmware.bin", data, progress
    )


def _low_memory(switches: Mapping[str, object]) -> dict[str, Optional[str]]:
    """The parameters of the given switches, none if none is given. Raises ValueError."""
    for name, value in switches.items():
        if name not in _LOW_MEMORY:
            raise ValueError(f"{name!r} is no switch; allowed: {', '.join(_LOW_MEMORY)}")
        if value not in (0, 1, "0", "1"):
            raise ValueError(f"{name} is {value!r}; give 0 or 1")
    if not switches:
        return {}
    parameters: dict[str, Optional[str]] = {}
    for name in _LOW_MEMORY:
        is_on = switches.get(name) in (1, "1")
        parameters[name] = "1" if is_on else "0"
    return parameters
