"""The device's own computer. Source: System.idl."""
from __future__ import annotations

from ._runtime import Interface, declared


class System(Interface, version="1.0.0"):
    """Processes of the device's own computer, at `/system`."""

    def isDaemonRunning(self, name: str) -> bool: declared()
    def restartDaemon(self, name: str) -> None: declared()
