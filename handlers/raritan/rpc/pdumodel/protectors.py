"""Overcurrent protectors. Source: OverCurrentProtectorTripSensor.idl, OverCurrentProtector.idl, OverCurrentProtectors.idl."""
from __future__ import annotations

from typing import TYPE_CHECKING, List, Optional

from .. import event, sensors
from .._runtime import ZERO, Enumeration, Interface, Structure, Time, declared
from .structures import EDevice

if TYPE_CHECKING:
    from .inlet import Inlet
    from .outlet import Outlet
    from .state_sensors import ResidualCurrentStateSensor
    from .structures import DoublePole, Nameplate, Rating, Waveform


class OverCurrentProtectorTripSensor(sensors.StateSensor, version="1.1.14"):
    """State of a protector: closed (1) or tripped (0), and the cause of the trip."""

    class TripEventInformation(Structure):
        cause: Optional[Outlet] = None
        timestamp: Time = ZERO
        current: float = 0.0

    class TripStateChangedEvent(sensors.StateSensor.StateChangedEvent):
        tripCause: Optional[Outlet] = None
        tripInformation: OverCurrentProtectorTripSensor.TripEventInformation = ZERO

    def getTripCause(self) -> Optional[Outlet]: declared()
    def getTripEventInformation(self) -> OverCurrentProtectorTripSensor.TripEventInformation: declared()
    def getTripWaveform(self) -> Waveform: declared()


class OverCurrentProtector(EDevice, version="4.0.4"):
    """A breaker or fuse, at `/model/pdu/<p>/ocp/<i>`."""

    class Type(Enumeration):
        BREAKER_1POLE, BREAKER_2POLE, BREAKER_3POLE, FUSE, FUSE_PAIR, RCBO_2POLE, RCBO_3POLE, RCBO_4POLE = range(8)

    class MetaData(Structure):
        label: str = ""
        namePlate: Nameplate = ZERO
        rating: Rating = ZERO
        type: OverCurrentProtector.Type = ZERO
        maxTripCnt: int = 0

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

    class Settings(Structure):
        name: str = ""

    class SettingsChangedEvent(event.UserEvent):
        oldSettings: OverCurrentProtector.Settings = ZERO
        newSettings: OverCurrentProtector.Settings = ZERO

    def getMetaData(self) -> OverCurrentProtector.MetaData: declared()
    def getSensors(self) -> OverCurrentProtector.Sensors: declared()
    def getPoles(self) -> List[DoublePole]: declared()
    def getInlet(self) -> Optional[Inlet]: declared()
    def getOCP(self) -> Optional[OverCurrentProtector]: declared()
    def getSettings(self) -> OverCurrentProtector.Settings: declared()
    def setSettings(self, settings: OverCurrentProtector.Settings) -> int: declared()


class OverCurrentProtectors(Interface, version="1.0.0"):
    class Info(Structure):
        numberOfOCPs: int = 0

    def getInfo(self) -> OverCurrentProtectors.Info: declared()
