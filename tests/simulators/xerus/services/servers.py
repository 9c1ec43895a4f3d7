"""/servermon: servers that the unit pings.

Source: ServerMonitor.idl 2.0.2, and the vendor's page on the client binding (listServers).
"""

from __future__ import annotations

from typing import Any

from ..objects import Served, Unit

_REACHABLE = 1
Json = dict[str, Any]


class ServerMonitor(Served):
    """Each server answers."""

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit, "servermon.ServerMonitor", "servermon", ["/servermon"])
        self._servers: dict[int, Json] = {}

    def addServer(self, settings: Json) -> Json:
        number = len(self._servers) + 1
        self._servers[number] = {"settings": settings, "status": {"reachable": _REACHABLE}}
        return {"_ret_": 0, "id": number}

    def listServers(self) -> dict[int, Json]:
        return self._servers
