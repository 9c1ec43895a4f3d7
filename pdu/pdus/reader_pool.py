"""Reads many PDUs in parallel: up to one process for each core, with threads that wait for devices.

Measured with 1,000 simulated PDUs on two cores (docs/fleet.md): the limit is the client's CPU time,
which the threads of one process cannot spread over two cores. `process_pool` starts the processes
and gives out the PDUs. `worker` reads as many at a time as it can without being late. If it was
late and a PDU seemed not to answer, this PDU is read again with fewer others beside it, at last
alone: what a PDU waits because of us is not its silence. Only readings are repeated.

A probe of the exporter is read once, because Prometheus waits for it.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Callable, NamedTuple, Optional

from .auth import DeviceLogin
from .handler_loading import LoadedHandler
from .listed_pdu import ListedPdu
from .polling import Target, is_late_here, poll, undecided_silence_error
from .process_pool import ALONE, ProcessPool, WorkerLost, cores
from .reading import CallError, Reading
from .scheduling_delay import SchedulingDelay

# default limit for the PDUs that all processes together read at a time
PARALLEL = 128
_PER_PROCESS = 16  # with fewer PDUs another process costs more than it saves
#: longest wait for a reading; a call of this pack's handlers usually ends within a minute
PATIENCE_S = 180.0
HANGS = CallError(
    "defect",
    "this PDU was not read in time: run `pdu status` on it with --debug and report the output",
)
LOST = CallError(
    "defect",
    "a process ended before this PDU was read: run `pdu status` on it with --debug and report the"
    " output",
)

#: names a handler and a login
_AccessKey = tuple[int, int]


class _Request(NamedTuple):
    """What a process gets to read one PDU. It has the handlers and logins."""

    device: ListedPdu
    access: _AccessKey


def _access_key(target: Target) -> _AccessKey:
    # many PDUs of a list have the same ones, whose secrets need not pass a pipe
    return id(target.handler), id(target.auth)


def read_all(
    targets: Sequence[Target],
    parallel: int = PARALLEL,
    patience_s: float = PATIENCE_S,
    processes: Optional[int] = None,
    read_target: Callable[[Target], Reading] = poll,
) -> Generator[tuple[int, Reading], None, None]:
    """Yields the index in `targets` and the reading of each PDU, in the order in which they arrive.

    `read_target` reads one PDU. `processes`: default one for each core. They end with the
    generator, even if it is closed early. A PDU that ends its process has a failure; the others
    are read by a new process. If no reading arrives for `patience_s` seconds, the missing ones are
    failures. Raises SettingsError if no process starts.
    """
    at_once = max(1, min(parallel, len(targets)))
    most = min(processes or cores(), -(-at_once // _PER_PROCESS))
    # not the list: a forked process copies each page of it that it uses
    access = {_access_key(target): (target.handler, target.auth) for target in targets}
    missing = dict.fromkeys(range(len(targets)))
    crew = ProcessPool(functools.partial(_job, read_target, access), at_once, most)
    with contextlib.closing(crew):
        for place, reading in _arriving(crew, targets, parallel, patience_s):
            del missing[place]
            yield place, reading
        for place in missing:
            yield place, _add_failure(None, HANGS)


def _arriving(
    crew: ProcessPool, targets: Sequence[Target], parallel: int, patience_s: float
) -> Iterator[tuple[int, Reading]]:
    """Yields the place and the reading of each PDU that is believed, until none is missing or
    nothing arrives for `patience_s` seconds.
    """
    later = iter(range(len(targets)))  # as numbers, because a list may be long
    level_by_place: dict[int, int] = {}
    end, left = time.monotonic() + patience_s, len(targets)

    def request(place: int) -> _Request:
        return _Request(targets[place].device, _access_key(targets[place]))

    while left and time.monotonic() < end:
        for place in itertools.islice(later, max(0, parallel - crew.waiting)):
            crew.add(place, request(place))
        for event in crew.turn(end - time.monotonic()):
            place = event.ticket
            if isinstance(event, WorkerLost):
                result = _add_failure(None, LOST)
            else:
                result, doubt = event.result
                level = level_by_place.get(place, 0)
                if doubt is not None and level < ALONE:
                    level_by_place[place] = level + 1
                    crew.repeat(place, request(place), level + 1)
                    continue
                if doubt is not None:
                    result = _add_failure(result, undecided_silence_error(doubt))
            end, left = time.monotonic() + patience_s, left - 1
            yield place, result


def _add_failure(pdu_reading: Optional[Reading], failure: CallError) -> Reading:
    return (pdu_reading or Reading())._replace(failure=failure)


# ---- in a child process --------------------------------------------------------------------------


class _PoolReading(NamedTuple):
    reading: Reading
    #: set if this process was too late for the PDU's silence to count
    doubt: Optional[SchedulingDelay]


def _job(
    read_target: Callable[[Target], Reading],
    access: Mapping[_AccessKey, tuple[LoadedHandler, DeviceLogin]],
    request: _Request,
    since: Callable[[float], SchedulingDelay],
) -> _PoolReading:
    from handlers.shared.tls import (
        cache_contexts,  # imported late: 2 ms, which the parent does not need
    )

    cache_contexts()  # this process ends with the round
    target, begin = Target(request.device, *access[request.access]), time.monotonic()
    reading = read_target(target)
    lag = since(begin)
    return _PoolReading(reading, lag if is_late_here(target, reading, lag) else None)
