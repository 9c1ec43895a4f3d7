"""Refused forms, kept for the page that a browser is sent to: its reload sends no form again."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping
from typing import NamedTuple, Optional

_KEPT = 40  # limit for memory; the oldest is dropped


class Refused(NamedTuple):
    """Why, with the HTTP status of the page that shows it; and the fields to show again: those of
    the form by name in `given`, handler settings by key in `typed`. Neither has a secret."""

    text: str
    status: int
    given: Mapping[str, str] = {}
    typed: Mapping[str, str] = {}


class Refusals:
    """Thread-safe. Nothing is kept over a restart."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, Refused]] = {}
        self._lock = threading.Lock()

    def keep(self, session: str, refused: Refused) -> str:
        """Returns the key of `of`."""
        key = secrets.token_urlsafe(12)
        with self._lock:
            self._kept[key] = session, refused
            if len(self._kept) > _KEPT:
                del self._kept[next(iter(self._kept))]
        return key

    def of(self, session: str, key: str) -> Optional[Refused]:
        """None if nothing is kept by this key, or for another session."""
        with self._lock:
            owner, refused = self._kept.get(key, ("", None))
        return refused if owner == session else None
