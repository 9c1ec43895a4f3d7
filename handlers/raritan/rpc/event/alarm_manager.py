"""The interface event.AlarmManager."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import List

from ..idl import declared, EPOCH, Event, Interface, method, Structure, Time, value_object


class AlarmManager(Interface):
    """Alarms that wait for a person, at `/event_engine/alarms`."""

    idlType = "event.AlarmManager:1.0.0"

    NO_ERROR = 0
    ERR_UNKNOWN_ALARM_ID = 1
    ERR_EXECUTING_ACTIONS = 2

    @dataclass(eq=False, repr=False)
    class Alarm(Structure):
        id: str = ""
        name: str = ""
        actionId: str = ""
        alerts: List[AlarmManager.Alert] = field(default_factory=list)

    @dataclass(eq=False, repr=False)
    class Alert(Structure):
        eventCondition: str = ""
        message: str = ""
        firstAppearance: Time = EPOCH
        lastAppearance: Time = EPOCH
        numberAlerts: int = 0

    @value_object
    class AlarmAcknowledgedEvent(Event):
        idlType = "event.AlarmManager.AlarmAcknowledgedEvent:1.0.0"
        alarmId: str = ""

    @value_object
    class AlarmAddedEvent(Event):
        idlType = "event.AlarmManager.AlarmAddedEvent:1.0.0"
        alarm: AlarmManager.Alarm = field(default_factory=lambda: AlarmManager.Alarm())

    @value_object
    class AlarmUpdatedEvent(Event):
        idlType = "event.AlarmManager.AlarmUpdatedEvent:1.0.0"
        alarm: AlarmManager.Alarm = field(default_factory=lambda: AlarmManager.Alarm())

    @method()
    def acknowledgeAlarm(self, alarmId: str) -> int: declared()

    @method()
    def listAlarms(self) -> List[AlarmManager.Alarm]: declared()
