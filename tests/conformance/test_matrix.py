"""Every archive on every plausible platform; the names of the tests are the matrix."""
from __future__ import annotations

import contextlib
import queue
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Callable, Dict, Iterator, List, cast

import pytest

from tests import archives, peers
from tests.needs import ROOT
from tests.packaging.building import archive
from tests.peers import Peer
from tests.simulators.books import Books
from tests.simulators.snmp_agent.devices.servertech import sentry3

from . import baseline, trial
from .variants import VARIANTS, Variant

Place = Callable[[str, str], trial.Placed]
Outcome = Callable[[Variant], List[str]]
_EACH = 2           # devices of each kind, so that as many trials run side by side


@pytest.fixture(scope="module")
def simulated() -> Iterator[Dict[str, queue.Queue[Peer]]]:
    """Devices for each handler; whoever takes one gives it back."""
    with contextlib.ExitStack() as open_peers:
        idle: Dict[str, queue.Queue[Peer]] = {name: queue.Queue() for name in peers.PEERS}
        for name, make in peers.PEERS.items():
            for _ in range(_EACH):
                idle[name].put(open_peers.enter_context(make()))
        yield idle


@pytest.fixture
def snmp_peer(simulated: Dict[str, queue.Queue[Peer]]) -> Iterator[Peer]:
    peer = simulated["snmp"].get()
    yield peer
    simulated["snmp"].put(peer)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Each archive unpacked once for each way in which it is loaded: a handler's name and a way → where it is."""
    made: Dict[str, trial.Placed] = {}
    lock = threading.Lock()

    def placed(name: str, way: str) -> trial.Placed:
        key = f"{name}-{way}"
        with lock:
            if key not in made:
                content = archives.read(archive(ROOT / "handlers", name))
                made[key] = trial.place(content, way, tmp_path_factory.mktemp(key))
            return made[key]
    return placed


def platform(variant: Variant, folder: Path) -> trial.Platform:
    return baseline.platform(variant.files, variant.adapter, variant.without, folder)


@pytest.fixture(scope="module")
def outcome(request: pytest.FixtureRequest, simulated: Dict[str, queue.Queue[Peer]], place: Place,
            tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcome]:
    """What a variant's trials found; those of all chosen tests run side by side, as many as there are devices."""
    def check(variant: Variant, on: trial.Platform, name: str) -> List[str]:
        peer = simulated[name].get()
        try:
            return [f"{name}: {problem}" for problem in trial.run(
                on, place(name, variant.place), peer, port_energy=variant.port_energy, fresh=variant.fresh)]
        finally:
            simulated[name].put(peer)

    chosen = [cast(Variant, item.callspec.params["variant"]) for item in request.session.items
              if isinstance(item, pytest.Function) and item.originalname == "test_every_archive_works_whatever_the_platform_is"]
    with ThreadPoolExecutor(max_workers=_EACH * len(simulated)) as pool:
        found: Dict[Variant, List[Future[List[str]]]] = {}
        for variant in chosen:
            on = platform(variant, tmp_path_factory.mktemp("platform"))
            found[variant] = [pool.submit(check, variant, on, name) for name in variant.handlers]
        yield lambda variant: sum((trials.result() for trials in found[variant]), [])
        for waiting in found.values():
            for trials in waiting:
                trials.cancel()


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_every_archive_works_whatever_the_platform_is(variant: Variant, outcome: Outcome) -> None:
    assert outcome(variant) == []


@pytest.mark.parametrize("variant", [v for v in VARIANTS if v.point == "index of a walked row"], ids=str)
def test_index_of_several_parts_is_read_from_every_kind_of_row(variant: Variant, place: Place, tmp_path: Path) -> None:
    with peers.snmp(lambda: sentry3(relay_s=0.0)) as peer:
        assert "." in next(iter(peer.books().states))
        assert trial.run(platform(variant, tmp_path), place("snmp", "directory"), peer) == []


@pytest.mark.parametrize("variant", [v for v in VARIANTS if v.point == "a call that fails"], ids=str)
def test_silence_is_unreachable_whatever_the_platform_raises(variant: Variant, snmp_peer: Peer, place: Place,
                                                             tmp_path: Path) -> None:
    assert trial.silent(platform(variant, tmp_path), place("snmp", "directory"), snmp_peer) == []


@pytest.mark.parametrize("name", list(peers.PEERS))
def test_archive_alone_beside_our_doubles_does_all_four_calls(name: str, simulated: Dict[str, queue.Queue[Peer]], place: Place,
                                                              tmp_path: Path) -> None:
    for package in ("common", "pdu_common"):
        (tmp_path / package).symlink_to(ROOT / package)
    peer = simulated[name].get()
    try:
        assert trial.run(trial.Platform(tmp_path), place(name, "directory"), peer) == []
    finally:
        simulated[name].put(peer)


def test_matrix_holds_every_open_point() -> None:
    assert len({str(variant) for variant in VARIANTS}) == len(VARIANTS)
    assert len({variant.point for variant in VARIANTS}) >= 15


# ---- the matrix itself can fail ----

_BROKEN = {
    "no BasePdu anywhere": {"pdu_common/base_pdu.py": "", "pdu_common/base_snmp_pdu.py": "class BaseSnmpPdu:\n    pass\n"},
    "no list of ports": baseline.helper(ports=baseline.PORT_VIEWS.replace("self.ports = []", "self.ports = None")),
    "rows without OID and index": baseline.rows(row="\ndef row(oid, index, value):\n    return Row(value)\n"),
}


@pytest.mark.parametrize("point", list(_BROKEN))
def test_platform_that_cannot_work_is_told_by_what_was_looked_for(point: str, snmp_peer: Peer, place: Place,
                                                                  tmp_path: Path) -> None:
    on = platform(Variant(point, "", _BROKEN[point]), tmp_path)
    problems = trial.run(on, place("snmp", "directory"), snmp_peer)
    assert len(problems) == 1, problems
    assert "looked for" in problems[0] or "nor above BaseSnmpPdu" in problems[0]


def test_difference_from_the_truth_is_noticed(snmp_peer: Peer, place: Place, tmp_path: Path) -> None:
    true, on = snmp_peer, platform(VARIANTS[0], tmp_path)

    def wrong_books() -> Books:
        books = true.books()
        books.states = {identity: not state for identity, state in books.states.items()}
        books.load_a = books.port_energy_kwh["1"] = 4711.0
        return books
    problems = trial.run(on, place("snmp", "directory"), peers.Peer("snmp", "snmp", true.address, wrong_books, true.snmp))
    for word in ("states: ", "load: ", "energy by outlet: ", "after port_"):
        assert any(word in problem for problem in problems)
