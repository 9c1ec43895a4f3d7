"""Time inside a simulator. Due actions run at the next `settle`, so they need no thread."""

from __future__ import annotations

import heapq
import itertools
import time
from typing import Callable, Optional

Action = Callable[[], None]


class Clockwork:
    """A queue of actions on a monotonic clock, in seconds. `settle` runs the due ones, in order of
    time.

    `settle` calls the functions in `elapse` with the seconds since the last call, so that counters
    can run. After each action, and once more before it returns, `settle` calls `look`, which runs
    the `watchers` to find changes.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = clock()
        self._wall = time.time()
        self._settled = 0.0
        self._acting: Optional[float] = None
        self._due: list[tuple[float, int, Action]] = []
        self._count = itertools.count()
        self.elapse: list[Callable[[float], None]] = []
        self.watchers: list[Action] = []

    def now(self) -> float:
        """Seconds since the start.

        During an action, the time at which it was due: `settle` may run it later.
        """
        return self._clock() - self._began if self._acting is None else self._acting

    def wall(self) -> int:
        """Seconds since 1970, at the speed of the clock."""
        return int(self._wall + self.now())

    def at(self, due: float, action: Action) -> None:
        heapq.heappush(self._due, (due, next(self._count), action))

    def after(self, seconds: float, action: Action) -> None:
        """Makes the action due in `seconds`; runs it at once if `seconds` is not above 0."""
        if seconds <= 0:
            action()
        else:
            self.at(self.now() + seconds, action)

    def settle(self) -> None:
        """Run the actions that are due, each at its own time."""
        until = self.now()
        while self._due and self._due[0][0] <= until:
            due, _, action = heapq.heappop(self._due)
            self._pass(due)
            self._acting = due
            try:
                action()
                self.look()
            finally:
                self._acting = None
        self._pass(until)
        self.look()

    def look(self) -> None:
        for watcher in self.watchers:
            watcher()

    def _pass(self, until: float) -> None:
        stretch, self._settled = until - self._settled, max(until, self._settled)
        if stretch > 0:
            for listener in self.elapse:
                listener(stretch)


class ManualClock:
    """A clock that a test moves by hand, in seconds."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now
