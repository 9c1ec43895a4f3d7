"""The serial access port. Source: Sx.idl."""
from __future__ import annotations

from . import event
from ._runtime import ZERO, Interface, Structure

__all__ = ["Sx"]


class Sx(Interface):
    """Access to the serial console of another device."""

    idlType = "sx.Sx:1.0.0"

    class ClientInfo(Structure):
        portId: str = ""
        portName: str = ""
        userName: str = ""
        userIp: str = ""

    class ClientConnectionStatusEvent(event.UserEvent):
        clientInfo: Sx.ClientInfo = ZERO
        status: bool = False
        clientCnt: int = 0
