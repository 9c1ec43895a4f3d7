"""Polls PDUs on a timer, each on a thread of a pool."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Callable

from .records import Pdu

_LOG = logging.getLogger(__name__)
_THIN_SECONDS = 1800.0
_TICK_SECONDS = 0.2
_STOP_SECONDS = 30.0


class Poller:
    """Until `stop`, calls `poll(pdu)` for each of `pdus()` every `seconds`, and `thin()`, to delete
    old records, every half hour. No PDU is polled twice at once.
    """

    def __init__(
        self,
        pdus: Callable[[], list[Pdu]],
        poll: Callable[[Pdu], None],
        thin: Callable[[], None],
        seconds: float,
        threads: int,
    ) -> None:
        self._pdus = pdus
        self._poll = poll
        self._thin = thin
        self._seconds = seconds
        # id of a PDU → monotonic time of its next poll
        self._due: dict[int, float] = {}
        self._running: set[int] = set()
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._pool = ThreadPoolExecutor(threads, "poll")
        self._thread = threading.Thread(target=self._run, name="poller", daemon=True)
        self._thread.start()

    def soon(self, pdu: Pdu) -> None:
        """Makes a poll of this PDU due now; a running one ends first."""
        with self._lock:
            self._due[pdu.id] = 0.0

    def stop(self) -> None:
        """Ends the timer, and waits for polls in progress."""
        self._stopped.set()
        self._thread.join(_STOP_SECONDS)
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _run(self) -> None:
        thinned = time.monotonic()
        while not self._stopped.wait(_TICK_SECONDS):
            now = time.monotonic()
            if now - thinned >= _THIN_SECONDS:
                thinned = now
                self._pool.submit(self._guarded, self._thin)
            for pdu in self._pdus():
                with self._lock:
                    if pdu.id in self._running or self._due.get(pdu.id, 0.0) > now:
                        continue
                    self._running.add(pdu.id)
                    self._due[pdu.id] = now + self._seconds
                self._pool.submit(self._turn, pdu)

    def _turn(self, pdu: Pdu) -> None:
        self._guarded(self._poll, pdu)
        with self._lock:
            self._running.discard(pdu.id)

    def _guarded(self, work: Callable[..., None], *arguments: object) -> None:
        try:
            work(*arguments)
        except Exception:
            if not self._stopped.is_set():  # the stop itself may cause an error
                _LOG.exception("an error in a poll or in thinning; polling continues")
