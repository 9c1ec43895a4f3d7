"""Each handler that is a codec (handlers/http/dialogue.py) against its simulated device: those of
this tree, and the two that `pdu new` writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import handlers
import tests.handlers
import tests.simulators
from handlers import registry
from handlers.shared import errors
from pdu.core.adapters.recording_formats import RecordingOptions
from pdu.core.inventory import handler_tools, reading
from pdu.core.inventory.handler_loading import load
from pdu.new import _SHAPES, _handler
from pdu_common.connection import PduData
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.needs import ROOT
from tests.pdu.core.inventory.six_tools import by_each_tool
from tests.pdu.core.inventory.test_one_reading import same, target_of
from tests.peers import Peer
from tests.peers.unit_pdus import UnitPeers

STATES = {True: EnumPowerStatus.UP, False: EnumPowerStatus.DOWN, None: EnumPowerStatus.UNKNOWN}
_OWN = [name for name in registry.names() if registry.about(name).is_codec]


@pytest.fixture(scope="module", name="shapes")
def _shapes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Shape -> its handler, as `pdu new` writes it."""
    folder = tmp_path_factory.mktemp("shapes")
    names = {shape: f"shape{shape}" for shape in _SHAPES}
    for shape, name in names.items():
        for path, text in _handler(ROOT, name, None, shape).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, "utf-8")
    packages: list[tuple[Any, Path]] = [
        (handlers, folder / "handlers"),
        (tests.simulators, folder / "tests" / "simulators"),
    ]
    for package, path in packages:
        package.__path__.append(str(path))
    registry.FOLDERS.append(str(folder / "handlers"))
    yield names
    registry.FOLDERS.remove(str(folder / "handlers"))
    for package, path in packages:
        package.__path__.remove(str(path))


@pytest.fixture(name="peer", params=[*_SHAPES, *_OWN])
def _peer(request: pytest.FixtureRequest, shapes: dict[str, str]) -> Iterator[Peer]:
    with UnitPeers(shapes.get(request.param, request.param)).peer() as peer:
        yield peer


def pdu(peer: Peer, **settings: str) -> Any:
    return load(peer.handler).make(PduData(peer.address, {**peer.settings, **settings}))


def test_states_and_figures_match_the_books(peer: Peer) -> None:
    books, view = peer.books(), pdu(peer).statistic()
    assert {port.identity: port.power_status for port in pdu(peer).status().ports} == {
        identity: STATES[on] for identity, on in books.states.items()
    }
    assert (view.load, view.total_consumption) == (books.load_a, books.energy_kwh)
    assert {port.identity: port.consumption for port in view.ports} == books.port_energy_kwh


def test_tools_read_states_names_and_figures_with_watts_in_the_requests_of_figures(
    peer: Peer,
) -> None:
    before, data = peer.books(), PduData(peer.address, peer.settings)
    pdu(peer).statistic()
    cost, before = peer.books().requests - before.requests, peer.books()
    parts = (reading.states, reading.power, reading.labels)
    found = reading.read_pdu(load(peer.handler), data, parts)
    assert 1 <= peer.books().requests - before.requests == cost
    assert {one.identity: one.state for one in found.outlets} == {
        identity: STATES[on] for identity, on in before.states.items()
    }
    assert all(one.number for one in found.outlets)
    # some units have no names
    assert len({bool(one.name) for one in found.outlets}) == 1
    # of each outlet that is on
    assert [bool(one.power_w) for one in found.outlets] == list(before.states.values())


def test_six_tools_say_the_same_of_each_outlet(peer: Peer, tmp_path: Path) -> None:
    assert len(same(by_each_tool(target_of(peer, tmp_path)))) == len(peer.books().states)


def test_the_device_is_identified_and_its_recording_is_read_like_it(peer: Peer) -> None:
    data = PduData(peer.address, peer.settings)
    kind = handler_tools.recording(peer.handler)
    found = handler_tools.HandlerTools(load(peer.handler)).identify(data)
    assert found.family and found.can and kind is not None
    recording = kind.record(data, RecordingOptions())
    text = recording.text
    assert peer.settings["password"] not in text and kind.is_recording(text)
    # a proof's first note is compared with it
    assert kind.holds is not None and kind.holds(text) == recording.holds != ""
    served = kind.serve(text, 0)
    try:
        again = pdu(peer, port=str(served.port)).status()
    finally:
        served.close()
    assert [port.power_status for port in again.ports] == [
        STATES[on] for on in peer.books().states.values()
    ]


@pytest.mark.parametrize("on", [True, False])
def test_one_command_switches_only_its_outlet(peer: Peer, on: bool) -> None:
    identity = "3" if on else "2"
    before, port = peer.books(), PduPortView(identity, EnumPowerStatus.UNKNOWN)
    answer = (pdu(peer).port_up if on else pdu(peer).port_down)(port)
    assert answer is port and port.power_status is STATES[on]
    assert before.states[identity] is not on
    assert peer.books().states == {**before.states, identity: on} and len(peer.books().writes) == 1


def test_an_outlet_that_does_not_exist_gets_no_command(peer: Peer) -> None:
    with pytest.raises(errors.NoSuchOutlet):
        pdu(peer).port_down(PduPortView("99", EnumPowerStatus.UNKNOWN))
    assert peer.books().writes == []


def test_each_mistake_raises_its_own_error(peer: Peer) -> None:
    with pytest.raises(errors.Denied):
        pdu(peer, password="wrong").status()
    with pytest.raises(errors.SettingsError):
        pdu(peer, colour="red").status()
    with pytest.raises(errors.Unreachable):
        pdu(peer, port="1").status()
