"""The IDL of fitness."""

from __future__ import annotations

from .._runtime.classes import declare
from . import idl as idl

_IDL = """
// Reliability data and hardware failures. Source: Fitness.idl, HardwareHealth.idl.

// Reliability values with their thresholds, and the log of values that fell below them, at
// `/fitness`.
interface Fitness 1.0.0 {
  constant FLAG_VALUE_INVALID = 1, FLAG_VALUE_OLD, FLAG_ENTRY_CRITICAL = 4;
  structure DataEntry {
    string id; int value, maxValue, worstValue, thresholdValue, rawValue, flags;
  }
  structure ErrorLogEntry {
    string id; int value, thresholdValue, rawValue, powerOnHours; time timeStampUTC;
  }
  vector<DataEntry> getDataEntries();
  void getErrorLogIndexRange(out int firstIndex, out int entryCount);
  vector<ErrorLogEntry> getErrorLogEntries(int startIndex, int count);
}
// Failures of the device's own hardware, at `/hwhealth`.
interface HardwareHealth 1.0.3 {
  constant FAILURE_TYPE_NETWORK_DEVICE_NOT_DETECTED = 1, FAILURE_TYPE_I2C_BUS_STUCK,
      FAILURE_TYPE_SLAVE_CTRL_NOT_REACHABLE, FAILURE_TYPE_SLAVE_CTRL_MALFUNCTION,
      FAILURE_TYPE_OUTLET_POWER_STATE_INCONSISTENT, FAILURE_TYPE_SUB_CTRL_NOT_REACHABLE = 3,
      FAILURE_TYPE_SUB_CTRL_MALFUNCTION, FAILURE_TYPE_SUB_CTRL_INCOMPATIBLE = 6;
  structure Failure {
    int creationOrderId; string componentId; int type; string description; boolean isAsserted;
    time lastAssertTimeStamp, lastDeassertTimeStamp; int assertCount;
  }
  valueobject FailureStatusChangedEvent extends idl.Event {
    string componentId; int failureType; boolean isAsserted;
  }
  vector<Failure> getFailures();
}
"""

__all__ = declare(globals(), _IDL)
