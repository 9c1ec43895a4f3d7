"""/firmware: images, updates, reboots.

Also the progress page, the only path that works during the primary unit's update.
"""

from __future__ import annotations

import hashlib
from typing import IO, TYPE_CHECKING, Any, Optional

from ..objects import Served, Unit

if TYPE_CHECKING:
    from ..device import XerusPdu

PROGRESS = "/cgi-bin/fwupdate_progress.cgi"
PRODUCT, PLATFORM = "pdu", "px3"
_MAGIC = b"XERUS-SIMULATOR-IMAGE "
_UPLOAD_FAILED, _COMPLETE, _NONE = 2, 5, 0
_SUCCESSFUL = 0
_CROSS_HARDWARE, _ALLOW_UNTRUSTED = 1, 2
_PIECE = 256 * 1024
# The share of the update's time at which each step ends.
_STEPS = (("INIT", 0.1), ("PREP", 0.3), ("UPDATE", 0.9), ("SUCCESS", 1.0))
Json = dict[str, Any]


def image(version: str, size: int = 4096, compatible: bool = True, signed: bool = True) -> bytes:
    """A firmware image for the simulated unit.

    An update to a version of one of GENERATIONS sets that generation.
    """
    head = (
        _MAGIC + f"version={version} compatible={int(compatible)} signed={int(signed)}\n".encode()
    )
    return head.ljust(size, b"\0")


class Firmware(Served):
    def __init__(self, unit: Unit, device: XerusPdu) -> None:
        super().__init__(unit, "firmware.Firmware", "firmware", ["/firmware"])
        self._device = device
        self.version = f"{unit.firmware.release}.5-50000"
        self.history: list[Json] = []
        self._status: Json = {"state": _NONE}
        self._info: Optional[Json] = None
        self._md5 = ""
        self.began: Optional[float] = None  # when the running update began
        self.idle_state = "NONE"  # what the progress page shows while no update runs
        self.factory_resets = 0

    # -- for the upload page

    def receive(self, file: IO[bytes], size: int) -> None:
        """Takes the file as the uploaded image."""
        wall = self.unit.clockwork.wall()
        digest, head = hashlib.md5(usedforsecurity=False), b""
        for piece in iter(lambda: file.read(_PIECE), b""):
            digest.update(piece)
            head = head or piece[:256]
        self._md5 = digest.hexdigest()
        self._status = {
            "state": _COMPLETE,
            "time_started": wall,
            "size_total": size,
            "size_done": size,
        }
        self._info = _info(head.partition(b"\n")[0])

    def upload_failed(self, reason: str) -> None:
        self._status = {
            "state": _UPLOAD_FAILED,
            "error_message": reason,
            "time_started": self.unit.clockwork.wall(),
        }
        self._info = None

    # -- the interface

    def getVersion(self) -> str:
        return self.version

    def getInfo(self) -> Json:
        return {"product": PRODUCT, "platform": PLATFORM, "version": self.version}

    def getImageStatus(self) -> Json:
        return self._status

    def getImageInfo(self) -> Json:
        return {"_ret_": self._info is not None, "info": self._info}

    def discardImage(self) -> None:
        self._status, self._info = {"state": _NONE}, None

    def getUpdateHistory(self) -> list[Json]:
        return self.history

    def startUpdate(self, flags: list[int]) -> None:
        info = self._info
        if info is None or not info["valid"] or self.began is not None:
            return
        if not info["compatible"] and _CROSS_HARDWARE not in flags:
            return
        if not info["signature_good"] and _ALLOW_UNTRUSTED not in flags:
            return
        self.began = self.unit.clockwork.now()
        self.unit.clockwork.after(
            self._device.update_seconds, lambda: self._finish(str(info["version"]))
        )

    def _finish(self, version: str) -> None:
        self.history.append(
            {
                "timestamp": self.unit.clockwork.wall(),
                "oldVersion": self.version,
                "imageVersion": version,
                "imageMD5": self._md5,
                "status": _SUCCESSFUL,
                "product": PRODUCT,
                "platform": PLATFORM,
            }
        )
        self.version, self.began, self.idle_state = version, None, "NONE"
        self.discardImage()
        self._device.updated(version)

    def reboot(self) -> None:
        self._device.reboot_soon()


def _info(head: bytes) -> Json:
    if not head.startswith(_MAGIC):
        return {"valid": False}
    values = dict(pair.split("=", 1) for pair in head[len(_MAGIC) :].decode("ascii").split())
    signed = values["signed"] == "1"
    return {
        "valid": True,
        "version": values["version"],
        "min_required_version": "3.0.0",
        "product": PRODUCT,
        "platform": PLATFORM,
        "oem": "raritan",
        "compatible": values["compatible"] == "1",
        "signature_present": signed,
        "signed_by": "Simulator" if signed else "",
        "signature_good": signed,
        "certified_by": "Simulator CA" if signed else "",
        "certificate_good": signed,
        "model_supported": True,
    }


class UpdateStatus(Served):
    """The progress page, which answers JSON-RPC like an object."""

    def __init__(self, unit: Unit, device: XerusPdu, firmware: Firmware) -> None:
        super().__init__(unit, "firmware.FirmwareUpdateStatus", "firmwareupdatestatus", [PROGRESS])
        self._device = device
        self._firmware = firmware

    def getStatus(self) -> Json:
        began = self._firmware.began
        if began is None:
            return {"state": self._firmware.idle_state}
        elapsed = self.unit.clockwork.now() - began
        share = elapsed / self._device.update_seconds
        state = next((name for name, until in _STEPS if share < until), "SUCCESS")
        return {
            "state": state,
            "elapsed": int(elapsed),
            "estimated": max(1, round(self._device.update_seconds)),
        }
