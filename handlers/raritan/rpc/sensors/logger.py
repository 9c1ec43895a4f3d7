"""The sensor log, and sensors in alarm. Source: SensorLogger.idl, AlertedSensorManager.idl."""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional, Union

from .. import event, idl
from .._runtime import ZERO, Enumeration, Interface, Structure, Time, method

if TYPE_CHECKING:
    from .. import peripheral
    from .sensor import Sensor


class Logger(Interface, version="3.1.6"):
    """The sensors' log, at `/model/sensorlogger`."""

    (
        STATE_UNAVAILABLE,
        STATE_OPEN,
        STATE_CLOSE,
        STATE_BELOW_LOWER_CRITICAL,
        STATE_BELOW_LOWER_WARNING,
        STATE_NORMAL,
        STATE_ABOVE_UPPER_WARNING,
        STATE_ABOVE_UPPER_CRITICAL,
        STATE_ON,
        STATE_OFF,
        STATE_ALARMED,
        STATE_OK,
        STATE_MARGINAL,
        STATE_FAIL,
        STATE_YES,
        STATE_NO,
        STATE_STANDBY,
        STATE_ONE,
        STATE_TWO,
        STATE_IN_SYNC,
        STATE_OUT_OF_SYNC,
        STATE_FAULT,
        STATE_SELF_TEST,
        STATE_I1_OPEN_FAULT,
        STATE_I1_SHORT_FAULT,
        STATE_I2_OPEN_FAULT,
        STATE_I2_SHORT_FAULT,
        STATE_WARNING,
        STATE_CRITICAL,
        STATE_NON_REDUNDANT,
        STATE_INACTIVE,
        STATE_I1_SELECTED,
        STATE_I2_SELECTED,
        STATE_I1_SELECTED_AND_ACTIVE,
        STATE_I2_SELECTED_AND_ACTIVE,
    ) = range(35)
    STATE_BYPASS_SELECTED_BUT_INACTIVE = 31
    STATE_I1_ACTIVE = 32
    STATE_I2_ACTIVE = 33
    STATE_BYPASS_ACTIVE = 34

    class Info(Structure):
        samplePeriod: int = 0
        maxTotalRecords: int = 0
        effectiveCapacity: int = 0
        oldestRecId: int = 0
        newestRecId: int = 0

    class LogRow(Structure):
        sensorSetTimestamp: Time = ZERO
        timestamp: Time = ZERO
        sensorRecords: list[Logger.Record] = ZERO
        peripheralDeviceRecords: list[Logger.Record] = ZERO

    class Record(Structure):
        available: bool = False
        takenValidSamples: int = 0
        state: int = 0
        minValue: float = 0.0
        avgValue: float = 0.0
        maxValue: float = 0.0

    class SensorSet(Structure):
        sensors: list[Sensor] = ZERO
        slots: list[peripheral.DeviceSlot] = ZERO

    class Settings(Structure):
        isEnabled: bool = False
        samplesPerRecord: int = 0
        logCapacity: int = 0
        backupEnabled: bool = False
        samplePeriod: int = 0
        oldestRecId: int = 0
        newestRecId: int = 0
        _legacy = (
            "samplePeriod",
            "oldestRecId",
            "newestRecId",
        )

    class TimedRecord(Structure):
        timestamp: Time = ZERO
        record: Logger.Record = ZERO

    class InfoChangedEvent(idl.Event):
        oldInfo: Logger.Info = ZERO
        newInfo: Logger.Info = ZERO

    class LoggedSensorsChangedEvent(event.UserEvent):
        oldSensors: Logger.SensorSet = ZERO
        newSensors: Logger.SensorSet = ZERO

    class SettingsChangedEvent(event.UserEvent):
        oldSettings: Logger.Settings = ZERO
        newSettings: Logger.Settings = ZERO

    def getInfo(self) -> Logger.Info: ...
    def getSettings(self) -> Logger.Settings: ...
    @method(older_in=("isEnabled", "samplesPerRecord"))
    def setSettings(
        self, settings: Union[Logger.Settings, bool], samplesPerRecord: Optional[int] = None
    ) -> int: ...
    @method("_ret_", "timestamps")
    def getTimeStamps(self, recid: int, count: int) -> tuple[int, list[Time]]: ...
    @method("_ret_", "recs")
    def getSensorRecords(
        self, sensor: Optional[Sensor], recid: int, count: int
    ) -> tuple[int, list[Logger.Record]]: ...
    @method("_ret_", "recs")
    def getPeripheralDeviceRecords(
        self, slot: Optional[peripheral.DeviceSlot], recid: int, count: int
    ) -> tuple[int, list[Logger.Record]]: ...
    @method("_ret_", "recs")
    def getSensorTimedRecords(
        self, sensor: Optional[Sensor], recid: int, count: int
    ) -> tuple[int, list[Logger.TimedRecord]]: ...
    @method("_ret_", "recs")
    def getPeripheralDeviceTimedRecords(
        self, slot: Optional[peripheral.DeviceSlot], recid: int, count: int
    ) -> tuple[int, list[Logger.TimedRecord]]: ...
    def getLoggedSensors(self) -> Logger.SensorSet: ...
    def setLoggedSensors(self, sensors: Logger.SensorSet) -> int: ...
    def enableSensors(self, sensors: Logger.SensorSet) -> int: ...
    def disableSensors(self, sensors: Logger.SensorSet) -> int: ...
    def isSensorEnabled(self, sensor: Optional[Sensor]) -> bool: ...
    def isSlotEnabled(self, slot: Optional[peripheral.DeviceSlot]) -> bool: ...
    def enableAllSensors(self) -> None: ...
    def disableAllSensors(self) -> None: ...
    def getSensorSetTimestamp(self) -> Time: ...
    @method("_ret_", "row")
    def getLogRow(self, recid: int) -> tuple[int, Logger.LogRow]: ...


class AlertedSensorManager(Interface, version="1.0.6"):
    """Sensors in alarm, at `/model/alertedsensormanager`."""

    class AlertState(Enumeration):
        UNAVAILABLE, NORMAL, CRITICAL, WARNED = range(4)

    class SensorCounts(Structure):
        total: int = 0
        unavailable: int = 0
        critical: int = 0
        warned: int = 0

    class SensorData(Structure):
        sensor: Optional[Sensor] = None
        parent: Optional[Interface] = None
        alertState: AlertedSensorManager.AlertState = ZERO

    class AlertedSensorsChangedEvent(idl.Event):
        counts: AlertedSensorManager.SensorCounts = ZERO
        changedSensors: list[AlertedSensorManager.SensorData] = ZERO
        removedSensors: list[Sensor] = ZERO

    class MonitoredSensorsChangedEvent(idl.Event):
        counts: AlertedSensorManager.SensorCounts = ZERO

    def getSensorCounts(self) -> AlertedSensorManager.SensorCounts: ...
    def getAllSensors(self) -> list[AlertedSensorManager.SensorData]: ...
    def getAlertedSensors(self) -> list[AlertedSensorManager.SensorData]: ...
