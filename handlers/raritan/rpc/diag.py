"""Diagnostic log and data. Source: DiagLogSettings.idl."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._runtime import ZERO, Enumeration, Interface, Structure, method, scripts

if TYPE_CHECKING:
    from ._runtime.agent import Agent


class DiagLogSettings(Interface, version="1.0.0"):
    """How much each part of the firmware writes to the diagnostic log, at `/diag`."""

    ERR_NONE, ERR_UNKNOWN_LOG_CONTEXT_NAME, ERR_UNKNOWN_LOG_LEVEL = range(3)

    class LogLevel(Enumeration):
        (
            LOG_LEVEL_NONE,
            LOG_LEVEL_ERR,
            LOG_LEVEL_WARN,
            LOG_LEVEL_INFO,
            LOG_LEVEL_DEBUG,
            LOG_LEVEL_TRACE,
        ) = range(6)

    class LogLevelEntry(Structure):
        ctxName: str = ""
        logLevel: DiagLogSettings.LogLevel = ZERO

    def resetLogLevelsForAllCtxNames(self) -> None: ...
    def getLogLevelsForAllCtxNames(self) -> list[DiagLogSettings.LogLevelEntry]: ...
    def setLogLevelForAllCtxNames(self, logLevel: DiagLogSettings.LogLevel) -> int: ...
    @method("_ret_", "logLevel")
    def getLogLevelByCtxName(self, ctxName: str) -> tuple[int, DiagLogSettings.LogLevel]: ...
    def setLogLevelByCtxName(self, ctxName: str, logLevel: DiagLogSettings.LogLevel) -> int: ...


def download(agent: Agent) -> bytes:
    """The diagnostic data, an archive for the vendor's support: one round trip.

    Set a longer `agent.timeout` if the device needs more time to collect the data.
    """
    return scripts.download(agent, "/cgi-bin/diag-data.cgi")
