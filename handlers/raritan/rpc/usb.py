"""USB ports and what is attached to them."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import List

from . import event
from .idl import declared, Interface, method, Structure, value_object

__all__ = ["Usb", "UsbDevice"]


@dataclass(eq=False, repr=False)
class UsbDevice(Structure):
    portNumber: int = 0
    bus: int = 0
    device: int = 0
    vendorId: int = 0
    productId: int = 0
    manufacturer: str = ""
    product: str = ""


class Usb(Interface):
    """USB ports, at `/usb`."""

    idlType = "usb.Usb:1.0.4"

    @dataclass(eq=False, repr=False)
    class Settings(Structure):
        hostPortsEnabled: bool = False

    @value_object
    class SettingsChangedEvent(event.UserEvent):
        idlType = "usb.Usb_1_0_4.SettingsChangedEvent:1.0.0"
        oldSettings: Usb.Settings = field(default_factory=lambda: Usb.Settings())
        newSettings: Usb.Settings = field(default_factory=lambda: Usb.Settings())

    @method()
    def getSettings(self) -> Usb.Settings: declared()

    @method()
    def setSettings(self, settings: Usb.Settings) -> int: declared()

    @method()
    def getHostPortCount(self) -> int: declared()

    @method("usbDevices")
    def getDevices(self) -> List[UsbDevice]: declared()
