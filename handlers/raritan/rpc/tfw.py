"""The scanners that collect measured values."""
from __future__ import annotations

from typing import Optional

from .idl import declared, Interface, method

__all__ = ["CoreCtrl", "ScannerCtrl"]


class ScannerCtrl(Interface):
    """One scanner: how often it collects."""

    idlType = "tfw.ScannerCtrl:1.0.0"

    @method()
    def getScanInterval(self) -> int: declared()

    @method()
    def setScanInterval(self, interval: int) -> None: declared()


class CoreCtrl(Interface):
    """All scanners and background workers: start and stop, at `/model/core`."""

    idlType = "tfw.CoreCtrl:1.0.0"

    @method()
    def getScanner(self, name: str) -> Optional[ScannerCtrl]: declared()

    @method()
    def startAllScanners(self) -> None: declared()

    @method()
    def stopAllScanners(self) -> None: declared()

    @method()
    def startAllBackWorkers(self) -> None: declared()

    @method()
    def stopAllBackWorkers(self) -> None: declared()
