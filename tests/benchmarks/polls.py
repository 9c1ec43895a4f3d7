"""A reading of one PDU of 48 outlets, beside another client's reading of the same unit.

Clients and units are separate processes. A round trip takes 0 ms (near), or 20 ms through a relay
(far). Handlers read as DCImanager polls: make_handler, status, statistic. The rows "everything"
compare the NUT client and the Raritan binding with their peers: both read the same things.
"""

from __future__ import annotations

import contextlib
import random
import socket
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, Callable, NamedTuple, Optional

from tests.handlers.nut.clients import pdu_variables
from tests.pdu_common.relay import Relay
from tests.processes import sdk
from tests.processes.worker import Worker
from tests.servers import upsd
from tests.servers.delay import delay_relay
from tests.servers.peers import NAMED, Peer, snmp
from tests.servers.upsd import Upsd
from tests.simulators.snmp_agent import Agent, Model
from tests.simulators.snmp_agent.devices import apc, rpcm, servertech
from tests.simulators.truth import Truth

from .figures import CPU, REQUESTS, SECONDS, Figure, Reading, compare

OUTLETS, NEAR, FAR = 48, 0.0, 0.020
_ROUNDS, _ORDER_S = 15, 120.0
_LOSS, _POLLS, _THREADS = 0.05, 200, 64
_TIMEOUT_S = 0.25  # of the platform's SNMP library, for a dead unit; it tries four times
_PYSNMP, _PAGE = "handler over pysnmp", "the page's handler over pysnmp"


@contextlib.contextmanager
def real_upsd() -> Iterator[Peer]:
    """A real NUT server, which counts nothing. PyNUTClient waits 40 ms for each of its lists after
    the first (handlers/nut/connection.py says why).
    """
    with Upsd([upsd.dummy("pdu", pdu_variables(OUTLETS))]) as server:
        settings = {"port": str(server.port), "device": "pdu"}
        yield Peer("nut", "custom", server.host, lambda: Truth({}), settings=settings)


class Poll(NamedTuple):
    """One comparison of `product` and `peer`, which are WAYS of readers.py.

    `most_requests`: the largest ratio of the requests. Only the last of the `readings` is timed;
    those before it open the connection. `snmp`: further parameters of the platform.
    """

    handler: str
    name: str
    product: str
    peer: str
    delay_s: float = FAR
    most_requests: Optional[float] = None
    readings: int = 1
    snmp: Mapping[str, str] = {}
    is_upsd: bool = False
    model: str = ""  #: one of MODELS; "": an rPDU2


MODELS: Mapping[str, Callable[[], Model]] = {
    "rpdu": lambda: apc.rpdu(outlets=OUTLETS),
    "sentry3": lambda: servertech.sentry3(each=OUTLETS // 3),
    "rpcm": lambda: rpcm.rpcm(outlets=OUTLETS),
}
_BULK, _LOOP, _LEANEST = "bulk on the binding", "SDK's loop", "SDK's leanest bulk"
_ALL, _NUT = "everything", ("NutClient", "PyNUTClient")
_SCRIPT = "script on requests"
POLLS: Sequence[Poll] = (
    Poll("snmp", "a poll", _PYSNMP, _PAGE, NEAR),
    Poll("snmp", "a poll by GETNEXT", _PYSNMP, _PAGE, NEAR, snmp={"version": "1"}),
    *(Poll("snmp", f"a poll, {name}", _PYSNMP, _PAGE, NEAR, model=name) for name in MODELS),
    Poll("raritan", "a poll", "handler", _LOOP, NEAR),
    Poll("raritan", f"{_ALL}, same connection", _BULK, _LOOP, readings=2),
    Poll("raritan", _ALL, _BULK, _LEANEST, NEAR, most_requests=1.0),
    Poll("raritan", _ALL, _BULK, _LEANEST, most_requests=1.0),
    Poll("nut", "a poll", "handler", "PyNUTClient's variables", most_requests=2.0),
    Poll("nut", _ALL, *_NUT, NEAR, is_upsd=True),
    Poll("nut", _ALL, *_NUT, is_upsd=True),
    Poll("nut", f"{_ALL}, descriptions too", "PyNUT facade", "PyNUTClient"),
    Poll("redfish", "a poll", "handler", "redfish library", NEAR),
    Poll("redfish", "a poll", "handler", "redfish library"),
    *(Poll(name, "a poll", "handler", _SCRIPT) for name in ("jaws", "netio", "synlink")),
)


class Readers:
    """A process for each way to read, so that no client's imports burden another."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack, self._workers = stack, dict[str, Worker]()
        self._folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))

    def worker(self, way: str) -> Worker:
        """The process of this way. Skips the benchmark if the SDK is missing."""
        if way not in self._workers:
            folder = sdk.needed(sdk.RELEASES["4.4"]) if way.startswith("SDK") else self._folder
            worker = Worker(folder, "tests.benchmarks.readers")
            self._workers[way] = self._stack.enter_context(worker)
        return self._workers[way]

    def order(self, name: str, way: str, peer: Peer, *arguments: Any) -> Any:
        """The result of one of ORDERS in readers.py on this PDU."""
        ca_file = self._folder / f"{peer.handler}.pem"
        ca_file.write_text(peer.settings.get("ca_pem", ""))
        target = (peer.handler, peer.protocol, peer.address, peer.snmp, peer.settings, str(ca_file))
        return self.worker(way).order(name, way, target, *arguments, seconds=_ORDER_S)

    def read(self, way: str, peer: Peer, readings: int = 1) -> Reading:
        """One reading of a PDU of OUTLETS. Raises RuntimeError if it has another number."""
        before = peer.truth().requests
        seconds, cpu, outlets = self.order("read", way, peer, readings)
        if outlets != OUTLETS:
            raise RuntimeError(f"{way}: {outlets} outlets instead of {OUTLETS}")
        requests = (peer.truth().requests - before) / readings
        return Reading(seconds, cpu, requests or None)


@contextlib.contextmanager
def _distant(peer: Peer, delay_s: float) -> Iterator[Peer]:
    """The PDU behind a relay that adds `delay_s` to each round trip."""
    if not delay_s:
        yield peer
        return
    with delay_relay(peer.address, int(peer.settings["port"]), delay_s) as port:
        yield replace(peer, settings={**peer.settings, "port": str(port)})


@contextlib.contextmanager
def _snmp_unit(model: str) -> Iterator[Peer]:
    with Agent(MODELS[model]()) as agent:
        yield replace(snmp.of(agent), settings={"model": model})


def _unit(poll: Poll) -> AbstractContextManager[Peer]:
    if poll.model:
        return _snmp_unit(poll.model)
    names = [f"Outlet {number}" for number in range(1, OUTLETS + 1)]
    return real_upsd() if poll.is_upsd else NAMED[poll.handler](names)


def measure(handler: str) -> Iterator[Figure]:
    """The figures of one handler."""
    with ExitStack() as stack:
        readers = Readers(stack)
        for poll in POLLS:
            if poll.handler == handler:
                with _unit(poll) as near, _distant(near, poll.delay_s) as peer:
                    peer.snmp.update(poll.snmp)
                    yield from _figures(poll, readers, peer)
        if handler == "snmp":
            yield _under_loss(readers)
            yield _dead(readers)


def _figures(poll: Poll, readers: Readers, peer: Peer) -> Iterator[Figure]:
    def read(way: str) -> Callable[[], Reading]:
        return lambda: readers.read(way, peer, poll.readings)

    warms_up = poll.readings == 1
    reading, peer_reading = compare(read(poll.product), read(poll.peer), _ROUNDS, warms_up)
    name = f"{poll.name}, {poll.delay_s * 1000:.0f} ms"
    for unit, value, peer_value in zip((SECONDS, CPU, REQUESTS), reading, peer_reading):
        if value is not None and peer_value is not None:
            limit = poll.most_requests if unit == REQUESTS else None
            pair = (poll.product, poll.peer)
            yield Figure(poll.handler, name, *pair, unit, value, peer_value, limit)


def _under_loss(readers: Readers) -> Figure:
    """The polls that are not whole while _LOSS of the requests are lost."""
    chance = random.Random(7)

    def lose(_: bytes, answer: bytes) -> Sequence[bytes]:
        return () if chance.random() < _LOSS else (answer,)

    with Agent(apc.rpdu2(outlets=OUTLETS)) as agent, Relay(agent.port, lose) as relay:
        peer = Peer("snmp", "snmp", agent.host, agent.truth, {"community": "public"})
        peer.snmp["port"] = str(relay.port)
        ways = ("handler", "the page's handler")
        parts = [
            1 - readers.order("read by threads", way, peer, _POLLS, _THREADS)[1] / _POLLS
            for way in ways
        ]
    name = f"polls that are not whole at {_LOSS:.0%} loss"
    return Figure("snmp", name, *ways, "share", parts[0], parts[1], 0.01, is_ratio=False)


def _dead(readers: Readers) -> Figure:
    """How long a unit without an answer takes."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        port, timeout = str(silent.getsockname()[1]), str(_TIMEOUT_S)
        login = {"community": "public", "port": port, "timeout": timeout}
        peer = Peer("snmp", "snmp", "127.0.0.1", lambda: Truth({}), login)
        ways = (_PYSNMP, _PAGE)
        seconds = [readers.order("read until error", way, peer) for way in ways]
    return Figure("snmp", "a dead unit is an error", *ways, SECONDS, seconds[0], seconds[1])
