"""The interface pdumodel.Circuit."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import List, Optional

from .. import event, sensors
from ..idl import declared, Enumeration, Interface, method, Structure, value_object
from .structures import Pole, PowerLine


class Circuit(Interface):
    """A branch circuit of a power meter."""

    idlType = "pdumodel.Circuit:2.0.4"

    ERR_INVALID_PARAM = 1
    ERR_METER_CHANNEL_BUSY = 2

    class Type(Enumeration):
        ONE_PHASE_LN = 0
        ONE_PHASE_LL = 1
        ONE_PHASE_LLN = 2
        THREE_PHASE = 3

    @dataclass(eq=False, repr=False)
    class Config(Structure):
        position: int = 0
        type: Circuit.Type = field(default_factory=lambda: Circuit.Type(0))

    @dataclass(eq=False, repr=False)
    class PoleSettings(Structure):
        line: PowerLine = field(default_factory=lambda: PowerLine(0))
        meterChannel: int = 0

    @dataclass(eq=False, repr=False)
    class Sensors(Structure):
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

    @dataclass(eq=False, repr=False)
    class Settings(Structure):
        name: str = ""
        rating: int = 0
        ctRating: int = 0
        poleSettings: List[Circuit.PoleSettings] = field(default_factory=list)

    @value_object
    class SettingsChangedEvent(event.UserEvent):
        idlType = "pdumodel.Circuit_2_0_4.SettingsChangedEvent:1.0.0"
        oldSettings: Circuit.Settings = field(default_factory=lambda: Circuit.Settings())
        newSettings: Circuit.Settings = field(default_factory=lambda: Circuit.Settings())

    @method()
    def getConfig(self) -> Circuit.Config: declared()

    @method()
    def getSensors(self) -> Circuit.Sensors: declared()

    @method()
    def getPoles(self) -> List[Pole]: declared()

    @method()
    def getSettings(self) -> Circuit.Settings: declared()

    @method()
    def setSettings(self, settings: Circuit.Settings) -> int: declared()
