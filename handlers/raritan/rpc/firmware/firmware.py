"""The interface firmware.Firmware."""
from __future__ import annotations

from dataclasses import dataclass
from typing import List, Tuple

from ..idl import declared, Interface, method, Structure
from .structures import ImageInfo, ImageStatus, UpdateFlags, UpdateHistoryEntry


class Firmware(Interface):
    """Firmware image, update, history, reboot and reset, at `/firmware`."""

    idlType = "firmware.Firmware:2.0.4"

    @dataclass(eq=False, repr=False)
    class Info(Structure):
        product: str = ""
        platform: str = ""
        version: str = ""

    @method()
    def getInfo(self) -> Firmware.Info: declared()

    @method()
    def reboot(self) -> None: declared()

    @method()
    def factoryReset(self) -> None: declared()

    @method()
    def hardFactoryReset(self) -> int: declared()

    @method()
    def manufacturingReset(self) -> int: declared()

    @method()
    def getVersion(self) -> str: declared()

    @method()
    def getUpdateHistory(self) -> List[UpdateHistoryEntry]: declared()

    @method()
    def getImageStatus(self) -> ImageStatus: declared()

    @method()
    def discardImage(self) -> None: declared()

    @method("_ret_", "info")
    def getImageInfo(self) -> Tuple[bool, ImageInfo]: declared()

    @method()
    def startUpdate(self, flags: List[UpdateFlags]) -> None: declared()
