"""Sensors for the condition of an electrical device.

Source: PowerQualitySensor.idl, ResidualCurrentStateSensor.idl, TransferSwitchBypassStateSensor.idl,
TypeBResidualCurrentNumericSensor.idl, VoltageMonitoringSensor.idl.
"""
from __future__ import annotations

from typing import TYPE_CHECKING, List

from .. import event, idl, sensors
from .._runtime import ZERO, Enumeration, Structure, Time, declared

if TYPE_CHECKING:
    from .structures import Waveform


class PowerQualitySensor(sensors.StateSensor, version="2.0.8"):
    STATE_NORMAL, STATE_WARNING, STATE_CRITICAL = range(3)


class ResidualCurrentStateSensor(sensors.StateSensor, version="2.0.8"):
    STATE_NORMAL, STATE_WARNING, STATE_CRITICAL, STATE_SELFTEST, STATE_FAILURE = range(5)

    def startSelfTest(self) -> int: declared()


class TransferSwitchBypassStateSensor(sensors.StateSensor, version="1.0.2"):
    """The bypass of a transfer switch: its state, and the selected inlet."""

    STATE_SELECTED_INLET_MASK = 7
    STATE_SELECTED_INLET_IS_ACTIVE = 8
    STATE_FAULT = 16
    STATE_ACTIVE_INLET_MASK = 7
    STATE_IS_BYPASS_SELECTED = 8

    def acknowledgeFault(self) -> None: declared()


class TypeBResidualCurrentNumericSensor(sensors.NumericSensor, version="1.0.8"):
    """Residual current including its DC part. `degauss` demagnetises the sensor."""

    def degauss(self) -> None: declared()


class VoltageMonitoringSensor(sensors.NumericSensor, version="1.0.4"):
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

    def getRecentEvents(self) -> List[VoltageMonitoringSensor.Event]: declared()
    def clearRecentEvents(self) -> None: declared()
    def getDipSwellThresholds(self) -> VoltageMonitoringSensor.DipSwellThresholds: declared()
    def setDipSwellThresholds(self, thresholds: VoltageMonitoringSensor.DipSwellThresholds) -> int: declared()
