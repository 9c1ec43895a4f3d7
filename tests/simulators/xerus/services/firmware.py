"""/firmware: an uploaded image, the update, a reboot. Source: Firmware.idl."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Optional

from ..objects import Served, Unit

if TYPE_CHECKING:
    from ..device import XerusPdu

_PRODUCT = {"product": "pdu", "platform": "px3"}
_MAGIC = b"XERUS-SIMULATOR-IMAGE "
_COMPLETE, _NONE = 5, 0
_SUCCESSFUL = 0
Json = dict[str, Any]


def image(version: str, size: int = 4096) -> bytes:
    """A firmware image for the simulated unit.

    An update to a version of one of GENERATIONS sets that generation.
    """
    return (_MAGIC + version.encode() + b"\n").ljust(size, b"\0")


class Firmware(Served):
    def __init__(self, unit: Unit, device: XerusPdu) -> None:
        super().__init__(unit, "firmware.Firmware", "firmware", ["/firmware"])
        self._device = device
        self._version = f"{unit.firmware.release}.5-50000"
        self._history: list[Json] = []
        self._status: Json = {"state": _NONE}
        self._info: Optional[Json] = None
        self._md5 = ""
        self.is_updating = False

    def receive(self, data: bytes) -> None:
        """Takes the file as the uploaded image."""
        self._md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
        self._status = {
            "state": _COMPLETE,
            "time_started": self.unit.clockwork.wall(),
            "size_total": len(data),
            "size_done": len(data),
        }
        self._info = _info(data)

    def getVersion(self) -> str:
        return self._version

    def getImageStatus(self) -> Json:
        return self._status

    def getImageInfo(self) -> Json:
        return {"_ret_": self._info is not None, "info": self._info}

    def discardImage(self) -> None:
        self._status = {"state": _NONE}
        self._info = None

    def getUpdateHistory(self) -> list[Json]:
        return self._history

    def startUpdate(self, flags: list[int]) -> None:
        if self._info is not None and self._info["valid"] and not self.is_updating:
            self.is_updating = True
            version = str(self._info["version"])
            self.unit.clockwork.after(self._device.update_seconds, lambda: self._finish(version))

    def _finish(self, version: str) -> None:
        self._history.append(
            {
                "timestamp": self.unit.clockwork.wall(),
                "oldVersion": self._version,
                "imageVersion": version,
                "imageMD5": self._md5,
                "status": _SUCCESSFUL,
                **_PRODUCT,
            }
        )
        self._version = version
        self.is_updating = False
        self.discardImage()
        self._device.updated(version)

    def reboot(self) -> None:
        self._device.reboot_soon()


def _info(data: bytes) -> Json:
    head = data.partition(b"\n")[0]
    if not head.startswith(_MAGIC):
        return {"valid": False}
    return {
        "valid": True,
        "version": head[len(_MAGIC) :].decode("ascii"),
        "compatible": True,
        "signature_present": True,
        "signature_good": True,
        "certificate_good": True,
        "model_supported": True,
        **_PRODUCT,
    }
