"""Runs one archive on one platform, in a clean process: status, statistic, off and on, compared
with the simulator's books.
"""

from __future__ import annotations

import contextlib
import math
import socket
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple, Optional

from pdu.pdus.handler_archives import Archive
from tests.dcimanager.worker import Call, Job, Worker, started
from tests.peers import Peer

CALL_SECONDS = 100.0
_NAMES = {True: "UP", False: "DOWN", None: "UNKNOWN"}


class Platform(NamedTuple):
    """A platform: the folder `tree` with `common` and `pdu_common`.

    `adapter` is a file with the functions of tests/dcimanager/adapter.py that differ on this
    platform ("": none). A worker is a new process of `python`.
    """

    tree: Path
    adapter: str = ""
    python: str = sys.executable


class Placed(NamedTuple):
    """An unpacked archive: an entry for sys.path, and the module to import or the file to load."""

    path: str
    module: str


def place(archive: Archive, where: str, folder: Path) -> Placed:
    """Unpacks an archive as a platform may: as a "directory" on sys.path, a "package", or a "file"
    that is loaded by its path.
    """
    if where == "package":
        inner = folder / "uploaded" / "handlers"
        inner.mkdir(parents=True)
        for package in (inner, inner.parent):
            (package / "__init__.py").touch()
        archive.unpack(inner)
        return Placed(str(folder), f"uploaded.handlers.{archive.top}.handler")
    archive.unpack(folder)
    if where == "file":
        return Placed(str(folder / "nowhere"), str(folder / archive.top / "handler.py"))
    return Placed(str(folder), f"{archive.top}.handler")


def run(
    platform: Platform,
    placed: Placed,
    peer: Peer,
    *,
    port_energy: Optional[bool] = True,
    fresh: bool = False,
) -> list[str]:
    """What failed or differs from the simulator's books; [] if everything agrees.

    `port_energy`: whether this platform's views have an outlet's energy; None: unknown, so it is
    compared if present. `fresh`: each call gets a new handler object and a new thread.
    """
    with worker_of(platform, placed, peer, fresh) as worker:
        return list(_problems(worker, peer, port_energy))


@contextlib.contextmanager
def worker_of(
    platform: Platform, placed: Placed, peer: Peer, fresh: bool = False
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
        [str(platform.tree), placed.path],
        placed.module,
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


def _problems(worker: Worker, peer: Peer, port_energy: Optional[bool]) -> Sequence[str]:
    status = worker.call("status", CALL_SECONDS)
    if not status.ok:
        return [f"status: {status.kind}: {status.text}"]
    books = peer.books()
    found = _compare(
        "states",
        list(status.value["ports"].items()),
        [(i, _NAMES[on]) for i, on in books.states.items()],
    )
    statistic = worker.call("statistic", CALL_SECONDS)
    found += (
        [f"statistic: {statistic.kind}: {statistic.text}"]
        if not statistic.ok
        else _figures(statistic, peer, port_energy)
    )
    identity = next(identity for identity, on in books.states.items() if on)
    for method, state in (("port_down", "DOWN"), ("port_up", "UP")):
        call = worker.call(
            method, CALL_SECONDS, identity, status.value["ports"].get(identity, "UNKNOWN")
        )
        want = {"identity": identity, "state": state, "same_object": True}
        found += (
            _compare(method, dict(call.value), want)
            if call.ok
            else [f"{method}: {call.kind}: {call.text}"]
        )
        found += _compare(
            f"the outlet after {method}", _NAMES[peer.books().states[identity]], state
        )
    lost = worker.call("port_down", CALL_SECONDS, "no-such-outlet")
    return found + _compare("an outlet that does not exist", lost.kind, "no-such-outlet")


def _figures(call: Call, peer: Peer, port_energy: Optional[bool]) -> list[str]:
    books = peer.books()
    found: list[str] = []
    for name, seen, want in (
        ("load", call.value["load"], books.load_a),
        ("energy", call.value["total_consumption"], books.energy_kwh),
    ):
        if want is not None and not _close(seen, want):
            found.append(f"{name}: {seen} instead of {want}")
    ports: dict[str, float] = call.value["ports"]
    want_ports = books.port_energy_kwh if port_energy or (port_energy is None and ports) else {}
    if list(ports) != list(want_ports) or not all(
        _close(ports[i], want) for i, want in want_ports.items()
    ):
        found.append(f"energy by outlet: {ports} instead of {want_ports}")
    return found


def _close(seen: float, want: Optional[float]) -> bool:
    return want is not None and math.isclose(seen, want, rel_tol=0.02, abs_tol=0.005)


def _compare(what: str, seen: object, want: object) -> list[str]:
    return [] if seen == want else [f"{what}: {seen} instead of {want}"]


def silent(platform: Platform, placed: Placed, peer: Peer) -> list[str]:
    """The problems of a status call that gets no answer: the error must be `unreachable` and must
    not show the community.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind((peer.address, 0))
        params = {**peer.snmp, "port": str(deaf.getsockname()[1]), "timeout": "0.2", "retries": "0"}
        with worker_of(platform, placed, replace(peer, snmp=params)) as worker:
            call = worker.call("status", CALL_SECONDS)
    secret = peer.snmp["community"]
    return _compare("kind of error", call.kind, "unreachable") + (
        [f"a secret in {call.text!r}"] if secret in call.text else []
    )
