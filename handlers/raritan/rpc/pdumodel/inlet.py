"""The interface pdumodel.Inlet."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import List, Optional

from .. import event, sensors
from ..idl import declared, method, Structure, value_object
from .edevice import EDevice
from .residual_current_state_sensor import ResidualCurrentStateSensor
from .structures import MeteredLinePair, Nameplate, Pole, Rating


class Inlet(EDevice):
    """An inlet, at `/model/pdu/<p>/inlet/<i>`. Inlets have no parents."""

    idlType = "pdumodel.Inlet:3.0.4"

    @dataclass(eq=False, repr=False)
    class MetaData(Structure):
        label: str = ""
        plugType: str = ""
        namePlate: Nameplate = field(default_factory=lambda: Nameplate())
        rating: Rating = field(default_factory=lambda: Rating())
        hasWaveformSupport: bool = False
        isDC: bool = False

    @dataclass(eq=False, repr=False)
    class Sensors(Structure):
        voltage: Optional[sensors.NumericSensor] = None
        current: Optional[sensors.NumericSensor] = None
        peakCurrent: Optional[sensors.NumericSensor] = None
        residualCurrent: Optional[sensors.NumericSensor] = None
        residualACCurrent: Optional[sensors.NumericSensor] = None
        residualDCCurrent: Optional[sensors.NumericSensor] = None
        activePower: Optional[sensors.NumericSensor] = None
        reactivePower: Optional[sensors.NumericSensor] = None
        apparentPower: Optional[sensors.NumericSensor] = None
        powerFactor: Optional[sensors.NumericSensor] = None
        displacementPowerFactor: Optional[sensors.NumericSensor] = None
        activeEnergy: Optional[sensors.NumericSensor] = None
        apparentEnergy: Optional[sensors.NumericSensor] = None
        unbalancedCurrent: Optional[sensors.NumericSensor] = None
        unbalancedLineLineCurrent: Optional[sensors.NumericSensor] = None
        unbalancedVoltage: Optional[sensors.NumericSensor] = None
        unbalancedLineLineVoltage: Optional[sensors.NumericSensor] = None
        lineFrequency: Optional[sensors.NumericSensor] = None
        phaseAngle: Optional[sensors.NumericSensor] = None
        crestFactor: Optional[sensors.NumericSensor] = None
        voltageThd: Optional[sensors.NumericSensor] = None
        currentThd: Optional[sensors.NumericSensor] = None
        powerQuality: Optional[sensors.StateSensor] = None
        surgeProtectorStatus: Optional[sensors.StateSensor] = None
        residualCurrentStatus: Optional[ResidualCurrentStateSensor] = None

    @dataclass(eq=False, repr=False)
    class Settings(Structure):
        name: str = ""

    @value_object
    class EnableStateChangedEvent(event.UserEvent):
        idlType = "pdumodel.Inlet_3_0_4.EnableStateChangedEvent:1.0.0"
        enabled: bool = False

    @value_object
    class SettingsChangedEvent(event.UserEvent):
        idlType = "pdumodel.Inlet_3_0_4.SettingsChangedEvent:1.0.0"
        oldSettings: Inlet.Settings = field(default_factory=lambda: Inlet.Settings())
        newSettings: Inlet.Settings = field(default_factory=lambda: Inlet.Settings())

    @method()
    def getMetaData(self) -> Inlet.MetaData: declared()

    @method()
    def getSensors(self) -> Inlet.Sensors: declared()

    @method()
    def getPoles(self) -> List[Pole]: declared()

    @method()
    def getLinePairs(self) -> List[MeteredLinePair]: declared()

    @method()
    def getSettings(self) -> Inlet.Settings: declared()

    @method()
    def setSettings(self, settings: Inlet.Settings) -> int: declared()

    @method()
    def setEnabled(self, enabled: bool) -> None: declared()

    @method()
    def isEnabled(self) -> bool: declared()
