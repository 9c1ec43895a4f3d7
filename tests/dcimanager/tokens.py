"""Tokens of administrators who logged in, for the API and for the page.

The database holds a token's hash, not the token.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections import deque

from .database import Database

_TRIES, _TRIES_SECONDS = 10, 60.0


class Tokens:
    """A token is valid for `seconds`, unless it is revoked before."""

    def __init__(self, database: Database, seconds: float) -> None:
        self._db, self.seconds = database, seconds

    def issue(self) -> str:
        token = secrets.token_urlsafe(32)
        with self._db.writing() as connection:
            connection.execute("DELETE FROM token WHERE ends <= ?", (time.time(),))
            connection.execute(
                "INSERT INTO token VALUES (?, ?)", (_hash(token), time.time() + self.seconds)
            )
        return token

    def valid(self, token: str) -> bool:
        return bool(
            token
            and self._db.rows(
                "SELECT 1 FROM token WHERE hash = ? AND ends > ?", (_hash(token), time.time())
            )
        )

    def revoke(self, token: str) -> None:
        self._db.write("DELETE FROM token WHERE hash = ?", (_hash(token),))


class Tries:
    """Counts wrong passwords, on the page and in the API together; `too_many`: ten in the last
    minute, from all clients.
    """

    def __init__(self) -> None:
        self._failed: deque[float] = deque(maxlen=_TRIES)
        self._lock = threading.Lock()

    def too_many(self) -> bool:
        with self._lock:
            return (
                len(self._failed) == _TRIES and time.monotonic() - self._failed[0] < _TRIES_SECONDS
            )

    def failed(self) -> None:
        with self._lock:
            self._failed.append(time.monotonic())


def proof(token: str) -> str:
    """The CSRF token in a session's pages, made from its `token`.

    Before the login, `token` is "" and the result is constant.
    """
    return hmac.new(token.encode(), b"form", hashlib.sha256).hexdigest()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
