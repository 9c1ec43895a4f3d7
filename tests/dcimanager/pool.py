"""Worker processes for many PDUs: one for each PDU while there are few PDUs, else shared by the
PDUs of a handler.

A process makes one call at a time, so only that call fails if the handler hangs or crashes.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Optional

from .worker import Job, Start, Worker


class Key(NamedTuple):
    """The version of a handler that a process runs."""

    handler: str
    version: int


class _Slot:
    def __init__(self, key: Key, pdu: int, worker: Worker) -> None:
        self.key, self.pdu, self.worker = key, pdu, worker
        self.busy, self.stale, self.used = True, False, time.monotonic()


class Pool:
    """A pool of at most `most` workers; `folder` is the current directory of their processes."""

    def __init__(self, folder: Path, most: int, start: Optional[Start] = None) -> None:
        self._folder, self._most, self._start = folder, most, start
        self._slots: list[_Slot] = []
        self._changed = threading.Condition()
        self._closed = False

    @contextlib.contextmanager
    def worker(self, key: Key, pdu: int, job: Job) -> Iterator[Worker]:
        """A process for one call; waits while all are busy.

        After `close`, a worker that refuses each call.
        """
        slot = self._take(key, pdu, job)
        try:
            yield slot.worker
        finally:
            with self._changed:
                slot.busy, slot.used = False, time.monotonic()
                drop = slot.stale and slot in self._slots
                if drop:
                    self._slots.remove(slot)
                self._changed.notify_all()
            if drop:
                slot.worker.close()

    def retire(self, handler: str) -> None:
        """Ends the processes of a handler that was replaced or removed; busy processes end after
        their call.
        """
        with self._changed:
            mine = [slot for slot in self._slots if slot.key.handler == handler]
            for slot in mine:
                slot.stale = True
            idle = [slot for slot in mine if not slot.busy]
            self._slots = [slot for slot in self._slots if slot not in idle]
            self._changed.notify_all()
        for slot in idle:
            slot.worker.close()

    def close(self) -> None:
        """End every process, even in the middle of a call; may be called twice."""
        with self._changed:
            self._closed = True
            slots, self._slots = self._slots, []
            self._changed.notify_all()
        for slot in slots:
            slot.worker.close()

    def pids(self) -> list[int]:
        with self._changed:
            return [slot.worker.pid for slot in self._slots if slot.worker.pid is not None]

    def _take(self, key: Key, pdu: int, job: Job) -> _Slot:
        closing: Optional[_Slot] = None
        with self._changed:
            while True:
                slot, closing = self._found(key, pdu, job)
                if slot is not None:
                    break
                self._changed.wait()
        if closing is not None:
            closing.worker.close()
        return slot

    def _found(self, key: Key, pdu: int, job: Job) -> tuple[Optional[_Slot], Optional[_Slot]]:
        """A slot reserved for the caller, and a slot whose process must end first, or None.

        (None, None): all are busy.
        """
        if self._closed:
            worker = Worker(job, self._folder)
            worker.close()
            return _Slot(key, pdu, worker), None
        idle = [slot for slot in self._slots if not slot.busy and not slot.stale]
        own = [slot for slot in idle if slot.key == key and slot.pdu == pdu]
        full = len(self._slots) >= self._most
        same = own or ([slot for slot in idle if slot.key == key] if full else [])
        if same:
            slot = min(same, key=lambda one: one.used)
            slot.busy, slot.pdu = True, pdu
            return slot, None
        closing = min(idle, key=lambda one: one.used, default=None) if full else None
        if full and closing is None:
            return None, None
        if closing is not None:
            self._slots.remove(closing)
        slot = _Slot(key, pdu, Worker(job, self._folder, self._start))
        self._slots.append(slot)
        return slot, closing
