"""Slots of peripheral devices and their manager. Source: PeripheralDeviceSlot.idl, PeripheralDeviceManager.idl."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, List, Optional, Union

from .. import event, idl
from .._runtime import ZERO, Enumeration, Interface, Structure, declared

if TYPE_CHECKING:
    from .. import portsmodel, sensors
    from .gateway_sensor_manager import GatewaySensorManager
    from .packages import Package, SensorHub
    from .structures import Address, Device, DeviceID, PackageInfo, PosElement


class DeviceSlot(Interface, version="5.0.3"):
    """A place for one sensor or actuator, at `/model/peripheraldeviceslot/<i>`."""

    ERR_INVALID_PARAMS, ERR_NOT_SUPPORTED = range(1, 3)
    CHANNEL_INVALID = -1

    class Location(Structure):
        x: str = ""
        y: str = ""
        z: str = ""

    class Settings(Structure):
        name: str = ""
        description: str = ""
        location: DeviceSlot.Location = ZERO
        useDefaultThresholds: bool = False
        properties: Union[Dict[str, str], Dict[str, Any]] = ZERO

    class DeviceChangedEvent(idl.Event):
        oldDevice: Optional[Device] = None
        newDevice: Optional[Device] = None

    class SettingsChangedEvent(event.UserEvent):
        oldSettings: DeviceSlot.Settings = ZERO
        newSettings: DeviceSlot.Settings = ZERO

    def getDevice(self) -> Optional[Device]: declared()
    def assign(self, devid: DeviceID) -> int: declared()
    def assignAddress(self, packageClass: str, address: Address) -> int: declared()
    def unassign(self) -> int: declared()
    def getSettings(self) -> DeviceSlot.Settings: declared()
    def setSettings(self, settings: DeviceSlot.Settings) -> int: declared()


class DeviceManager(Interface, version="5.3.6"):
    """External sensors and actuators, at `/model/peripheraldevicemanager`."""

    ERR_INVALID_PARAMS, ERR_NOT_ON_SECONDARY = range(1, 3)

    class DeviceFirmwareUpdateState(Enumeration):
        UPDATE_STARTED, UPDATE_SUCCESSFUL, UPDATE_FAILED = range(3)

    class ZCoordMode(Enumeration):
        RACKUNITS, FREEFORM = range(2)

    class DeviceTypeInfo(Structure):
        type: sensors.Sensor.TypeSpec = ZERO
        isActuator: bool = False
        identifier: str = ""
        name: str = ""
        defaultRange: sensors.NumericSensor.Range = ZERO
        defaultDecDigits: int = 0

    class FirmwareUpdateState(Structure):
        active: bool = False
        remaining: int = 0

    class MetaData(Structure):
        oneWirePortCount: int = 0
        onboardDeviceCount: int = 0

    class Settings(Structure):
        zCoordMode: DeviceManager.ZCoordMode = ZERO
        autoManageNewDevices: bool = False
        deviceAltitude: float = 0.0
        presenceDetectionTimeout: int = 0
        defaultThresholdsMap: Dict[str, sensors.NumericSensor.Thresholds] = ZERO
        maxActivePoweredDryContacts: int = 0
        muteOtherAccessControlUnit: bool = False

    class Statistics(Structure):
        cSumErrCnt: int = 0
        fuseTripCnt: int = 0

    class DeviceEvent(idl.Event):
        devices: List[Device] = ZERO
        allDevices: List[Device] = ZERO

    class DeviceAddedEvent(DeviceEvent):
        pass

    class DeviceFirmwareUpdateStateChangedEvent(idl.Event):
        oldVersion: str = ""
        newVersion: str = ""
        serial: str = ""
        state: DeviceManager.DeviceFirmwareUpdateState = ZERO

    class DeviceRemovedEvent(DeviceEvent):
        pass

    class FirmwareUpdateStateChangedEvent(idl.Event):
        newState: DeviceManager.FirmwareUpdateState = ZERO

    class PackageEvent(idl.Event):
        packageInfos: List[PackageInfo] = ZERO
        allPackages: List[PackageInfo] = ZERO

    class PackageAddedEvent(PackageEvent):
        pass

    class PackageRemovedEvent(PackageEvent):
        pass

    class SettingsChangedEvent(event.UserEvent):
        oldSettings: DeviceManager.Settings = ZERO
        newSettings: DeviceManager.Settings = ZERO

    class UnknownDeviceAttachedEvent(idl.Event):
        romCode: str = ""
        position: List[PosElement] = ZERO

    def getDeviceSlots(self) -> List[DeviceSlot]: declared()
    def getDeviceSlot(self, idx: int) -> Optional[DeviceSlot]: declared()
    def getSensorHubs(self) -> List[SensorHub]: declared()
    def getDiscoveredDevices(self) -> List[Device]: declared()
    def getDiscoveredPackageInfos(self) -> List[PackageInfo]: declared()
    def getSettings(self) -> DeviceManager.Settings: declared()
    def setSettings(self, settings: DeviceManager.Settings) -> int: declared()
    def getMetaData(self) -> DeviceManager.MetaData: declared()
    def getDeviceTypeInfos(self) -> List[DeviceManager.DeviceTypeInfo]: declared()
    def getFirmwareUpdateState(self) -> DeviceManager.FirmwareUpdateState: declared()
    def getStatistics(self) -> DeviceManager.Statistics: declared()
    def getDiscoveredPackages(self) -> List[Package]: declared()
    def getPortFuse(self) -> Optional[portsmodel.PortFuse]: declared()
    def getGatewaySensorManager(self) -> Optional[GatewaySensorManager]: declared()
