"""Many PDUs side by side: a process for each core, in it threads that wait for devices.

Measured with 1,000 simulated PDUs on two cores (docs/fleet.md): the time of a poll is the client's own work, which one
process cannot spread over two cores; beyond some tens of threads nothing is gained but patience with dead devices.
Processes are forked, so logins travel in memory alone. Each takes the next PDU from one shared counter and answers over a
pipe; a process that dies takes the PDUs along that it was reading, and the others go on.
"""
from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import signal
import sys
import threading
from multiprocessing.connection import Connection, wait
from typing import Any, Callable, Dict, Generator, Iterator, List, NamedTuple, Sequence, Tuple

from .polling import Failure, Outlet, Reading, Target, poll

PARALLEL = 128                  # PDUs at a time, all processes together
_PER_PROCESS = 16               # with fewer PDUs another process costs more than it brings
_STACK = 512 * 1024             # bytes for each thread; a handler's call needs a fraction
PATIENCE_S = 180.0              # without any reading; every call of this pack's handlers ends within a minute
_HANGS = Failure("defect", "still not read when all others were, and given up: run `pdu status` on it with --debug and report it")
_LOST = Failure("defect", "the process that read this PDU ended: run `pdu status` on it with --debug and report it")


class Layout(NamedTuple):
    """How many processes, and how many threads in each."""

    processes: int
    threads: int


def layout(count: int, parallel: int) -> Layout:
    """For so many PDUs, with at most `parallel` at a time."""
    parallel = min(parallel, count)
    processes = max(1, min(_cores(), -(-parallel // _PER_PROCESS)))
    return Layout(processes, max(1, parallel // processes))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def read_all(targets: Sequence[Target], parallel: int = PARALLEL,
             patience_s: float = PATIENCE_S) -> Generator[Tuple[int, Reading], None, None]:
    """The place in `targets` and the reading of each, as they come. Ends its processes however it is left.

    Where nothing comes for `patience_s`, an archive hangs: what is missing is then given up.
    """
    chosen = layout(len(targets), parallel)
    context = multiprocessing.get_context("fork")
    following = context.Value("l", 0)
    missing = set(range(len(targets)))
    workers: List[Any] = []
    pipes: List[Connection] = []
    try:
        with _undisturbed():
            for _ in range(chosen.processes):
                ours, theirs = context.Pipe(duplex=False)
                worker = context.Process(target=_work, daemon=True,
                                         args=(targets, following, theirs, [*pipes, ours], chosen.threads))
                worker.start()
                theirs.close()
                workers.append(worker)
                pipes.append(ours)
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


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Ctrl-C waits meanwhile: what Python calls around a fork would swallow it, and a child would print a traceback."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _received(running: List[Connection], patience_s: float) -> Iterator[Tuple[int, Reading]]:
    """What the processes send, until each has closed its pipe, which then leaves `running`, or nothing comes any more."""
    while running:
        ready = wait(running, patience_s)
        if not ready:
            return
        for pipe in ready:
            assert isinstance(pipe, Connection)
            try:
                data = pipe.recv_bytes()
            except (EOFError, OSError):
                running.remove(pipe)
                continue
            yield unpacked(data)


# ---- in a process of its own -------------------------------------------------------------------------------

def _work(targets: Sequence[Target], following: Any, pipe: Connection, others: Sequence[Connection], threads: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)        # Ctrl-C is the parent's: it ends this process
    for other in others:
        other.close()
    snmp = sys.modules.get("pdu_common._snmp")
    if snmp is not None:
        setattr(snmp, "ENGINES_KEPT", 2)        # each PDU is read once: what was learnt of the former ones is of no use
    lock = threading.Lock()

    def serve() -> None:
        while True:
            with following.get_lock():
                place = following.value
                following.value += 1
            if place >= len(targets):
                return
            data = packed(place, poll(targets[place]))
            with lock:
                pipe.send_bytes(data)

    before = threading.stack_size(_STACK)
    running = [threading.Thread(target=_quietly(serve), daemon=True) for _ in range(threads)]
    for thread in running:
        thread.start()
    threading.stack_size(before)
    for thread in running:
        thread.join()
    pipe.close()
    os._exit(0)         # what a handler left open is not waited for


def _quietly(serve: Callable[[], None]) -> Callable[[], None]:
    """Nobody reads any more: end the process."""
    def run() -> None:
        with contextlib.suppress(BrokenPipeError):
            serve()
            return
        os._exit(0)
    return run


def packed(place: int, reading: Reading) -> bytes:
    """For the pipe."""
    return json.dumps((place, reading)).encode()


def unpacked(data: bytes) -> Tuple[int, Reading]:
    """What `packed` made. Equal texts become one object: thousands of PDUs have the same identities and states."""
    place, (outlets, load, energy, seconds, requests, failed, answered, _) = json.loads(data)
    made = [Outlet(_same(identity), _same(state), *figures) for identity, state, *figures in outlets]
    return place, Reading(made, load, energy, seconds, requests, None if failed is None else Failure(*failed), answered)


_TEXTS: Dict[str, str] = {}
_MOST_TEXTS = 10_000


def _same(text: str) -> str:
    if len(_TEXTS) < _MOST_TEXTS:
        return _TEXTS.setdefault(text, text)
    return _TEXTS.get(text, text)
