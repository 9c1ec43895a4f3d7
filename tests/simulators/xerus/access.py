"""Basic login and sessions. Source: SessionManager.idl, and the vendor's SDK 3.3 to 4.4."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Optional

from ..clockwork import Clockwork
from .jsonrpc import Caller

SESSION_TIMEOUT = 600  # seconds
LOGOUT = 0  # CloseReason


@dataclass
class Session:
    number: int
    token: str
    user: str
    address: str
    created: int
    used: float
    client: str


class Access:
    """The logins of a simulated PDU: passwords by user, and open sessions by token.

    `single_login`: a user with an open session cannot open another. `refuse_all`: every login and
    token is refused, even a correct one.
    """

    def __init__(self, clockwork: Clockwork, passwords: Mapping[str, str]) -> None:
        """`passwords`: by user. Neither `single_login` nor `refuse_all` is set at first."""
        self._clockwork = clockwork
        self._passwords = passwords
        self.sessions: dict[str, Session] = {}
        self.single_login = False
        self.refuse_all = False
        self._session_count = 0

    def caller(self, headers: Mapping[str, str], address: str) -> Optional[Caller]:
        """The sender of a request with these headers; None without an accepted login or token."""
        now = self._clockwork.now()
        client = headers.get("X-Client-Type", "")
        for session in list(self.sessions.values()):
            if now - session.used >= SESSION_TIMEOUT:
                self.close(session)
        token = headers.get("X-SessionToken")
        if self.refuse_all or (token is not None and token not in self.sessions):
            return None
        if token is not None:
            self.sessions[token].used = now
            return Caller(self.sessions[token].user, token, address, client)
        user, _, password = _basic(headers.get("Authorization", "")).partition(":")
        is_known = user in self._passwords and self._passwords[user] == password
        return Caller(user, None, address, client) if is_known else None

    def open(self, caller: Caller) -> Optional[Session]:
        """Opens a session; None if `single_login` is set and the user already has one."""
        users = [session.user for session in self.sessions.values()]
        if self.single_login and caller.user in users:
            return None
        self._session_count += 1
        session = Session(
            self._session_count,
            secrets.token_hex(16),
            caller.user,
            caller.address,
            self._clockwork.wall(),
            self._clockwork.now(),
            caller.client,
        )
        self.sessions[session.token] = session
        return session

    def close(self, session: Session) -> None:
        self.sessions.pop(session.token, None)


def _basic(header: str) -> str:
    """User, colon and password; empty if the header cannot be read.

    The vendor's SDK 3.3 to 3.5 writes "Basic:" without a space.
    """
    login = re.match("Basic[ :](.*)", header)
    if login is None:
        return ""
    try:
        return base64.b64decode(login[1], validate=True).decode("utf-8")
    except ValueError:  # not ASCII, not base64, or not UTF-8
        return ""
