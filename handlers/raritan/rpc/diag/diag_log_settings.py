"""The interface diag.DiagLogSettings."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import List, Tuple

from ..idl import declared, Enumeration, Interface, method, Structure


class DiagLogSettings(Interface):
    """How much each part of the firmware writes to the diagnostic log, at `/diag`."""

    idlType = "diag.DiagLogSettings:1.0.0"

    ERR_NONE = 0
    ERR_UNKNOWN_LOG_CONTEXT_NAME = 1
    ERR_UNKNOWN_LOG_LEVEL = 2

    class LogLevel(Enumeration):
        LOG_LEVEL_NONE = 0
        LOG_LEVEL_ERR = 1
        LOG_LEVEL_WARN = 2
        LOG_LEVEL_INFO = 3
        LOG_LEVEL_DEBUG = 4
        LOG_LEVEL_TRACE = 5

    @dataclass(eq=False, repr=False)
    class LogLevelEntry(Structure):
        ctxName: str = ""
        logLevel: DiagLogSettings.LogLevel = field(default_factory=lambda: DiagLogSettings.LogLevel(0))

    @method()
    def resetLogLevelsForAllCtxNames(self) -> None: declared()

    @method()
    def getLogLevelsForAllCtxNames(self) -> List[DiagLogSettings.LogLevelEntry]: declared()

    @method()
    def setLogLevelForAllCtxNames(self, logLevel: DiagLogSettings.LogLevel) -> int: declared()

    @method("_ret_", "logLevel")
    def getLogLevelByCtxName(self, ctxName: str) -> Tuple[int, DiagLogSettings.LogLevel]: declared()

    @method()
    def setLogLevelByCtxName(self, ctxName: str, logLevel: DiagLogSettings.LogLevel) -> int: declared()
