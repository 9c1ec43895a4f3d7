"""Runs the archives on plausible forms of the platform.

A `Variant` is a platform with one form of one point, such as "BasePdu: abstract". Each handler has
one small simulated PDU, its `Peer`, which knows its true state. `trial.run` calls a handler on a
platform in a process of its own, and returns what differs.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Callable

import pytest

from pdu.loading import handler_archives
from tests.needs import ROOT
from tests.packaging.building import archive
from tests.packaging.installing import once
from tests.servers import peers
from tests.servers.peers import Peer
from tests.simulators.snmp_agent.devices.rpcm import rpcm
from tests.simulators.truth import Truth

from . import baseline, trial
from .variants import VARIANTS, Variant

Place = Callable[[str, str], trial.HandlerModule]


@pytest.fixture(scope="module")
def simulated() -> Iterator[dict[str, Peer]]:
    """One small device for each handler. Each process of xdist has its own devices."""
    with contextlib.ExitStack() as stack:
        yield {
            name: stack.enter_context(make(rpcm) if name == "snmp" else make())
            for name, make in peers.PEERS.items()
        }


@pytest.fixture
def snmp_peer(simulated: dict[str, Peer]) -> Peer:
    return simulated["snmp"]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A function that unpacks a handler's archive, and returns its module: place("nut", "package").
    The second argument is how it is loaded: as a "directory", "package", "file", or "remade".

    Each handler and way is unpacked and compiled once for all processes of xdist, by one of them:
    a file tells the others where the module is.
    """

    def place_once(name: str, way: str) -> trial.HandlerModule:
        def make(folder: Path) -> None:
            package = handler_archives.read_archive(archive(ROOT / "handlers", name))
            placed = trial.place(package, way, folder)
            (folder / "handler").write_text(f"{placed.path}\n{placed.module}", "utf-8")

        folder = once(tmp_path_factory, f"{name}-{way}", make)
        path, module = (folder / "handler").read_text("utf-8").splitlines()
        return trial.HandlerModule(path=path, module=module)

    return place_once


def platform(variant: Variant, folder: Path) -> trial.Platform:
    """The platform of a variant, written into `folder`."""
    return baseline.platform(variant.files, variant.adapter, folder)


def tried(variant: Variant) -> tuple[str, ...]:
    """The handlers that try a variant in this test, such as ("nut",): all that it affects for the
    first form of a point, and for every form of the point "archive"; one of them, in turn, for any
    other form.

    Nearly all code for the undocumented parts of the platform is in handlers/dcimanager, whose
    modules do not differ between archives. `python -m tests.conformance` tries each
    form with all handlers that it affects.
    """
    number = VARIANTS.index(variant)
    is_first = all(earlier.point != variant.point for earlier in VARIANTS[:number])
    if is_first or variant.point == "archive":
        return variant.handlers
    return (variant.handlers[number % len(variant.handlers)],)


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
@pytest.mark.sample(6)
def test_archives_run_on_each_variant_that_affects_them(
    variant: Variant, simulated: dict[str, Peer], place: Place, tmp_path: Path
) -> None:
    dcimanager = platform(variant, tmp_path)
    names = tried(variant)
    # Not in the threads: ast.parse, which building an archive needs, fails in several threads of
    # CPython 3.11 at once.
    handlers = {name: place(name, variant.place) for name in names}

    def problems(name: str) -> list[str]:
        return variant.problems(dcimanager, handlers[name], simulated[name])

    with ThreadPoolExecutor(max_workers=len(names)) as pool:
        problems_by_handler = dict(zip(names, pool.map(problems, names)))
    assert problems_by_handler == {name: [] for name in names}


def test_every_form_is_tried_and_each_handler_tries_every_point_that_affects_it() -> None:
    every = {(variant.point, name) for variant in VARIANTS for name in variant.handlers}
    assert {(variant.point, name) for variant in VARIANTS for name in tried(variant)} == every
    assert all(tried(variant) for variant in VARIANTS)


def test_variants_have_different_names_and_many_points() -> None:
    assert len({str(variant) for variant in VARIANTS}) == len(VARIANTS)
    assert len({variant.point for variant in VARIANTS}) >= 15


# ---- platforms and true states with which a trial must fail ----

# The files that differ from the baseline, and what the error says.
_BROKEN = {
    "no BasePdu anywhere": (
        {
            "pdu_common/base_pdu.py": "",
            "pdu_common/base_snmp_pdu.py": "class BaseSnmpPdu:\n    pass\n",
        },
        "no class BasePdu in ",
    ),
    "a module that cannot be imported": (
        {
            "pdu_common/base_pdu.py": "import netsnmp_of_the_platform\n",
            "pdu_common/base_snmp_pdu.py": "class BaseSnmpPdu:\n    pass\n",
        },
        "pdu_common.base_pdu cannot be imported (No module named 'netsnmp_of_the_platform')",
    ),
    "a name that cannot be imported": (
        {
            "pdu_common/base_pdu.py": "from pdu_common import missing\n",
            "pdu_common/base_snmp_pdu.py": "class BaseSnmpPdu:\n    pass\n",
        },
        "pdu_common.base_pdu cannot be imported (cannot import name 'missing'",
    ),
    "no list of ports": (
        baseline.helper(ports=baseline.PORT_VIEWS.replace("self.ports = []", "self.ports = None")),
        "PduView has no list of ports",
    ),
    "rows without OID and index": (
        baseline.rows(row="\ndef row(oid, index, value):\n    return Row(value)\n"),
        "a walked row has neither an OID",
    ),
}


@pytest.mark.parametrize("point", list(_BROKEN))
def test_an_unusable_platform_is_an_error_that_names_what_it_lacks(
    point: str, snmp_peer: Peer, place: Place, tmp_path: Path
) -> None:
    """`point`: a key of _BROKEN, which has the platform's files and a part of the only problem."""
    files, words = _BROKEN[point]
    broken = platform(Variant(point, "", files), tmp_path)
    problems = trial.run(broken, place("snmp", "directory"), snmp_peer)
    (problem,) = problems
    assert words in problem


def test_a_difference_from_the_truth_is_noticed(
    snmp_peer: Peer, place: Place, tmp_path: Path
) -> None:
    """The peer's truth is made wrong: states, load and an outlet's energy differ."""

    def wrong_truth() -> Truth:
        truth = snmp_peer.truth()
        truth.states = {identity: not state for identity, state in truth.states.items()}
        truth.load_a = 4711.0
        truth.port_energy_kwh["1"] = 4711.0
        return truth

    wrong_peer = Peer("snmp", "snmp", snmp_peer.address, wrong_truth, snmp_peer.snmp)
    usual_platform = platform(VARIANTS[0], tmp_path)

    problems = trial.run(usual_platform, place("snmp", "directory"), wrong_peer)

    for words in ("states: ", "load: ", "energy by outlet: "):
        assert any(words in problem for problem in problems), words


def test_a_command_that_the_device_does_not_show_is_noticed(
    snmp_peer: Peer, place: Place, tmp_path: Path
) -> None:
    """The peer's truth keeps the states from before all commands."""
    states = dict(snmp_peer.truth().states)

    def old_truth() -> Truth:
        truth = snmp_peer.truth()
        truth.states = states
        return truth

    old_peer = Peer("snmp", "snmp", snmp_peer.address, old_truth, snmp_peer.snmp)
    usual_platform = platform(VARIANTS[0], tmp_path)

    problems = trial.run(usual_platform, place("snmp", "directory"), old_peer)

    assert any("port_down: " in problem for problem in problems), problems
