"""The device's own computer."""
from __future__ import annotations

from .idl import declared, Interface, method

__all__ = ["System"]


class System(Interface):
    """Processes of the device's own computer, at `/system`."""

    idlType = "sys.System:1.0.0"

    @method()
    def isDaemonRunning(self, name: str) -> bool: declared()

    @method()
    def restartDaemon(self, name: str) -> None: declared()
