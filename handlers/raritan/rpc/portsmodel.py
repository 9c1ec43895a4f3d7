"""Ports for sensors and accessories."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import List, Optional

from . import peripheral
from .idl import declared, Enumeration, Event, Interface, method, Structure, value_object

__all__ = ["Port", "PortFuse"]


class Port(Interface):
    """A port for sensors and accessories."""

    idlType = "portsmodel.Port:2.0.4"

    NO_ERROR = 0
    ERR_INVALID_PARAM = 1
    ERR_DEVICE_BUSY = 2

    class DetectionType(Enumeration):
        AUTO = 0
        PINNED = 1
        DISABLED = 2

    class DeviceTypeId(Enumeration):
        UNSPECIFIED = 0
        OTHER = 1
        SENSOR_HUB = 2
        BEEPER = 3
        ASSET_STRIP = 4
        POWER_CIM = 5
        GATEWAY_SENSOR = 6

    @dataclass(eq=False, repr=False)
    class DetectionMode(Structure):
        type: Port.DetectionType = field(default_factory=lambda: Port.DetectionType(0))
        pinnedDeviceType: str = ""

    @dataclass(eq=False, repr=False)
    class DeviceTypeWithId(Structure):
        id: Port.DeviceTypeId = field(default_factory=lambda: Port.DeviceTypeId(0))
        type: str = ""

    @dataclass(eq=False, repr=False)
    class Properties(Structure):
        name: str = ""
        label: str = ""
        mode: Port.DetectionMode = field(default_factory=lambda: Port.DetectionMode())
        detectedDeviceType: str = ""
        detectedDeviceName: str = ""
        pinnedDeviceTypeId: Port.DeviceTypeId = field(default_factory=lambda: Port.DeviceTypeId(0))
        detectedDeviceTypeId: Port.DeviceTypeId = field(default_factory=lambda: Port.DeviceTypeId(0))
        detectableDeviceTypes: List[Port.DeviceTypeWithId] = field(default_factory=list)
        topoId: str = ""
        serialId: str = ""
        portType: peripheral.PortType = field(default_factory=lambda: peripheral.PortType(0))
        position: List[peripheral.PosElement] = field(default_factory=list)

    @value_object
    class DeviceChangedEvent(Event):
        idlType = "portsmodel.Port_2_0_4.DeviceChangedEvent:1.0.0"
        oldDevice: Optional[Interface] = None
        newDevice: Optional[Interface] = None

    @value_object
    class PropertiesChangedEvent(Event):
        idlType = "portsmodel.Port_2_0_4.PropertiesChangedEvent:1.0.0"
        oldProperties: Port.Properties = field(default_factory=lambda: Port.Properties())
        newProperties: Port.Properties = field(default_factory=lambda: Port.Properties())

    @method()
    def getProperties(self) -> Port.Properties: declared()

    @method()
    def setName(self, name: str) -> None: declared()

    @method()
    def setDetectionMode(self, mode: Port.DetectionMode) -> int: declared()

    @method()
    def getDetectableDevices(self) -> List[str]: declared()

    @method()
    def getDevice(self) -> Optional[Interface]: declared()

    @method()
    def getDeviceConfig(self, deviceType: str) -> Optional[Interface]: declared()

    @method()
    def getFuse(self) -> Optional[PortFuse]: declared()


class PortFuse(Interface):
    """The electronic fuse of a port."""

    idlType = "portsmodel.PortFuse:1.0.1"

    class Status(Enumeration):
        UNKNOWN = 0
        TRIPPED = 1
        GOOD = 2

    @value_object
    class StatusChangedEvent(Event):
        idlType = "portsmodel.PortFuse_1_0_1.StatusChangedEvent:1.0.0"
        oldStatus: PortFuse.Status = field(default_factory=lambda: PortFuse.Status(0))
        newStatus: PortFuse.Status = field(default_factory=lambda: PortFuse.Status(0))

    @method()
    def getStatus(self) -> PortFuse.Status: declared()

    @method()
    def reset(self) -> None: declared()

    @method()
    def getTripCount(self) -> int: declared()
