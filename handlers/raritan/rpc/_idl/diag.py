"""The IDL of diag."""

from __future__ import annotations

from .._runtime.classes import declare

_IDL = """
// Diagnostic log and data. Source: DiagLogSettings.idl.

// How much each part of the firmware writes to the diagnostic log, at `/diag`.
interface DiagLogSettings 1.0.0 {
  constant ERR_NONE, ERR_UNKNOWN_LOG_CONTEXT_NAME, ERR_UNKNOWN_LOG_LEVEL;
  enumeration LogLevel { LOG_LEVEL_NONE, LOG_LEVEL_ERR, LOG_LEVEL_WARN, LOG_LEVEL_INFO,
      LOG_LEVEL_DEBUG, LOG_LEVEL_TRACE }
  structure LogLevelEntry { string ctxName; LogLevel logLevel; }
  void resetLogLevelsForAllCtxNames();
  vector<LogLevelEntry> getLogLevelsForAllCtxNames();
  int setLogLevelForAllCtxNames(LogLevel logLevel);
  int getLogLevelByCtxName(string ctxName, out LogLevel logLevel);
  int setLogLevelByCtxName(string ctxName, LogLevel logLevel);
}
"""

__all__ = declare(globals(), _IDL)
