"""A worker process for each PDU, so that only its own call fails if a handler hangs or crashes."""

from __future__ import annotations

import contextlib
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

from tests.processes.handler_worker import Job, Worker, started


class Version(NamedTuple):
    """The version of a handler that a process runs."""

    handler: str
    number: int


class Pool:
    """Of more than `most` processes, those that were used least recently end, unless they have a
    call. `folder` is the current directory of the processes.
    """

    def __init__(self, folder: Path, most: int) -> None:
        self._folder, self._most = folder, most
        # by PDU, the least recently used first
        self._workers: dict[int, tuple[Version, Worker]] = {}
        self._busy: set[int] = set()
        self._processes: list[subprocess.Popen[str]] = []
        self._lock = threading.Lock()
        self._closed = False

    @contextlib.contextmanager
    def worker(self, pdu: int, version: Version, job: Job) -> Iterator[Worker]:
        """The process of a PDU for one call, a new one for a new version of its handler.

        A PDU may have one call at a time. After `close`, a worker that refuses each call.
        """
        surplus: list[Worker] = []
        with self._lock:
            last_version, worker = self._workers.pop(pdu, (None, None))
            if worker is not None and last_version != version:
                surplus.append(worker)
                worker = None
            if worker is None:
                worker = Worker(job, self._folder, self._start)
            self._workers[pdu] = version, worker
            self._busy.add(pdu)
            surplus += self._idle_surplus()
            if self._closed:
                surplus.append(worker)
        for surplus_worker in surplus:
            surplus_worker.close()
        try:
            yield worker
        finally:
            with self._lock:
                self._busy.discard(pdu)

    def _idle_surplus(self) -> list[Worker]:
        """Take the idle processes above the limit from the pool, the longest unused first."""
        idle_pdus = [pdu for pdu in self._workers if pdu not in self._busy]
        surplus_count = max(0, len(self._workers) - self._most)
        return [self._workers.pop(pdu)[1] for pdu in idle_pdus[:surplus_count]]

    def end(self, pdu: int) -> None:
        """End the process of a removed PDU."""
        with self._lock:
            _, worker = self._workers.pop(pdu, (None, None))
        if worker is not None:
            worker.close()

    def close(self) -> None:
        """End every process, even in the middle of a call; may be called twice."""
        with self._lock:
            self._closed = True
            workers = [worker for _, worker in self._workers.values()]
            self._workers.clear()
        for worker in workers:
            worker.close()

    def pids(self) -> list[int]:
        """The ids of the processes that run."""
        return [process.pid for process in self._processes if process.poll() is None]

    def _start(self, folder: Path, log: IO[bytes]) -> subprocess.Popen[str]:
        process = started(folder, log)
        with self._lock:
            running = [earlier for earlier in self._processes if earlier.poll() is None]
            self._processes = [*running, process]
        return process
