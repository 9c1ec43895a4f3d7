"""The daemons of the device. Source: System.idl."""

from __future__ import annotations

from ._runtime import Interface


class System(Interface, version="1.0.0"):
    """The daemons that run on the device, at `/system`."""

    def isDaemonRunning(self, name: str) -> bool: ...
    def restartDaemon(self, name: str) -> None: ...
