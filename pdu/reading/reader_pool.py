"""Reads many PDUs at a time: a thread for each reading, and a deadline for each.

A handler that hangs cannot be interrupted. At its deadline its thread is left behind and its PDU
has a failure; a dead PDU, a slow one and a handler that raises cost the other PDUs nothing. While
such a thread runs, its PDU is not asked again, and the number of such threads is bounded: so a
process may read for months. Threads are daemons: they end with the process.

Every command that reads many PDUs at a time does so here: what one reading raises is its failure.
"""

from __future__ import annotations

import collections
import functools
import queue
import threading
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Optional

from handlers.shared.errors import SettingsError

from ..loading.handler_module import FOREIGN_ERRORS
from ..pdu_list.listed_pdu import ListedPdu
from .parts import CallError, Reading, error_of, failed_reading
from .polling import Target, poll

#: default limit for the PDUs that are read at a time
PARALLEL = 128
#: default deadline of a reading, in s; a call of this pack's handlers usually ends within a minute
DEADLINE_S = 180.0
#: how many threads may be left behind
MOST_HANGING = 256
_REPORT = "run `pdu status` on it with --debug and report the output"
#: why a PDU was not read
HANGS = CallError("defect", f"this PDU was not read in time: {_REPORT}")
STILL_HANGS = CallError(
    "hangs", f"not asked, because an earlier reading of this PDU still hangs: {_REPORT}"
)
TOO_MANY_HANG = CallError(
    "hangs",
    f"not asked, because readings of {MOST_HANGING} other PDUs hang: start this program again",
)
NO_THREAD = "this machine allows no thread that reads PDUs"
_LOST = CallError("defect", f"the reading ended without a result: {_REPORT}")
# bytes of stack per thread; JSON of 10,000 levels, the most for Python 3.12 and 3.13, takes 2 MB
_STACK = 4 << 20


@dataclass(eq=False)
class _Job:
    """One reading in its thread."""

    #: of its target in the targets
    index: int
    device: ListedPdu
    #: its deadline, of time.monotonic()
    end: float
    #: whether it was over while the thread ran
    is_late: bool = False


class ReaderPool:
    """Reads PDUs, and knows which of them hang. May be used by several threads."""

    def __init__(self, parallel: int = PARALLEL) -> None:
        """`parallel`: how many PDUs one call of `read_all` reads at a time."""
        self._parallel = parallel
        self._lock = threading.Lock()
        self._running: set[_Job] = set()
        threading.stack_size(_STACK)

    def read(
        self,
        target: Target,
        seconds: float = DEADLINE_S,
        read_target: Callable[[Target], Reading] = poll,
    ) -> Reading:
        """The reading of one PDU, after at most `seconds`. Raises SettingsError as `read_all`."""
        ((_, reading),) = self.read_all([target], seconds, read_target)
        return reading

    def read_all(
        self,
        targets: Sequence[Target],
        seconds: float = DEADLINE_S,
        read_target: Callable[[Target], Reading] = poll,
    ) -> Generator[tuple[int, Reading], None, None]:
        """Yields the index in `targets` and the reading of each PDU, in the order in which they
        arrive.

        `seconds`: how long the reading of one PDU may take. `read_target` reads it. Raises
        SettingsError if the system allows no thread.
        """
        results: queue.SimpleQueue[tuple[int, Reading]] = queue.SimpleQueue()
        running_jobs: dict[int, _Job] = {}  # by index, the earliest deadline first
        waiting_indexes = collections.deque(range(len(targets)))
        parallel = self._parallel
        try:
            while running_jobs or waiting_indexes:
                while waiting_indexes and len(running_jobs) < parallel:
                    index = waiting_indexes[0]
                    target = targets[index]
                    job = _Job(index, target.device, time.monotonic() + seconds)
                    read_pdu = functools.partial(read_target, target)
                    if self._start(job, read_pdu, results):
                        waiting_indexes.popleft()
                        running_jobs[index] = job
                        continue
                    if not running_jobs:
                        raise SettingsError(NO_THREAD)
                    parallel = len(running_jobs)  # the system allows no more
                first_job, *_ = running_jobs.values()
                index, reading = _next_result(results, first_job, seconds)
                if index in running_jobs:  # else its thread was left behind
                    del running_jobs[index]
                    yield index, reading
        finally:
            for job in running_jobs.values():
                job.is_late = True

    @property
    def running(self) -> int:
        """How many PDUs are read now; readings that were left behind are among them."""
        return len(self._running)

    def _start(
        self,
        job: _Job,
        read_pdu: Callable[[], Reading],
        results: queue.SimpleQueue[tuple[int, Reading]],
    ) -> bool:
        """Read in a thread that puts the reading into `results`; at once a failure if too many
        reads hang, or one of the same PDU. False if the system allows no more threads.
        """
        with self._lock:
            obstacle = self._obstacle(job)
            if obstacle is not None:
                results.put((job.index, failed_reading(obstacle)))
                return True
            thread = threading.Thread(
                target=self._run,
                args=(job, read_pdu, results),
                name=f"read {job.device.name}",
                daemon=True,
            )
            try:
                thread.start()
            except RuntimeError:
                return False
            self._running.add(job)
        return True

    def _run(
        self,
        job: _Job,
        read_pdu: Callable[[], Reading],
        results: queue.SimpleQueue[tuple[int, Reading]],
    ) -> None:
        """The work of a job's thread: its reading, or why it failed, goes into `results`."""
        reading = failed_reading(_LOST)
        try:
            reading = read_pdu()
        except FOREIGN_ERRORS as error:
            reading = failed_reading(error_of(error))
        finally:
            with self._lock:
                self._running.discard(job)
            results.put((job.index, reading))

    def _obstacle(self, job: _Job) -> Optional[CallError]:
        """Why this PDU is not read now: earlier reads hang. For a caller that has the lock."""
        late_devices = [running.device for running in self._running if running.is_late]
        if job.device in late_devices:
            return STILL_HANGS
        if len(late_devices) >= MOST_HANGING:
            return TOO_MANY_HANG
        return None


def _next_result(
    results: queue.SimpleQueue[tuple[int, Reading]], first_job: _Job, seconds: float
) -> tuple[int, Reading]:
    """The index and the reading of the next job that ends; at the deadline of `first_job`, which is
    the earliest, its failure after these `seconds`.
    """
    remaining_s = max(0.0, first_job.end - time.monotonic())
    try:
        return results.get(timeout=remaining_s)
    except queue.Empty:
        first_job.is_late = True
        return first_job.index, failed_reading(HANGS, seconds)
