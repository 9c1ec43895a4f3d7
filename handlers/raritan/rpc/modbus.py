"""Modbus devices and gateways."""
from __future__ import annotations

from dataclasses import dataclass, field

from .idl import declared, Interface, method, Structure

__all__ = ["Device", "GatewayMgr"]


class Device(Interface):
    """A Modbus device (until firmware 3.6.0)."""

    idlType = "modbus.Device:1.0.0"

    @dataclass(eq=False, repr=False)
    class DeviceID(Structure):
        vendor: str = ""
        code: str = ""
        version: str = ""
        url: str = ""
        name: str = ""
        model: str = ""
        app: str = ""

    @method()
    def readDeviceIdentification(self) -> Device.DeviceID: declared()


class GatewayMgr(Interface):
    """Modbus gateways."""

    idlType = "modbus.GatewayMgr:1.0.0"

    NO_ERROR = 0
    ERR_INVALID_PARAMS = 1

    @dataclass(eq=False, repr=False)
    class RtuSettings(Structure):
        defaultAddr: int = 0
        speed: int = 0
        parity: int = 0

    @dataclass(eq=False, repr=False)
    class Settings(Structure):
        rtu: GatewayMgr.RtuSettings = field(default_factory=lambda: GatewayMgr.RtuSettings())

    @method()
    def getSettings(self) -> GatewayMgr.Settings: declared()

    @method()
    def setSettings(self, settings: GatewayMgr.Settings) -> int: declared()
