"""Event subscriptions, data pushed to other servers, rules, timers and alarms.

Source: EventService.idl, DataPushService.idl, EventEngine.idl, TimerEventManager.idl,
AlarmManager.idl.
"""

from __future__ import annotations

from typing import Optional

from .. import idl
from .._runtime import ZERO, Enumeration, Interface, Structure, Time, TypeName, method
from .structures import Event, KeyValue, UserEvent


class Consumer(Interface, version="1.0.0"):
    """Consumers and a channel's `subscribe` and `unsubscribe` are not available over JSON-RPC
    (EventService.idl 1.0.1).
    """

    def pushEvents(self, events: list[idl.Event]) -> None: ...


class Channel(Interface, version="1.0.1"):
    """A subscription: `demandEvent…` selects events, `pollEvents` waits up to 30 s for them,
    `pollEventsNb` does not wait.
    """

    class EventSelect(Structure):
        type: Optional[TypeName] = None
        src: Optional[Interface] = None

    def demandEventType(self, type: TypeName) -> None: ...
    def cancelEventType(self, type: TypeName) -> None: ...
    def demandEventTypes(self, types: list[TypeName]) -> None: ...
    def cancelEventTypes(self, types: list[TypeName]) -> None: ...
    def demandEvent(self, type: TypeName, src: Optional[Interface]) -> None: ...
    def cancelEvent(self, type: TypeName, src: Optional[Interface]) -> None: ...
    def demandEvents(self, events: list[Channel.EventSelect]) -> None: ...
    def cancelEvents(self, events: list[Channel.EventSelect]) -> None: ...
    def subscribe(self, consumer: Optional[Consumer]) -> None: ...
    def unsubscribe(self, consumer: Optional[Consumer]) -> int: ...
    @method("_ret_", "events")
    def pollEvents(self) -> tuple[bool, list[idl.Event]]: ...
    @method("_ret_", "events")
    def pollEventsNb(self) -> tuple[bool, list[idl.Event]]: ...


class Service(Interface, version="1.0.1"):
    """Creates channels for events, at `/eventservice`."""

    INVALID_CHANNEL = 1

    def createChannel(self) -> Optional[Channel]: ...
    def destroyChannel(self, channel: Optional[Channel]) -> int: ...
    def pushEvent(self, event: Optional[idl.Event]) -> None: ...
    def pushEvents(self, events: list[idl.Event]) -> None: ...


class DataPushService(Interface, version="1.0.3"):
    """Pushes data to other servers, at `/datapush`.

    An entry is a server and what is sent to it; `pushData` starts a push.
    """

    ERR_NO_SUCH_ID, ERR_INVALID_PARAMS, ERR_MAX_ENTRIES_REACHED = range(1, 4)

    class EntryType(Enumeration):
        SENSORLIST, SENSORLOG, AMSLIST, AMSLOG, AUDITLOG = range(5)

    class EntrySettings(Structure):
        url: str = ""
        allowOffTimeRangeCerts: bool = False
        caCertChain: str = ""
        useAuth: bool = False
        username: str = ""
        password: str = ""
        type: DataPushService.EntryType = ZERO
        items: list[str] = ZERO
        mqttSettings: DataPushService.MqttSettings = ZERO

    class EntryStatus(Structure):
        busy: bool = False
        rescheduled: bool = False
        lastAttemptTime: Time = ZERO
        lastSuccessTime: Time = ZERO

    class MqttSettings(Structure):
        topicPrefix: str = ""

    class EntryAddedEvent(UserEvent):
        entryId: int = 0
        settings: DataPushService.EntrySettings = ZERO

    class EntryDeletedEvent(UserEvent):
        entryId: int = 0

    class EntryModifiedEvent(UserEvent):
        entryId: int = 0
        oldSettings: DataPushService.EntrySettings = ZERO
        newSettings: DataPushService.EntrySettings = ZERO

    class EntryStatusChangedEvent(idl.Event):
        entryId: int = 0
        newStatus: DataPushService.EntryStatus = ZERO

    @method("_ret_", "entryId")
    def addEntry(self, entrySettings: DataPushService.EntrySettings) -> tuple[int, int]: ...
    def modifyEntry(self, entryId: int, entrySettings: DataPushService.EntrySettings) -> int: ...
    def deleteEntry(self, entryId: int) -> int: ...
    @method("_ret_", "entrySettings")
    def getEntry(self, entryId: int) -> tuple[int, DataPushService.EntrySettings]: ...
    def listEntries(self) -> dict[int, DataPushService.EntrySettings]: ...
    def pushData(self, entryId: int) -> int: ...
    def cancelDataPush(self, entryId: int) -> None: ...
    @method("_ret_", "entryStatus")
    def getEntryStatus(self, entryId: int) -> tuple[int, DataPushService.EntryStatus]: ...


class Engine(Interface, version="1.0.1"):
    """Rules that start actions when events happen, at `/event_engine`."""

    class Action(Structure):
        id: str = ""
        name: str = ""
        isSystem: bool = False
        type: str = ""
        arguments: list[KeyValue] = ZERO

    class Condition(Structure):
        class MatchType(Enumeration):
            ASSERTED, DEASSERTED, BOTH = range(3)

        class Op(Enumeration):
            AND, OR, XOR = range(3)

        negate: bool = False
        operation: Engine.Condition.Op = ZERO
        matchType: Engine.Condition.MatchType = ZERO
        eventId: list[str] = ZERO
        conditions: list[Engine.Condition] = ZERO

    class EventDesc(Structure):
        class Type(Enumeration):
            NODE, DYN_NODE, LEAF = range(3)

        eventDescType: Engine.EventDesc.Type = ZERO
        eventType: Event.Type = ZERO
        dynNodeContext: str = ""
        idComp: str = ""
        name: str = ""
        entries: list[Engine.EventDesc] = ZERO

    class Rule(Structure):
        id: str = ""
        name: str = ""
        isSystem: bool = False
        isEnabled: bool = False
        isAutoRearm: bool = False
        hasMatched: bool = False
        condition: Engine.Condition = ZERO
        actionIds: list[str] = ZERO
        arguments: list[KeyValue] = ZERO

    @method("_ret_", "eventDescs")
    def listEventDescs(self, eventIdPrefix: list[str]) -> tuple[int, list[Engine.EventDesc]]: ...
    def listActionTypes(self) -> list[str]: ...
    @method("_ret_", "actionId")
    def addAction(self, action: Engine.Action) -> tuple[int, str]: ...
    def modifyAction(self, action: Engine.Action) -> int: ...
    def deleteAction(self, actionId: str) -> int: ...
    def listActions(self) -> list[Engine.Action]: ...
    @method("_ret_", "errMsg")
    def triggerAction(self, actionId: str, context: list[KeyValue]) -> tuple[int, str]: ...
    @method("_ret_", "errMsg")
    def testAction(self, action: Engine.Action, context: list[KeyValue]) -> tuple[int, str]: ...
    @method("_ret_", "ruleId")
    def addRule(self, rule: Engine.Rule) -> tuple[int, str]: ...
    def modifyRule(self, rule: Engine.Rule) -> int: ...
    def enableRule(self, ruleId: str) -> int: ...
    def disableRule(self, ruleId: str) -> int: ...
    def deleteRule(self, ruleId: str) -> int: ...
    def listRules(self) -> list[Engine.Rule]: ...
    def deliverEvent(self, event: Event) -> int: ...
    def rearmRule(self, ruleId: str) -> int: ...


class TimerEventManager(Interface, version="2.0.0"):
    """Events at set times, at `/event_engine/timer_events`."""

    (
        NO_ERROR,
        ERR_INVALID_SCHEDULE,
        ERR_UNKNOWN_EVENT_ID,
        ERR_CREATE_EVENT_ID_FAILED,
        ERR_MAX_TIMERS_CREATED,
    ) = range(5)
    JAN, FEB, MAR, APR, MAY, JUN, JUL, AUG, SEP, OCT, NOV, DEC = range(1, 13)
    SUN, MON, TUE, WED, THU, FRI, SAT = range(7)

    class Range(Structure):
        start: int = 0
        end: int = 0
        step: int = 0

    class Schedule(Structure):
        enabled: bool = False
        minute: list[TimerEventManager.Range] = ZERO
        hour: list[TimerEventManager.Range] = ZERO
        dayOfMonth: list[TimerEventManager.Range] = ZERO
        month: list[TimerEventManager.Range] = ZERO
        dayOfWeek: list[TimerEventManager.Range] = ZERO

    class TimerEvent(Structure):
        eventId: list[str] = ZERO
        executionTime: TimerEventManager.Schedule = ZERO

    @method("_ret_", "eventId")
    def addTimerEvent(self, schedule: TimerEventManager.Schedule) -> tuple[int, list[str]]: ...
    def modifyTimerEvent(self, eventId: list[str], schedule: TimerEventManager.Schedule) -> int: ...
    def deleteTimerEvent(self, eventId: list[str]) -> int: ...
    def listTimerEvents(self) -> list[TimerEventManager.TimerEvent]: ...


class AlarmManager(Interface, version="1.0.0"):
    """Alarms and their acknowledgement, at `/event_engine/alarms`."""

    NO_ERROR, ERR_UNKNOWN_ALARM_ID, ERR_EXECUTING_ACTIONS = range(3)

    class Alarm(Structure):
        id: str = ""
        name: str = ""
        actionId: str = ""
        alerts: list[AlarmManager.Alert] = ZERO

    class Alert(Structure):
        eventCondition: str = ""
        message: str = ""
        firstAppearance: Time = ZERO
        lastAppearance: Time = ZERO
        numberAlerts: int = 0

    class AlarmAcknowledgedEvent(idl.Event):
        alarmId: str = ""

    class AlarmAddedEvent(idl.Event):
        alarm: AlarmManager.Alarm = ZERO

    class AlarmUpdatedEvent(idl.Event):
        alarm: AlarmManager.Alarm = ZERO

    def acknowledgeAlarm(self, alarmId: str) -> int: ...
    def listAlarms(self) -> list[AlarmManager.Alarm]: ...
