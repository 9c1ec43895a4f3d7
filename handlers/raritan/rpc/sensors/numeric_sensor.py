"""The interface sensors.NumericSensor."""
from __future__ import annotations

from dataclasses import dataclass, field

from .. import event
from ..idl import declared, EPOCH, Event, method, Structure, Time, value_object
from .sensor import Sensor


class NumericSensor(Sensor):
    """A measured value with thresholds. A reading counts only if it is available and valid."""

    idlType = "sensors.NumericSensor:4.0.9"

    THRESHOLD_OUT_OF_RANGE = 1
    THRESHOLD_INVALID = 2
    THRESHOLD_NOT_SUPPORTED = 3

    @dataclass(eq=False, repr=False)
    class MetaData(Structure):
        type: Sensor.TypeSpec = field(default_factory=lambda: Sensor.TypeSpec())
        decdigits: int = 0
        accuracy: float = 0.0
        resolution: float = 0.0
        tolerance: float = 0.0
        noiseThreshold: float = 0.0
        range: NumericSensor.Range = field(default_factory=lambda: NumericSensor.Range())
        thresholdCaps: NumericSensor.ThresholdCapabilities = field(
            default_factory=lambda: NumericSensor.ThresholdCapabilities())

    @dataclass(eq=False, repr=False)
    class MinMax(Structure):
        minReading: float = 0.0
        minReadingTimestamp: Time = EPOCH
        maxReading: float = 0.0
        maxReadingTimestamp: Time = EPOCH
        valid: bool = False
        observedSince: Time = EPOCH

    @dataclass(eq=False, repr=False)
    class Range(Structure):
        lower: float = 0.0
        upper: float = 0.0

    @dataclass(eq=False, repr=False)
    class Reading(Structure):
        @dataclass(eq=False, repr=False)
        class Status(Structure):
            aboveUpperCritical: bool = False
            aboveUpperWarning: bool = False
            belowLowerWarning: bool = False
            belowLowerCritical: bool = False

        timestamp: Time = EPOCH
        available: bool = False
        status: NumericSensor.Reading.Status = field(default_factory=lambda: NumericSensor.Reading.Status())
        valid: bool = False
        value: float = 0.0

    @dataclass(eq=False, repr=False)
    class ThresholdCapabilities(Structure):
        hasUpperCritical: bool = False
        hasUpperWarning: bool = False
        hasLowerWarning: bool = False
        hasLowerCritical: bool = False

    @dataclass(eq=False, repr=False)
    class Thresholds(Structure):
        upperCriticalActive: bool = False
        upperCritical: float = 0.0
        upperWarningActive: bool = False
        upperWarning: float = 0.0
        lowerWarningActive: bool = False
        lowerWarning: float = 0.0
        lowerCriticalActive: bool = False
        lowerCritical: float = 0.0
        assertionTimeout: int = 0
        deassertionHysteresis: float = 0.0

    @value_object
    class DefaultThresholdsChangedEvent(event.UserEvent):
        idlType = "sensors.NumericSensor_4_0_9.DefaultThresholdsChangedEvent:1.0.0"
        oldDefaultThresholds: NumericSensor.Thresholds = field(default_factory=lambda: NumericSensor.Thresholds())
        newDefaultThresholds: NumericSensor.Thresholds = field(default_factory=lambda: NumericSensor.Thresholds())

    @value_object
    class MetaDataChangedEvent(Event):
        idlType = "sensors.NumericSensor_4_0_9.MetaDataChangedEvent:1.0.0"
        oldMetaData: NumericSensor.MetaData = field(default_factory=lambda: NumericSensor.MetaData())
        newMetaData: NumericSensor.MetaData = field(default_factory=lambda: NumericSensor.MetaData())

    @value_object
    class MinMaxChangedEvent(Event):
        idlType = "sensors.NumericSensor_4_0_9.MinMaxChangedEvent:1.0.0"
        newMinMax: NumericSensor.MinMax = field(default_factory=lambda: NumericSensor.MinMax())

    @value_object
    class MinMaxResetEvent(event.UserEvent):
        idlType = "sensors.NumericSensor_4_0_9.MinMaxResetEvent:1.0.0"
        oldMinMax: NumericSensor.MinMax = field(default_factory=lambda: NumericSensor.MinMax())
        newMinMax: NumericSensor.MinMax = field(default_factory=lambda: NumericSensor.MinMax())

    @value_object
    class ReadingChangedEvent(Event):
        idlType = "sensors.NumericSensor_4_0_9.ReadingChangedEvent:1.0.0"
        newReading: NumericSensor.Reading = field(default_factory=lambda: NumericSensor.Reading())

    @value_object
    class StateChangedEvent(Event):
        idlType = "sensors.NumericSensor_4_0_9.StateChangedEvent:1.0.0"
        oldReading: NumericSensor.Reading = field(default_factory=lambda: NumericSensor.Reading())
        newReading: NumericSensor.Reading = field(default_factory=lambda: NumericSensor.Reading())

    @value_object
    class ThresholdsChangedEvent(event.UserEvent):
        idlType = "sensors.NumericSensor_4_0_9.ThresholdsChangedEvent:1.0.0"
        oldThresholds: NumericSensor.Thresholds = field(default_factory=lambda: NumericSensor.Thresholds())
        newThresholds: NumericSensor.Thresholds = field(default_factory=lambda: NumericSensor.Thresholds())

    @method()
    def getMetaData(self) -> NumericSensor.MetaData: declared()

    @method()
    def getDefaultThresholds(self) -> NumericSensor.Thresholds: declared()

    @method()
    def getThresholds(self) -> NumericSensor.Thresholds: declared()

    @method()
    def setThresholds(self, thresh: NumericSensor.Thresholds) -> int: declared()

    @method()
    def getReading(self) -> NumericSensor.Reading: declared()

    @method()
    def getMinMax(self) -> NumericSensor.MinMax: declared()

    @method()
    def resetMinMax(self) -> None: declared()
