"""The probes of the exporter: each reads one PDU and makes its page, in a thread."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from typing import Callable, NamedTuple, Optional

from ..pdus.polling import Target, is_silence, poll
from ..pdus.reading import Reading, add_nameplate
from .metrics import Page, gzip_encoded, page

# the handler's share of the time that is left, so that a dead PDU's error arrives in time
_OF_HANDLER = 0.8
# share of a probe's time; if less is left, even a healthy PDU may not answer in time
ENOUGH = 0.5


class ProbeExtras(NamedTuple):
    """What probes read besides states, figures and labels."""

    #: which unit it is
    identity: bool = False
    #: the watts of its outlets
    power: bool = False


NO_EXTRAS = ProbeExtras()


class ProbeRequest(NamedTuple):
    """One probe. `end` is a time of time.monotonic()."""

    target: Target
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


def answer_of(request: ProbeRequest, reading: Reading, is_doubted: bool = False) -> ProbeAnswer:
    """The answer with this reading."""
    metrics_page = page(reading, request.accept, request.target.device.metered)
    kind = reading.failure.kind if reading.failure else ""
    return ProbeAnswer(
        kind, reading.seconds, gzip_encoded(metrics_page, request.encoding), is_doubted
    )


def probe(request: ProbeRequest) -> ProbeAnswer:
    """Reads the PDU."""
    left = request.end - time.monotonic()
    reading = poll(
        request.target,
        _OF_HANDLER * left,
        with_labels=True,
        with_power=request.extras.power,
        parts=(add_nameplate,) if request.extras.identity else (),
    )
    return answer_of(request, reading, left < ENOUGH * request.seconds and is_silence(reading))


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
