"""Wireless sensors (Zigbee)."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import List

from .idl import declared, Enumeration, EPOCH, Event, Interface, method, Structure, Time, value_object

__all__ = ["ZigbeeDevice", "ZigbeeManager"]


class ZigbeeDevice(Interface):
    """One wireless device."""

    idlType = "zigbee.ZigbeeDevice:1.0.0"

    CLUSTER_BASIC = 0
    CLUSTER_POWER_CONFIGURATION = 1
    CLUSTER_RSSI = 11
    CLUSTER_CONTACT_CLOSURE = 15
    CLUSTER_TEMPERATURE = 1026
    CLUSTER_HUMIDITY = 1029

    @dataclass(eq=False, repr=False)
    class MetaData(Structure):
        sourceId: int = 0
        clusters: List[int] = field(default_factory=list)
        preferredSlot: int = 0

    @dataclass(eq=False, repr=False)
    class ClusterValue(Structure):
        id: int = 0
        endpoint: int = 0
        attribute: int = 0
        timestamp: Time = EPOCH
        value: str = ""

    @value_object
    class ClusterDataEvent(Event):
        idlType = "zigbee.ZigbeeDevice.ClusterDataEvent:1.0.0"
        value: ZigbeeDevice.ClusterValue = field(default_factory=lambda: ZigbeeDevice.ClusterValue())

    @method()
    def getMetaData(self) -> ZigbeeDevice.MetaData: declared()

    @method()
    def getClusterValues(self) -> List[ZigbeeDevice.ClusterValue]: declared()


class ZigbeeManager(Interface):
    """The bridge to wireless devices, and which are admitted."""

    idlType = "zigbee.ZigbeeManager:1.0.0"

    ERR_DEVICE_EXISTS = 1
    ERR_MAX_DEVICE_REACHED = 2
    ERR_DEVICE_NOT_FOUND = 3
    ERR_INVALID_PARAMS = 4
    ERR_INVALID_KEY = 5
    ERR_INVALID_CHANNEL = 6

    class DongleState(Enumeration):
        NOT_INIT = 0
        READY = 1
        ERROR = 2
        INIT_IN_PROGRESS = 3
        FW_UPGRADE = 4
        IN_MODEM_STATE = 5

    @dataclass(eq=False, repr=False)
    class MetaData(Structure):
        firmwareVersion: str = ""
        stackVersion: str = ""

    @dataclass(eq=False, repr=False)
    class Settings(Structure):
        channel: int = 0

    @dataclass(eq=False, repr=False)
    class DeviceRegistration(Structure):
        sourceId: int = 0
        key: str = ""
        slot: int = 0

    @value_object
    class DeviceEvent(Event):
        idlType = "zigbee.ZigbeeManager.DeviceEvent:1.0.0"
        sourceId: int = 0

    @value_object
    class DeviceAddedEvent(DeviceEvent):
        idlType = "zigbee.ZigbeeManager.DeviceAddedEvent:1.0.0"

    @value_object
    class DeviceRemovedEvent(DeviceEvent):
        idlType = "zigbee.ZigbeeManager.DeviceRemovedEvent:1.0.0"

    @value_object
    class SettingsChangedEvent(Event):
        idlType = "zigbee.ZigbeeManager.SettingsChangedEvent:1.0.0"
        oldSettings: ZigbeeManager.Settings = field(default_factory=lambda: ZigbeeManager.Settings())
        newSettings: ZigbeeManager.Settings = field(default_factory=lambda: ZigbeeManager.Settings())

    @value_object
    class StateChangedEvent(Event):
        idlType = "zigbee.ZigbeeManager.StateChangedEvent:1.0.0"
        oldState: ZigbeeManager.DongleState = field(default_factory=lambda: ZigbeeManager.DongleState(0))
        newState: ZigbeeManager.DongleState = field(default_factory=lambda: ZigbeeManager.DongleState(0))

    @method()
    def getMetaData(self) -> ZigbeeManager.MetaData: declared()

    @method()
    def getDongleState(self) -> ZigbeeManager.DongleState: declared()

    @method()
    def getSettings(self) -> ZigbeeManager.Settings: declared()

    @method()
    def setSettings(self, settings: ZigbeeManager.Settings) -> int: declared()

    @method()
    def addDevices(self, sensors: List[ZigbeeManager.DeviceRegistration]) -> List[int]: declared()

    @method()
    def removeDevice(self, sourceId: int) -> int: declared()

    @method()
    def getRegisteredDevices(self) -> List[ZigbeeDevice]: declared()
