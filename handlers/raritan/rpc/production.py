"""What the factory uses."""
from __future__ import annotations

from .idl import declared, Interface, method

__all__ = ["Production"]


class Production(Interface):
    """Factory functions, at `/production`."""

    idlType = "production.Production:1.0.1"

    @method()
    def enterFactoryConfigMode(self, password: str) -> int: declared()

    @method()
    def leaveFactoryConfigMode(self) -> None: declared()

    @method()
    def isFactoryConfigModeEnabled(self) -> bool: declared()

    @method()
    def assignRandomRs485Addresses(self, deviceId: int, rangeStart: int, rangeEnd: int) -> int: declared()
