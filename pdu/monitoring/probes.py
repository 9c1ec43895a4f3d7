"""The probes of the exporter: each reads one PDU until a deadline."""

from __future__ import annotations

import functools
import threading
import time
from typing import Optional

from handlers.shared.errors import SettingsError

from ..reading.parts import CallError, Reading, add_brief_nameplate, failed_reading, read_topology
from ..reading.polling import Target, is_silence, poll
from ..reading.reader_pool import HANGS, TOO_MANY_HANG, ReaderPool

# the handler's share of the time that is left, so that a dead PDU's error arrives in time
_OF_HANDLER = 0.8
# share of a probe's time; if less is left, even a healthy PDU may not answer in time
_ENOUGH = 0.5
#: the shortest time of a probe, in s
LEAST_S = 0.2
#: how many probes run at a time, and how many may wait for others to end
PARALLEL, WAITING = 64, 32
_LATE = CallError("timeout", "not done within the scrape's time-out")


def probe(target: Target, seconds: float) -> Reading:
    """Reads the PDU, which may take `seconds`."""
    return poll(
        target,
        _OF_HANDLER * seconds,
        with_labels=True,
        with_power=True,
        parts=(add_brief_nameplate, read_topology),
    )


class Prober:
    """Reads up to PARALLEL PDUs at a time. A reading that is not done in time is left behind."""

    def __init__(self) -> None:
        self._pool = ReaderPool()
        self._slots = threading.Semaphore(PARALLEL)
        self._places = threading.Semaphore(PARALLEL + WAITING)

    @property
    def running(self) -> int:
        """How many probes run now, late ones included."""
        return self._pool.running

    def probe(self, target: Target, seconds: float) -> Optional[Reading]:
        """The reading, or at the end of the `seconds` a failure.

        None if this exporter is too busy: no slot becomes free in time, or the PDU seems not to
        answer and was asked late.
        """
        end = time.monotonic() + seconds
        if not self._places.acquire(blocking=False):
            return None
        try:
            if not self._slots.acquire(timeout=max(0.0, seconds - LEAST_S)):
                return None
            try:
                return self._probe_until(end, target, seconds)
            finally:
                self._slots.release()
        finally:
            self._places.release()

    def _probe_until(self, end: float, target: Target, seconds: float) -> Optional[Reading]:
        """The reading, or a failure at `end` (of time.monotonic()). `seconds`: of the whole probe,
        the wait for a slot included.

        None if this machine is too busy: it has no thread, or too many readings hang, or the PDU
        was silent, and was asked so late that it had too little time to answer.
        """
        remaining_s = end - time.monotonic()
        read_target = functools.partial(probe, seconds=remaining_s)
        try:
            reading = self._pool.read(target, remaining_s, read_target)
        except SettingsError:  # the system allows no more threads
            return None
        if reading.failure == TOO_MANY_HANG:
            return None
        if reading.failure == HANGS:
            reading = failed_reading(_LATE, seconds)
        was_asked_late = remaining_s < _ENOUGH * seconds
        if was_asked_late and is_silence(reading):
            return None
        return reading
