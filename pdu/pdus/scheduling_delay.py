"""How late this process runs: what a device waits because of us is not the device's silence."""

from __future__ import annotations

import collections
import math
import threading
import time
from typing import Callable, NamedTuple

#: seconds between two heartbeats
BEAT_S = 0.05
_SLIGHT_S = 0.02  # shorter delays are usual, and not kept
_KEPT = 8192  # delays: seven minutes in which each heartbeat is late


class SchedulingDelay(NamedTuple):
    """The delays of this process while something was read, in seconds."""

    longest: float
    together: float


class Heartbeat:
    """Measures how late this process runs: a thread that sleeps for BEAT_S wakes later if the
    machine or the other threads leave it no time.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._late: collections.deque[tuple[float, float]] = collections.deque(maxlen=_KEPT)
        # without a thread of its own nothing is known of delays
        self._slept = math.inf

    def start(self, beat: Callable[[float], None]) -> None:
        """Call `beat` with each delay, in a new thread. Raises RuntimeError if none can start."""

        def run() -> None:
            while True:
                beat(self.beat())

        threading.Thread(target=run, name="heartbeat", daemon=True).start()

    def beat(self) -> float:
        """Sleep once. Returns how late the sleep ended."""
        self._slept = self._clock()
        self._sleep(BEAT_S)
        now = self._clock()
        late = now - self._slept - BEAT_S
        self._slept = now
        if late > _SLIGHT_S:
            self._late.append((now, late))
        return late

    def delay_since(self, begin: float) -> SchedulingDelay:
        """The delays since `begin`, a time of the clock, with the one that may last now."""
        now = max(self._clock() - self._slept - BEAT_S, 0.0)
        longest, together = now, now
        for when, late in reversed(tuple(self._late)):
            if when < begin:
                break
            longest, together = max(longest, late), together + late
        return SchedulingDelay(longest, together)
