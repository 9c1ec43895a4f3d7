"""The probes of the exporter: each reads one PDU and makes its page, in this process or in others.

The exporter's event loop gives the probes to processes that read (`process_pool`). Another process
starts them (`spawn_server`): the exporter has threads, and must not fork. A query's PDU and login
reach a reader over its pipe.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import threading
import time
from collections.abc import Iterable
from multiprocessing.connection import Connection
from typing import Callable, NamedTuple, Optional, Union

from ..pdus.auth import DeviceLogin
from ..pdus.handler_loading import HandlerReference, load_reference, reference
from ..pdus.listed_pdu import ListedPdu
from ..pdus.polling import Target, is_late_here, is_silence, poll
from ..pdus.process_pool import Event, ProcessPool, WorkerLost, cores
from ..pdus.reading import CallError, Reading, add_nameplate
from ..pdus.scheduling_delay import SchedulingDelay
from ..pdus.spawn_server import SpawnServer
from .metrics import Page, gzip_encoded, page

# the handler's share of the time that is left, so that a dead PDU's error arrives in time
_OF_HANDLER = 0.8
# share of a probe's time; if less is left, even a healthy PDU may not answer in time
ENOUGH = 0.5
_LOST = CallError("defect", "a process ended while it read this PDU")


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
    auth: DeviceLogin
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


def request_of(
    target: Target, seconds: float, end: float, accept: str, encoding: str, extras: ProbeExtras
) -> ProbeRequest:
    """The probe of a PDU."""
    device, handler, auth = target
    return ProbeRequest(device, reference(handler), auth, seconds, end, accept, encoding, extras)


def answer_of(request: ProbeRequest, reading: Reading, is_doubted: bool = False) -> ProbeAnswer:
    """The answer with this reading."""
    metrics_page = page(reading, request.accept, request.device.metered)
    kind = reading.failure.kind if reading.failure else ""
    return ProbeAnswer(
        kind, reading.seconds, gzip_encoded(metrics_page, request.encoding), is_doubted
    )


def probe(
    request: ProbeRequest,
    since: Callable[[float], SchedulingDelay] = lambda _: SchedulingDelay(0.0, 0.0),
) -> ProbeAnswer:
    """Reads the PDU. `since` returns the delays of this process since a time."""
    begin = time.monotonic()
    left = request.end - begin
    target = Target(request.device, load_reference(request.handler), request.auth)
    reading = poll(
        target,
        _OF_HANDLER * left,
        with_labels=True,
        with_power=request.extras.power,
        parts=(add_nameplate,) if request.extras.identity else (),
    )
    began_late = left < ENOUGH * request.seconds and is_silence(reading)
    return answer_of(request, reading, began_late or is_late_here(target, reading, since(begin)))


Then = Callable[[Optional[ProbeAnswer]], None]


class ThreadProber:
    """Reads in threads of this process."""

    def start(self, request: ProbeRequest, then: Then) -> None:
        """Calls `then` in the running event loop with the answer; None if there is none. Raises
        RuntimeError if the system allows no thread."""
        loop = asyncio.get_running_loop()

        def run() -> None:
            answer: Optional[ProbeAnswer] = None
            try:
                answer = probe(request)
            finally:
                with contextlib.suppress(RuntimeError):  # the loop has ended
                    loop.call_soon_threadsafe(then, answer)

        threading.Thread(target=run, daemon=True).start()

    def close(self) -> None:
        """Nothing to end: threads end with the process."""


class ProcessProber:
    """Reads in `processes` other processes, at most `parallel` PDUs at a time together; if none is
    left, in threads.

    Must be made while this process has one thread. Raises SettingsError if no process starts.
    """

    def __init__(self, parallel: int, processes: int) -> None:
        self._starter = SpawnServer(probe)
        try:
            self._crew = ProcessPool(probe, parallel, processes, self._starter)
        except BaseException:
            self._starter.close()
            raise
        self._crew.leaving = self._leave
        self._tickets = itertools.count()
        self._waiting: dict[int, tuple[ProbeRequest, Then]] = {}
        self._threads = ThreadProber()
        #: the pipes that the event loop watches
        self._watched: dict[Connection, int] = {}

    def start(self, request: ProbeRequest, then: Then) -> None:
        """As `ThreadProber.start`."""
        if not self._crew.is_running:
            self._threads.start(request, then)
            return
        ticket = next(self._tickets)
        self._waiting[ticket] = (request, then)
        self._crew.add(ticket, request)
        self._go_on(())

    def _take(self, pipe: Connection) -> None:
        self._go_on(self._crew.take(pipe))

    def _go_on(self, events: Iterable[Event]) -> None:
        """Pass on what happened, and give out and listen to what follows from it."""
        for event in itertools.chain(events, self._crew.give()):
            request, then = self._waiting.pop(event.ticket)
            if isinstance(event, WorkerLost):
                then(answer_of(request, Reading(failure=_LOST)))
            else:
                then(event.result)
        loop = asyncio.get_running_loop()
        for pipe in self._crew.pipes:
            if pipe not in self._watched:
                self._watched[pipe] = pipe.fileno()
                loop.add_reader(pipe.fileno(), self._take, pipe)

    def _leave(self, pipe: Connection) -> None:
        if pipe in self._watched:
            asyncio.get_running_loop().remove_reader(self._watched.pop(pipe))

    def close(self) -> None:
        """End all processes."""
        self._crew.close()
        self._starter.close()


def readers(parallel: int, processes: Optional[int]) -> Union[ThreadProber, ProcessProber]:
    """What reads the PDUs: by default a process for each core, with one core this process."""
    number = min(processes or cores(), parallel)
    return ProcessProber(parallel, number) if number > 1 else ThreadProber()
