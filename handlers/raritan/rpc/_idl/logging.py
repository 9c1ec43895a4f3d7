"""The IDL of logging."""

from __future__ import annotations

from .._runtime.classes import declare
from . import event as event

_IDL = """
// Event, debug and wireless logs. Source: Log.idl, EventLog.idl, DebugLog.idl, WlanLog.idl.

enumeration RangeDirection { FORWARD, BACKWARD }
structure LogChunk { int logCreationTime, idFirst, allEntryCnt; vector<LogEntry> selEntries; }
structure LogEntry { int id; time timestamp; string eventClass, message; }
structure LogInfo { int creationTime, idFirst, idNext; }
valueobject EventLogClearedEvent 1.0.0 extends event.UserEvent {}
// The debug log, at `/debuglog`.
interface DebugLog 2.0.0 {
  void clear();
  LogInfo getInfo();
  LogChunk getChunk(int refId, int count, RangeDirection direction);
}
// The event log, at `/eventlog`.
interface EventLog 2.0.0 {
  void clear();
  LogInfo getInfo();
  LogChunk getChunk(int refId, int count, RangeDirection direction, vector<string> categories);
}
interface WlanLog 1.0.0 {
  void clear();
  LogInfo getInfo();
  LogChunk getChunk(int refId, int count, RangeDirection direction);
}
"""

__all__ = declare(globals(), _IDL)
