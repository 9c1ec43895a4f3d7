"""Basic login, sessions and the rights of each account.

Source: DSP0266, "Authentication"; Session v1.8.0.
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from email.message import Message
from typing import Any, NamedTuple, Optional

from ..clockwork import Clockwork
from .errors import Refusal
from .model import Model

SESSIONS = "/redfish/v1/SessionService/Sessions"
SESSION_TIMEOUT_S = 300


class Account(NamedTuple):
    password: str
    role: str  # "Administrator" or "ReadOnly"

    @property
    def may_write(self) -> bool:
        return self.role == "Administrator"


@dataclass
class Session:
    id: str
    token: str
    user: str
    used: float  # start of the session's timeout, by Clockwork.now

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
    """Accounts by name, and sessions by id. `opened` counts the sessions opened since the start."""

    def __init__(self, model: Model, clockwork: Clockwork) -> None:
        self._model, self._clockwork = model, clockwork
        self.accounts: dict[str, Account] = {}
        self.sessions: dict[str, Session] = {}
        self.opened = 0

    def account(self, headers: Message) -> Account:
        """The account of a request with these headers; restarts its session's timeout.

        Raises Refusal without a valid login.
        """
        token = headers.get("X-Auth-Token")
        if token is not None:
            session = next(
                (
                    one
                    for one in self.open()
                    if secrets.compare_digest(one.token.encode(), token.encode())
                ),
                None,
            )
            if session is None:
                raise self._denied()
            session.used = self._clockwork.now()
            return self.accounts[session.user]
        if self._model.login == "session":
            raise self._denied()
        return self._known(*_basic(headers.get("Authorization", "")))

    def log_in(self, user: Any, password: Any) -> Session:
        for name, value in (("UserName", user), ("Password", password)):
            if value is None:
                raise Refusal(400, "PropertyMissing", name)
            if not isinstance(value, str):
                raise Refusal(400, "PropertyValueTypeError", "", name)
        self._known(user, password)
        if len(self.open()) >= self._model.most_sessions:
            raise Refusal(503, "SessionLimitExceeded")
        self.opened += 1
        session = Session(str(self.opened), secrets.token_hex(16), user, self._clockwork.now())
        self.sessions[session.id] = session
        return session

    def open(self) -> list[Session]:
        """Forgets the sessions that have timed out, and returns the others."""
        oldest = self._clockwork.now() - SESSION_TIMEOUT_S
        for session in [one for one in self.sessions.values() if one.used < oldest]:
            del self.sessions[session.id]
        return list(self.sessions.values())

    def find(self, path: str) -> Optional[Session]:
        return next((one for one in self.open() if f"{SESSIONS}/{one.id}" == path), None)

    def _known(self, user: str, password: str) -> Account:
        account = self.accounts.get(user)
        if account is None or not secrets.compare_digest(
            account.password.encode(), password.encode("utf-8", "surrogatepass")
        ):
            raise self._denied()
        return account

    def _denied(self) -> Refusal:
        offered = (
            (("WWW-Authenticate", 'Basic realm="Redfish"'),)
            if self._model.login != "session"
            else ()
        )
        return Refusal(401, "NoValidSession", headers=offered)


def _basic(header: str) -> tuple[str, str]:
    kind, _, given = header.partition(" ")
    if kind.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(given, validate=True).decode("utf-8").partition(":")
    except ValueError:  # not ASCII, not base64 or not UTF-8
        return "", ""
    return user, password
