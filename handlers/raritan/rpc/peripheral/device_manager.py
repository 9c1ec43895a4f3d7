"""The interface peripheral.DeviceManager."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Dict, List, Optional

from .. import event, portsmodel, sensors
from ..idl import declared, Enumeration, Event, Interface, method, Structure, value_object
from .device_slot import DeviceSlot
from .gateway_sensor_manager import GatewaySensorManager
from .package import Package
from .sensor_hub import SensorHub
from .structures import Device, PackageInfo, PosElement


class DeviceManager(Interface):
    """External sensors and actuators, at `/model/peripheraldevicemanager`."""

    idlType = "peripheral.DeviceManager:5.3.6"

    ERR_INVALID_PARAMS = 1
    ERR_NOT_ON_SECONDARY = 2

    class DeviceFirmwareUpdateState(Enumeration):
        UPDATE_STARTED = 0
        UPDATE_SUCCESSFUL = 1
        UPDATE_FAILED = 2

    class ZCoordMode(Enumeration):
        RACKUNITS = 0
        FREEFORM = 1

    @dataclass(eq=False, repr=False)
    class DeviceTypeInfo(Structure):
        type: sensors.Sensor.TypeSpec = field(default_factory=lambda: sensors.Sensor.TypeSpec())
        isActuator: bool = False
        identifier: str = ""
        name: str = ""
        defaultRange: sensors.NumericSensor.Range = field(default_factory=lambda: sensors.NumericSensor.Range())
        defaultDecDigits: int = 0

    @dataclass(eq=False, repr=False)
    class FirmwareUpdateState(Structure):
        active: bool = False
        remaining: int = 0

    @dataclass(eq=False, repr=False)
    class MetaData(Structure):
        oneWirePortCount: int = 0
        onboardDeviceCount: int = 0

    @dataclass(eq=False, repr=False)
    class Settings(Structure):
        zCoordMode: DeviceManager.ZCoordMode = field(default_factory=lambda: DeviceManager.ZCoordMode(0))
        autoManageNewDevices: bool = False
        deviceAltitude: float = 0.0
        presenceDetectionTimeout: int = 0
        defaultThresholdsMap: Dict[str, sensors.NumericSensor.Thresholds] = field(default_factory=dict)
        maxActivePoweredDryContacts: int = 0
        muteOtherAccessControlUnit: bool = False

    @dataclass(eq=False, repr=False)
    class Statistics(Structure):
        cSumErrCnt: int = 0
        fuseTripCnt: int = 0

    @value_object
    class DeviceEvent(Event):
        idlType = "peripheral.DeviceManager_5_3_6.DeviceEvent:1.0.0"
        devices: List[Device] = field(default_factory=list)
        allDevices: List[Device] = field(default_factory=list)

    @value_object
    class DeviceAddedEvent(DeviceEvent):
        idlType = "peripheral.DeviceManager_5_3_6.DeviceAddedEvent:1.0.0"

    @value_object
    class DeviceFirmwareUpdateStateChangedEvent(Event):
        idlType = "peripheral.DeviceManager_5_3_6.DeviceFirmwareUpdateStateChangedEvent:1.0.0"
        oldVersion: str = ""
        newVersion: str = ""
        serial: str = ""
        state: DeviceManager.DeviceFirmwareUpdateState = field(
            default_factory=lambda: DeviceManager.DeviceFirmwareUpdateState(0))

    @value_object
    class DeviceRemovedEvent(DeviceEvent):
        idlType = "peripheral.DeviceManager_5_3_6.DeviceRemovedEvent:1.0.0"

    @value_object
    class FirmwareUpdateStateChangedEvent(Event):
        idlType = "peripheral.DeviceManager_5_3_6.FirmwareUpdateStateChangedEvent:1.0.0"
        newState: DeviceManager.FirmwareUpdateState = field(default_factory=lambda: DeviceManager.FirmwareUpdateState())

    @value_object
    class PackageEvent(Event):
        idlType = "peripheral.DeviceManager_5_3_6.PackageEvent:1.0.0"
        packageInfos: List[PackageInfo] = field(default_factory=list)
        allPackages: List[PackageInfo] = field(default_factory=list)

    @value_object
    class PackageAddedEvent(PackageEvent):
        idlType = "peripheral.DeviceManager_5_3_6.PackageAddedEvent:1.0.0"

    @value_object
    class PackageRemovedEvent(PackageEvent):
        idlType = "peripheral.DeviceManager_5_3_6.PackageRemovedEvent:1.0.0"

    @value_object
    class SettingsChangedEvent(event.UserEvent):
        idlType = "peripheral.DeviceManager_5_3_6.SettingsChangedEvent:1.0.0"
        oldSettings: DeviceManager.Settings = field(default_factory=lambda: DeviceManager.Settings())
        newSettings: DeviceManager.Settings = field(default_factory=lambda: DeviceManager.Settings())

    @value_object
    class UnknownDeviceAttachedEvent(Event):
        idlType = "peripheral.DeviceManager_5_3_6.UnknownDeviceAttachedEvent:1.0.0"
        romCode: str = ""
        position: List[PosElement] = field(default_factory=list)

    @method()
    def getDeviceSlots(self) -> List[DeviceSlot]: declared()

    @method()
    def getDeviceSlot(self, idx: int) -> Optional[DeviceSlot]: declared()

    @method()
    def getSensorHubs(self) -> List[SensorHub]: declared()

    @method()
    def getDiscoveredDevices(self) -> List[Device]: declared()

    @method()
    def getDiscoveredPackageInfos(self) -> List[PackageInfo]: declared()

    @method()
    def getSettings(self) -> DeviceManager.Settings: declared()

    @method()
    def setSettings(self, settings: DeviceManager.Settings) -> int: declared()

    @method()
    def getMetaData(self) -> DeviceManager.MetaData: declared()

    @method()
    def getDeviceTypeInfos(self) -> List[DeviceManager.DeviceTypeInfo]: declared()

    @method()
    def getFirmwareUpdateState(self) -> DeviceManager.FirmwareUpdateState: declared()

    @method()
    def getStatistics(self) -> DeviceManager.Statistics: declared()

    @method()
    def getDiscoveredPackages(self) -> List[Package]: declared()

    @method()
    def getPortFuse(self) -> Optional[portsmodel.PortFuse]: declared()

    @method()
    def getGatewaySensorManager(self) -> Optional[GatewaySensorManager]: declared()
