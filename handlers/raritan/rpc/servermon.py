"""Servers that the device monitors. Source: ServerMonitor.idl."""

from __future__ import annotations

from typing import Optional

from . import event, idl
from ._runtime import ZERO, Enumeration, Interface, Structure, Time, method


class ServerMonitor(Interface, version="2.0.1"):
    """Servers that the device pings and can switch off and on, at `/servermon`."""

    ERR_NO_SUCH_ID, ERR_INVALID_SETTINGS, ERR_DUPLICATE_HOSTNAME, ERR_MAX_SERVERS_REACHED = range(
        1, 5
    )

    class ServerPowerCheckMethod(Enumeration):
        TIMER, POWER_DROP = range(2)

    class ServerPowerControlResult(Enumeration):
        (
            NO_ERROR,
            SHUTDOWN_CMD_FAILED,
            SWITCHING_OFF_FAILED,
            SWITCHING_ON_FAILED,
            POWER_CHECK_TIMEOUT,
        ) = range(5)

    class ServerPowerState(Enumeration):
        UNKNOWN, ON, OFF, SHUTTING_DOWN = range(4)

    class ServerReachability(Enumeration):
        WAITING, REACHABLE, UNREACHABLE, ERROR = range(4)

    class Server(Structure):
        settings: ServerMonitor.ServerSettings = ZERO
        status: ServerMonitor.ServerStatus = ZERO

    class ServerPowerSettings(Structure):
        enabled: bool = False
        target: Optional[Interface] = None
        powerCheck: ServerMonitor.ServerPowerCheckMethod = ZERO
        powerThreshold: float = 0.0
        timeout: int = 0
        shutdownCmd: str = ""
        username: str = ""
        password: str = ""
        sshPort: int = 0

    class ServerSettings(Structure):
        host: str = ""
        enabled: bool = False
        pingInterval: int = 0
        retryInterval: int = 0
        activationCount: int = 0
        failureCount: int = 0
        resumeDelay: int = 0
        resumeCount: int = 0
        powerSettings: ServerMonitor.ServerPowerSettings = ZERO

    class ServerStatus(Structure):
        powerState: ServerMonitor.ServerPowerState = ZERO
        lastPowerControlResult: ServerMonitor.ServerPowerControlResult = ZERO
        reachable: ServerMonitor.ServerReachability = ZERO
        lastRequest: Time = ZERO
        lastResponse: Time = ZERO
        requests: int = 0
        responses: int = 0
        failures: int = 0
        resumes: int = 0

    class ServerAddedEvent(event.UserEvent):
        id: int = 0
        settings: ServerMonitor.ServerSettings = ZERO

    class ServerDeletedEvent(event.UserEvent):
        id: int = 0

    class ServerPowerControlCompletedEvent(idl.Event):
        id: int = 0
        host: str = ""
        result: ServerMonitor.ServerPowerControlResult = ZERO

    class ServerPowerControlInitiatedEvent(event.UserEvent):
        id: int = 0
        host: str = ""
        on: bool = False

    class ServerPowerStateEvent(idl.Event):
        id: int = 0
        host: str = ""
        oldPowerState: ServerMonitor.ServerPowerState = ZERO
        newPowerState: ServerMonitor.ServerPowerState = ZERO

    class ServerReachabilityEvent(idl.Event):
        id: int = 0
        host: str = ""
        reachable: ServerMonitor.ServerReachability = ZERO

    class ServerSettingsChangedEvent(event.UserEvent):
        id: int = 0
        oldSettings: ServerMonitor.ServerSettings = ZERO
        newSettings: ServerMonitor.ServerSettings = ZERO

    @method("_ret_", "id")
    def addServer(self, settings: ServerMonitor.ServerSettings) -> tuple[int, int]: ...
    def modifyServer(self, id: int, settings: ServerMonitor.ServerSettings) -> int: ...
    def deleteServer(self, id: int) -> int: ...
    @method("_ret_", "server")
    def getServer(self, id: int) -> tuple[int, ServerMonitor.Server]: ...
    def listServers(self) -> dict[int, ServerMonitor.Server]: ...
    def powerControl(self, id: int, on: bool) -> int: ...
