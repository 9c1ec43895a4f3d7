"""Sensors that measure. Source: NumericSensor.idl, AccumulatingNumericSensor.idl."""
from __future__ import annotations

from .. import event, idl
from .._runtime import ZERO, Structure, Time, declared
from .sensor import Sensor


class NumericSensor(Sensor, version="4.0.9"):
    """A measured value with thresholds. A reading counts only if it is available and valid."""

    THRESHOLD_OUT_OF_RANGE, THRESHOLD_INVALID, THRESHOLD_NOT_SUPPORTED = range(1, 4)

    class MetaData(Structure):
        type: Sensor.TypeSpec = ZERO
        decdigits: int = 0
        accuracy: float = 0.0
        resolution: float = 0.0
        tolerance: float = 0.0
        noiseThreshold: float = 0.0
        range: NumericSensor.Range = ZERO
        thresholdCaps: NumericSensor.ThresholdCapabilities = ZERO

    class MinMax(Structure):
        minReading: float = 0.0
        minReadingTimestamp: Time = ZERO
        maxReading: float = 0.0
        maxReadingTimestamp: Time = ZERO
        valid: bool = False
        observedSince: Time = ZERO

    class Range(Structure):
        lower: float = 0.0
        upper: float = 0.0

    class Reading(Structure):
        class Status(Structure):
            aboveUpperCritical: bool = False
            aboveUpperWarning: bool = False
            belowLowerWarning: bool = False
            belowLowerCritical: bool = False

        timestamp: Time = ZERO
        available: bool = False
        status: NumericSensor.Reading.Status = ZERO
        valid: bool = False
        value: float = 0.0

    class ThresholdCapabilities(Structure):
        hasUpperCritical: bool = False
        hasUpperWarning: bool = False
        hasLowerWarning: bool = False
        hasLowerCritical: bool = False

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

    class DefaultThresholdsChangedEvent(event.UserEvent):
        oldDefaultThresholds: NumericSensor.Thresholds = ZERO
        newDefaultThresholds: NumericSensor.Thresholds = ZERO

    class MetaDataChangedEvent(idl.Event):
        oldMetaData: NumericSensor.MetaData = ZERO
        newMetaData: NumericSensor.MetaData = ZERO

    class MinMaxChangedEvent(idl.Event):
        newMinMax: NumericSensor.MinMax = ZERO

    class MinMaxResetEvent(event.UserEvent):
        oldMinMax: NumericSensor.MinMax = ZERO
        newMinMax: NumericSensor.MinMax = ZERO

    class ReadingChangedEvent(idl.Event):
        newReading: NumericSensor.Reading = ZERO

    class StateChangedEvent(idl.Event):
        oldReading: NumericSensor.Reading = ZERO
        newReading: NumericSensor.Reading = ZERO

    class ThresholdsChangedEvent(event.UserEvent):
        oldThresholds: NumericSensor.Thresholds = ZERO
        newThresholds: NumericSensor.Thresholds = ZERO

    def getMetaData(self) -> NumericSensor.MetaData: declared()
    def getDefaultThresholds(self) -> NumericSensor.Thresholds: declared()
    def getThresholds(self) -> NumericSensor.Thresholds: declared()
    def setThresholds(self, thresh: NumericSensor.Thresholds) -> int: declared()
    def getReading(self) -> NumericSensor.Reading: declared()
    def getMinMax(self) -> NumericSensor.MinMax: declared()
    def resetMinMax(self) -> None: declared()


class AccumulatingNumericSensor(NumericSensor, version="2.0.10"):
    """A counter, such as energy in Wh. `resetValue` needs an administrator and cannot be undone."""

    class ResetEvent(event.UserEvent):
        oldReading: NumericSensor.Reading = ZERO
        newReading: NumericSensor.Reading = ZERO

    def resetValue(self) -> None: declared()
    def getLastResetTime(self) -> Time: declared()
