"""Runs one archive on one platform, in a clean process: status, statistic, off and on, compared
with the true state of a simulated PDU.

A `Platform` is a folder with the modules `common` and `pdu_common`, and an adapter. A
`HandlerModule` is the path and the name of the archive's module. A `Peer` is the simulated PDU:
`peer.truth()` has its states, load and energies now. A `Worker` is the process that calls.
"""

from __future__ import annotations

import contextlib
import math
import socket
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Optional

from pdu.cli.states import DOWN, UP
from pdu.loading.handler_archives import Archive
from pdu.recordings.simulated_pdu import SimulatedPdu, States, UnitFault
from pdu.workshop.handler.calls import Methods
from pdu.workshop.handler.case_groups import NO_OUTLET, ON_ONE_PDU
from pdu.workshop.handler.checked_call import ABSENT_OUTLET, Problem
from pdu.workshop.handler.judge import Judge
from pdu.workshop.handler.rules import BROKEN, UNTRIED
from tests.pdu.workshop.handler.checked_calls import handler_of
from tests.processes.handler_worker import Worker
from tests.processes.trials import (
    CALL_SECONDS,
    CallFailed,
    Form,
    HandlerModule as HandlerModule,
    Platform as Platform,
    WorkerMethods,
    worker_process,
)
from tests.servers.peers import Peer


class NotTried(Exception):
    """A handler was not called on this platform, and nothing is known of it there."""


def problems_of_methods(unit: SimulatedPdu, methods: Methods, about: str) -> list[Problem]:
    """Run the cases of `pdu handler check` for a PDU without a fault, and a command for an outlet
    that it does not have, with these methods of a handler. Returns the problems; one of them says
    why commands were not tried. `about`: what the PDU is, for people. The PDU is closed then.
    """
    handler = handler_of(methods)._replace(communities=unit.communities)
    problems: list[Problem] = []
    with contextlib.ExitStack() as stack:
        judge = Judge(lambda _: unit, handler, stack, about)
        for group in (*ON_ONE_PDU, NO_OUTLET):
            if not problems:
                problems += judge.problems_in(group)
    if judge.why_no_commands:
        problems.append(Problem("port_down", "", judge.why_no_commands, result=UNTRIED))
    return problems


def place(archive: Archive, where: str, folder: Path) -> HandlerModule:
    """Unpack an archive into `folder` as a platform may load it, and return its module:

    where          how it is loaded
    "directory"    the archive's directory is on sys.path: pdu_nut.handler
    "package"      it is in a package: uploaded.handlers.pdu_nut.handler
    "file"         by the path of its file: FOLDER/pdu_nut/handler.py
    "remade"       as "directory", with a new handler object and a new thread for each call
    """
    module = f"{archive.top}.handler"
    if where == "package":
        package = folder / "uploaded" / "handlers"
        package.mkdir(parents=True)
        (package / "__init__.py").touch()
        (package.parent / "__init__.py").touch()
        archive.unpack(package)
        return HandlerModule(str(folder), f"uploaded.handlers.{module}")
    archive.unpack(folder)
    if where == "file":
        file = folder / archive.top / "handler.py"
        return HandlerModule(str(folder / "nowhere"), str(file))
    if where == "remade":
        (folder / "remade.py").write_text(_REMADE.replace("ARCHIVE", archive.top), "utf-8")
        return HandlerModule(str(folder), "remade")
    return HandlerModule(str(folder), module)


_REMADE = """
from concurrent.futures import ThreadPoolExecutor

from ARCHIVE import handler


def make_handler(pdu_data):
    return Remade(pdu_data)


class Remade:
    def __init__(self, pdu_data):
        self._data = pdu_data

    def status(self):
        return self._called(lambda pdu: pdu.status())

    def statistic(self):
        return self._called(lambda pdu: pdu.statistic())

    def port_up(self, port):
        return self._called(lambda pdu: pdu.port_up(port))

    def port_down(self, port):
        return self._called(lambda pdu: pdu.port_down(port))

    def _called(self, method):
        with ThreadPoolExecutor(max_workers=1) as thread:
            return thread.submit(lambda: method(handler.make_handler(self._data))).result()
"""


def run(
    platform: Platform, handler: HandlerModule, peer: Peer, *, port_energy: bool = True
) -> list[str]:
    """Call a handler on a platform. Returns a sentence for each error, and for each answer that
    differs from the peer's truth; [] if everything agrees. Raises NotTried if the handler could
    not be called. `port_energy`: whether this platform's views have an outlet's energy.

        ["states: status returned outlet 1 off, and it is on", "load: 0.0 instead of 3.2"]
    """
    with worker_of(platform, handler, peer) as worker:
        return list(_problems(worker, peer, port_energy))


def old_states(platform: Platform, handler: HandlerModule, peer: Peer) -> list[str]:
    """Switch an outlet off in one process, and call status in another that has read it before.
    Returns the problem if that status shows the outlet on; [] for none.
    """
    with worker_of(platform, handler, peer) as worker, worker_of(platform, handler, peer) as other:
        methods, other_methods = WorkerMethods(worker), WorkerMethods(other)
        identity = next(identity for identity, state in methods.states() if state is UP)
        other_methods.states()
        other_methods.switch(identity, on=False)
        state = dict(methods.states())[identity]
        other_methods.switch(identity, on=True)
    return (
        [] if state is DOWN else [f"status tells {state.name} of outlet {identity}, an old state"]
    )


@contextlib.contextmanager
def worker_of(platform: Platform, handler: HandlerModule, peer: Peer) -> Iterator[Worker]:
    """A process that calls the handler for `peer`'s PDU; it ends with the block."""
    form = Form(peer.protocol, peer.address, peer.snmp, peer.settings, f"pdu_{peer.handler}")
    with worker_process(platform, handler, form) as worker:
        yield worker


class _PeerPdu(SimulatedPdu):
    """A simulator from elsewhere, by its true state. Its meters are compared in other tests."""

    contents = None
    port = 0

    def __init__(self, peer: Peer) -> None:
        super().__init__(UnitFault.NONE)
        self._peer = peer
        self._looks = 0

    @property
    def requests(self) -> list[int]:
        """A list as long as the peer's requests; if it counts none, longer at each look: no call is
        blamed for sending nothing."""
        if self._peer.counts_requests:
            return list(range(self._peer.truth().requests))
        self._looks += 1
        return list(range(self._looks))

    @requests.setter
    def requests(self, requests: list[int]) -> None:
        """The simulator counts them itself."""

    def outlet_states(self) -> States:
        return dict(self._peer.truth().states)

    def turn_outlet(self, identity: str, *, on: Optional[bool]) -> bool:
        return False

    def close(self) -> None:
        """The simulator is closed by who started it."""


def _problems(worker: Worker, peer: Peer, port_energy: bool) -> Iterator[str]:
    """What the cases of `pdu handler check` find, and what this pack promises beyond: the figures
    of the device, and the kind of an error. Raises NotTried.
    """
    methods = WorkerMethods(worker)
    problems = problems_of_methods(_PeerPdu(peer), methods, "the simulator")
    if methods.not_called:
        raise NotTried(methods.not_called)
    for problem in problems:
        if problem.result == BROKEN or problem.rule != "figures":  # which are compared below
            yield f"{problem.rule}: {problem.sentence}"
        if problem.rule == "status":  # it cannot be read
            return
    for on in (True, False):
        try:
            methods.switch(ABSENT_OUTLET, on=on)
            yield f"no outlet: a command for outlet {ABSENT_OUTLET} raised nothing"
        except CallFailed as error:
            if not error.reason.startswith("no-such-outlet: "):
                yield f"no outlet: {error.reason}"
    methods.figures()  # of now: outlets were switched
    yield from _figures(methods.statistic, peer, port_energy)


def _figures(statistic: Mapping[str, Any], peer: Peer, port_energy: bool) -> list[str]:
    """A sentence for each figure of statistic that differs from the peer's truth, in A and kWh:
    ["load: 0.0 instead of 3.2"]. `port_energy`: whether it has the energies of outlets.
    """
    truth = peer.truth()
    problems: list[str] = []
    load = statistic["load"]
    energy = statistic["total_consumption"]
    if truth.load_a is not None and not _close(load, truth.load_a):
        problems.append(f"load: {load} instead of {truth.load_a}")
    if truth.energy_kwh is not None and not _close(energy, truth.energy_kwh):
        problems.append(f"energy: {energy} instead of {truth.energy_kwh}")

    ports: dict[str, float] = statistic["ports"]
    true_ports = truth.port_energy_kwh if port_energy else {}
    is_alike = list(ports) == list(true_ports)
    if is_alike:
        is_alike = all(_close(ports[identity], energy) for identity, energy in true_ports.items())
    if not is_alike:
        problems.append(f"energy by outlet: {ports} instead of {true_ports}")
    return problems


def _close(figure: float, true_figure: Optional[float]) -> bool:
    return true_figure is not None and math.isclose(
        figure, true_figure, rel_tol=0.02, abs_tol=0.005
    )


def silent(platform: Platform, handler: HandlerModule, peer: Peer) -> list[str]:
    """The problems of a status call that gets no answer: the error must be `unreachable` and must
    not show the community.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind((peer.address, 0))
        _, port = deaf.getsockname()
        params = {**peer.snmp, "port": str(port), "timeout": "0.2", "retries": "0"}
        with worker_of(platform, handler, replace(peer, snmp=params)) as worker:
            call = worker.call("status", CALL_SECONDS)
    problems = []
    if call.kind != "unreachable":
        problems.append(f"kind of error: {call.kind}")
    if peer.snmp["community"] in call.text:
        problems.append(f"a secret in {call.text!r}")
    return problems
