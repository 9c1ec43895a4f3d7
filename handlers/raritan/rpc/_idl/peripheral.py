"""The IDL of peripheral."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._runtime.classes import declare
from . import event as event, idl as idl

if TYPE_CHECKING:
    from . import sensors as sensors

_IDL = """
// External sensors and actuators: their slots, packages and hubs. Source: PosElement.idl,
// PeripheralDeviceSlot.idl, PeripheralDeviceManager.idl, PeripheralDevicePackage.idl,
// SensorHub.idl, PeripheralG2Production.idl.

enumeration PortType unlisted UNSPECIFIED { ONBOARD, DEV_PORT, ONEWIRE_HUB_PORT, ONEWIRE_CHAIN_POS,
    REMOTE_HUB_PORT, WIRELESS_BRIDGE, WIRELESS_DEVICE, UNSPECIFIED, GATEWAY_SENSOR, FEATURE_PORT,
    USB_PORT, USB_HUB_PORT, USB_RS485_DONGLE, ONEWIRE_ONBOARD = 0, ONEWIRE_DEV_PORT }
structure Address {
  vector<PosElement> position; sensors.Sensor.TypeSpec type; boolean isActuator; int channel;
}
structure DeviceID { string serial; sensors.Sensor.TypeSpec type; boolean isActuator; int channel; }
structure PackageInfo {
  enumeration State { NORMAL, FW_UPDATE, INTERNAL_ERROR, CONFIG_ERROR }
  structure FirmwareInfo {
    structure Version { int majorNumber, minorNumber, bootloaderVersion; }
    time compileDate; Version version; time updateDate; string firmwareName;
  }
  structure HardwareInfo {
    string serial, packageClass, model; int minDowngradeVersion; string revision, address;
  }
  State state; vector<PosElement> position; HardwareInfo hwInfo; FirmwareInfo fwInfo;
}
structure PosElement { PortType portType; string port; }
valueobject Device 7.0.3 {
  DeviceID deviceID; vector<PosElement> position; string packageClass; sensors.Sensor? device;
}
interface Package 3.0.3 { PackageInfo getPackageInfo(); }
interface BatteryPoweredDevicePackage 1.0.2 extends Package {
  valueobject VoltageChangedEvent extends idl.Event { double oldVoltage, newVoltage; }
  double getBatteryVoltage();
}
interface DoorHandleControllerPackage 3.0.3 extends Package {
  constant SUCCESS, ERR_NOT_SUPPORTED, ERR_OPERATION_FAILED;
  valueobject DoorForcedOpenEvent extends idl.Event {
    PackageInfo packageInfo; int channel; string doorStateName, doorHandleName, doorLockName;
  }
  valueobject MechanicallyUnlockedEvent extends idl.Event {
    PackageInfo packageInfo; int channel; string doorStateName, doorHandleName, doorLockName;
  }
  vector<string> getSupportedHandleTypes();
  vector<string> getSupportedExternalDeviceTypes();
  string getHandleType(int channel);
  string getExternalDeviceType(int channel);
  int setHandleType(int channel, string handleType);
  int setExternalDeviceType(int channel, string type);
}
interface SensorHub 2.0.4 {
  enumeration UpstreamType { BUILTIN, ENV_HUB, REMOTE_HUB }
  structure DeviceInfo {
    string serial, model; UpstreamType upstreamType; PosElement position;
    int protocolVersion, bootVersion, appVersion; vector<HubPortInfo> hubPortInfos;
  }
  structure HubPortInfo { string hubPort; Object? fuse; }
  DeviceInfo getDeviceInfo();
  PackageInfo getPackageInfo();
}
// A slot for one sensor or actuator, at `/model/peripheraldeviceslot/<i>`.
interface DeviceSlot 5.0.3 {
  constant ERR_INVALID_PARAMS = 1, ERR_NOT_SUPPORTED, CHANNEL_INVALID = -1;
  structure Location { string x, y, z; }
  structure Settings {
    string name, description; Location location; boolean useDefaultThresholds;
    map<string,string>|map<string,any> properties;
  }
  valueobject DeviceChangedEvent extends idl.Event { Device? oldDevice, newDevice; }
  valueobject SettingsChangedEvent extends event.UserEvent { Settings oldSettings, newSettings; }
  Device? getDevice();
  int assign(DeviceID devid);
  int assignAddress(string packageClass, Address address);
  int unassign();
  Settings getSettings();
  int setSettings(Settings settings);
}
// External sensors and actuators, at `/model/peripheraldevicemanager`.
interface DeviceManager 5.3.6 {
  constant ERR_INVALID_PARAMS = 1, ERR_NOT_ON_SECONDARY;
  enumeration DeviceFirmwareUpdateState { UPDATE_STARTED, UPDATE_SUCCESSFUL, UPDATE_FAILED }
  enumeration ZCoordMode { RACKUNITS, FREEFORM }
  structure DeviceTypeInfo {
    sensors.Sensor.TypeSpec type; boolean isActuator; string identifier, name;
    sensors.NumericSensor.Range defaultRange; int defaultDecDigits;
  }
  structure FirmwareUpdateState { boolean active; int remaining; }
  structure MetaData { int oneWirePortCount, onboardDeviceCount; }
  structure Settings {
    ZCoordMode zCoordMode; boolean autoManageNewDevices; double deviceAltitude;
    int presenceDetectionTimeout; map<string,sensors.NumericSensor.Thresholds> defaultThresholdsMap;
    int maxActivePoweredDryContacts; boolean muteOtherAccessControlUnit;
  }
  structure Statistics { int cSumErrCnt, fuseTripCnt; }
  valueobject DeviceEvent extends idl.Event { vector<Device> devices, allDevices; }
  valueobject DeviceAddedEvent extends DeviceEvent {}
  valueobject DeviceFirmwareUpdateStateChangedEvent extends idl.Event {
    string oldVersion, newVersion, serial; DeviceFirmwareUpdateState state;
  }
  valueobject DeviceRemovedEvent extends DeviceEvent {}
  valueobject FirmwareUpdateStateChangedEvent extends idl.Event { FirmwareUpdateState newState; }
  valueobject PackageEvent extends idl.Event { vector<PackageInfo> packageInfos, allPackages; }
  valueobject PackageAddedEvent extends PackageEvent {}
  valueobject PackageRemovedEvent extends PackageEvent {}
  valueobject SettingsChangedEvent extends event.UserEvent { Settings oldSettings, newSettings; }
  valueobject UnknownDeviceAttachedEvent extends idl.Event {
    string romCode; vector<PosElement> position;
  }
  vector<DeviceSlot> getDeviceSlots();
  DeviceSlot? getDeviceSlot(int idx);
  vector<SensorHub> getSensorHubs();
  vector<Device> getDiscoveredDevices();
  vector<PackageInfo> getDiscoveredPackageInfos();
  Settings getSettings();
  int setSettings(Settings settings);
  MetaData getMetaData();
  vector<DeviceTypeInfo> getDeviceTypeInfos();
  FirmwareUpdateState getFirmwareUpdateState();
  Statistics getStatistics();
  vector<Package> getDiscoveredPackages();
  Object? getPortFuse();
  Object? getGatewaySensorManager();
}
// Production functions of sensor packages.
//
// Firmware up to 3.3 has all these methods except `programSerialNumber`. Firmware 3.4 and newer
// has only that one. Code 4 is ERR_NO_FIRMWARE_FILE up to firmware 3.3, and ERR_OPERATION_FAILED
// from 3.4 on.
interface G2Production 4.0.0 {
  constant ERR_INVALID_PARAMS = 1, ERR_NO_CONFIG_MODE, ERR_NO_DEVICE, ERR_NO_FIRMWARE_FILE,
      ERR_FIRMWARE_INVALID, ERR_PROTECTED, ERR_UPDATE_IN_PROGRESS, SUCCESS = 0,
      ERR_OPERATION_FAILED = 4;
  enumeration ConfigurationSpace { HARDWARE, FUNCTION, FIRMWARE, RESERVED }
  enumeration ResetMethod { BROWNOUT, WATCHDOG }
  structure FirmwareInfo {
    int crc; string compiler; int compilerVersion; string compileDate;
    int version, subVersion, configurationId; string updateDate;
  }
  int programSerialNumber(string romcode, string serial);
  int updateFirmware(string romcode);
  int updateFirmwarePos(vector<PosElement> position);
  int getFirmwareInfo(string romcode, out FirmwareInfo info);
  int getFirmwareInfoPos(vector<PosElement> position, out FirmwareInfo info);
  int readConfigurationSpace(string romcode, ConfigurationSpace cs, out vector<int> cfg);
  int readConfigurationSpacePos(vector<PosElement> position, ConfigurationSpace cs,
      out vector<int> cfg);
  int eraseConfigurationSpace(string romcode, ConfigurationSpace cs);
  int eraseConfigurationSpacePos(vector<PosElement> position, ConfigurationSpace cs);
  int writeConfigurationSpace(string romcode, ConfigurationSpace cs,
      vector<int>|vector<PosElement> cfg);
  int writeConfigurationSpacePos(vector<PosElement> position, ConfigurationSpace cs,
      vector<int>|vector<PosElement> cfg);
  int readRegisters(string romcode, int address, int count, out vector<int> data);
  int readRegistersPos(vector<PosElement> position, int address, int count, out vector<int> data);
  int writeRegisters(string romcode, int address, vector<int> data);
  int writeRegistersPos(vector<PosElement> position, int address,
      vector<int>|vector<PosElement> data);
  int writeRegisterBits(string romcode, int address, int mask, int bits);
  int writeRegisterBitsPos(vector<PosElement> position, int address, int mask, int bits);
  int reset(string romcode, ResetMethod method);
  int resetPos(vector<PosElement> position, ResetMethod method);
}
"""

__all__ = declare(globals(), _IDL)
