"""Inlets, transfer switches and overcurrent protectors, and their sensors.

Source: Inlet.idl, Inlets.idl, TransferSwitch.idl, OverCurrentProtectorTripSensor.idl,
OverCurrentProtector.idl, OverCurrentProtectors.idl, PowerQualitySensor.idl,
ResidualCurrentStateSensor.idl, TransferSwitchBypassStateSensor.idl,
TypeBResidualCurrentNumericSensor.idl, VoltageMonitoringSensor.idl.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional, Union

from .. import event, idl, sensors
from .._runtime import ZERO, Enumeration, Interface, Structure, Time, decodes_unlisted_as
from .pdu import EDevice

if TYPE_CHECKING:
    from .pdu import (
        DoublePole,
        MeteredLinePair,
        Nameplate,
        Outlet,
        Pole,
        Rating,
        ThrowPole,
        Waveform,
    )


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

    def getMetaData(self) -> Inlet.MetaData: ...
    def getSensors(self) -> Inlet.Sensors: ...
    def getPoles(self) -> list[Pole]: ...
    def getLinePairs(self) -> list[MeteredLinePair]: ...
    def getSettings(self) -> Inlet.Settings: ...
    def setSettings(self, settings: Inlet.Settings) -> int: ...
    def setEnabled(self, enabled: bool) -> None: ...
    def isEnabled(self) -> bool: ...


class Inlets(Interface, version="1.0.0"):
    class Info(Structure):
        numberOfInlets: int = 0

    def getInfo(self) -> Inlets.Info: ...


class TransferSwitch(EDevice, version="6.0.3"):
    """Feeds its outlets from one of several inlets.

    Protectors and outlets refer to the first inlet, even after a transfer.
    """

    ERR_INVALID_PARAM, ERR_SWITCH_PREVENTED, ERR_SWITCH_FAILED = range(1, 4)
    (
        OPERATIONAL_STATE_OFF,
        OPERATIONAL_STATE_NORMAL,
        OPERATIONAL_STATE_STANDBY,
        OPERATIONAL_STATE_NON_REDUNDANT,
    ) = range(4)
    SWITCH_FAULT_I1_SHORT = 1
    SWITCH_FAULT_I1_OPEN = 2
    SWITCH_FAULT_I2_SHORT = 4
    SWITCH_FAULT_I2_OPEN = 8
    OPERATIONAL_STATE_BYPASSED = 4

    @decodes_unlisted_as("REASON_UNKNOWN")
    class TransferReason(Enumeration):
        (
            REASON_UNKNOWN,
            REASON_STARTUP,
            REASON_MANUAL_TRANSFER,
            REASON_AUTO_RETRANSFER,
            REASON_POWER_FAILURE,
            REASON_POWER_QUALITY,
            REASON_OVERLOAD,
            REASON_OVERHEAT,
            REASON_INTERNAL_FAILURE,
            REASON_BYPASS_ACTIVE,
        ) = range(10)

    class Type(Enumeration):
        STS, ATS, HTS = range(3)

    class MetaData(Structure):
        label: str = ""
        namePlate: Nameplate = ZERO
        rating: Rating = ZERO
        type: TransferSwitch.Type = ZERO
        sourceCount: int = 0

    class Sensors(Structure):
        selectedSource: Optional[sensors.StateSensor] = None
        operationalState: Optional[sensors.StateSensor] = None
        sourceVoltagePhaseSyncAngle: Optional[sensors.NumericSensor] = None
        overloadAlarm: Optional[sensors.StateSensor] = None
        phaseSyncAlarm: Optional[sensors.StateSensor] = None
        switchFault: Optional[sensors.StateSensor] = None
        installFaultAlarm: Optional[sensors.StateSensor] = None
        outputStatus: Optional[sensors.StateSensor] = None
        bypassState: Optional[TransferSwitchBypassStateSensor] = None
        selectedBypassSource: Optional[Interface] = None
        _legacy = ("selectedBypassSource",)

    class Settings(Structure):
        name: str = ""
        preferredSource: int = 0
        autoRetransfer: bool = False
        noAutoRetransferIfPhaseFault: bool = False
        autoRetransferWaitTime: int = 0
        manualTransferEnabled: bool = False
        phaseSyncSensorEnabled: bool = False

    class Statistics(Structure):
        transferCount: int = 0
        powerFailDetectTime: int = 0
        relayOpenTime: int = 0
        totalTransferTime: int = 0
        overloadCount: int = 0
        switchOvercurrentCount: int = 0

    class TransferLogEntry(Structure):
        timestamp: Time = ZERO
        oldInlet: int = 0
        newInlet: int = 0
        reason: TransferSwitch.TransferReason = ZERO
        waveform: Union[Waveform, list[TransferSwitch.WaveformSample]] = ZERO
        statistics: TransferSwitch.Statistics = ZERO
        switchFault: int = 0

    class WaveformSample(Structure):
        voltage: float = 0.0
        current: float = 0.0

    class SettingsChangedEvent(event.UserEvent):
        oldSettings: TransferSwitch.Settings = ZERO
        newSettings: TransferSwitch.Settings = ZERO

    def getMetaData(self) -> TransferSwitch.MetaData: ...
    def getSensors(self) -> TransferSwitch.Sensors: ...
    def getPoles(self) -> list[ThrowPole]: ...
    def getSettings(self) -> TransferSwitch.Settings: ...
    def setSettings(self, settings: TransferSwitch.Settings) -> int: ...
    def getStatistics(self) -> TransferSwitch.Statistics: ...
    def transferToSource(self, source: int, faultOverride: bool) -> int: ...
    def getLastTransferReason(self) -> TransferSwitch.TransferReason: ...
    def getLastTransferWaveform(self) -> Union[Waveform, list[TransferSwitch.WaveformSample]]: ...
    def getTransferLog(self) -> list[TransferSwitch.TransferLogEntry]: ...
    def getParameters(self) -> dict[str, str]: ...
    def setParameters(self, parameters: Union[dict[str, Any], dict[str, str]]) -> int: ...


class OverCurrentProtectorTripSensor(sensors.StateSensor, version="1.1.14"):
    """State of a protector (0 open, 1 closed: StateSensor.idl 4.0.8, TRIP_SENSOR) and the cause of
    its last trip.
    """

    class TripEventInformation(Structure):
        cause: Optional[Outlet] = None
        timestamp: Time = ZERO
        current: float = 0.0

    class TripStateChangedEvent(sensors.StateSensor.StateChangedEvent):
        tripCause: Optional[Outlet] = None
        tripInformation: OverCurrentProtectorTripSensor.TripEventInformation = ZERO

    def getTripCause(self) -> Optional[Outlet]: ...
    def getTripEventInformation(self) -> OverCurrentProtectorTripSensor.TripEventInformation: ...
    def getTripWaveform(self) -> Waveform: ...


class OverCurrentProtector(EDevice, version="4.0.4"):
    """A breaker or fuse, at `/model/pdu/<p>/ocp/<i>`."""

    class Type(Enumeration):
        (
            BREAKER_1POLE,
            BREAKER_2POLE,
            BREAKER_3POLE,
            FUSE,
            FUSE_PAIR,
            RCBO_2POLE,
            RCBO_3POLE,
            RCBO_4POLE,
        ) = range(8)

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

    def getMetaData(self) -> OverCurrentProtector.MetaData: ...
    def getSensors(self) -> OverCurrentProtector.Sensors: ...
    def getPoles(self) -> list[DoublePole]: ...
    def getInlet(self) -> Optional[Inlet]: ...
    def getOCP(self) -> Optional[OverCurrentProtector]: ...
    def getSettings(self) -> OverCurrentProtector.Settings: ...
    def setSettings(self, settings: OverCurrentProtector.Settings) -> int: ...


class OverCurrentProtectors(Interface, version="1.0.0"):
    class Info(Structure):
        numberOfOCPs: int = 0

    def getInfo(self) -> OverCurrentProtectors.Info: ...


class PowerQualitySensor(sensors.StateSensor, version="2.0.8"):
    STATE_NORMAL, STATE_WARNING, STATE_CRITICAL = range(3)


class ResidualCurrentStateSensor(sensors.StateSensor, version="2.0.8"):
    STATE_NORMAL, STATE_WARNING, STATE_CRITICAL, STATE_SELFTEST, STATE_FAILURE = range(5)

    def startSelfTest(self) -> int: ...


class TransferSwitchBypassStateSensor(sensors.StateSensor, version="1.0.2"):
    """Bits: active inlet, whether the bypass is selected, fault.

    In firmware 4.2: selected inlet, whether it is active, fault.
    """

    STATE_SELECTED_INLET_MASK = 7
    STATE_SELECTED_INLET_IS_ACTIVE = 8
    STATE_FAULT = 16
    STATE_ACTIVE_INLET_MASK = 7
    STATE_IS_BYPASS_SELECTED = 8

    def acknowledgeFault(self) -> None: ...


class TypeBResidualCurrentNumericSensor(sensors.NumericSensor, version="1.0.8"):
    """Residual current including its DC part. `degauss` demagnetises the sensor."""

    def degauss(self) -> None: ...


class VoltageMonitoringSensor(sensors.NumericSensor, version="1.0.4"):
    @decodes_unlisted_as("UNKNOWN")
    class EventType(Enumeration):
        DIP, SWELL, UNKNOWN = range(3)

    class DipSwellThresholds(Structure):
        dipActive: bool = False
        dipThreshold: float = 0.0
        swellActive: bool = False
        swellThreshold: float = 0.0
        deassertionHysteresis: float = 0.0

    class Event(Structure):
        type: VoltageMonitoringSensor.EventType = ZERO
        timestamp: Time = ZERO
        duration: int = 0
        voltage: float = 0.0
        waveform: Waveform = ZERO

    class DipSwellThresholdsChangedEvent(event.UserEvent):
        oldThresholds: VoltageMonitoringSensor.DipSwellThresholds = ZERO
        newThresholds: VoltageMonitoringSensor.DipSwellThresholds = ZERO

    class EventListClearedEvent(event.UserEvent):
        pass

    class EventOccurredEvent(idl.Event):
        event: VoltageMonitoringSensor.Event = ZERO

    def getRecentEvents(self) -> list[VoltageMonitoringSensor.Event]: ...
    def clearRecentEvents(self) -> None: ...
    def getDipSwellThresholds(self) -> VoltageMonitoringSensor.DipSwellThresholds: ...
    def setDipSwellThresholds(
        self, thresholds: VoltageMonitoringSensor.DipSwellThresholds
    ) -> int: ...
