"""The interface sensors.Logger."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import List, Optional, Tuple, Union

from .. import event, peripheral
from ..idl import declared, EPOCH, Event, Interface, method, Structure, Time, value_object
from .sensor import Sensor


class Logger(Interface):
    """The sensors' log, at `/model/sensorlogger`."""

    idlType = "sensors.Logger:3.1.6"

    STATE_UNAVAILABLE = 0
    STATE_OPEN = 1
    STATE_CLOSE = 2
    STATE_BELOW_LOWER_CRITICAL = 3
    STATE_BELOW_LOWER_WARNING = 4
    STATE_NORMAL = 5
    STATE_ABOVE_UPPER_WARNING = 6
    STATE_ABOVE_UPPER_CRITICAL = 7
    STATE_ON = 8
    STATE_OFF = 9
    STATE_ALARMED = 10
    STATE_OK = 11
    STATE_MARGINAL = 12
    STATE_FAIL = 13
    STATE_YES = 14
    STATE_NO = 15
    STATE_STANDBY = 16
    STATE_ONE = 17
    STATE_TWO = 18
    STATE_IN_SYNC = 19
    STATE_OUT_OF_SYNC = 20
    STATE_FAULT = 21
    STATE_SELF_TEST = 22
    STATE_I1_OPEN_FAULT = 23
    STATE_I1_SHORT_FAULT = 24
    STATE_I2_OPEN_FAULT = 25
    STATE_I2_SHORT_FAULT = 26
    STATE_WARNING = 27
    STATE_CRITICAL = 28
    STATE_NON_REDUNDANT = 29
    STATE_INACTIVE = 30
    STATE_I1_SELECTED = 31
    STATE_I2_SELECTED = 32
    STATE_I1_SELECTED_AND_ACTIVE = 33
    STATE_I2_SELECTED_AND_ACTIVE = 34
    STATE_BYPASS_SELECTED_BUT_INACTIVE = 31
    STATE_I1_ACTIVE = 32
    STATE_I2_ACTIVE = 33
    STATE_BYPASS_ACTIVE = 34

    @dataclass(eq=False, repr=False)
    class Info(Structure):
        samplePeriod: int = 0
        maxTotalRecords: int = 0
        effectiveCapacity: int = 0
        oldestRecId: int = 0
        newestRecId: int = 0

    @dataclass(eq=False, repr=False)
    class LogRow(Structure):
        sensorSetTimestamp: Time = EPOCH
        timestamp: Time = EPOCH
        sensorRecords: List[Logger.Record] = field(default_factory=list)
        peripheralDeviceRecords: List[Logger.Record] = field(default_factory=list)

    @dataclass(eq=False, repr=False)
    class Record(Structure):
        available: bool = False
        takenValidSamples: int = 0
        state: int = 0
        minValue: float = 0.0
        avgValue: float = 0.0
        maxValue: float = 0.0

    @dataclass(eq=False, repr=False)
    class SensorSet(Structure):
        sensors: List[Sensor] = field(default_factory=list)
        slots: List[peripheral.DeviceSlot] = field(default_factory=list)

    @dataclass(eq=False, repr=False)
    class Settings(Structure):
        isEnabled: bool = False
        samplesPerRecord: int = 0
        logCapacity: int = 0
        backupEnabled: bool = False
        samplePeriod: int = 0
        oldestRecId: int = 0
        newestRecId: int = 0
        _legacy = ("samplePeriod", "oldestRecId", "newestRecId",)

    @dataclass(eq=False, repr=False)
    class TimedRecord(Structure):
        timestamp: Time = EPOCH
        record: Logger.Record = field(default_factory=lambda: Logger.Record())

    @value_object
    class InfoChangedEvent(Event):
        idlType = "sensors.Logger_3_1_6.InfoChangedEvent:1.0.0"
        oldInfo: Logger.Info = field(default_factory=lambda: Logger.Info())
        newInfo: Logger.Info = field(default_factory=lambda: Logger.Info())

    @value_object
    class LoggedSensorsChangedEvent(event.UserEvent):
        idlType = "sensors.Logger_3_1_6.LoggedSensorsChangedEvent:1.0.0"
        oldSensors: Logger.SensorSet = field(default_factory=lambda: Logger.SensorSet())
        newSensors: Logger.SensorSet = field(default_factory=lambda: Logger.SensorSet())

    @value_object
    class SettingsChangedEvent(event.UserEvent):
        idlType = "sensors.Logger_3_1_6.SettingsChangedEvent:1.0.0"
        oldSettings: Logger.Settings = field(default_factory=lambda: Logger.Settings())
        newSettings: Logger.Settings = field(default_factory=lambda: Logger.Settings())

    @method()
    def getInfo(self) -> Logger.Info: declared()

    @method()
    def getSettings(self) -> Logger.Settings: declared()

    @method(older_in=("isEnabled", "samplesPerRecord"))
    def setSettings(self, settings: Union[Logger.Settings, bool],
                    samplesPerRecord: Optional[int] = None) -> int: declared()

    @method("_ret_", "timestamps")
    def getTimeStamps(self, recid: int, count: int) -> Tuple[int, List[Time]]: declared()

    @method("_ret_", "recs")
    def getSensorRecords(self, sensor: Optional[Sensor], recid: int, count: int) -> Tuple[int,
                         List[Logger.Record]]: declared()

    @method("_ret_", "recs")
    def getPeripheralDeviceRecords(self, slot: Optional[peripheral.DeviceSlot], recid: int, count: int) -> Tuple[int,
                                   List[Logger.Record]]: declared()

    @method("_ret_", "recs")
    def getSensorTimedRecords(self, sensor: Optional[Sensor], recid: int, count: int) -> Tuple[int,
                              List[Logger.TimedRecord]]: declared()

    @method("_ret_", "recs")
    def getPeripheralDeviceTimedRecords(self, slot: Optional[peripheral.DeviceSlot], recid: int,
                                        count: int) -> Tuple[int, List[Logger.TimedRecord]]: declared()

    @method()
    def getLoggedSensors(self) -> Logger.SensorSet: declared()

    @method()
    def setLoggedSensors(self, sensors: Logger.SensorSet) -> int: declared()

    @method()
    def enableSensors(self, sensors: Logger.SensorSet) -> int: declared()

    @method()
    def disableSensors(self, sensors: Logger.SensorSet) -> int: declared()

    @method()
    def isSensorEnabled(self, sensor: Optional[Sensor]) -> bool: declared()

    @method()
    def isSlotEnabled(self, slot: Optional[peripheral.DeviceSlot]) -> bool: declared()

    @method()
    def enableAllSensors(self) -> None: declared()

    @method()
    def disableAllSensors(self) -> None: declared()

    @method()
    def getSensorSetTimestamp(self) -> Time: declared()

    @method("_ret_", "row")
    def getLogRow(self, recid: int) -> Tuple[int, Logger.LogRow]: declared()
