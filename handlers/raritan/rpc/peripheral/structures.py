"""External sensors and actuators: structures.

Source: PosElement.idl, PeripheralDeviceSlot.idl, PeripheralDevicePackage.idl.
"""
from __future__ import annotations

from typing import TYPE_CHECKING, List, Optional

from .._runtime import ZERO, Enumeration, Structure, Time, ValueObject

if TYPE_CHECKING:
    from .. import sensors


class PortType(Enumeration):
    (ONBOARD, DEV_PORT, ONEWIRE_HUB_PORT, ONEWIRE_CHAIN_POS, REMOTE_HUB_PORT, WIRELESS_BRIDGE, WIRELESS_DEVICE,
     UNSPECIFIED, GATEWAY_SENSOR, FEATURE_PORT, USB_PORT, USB_HUB_PORT, USB_RS485_DONGLE) = range(13)
    ONEWIRE_ONBOARD, ONEWIRE_DEV_PORT = range(2)


class Address(Structure):
    position: List[PosElement] = ZERO
    type: sensors.Sensor.TypeSpec = ZERO
    isActuator: bool = False
    channel: int = 0


class DeviceID(Structure):
    serial: str = ""
    type: sensors.Sensor.TypeSpec = ZERO
    isActuator: bool = False
    channel: int = 0


class PackageInfo(Structure):
    class State(Enumeration):
        NORMAL, FW_UPDATE, INTERNAL_ERROR, CONFIG_ERROR = range(4)

    class FirmwareInfo(Structure):
        class Version(Structure):
            majorNumber: int = 0
            minorNumber: int = 0
            bootloaderVersion: int = 0

        compileDate: Time = ZERO
        version: PackageInfo.FirmwareInfo.Version = ZERO
        updateDate: Time = ZERO
        firmwareName: str = ""

    class HardwareInfo(Structure):
        serial: str = ""
        packageClass: str = ""
        model: str = ""
        minDowngradeVersion: int = 0
        revision: str = ""
        address: str = ""

    state: PackageInfo.State = ZERO
    position: List[PosElement] = ZERO
    hwInfo: PackageInfo.HardwareInfo = ZERO
    fwInfo: PackageInfo.FirmwareInfo = ZERO


class PosElement(Structure):
    portType: PortType = ZERO
    port: str = ""


class Device(ValueObject, version="7.0.3"):
    deviceID: DeviceID = ZERO
    position: List[PosElement] = ZERO
    packageClass: str = ""
    device: Optional[sensors.Sensor] = None
