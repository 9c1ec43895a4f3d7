"""Modbus devices and gateways. Source: ModbusGatewayMgr.idl."""
from __future__ import annotations

from ._runtime import ZERO, Interface, Structure, declared

__all__ = ["Device", "GatewayMgr"]


class Device(Interface):
    """A Modbus device (until firmware 3.6.0)."""

    idlType = "modbus.Device:1.0.0"

    class DeviceID(Structure):
        vendor: str = ""
        code: str = ""
        version: str = ""
        url: str = ""
        name: str = ""
        model: str = ""
        app: str = ""

    def readDeviceIdentification(self) -> Device.DeviceID: declared()


class GatewayMgr(Interface):
    """Modbus gateways."""

    idlType = "modbus.GatewayMgr:1.0.0"

    NO_ERROR = 0
    ERR_INVALID_PARAMS = 1

    class RtuSettings(Structure):
        defaultAddr: int = 0
        speed: int = 0
        parity: int = 0

    class Settings(Structure):
        rtu: GatewayMgr.RtuSettings = ZERO

    def getSettings(self) -> GatewayMgr.Settings: declared()
    def setSettings(self, settings: GatewayMgr.Settings) -> int: declared()
