"""The interface pdumodel.OverCurrentProtector."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import List, Optional

from .. import event, sensors
from ..idl import declared, Enumeration, method, Structure, value_object
from .edevice import EDevice
from .inlet import Inlet
from .residual_current_state_sensor import ResidualCurrentStateSensor
from .structures import DoublePole, Nameplate, Rating


class OverCurrentProtector(EDevice):
    """A breaker or fuse, at `/model/pdu/<p>/ocp/<i>`."""

    idlType = "pdumodel.OverCurrentProtector:4.0.4"

    class Type(Enumeration):
        BREAKER_1POLE = 0
        BREAKER_2POLE = 1
        BREAKER_3POLE = 2
        FUSE = 3
        FUSE_PAIR = 4
        RCBO_2POLE = 5
        RCBO_3POLE = 6
        RCBO_4POLE = 7

    @dataclass(eq=False, repr=False)
    class MetaData(Structure):
        label: str = ""
        namePlate: Nameplate = field(default_factory=lambda: Nameplate())
        rating: Rating = field(default_factory=lambda: Rating())
        type: OverCurrentProtector.Type = field(default_factory=lambda: OverCurrentProtector.Type(0))
        maxTripCnt: int = 0

    @dataclass(eq=False, repr=False)
    class Sensors(Structure):
        trip: Optional[sensors.StateSensor] = None
        voltage: Optional[sensors.NumericSensor] = None
        current: Optional[sensors.NumericSensor] = None
        peakCurrent: Optional[sensors.NumericSensor] = None
        maximumCurrent: Optional[sensors.NumericSensor] = None
        activePower: Optional[sensors.NumericSensor] = None
        reactivePower: Optional[sensors.NumericSensor] = None
        apparentPower: Optional[sensors.NumericSensor] = None
        powerFactor: Optional[sensors.NumericSensor] = None
        displacementPowerFactor: Optional[sensors.NumericSensor] = None
        crestFactor: Optional[sensors.NumericSensor] = None
        activeEnergy: Optional[sensors.NumericSensor] = None
        apparentEnergy: Optional[sensors.NumericSensor] = None
        phaseAngle: Optional[sensors.NumericSensor] = None
        lineFrequency: Optional[sensors.NumericSensor] = None
        residualCurrent: Optional[sensors.NumericSensor] = None
        residualACCurrent: Optional[sensors.NumericSensor] = None
        residualDCCurrent: Optional[sensors.NumericSensor] = None
        residualCurrentStatus: Optional[ResidualCurrentStateSensor] = None

    @dataclass(eq=False, repr=False)
    class Settings(Structure):
        name: str = ""

    @value_object
    class SettingsChangedEvent(event.UserEvent):
        idlType = "pdumodel.OverCurrentProtector_4_0_4.SettingsChangedEvent:1.0.0"
        oldSettings: OverCurrentProtector.Settings = field(default_factory=lambda: OverCurrentProtector.Settings())
        newSettings: OverCurrentProtector.Settings = field(default_factory=lambda: OverCurrentProtector.Settings())

    @method()
    def getMetaData(self) -> OverCurrentProtector.MetaData: declared()

    @method()
    def getSensors(self) -> OverCurrentProtector.Sensors: declared()

    @method()
    def getPoles(self) -> List[DoublePole]: declared()

    @method()
    def getInlet(self) -> Optional[Inlet]: declared()

    @method()
    def getOCP(self) -> Optional[OverCurrentProtector]: declared()

    @method()
    def getSettings(self) -> OverCurrentProtector.Settings: declared()

    @method()
    def setSettings(self, settings: OverCurrentProtector.Settings) -> int: declared()
