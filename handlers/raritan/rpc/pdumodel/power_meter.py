"""The interface pdumodel.PowerMeter."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import List, Optional

from .. import event, sensors
from ..idl import declared, Enumeration, Interface, method, Structure, value_object
from .controller import Controller
from .structures import Pole


class PowerMeter(Interface):
    """A power meter behind a controller."""

    idlType = "pdumodel.PowerMeter:2.0.4"

    ERR_INVALID_PARAM = 1
    ERR_MODBUS_UNIT_IN_USE = 2

    class Type(Enumeration):
        ONE_PHASE = 0
        SPLIT_PHASE = 1
        THREE_PHASE = 2

    @dataclass(eq=False, repr=False)
    class Config(Structure):
        powerMeterId: int = 0
        type: PowerMeter.Type = field(default_factory=lambda: PowerMeter.Type(0))

    @dataclass(eq=False, repr=False)
    class EnergyPulseSettings(Structure):
        pulseEnabled: bool = False
        poles: List[int] = field(default_factory=list)
        pulsesPerKWh: int = 0

    @dataclass(eq=False, repr=False)
    class Sensors(Structure):
        voltage: Optional[sensors.NumericSensor] = None
        lineFrequency: Optional[sensors.NumericSensor] = None
        current: Optional[sensors.NumericSensor] = None
        activePower: Optional[sensors.NumericSensor] = None
        reactivePower: Optional[sensors.NumericSensor] = None
        apparentPower: Optional[sensors.NumericSensor] = None
        powerFactor: Optional[sensors.NumericSensor] = None
        phaseAngle: Optional[sensors.NumericSensor] = None
        displacementPowerFactor: Optional[sensors.NumericSensor] = None
        activeEnergy: Optional[sensors.NumericSensor] = None
        unbalancedCurrent: Optional[sensors.NumericSensor] = None
        crestFactor: Optional[sensors.NumericSensor] = None
        activePowerDemand: Optional[sensors.NumericSensor] = None
        powerQuality: Optional[sensors.StateSensor] = None

    @dataclass(eq=False, repr=False)
    class Settings(Structure):
        name: str = ""
        currentRating: int = 0
        phaseCtRating: int = 0
        neutralCtRating: int = 0
        earthCtRating: int = 0
        modbusUnitAddress: int = 0

    @value_object
    class EnergyPulseSettingsChangedEvent(event.UserEvent):
        idlType = "pdumodel.PowerMeter_2_0_4.EnergyPulseSettingsChangedEvent:1.0.0"
        oldSettings: PowerMeter.EnergyPulseSettings = field(default_factory=lambda: PowerMeter.EnergyPulseSettings())
        newSettings: PowerMeter.EnergyPulseSettings = field(default_factory=lambda: PowerMeter.EnergyPulseSettings())

    @value_object
    class SettingsChangedEvent(event.UserEvent):
        idlType = "pdumodel.PowerMeter_2_0_4.SettingsChangedEvent:1.0.0"
        oldSettings: PowerMeter.Settings = field(default_factory=lambda: PowerMeter.Settings())
        newSettings: PowerMeter.Settings = field(default_factory=lambda: PowerMeter.Settings())

    @method()
    def getConfig(self) -> PowerMeter.Config: declared()

    @method()
    def getSensors(self) -> PowerMeter.Sensors: declared()

    @method()
    def getPoles(self) -> List[Pole]: declared()

    @method()
    def getControllers(self) -> List[Controller]: declared()

    @method()
    def getSettings(self) -> PowerMeter.Settings: declared()

    @method()
    def setSettings(self, settings: PowerMeter.Settings) -> int: declared()

    @method()
    def getEnergyPulseSettings(self) -> PowerMeter.EnergyPulseSettings: declared()

    @method()
    def setEnergyPulseSettings(self, settings: PowerMeter.EnergyPulseSettings) -> int: declared()
