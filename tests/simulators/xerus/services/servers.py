"""/servermon: servers that the unit pings, and whose outlets it can switch."""

from __future__ import annotations

from typing import Any, Optional

from ..objects import Served, Unit
from ..outlet import Outlet

_NO_SUCH_ID, _INVALID, _DUPLICATE, _FULL = 1, 2, 3, 4
_MOST = 8
_WAITING, _REACHABLE, _UNREACHABLE = 0, 1, 2
_UNKNOWN, _ON, _OFF = 0, 1, 2
Json = dict[str, Any]


class ServerMonitor(Served):
    """A server answers unless its host is in `silent`.

    Before its first ping, and while disabled, it is WAITING.
    """

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit, "servermon.ServerMonitor", "servermon", ["/servermon"])
        self.silent: set[str] = set()
        self._settings: dict[int, Json] = {}
        self._since: dict[int, float] = {}

    def addServer(self, settings: Json) -> Json:
        code = self._check(settings, None)
        if not code and len(self._settings) >= _MOST:
            code = _FULL
        if code:
            return {"_ret_": code, "id": 0}
        number = min(set(range(1, _MOST + 1)) - set(self._settings))
        self._keep(number, settings)
        return {"_ret_": 0, "id": number}

    def modifyServer(self, id: int, settings: Json) -> int:
        code = self._check(settings, id) if id in self._settings else _NO_SUCH_ID
        if not code:
            self._keep(id, settings)
        return code

    def deleteServer(self, id: int) -> int:
        return _NO_SUCH_ID if self._settings.pop(id, None) is None else 0

    def getServer(self, id: int) -> Json:
        return {"_ret_": 0 if id in self._settings else _NO_SUCH_ID, "server": self._server(id)}

    def listServers(self) -> dict[int, Optional[Json]]:
        return {number: self._server(number) for number in sorted(self._settings)}

    def powerControl(self, id: int, on: bool) -> int:
        if id not in self._settings:
            return _NO_SUCH_ID
        target = self._target(id)
        return _INVALID if target is None or target.setPowerState(int(on)) else 0

    def _check(self, settings: Json, own: Optional[int]) -> int:
        if not settings["host"] or settings["pingInterval"] <= 0 or settings["failureCount"] <= 0:
            return _INVALID
        hosts = {one["host"] for number, one in self._settings.items() if number != own}
        return _DUPLICATE if settings["host"] in hosts else 0

    def _keep(self, number: int, settings: Json) -> None:
        self._settings[number] = settings
        self._since[number] = self.unit.clockwork.now()

    def _target(self, number: int) -> Optional[Outlet]:
        power = self._settings[number].get("powerSettings") or {}
        target = power.get("target")
        return target if power.get("enabled") and isinstance(target, Outlet) else None

    def _server(self, number: int) -> Optional[Json]:
        settings = self._settings.get(number)
        if settings is None:
            return None
        # A stored password is never returned.
        power = {**(settings.get("powerSettings") or {}), "password": ""}
        return {
            "settings": {**settings, "powerSettings": power},
            "status": self._status(number, settings),
        }

    def _status(self, number: int, settings: Json) -> Json:
        pings = int((self.unit.clockwork.now() - self._since[number]) / settings["pingInterval"])
        if not settings["enabled"] or not pings:
            return {"reachable": _WAITING}
        silent = settings["host"] in self.silent
        target = self._target(number)
        power = _UNKNOWN
        if target is not None:
            power = _ON if target.relay.on else _OFF
        return {
            "reachable": _UNREACHABLE if silent else _REACHABLE,
            "lastRequest": self.unit.clockwork.wall(),
            "lastResponse": 0 if silent else self.unit.clockwork.wall(),
            "requests": pings,
            "responses": 0 if silent else pings,
            "failures": pings if silent else 0,
            "powerState": power,
        }
