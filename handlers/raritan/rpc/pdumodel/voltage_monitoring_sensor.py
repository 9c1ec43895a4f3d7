"""The interface pdumodel.VoltageMonitoringSensor."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import List

from .. import event, sensors
from ..idl import declared, Enumeration, EPOCH, method, Structure, Time, value_object
from ..idl import Event as AnyEvent
from .structures import Waveform


class VoltageMonitoringSensor(sensors.NumericSensor):
    """Watches the voltage for dips and swells."""

    idlType = "pdumodel.VoltageMonitoringSensor:1.0.4"

    class EventType(Enumeration):
        DIP = 0
        SWELL = 1
        UNKNOWN = 2

    @dataclass(eq=False, repr=False)
    class DipSwellThresholds(Structure):
        dipActive: bool = False
        dipThreshold: float = 0.0
        swellActive: bool = False
        swellThreshold: float = 0.0
        deassertionHysteresis: float = 0.0

    @dataclass(eq=False, repr=False)
    class Event(Structure):
        type: VoltageMonitoringSensor.EventType = field(default_factory=lambda: VoltageMonitoringSensor.EventType(0))
        timestamp: Time = EPOCH
        duration: int = 0
        voltage: float = 0.0
        waveform: Waveform = field(default_factory=lambda: Waveform())

    @value_object
    class DipSwellThresholdsChangedEvent(event.UserEvent):
        idlType = "pdumodel.VoltageMonitoringSensor_1_0_4.DipSwellThresholdsChangedEvent:1.0.0"
        oldThresholds: VoltageMonitoringSensor.DipSwellThresholds = field(
            default_factory=lambda: VoltageMonitoringSensor.DipSwellThresholds())
        newThresholds: VoltageMonitoringSensor.DipSwellThresholds = field(
            default_factory=lambda: VoltageMonitoringSensor.DipSwellThresholds())

    @value_object
    class EventListClearedEvent(event.UserEvent):
        idlType = "pdumodel.VoltageMonitoringSensor_1_0_4.EventListClearedEvent:1.0.0"

    @value_object
    class EventOccurredEvent(AnyEvent):
        idlType = "pdumodel.VoltageMonitoringSensor_1_0_4.EventOccurredEvent:1.0.0"
        event: VoltageMonitoringSensor.Event = field(default_factory=lambda: VoltageMonitoringSensor.Event())

    @method()
    def getRecentEvents(self) -> List[VoltageMonitoringSensor.Event]: declared()

    @method()
    def clearRecentEvents(self) -> None: declared()

    @method()
    def getDipSwellThresholds(self) -> VoltageMonitoringSensor.DipSwellThresholds: declared()

    @method()
    def setDipSwellThresholds(self, thresholds: VoltageMonitoringSensor.DipSwellThresholds) -> int: declared()
