"""Basic login and sessions of one account. Source: DSP0266, "Authentication"; Session v1.8.0."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from email.message import Message
from typing import Any, Optional

from .errors import Refusal
from .model import Model

SESSIONS = "/redfish/v1/SessionService/Sessions"
SESSION_TIMEOUT_S = 300


@dataclass
class Session:
    id: str
    token: str
    user: str

    def body(self) -> dict[str, Any]:
        return {
            "@odata.id": f"{SESSIONS}/{self.id}",
            "@odata.type": "#Session.v1_8_0.Session",
            "Id": self.id,
            "Name": "User session",
            "UserName": self.user,
            "Password": None,
            "SessionType": "Redfish",
        }


class Access:
    """The login of a service, and its open sessions by id. `session_count`: of all until now."""

    def __init__(self, model: Model, user: str, password: str) -> None:
        self._model = model
        self.user = user
        self.password = password
        self.sessions: dict[str, Session] = {}
        self.session_count = 0

    def check(self, headers: Message) -> None:
        """Raises Refusal for a request without a valid login."""
        token = headers.get("X-Auth-Token")
        if token is not None:
            known = any(session.token == token for session in self.sessions.values())
        else:
            basic = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
            known = self._model.login != "session" and headers["Authorization"] == f"Basic {basic}"
        if not known:
            raise self._denied()

    def log_in(self, user: Any, password: Any) -> Session:
        if (user, password) != (self.user, self.password):
            raise self._denied()
        self.session_count += 1
        session = Session(str(self.session_count), secrets.token_hex(16), user)
        self.sessions[session.id] = session
        return session

    def find(self, path: str) -> Optional[Session]:
        return self.sessions.get(path.removeprefix(f"{SESSIONS}/"))

    def _denied(self) -> Refusal:
        offered = (("WWW-Authenticate", 'Basic realm="Redfish"'),)
        return Refusal(
            401, "NoValidSession", headers=offered if self._model.login != "session" else ()
        )
