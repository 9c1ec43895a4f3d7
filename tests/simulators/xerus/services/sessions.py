"""Sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

from ..access import LOGOUT, SESSION_TIMEOUT, Session
from ..objects import Served, Unit

if TYPE_CHECKING:
    from ..device import XerusPdu

_EXCLUSIVE = 1
Json = dict[str, Any]


class SessionManager(Served):
    def __init__(self, unit: Unit, device: XerusPdu) -> None:
        super().__init__(unit, "session.SessionManager", "session", ["/session"])
        self._device = device
        self._access = device.access

    def newSession(self) -> Json:
        session = self._access.open(self._device.caller)
        if session is None:
            return {"_ret_": _EXCLUSIVE, "session": None, "token": ""}
        return {"_ret_": 0, "session": self._shown(session), "token": session.token}

    def getCurrentSession(self) -> Optional[Json]:
        session = self._current()
        return self._shown(session) if session else None

    def getSessions(self) -> list[Json]:
        return [self._shown(session) for session in self._access.sessions.values()]

    def closeSession(self, sessionId: int, reason: int) -> None:
        for session in list(self._access.sessions.values()):
            if session.number == sessionId:
                self._access.close(session)

    def closeCurrentSession(self, reason: int = LOGOUT) -> None:
        session = self._current()
        if session:
            self._access.close(session)

    def touchCurrentSession(self, userActivity: bool) -> None:
        """Does nothing: the request itself has refreshed the session."""

    def _current(self) -> Optional[Session]:
        return self._access.sessions.get(self._device.caller.token or "")

    def _shown(self, session: Session) -> Json:
        idle = int(self.unit.clockwork.now() - session.used)
        return {
            "sessionId": session.number,
            "username": session.user,
            "remoteIp": session.address,
            "clientType": session.client,
            "creationTime": session.created,
            "timeout": SESSION_TIMEOUT,
            "idle": idle,
            "userIdle": idle,
        }
