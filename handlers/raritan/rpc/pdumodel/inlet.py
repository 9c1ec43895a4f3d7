"""Inlets. Source: Inlet.idl, Inlets.idl."""
from __future__ import annotations

from typing import TYPE_CHECKING, List, Optional

from .. import event
from .._runtime import ZERO, Interface, Structure, declared
from .structures import EDevice

if TYPE_CHECKING:
    from .. import sensors
    from .state_sensors import ResidualCurrentStateSensor
    from .structures import MeteredLinePair, Nameplate, Pole, Rating


class Inlet(EDevice, version="3.0.4"):
    """An inlet, at `/model/pdu/<p>/inlet/<i>`. Inlets have no parents."""

    class MetaData(Structure):
        label: str = ""
        plugType: str = ""
        namePlate: Nameplate = ZERO
        rating: Rating = ZERO
        hasWaveformSupport: bool = False
        isDC: bool = False

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

    class Settings(Structure):
        name: str = ""

    class EnableStateChangedEvent(event.UserEvent):
        enabled: bool = False

    class SettingsChangedEvent(event.UserEvent):
        oldSettings: Inlet.Settings = ZERO
        newSettings: Inlet.Settings = ZERO

    def getMetaData(self) -> Inlet.MetaData: declared()
    def getSensors(self) -> Inlet.Sensors: declared()
    def getPoles(self) -> List[Pole]: declared()
    def getLinePairs(self) -> List[MeteredLinePair]: declared()
    def getSettings(self) -> Inlet.Settings: declared()
    def setSettings(self, settings: Inlet.Settings) -> int: declared()
    def setEnabled(self, enabled: bool) -> None: declared()
    def isEnabled(self) -> bool: declared()


class Inlets(Interface, version="1.0.0"):
    class Info(Structure):
        numberOfInlets: int = 0

    def getInfo(self) -> Inlets.Info: declared()
