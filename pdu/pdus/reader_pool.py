"""Reads many PDUs in parallel: up to one process for each core, with threads that wait for devices.

Measured with 1,000 simulated PDUs on two cores (docs/fleet.md): the limit is the client's CPU time,
which the threads of one process cannot spread over two cores. `process_pool` starts the processes
and gives out the PDUs. `worker` reads as many at a time as it can without being late. If it was
late and a PDU seemed not to answer, this PDU is read again with fewer others beside it, at last
alone: what a PDU waits because of us is not its silence. Only readings are repeated.

`ReaderPool` has this rule for all. `read_all` reads each PDU once; `pdu meter` keeps its readers
for many rounds. A probe of the exporter is read once, because Prometheus waits for it.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import time
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from multiprocessing.connection import Connection
from typing import Any, Callable, Generic, NamedTuple, Optional, TypeVar

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

T = TypeVar("T")


class ReadFunction(NamedTuple):
    """How a PDU is read, and where the reading is in what that gives (T of `ReaderPool`)."""

    #: reads it; the second argument is what was said with `ReaderPool.ask`. Runs in a child process
    take: Callable[[Target, Any], Any]
    #: the reading in what `take` gave
    reading: Callable[[Any], Reading]
    #: the same with a failure; None if nothing was read
    failed: Callable[[Any, CallError], Any]


#: names a handler and a login
_AccessKey = tuple[int, int]


class _Request(NamedTuple):
    """What a process gets to read one PDU. It has the handlers and logins."""

    device: ListedPdu
    access: _AccessKey
    state: Any


def _access_key(target: Target) -> _AccessKey:
    # many PDUs of a list have the same ones, whose secrets need not pass a pipe
    return id(target.handler), id(target.auth)


class ReaderPool(Generic[T]):
    """Processes that read PDUs, which are named by their place in `targets`."""

    def __init__(
        self,
        targets: Sequence[Target],
        read_function: ReadFunction,
        parallel: int = PARALLEL,
        processes: Optional[int] = None,
    ) -> None:
        """At most `parallel` at a time. `processes`: default one for each core. Raises
        SettingsError if none starts.
        """
        self._way, self._parallel, self._processes = read_function, parallel, processes
        self._targets = targets
        #: what is being read: place -> what was asked with, and how often its silence was doubted
        self._out: dict[int, tuple[Any, int]] = {}
        self._later: Iterator[int] = iter(())
        self._crew = self._start_pool()

    def _start_pool(self) -> ProcessPool:
        parallel = max(1, min(self._parallel, len(self._targets)))
        most = min(self._processes or cores(), -(-parallel // _PER_PROCESS))
        # not the list: a forked process copies each page of it that it uses
        access = {_access_key(target): (target.handler, target.auth) for target in self._targets}
        return ProcessPool(functools.partial(_job, self._way, access), parallel, most)

    def _request(self, place: int, state: Any) -> _Request:
        target = self._targets[place]
        return _Request(target.device, _access_key(target), state)

    def ask(self, place: int, state: Any = None) -> None:
        """Read a PDU. `state` is for `ReadFunction.take`."""
        self._out[place] = state, 0
        self._crew.add(place, self._request(place, state))

    def ask_all(self, places: Iterable[int]) -> None:
        """Read these PDUs in this order. They wait as numbers, because a list may be long."""
        self._later = iter(places)

    def turn(
        self, seconds: float, callback_by_connection: Mapping[Connection, Callable[[], None]] = {}
    ) -> Iterator[tuple[int, T]]:
        """Waits up to `seconds`, and yields the place and the reading of each PDU that is believed.
        Calls the function of each of `callback_by_connection` that has something to read.
        """
        for place in itertools.islice(self._later, max(0, self._parallel - self._crew.waiting)):
            self.ask(place)
        for event in self._crew.turn(seconds, callback_by_connection):
            place = event.ticket
            state, level = self._out[place]
            if isinstance(event, WorkerLost):
                result = self._way.failed(None, LOST)
            else:
                result, doubt = event.result
                if doubt is not None and level < ALONE:
                    self._out[place] = state, level + 1
                    self._crew.repeat(place, self._request(place, state), level + 1)
                    continue
                if doubt is not None:
                    result = self._way.failed(result, undecided_silence_error(doubt))
            del self._out[place]
            yield place, result

    def hanging(self, seconds: float) -> Iterator[tuple[int, T]]:
        """Gives up what a process has been reading for longer. Only `renew` frees the process."""
        for place in self._crew.overdue(seconds):
            if self._out.pop(place, None) is not None:
                yield place, self._way.failed(None, HANGS)

    def renew(self, targets: Sequence[Target], again: Iterable[tuple[int, Any]]) -> None:
        """New processes, for these PDUs. `again`: place and `state` of those that are read anew,
        because they were being read.
        """
        # a place of other targets is another PDU
        level_by_place = self._out if targets is self._targets else {}
        self._targets, self._out = targets, {}
        self._crew.close()
        self._crew = self._start_pool()
        for place, state in again:
            level = level_by_place.get(place, (None, 0))[1]
            self._out[place] = state, level
            self._crew.repeat(place, self._request(place, state), level)

    def close(self) -> None:
        """End all processes."""
        self._crew.close()


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
    read_function = ReadFunction(
        functools.partial(_once, read_target), lambda reading: reading, _add_failure
    )
    missing = dict.fromkeys(range(len(targets)))
    readers: ReaderPool[Reading] = ReaderPool(targets, read_function, parallel, processes)
    with contextlib.closing(readers):
        readers.ask_all(range(len(targets)))
        for place, reading in _arriving(readers, missing, patience_s):
            del missing[place]
            yield place, reading
        for place in missing:
            yield place, _add_failure(None, HANGS)


def _arriving(
    readers: ReaderPool[Reading], missing: Mapping[int, None], patience_s: float
) -> Iterator[tuple[int, Reading]]:
    """Yields the readings, until none is missing or nothing arrives for `patience_s` seconds."""
    end = time.monotonic() + patience_s
    while missing and time.monotonic() < end:
        for pdu_reading in readers.turn(end - time.monotonic()):
            end = time.monotonic() + patience_s
            yield pdu_reading


def _add_failure(pdu_reading: Optional[Reading], failure: CallError) -> Reading:
    return (pdu_reading or Reading())._replace(failure=failure)


# ---- in a child process --------------------------------------------------------------------------


class _PoolReading(NamedTuple):
    #: what `ReadFunction.take` returned
    result: Any
    #: set if this process was too late for the PDU's silence to count
    doubt: Optional[SchedulingDelay]


def _once(read_target: Callable[[Target], Reading], target: Target, _: object) -> Reading:
    from handlers.shared.tls import (
        cache_contexts,  # imported late: 2 ms, which the parent does not need
    )

    # this process ends with the round
    cache_contexts()
    return read_target(target)


def _job(
    read_function: ReadFunction,
    access: Mapping[_AccessKey, tuple[LoadedHandler, DeviceLogin]],
    request: _Request,
    since: Callable[[float], SchedulingDelay],
) -> _PoolReading:
    target, begin = Target(request.device, *access[request.access]), time.monotonic()
    pdu_reading = read_function.take(target, request.state)
    lag = since(begin)
    return _PoolReading(
        pdu_reading, lag if is_late_here(target, read_function.reading(pdu_reading), lag) else None
    )
