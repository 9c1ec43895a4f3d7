"""Sensors and actuators.

Source: Sensor.idl, StateSensor.idl, Switch.idl, NumericSensor.idl,
AccumulatingNumericSensor.idl.
"""

from __future__ import annotations

from .. import event, idl
from .._runtime import ZERO, Enumeration, Interface, Structure, Time


class Sensor(Interface, version="4.0.8"):
    """Base of all sensors.

    The constants are an error code, kinds of readings, quantities and units.
    """

    ERR_NOT_SUPPORTED = 1
    NUMERIC, DISCRETE_ON_OFF, DISCRETE_MULTI = range(3)
    (
        UNSPECIFIED,
        VOLTAGE,
        CURRENT,
        UNBALANCE_CURRENT,
        POWER,
        POWER_FACTOR,
        ENERGY,
        FREQUENCY,
        TEMPERATURE,
        HUMIDITY,
        AIR_FLOW,
        AIR_PRESSURE,
        CONTACT_CLOSURE,
        ON_OFF_SENSOR,
        TRIP_SENSOR,
        VIBRATION,
        WATER_LEAK,
        SMOKE_DETECTOR,
        TOTAL_HARMONIC_DISTORTION,
        MASS,
        ELECTRICAL_RESISTANCE,
        FLUX,
        LUMINOUS_INTENSITY,
        ACCELERATION,
        MAGNETIC_FLUX_DENSITY,
        ELECTRIC_FIELD_STRENGTH,
        MAGNETIC_FIELD_STRENGTH,
        ANGLE,
        SELECTION,
        FAULT_STATE,
        POWER_QUALITY,
        ROTATIONAL_SPEED,
        LUMINOUS_ENERGY,
        LUMINOUS_FLUX,
        ILLUMINANCE,
        LUMINOUS_EMITTANCE,
        MOTION,
        OCCUPANCY,
        TAMPER,
        DRY_CONTACT,
        POWERED_DRY_CONTACT,
        ABSOLUTE_HUMIDITY,
    ) = range(42)
    (
        NONE,
        VOLT,
        AMPERE,
        WATT,
        VOLT_AMP,
        WATT_HOUR,
        VOLT_AMP_HOUR,
        DEGREE_CELSIUS,
        HZ,
        PERCENT,
        METER_PER_SEC,
        PASCAL,
        G,
        RPM,
        METER,
        HOUR,
        MINUTE,
        SECOND,
        VOLT_AMP_REACTIVE,
        VOLT_AMP_REACTIVE_HOUR,
        GRAM,
        OHM,
        LITERS_PER_HOUR,
        CANDELA,
        METER_PER_SQARE_SEC,
        TESLA,
        VOLT_PER_METER,
        VOLT_PER_AMPERE,
        DEGREE,
        DEGREE_FAHRENHEIT,
        KELVIN,
        JOULE,
        COULOMB,
        NIT,
        LUMEN,
        LUMEN_SECOND,
        LUX,
        PSI,
        NEWTON,
        FOOT,
        FOOT_PER_SEC,
        CUBIC_METER,
        RADIANT,
        STERADIANT,
        HENRY,
        FARAD,
        MOL,
        BECQUEREL,
        GRAY,
        SIEVERT,
        G_PER_CUBIC_METER,
    ) = range(51)
    DOOR_STATE = 42
    DOOR_LOCK_STATE = 43
    DOOR_HANDLE_LOCK = 44
    CREST_FACTOR = 45
    DISTANCE = 46
    LENGTH = 47
    UNBALANCE_VOLTAGE = 48
    PARTICLE_DENSITY = 49
    METER_PER_SQUARE_SEC = 24
    UG_PER_CUBIC_METER = 51
    DEW_POINT = 50
    ELECTRICAL_IMPEDANCE = 51
    TS_BYPASS_STATE = 52
    BATTERY_LEVEL = 53
    SHELF_POWER_SUPPLY_FAULT = 54

    class NormalAlarmedState(Enumeration):
        NORMAL, ALARMED = range(2)

    class OkFaultState(Enumeration):
        OK, FAULT = range(2)

    class OnOffState(Enumeration):
        OFF, ON = range(2)

    class OpenClosedState(Enumeration):
        OPEN, CLOSED = range(2)

    class TypeSpec(Structure):
        readingtype: int = 0
        type: int = 0
        unit: int = 0

    class TypeSpecChangedEvent(idl.Event):
        oldTypeSpec: Sensor.TypeSpec = ZERO
        newTypeSpec: Sensor.TypeSpec = ZERO

    def getTypeSpec(self) -> Sensor.TypeSpec: ...
    def isTypeChangeAllowed(self) -> bool: ...
    def setType(self, type: int, unit: int) -> int: ...


class StateSensor(Sensor, version="4.0.8"):
    """A sensor with discrete states. Use a state only if it is available."""

    class State(Structure):
        timestamp: Time = ZERO
        available: bool = False
        value: int = 0

    class StateChangedEvent(idl.Event):
        oldState: StateSensor.State = ZERO
        newState: StateSensor.State = ZERO

    def getState(self) -> StateSensor.State: ...


class Switch(StateSensor, version="2.0.10"):
    """A state that can be set: an actuator."""

    ERR_INVALID_PARAMETER, ERR_NOT_AVAILABLE, ERR_PDC_POWER_LIMIT = range(1, 4)

    class SwitchEvent(event.UserEvent):
        targetState: int = 0

    def setState(self, newState: int) -> int: ...


class NumericSensor(Sensor, version="4.0.9"):
    """A measured value with thresholds. Use a reading only if it is available and valid."""

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

    def getMetaData(self) -> NumericSensor.MetaData: ...
    def getDefaultThresholds(self) -> NumericSensor.Thresholds: ...
    def getThresholds(self) -> NumericSensor.Thresholds: ...
    def setThresholds(self, thresh: NumericSensor.Thresholds) -> int: ...
    def getReading(self) -> NumericSensor.Reading: ...
    def getMinMax(self) -> NumericSensor.MinMax: ...
    def resetMinMax(self) -> None: ...


class AccumulatingNumericSensor(NumericSensor, version="2.0.10"):
    """A counter, such as energy in Wh. `resetValue` needs an administrator and cannot be undone."""

    class ResetEvent(event.UserEvent):
        oldReading: NumericSensor.Reading = ZERO
        newReading: NumericSensor.Reading = ZERO

    def resetValue(self) -> None: ...
    def getLastResetTime(self) -> Time: ...
