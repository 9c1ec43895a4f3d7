"""Reliability data and hardware failures. Source: Fitness.idl, HardwareHealth.idl."""

from __future__ import annotations

from . import idl
from ._runtime import ZERO, Interface, Structure, Time, method


class Fitness(Interface, version="1.0.0"):
    """Reliability values with their thresholds, and the log of values that fell below them, at
    `/fitness`.
    """

    FLAG_VALUE_INVALID = 1
    FLAG_VALUE_OLD = 2
    FLAG_ENTRY_CRITICAL = 4

    class DataEntry(Structure):
        id: str = ""
        value: int = 0
        maxValue: int = 0
        worstValue: int = 0
        thresholdValue: int = 0
        rawValue: int = 0
        flags: int = 0

    class ErrorLogEntry(Structure):
        id: str = ""
        value: int = 0
        thresholdValue: int = 0
        rawValue: int = 0
        powerOnHours: int = 0
        timeStampUTC: Time = ZERO

    def getDataEntries(self) -> list[Fitness.DataEntry]: ...
    @method("firstIndex", "entryCount")
    def getErrorLogIndexRange(self) -> tuple[int, int]: ...
    def getErrorLogEntries(self, startIndex: int, count: int) -> list[Fitness.ErrorLogEntry]: ...


class HardwareHealth(Interface, version="1.0.3"):
    """Failures of the device's own hardware, at `/hwhealth`."""

    FAILURE_TYPE_NETWORK_DEVICE_NOT_DETECTED = 1
    FAILURE_TYPE_I2C_BUS_STUCK = 2
    FAILURE_TYPE_SLAVE_CTRL_NOT_REACHABLE = 3
    FAILURE_TYPE_SLAVE_CTRL_MALFUNCTION = 4
    FAILURE_TYPE_OUTLET_POWER_STATE_INCONSISTENT = 5
    FAILURE_TYPE_SUB_CTRL_NOT_REACHABLE = 3
    FAILURE_TYPE_SUB_CTRL_MALFUNCTION = 4
    FAILURE_TYPE_SUB_CTRL_INCOMPATIBLE = 6

    class Failure(Structure):
        creationOrderId: int = 0
        componentId: str = ""
        type: int = 0
        description: str = ""
        isAsserted: bool = False
        lastAssertTimeStamp: Time = ZERO
        lastDeassertTimeStamp: Time = ZERO
        assertCount: int = 0

    class FailureStatusChangedEvent(idl.Event):
        componentId: str = ""
        failureType: int = 0
        isAsserted: bool = False

    def getFailures(self) -> list[HardwareHealth.Failure]: ...
