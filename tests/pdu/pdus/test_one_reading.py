"""Three tools read a PDU; all say the same of each outlet, whichever command was imported first."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Callable

import pytest

from pdu.commands import LAZY_COMMANDS
from pdu.pdus.polling import Target
from tests.handlers.snmp.units import FIXTURES, chosen_by_hand
from tests.needs import ROOT
from tests.pdu.monitoring.halls import Hall, environment, line, login, private
from tests.pdu.pdus.each_tool import WORDS, Said, SaidOfEach, by_each_tool, targets
from tests.peers import PEERS, Peer
from tests.peers.unit_pdus import outlet_meters
from tests.recordings import Fixture
from tests.simulators.redfish import RedfishService, units
from tests.simulators.redfish.model import Model
from tests.simulators.snmp_agent import Agent
from tests.waiting import PATIENCE_S

COMMANDS = list(LAZY_COMMANDS)
SERVICES: Mapping[str, Callable[[], Model]] = units.UNITS
# equipment that is read only by name
NAMED = {"floor": "FloorPDUs/Row1", "transfer-switch": "TransferSwitches/1"}


def same(said: Mapping[str, SaidOfEach]) -> SaidOfEach:
    """What `pdu outlets` says, once all others have said the same."""
    first = {identity: Said(*one) for identity, one in said["outlets"].items()}
    assert {one.state for one in first.values()} <= set(WORDS)
    for tool, of_each in said.items():
        # the statistic leaves out outlets without a figure, and has no state
        missing = dict.fromkeys(first, Said(None, None, None, None))
        whole = {**missing, **of_each} if tool == "statistic" else of_each
        assert list(whole) == list(first), tool
        for identity, one in first.items():
            other = Said(*whole[identity])
            assert other.state in (one.state, *([None] if tool == "statistic" else [])), tool
            assert other[1:] == pytest.approx(one[1:], rel=1e-6, abs=6e-4), (tool, identity)
    return first


def target_of(peer: Peer, folder: Path) -> Target:
    logins = private(folder / "logins.toml", login(peer))
    fleet = folder / "list.csv"
    fleet.write_text(f"name,handler,address,auth,settings\n{line(folder, peer)}\n")
    (target,) = targets(fleet, logins)
    return target


@contextlib.contextmanager
def service(name: str) -> Iterator[Peer]:
    with RedfishService(SERVICES[name]()) as unit:
        settings = {
            "port": str(unit.port),
            "username": unit.user,
            "password": unit.password,
            "ca_pem": unit.ca_pem,
            **({"pdu": NAMED[name]} if name in NAMED else {}),
        }
        yield Peer("redfish", "custom", unit.host, unit.books, settings=settings)


@contextlib.contextmanager
def fixture(unit: Fixture) -> Iterator[Peer]:
    settings = {
        **({"profile": unit.key} if chosen_by_hand(unit) else {}),
        "metered_only": "yes" if unit.metered_only else "no",
        "snmp_version": unit.versions[-1].replace("2c", "2"),
    }
    with Agent(unit.device()) as agent:
        snmp = {"community": "public", "port": str(agent.port)}
        yield Peer("snmp", "snmp", agent.host, agent.books, snmp=snmp, settings=settings)


def test_three_tools_say_the_same_of_each_outlet_of_each_handlers_peer_with_watts(
    tmp_path: Path,
) -> None:
    for name, make in PEERS.items():
        with make() as peer:
            first = same(by_each_tool(target_of(peer, tmp_path)))
            shown = {True: "on", False: "off", None: "unknown"}
            books = peer.books()
            assert {key: one.state for key, one in first.items()} == {
                key: shown[on] for key, on in books.states.items()
            }, name
            for figure in outlet_meters(name):
                assert any(getattr(one, figure) for one in first.values()), (name, figure)


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.sample(3)
def test_three_tools_say_the_same_of_each_outlet_of_each_redfish_service(
    name: str, tmp_path: Path
) -> None:
    with service(name) as peer:
        first = same(by_each_tool(target_of(peer, tmp_path)))
    assert set(first) == set(peer.books().states)
    if name == "apc":  # its watts are in sensors
        assert any(one.power_w for one in first.values())


@pytest.mark.parametrize("unit", FIXTURES, ids=lambda unit: unit.name)
@pytest.mark.sample(12)
def test_three_tools_say_the_same_of_each_outlet_of_each_snmp_family(
    unit: Fixture, tmp_path: Path
) -> None:
    with fixture(unit) as peer:
        first = same(by_each_tool(target_of(peer, tmp_path)))
    assert {key: tuple(one) for key, one in first.items()} == {
        key: pytest.approx((outlet.state, outlet.current_a, outlet.power_w, outlet.energy_kwh))
        for key, outlet in unit.expected.outlets.items()
    }


@pytest.mark.parametrize("first", COMMANDS)
@pytest.mark.sample(2)
def test_three_tools_say_the_same_whichever_command_is_imported_first(
    first: str, small: Hall
) -> None:
    """Of one PDU: each handler's in turn."""
    handlers = list(small.peers)
    fleet = small.one(handlers[COMMANDS.index(first) % len(handlers)])
    result = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.pdu.pdus.each_tool",
            first,
            fleet,
            small.logins,
        ],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
        timeout=PATIENCE_S,
        check=True,
    )
    assert len(json.loads(result.stdout)) == 1
    for name, said in json.loads(result.stdout).items():
        read = same(
            {tool: {key: Said(*one) for key, one in of.items()} for tool, of in said.items()}
        )
        for figure in outlet_meters(name):
            assert any(getattr(outlet, figure) for outlet in read.values()), (name, figure)
