"""Modbus devices and gateways. Source: ModbusDevice.idl, ModbusGatewayMgr.idl."""

from __future__ import annotations

from ._runtime import ZERO, Interface, Structure


class Device(Interface, version="1.0.0"):
    """A Modbus device (up to firmware 3.6.0)."""

    class DeviceID(Structure):
        vendor: str = ""
        code: str = ""
        version: str = ""
        url: str = ""
        name: str = ""
        model: str = ""
        app: str = ""

    def readDeviceIdentification(self) -> Device.DeviceID: ...


class GatewayMgr(Interface, version="1.0.0"):
    NO_ERROR, ERR_INVALID_PARAMS = range(2)

    class RtuSettings(Structure):
        defaultAddr: int = 0
        speed: int = 0
        parity: int = 0

    class Settings(Structure):
        rtu: GatewayMgr.RtuSettings = ZERO

    def getSettings(self) -> GatewayMgr.Settings: ...
    def setSettings(self, settings: GatewayMgr.Settings) -> int: ...
