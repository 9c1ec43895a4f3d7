"""The IDL of sensors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._runtime.classes import declare
from . import event as event, idl as idl

if TYPE_CHECKING:
    from . import peripheral as peripheral

_IDL = """
// The sensor log, and sensors in alarm. Source: SensorLogger.idl, AlertedSensorManager.idl.

// The sensors' log, at `/model/sensorlogger`.
interface Logger 3.1.6 {
  constant STATE_UNAVAILABLE, STATE_OPEN, STATE_CLOSE, STATE_BELOW_LOWER_CRITICAL,
      STATE_BELOW_LOWER_WARNING, STATE_NORMAL, STATE_ABOVE_UPPER_WARNING,
      STATE_ABOVE_UPPER_CRITICAL, STATE_ON, STATE_OFF, STATE_ALARMED, STATE_OK, STATE_MARGINAL,
      STATE_FAIL, STATE_YES, STATE_NO, STATE_STANDBY, STATE_ONE, STATE_TWO, STATE_IN_SYNC,
      STATE_OUT_OF_SYNC, STATE_FAULT, STATE_SELF_TEST, STATE_I1_OPEN_FAULT, STATE_I1_SHORT_FAULT,
      STATE_I2_OPEN_FAULT, STATE_I2_SHORT_FAULT, STATE_WARNING, STATE_CRITICAL, STATE_NON_REDUNDANT,
      STATE_INACTIVE, STATE_I1_SELECTED, STATE_I2_SELECTED, STATE_I1_SELECTED_AND_ACTIVE,
      STATE_I2_SELECTED_AND_ACTIVE, STATE_BYPASS_SELECTED_BUT_INACTIVE = 31, STATE_I1_ACTIVE,
      STATE_I2_ACTIVE, STATE_BYPASS_ACTIVE;
  structure Info { int samplePeriod, maxTotalRecords, effectiveCapacity, oldestRecId, newestRecId; }
  structure LogRow {
    time sensorSetTimestamp, timestamp; vector<Record> sensorRecords, peripheralDeviceRecords;
  }
  structure Record {
    boolean available; int takenValidSamples, state; double minValue, avgValue, maxValue;
  }
  structure SensorSet { vector<Sensor> sensors; vector<peripheral.DeviceSlot> slots; }
  structure Settings {
    boolean isEnabled; int samplesPerRecord, logCapacity; boolean backupEnabled;
    legacy int samplePeriod, oldestRecId, newestRecId;
  }
  structure TimedRecord { time timestamp; Record record; }
  valueobject InfoChangedEvent extends idl.Event { Info oldInfo, newInfo; }
  valueobject LoggedSensorsChangedEvent extends event.UserEvent {
    SensorSet oldSensors, newSensors;
  }
  valueobject SettingsChangedEvent extends event.UserEvent { Settings oldSettings, newSettings; }
  Info getInfo();
  Settings getSettings();
  int setSettings(Settings settings) older(boolean isEnabled, int samplesPerRecord);
  int getTimeStamps(int recid, int count, out vector<time> timestamps);
  int getSensorRecords(Sensor? sensor, int recid, int count, out vector<Record> recs);
  int getPeripheralDeviceRecords(peripheral.DeviceSlot? slot, int recid, int count,
      out vector<Record> recs);
  int getSensorTimedRecords(Sensor? sensor, int recid, int count, out vector<TimedRecord> recs);
  int getPeripheralDeviceTimedRecords(peripheral.DeviceSlot? slot, int recid, int count,
      out vector<TimedRecord> recs);
  SensorSet getLoggedSensors();
  int setLoggedSensors(SensorSet sensors);
  int enableSensors(SensorSet sensors);
  int disableSensors(SensorSet sensors);
  boolean isSensorEnabled(Sensor? sensor);
  boolean isSlotEnabled(peripheral.DeviceSlot? slot);
  void enableAllSensors();
  void disableAllSensors();
  time getSensorSetTimestamp();
  int getLogRow(int recid, out LogRow row);
}
// Sensors in alarm, at `/model/alertedsensormanager`.
interface AlertedSensorManager 1.0.6 {
  enumeration AlertState { UNAVAILABLE, NORMAL, CRITICAL, WARNED }
  structure SensorCounts { int total, unavailable, critical, warned; }
  structure SensorData { Sensor? sensor; Object? parent; AlertState alertState; }
  valueobject AlertedSensorsChangedEvent extends idl.Event {
    SensorCounts counts; vector<SensorData> changedSensors; vector<Sensor> removedSensors;
  }
  valueobject MonitoredSensorsChangedEvent extends idl.Event { SensorCounts counts; }
  SensorCounts getSensorCounts();
  vector<SensorData> getAllSensors();
  vector<SensorData> getAlertedSensors();
}

// Sensors and actuators. Source: Sensor.idl, StateSensor.idl, Switch.idl, NumericSensor.idl,
// AccumulatingNumericSensor.idl.

// Base of all sensors.
//
// The constants are an error code, kinds of readings, quantities and units.
interface Sensor 4.0.8 {
  constant ERR_NOT_SUPPORTED = 1, NUMERIC = 0, DISCRETE_ON_OFF, DISCRETE_MULTI, UNSPECIFIED = 0,
      VOLTAGE, CURRENT, UNBALANCE_CURRENT, POWER, POWER_FACTOR, ENERGY, FREQUENCY, TEMPERATURE,
      HUMIDITY, AIR_FLOW, AIR_PRESSURE, CONTACT_CLOSURE, ON_OFF_SENSOR, TRIP_SENSOR, VIBRATION,
      WATER_LEAK, SMOKE_DETECTOR, TOTAL_HARMONIC_DISTORTION, MASS, ELECTRICAL_RESISTANCE, FLUX,
      LUMINOUS_INTENSITY, ACCELERATION, MAGNETIC_FLUX_DENSITY, ELECTRIC_FIELD_STRENGTH,
      MAGNETIC_FIELD_STRENGTH, ANGLE, SELECTION, FAULT_STATE, POWER_QUALITY, ROTATIONAL_SPEED,
      LUMINOUS_ENERGY, LUMINOUS_FLUX, ILLUMINANCE, LUMINOUS_EMITTANCE, MOTION, OCCUPANCY, TAMPER,
      DRY_CONTACT, POWERED_DRY_CONTACT, ABSOLUTE_HUMIDITY, NONE = 0, VOLT, AMPERE, WATT, VOLT_AMP,
      WATT_HOUR, VOLT_AMP_HOUR, DEGREE_CELSIUS, HZ, PERCENT, METER_PER_SEC, PASCAL, G, RPM, METER,
      HOUR, MINUTE, SECOND, VOLT_AMP_REACTIVE, VOLT_AMP_REACTIVE_HOUR, GRAM, OHM, LITERS_PER_HOUR,
      CANDELA, METER_PER_SQARE_SEC, TESLA, VOLT_PER_METER, VOLT_PER_AMPERE, DEGREE,
      DEGREE_FAHRENHEIT, KELVIN, JOULE, COULOMB, NIT, LUMEN, LUMEN_SECOND, LUX, PSI, NEWTON, FOOT,
      FOOT_PER_SEC, CUBIC_METER, RADIANT, STERADIANT, HENRY, FARAD, MOL, BECQUEREL, GRAY, SIEVERT,
      G_PER_CUBIC_METER, DOOR_STATE = 42, DOOR_LOCK_STATE, DOOR_HANDLE_LOCK, CREST_FACTOR, DISTANCE,
      LENGTH, UNBALANCE_VOLTAGE, PARTICLE_DENSITY, METER_PER_SQUARE_SEC = 24,
      UG_PER_CUBIC_METER = 51, DEW_POINT = 50, ELECTRICAL_IMPEDANCE, TS_BYPASS_STATE, BATTERY_LEVEL,
      SHELF_POWER_SUPPLY_FAULT;
  enumeration NormalAlarmedState { NORMAL, ALARMED }
  enumeration OkFaultState { OK, FAULT }
  enumeration OnOffState { OFF, ON }
  enumeration OpenClosedState { OPEN, CLOSED }
  structure TypeSpec { int readingtype, type, unit; }
  valueobject TypeSpecChangedEvent extends idl.Event { TypeSpec oldTypeSpec, newTypeSpec; }
  TypeSpec getTypeSpec();
  boolean isTypeChangeAllowed();
  int setType(int type, int unit);
}
// A sensor with discrete states. Use a state only if it is available.
interface StateSensor 4.0.8 extends Sensor {
  structure State { time timestamp; boolean available; int value; }
  valueobject StateChangedEvent extends idl.Event { State oldState, newState; }
  State getState();
}
// A state that can be set: an actuator.
interface Switch 2.0.10 extends StateSensor {
  constant ERR_INVALID_PARAMETER = 1, ERR_NOT_AVAILABLE, ERR_PDC_POWER_LIMIT;
  valueobject SwitchEvent extends event.UserEvent { int targetState; }
  int setState(int newState);
}
// A measured value with thresholds. Use a reading only if it is available and valid.
interface NumericSensor 4.0.9 extends Sensor {
  constant THRESHOLD_OUT_OF_RANGE = 1, THRESHOLD_INVALID, THRESHOLD_NOT_SUPPORTED;
  structure MetaData {
    Sensor.TypeSpec type; int decdigits; double accuracy, resolution, tolerance, noiseThreshold;
    Range range; ThresholdCapabilities thresholdCaps;
  }
  structure MinMax {
    double minReading; time minReadingTimestamp; double maxReading; time maxReadingTimestamp;
    boolean valid; time observedSince;
  }
  structure Range { double lower, upper; }
  structure Reading {
    structure Status {
      boolean aboveUpperCritical, aboveUpperWarning, belowLowerWarning, belowLowerCritical;
    }
    time timestamp; boolean available; Status status; boolean valid; double value;
  }
  structure ThresholdCapabilities {
    boolean hasUpperCritical, hasUpperWarning, hasLowerWarning, hasLowerCritical;
  }
  structure Thresholds {
    boolean upperCriticalActive; double upperCritical; boolean upperWarningActive;
    double upperWarning; boolean lowerWarningActive; double lowerWarning;
    boolean lowerCriticalActive; double lowerCritical; int assertionTimeout;
    double deassertionHysteresis;
  }
  valueobject DefaultThresholdsChangedEvent extends event.UserEvent {
    Thresholds oldDefaultThresholds, newDefaultThresholds;
  }
  valueobject MetaDataChangedEvent extends idl.Event { MetaData oldMetaData, newMetaData; }
  valueobject MinMaxChangedEvent extends idl.Event { MinMax newMinMax; }
  valueobject MinMaxResetEvent extends event.UserEvent { MinMax oldMinMax, newMinMax; }
  valueobject ReadingChangedEvent extends idl.Event { Reading newReading; }
  valueobject StateChangedEvent extends idl.Event { Reading oldReading, newReading; }
  valueobject ThresholdsChangedEvent extends event.UserEvent {
    Thresholds oldThresholds, newThresholds;
  }
  MetaData getMetaData();
  Thresholds getDefaultThresholds();
  Thresholds getThresholds();
  int setThresholds(Thresholds thresh);
  Reading getReading();
  MinMax getMinMax();
  void resetMinMax();
}
// A counter, such as energy in Wh. `resetValue` needs an administrator and cannot be undone.
interface AccumulatingNumericSensor 2.0.10 extends NumericSensor {
  valueobject ResetEvent extends event.UserEvent { NumericSensor.Reading oldReading, newReading; }
  void resetValue();
  time getLastResetTime();
}
"""

__all__ = declare(globals(), _IDL)
