"""Reads many PDUs in parallel: up to one process for each core, with threads that wait for devices.

Measured with 1,000 simulated PDUs on two cores (docs/fleet.md): the limit is the client's CPU time,
which the threads of one process cannot spread over two cores. `crew` starts the processes and gives
out the PDUs. `worker` reads as many at a time as it can without being late. If it was late and a
PDU seemed not to answer, this PDU is read again with fewer others beside it, at last alone: what a
PDU waits because of us is not its silence. Only readings are repeated.
"""

from __future__ import annotations

import contextlib
import functools
import time
from collections.abc import Generator, Iterator, Sequence
from typing import Callable, NamedTuple, Optional

from .crew import ALONE, Crew, Event, LostJob, cores
from .lag import Lag
from .polling import Target, busy, doubted, poll
from .reading import CallFailure, Reading

# default limit for the PDUs that all processes together read at a time
PARALLEL = 128
_PER_PROCESS = 16  # with fewer PDUs another process costs more than it saves
# longest wait for the next reading; a call of this pack's handlers usually ends within a minute
PATIENCE_S = 180.0
_HANGS = CallFailure(
    "defect",
    "this PDU was not read in time: run `pdu status` on it with --debug and report the output",
)
_LOST = CallFailure(
    "defect",
    "a process ended before this PDU was read: run `pdu status` on it with --debug and report the"
    " output",
)


class _Read(NamedTuple):
    reading: Reading
    #: set if this process was too late for the PDU's silence to count
    doubt: Optional[Lag]


def read_all(
    targets: Sequence[Target],
    parallel: int = PARALLEL,
    patience_s: float = PATIENCE_S,
    processes: Optional[int] = None,
    read: Optional[Callable[[Target], Reading]] = None,
) -> Generator[tuple[int, Reading], None, None]:
    """Yields the index in `targets` and the reading of each PDU, in the order in which they arrive.

    `read` reads one PDU in place of `poll`. `processes`: default one for each core. They end with
    the generator, even if it is closed early. A PDU that ends its process has a failure; the others
    are read by a new process. If no reading arrives for `patience_s` seconds, the missing ones are
    failures. Raises SettingsError if no process starts.
    """
    parallel = max(1, min(parallel, len(targets)))
    most = min(processes or cores(), -(-parallel // _PER_PROCESS))
    missing = dict.fromkeys(range(len(targets)), 0)  # place -> level of its reading
    with contextlib.closing(Crew(functools.partial(_job, targets, read), parallel, most)) as crew:
        for place in missing:
            crew.add(place, place)
        for event in _events(crew, missing, patience_s):
            place = event.ticket
            reading = Reading(failure=_LOST)
            if not isinstance(event, LostJob):
                reading, doubt = event.result
                if doubt is not None and missing[place] < ALONE:
                    missing[place] += 1
                    crew.repeat(place, place, missing[place])
                    continue
                if doubt is not None:
                    reading = reading._replace(failure=busy(doubt))
            del missing[place]
            yield place, reading
        for place in missing:
            yield place, Reading(failure=_HANGS)


def _events(crew: Crew, missing: dict[int, int], patience_s: float) -> Iterator[Event]:
    """Yields the results, until none is missing or none arrives for `patience_s` seconds."""
    end = time.monotonic() + patience_s
    while missing and time.monotonic() < end:
        for event in crew.turn(end - time.monotonic()):
            end = time.monotonic() + patience_s
            yield event


# ---- in a child process --------------------------------------------------------------------------


def _job(
    targets: Sequence[Target],
    read: Optional[Callable[[Target], Reading]],
    place: int,
    since: Callable[[float], Lag],
) -> _Read:
    target, begin = targets[place], time.monotonic()
    reading = (read or poll)(target)
    lag = since(begin)
    return _Read(reading, lag if doubted(target, reading, lag) else None)
