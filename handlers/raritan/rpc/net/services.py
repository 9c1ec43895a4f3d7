"""Services, diagnosis and port forwarding.

Source: Services.idl, Diagnostics.idl, PortForwardingAutoSetup.idl.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Optional

from .. import idl
from .._runtime import ZERO, Enumeration, Interface, Structure, Time, method


class PortForwardingAutoSetupExpansionUnitState(Enumeration):
    (
        PF_AUTO_SETUP_UNIT_ALREADY_EXISTS,
        PF_AUTO_SETUP_UNIT_PENDING,
        PF_AUTO_SETUP_UNIT_ADDED,
        PF_AUTO_SETUP_UNIT_ERROR,
    ) = range(4)


class PortForwardingAutoSetupRunningState(Enumeration):
    (
        PF_AUTO_SETUP_NONE,
        PF_AUTO_SETUP_RUNNING,
        PF_AUTO_SETUP_CANCELED,
        PF_AUTO_SETUP_FINISHED_WITH_ERROR,
        PF_AUTO_SETUP_FINISHED_SUCCESSFULLY,
    ) = range(5)


class PortForwardingAutoSetupExpansionUnit(Structure):
    state: PortForwardingAutoSetupExpansionUnitState = ZERO
    errMsg: str = ""


class PortForwardingAutoSetupStatus(Structure):
    startTime: Time = ZERO
    remainingExpansionUnits: int = 0
    runningState: PortForwardingAutoSetupRunningState = ZERO
    expansionUnits: dict[int, PortForwardingAutoSetupExpansionUnit] = ZERO


class ServiceSettings(Structure):
    service: str = ""
    enable: bool = False
    port: int = 0


class PortForwardingAutoSetupStatusChangedEvent(idl.Event, version="1.0.0"):
    newStatus: PortForwardingAutoSetupStatus = ZERO


class Services(Interface, version="1.0.0"):
    ERR_INVALID_PARAMS = 1

    @method("servicesSettings")
    def getSettings(self) -> list[ServiceSettings]: ...
    def setSettings(self, servicesSettings: list[ServiceSettings]) -> int: ...


class Diagnostics(Interface, version="2.0.0"):
    """Network diagnosis, at `/net/diag`."""

    NO_ERROR, ERR_INVALID_PARAM, ERR_EXEC_FAIL, ERR_TIMEOUT, ERR_RESOLVE_FAIL = range(5)

    @method("_ret_", "results")
    def ping(
        self, hostName: str, count: int, size: Optional[int] = None
    ) -> tuple[int, list[str]]: ...
    @method("_ret_", "results")
    def traceRoute(self, hostName: str, timeout: int, useIcmp: bool) -> tuple[int, list[str]]: ...
    @method("_ret_", "results")
    def listTcpConnections(self) -> tuple[int, list[str]]: ...
    @method("_ret_", "results")
    def listTcpUdpListenSockets(self) -> tuple[int, list[str]]: ...
    @method("results")
    def resolveHostName(self, hostName: str) -> list[str]: ...
    def flushRouteCache(self, ifName: str) -> None: ...


class PortForwardingAutoSetup(Interface, version="1.0.0"):
    """Sets up a port-forwarding cascade from the primary unit."""

    (
        SUCCESS,
        ERR_PF_AUTO_SETUP_NOT_A_PRIMARY_UNIT,
        ERR_PF_AUTO_SETUP_ALREADY_RUNNING,
        ERR_PF_AUTO_SETUP_INVALID_PARAM,
    ) = range(4)

    def start(
        self,
        numberOfExpansionUnits: int,
        username: str,
        password: str,
        newPassword: str,
        disableStrongPasswordReq: bool,
    ) -> int: ...
    def getStatus(self) -> PortForwardingAutoSetupStatus: ...
    def cancel(self) -> None: ...


FORWARDED_PORTS: Mapping[str, int] = {
    "https": 50000,
    "http": 50100,
    "ssh": 50200,
    "telnet": 50300,
    "snmp": 50500,
    "modbus": 50600,
}  # snmp over UDP, the others over TCP
HIGHEST_POSITION = 31


def forwarded_port(position: int, service: str = "https") -> int:
    """The port of a service at the primary unit's address. Position 0 is the primary unit, 1 to 31
    are expansion units.

    Raises ValueError for an unknown service or position.
    """
    if service not in FORWARDED_PORTS or not 0 <= position <= HIGHEST_POSITION:
        services = ", ".join(FORWARDED_PORTS)
        raise ValueError(
            f"service {service!r}, position {position}: give one of {services}, and a position from"
            f" 0 to {HIGHEST_POSITION}"
        )
    return FORWARDED_PORTS[service] + position
