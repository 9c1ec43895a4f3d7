"""/servermon: servers that the unit pings.

Source: ServerMonitor.idl 2.0.2, and the vendor's page on the client binding (listServers).
"""

from __future__ import annotations

from typing import Any

from ..objects import Served, Unit

_REACHABLE = 1
Json = dict[str, Any]


class ServerMonitor(Served):
    """It monitors one server, which answers."""

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit, "servermon.ServerMonitor", "servermon", ["/servermon"])

    def listServers(self) -> dict[int, Json]:
        return {1: {"settings": {"host": "192.0.2.1"}, "status": {"reachable": _REACHABLE}}}
