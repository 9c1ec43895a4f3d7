"""External sensors and actuators: what several interfaces share."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import List, Optional

from .. import sensors
from ..idl import Enumeration, EPOCH, Structure, Time, ValueObject, value_object


class PortType(Enumeration):
    ONBOARD = 0
    DEV_PORT = 1
    ONEWIRE_HUB_PORT = 2
    ONEWIRE_CHAIN_POS = 3
    REMOTE_HUB_PORT = 4
    WIRELESS_BRIDGE = 5
    WIRELESS_DEVICE = 6
    UNSPECIFIED = 7
    GATEWAY_SENSOR = 8
    FEATURE_PORT = 9
    USB_PORT = 10
    USB_HUB_PORT = 11
    USB_RS485_DONGLE = 12
    ONEWIRE_ONBOARD = 0
    ONEWIRE_DEV_PORT = 1


@dataclass(eq=False, repr=False)
class Address(Structure):
    position: List[PosElement] = field(default_factory=list)
    type: sensors.Sensor.TypeSpec = field(default_factory=lambda: sensors.Sensor.TypeSpec())
    isActuator: bool = False
    channel: int = 0


@dataclass(eq=False, repr=False)
class DeviceID(Structure):
    serial: str = ""
    type: sensors.Sensor.TypeSpec = field(default_factory=lambda: sensors.Sensor.TypeSpec())
    isActuator: bool = False
    channel: int = 0


@dataclass(eq=False, repr=False)
class PackageInfo(Structure):
    class State(Enumeration):
        NORMAL = 0
        FW_UPDATE = 1
        INTERNAL_ERROR = 2
        CONFIG_ERROR = 3

    @dataclass(eq=False, repr=False)
    class FirmwareInfo(Structure):
        @dataclass(eq=False, repr=False)
        class Version(Structure):
            majorNumber: int = 0
            minorNumber: int = 0
            bootloaderVersion: int = 0

        compileDate: Time = EPOCH
        version: PackageInfo.FirmwareInfo.Version = field(default_factory=lambda: PackageInfo.FirmwareInfo.Version())
        updateDate: Time = EPOCH
        firmwareName: str = ""

    @dataclass(eq=False, repr=False)
    class HardwareInfo(Structure):
        serial: str = ""
        packageClass: str = ""
        model: str = ""
        minDowngradeVersion: int = 0
        revision: str = ""
        address: str = ""

    state: PackageInfo.State = field(default_factory=lambda: PackageInfo.State(0))
    position: List[PosElement] = field(default_factory=list)
    hwInfo: PackageInfo.HardwareInfo = field(default_factory=lambda: PackageInfo.HardwareInfo())
    fwInfo: PackageInfo.FirmwareInfo = field(default_factory=lambda: PackageInfo.FirmwareInfo())


@dataclass(eq=False, repr=False)
class PosElement(Structure):
    portType: PortType = field(default_factory=lambda: PortType(0))
    port: str = ""


@value_object
class Device(ValueObject):
    idlType = "peripheral.Device:7.0.3"
    deviceID: DeviceID = field(default_factory=lambda: DeviceID())
    position: List[PosElement] = field(default_factory=list)
    packageClass: str = ""
    device: Optional[sensors.Sensor] = None
