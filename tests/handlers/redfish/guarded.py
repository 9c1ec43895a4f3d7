"""A static Redfish service that demands a login: Basic authentication or sessions."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Optional

from .tree import PASSWORD, ROOT, USER, Answer, Request, Tree, unit

SESSIONS = f"{ROOT}/SessionService/Sessions"
BASIC = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


class Guarded(Tree):
    """A service that demands a login, except for the paths in `special`. Its root needs none, but
    refuses a wrong one.

    `basic`: whether Basic login is accepted. `token`: that of a session.
    """

    def __init__(self, basic: bool = True, token: str = "token-7") -> None:
        super().__init__(unit())
        self.demands_login = True
        self.basic = basic
        self.token = token
        # the WWW-Authenticate header of a 401 unless a session was requested
        self.challenge = ""
        self.location = f"{SESSIONS}/7"
        # how many sessions were opened
        self.opened = 0
        # whether the answer has a link to the session
        self.body = True
        # if set, answers a correct login for a session; no session is opened
        self.opening: Optional[Answer] = None

    def answer(self, request: Request) -> Answer:
        """401 without a right login; else a session, its end, or the tree's answer."""
        path = request.path.rstrip("/")
        if request.method == "POST" and path == SESSIONS:
            return self._open(request)
        if path in self.special or not self.demands_login:
            return super().answer(request)
        if not self._is_allowed(path, request.headers):
            challenge = {"WWW-Authenticate": self.challenge} if self.challenge else {}
            return Answer(None, 401, challenge)
        if request.method == "DELETE":
            return Answer(None, 204)
        return super().answer(request)

    def _is_allowed(self, path: str, headers: Mapping[str, str]) -> bool:
        """Whether the login of a request is right; the service root needs none."""
        if "authorization" not in headers and "x-auth-token" not in headers:
            return path == ROOT
        if self.basic and headers.get("authorization") == BASIC:
            return True
        return headers.get("x-auth-token") == self.token

    def _open(self, request: Request) -> Answer:
        """The answer to a login."""
        is_user = json.loads(request.body) == {"UserName": USER, "Password": PASSWORD}
        if not is_user or "authorization" in request.headers:
            return Answer(None, 401)
        if self.opening is not None:
            return self.opening
        self.opened += 1
        session = {"Id": "7"}
        if self.body:
            session["@odata.id"] = f"{SESSIONS}/7"
        headers = {"X-Auth-Token": self.token}
        if self.location:
            headers["Location"] = self.location
        return Answer(session, 201, headers)
