"""Lua scripts that the device runs itself. Source: LuaService.idl."""

from __future__ import annotations

from ._runtime import ZERO, Enumeration, Interface, Structure, method


class ScriptState(Structure):
    class ExecState(Enumeration):
        STAT_NEW, STAT_RUNNING, STAT_TERMINATED, STAT_RESTARTING = range(4)

    class ExitType(Enumeration):
        EXIT_CODE, SIGNAL = range(2)

    execState: ScriptState.ExecState = ZERO
    exitType: ScriptState.ExitType = ZERO
    exitStatus: int = 0


class ScriptOptions(Structure):
    defaultArgs: dict[str, str] = ZERO
    autoStart: bool = False
    autoRestart: bool = False


class Environment(Structure):
    maxScriptMemoryGrowth: int = 0
    maxAmountOfScripts: int = 0
    amountOfScripts: int = 0
    maxScriptSize: int = 0
    maxAllScriptSize: int = 0
    allScriptSize: int = 0
    outputBufferSize: int = 0
    restartInterval: int = 0
    autoStartDelay: int = 0


class Manager(Interface, version="2.0.1"):
    """Stores, starts and stops scripts, and reads their output; at `/luaservice`."""

    NO_ERROR = 0
    ERR_INVALID_NAME = 1
    ERR_NO_SUCH_SCRIPT = 2
    ERR_MAX_SCRIPT_NUMBERS_EXCEEDED = 3
    ERR_MAX_SCRIPT_SIZE_EXCEEDED = 4
    ERR_MAX_ALL_SCRIPT_SIZE_EXCEEDED = 5
    ERR_NOT_TERMINATED = 6
    ERR_NOT_RUNNING = 7
    ERR_INVALID_ADDR = 8
    ERR_TOO_MANY_ARGUMENTS = 10
    ERR_ARGUMENT_NOT_VALID = 11

    def setScript(self, name: str, script: str, options: ScriptOptions) -> int: ...
    @method("_ret_", "script")
    def getScript(self, name: str) -> tuple[int, str]: ...
    def getScriptNames(self) -> list[str]: ...
    def deleteScript(self, name: str) -> int: ...
    def setScriptOptions(self, name: str, options: ScriptOptions) -> int: ...
    @method("_ret_", "options")
    def getScriptOptions(self, name: str) -> tuple[int, ScriptOptions]: ...
    def getEnvironment(self) -> Environment: ...
    @method("_ret_", "oAddr", "nAddr", "oString", "more")
    def getScriptOutput(self, name: str, iAddr: int) -> tuple[int, int, int, str, bool]: ...
    def clearScriptOutput(self, name: str) -> int: ...
    def startScript(self, name: str) -> int: ...
    def startScriptWithArgs(self, name: str, arguments: dict[str, str]) -> int: ...
    def terminateScript(self, name: str) -> int: ...
    @method("_ret_", "state")
    def getScriptState(self, name: str) -> tuple[int, ScriptState]: ...
    def getScriptStates(self) -> dict[str, ScriptState]: ...
