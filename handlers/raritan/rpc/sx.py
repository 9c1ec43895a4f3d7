"""The serial access port. Source: Sx.idl."""

from __future__ import annotations

from . import event
from ._runtime import ZERO, Interface, Structure


class Sx(Interface, version="1.0.0"):
    """A serial access port.

    The event's `status`: whether the client connected (True) or disconnected.
    """

    class ClientInfo(Structure):
        portId: str = ""
        portName: str = ""
        userName: str = ""
        userIp: str = ""

    class ClientConnectionStatusEvent(event.UserEvent):
        clientInfo: Sx.ClientInfo = ZERO
        status: bool = False
        clientCnt: int = 0
