"""Sensors in general, state sensors, actuators. Source: Sensor.idl, StateSensor.idl, Switch.idl."""
from __future__ import annotations

from .. import event
from .._runtime import ZERO, Enumeration, Interface, Structure, Time, declared
from ..idl import Event


class Sensor(Interface):
    """Base of all sensors. The constants are kinds of readings, quantities and units."""

    idlType = "sensors.Sensor:4.0.8"

    ERR_NOT_SUPPORTED = 1
    NUMERIC = 0
    DISCRETE_ON_OFF = 1
    DISCRETE_MULTI = 2
    UNSPECIFIED = 0
    VOLTAGE = 1
    CURRENT = 2
    UNBALANCE_CURRENT = 3
    POWER = 4
    POWER_FACTOR = 5
    ENERGY = 6
    FREQUENCY = 7
    TEMPERATURE = 8
    HUMIDITY = 9
    AIR_FLOW = 10
    AIR_PRESSURE = 11
    CONTACT_CLOSURE = 12
    ON_OFF_SENSOR = 13
    TRIP_SENSOR = 14
    VIBRATION = 15
    WATER_LEAK = 16
    SMOKE_DETECTOR = 17
    TOTAL_HARMONIC_DISTORTION = 18
    MASS = 19
    ELECTRICAL_RESISTANCE = 20
    FLUX = 21
    LUMINOUS_INTENSITY = 22
    ACCELERATION = 23
    MAGNETIC_FLUX_DENSITY = 24
    ELECTRIC_FIELD_STRENGTH = 25
    MAGNETIC_FIELD_STRENGTH = 26
    ANGLE = 27
    SELECTION = 28
    FAULT_STATE = 29
    POWER_QUALITY = 30
    ROTATIONAL_SPEED = 31
    LUMINOUS_ENERGY = 32
    LUMINOUS_FLUX = 33
    ILLUMINANCE = 34
    LUMINOUS_EMITTANCE = 35
    MOTION = 36
    OCCUPANCY = 37
    TAMPER = 38
    DRY_CONTACT = 39
    POWERED_DRY_CONTACT = 40
    ABSOLUTE_HUMIDITY = 41
    NONE = 0
    VOLT = 1
    AMPERE = 2
    WATT = 3
    VOLT_AMP = 4
    WATT_HOUR = 5
    VOLT_AMP_HOUR = 6
    DEGREE_CELSIUS = 7
    HZ = 8
    PERCENT = 9
    METER_PER_SEC = 10
    PASCAL = 11
    G = 12
    RPM = 13
    METER = 14
    HOUR = 15
    MINUTE = 16
    SECOND = 17
    VOLT_AMP_REACTIVE = 18
    VOLT_AMP_REACTIVE_HOUR = 19
    GRAM = 20
    OHM = 21
    LITERS_PER_HOUR = 22
    CANDELA = 23
    METER_PER_SQARE_SEC = 24
    TESLA = 25
    VOLT_PER_METER = 26
    VOLT_PER_AMPERE = 27
    DEGREE = 28
    DEGREE_FAHRENHEIT = 29
    KELVIN = 30
    JOULE = 31
    COULOMB = 32
    NIT = 33
    LUMEN = 34
    LUMEN_SECOND = 35
    LUX = 36
    PSI = 37
    NEWTON = 38
    FOOT = 39
    FOOT_PER_SEC = 40
    CUBIC_METER = 41
    RADIANT = 42
    STERADIANT = 43
    HENRY = 44
    FARAD = 45
    MOL = 46
    BECQUEREL = 47
    GRAY = 48
    SIEVERT = 49
    G_PER_CUBIC_METER = 50
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

    class TypeSpecChangedEvent(Event):
        oldTypeSpec: Sensor.TypeSpec = ZERO
        newTypeSpec: Sensor.TypeSpec = ZERO

    def getTypeSpec(self) -> Sensor.TypeSpec: declared()
    def isTypeChangeAllowed(self) -> bool: declared()
    def setType(self, type: int, unit: int) -> int: declared()


class StateSensor(Sensor):
    """A sensor with a few states; a state counts only if it is available."""

    idlType = "sensors.StateSensor:4.0.8"

    class State(Structure):
        timestamp: Time = ZERO
        available: bool = False
        value: int = 0

    class StateChangedEvent(Event):
        oldState: StateSensor.State = ZERO
        newState: StateSensor.State = ZERO

    def getState(self) -> StateSensor.State: declared()


class Switch(StateSensor):
    """A state that can be set: an actuator."""

    idlType = "sensors.Switch:2.0.10"

    ERR_INVALID_PARAMETER = 1
    ERR_NOT_AVAILABLE = 2
    ERR_PDC_POWER_LIMIT = 3

    class SwitchEvent(event.UserEvent):
        targetState: int = 0

    def setState(self, newState: int) -> int: declared()
