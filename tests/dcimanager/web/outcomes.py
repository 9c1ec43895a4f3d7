"""The last command on each outlet or server, and how it ended, for the page's rows."""

from __future__ import annotations

import threading
import time
from collections.abc import Hashable
from typing import NamedTuple, Optional

# Nothing was switched after NOT_DONE; after UNCERTAIN it may have been. ENDED_EARLY: a power command
# after some of its steps.
DONE, NOT_DONE, UNCERTAIN, ENDED_EARLY = "Done", "Not done", "Not certain", "Ended early"
_SHOWN_SECONDS = 600.0
_KEPT = 1000  # limit for memory; the oldest is dropped


class Outcome(NamedTuple):
    """`head` is one of the words above. `wanted` is the state asked for, UP or DOWN, or "" for a
    server. `at` is in seconds since 1970."""

    at: float
    head: str
    text: str
    wanted: str = ""

    @property
    def good(self) -> bool:
        """Whether the command did what was asked."""
        return self.head == DONE


class Outcomes:
    """Thread-safe. Nothing is kept over a restart; the log keeps the calls themselves."""

    def __init__(self) -> None:
        self._outcomes: dict[Hashable, Outcome] = {}
        self._lock = threading.Lock()

    def note(self, key: Hashable, head: str, text: str, wanted: str = "") -> Outcome:
        """Replaces the outcome of an earlier command with this key."""
        outcome = Outcome(time.time(), head, text, wanted)
        with self._lock:
            self._outcomes.pop(key, None)
            self._outcomes[key] = outcome
            if len(self._outcomes) > _KEPT:
                del self._outcomes[next(iter(self._outcomes))]
        return outcome

    def of(self, key: Hashable) -> Optional[Outcome]:
        """The outcome of the last command, None without a command in the last ten minutes."""
        with self._lock:
            found = self._outcomes.get(key)
        return found if found and time.time() - found.at < _SHOWN_SECONDS else None
