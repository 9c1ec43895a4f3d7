"""Wireless sensors (Zigbee). Source: ZigbeeDevice.idl, ZigbeeManager.idl."""

from __future__ import annotations

from . import idl
from ._runtime import ZERO, Enumeration, Interface, Structure, Time


class ZigbeeDevice(Interface, version="1.0.0"):
    CLUSTER_BASIC = 0
    CLUSTER_POWER_CONFIGURATION = 1
    CLUSTER_RSSI = 11
    CLUSTER_CONTACT_CLOSURE = 15
    CLUSTER_TEMPERATURE = 1026
    CLUSTER_HUMIDITY = 1029

    class MetaData(Structure):
        sourceId: int = 0
        clusters: list[int] = ZERO
        preferredSlot: int = 0

    class ClusterValue(Structure):
        id: int = 0
        endpoint: int = 0
        attribute: int = 0
        timestamp: Time = ZERO
        value: str = ""

    class ClusterDataEvent(idl.Event):
        value: ZigbeeDevice.ClusterValue = ZERO

    def getMetaData(self) -> ZigbeeDevice.MetaData: ...
    def getClusterValues(self) -> list[ZigbeeDevice.ClusterValue]: ...


class ZigbeeManager(Interface, version="1.0.0"):
    """The Zigbee dongle, and the list of registered devices."""

    ERR_DEVICE_EXISTS = 1
    ERR_MAX_DEVICE_REACHED = 2
    ERR_DEVICE_NOT_FOUND = 3
    ERR_INVALID_PARAMS = 4
    ERR_INVALID_KEY = 5
    ERR_INVALID_CHANNEL = 6

    class DongleState(Enumeration):
        NOT_INIT, READY, ERROR, INIT_IN_PROGRESS, FW_UPGRADE, IN_MODEM_STATE = range(6)

    class MetaData(Structure):
        firmwareVersion: str = ""
        stackVersion: str = ""

    class Settings(Structure):
        channel: int = 0

    class DeviceRegistration(Structure):
        sourceId: int = 0
        key: str = ""
        slot: int = 0

    class DeviceEvent(idl.Event):
        sourceId: int = 0

    class DeviceAddedEvent(DeviceEvent):
        pass

    class DeviceRemovedEvent(DeviceEvent):
        pass

    class SettingsChangedEvent(idl.Event):
        oldSettings: ZigbeeManager.Settings = ZERO
        newSettings: ZigbeeManager.Settings = ZERO

    class StateChangedEvent(idl.Event):
        oldState: ZigbeeManager.DongleState = ZERO
        newState: ZigbeeManager.DongleState = ZERO

    def getMetaData(self) -> ZigbeeManager.MetaData: ...
    def getDongleState(self) -> ZigbeeManager.DongleState: ...
    def getSettings(self) -> ZigbeeManager.Settings: ...
    def setSettings(self, settings: ZigbeeManager.Settings) -> int: ...
    def addDevices(self, sensors: list[ZigbeeManager.DeviceRegistration]) -> list[int]: ...
    def removeDevice(self, sourceId: int) -> int: ...
    def getRegisteredDevices(self) -> list[ZigbeeDevice]: ...
