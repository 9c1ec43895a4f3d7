"""The interface pdumodel.OutletGroup."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import List, Optional

from .. import event, sensors
from ..idl import declared, Event, Interface, method, Structure, value_object
from .outlet import Outlet


class OutletGroup(Interface):
    """Outlets that are switched together, at `/model/outletgroup/<id>` (firmware 3.5 and later)."""

    idlType = "pdumodel.OutletGroup:1.1.11"

    ERR_INVALID_ARGUMENT = 1

    @dataclass(eq=False, repr=False)
    class MetaData(Structure):
        groupId: int = 0
        uniqueId: int = 0

    @dataclass(eq=False, repr=False)
    class Sensors(Structure):
        activePower: Optional[sensors.NumericSensor] = None
        apparentPower: Optional[sensors.NumericSensor] = None
        activeEnergy: Optional[sensors.AccumulatingNumericSensor] = None
        apparentEnergy: Optional[sensors.AccumulatingNumericSensor] = None

    @dataclass(eq=False, repr=False)
    class Settings(Structure):
        name: str = ""
        members: List[Outlet] = field(default_factory=list)

    @value_object
    class PowerControlEvent(event.UserEvent):
        idlType = "pdumodel.OutletGroup_1_1_11.PowerControlEvent:1.0.0"
        state: Outlet.PowerState = field(default_factory=lambda: Outlet.PowerState(0))
        cycle: bool = False

    @value_object
    class SensorsChangedEvent(Event):
        idlType = "pdumodel.OutletGroup_1_1_11.SensorsChangedEvent:1.0.0"
        oldSensors: OutletGroup.Sensors = field(default_factory=lambda: OutletGroup.Sensors())
        newSensors: OutletGroup.Sensors = field(default_factory=lambda: OutletGroup.Sensors())

    @value_object
    class SettingsChangedEvent(event.UserEvent):
        idlType = "pdumodel.OutletGroup_1_1_11.SettingsChangedEvent:1.0.0"
        oldSettings: OutletGroup.Settings = field(default_factory=lambda: OutletGroup.Settings())
        newSettings: OutletGroup.Settings = field(default_factory=lambda: OutletGroup.Settings())

    @method()
    def getSensors(self) -> OutletGroup.Sensors: declared()

    @method()
    def getMetaData(self) -> OutletGroup.MetaData: declared()

    @method()
    def getSettings(self) -> OutletGroup.Settings: declared()

    @method()
    def setSettings(self, settings: OutletGroup.Settings) -> int: declared()

    @method()
    def setAllOutletPowerStates(self, pstate: Outlet.PowerState) -> int: declared()

    @method()
    def cycleAllOutletPowerStates(self) -> int: declared()
