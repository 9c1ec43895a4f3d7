"""Ports for sensors and accessories. Source: Port.idl, PortFuse.idl."""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional

from . import idl
from ._runtime import ZERO, Enumeration, Interface, Structure, decodes_unlisted_as

if TYPE_CHECKING:
    from . import peripheral


class Port(Interface, version="2.0.4"):
    NO_ERROR, ERR_INVALID_PARAM, ERR_DEVICE_BUSY = range(3)

    class DetectionType(Enumeration):
        AUTO, PINNED, DISABLED = range(3)

    @decodes_unlisted_as("OTHER")
    class DeviceTypeId(Enumeration):
        UNSPECIFIED, OTHER, SENSOR_HUB, BEEPER, ASSET_STRIP, POWER_CIM, GATEWAY_SENSOR = range(7)

    class DetectionMode(Structure):
        type: Port.DetectionType = ZERO
        pinnedDeviceType: str = ""

    class DeviceTypeWithId(Structure):
        id: Port.DeviceTypeId = ZERO
        type: str = ""

    class Properties(Structure):
        name: str = ""
        label: str = ""
        mode: Port.DetectionMode = ZERO
        detectedDeviceType: str = ""
        detectedDeviceName: str = ""
        pinnedDeviceTypeId: Port.DeviceTypeId = ZERO
        detectedDeviceTypeId: Port.DeviceTypeId = ZERO
        detectableDeviceTypes: list[Port.DeviceTypeWithId] = ZERO
        topoId: str = ""
        serialId: str = ""
        portType: peripheral.PortType = ZERO
        position: list[peripheral.PosElement] = ZERO

    class DeviceChangedEvent(idl.Event):
        oldDevice: Optional[Interface] = None
        newDevice: Optional[Interface] = None

    class PropertiesChangedEvent(idl.Event):
        oldProperties: Port.Properties = ZERO
        newProperties: Port.Properties = ZERO

    def getProperties(self) -> Port.Properties: ...
    def setName(self, name: str) -> None: ...
    def setDetectionMode(self, mode: Port.DetectionMode) -> int: ...
    def getDetectableDevices(self) -> list[str]: ...
    def getDevice(self) -> Optional[Interface]: ...
    def getDeviceConfig(self, deviceType: str) -> Optional[Interface]: ...
    def getFuse(self) -> Optional[PortFuse]: ...


class PortFuse(Interface, version="1.0.1"):
    class Status(Enumeration):
        UNKNOWN, TRIPPED, GOOD = range(3)

    class StatusChangedEvent(idl.Event):
        oldStatus: PortFuse.Status = ZERO
        newStatus: PortFuse.Status = ZERO

    def getStatus(self) -> PortFuse.Status: ...
    def reset(self) -> None: ...
    def getTripCount(self) -> int: ...
