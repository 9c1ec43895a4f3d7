"""Methods for the manufacturer's production line. Source: Production.idl."""

from __future__ import annotations

from ._runtime import Interface, declared


class Production(Interface, version="1.0.1"):
    """Methods for the manufacturer's production line, at `/production`."""

    def enterFactoryConfigMode(self, password: str) -> int:
        declared()

    def leaveFactoryConfigMode(self) -> None:
        declared()

    def isFactoryConfigModeEnabled(self) -> bool:
        declared()

    def assignRandomRs485Addresses(self, deviceId: int, rangeStart: int, rangeEnd: int) -> int:
        declared()
