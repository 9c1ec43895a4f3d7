"""Sensors for an electrical device's condition.

Source: PowerQualitySensor.idl, ResidualCurrentStateSensor.idl, TransferSwitchBypassStateSensor.idl,
TypeBResidualCurrentNumericSensor.idl, VoltageMonitoringSensor.idl.
"""
from __future__ import annotations

from typing import TYPE_CHECKING, List

from .. import event, sensors
from .._runtime import ZERO, Enumeration, Structure, Time, declared
from ..idl import Event as AnyEvent

if TYPE_CHECKING:
    from .structures import Waveform


class PowerQualitySensor(sensors.StateSensor):
    """Quality of the supply: normal, warning or critical."""

    idlType = "pdumodel.PowerQualitySensor:2.0.8"

    STATE_NORMAL = 0
    STATE_WARNING = 1
    STATE_CRITICAL = 2


class ResidualCurrentStateSensor(sensors.StateSensor):
    """State of a residual current monitor; it can test itself."""

    idlType = "pdumodel.ResidualCurrentStateSensor:2.0.8"

    STATE_NORMAL = 0
    STATE_WARNING = 1
    STATE_CRITICAL = 2
    STATE_SELFTEST = 3
    STATE_FAILURE = 4

    def startSelfTest(self) -> int: declared()


class TransferSwitchBypassStateSensor(sensors.StateSensor):
    """Bypass of a transfer switch, and the source that it is bypassed to."""

    idlType = "pdumodel.TransferSwitchBypassStateSensor:1.0.2"

    STATE_SELECTED_INLET_MASK = 7
    STATE_SELECTED_INLET_IS_ACTIVE = 8
    STATE_FAULT = 16
    STATE_ACTIVE_INLET_MASK = 7
    STATE_IS_BYPASS_SELECTED = 8

    def acknowledgeFault(self) -> None: declared()


class TypeBResidualCurrentNumericSensor(sensors.NumericSensor):
    """Residual current including its DC part; it can be demagnetised."""

    idlType = "pdumodel.TypeBResidualCurrentNumericSensor:1.0.8"

    def degauss(self) -> None: declared()


class VoltageMonitoringSensor(sensors.NumericSensor):
    """Watches the voltage for dips and swells."""

    idlType = "pdumodel.VoltageMonitoringSensor:1.0.4"

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

    class EventOccurredEvent(AnyEvent):
        event: VoltageMonitoringSensor.Event = ZERO

    def getRecentEvents(self) -> List[VoltageMonitoringSensor.Event]: declared()
    def clearRecentEvents(self) -> None: declared()
    def getDipSwellThresholds(self) -> VoltageMonitoringSensor.DipSwellThresholds: declared()
    def setDipSwellThresholds(self, thresholds: VoltageMonitoringSensor.DipSwellThresholds) -> int: declared()
