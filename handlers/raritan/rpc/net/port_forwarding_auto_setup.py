"""The interface net.PortForwardingAutoSetup."""
from __future__ import annotations

from ..idl import declared, Interface, method
from .structures import PortForwardingAutoSetupStatus


class PortForwardingAutoSetup(Interface):
    """Sets up a port-forwarding cascade from the primary unit."""

    idlType = "net.PortForwardingAutoSetup:1.0.0"

    SUCCESS = 0
    ERR_PF_AUTO_SETUP_NOT_A_PRIMARY_UNIT = 1
    ERR_PF_AUTO_SETUP_ALREADY_RUNNING = 2
    ERR_PF_AUTO_SETUP_INVALID_PARAM = 3

    @method()
    def start(self, numberOfExpansionUnits: int, username: str, password: str, newPassword: str,
              disableStrongPasswordReq: bool) -> int: declared()

    @method()
    def getStatus(self) -> PortForwardingAutoSetupStatus: declared()

    @method()
    def cancel(self) -> None: declared()
