"""Processes that do jobs, seen from the process that gives them the jobs.

Processes are forked by a process with one thread, so logins stay in memory, archives stay loaded
and no lock is copied while another thread holds it: by this one, or by a `SpawnServer`. Each
process has a pipe of its own and takes no lock that others need, so one that dies costs only what
it was doing. With `concurrent.futures` the death of one process fails the jobs of all.
"""

from __future__ import annotations

import collections
import contextlib
import os
import signal
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any, Callable, NamedTuple, Optional, Union

from handlers.shared.errors import SettingsError

from .spawn_server import SpawnServer, fork_worker
from .worker import FreeSlots, JobResult, Work

#: how many jobs one process does at a time, by level: as many as it wants, a few, one
LIMITS: Sequence[Optional[int]] = (None, 8, 1)
ALONE = len(LIMITS) - 1
_MOST_DEATHS = 3


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class WorkerLost(NamedTuple):
    """The job of a process that died of it, or that no process is left for."""

    ticket: int


Event = Union[JobResult, WorkerLost]


class _Job:
    __slots__ = ("deaths", "level", "payload", "ticket")

    def __init__(self, ticket: int, payload: Any) -> None:
        self.ticket, self.payload = ticket, payload
        self.level = self.deaths = 0


class _PoolProcess:
    """One process: what it does, and how many jobs more it wants."""

    def __init__(self, process: Any, pipe: Connection) -> None:
        self.process, self.pipe = process, pipe
        self.wants = 0
        self.given: dict[int, _Job] = {}
        self.spoke = False

    def room(self, level: int) -> bool:
        """Whether it may get a job of this level now."""
        limit = LIMITS[level]
        is_below_limit = limit is None or len(self.given) < limit
        return self.wants > 0 and is_below_limit


class ProcessPool:
    """`processes` processes that do at most `parallel` jobs at a time together.

    Closing it ends them at once. Raises SettingsError if none starts. `starter`: starts them, with
    the same `work`; by default this process does.
    """

    def __init__(
        self, work: Work, parallel: int, processes: int, starter: Optional[SpawnServer] = None
    ) -> None:
        self._work, self._starter = work, starter
        #: is called with a process's pipe before it is closed, because the process has died
        self.leaving: Callable[[Connection], object] = bool
        self._shares = [
            parallel // processes + (place < parallel % processes) for place in range(processes)
        ]
        self._members: list[_PoolProcess] = []
        self._waiting = tuple(collections.deque[_Job]() for _ in LIMITS)
        with _delay_ctrl_c():
            for share in self._shares:
                try:
                    self._members.append(self._start_process(share))
                except OSError as error:
                    # the system allows no more processes or files: those that run do all jobs
                    if not self._members:
                        raise SettingsError(
                            f"this machine allows no process that reads PDUs ({error.strerror})"
                        ) from None
                    break

    def add(self, ticket: int, payload: Any) -> None:
        """A job to do. `ticket` names it in `Done` and `WorkerLost`."""
        self._waiting[0].append(_Job(ticket, payload))

    def repeat(self, ticket: int, payload: Any, level: int) -> None:
        """A job to do again, after those of lower levels and beside fewer others (`LIMITS`)."""
        job = _Job(ticket, payload)
        job.level = level
        self._waiting[level].append(job)

    @property
    def waiting(self) -> int:
        """How many jobs that were added no process has had yet."""
        return len(self._waiting[0])

    @property
    def is_running(self) -> bool:
        return bool(self._members)

    def turn(self, seconds: Optional[float]) -> Iterator[Event]:
        """Gives out jobs, waits up to `seconds` for messages, and yields what happened. Does not
        wait if no process is left for the jobs.
        """
        lost_jobs = [*self.give()]
        yield from lost_jobs
        for connection in wait(self.pipes, 0.0 if lost_jobs else seconds):
            assert isinstance(connection, Connection)
            yield from self.take(connection)
        yield from self.give()

    @property
    def pipes(self) -> list[Connection]:
        """What `take` reads from."""
        return [member.pipe for member in self._members]

    def take(self, pipe: Connection) -> Iterator[Event]:
        """Reads one message, for which it waits, and yields what happened."""
        member = next(candidate for candidate in self._members if candidate.pipe is pipe)
        try:
            message = pipe.recv()
        except (EOFError, OSError):
            yield from self._replace_process(member)
            return
        member.spoke = True
        if isinstance(message, FreeSlots):
            member.wants += message.jobs
        else:
            member.wants += message.wants
            member.given.pop(message.ticket, None)
            yield message

    def give(self) -> Iterator[WorkerLost]:
        """Gives out jobs, and yields those that no process is left for."""
        self._give_jobs()
        if not self._members:
            yield from self._abandon_jobs()

    def close(self) -> None:
        """End all processes, and wait until they have ended."""
        for member in self._members:
            member.process.kill()
        for member in self._members:
            member.process.join()
            member.pipe.close()
        self._members = []

    # ---- jobs ------------------------------------------------------------------------------------

    def _give_jobs(self) -> None:
        for level, waiting in enumerate(self._waiting):
            while waiting:
                free = [member for member in self._members if member.room(level)]
                if not free:
                    return
                member = min(free, key=lambda candidate: len(candidate.given))
                job = waiting.popleft()
                member.wants -= 1
                member.given[job.ticket] = job
                # if it has just died, `turn` finds out
                with contextlib.suppress(OSError):
                    member.pipe.send((job.ticket, job.payload))

    def _abandon_jobs(self) -> Iterator[WorkerLost]:
        for waiting in self._waiting:
            while waiting:
                yield WorkerLost(waiting.popleft().ticket)

    # ---- processes -------------------------------------------------------------------------------

    def _replace_process(self, member: _PoolProcess) -> Iterator[WorkerLost]:
        """A new process replaces the one that died. What it did alone is lost. Several jobs are
        done again with fewer others beside them, at last alone, to find the one that kills.
        """
        self._members.remove(member)
        self.leaving(member.pipe)
        member.process.kill()
        member.process.join()
        member.pipe.close()
        for job in member.given.values():
            job.deaths += 1
            if len(member.given) == 1 or job.deaths >= _MOST_DEATHS:
                yield WorkerLost(job.ticket)
            else:
                job.level = min(job.level + 1, ALONE)
                self._waiting[job.level].append(job)
        # a process that ends before it is ready would do so again
        if member.spoke:
            with contextlib.suppress(OSError), _delay_ctrl_c():
                self._members.append(self._start_process(max(self._shares)))

    def _start_process(self, most: int) -> _PoolProcess:
        """Start a process. Raises OSError."""
        if self._starter is not None:
            return _PoolProcess(*self._starter.start(most))
        return _PoolProcess(
            *fork_worker(self._work, [member.pipe for member in self._members], most)
        )


@contextlib.contextmanager
def _delay_ctrl_c() -> Iterator[None]:
    """Delays Ctrl-C.

    During a fork, the parent could lose it, or a child could print a traceback.
    """
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
