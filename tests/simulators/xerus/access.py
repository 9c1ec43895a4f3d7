"""Basic login and sessions."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Optional

from ..clockwork import Clockwork
from .jsonrpc import Caller

SESSION_TIMEOUT = 600  # seconds
LOGOUT = 0  # CloseReason of SessionManager.idl


@dataclass
class Account:
    password: str
    may_write: bool = True


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
    """Accounts by name, open sessions by token, and closed sessions in `history`.

    `single_login`: a user with an open session cannot open another. `refuse_all`: every login and
    token is refused, even a correct one.
    """

    def __init__(self, clockwork: Clockwork) -> None:
        self._clockwork = clockwork
        self.accounts: dict[str, Account] = {}
        self.sessions: dict[str, Session] = {}
        self.history: list[Session] = []
        self.single_login = False
        self.refuse_all = False
        self._count = 0

    def caller(self, headers: Mapping[str, str], address: str) -> Optional[Caller]:
        """The sender of a request with these headers; None without an accepted login or token."""
        self._close_idle()
        if self.refuse_all:
            return None
        token = headers.get("X-SessionToken")
        if token is not None:
            session = self._session(token)
            return self._known(session.user, token, headers, address) if session else None
        user, password = _basic(headers.get("Authorization", ""))
        account = self.accounts.get(user)
        if account is None or not secrets.compare_digest(
            account.password.encode(), password.encode()
        ):
            return None
        return self._known(user, None, headers, address)

    def _known(
        self, user: str, token: Optional[str], headers: Mapping[str, str], address: str
    ) -> Optional[Caller]:
        account = self.accounts.get(user)
        if account is None:
            return None
        return Caller(user, account.may_write, token, address, headers.get("X-Client-Type", ""))

    def _session(self, token: str) -> Optional[Session]:
        session = self.sessions.get(token)
        if session is not None:
            session.used = self._clockwork.now()
        return session

    def _close_idle(self) -> None:
        for session in list(self.sessions.values()):
            if self._clockwork.now() - session.used >= SESSION_TIMEOUT:
                self.close(session)

    def open(self, caller: Caller) -> Optional[Session]:
        """Opens a session; None if `single_login` is set and the user already has one."""
        if self.single_login and any(
            session.user == caller.user for session in self.sessions.values()
        ):
            return None
        self._count += 1
        session = Session(
            self._count,
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
        self.history.append(session)


def _basic(header: str) -> tuple[str, str]:
    """User and password; two empty texts if the header cannot be read.

    The vendor's SDK 3.3 to 3.5 writes "Basic:" without a space.
    """
    for start in ("Basic ", "Basic:"):
        if header.startswith(start):
            try:
                user, colon, password = (
                    base64.b64decode(header[len(start) :], validate=True)
                    .decode("utf-8")
                    .partition(":")
                )
            except ValueError:  # not ASCII, not base64, or not UTF-8
                return "", ""
            return (user, password) if colon else ("", "")
    return "", ""
