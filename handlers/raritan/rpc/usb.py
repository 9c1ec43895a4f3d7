"""USB ports and the devices on them. Source: Usb.idl."""

from __future__ import annotations

from . import event
from ._runtime import ZERO, Interface, Structure, method


class UsbDevice(Structure):
    portNumber: int = 0
    bus: int = 0
    device: int = 0
    vendorId: int = 0
    productId: int = 0
    manufacturer: str = ""
    product: str = ""


class Usb(Interface, version="1.0.4"):
    """USB ports, at `/usb`."""

    class Settings(Structure):
        hostPortsEnabled: bool = False

    class SettingsChangedEvent(event.UserEvent):
        oldSettings: Usb.Settings = ZERO
        newSettings: Usb.Settings = ZERO

    def getSettings(self) -> Usb.Settings: ...
    def setSettings(self, settings: Usb.Settings) -> int: ...
    def getHostPortCount(self) -> int: ...
    @method("usbDevices")
    def getDevices(self) -> list[UsbDevice]: ...
