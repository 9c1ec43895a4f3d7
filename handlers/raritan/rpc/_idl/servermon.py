"""The IDL of servermon."""

from __future__ import annotations

from .._runtime.classes import declare
from . import event as event, idl as idl

_IDL = """
// Servers that the device monitors. Source: ServerMonitor.idl.

// Servers that the device pings and can switch off and on, at `/servermon`.
interface ServerMonitor 2.0.1 {
  constant ERR_NO_SUCH_ID = 1, ERR_INVALID_SETTINGS, ERR_DUPLICATE_HOSTNAME,
      ERR_MAX_SERVERS_REACHED;
  enumeration ServerPowerCheckMethod { TIMER, POWER_DROP }
  enumeration ServerPowerControlResult { NO_ERROR, SHUTDOWN_CMD_FAILED, SWITCHING_OFF_FAILED,
      SWITCHING_ON_FAILED, POWER_CHECK_TIMEOUT }
  enumeration ServerPowerState { UNKNOWN, ON, OFF, SHUTTING_DOWN }
  enumeration ServerReachability { WAITING, REACHABLE, UNREACHABLE, ERROR }
  structure Server { ServerSettings settings; ServerStatus status; }
  structure ServerPowerSettings {
    boolean enabled; Object? target; ServerPowerCheckMethod powerCheck; double powerThreshold;
    int timeout; string shutdownCmd, username, password; int sshPort;
  }
  structure ServerSettings {
    string host; boolean enabled;
    int pingInterval, retryInterval, activationCount, failureCount, resumeDelay, resumeCount;
    ServerPowerSettings powerSettings;
  }
  structure ServerStatus {
    ServerPowerState powerState; ServerPowerControlResult lastPowerControlResult;
    ServerReachability reachable; time lastRequest, lastResponse;
    int requests, responses, failures, resumes;
  }
  valueobject ServerAddedEvent extends event.UserEvent { int id; ServerSettings settings; }
  valueobject ServerDeletedEvent extends event.UserEvent { int id; }
  valueobject ServerPowerControlCompletedEvent extends idl.Event {
    int id; string host; ServerPowerControlResult result;
  }
  valueobject ServerPowerControlInitiatedEvent extends event.UserEvent {
    int id; string host; boolean on;
  }
  valueobject ServerPowerStateEvent extends idl.Event {
    int id; string host; ServerPowerState oldPowerState, newPowerState;
  }
  valueobject ServerReachabilityEvent extends idl.Event {
    int id; string host; ServerReachability reachable;
  }
  valueobject ServerSettingsChangedEvent extends event.UserEvent {
    int id; ServerSettings oldSettings, newSettings;
  }
  int addServer(ServerSettings settings, out int id);
  int modifyServer(int id, ServerSettings settings);
  int deleteServer(int id);
  int getServer(int id, out Server server);
  map<int,Server> listServers();
  int powerControl(int id, boolean on);
}
"""

__all__ = declare(globals(), _IDL)
