"""The interface peripheral.DeviceSlot."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, Optional, Union

from .. import event
from ..idl import declared, Event, Interface, method, Structure, value_object
from .structures import Address, Device, DeviceID


class DeviceSlot(Interface):
    """A place for one sensor or actuator, at `/model/peripheraldeviceslot/<i>`."""

    idlType = "peripheral.DeviceSlot:5.0.3"

    ERR_INVALID_PARAMS = 1
    ERR_NOT_SUPPORTED = 2
    CHANNEL_INVALID = -1

    @dataclass(eq=False, repr=False)
    class Location(Structure):
        x: str = ""
        y: str = ""
        z: str = ""

    @dataclass(eq=False, repr=False)
    class Settings(Structure):
        name: str = ""
        description: str = ""
        location: DeviceSlot.Location = field(default_factory=lambda: DeviceSlot.Location())
        useDefaultThresholds: bool = False
        properties: Union[Dict[str, str], Dict[str, Any]] = field(default_factory=dict)

    @value_object
    class DeviceChangedEvent(Event):
        idlType = "peripheral.DeviceSlot_5_0_3.DeviceChangedEvent:1.0.0"
        oldDevice: Optional[Device] = None
        newDevice: Optional[Device] = None

    @value_object
    class SettingsChangedEvent(event.UserEvent):
        idlType = "peripheral.DeviceSlot_5_0_3.SettingsChangedEvent:1.0.0"
        oldSettings: DeviceSlot.Settings = field(default_factory=lambda: DeviceSlot.Settings())
        newSettings: DeviceSlot.Settings = field(default_factory=lambda: DeviceSlot.Settings())

    @method()
    def getDevice(self) -> Optional[Device]: declared()

    @method()
    def assign(self, devid: DeviceID) -> int: declared()

    @method()
    def assignAddress(self, packageClass: str, address: Address) -> int: declared()

    @method()
    def unassign(self) -> int: declared()

    @method()
    def getSettings(self) -> DeviceSlot.Settings: declared()

    @method()
    def setSettings(self, settings: DeviceSlot.Settings) -> int: declared()
