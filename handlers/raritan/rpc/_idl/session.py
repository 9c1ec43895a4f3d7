"""The IDL of session."""

from __future__ import annotations

from .._runtime.classes import declare

_IDL = """
// Sessions and tokens. Source: SessionManager.idl.

structure HistoryEntry { time creationTime; string remoteIp, clientType; }
structure Session {
  int sessionId; string username, remoteIp, clientType; time creationTime;
  int timeout, idle, userIdle;
}
// Sessions and their tokens, at `/session`.
//
// Close each session that you open: a device may allow only one per user.
interface SessionManager 2.0.0 {
  constant ERR_ACTIVE_SESSION_EXCLUSIVE_FOR_USER = 1;
  enumeration CloseReason { CLOSE_REASON_LOGOUT, CLOSE_REASON_TIMEOUT, CLOSE_REASON_BROWSER_CLOSED,
      CLOSE_REASON_FORCED_DISCONNECT }
  int newSession(out Session session, out string token);
  Session getCurrentSession();
  vector<Session> getSessions();
  void closeSession(int sessionId, CloseReason reason);
  void closeCurrentSession(CloseReason reason);
  void touchCurrentSession(boolean userActivity);
  vector<HistoryEntry> getSessionHistory();
}
"""

__all__ = declare(globals(), _IDL)
