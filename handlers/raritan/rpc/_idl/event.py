"""The IDL of event."""

from __future__ import annotations

from .._runtime.classes import declare
from . import idl as idl

_IDL = """
// Event subscriptions, data pushed to other servers, rules, timers and alarms. Source:
// EventService.idl, DataPushService.idl, EventEngine.idl, TimerEventManager.idl, AlarmManager.idl.

// Consumers and a channel's `subscribe` and `unsubscribe` are not available over JSON-RPC
// (EventService.idl 1.0.1).
interface Consumer 1.0.0 { void pushEvents(vector<idl.Event> events); }
// A subscription: `demandEvent…` selects events, `pollEvents` waits up to 30 s for them,
// `pollEventsNb` does not wait.
interface Channel 1.0.1 {
  structure EventSelect { typename? type; Object? src; }
  void demandEventType(typename type);
  void cancelEventType(typename type);
  void demandEventTypes(vector<typename> types);
  void cancelEventTypes(vector<typename> types);
  void demandEvent(typename type, Object? src);
  void cancelEvent(typename type, Object? src);
  void demandEvents(vector<EventSelect> events);
  void cancelEvents(vector<EventSelect> events);
  void subscribe(Consumer? consumer);
  int unsubscribe(Consumer? consumer);
  boolean pollEvents(out vector<idl.Event> events);
  boolean pollEventsNb(out vector<idl.Event> events);
}
// Creates channels for events, at `/eventservice`.
interface Service 1.0.1 {
  constant INVALID_CHANNEL = 1;
  Channel? createChannel();
  int destroyChannel(Channel? channel);
  void pushEvent(idl.Event? event);
  void pushEvents(vector<idl.Event> events);
}
// Pushes data to other servers, at `/datapush`.
//
// An entry is a server and what is sent to it; `pushData` starts a push.
interface DataPushService 1.0.3 {
  constant ERR_NO_SUCH_ID = 1, ERR_INVALID_PARAMS, ERR_MAX_ENTRIES_REACHED;
  enumeration EntryType { SENSORLIST, SENSORLOG, AMSLIST, AMSLOG, AUDITLOG }
  structure EntrySettings {
    string url; boolean allowOffTimeRangeCerts; string caCertChain; boolean useAuth;
    string username, password; EntryType type; vector<string> items; MqttSettings mqttSettings;
  }
  structure EntryStatus { boolean busy, rescheduled; time lastAttemptTime, lastSuccessTime; }
  structure MqttSettings { string topicPrefix; }
  valueobject EntryAddedEvent extends UserEvent { int entryId; EntrySettings settings; }
  valueobject EntryDeletedEvent extends UserEvent { int entryId; }
  valueobject EntryModifiedEvent extends UserEvent {
    int entryId; EntrySettings oldSettings, newSettings;
  }
  valueobject EntryStatusChangedEvent extends idl.Event { int entryId; EntryStatus newStatus; }
  int addEntry(EntrySettings entrySettings, out int entryId);
  int modifyEntry(int entryId, EntrySettings entrySettings);
  int deleteEntry(int entryId);
  int getEntry(int entryId, out EntrySettings entrySettings);
  map<int,EntrySettings> listEntries();
  int pushData(int entryId);
  void cancelDataPush(int entryId);
  int getEntryStatus(int entryId, out EntryStatus entryStatus);
}
// Rules that start actions when events happen, at `/event_engine`.
interface Engine 1.0.1 {
  structure Action { string id, name; boolean isSystem; string type; vector<KeyValue> arguments; }
  structure Condition {
    enumeration MatchType { ASSERTED, DEASSERTED, BOTH }
    enumeration Op { AND, OR, XOR }
    boolean negate; Op operation; MatchType matchType; vector<string> eventId;
    vector<Condition> conditions;
  }
  structure EventDesc {
    enumeration Type { NODE, DYN_NODE, LEAF }
    Type eventDescType; Event.Type eventType; string dynNodeContext, idComp, name;
    vector<EventDesc> entries;
  }
  structure Rule {
    string id, name; boolean isSystem, isEnabled, isAutoRearm, hasMatched; Condition condition;
    vector<string> actionIds; vector<KeyValue> arguments;
  }
  int listEventDescs(vector<string> eventIdPrefix, out vector<EventDesc> eventDescs);
  vector<string> listActionTypes();
  int addAction(Action action, out string actionId);
  int modifyAction(Action action);
  int deleteAction(string actionId);
  vector<Action> listActions();
  int triggerAction(string actionId, vector<KeyValue> context, out string errMsg);
  int testAction(Action action, vector<KeyValue> context, out string errMsg);
  int addRule(Rule rule, out string ruleId);
  int modifyRule(Rule rule);
  int enableRule(string ruleId);
  int disableRule(string ruleId);
  int deleteRule(string ruleId);
  vector<Rule> listRules();
  int deliverEvent(Event event);
  int rearmRule(string ruleId);
}
// Events at set times, at `/event_engine/timer_events`.
interface TimerEventManager 2.0.0 {
  constant NO_ERROR, ERR_INVALID_SCHEDULE, ERR_UNKNOWN_EVENT_ID, ERR_CREATE_EVENT_ID_FAILED,
      ERR_MAX_TIMERS_CREATED, JAN = 1, FEB, MAR, APR, MAY, JUN, JUL, AUG, SEP, OCT, NOV, DEC,
      SUN = 0, MON, TUE, WED, THU, FRI, SAT;
  structure Range { int start, end, step; }
  structure Schedule { boolean enabled; vector<Range> minute, hour, dayOfMonth, month, dayOfWeek; }
  structure TimerEvent { vector<string> eventId; Schedule executionTime; }
  int addTimerEvent(Schedule schedule, out vector<string> eventId);
  int modifyTimerEvent(vector<string> eventId, Schedule schedule);
  int deleteTimerEvent(vector<string> eventId);
  vector<TimerEvent> listTimerEvents();
}
// Alarms and their acknowledgement, at `/event_engine/alarms`.
interface AlarmManager 1.0.0 {
  constant NO_ERROR, ERR_UNKNOWN_ALARM_ID, ERR_EXECUTING_ACTIONS;
  structure Alarm { string id, name, actionId; vector<Alert> alerts; }
  structure Alert {
    string eventCondition, message; time firstAppearance, lastAppearance; int numberAlerts;
  }
  valueobject AlarmAcknowledgedEvent extends idl.Event { string alarmId; }
  valueobject AlarmAddedEvent extends idl.Event { Alarm alarm; }
  valueobject AlarmUpdatedEvent extends idl.Event { Alarm alarm; }
  int acknowledgeAlarm(string alarmId);
  vector<Alarm> listAlarms();
}

// Events that rules match, and the base of events that a user causes. Source: EventEngine.idl,
// UserEvent.idl.

structure Event {
  enumeration Type { STATE, TRIGGER }
  Type type; vector<string> id; boolean asserted; time timeStamp; vector<KeyValue> context;
}
structure KeyValue { string key, value; }
valueobject UserEvent 1.0.0 extends idl.Event { string actUserName, actIpAddr; }
"""

__all__ = declare(globals(), _IDL)
