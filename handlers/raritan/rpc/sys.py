"""The device's own computer. Source: System.idl."""
from __future__ import annotations

from ._runtime import Interface, declared

__all__ = ["System"]


class System(Interface):
    """Processes of the device's own computer, at `/system`."""

    idlType = "sys.System:1.0.0"

    def isDaemonRunning(self, name: str) -> bool: declared()
    def restartDaemon(self, name: str) -> None: declared()
