"""External sensors and actuators: their slots, packages and hubs.

Source: PosElement.idl, PeripheralDeviceSlot.idl, PeripheralDeviceManager.idl,
PeripheralDevicePackage.idl, SensorHub.idl, PeripheralG2Production.idl.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional, Union

from .. import event, idl
from .._runtime import (
    ZERO,
    Enumeration,
    Interface,
    Structure,
    Time,
    ValueObject,
    decodes_unlisted_as,
    method,
)

if TYPE_CHECKING:
    from .. import sensors


@decodes_unlisted_as("UNSPECIFIED")
class PortType(Enumeration):
    (
        ONBOARD,
        DEV_PORT,
        ONEWIRE_HUB_PORT,
        ONEWIRE_CHAIN_POS,
        REMOTE_HUB_PORT,
        WIRELESS_BRIDGE,
        WIRELESS_DEVICE,
        UNSPECIFIED,
        GATEWAY_SENSOR,
        FEATURE_PORT,
        USB_PORT,
        USB_HUB_PORT,
        USB_RS485_DONGLE,
    ) = range(13)
    ONEWIRE_ONBOARD, ONEWIRE_DEV_PORT = range(2)


class Address(Structure):
    position: list[PosElement] = ZERO
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
    position: list[PosElement] = ZERO
    hwInfo: PackageInfo.HardwareInfo = ZERO
    fwInfo: PackageInfo.FirmwareInfo = ZERO


class PosElement(Structure):
    portType: PortType = ZERO
    port: str = ""


# of other elements in firmware 3.3
_Octets = Union[list[int], list[PosElement]]


class Device(ValueObject, version="7.0.3"):
    deviceID: DeviceID = ZERO
    position: list[PosElement] = ZERO
    packageClass: str = ""
    device: Optional[sensors.Sensor] = None


class Package(Interface, version="3.0.3"):
    def getPackageInfo(self) -> PackageInfo: ...


class BatteryPoweredDevicePackage(Package, version="1.0.2"):
    class VoltageChangedEvent(idl.Event):
        oldVoltage: float = 0.0
        newVoltage: float = 0.0

    def getBatteryVoltage(self) -> float: ...


class DoorHandleControllerPackage(Package, version="3.0.3"):
    SUCCESS, ERR_NOT_SUPPORTED, ERR_OPERATION_FAILED = range(3)

    class DoorForcedOpenEvent(idl.Event):
        packageInfo: PackageInfo = ZERO
        channel: int = 0
        doorStateName: str = ""
        doorHandleName: str = ""
        doorLockName: str = ""

    class MechanicallyUnlockedEvent(idl.Event):
        packageInfo: PackageInfo = ZERO
        channel: int = 0
        doorStateName: str = ""
        doorHandleName: str = ""
        doorLockName: str = ""

    def getSupportedHandleTypes(self) -> list[str]: ...
    def getSupportedExternalDeviceTypes(self) -> list[str]: ...
    def getHandleType(self, channel: int) -> str: ...
    def getExternalDeviceType(self, channel: int) -> str: ...
    def setHandleType(self, channel: int, handleType: str) -> int: ...
    def setExternalDeviceType(self, channel: int, type: str) -> int: ...


class SensorHub(Interface, version="2.0.4"):
    class UpstreamType(Enumeration):
        BUILTIN, ENV_HUB, REMOTE_HUB = range(3)

    class DeviceInfo(Structure):
        serial: str = ""
        model: str = ""
        upstreamType: SensorHub.UpstreamType = ZERO
        position: PosElement = ZERO
        protocolVersion: int = 0
        bootVersion: int = 0
        appVersion: int = 0
        hubPortInfos: list[SensorHub.HubPortInfo] = ZERO

    class HubPortInfo(Structure):
        hubPort: str = ""
        fuse: Optional[Interface] = None

    def getDeviceInfo(self) -> SensorHub.DeviceInfo: ...
    def getPackageInfo(self) -> PackageInfo: ...


class DeviceSlot(Interface, version="5.0.3"):
    """A slot for one sensor or actuator, at `/model/peripheraldeviceslot/<i>`."""

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
        properties: Union[dict[str, str], dict[str, Any]] = ZERO

    class DeviceChangedEvent(idl.Event):
        oldDevice: Optional[Device] = None
        newDevice: Optional[Device] = None

    class SettingsChangedEvent(event.UserEvent):
        oldSettings: DeviceSlot.Settings = ZERO
        newSettings: DeviceSlot.Settings = ZERO

    def getDevice(self) -> Optional[Device]: ...
    def assign(self, devid: DeviceID) -> int: ...
    def assignAddress(self, packageClass: str, address: Address) -> int: ...
    def unassign(self) -> int: ...
    def getSettings(self) -> DeviceSlot.Settings: ...
    def setSettings(self, settings: DeviceSlot.Settings) -> int: ...


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
        defaultThresholdsMap: dict[str, sensors.NumericSensor.Thresholds] = ZERO
        maxActivePoweredDryContacts: int = 0
        muteOtherAccessControlUnit: bool = False

    class Statistics(Structure):
        cSumErrCnt: int = 0
        fuseTripCnt: int = 0

    class DeviceEvent(idl.Event):
        devices: list[Device] = ZERO
        allDevices: list[Device] = ZERO

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
        packageInfos: list[PackageInfo] = ZERO
        allPackages: list[PackageInfo] = ZERO

    class PackageAddedEvent(PackageEvent):
        pass

    class PackageRemovedEvent(PackageEvent):
        pass

    class SettingsChangedEvent(event.UserEvent):
        oldSettings: DeviceManager.Settings = ZERO
        newSettings: DeviceManager.Settings = ZERO

    class UnknownDeviceAttachedEvent(idl.Event):
        romCode: str = ""
        position: list[PosElement] = ZERO

    def getDeviceSlots(self) -> list[DeviceSlot]: ...
    def getDeviceSlot(self, idx: int) -> Optional[DeviceSlot]: ...
    def getSensorHubs(self) -> list[SensorHub]: ...
    def getDiscoveredDevices(self) -> list[Device]: ...
    def getDiscoveredPackageInfos(self) -> list[PackageInfo]: ...
    def getSettings(self) -> DeviceManager.Settings: ...
    def setSettings(self, settings: DeviceManager.Settings) -> int: ...
    def getMetaData(self) -> DeviceManager.MetaData: ...
    def getDeviceTypeInfos(self) -> list[DeviceManager.DeviceTypeInfo]: ...
    def getFirmwareUpdateState(self) -> DeviceManager.FirmwareUpdateState: ...
    def getStatistics(self) -> DeviceManager.Statistics: ...
    def getDiscoveredPackages(self) -> list[Package]: ...
    def getPortFuse(self) -> Optional[Interface]: ...
    def getGatewaySensorManager(self) -> Optional[Interface]: ...


class G2Production(Interface, version="4.0.0"):
    """Production functions of sensor packages.

    Firmware up to 3.3 has all these methods except `programSerialNumber`. Firmware 3.4 and newer
    has only that one. Code 4 is ERR_NO_FIRMWARE_FILE up to firmware 3.3, and ERR_OPERATION_FAILED
    from 3.4 on.
    """

    ERR_INVALID_PARAMS = 1
    ERR_NO_CONFIG_MODE = 2
    ERR_NO_DEVICE = 3
    ERR_NO_FIRMWARE_FILE = 4
    ERR_FIRMWARE_INVALID = 5
    ERR_PROTECTED = 6
    ERR_UPDATE_IN_PROGRESS = 7
    SUCCESS = 0
    ERR_OPERATION_FAILED = 4

    class ConfigurationSpace(Enumeration):
        HARDWARE, FUNCTION, FIRMWARE, RESERVED = range(4)

    class ResetMethod(Enumeration):
        BROWNOUT, WATCHDOG = range(2)

    class FirmwareInfo(Structure):
        crc: int = 0
        compiler: str = ""
        compilerVersion: int = 0
        compileDate: str = ""
        version: int = 0
        subVersion: int = 0
        configurationId: int = 0
        updateDate: str = ""

    def programSerialNumber(self, romcode: str, serial: str) -> int: ...
    def updateFirmware(self, romcode: str) -> int: ...
    def updateFirmwarePos(self, position: list[PosElement]) -> int: ...
    @method("_ret_", "info")
    def getFirmwareInfo(self, romcode: str) -> tuple[int, G2Production.FirmwareInfo]: ...
    @method("_ret_", "info")
    def getFirmwareInfoPos(
        self, position: list[PosElement]
    ) -> tuple[int, G2Production.FirmwareInfo]: ...
    @method("_ret_", "cfg")
    def readConfigurationSpace(
        self, romcode: str, cs: G2Production.ConfigurationSpace
    ) -> tuple[int, list[int]]: ...
    @method("_ret_", "cfg")
    def readConfigurationSpacePos(
        self, position: list[PosElement], cs: G2Production.ConfigurationSpace
    ) -> tuple[int, list[int]]: ...
    def eraseConfigurationSpace(self, romcode: str, cs: G2Production.ConfigurationSpace) -> int: ...
    def eraseConfigurationSpacePos(
        self, position: list[PosElement], cs: G2Production.ConfigurationSpace
    ) -> int: ...
    def writeConfigurationSpace(
        self, romcode: str, cs: G2Production.ConfigurationSpace, cfg: _Octets
    ) -> int: ...
    def writeConfigurationSpacePos(
        self, position: list[PosElement], cs: G2Production.ConfigurationSpace, cfg: _Octets
    ) -> int: ...
    @method("_ret_", "data")
    def readRegisters(self, romcode: str, address: int, count: int) -> tuple[int, list[int]]: ...
    @method("_ret_", "data")
    def readRegistersPos(
        self, position: list[PosElement], address: int, count: int
    ) -> tuple[int, list[int]]: ...
    def writeRegisters(self, romcode: str, address: int, data: list[int]) -> int: ...
    def writeRegistersPos(self, position: list[PosElement], address: int, data: _Octets) -> int: ...
    def writeRegisterBits(self, romcode: str, address: int, mask: int, bits: int) -> int: ...
    def writeRegisterBitsPos(
        self, position: list[PosElement], address: int, mask: int, bits: int
    ) -> int: ...
    def reset(self, romcode: str, method: G2Production.ResetMethod) -> int: ...
    def resetPos(self, position: list[PosElement], method: G2Production.ResetMethod) -> int: ...
