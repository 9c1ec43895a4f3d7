"""Reads many PDUs at a time: a thread for each reading, and a deadline for each.

A handler that hangs cannot be interrupted. At its deadline its thread is left behind and its PDU
has a failure; a dead PDU, a slow one and a handler that raises cost the other PDUs nothing. Threads
are daemons: they end with the process.

Every command that reads many PDUs at a time does so here. What a reading raises is not raised here:
it is the failure of this reading.
"""

from __future__ import annotations

import collections
import functools
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence

from handlers.shared.errors import SettingsError

from ..loading.handler_module import FOREIGN_ERRORS
from .parts import CallError, Reading, error_of, failed_reading
from .polling import Target, poll

#: default limit for the PDUs that are read at a time
PARALLEL = 128
#: deadline of a reading, in s; a call of this pack's handlers usually ends within a minute
DEADLINE_S = 180.0
_REPORT = "run `pdu status` on it with --debug and report the output"
#: why a PDU was not read
HANGS = CallError("defect", f"this PDU was not read in time: {_REPORT}")
NO_THREAD = "this machine allows no thread that reads PDUs"
_LOST = CallError("defect", f"the reading ended without a result: {_REPORT}")
# bytes of stack per thread; JSON of 10,000 levels, the most for Python 3.12 and 3.13, takes 2 MB
_STACK = 4 << 20

_Results = queue.SimpleQueue[tuple[int, Reading]]


def read_all(
    targets: Sequence[Target],
    read_target: Callable[[Target], Reading] = poll,
    *,
    parallel: int = PARALLEL,
    seconds: float = DEADLINE_S,
) -> Iterator[tuple[int, Reading]]:
    """Yields for each PDU its index in `targets` and its reading, in the order in which readings
    end.

    `read_target` reads one PDU. At most `parallel` are read at a time; one that is not read after
    `seconds` gets a failure. Raises SettingsError if the system allows no thread.

    >>> readings = read_all(["left", "right"], lambda name: Reading(warnings=[name]), parallel=1)
    >>> [(index, reading.warnings) for index, reading in readings]
    [(0, ['left']), (1, ['right'])]
    """
    results: _Results = queue.SimpleQueue()
    end_by_index: dict[int, float] = {}  # of those that run, the earliest deadline first
    waiting_indexes = collections.deque(range(len(targets)))
    threading.stack_size(_STACK)
    while end_by_index or waiting_indexes:
        while waiting_indexes and len(end_by_index) < parallel:
            index = waiting_indexes[0]
            end = time.monotonic() + seconds
            read_one = functools.partial(read_target, targets[index])
            if _start(index, read_one, results):
                waiting_indexes.popleft()
                end_by_index[index] = end
                continue
            if not end_by_index:
                raise SettingsError(NO_THREAD)
            parallel = len(end_by_index)  # the system allows no more
        first_index, first_end = next(iter(end_by_index.items()))
        try:
            index, reading = results.get(timeout=max(0.0, first_end - time.monotonic()))
        except queue.Empty:
            index, reading = first_index, failed_reading(HANGS, seconds)
        if end_by_index.pop(index, None) is not None:  # else its thread was left behind
            yield index, reading


def _start(index: int, read: Callable[[], Reading], results: _Results) -> bool:
    """Start a thread that puts the index and what `read` returns into `results`. Returns whether
    the system allowed the thread.

    >>> results: _Results = queue.SimpleQueue()
    >>> _start(3, lambda: Reading(load_a=3.6), results)
    True
    >>> index, reading = results.get()
    >>> index, reading.load_a
    (3, 3.6)
    """
    thread = threading.Thread(target=_run, args=(index, read, results), daemon=True)
    try:
        thread.start()
    except RuntimeError:
        return False
    return True


def _run(index: int, read: Callable[[], Reading], results: _Results) -> None:
    """What a thread does: puts the index and what `read` returns into `results`; if `read` raises,
    a reading whose failure is the error.

    >>> results: _Results = queue.SimpleQueue()
    >>> _run(3, lambda: Reading(load_a=1 / 0), results)
    >>> index, reading = results.get()
    >>> index, reading.failure.reason
    (3, 'ZeroDivisionError: division by zero')
    """
    reading = failed_reading(_LOST)
    try:
        reading = read()
    except FOREIGN_ERRORS as error:
        reading = failed_reading(error_of(error))
    finally:
        results.put((index, reading))
