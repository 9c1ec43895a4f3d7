"""Runs one archive on one platform, in a clean process: status, statistic, off and on, compared
with the simulator's books.
"""

from __future__ import annotations

import contextlib
import math
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, Optional

from handlers.dcimanager import Figures
from handlers.shared.errors import PduHandlerError
from pdu.loading.handler_archives import Archive
from pdu.workshop.handler.method_trials import TrialDevice, method_findings
from pdu.workshop.handler.rules import KEPT, RULES
from pdu_common.helper import EnumPowerStatus
from tests.dcimanager.worker import Job, Worker, started
from tests.peers import Peer

CALL_SECONDS = 300.0
_NAMES = {True: "UP", False: "DOWN", None: "UNKNOWN"}
_KEYS = {rule: key for key, rule in RULES.items()}


class Platform(NamedTuple):
    """A platform: the folder `tree` with `common` and `pdu_common`.

    `adapter` is a file with the functions of tests/dcimanager/adapter.py that differ on this
    platform ("": none). A worker is a new process of `python`.
    """

    tree: Path
    adapter: str = ""
    python: str = sys.executable


class HandlerModule(NamedTuple):
    """A handler's module, or the file to load, and the entry for sys.path."""

    path: str
    module: str


def place(archive: Archive, where: str, folder: Path) -> HandlerModule:
    """Unpacks an archive as a platform may: as a "directory" on sys.path, a "package", or a "file"
    that is loaded by its path.
    """
    if where == "package":
        inner = folder / "uploaded" / "handlers"
        inner.mkdir(parents=True)
        for package in (inner, inner.parent):
            (package / "__init__.py").touch()
        archive.unpack(inner)
        return HandlerModule(str(folder), f"uploaded.handlers.{archive.top}.handler")
    archive.unpack(folder)
    if where == "file":
        return HandlerModule(str(folder / "nowhere"), str(folder / archive.top / "handler.py"))
    return HandlerModule(str(folder), f"{archive.top}.handler")


def run(
    platform: Platform,
    handler: HandlerModule,
    peer: Peer,
    *,
    port_energy: bool = True,
    fresh: bool = False,
) -> list[str]:
    """What failed or differs from the simulator's books; [] if everything agrees.

    `port_energy`: whether this platform's views have an outlet's energy. `fresh`: each call
    gets a new handler object and a new thread.
    """
    with worker_of(platform, handler, peer, fresh) as worker:
        return list(_problems(worker, peer, port_energy))


@contextlib.contextmanager
def worker_of(
    platform: Platform, handler: HandlerModule, peer: Peer, fresh: bool = False
) -> Iterator[Worker]:
    """A process that calls the handler of `peer`'s PDU."""
    data = {
        "protocol": peer.protocol,
        "address": peer.address,
        "snmp": peer.snmp,
        "settings": peer.settings,
        "handler": f"pdu_{peer.handler}",
    }
    job = Job(
        [str(platform.tree), handler.path],
        handler.module,
        data,
        adapter=platform.adapter,
        fresh=fresh,
    )
    with tempfile.TemporaryDirectory(prefix="conformance-") as empty:
        worker = Worker(job, Path(empty), partial(started, python=platform.python))
        try:
            yield worker
        finally:
            worker.close()


class CallFailed(PduHandlerError):
    """A call in the worker failed. The reason begins with the kind of its error."""


class WorkerMethods:
    """The methods of a handler in a worker process."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._states: Mapping[str, str] = {}
        self.statistic: Mapping[str, Any] = {}

    def states(self) -> Sequence[tuple[str, EnumPowerStatus]]:
        self._states = self._call("status")["ports"]
        return [(identity, EnumPowerStatus[name]) for identity, name in self._states.items()]

    def figures(self) -> Figures:
        self.statistic = self._call("statistic")
        return Figures(self.statistic["load"], self.statistic["total_consumption"])

    def switch(self, identity: str, on: bool) -> EnumPowerStatus:
        method = "port_up" if on else "port_down"
        answer = self._call(method, identity, self._states.get(identity, "UNKNOWN"))
        if not answer["same_object"]:
            raise CallFailed("it returned another object than it was given")
        return EnumPowerStatus[answer["state"]]

    def _call(self, method: str, identity: str = "", state: str = "UNKNOWN") -> Mapping[str, Any]:
        call = self._worker.call(method, CALL_SECONDS, identity, state)
        if not call.ok:
            raise CallFailed(f"{call.kind}: {call.text}")
        value: Mapping[str, Any] = call.value
        return value


def _problems(worker: Worker, peer: Peer, port_energy: bool) -> Iterator[str]:
    """What the trials of `pdu handler check` find, and what this pack promises beyond: the figures
    of the device, and the kind of an error.
    """
    methods = WorkerMethods(worker)

    def states() -> Mapping[str, EnumPowerStatus]:
        return {name: EnumPowerStatus[_NAMES[on]] for name, on in peer.books().states.items()}

    for finding in method_findings(TrialDevice(methods, "the simulator", states)):
        is_absent = finding.rule is RULES["no outlet"]
        if finding.result != KEPT or is_absent and "no-such-outlet: " not in finding.detail:
            yield f"{_KEYS[finding.rule]}: {finding.detail}"
    if methods.statistic:
        yield from _figures(methods.statistic, peer, port_energy)


def _figures(statistic: Mapping[str, Any], peer: Peer, port_energy: bool) -> list[str]:
    books = peer.books()
    problems: list[str] = []
    for name, figure, true_figure in (
        ("load", statistic["load"], books.load_a),
        ("energy", statistic["total_consumption"], books.energy_kwh),
    ):
        if true_figure is not None and not _close(figure, true_figure):
            problems.append(f"{name}: {figure} instead of {true_figure}")
    ports: dict[str, float] = statistic["ports"]
    true_ports = books.port_energy_kwh if port_energy else {}
    if list(ports) != list(true_ports) or not all(
        _close(ports[identity], energy) for identity, energy in true_ports.items()
    ):
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
        params = {**peer.snmp, "port": str(deaf.getsockname()[1]), "timeout": "0.2", "retries": "0"}
        with worker_of(platform, handler, replace(peer, snmp=params)) as worker:
            call = worker.call("status", CALL_SECONDS)
    secret = peer.snmp["community"]
    problems = [] if call.kind == "unreachable" else [f"kind of error: {call.kind}"]
    return [*problems, *([f"a secret in {call.text!r}"] if secret in call.text else [])]
