"""The interface net.Diagnostics."""
from __future__ import annotations

from typing import List, Optional, Tuple

from ..idl import declared, Interface, method


class Diagnostics(Interface):
    """Ping, traceroute and listening sockets as the device sees them, at `/net/diag`."""

    idlType = "net.Diagnostics:2.0.0"

    NO_ERROR = 0
    ERR_INVALID_PARAM = 1
    ERR_EXEC_FAIL = 2
    ERR_TIMEOUT = 3
    ERR_RESOLVE_FAIL = 4

    @method("_ret_", "results")
    def ping(self, hostName: str, count: int, size: Optional[int] = None) -> Tuple[int, List[str]]: declared()

    @method("_ret_", "results")
    def traceRoute(self, hostName: str, timeout: int, useIcmp: bool) -> Tuple[int, List[str]]: declared()

    @method("_ret_", "results")
    def listTcpConnections(self) -> Tuple[int, List[str]]: declared()

    @method("_ret_", "results")
    def listTcpUdpListenSockets(self) -> Tuple[int, List[str]]: declared()

    @method("results")
    def resolveHostName(self, hostName: str) -> List[str]: declared()

    @method()
    def flushRouteCache(self, ifName: str) -> None: declared()
