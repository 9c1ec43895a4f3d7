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
_STOP_SECONDS = 30.0


class Poller:
    """Until `stop`, calls `poll(pdu)` for each of `pdus()` every `seconds`, and `thin()`, to delete
    old records, every half hour.

    A PDU whose poll ends more than `seconds` after it was due misses turns, which `late` counts. No
    PDU is polled twice at once.
    """

    def __init__(
        self,
        pdus: Callable[[], list[Pdu]],
        poll: Callable[[Pdu], None],
        thin: Callable[[], None],
        seconds: float,
        threads: int,
    ) -> None:
        self.seconds, self.late = seconds, 0
        self._pdus, self._poll, self._thin = pdus, poll, thin
        self._due: dict[int, float] = {}
        self._running: dict[int, bool] = {}
        self._wake = threading.Condition()
        self._stopped = self._starved = False
        self._pool = ThreadPoolExecutor(threads, "poll")
        self._thread = threading.Thread(target=self._run, name="poller", daemon=True)
        self._thread.start()

    def forget(self, pdu: int) -> None:
        """Plans no more polls of a removed PDU; a poll in progress goes on."""
        with self._wake:
            self._due.pop(pdu, None)

    def soon(self, pdu: Pdu, after: float = 0.0) -> None:
        """Makes a poll of this PDU due now, or `after` some seconds; a running one ends first."""
        with self._wake:
            self._due[pdu.id] = time.monotonic() + after
            self._wake.notify()

    def stop(self) -> None:
        """Ends the timer, and waits for polls in progress."""
        with self._wake:
            self._stopped = True
            self._wake.notify()
        self._thread.join(_STOP_SECONDS)
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _run(self) -> None:
        thinned = time.monotonic()
        while True:
            with self._wake:
                if self._stopped:
                    return
                now = time.monotonic()
                pdus = self._pdus()
                for pdu in pdus:
                    if self._due.setdefault(pdu.id, now) <= now and not self._running.get(pdu.id):
                        self._running[pdu.id] = True
                        self._submit(self._turn, pdu)
                if now - thinned >= _THIN_SECONDS:
                    thinned = now
                    self._submit(self._guarded, self._thin)
                if self._starved:
                    self._submit(int)
                waiting = [self._due[pdu.id] for pdu in pdus if not self._running.get(pdu.id)]
                self._wake.wait(max(0.0, min([*waiting, now + 1.0]) - now))

    def _submit(self, work: Callable[..., object], *arguments: object) -> None:
        """Gives work to the pool.

        If the system refuses a thread, the work stays queued until the pool has a free one.
        """
        try:
            self._pool.submit(work, *arguments)
            self._starved = False
        except RuntimeError:
            if not self._starved:
                _LOG.exception("polls wait for a thread")
            self._starved = True

    def _turn(self, pdu: Pdu) -> None:
        with self._wake:
            began = self._due.get(pdu.id)
        if began is not None:  # None after `forget`
            self._guarded(lambda: self._poll(pdu))
        with self._wake:
            now = time.monotonic()
            # False after `forget` or `soon`
            if began is not None and self._due.get(pdu.id) == began:
                missed = max(0, int((now - began) // self.seconds))
                self.late += missed
                self._due[pdu.id] = began + (missed + 1) * self.seconds
            self._running[pdu.id] = False
            self._wake.notify()

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception:
            if not self._stopped:  # the stop itself may cause an error
                _LOG.exception("an error in a poll or in thinning; polling continues")
