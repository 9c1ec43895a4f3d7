"""The scanners that collect measured values. Source: ScannerCtrl.idl, CoreCtrl.idl."""

from __future__ import annotations

from typing import Optional

from ._runtime import Interface, declared


class ScannerCtrl(Interface, version="1.0.0"):
    def getScanInterval(self) -> int:
        declared()

    def setScanInterval(self, interval: int) -> None:
        declared()


class CoreCtrl(Interface, version="1.0.0"):
    """Starts and stops the scanners and background workers, at `/model/core`."""

    def getScanner(self, name: str) -> Optional[ScannerCtrl]:
        declared()

    def startAllScanners(self) -> None:
        declared()

    def stopAllScanners(self) -> None:
        declared()

    def startAllBackWorkers(self) -> None:
        declared()

    def stopAllBackWorkers(self) -> None:
        declared()
