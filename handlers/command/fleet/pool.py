"""Reads many PDUs in parallel: up to one process for each core, with threads that wait for devices.

Measured with 1,000 simulated PDUs on two cores (docs/fleet.md): the limit is the client's CPU time,
which the threads of one process cannot spread over two cores. Processes are forked, so logins stay
in memory. Each process takes the next PDU from a shared counter and answers over a pipe.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Generator, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any, Callable, Optional

from pdu_common.tools import keep_engines

from ...errors import SettingsError
from .polling import Failure, Reading, Target, poll

# default limit for the PDUs that all processes together read at a time
PARALLEL = 128
_PER_PROCESS = 16  # with fewer PDUs another process costs more than it saves
# bytes of stack per thread; JSON of 10,000 levels, the most for Python 3.12 and 3.13, takes 2 MB
_STACK = 4 << 20
# longest wait for the next reading; a call of this pack's handlers usually ends within a minute
PATIENCE_S = 180.0
_HANGS = Failure(
    "defect",
    "this PDU was not read in time: run `pdu status` on it with --debug and report the output",
)
_LOST = Failure(
    "defect",
    "a process ended before this PDU was read: run `pdu status` on it with --debug and report the"
    " output",
)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def read_all(
    targets: Sequence[Target],
    parallel: int = PARALLEL,
    patience_s: float = PATIENCE_S,
    read: Optional[Callable[[Target], Reading]] = None,
) -> Generator[tuple[int, Reading], None, None]:
    """Yields the index in `targets` and the reading of each PDU, in the order in which they arrive.

    `read` reads one PDU in place of `poll`. The processes end with the generator, even if it is
    closed early. If one of them dies, or if nothing arrives for `patience_s` seconds, the readings
    of the missing PDUs are failures. Raises SettingsError if no process starts.
    """
    parallel = max(1, min(parallel, len(targets)))
    processes = min(_cores(), -(-parallel // _PER_PROCESS))
    context = multiprocessing.get_context("fork")
    missing = set(range(len(targets)))
    workers: list[Any] = []
    pipes: list[Connection] = []
    try:
        with _undisturbed():
            following = _counter(context)
            for _ in range(processes):
                try:
                    worker, pipe = _started(
                        context, targets, following, pipes, parallel // processes, read
                    )
                except OSError as error:
                    # the system allows no more processes or files: those that run read all PDUs
                    if not workers:
                        raise SettingsError(
                            f"this machine allows no process that reads PDUs ({error.strerror})"
                        ) from None
                    break
                workers.append(worker)
                pipes.append(pipe)
        running = list(pipes)
        for place, reading in _received(running, patience_s):
            missing.discard(place)
            yield place, reading
        for place in sorted(missing):
            yield place, Reading(failure=_HANGS if running else _LOST)
    finally:
        for worker in workers:
            worker.kill()
        for worker in workers:
            worker.join()
        for pipe in pipes:
            pipe.close()


def _counter(context: Any) -> Any:
    """The number of the next PDU, which all processes share. Raises SettingsError."""
    try:
        return context.Value("l", 0)
    except OSError as error:
        # no /dev/shm, or none that may be written, as in some containers
        raise SettingsError(
            f"this machine allows no semaphore for the processes that read PDUs ({error.strerror});"
            " on Linux that needs a writable /dev/shm"
        ) from None


def _started(
    context: Any,
    targets: Sequence[Target],
    following: Any,
    pipes: Sequence[Connection],
    threads: int,
    read: Optional[Callable[[Target], Reading]],
) -> tuple[Any, Connection]:
    """Start a process.

    Returns it, and the pipe that its readings come from; `pipes` are those of the others. Raises
    OSError.
    """
    ours, theirs = context.Pipe(duplex=False)
    worker = context.Process(
        target=_work, daemon=True, args=(targets, following, theirs, [*pipes, ours], threads, read)
    )
    try:
        worker.start()
    except OSError:
        ours.close()
        raise
    finally:
        theirs.close()
    return worker, ours


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Delays Ctrl-C.

    During a fork, the parent could lose it, or a child could print a traceback.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _received(running: list[Connection], patience_s: float) -> Iterator[tuple[int, Reading]]:
    """Yields what the processes send, until all pipes are closed or nothing arrives for
    `patience_s` seconds.

    Removes closed pipes from `running`.
    """
    while running:
        ready = wait(running, patience_s)
        if not ready:
            return
        for pipe in ready:
            assert isinstance(pipe, Connection)
            try:
                place, reading = pipe.recv()
            except (EOFError, OSError):
                running.remove(pipe)
                continue
            yield place, reading


# ---- in a child process --------------------------------------------------------------------------


def _work(
    targets: Sequence[Target],
    following: Any,
    pipe: Connection,
    others: Sequence[Connection],
    threads: int,
    read: Optional[Callable[[Target], Reading]] = None,
) -> None:
    # the parent handles Ctrl-C and ends this process
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for other in others:
        other.close()
    keep_engines(2)  # older engines are hardly used again: each PDU is read once
    lock = threading.Lock()

    def serve() -> None:
        with contextlib.suppress(BrokenPipeError):
            while True:
                with following.get_lock():
                    place = following.value
                    following.value += 1
                if place >= len(targets):
                    return
                reading = (read or poll)(targets[place])
                with lock:
                    pipe.send((place, reading))
        os._exit(0)  # the parent closed the pipe or died

    before = threading.stack_size(_STACK)
    running: list[threading.Thread] = []
    for _ in range(threads):
        thread = threading.Thread(target=serve, daemon=True)
        try:
            thread.start()
        except RuntimeError:
            # the system allows no more threads: those that run read all PDUs
            break
        running.append(thread)
    threading.stack_size(before)
    if not running:
        serve()
    for thread in running:
        thread.join()
    pipe.close()
    os._exit(0)  # unlike sys.exit, does not wait for threads that a handler left behind
