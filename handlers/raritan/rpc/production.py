"""Methods for the manufacturer's production line. Source: Production.idl."""

from __future__ import annotations

from ._runtime import Interface


class Production(Interface, version="1.0.1"):
    """Methods for the manufacturer's production line, at `/production`."""

    def enterFactoryConfigMode(self, password: str) -> int: ...
    def leaveFactoryConfigMode(self) -> None: ...
    def isFactoryConfigModeEnabled(self) -> bool: ...
    def assignRandomRs485Addresses(self, deviceId: int, rangeStart: int, rangeEnd: int) -> int: ...
