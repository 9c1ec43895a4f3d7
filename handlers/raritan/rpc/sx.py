"""The serial access port."""
from __future__ import annotations

from dataclasses import dataclass, field

from . import event
from .idl import Interface, Structure, value_object

__all__ = ["Sx"]


class Sx(Interface):
    """Access to the serial console of another device."""

    idlType = "sx.Sx:1.0.0"

    @dataclass(eq=False, repr=False)
    class ClientInfo(Structure):
        portId: str = ""
        portName: str = ""
        userName: str = ""
        userIp: str = ""

    @value_object
    class ClientConnectionStatusEvent(event.UserEvent):
        idlType = "sx.Sx.ClientConnectionStatusEvent:1.0.0"
        clientInfo: Sx.ClientInfo = field(default_factory=lambda: Sx.ClientInfo())
        status: bool = False
        clientCnt: int = 0
