"""The probes of the exporter: each reads one PDU and makes its page, in this process or in others.

A process of its own, with one thread, starts the processes that read (`crew`): the exporter has
many threads, and must not fork. A query's PDU and login reach a reader over pipes.
"""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import os
import signal
import threading
import time
from multiprocessing.connection import Connection
from typing import Any, Callable, NamedTuple, Optional, Union

from ..pdus.auth import FleetLogin
from ..pdus.crew import Crew, LostJob, cores
from ..pdus.lag import Lag
from ..pdus.listing import ListedPdu
from ..pdus.loading import HandlerReference, reference, referenced
from ..pdus.polling import Target, doubted, is_silence, poll
from ..pdus.reading import CallFailure, Reading, identified
from .metrics import Page, packed, page

# the handler's share of the time that is left, so that a dead PDU's error arrives in time
_OF_HANDLER = 0.8
# share of a probe's time; if less is left, even a healthy PDU may not answer in time
ENOUGH = 0.5
_LOST = CallFailure("defect", "a process ended while it read this PDU")


class ProbeExtras(NamedTuple):
    """What probes read besides states, figures and labels."""

    #: which unit it is
    identity: bool = False
    #: the watts of its outlets
    power: bool = False


NO_EXTRAS = ProbeExtras()


class ProbeRequest(NamedTuple):
    """One probe. `end` is a time of time.monotonic(), the same in all processes of a machine."""

    device: ListedPdu
    handler: HandlerReference
    auth: FleetLogin
    #: how long the probe may take, since Prometheus asked
    seconds: float
    end: float
    #: the headers Accept and Accept-Encoding
    accept: str
    encoding: str
    extras: ProbeExtras


class ProbeAnswer(NamedTuple):
    """The answer to a probe."""

    #: the kind of the failure, "" for none
    kind: str
    #: how long the reading took
    seconds: float
    page: Page
    #: whether the PDU seemed silent only because this machine was busy
    doubted: bool = False


def requested(
    target: Target, seconds: float, end: float, accept: str, encoding: str, extras: ProbeExtras
) -> ProbeRequest:
    """The probe of a PDU."""
    device, handler, auth = target
    return ProbeRequest(device, reference(handler), auth, seconds, end, accept, encoding, extras)


def answered(request: ProbeRequest, reading: Reading, is_doubted: bool = False) -> ProbeAnswer:
    """The answer with this reading."""
    made = page(reading, request.accept, request.device.metered)
    kind = reading.failure.kind if reading.failure else ""
    return ProbeAnswer(kind, reading.seconds, packed(made, request.encoding), is_doubted)


def probe(
    request: ProbeRequest, since: Callable[[float], Lag] = lambda _: Lag(0.0, 0.0)
) -> ProbeAnswer:
    """Reads the PDU. `since` returns the delays of this process since a time."""
    begin = time.monotonic()
    left = request.end - begin
    target = Target(request.device, referenced(request.handler), request.auth)
    reading = poll(
        target,
        _OF_HANDLER * left,
        with_labels=True,
        with_power=request.extras.power,
        parts=(identified,) if request.extras.identity else (),
    )
    began_late = left < ENOUGH * request.seconds and is_silence(reading)
    return answered(request, reading, began_late or doubted(target, reading, since(begin)))


Then = Callable[[Optional[ProbeAnswer]], None]


class InThreads:
    """Reads in threads of this process."""

    def start(self, request: ProbeRequest, then: Then) -> None:
        """Calls `then` with the answer; None if there is none. Raises RuntimeError if the system
        allows no thread."""

        def run() -> None:
            found: Optional[ProbeAnswer] = None
            try:
                found = probe(request)
            finally:
                then(found)

        threading.Thread(target=run, daemon=True).start()

    def close(self) -> None:
        """Nothing to end: threads end with the process."""


class InProcesses:
    """Reads in `processes` other processes, at most `parallel` PDUs at a time together.

    Must be made while this process has one thread.
    """

    def __init__(self, parallel: int, processes: int) -> None:
        context: Any = multiprocessing.get_context("fork")
        self._pipe, theirs = context.Pipe()
        # not a daemon, which could not start processes
        self._process = context.Process(
            target=_manage, args=(theirs, self._pipe, parallel, processes)
        )
        self._process.start()
        theirs.close()
        # two locks: one that waits until the pipe has room must not hold up the answers
        self._lock, self._sending = threading.Lock(), threading.Lock()
        self._tickets = itertools.count()
        self._waiting: dict[int, Then] = {}
        self._threads: Optional[InThreads] = None
        threading.Thread(target=self._listen, daemon=True).start()

    def start(self, request: ProbeRequest, then: Then) -> None:
        """As `InThreads.start`."""
        ticket = next(self._tickets)
        with self._lock:
            threads = self._threads
            if threads is None:
                self._waiting[ticket] = then
        if threads is not None:
            threads.start(request, then)
            return
        # if the other process has ended, `_listen` notices it too
        with contextlib.suppress(OSError), self._sending:
            self._pipe.send((ticket, request))

    def _listen(self) -> None:
        while True:
            try:
                ticket, answer = self._pipe.recv()
            except (EOFError, OSError):
                break
            with self._lock:
                then = self._waiting.pop(ticket)
            then(answer)
        # the other process has ended; this one goes on alone
        with self._lock:
            self._threads = InThreads()
            left, self._waiting = self._waiting, {}
        for then in left.values():
            then(None)

    def close(self) -> None:
        """End all processes."""
        self._process.kill()
        self._process.join()


def readers(parallel: int, processes: Optional[int]) -> Union[InThreads, InProcesses]:
    """What reads the PDUs: by default a process for each core, with one core this process."""
    number = min(processes or cores(), parallel)
    return InProcesses(parallel, number) if number > 1 else InThreads()


# ---- in a child process --------------------------------------------------------------------------


def _manage(pipe: Connection, other: Connection, parallel: int, processes: int) -> None:
    """Starts the processes that read, and passes probes and answers on, until the exporter ends."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    other.close()
    crew = Crew(probe, parallel, processes)
    requests: dict[int, ProbeRequest] = {}

    def take() -> None:
        ticket, requests[ticket] = pipe.recv()
        crew.add(ticket, requests[ticket])

    try:
        while True:
            for event in crew.turn(None, {pipe: take}):
                one = requests.pop(event.ticket)
                answer = (
                    answered(one, Reading(failure=_LOST))
                    if isinstance(event, LostJob)
                    else event.result
                )
                pipe.send((event.ticket, answer))
    except (EOFError, OSError):
        crew.close()
    os._exit(0)
