"""One process that reads PDUs: a thread for each PDU that it reads now.

It asks for as many jobs as it can do in time (`ConcurrencyLimit`), and sends each result as soon as
it has it. The parent holds the list, so a process that dies loses only what it was reading.
"""

from __future__ import annotations

import contextlib
import gc
import math
import os
import queue
import signal
import sys
import threading
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any, Callable, NamedTuple

from .scheduling_delay import Heartbeat, SchedulingDelay

# bytes of stack per thread; JSON of 10,000 levels, the most for Python 3.12 and 3.13, takes 2 MB
_STACK = 4 << 20


class JobResult(NamedTuple):
    """The result of a job."""

    ticket: int
    result: Any
    #: the process can do so many jobs more
    wants: int = 0


class FreeSlots(NamedTuple):
    """The process can do so many jobs more."""

    jobs: int


#: does a job; the second argument returns the delays since a time of time.monotonic()
Work = Callable[[Any, Callable[[float], SchedulingDelay]], Any]


def serve(work: Work, pipe: Connection, other_pipes: Sequence[Connection], most_jobs: int) -> None:
    """Do the jobs that arrive on `pipe`, up to `most_jobs` at a time, and end this process when its
    other end is closed.

    `other_pipes`: the parent's ends of all pipes, which a forked process inherits.
    """
    # the parent handles Ctrl-C and ends this process
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for other_pipe in other_pipes:
        other_pipe.close()
    sys.stdout = sys.stderr  # what a handler prints is no answer of this program
    gc.freeze()  # what the parent loaded is never garbage
    with contextlib.suppress(EOFError, OSError):
        _Worker(work, pipe, most_jobs).run()
    os._exit(0)  # unlike sys.exit, does not wait for threads that a handler left behind


class ConcurrencyLimit:
    """How many PDUs this process may read at a time, up to `most`: more while it runs in time,
    fewer while it is late.

    PDUs that do not answer need no CPU, so the limit soon grows by them. Threads that want to run
    delay each other, and what they spend on taking turns, and the memory of what they read, are
    lost: so there are only as many as keep the process's core busy.
    """

    #: at the start, and while the process is only slightly late
    FIRST = 16
    #: however late the process is
    LEAST = 8
    # of a single heartbeat: then silence is soon doubted
    _VERY_LATE = 0.15
    # of the mean of some ten
    _GROWS_BELOW, _SHRINKS_ABOVE, _WEIGHT = 0.005, 0.01, 0.1

    def __init__(self, most: int) -> None:
        self.most = most
        self._now = float(min(most, self.FIRST))
        self._mean = 0.0

    @property
    def number(self) -> int:
        return int(self._now)

    def beat(self, late: float, busy: int) -> None:
        """Adjust the number after a heartbeat, `late` seconds late, while `busy` PDUs are read."""
        self._mean += (late - self._mean) * self._WEIGHT
        if late > self._VERY_LATE:
            self._shrink(0.8, self.LEAST)
        elif self._mean > self._SHRINKS_ABOVE:
            self._shrink(0.95, self.FIRST)
        elif self._mean < self._GROWS_BELOW and busy >= self.number:
            self._now = min(float(self.most), max(self._now + 1, math.floor(self._now * 1.05)))

    def _shrink(self, share: float, least: int) -> None:
        self._now = max(min(self._now, float(least)), self._now * share)


class _Worker:
    def __init__(self, work: Work, pipe: Connection, most_jobs: int) -> None:
        self._work, self._pipe = work, pipe
        self._limit, self._heart = ConcurrencyLimit(most_jobs), Heartbeat()
        self._sending, self._counting = threading.Lock(), threading.Lock()
        self._jobs: queue.SimpleQueue[Any] = queue.SimpleQueue()
        # promised: jobs that were asked for and have not arrived; threads: those that run
        self._used = self._promised = self._threads = 0
        self._may_start = True

    def run(self) -> None:
        """Raises EOFError or OSError when the parent has closed the pipe or died."""
        threading.stack_size(_STACK)
        # without threads there is no heartbeat: this process then reads one PDU after the other
        with contextlib.suppress(RuntimeError):
            self._heart.start(self._beat)
        self._ask()
        while True:
            job = self._pipe.recv()
            with self._counting:
                self._promised -= 1
                self._used += 1
                is_new = self._may_start and self._used > self._threads
            if is_new:
                self._start()
            if self._threads:
                self._jobs.put(job)
            else:
                self._do(job)

    def _start(self) -> None:
        try:
            threading.Thread(target=self._serve, daemon=True).start()
            self._threads += 1
        except RuntimeError:
            # the system allows no more threads: those that run do all jobs
            self._may_start = False
            self._limit = ConcurrencyLimit(max(1, self._threads))

    def _serve(self) -> None:
        try:
            while True:
                self._do(self._jobs.get())
        except OSError:
            os._exit(0)  # the parent closed the pipe or died

    def _do(self, job: tuple[int, Any]) -> None:
        ticket, payload = job
        result = self._work(payload, self._heart.delay_since)
        self._send(JobResult(ticket, result, self._take_slots(ended_jobs=1)))

    def _beat(self, late: float) -> None:
        self._limit.beat(late, self._used)
        # a parent that does not read must not stop the heartbeat
        if not self._sending.locked():
            try:
                self._ask()
            except OSError:
                os._exit(0)

    def _ask(self) -> None:
        count = self._take_slots()
        if count:
            self._send(FreeSlots(count))

    def _take_slots(self, ended_jobs: int = 0) -> int:
        """How many jobs more this process can do, when so many have ended; it must ask for them."""
        with self._counting:
            self._used -= ended_jobs
            count = max(0, self._limit.number - self._used - self._promised)
            self._promised += count
        return count

    def _send(self, message: object) -> None:
        with self._sending:
            self._pipe.send(message)
