"""Hostile text as identity, as handler setting and as an outlet's name: nothing executes, leaves its field or forges a line.

register.sh's part is in tests/packaging/test_register_hostile.py, that of the local DCImanager's page in
tests/dcimanager/test_page.py, that of device lists in tests/handlers/command/fleet.
"""
from __future__ import annotations

import contextlib
import csv
import importlib
import io
import json
import logging
import socket
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Callable, ContextManager, Iterator, List, Mapping, Optional, Sequence, Set, Tuple

import pytest

from handlers.errors import NoSuchOutlet, PduHandlerError, ProtocolError
from pdu_common.connection import PduData, PduSnmpData
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.handlers.command.fleet.exporting import exporter
from tests.handlers.command.fleet.halls import SECRETS, line, login, private, run
from tests.hostile import LISTED, TEXTS, is_one_line
from tests.packaging.building import archive, small_tree
from tests.peers import PEERS, Peer
from tests.peers.nut import _peer as nut_peer
from tests.peers.raritan import _peer as raritan_peer
from tests.peers.redfish import _peer as redfish_peer
from tests.simulators.nut_server import NutServer, SwitchedPdu
from tests.simulators.redfish import Model as RedfishModel, Pdu, RedfishService
from tests.simulators.snmp_agent.devices import apc
from tests.simulators.xerus import Model, XerusPdu

NUT_LINES = ("LIST ", "USERNAME ", "PASSWORD ")        # a refused command sends these with the setting in them, and as they are:
NUT_WHOLE = ("SET TRACKING ON", "INSTCMD pdu outlet.1.load.off", "LOGOUT")
STATES = {True: "UP", False: "DOWN", None: "UNKNOWN"}
NAMES = list(LISTED.values())


def made(peer: Peer, **changes: str) -> Any:
    """The handler of that PDU, with settings changed."""
    make = importlib.import_module(f"handlers.{peer.handler}.handler").make_handler
    if peer.snmp:
        return make(PduSnmpData(peer.address, peer.snmp, {**peer.settings, **changes}))
    return make(PduData(peer.address, {**peer.settings, **changes}))


# ---- identities --------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", list(PEERS))
@pytest.mark.parametrize("call", ["port_up", "port_down"])
def test_an_identity_that_no_outlet_has_is_refused_without_a_write(name: str, call: str,
                                                                   caplog: pytest.LogCaptureFixture) -> None:
    with PEERS[name]() as peer, caplog.at_level(logging.DEBUG):
        before = peer.books()
        for about, text in TEXTS.items():
            with pytest.raises(NoSuchOutlet) as caught:
                getattr(made(peer), call)(PduPortView(text, EnumPowerStatus.UNKNOWN))
            assert is_one_line(str(caught.value)) and len(str(caught.value)) < 1000, about
        after = peer.books()
    assert (after.writes, after.states) == (before.writes, before.states)
    assert [record.getMessage() for record in caplog.records if not is_one_line(record.getMessage())] == []


# ---- handler settings --------------------------------------------------------------------------------------

@pytest.fixture
def nobody_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text that passes for a host name is asked of nobody."""
    real = socket.getaddrinfo

    def look_up(host: Any, *more: Any, **others: Any) -> Any:
        if host not in ("127.0.0.1", b"127.0.0.1", None):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real(host, *more, **others)
    monkeypatch.setattr(socket, "getaddrinfo", look_up)


@pytest.mark.parametrize("name", list(PEERS))
@pytest.mark.usefixtures("nobody_is_looked_up")
def test_a_hostile_setting_ends_in_an_error_of_the_tree_or_does_nothing(name: str, caplog: pytest.LogCaptureFixture) -> None:
    settings = importlib.import_module(f"handlers.{name}.settings")
    keys = sorted({one.key for value in vars(settings).values() for one in (value if isinstance(value, tuple) else (value,))
                   if hasattr(one, "key") and hasattr(one, "allowed")} - {"timeout"})
    assert len(keys) > 3
    with PEERS[name]() as peer, caplog.at_level(logging.DEBUG):
        before = peer.books()
        for key, (about, text) in ((key, one) for key in keys for one in TEXTS.items()):
            try:
                ports = made(peer, **{key: text, "timeout": "5"} if not peer.snmp else {key: text}).status().ports
            except PduHandlerError as error:
                assert is_one_line(str(error)) and len(str(error)) < 3000, (key, about)
            else:
                assert {port.identity for port in ports} <= set(before.states), (key, about)
        after = peer.books()
    assert (after.writes, after.states) == (before.writes, before.states)
    assert [record.getMessage() for record in caplog.records if not is_one_line(record.getMessage())] == []


@pytest.mark.parametrize("key", ["device", "username", "password"])
def test_a_nut_server_gets_such_a_setting_within_its_own_line(key: str) -> None:
    lines: List[str] = []

    def note(request: str, answer: bytes) -> bytes:
        lines.append(request)
        return answer

    with NutServer([SwitchedPdu("pdu", 2)]) as server:
        server.faults.rewrite = note
        for about, text in TEXTS.items():
            del lines[:]
            with pytest.raises(PduHandlerError):
                made(nut_peer(server, **{key: text})).port_down(PduPortView("1", EnumPowerStatus.UNKNOWN))
            assert all(line in NUT_WHOLE or line.startswith(NUT_LINES) for line in lines), about
            assert len(lines) == len(set(lines)), about
            assert len({line.split()[0] for line in lines if line.startswith(("USERNAME ", "PASSWORD "))}) in (0, 2), about
            assert sum(line.startswith("USERNAME ") for line in lines) <= 1, about
        assert server.books().writes == []


# ---- names of outlets --------------------------------------------------------------------------------------

# A NUT server writes these into its line as they are, and no reader can tell where that line ends.
NO_NUT_LINE = [text for text in NAMES if set(text) & set("\0\r\n")]
NUT_NAMES = [text for text in NAMES if text not in NO_NUT_LINE]


def _nut_unit(names: Sequence[str]) -> SwitchedPdu:
    device = SwitchedPdu("pdu", len(names))
    for number, text in enumerate(names, 1):
        device.set(f"outlet.{number}.desc", text)
    return device


@contextlib.contextmanager
def _nut() -> Iterator[Peer]:
    with NutServer([_nut_unit(NUT_NAMES)]) as server:
        yield nut_peer(server)


@contextlib.contextmanager
def _raritan() -> Iterator[Peer]:
    with XerusPdu(Model(outlets=len(NAMES), names=dict(enumerate(NAMES, 1)))) as pdu:
        yield raritan_peer(pdu)


@contextlib.contextmanager
def _redfish() -> Iterator[Peer]:
    with RedfishService(RedfishModel((Pdu(outlets=tuple(map(str, range(1, len(NAMES) + 1)))),))) as unit:
        for number, text in enumerate(NAMES, 1):
            unit.outlet(str(number)).name = text
        yield redfish_peer(unit)


@contextlib.contextmanager
def _snmp() -> Iterator[Peer]:
    model = apc.rpdu2(outlets=len(NAMES))
    for number, text in enumerate(NAMES, 1):
        model.device.put(f"{apc.RPDU2_STATUS}.3.{number}", text)
    with PEERS["snmp"](lambda: model) as peer:
        yield peer


NAMED: Mapping[str, Callable[[], ContextManager[Peer]]] = {"nut": _nut, "raritan": _raritan, "redfish": _redfish, "snmp": _snmp}


def test_every_handler_has_a_device_with_such_names() -> None:
    assert set(NAMED) == set(PEERS)


@pytest.mark.parametrize("name", list(NAMED))
def test_names_of_outlets_stay_in_their_cell_their_value_and_their_label(name: str, tmp_path: Path) -> None:
    with NAMED[name]() as peer:
        listed, logins = tmp_path / "list.csv", private(tmp_path / "logins.toml", login(peer))
        listed.write_text(f"name,handler,address,auth,settings\n{line(tmp_path, peer)}\n")
        with exporter("--list", listed, "--auth", logins) as running:
            found = running.probe(target=name)
        form = {**peer.settings, **peer.snmp}
        arguments = [part for key, value in form.items() if key not in SECRETS for part in ("-s", f"{key}={value}")]
        secrets = {f"PDU_{key.upper()}": value for key, value in form.items() if key in SECRETS}
        shown = run("status", name, peer.address, *arguments, **secrets)
        document = run("status", name, peer.address, "--json", *arguments, **secrets)
        books = peer.books()
    states = {identity: STATES[on] for identity, on in books.states.items()}
    outlets = json.loads(document.stdout)["outlets"]
    assert {one["identity"]: one["state"] for one in outlets} == states and len(outlets) == len(states)
    assert all(is_one_line(one["name"]) for one in outlets) and document.stdout.isascii()
    lines = shown.stdout.splitlines()
    assert len(lines) == 2 + len(states) and all(map(is_one_line, lines)), shown.stderr
    assert [line.split()[:2] for line in lines[2:]] == [[identity, state] for identity, state in states.items()]
    labels = [dict(one) for one in found["pdu_outlet_info"]]
    assert {one["outlet"] for one in labels} == set(states) and all(is_one_line(one["name"]) for one in labels)
    assert {dict(one)["outlet"]: value for one, value in found["pdu_outlet_state"].items()} == {
        identity: float(on) for identity, on in books.states.items() if on is not None}
    assert all(metric.startswith("pdu_") for metric in found)
    assert books.writes == []


@pytest.mark.parametrize("text", NO_NUT_LINE, ids=ascii)
def test_a_nut_value_that_breaks_its_line_is_an_error_and_no_state(text: str) -> None:
    with NutServer([_nut_unit([text, "two"])]) as server:
        with pytest.raises(ProtocolError) as caught:
            made(nut_peer(server)).status()
        assert is_one_line(str(caught.value)) and server.books().writes == []


# ---- an archive that is not of this pack -------------------------------------------------------------------

@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive whose outlets are called like the texts, all of state UNKNOWN; its list is beside it."""
    folder = tmp_path_factory.mktemp("foreign")
    tree = small_tree(folder)
    handler = tree / "small" / "handler.py"
    own = 'view.ports.append(PduPortView(identity=VERSION, power_status=EnumPowerStatus.UNKNOWN))'
    assert own in handler.read_text()
    handler.write_text(handler.read_text().replace(own, f"""for text in {ascii(list(TEXTS.values()))}:
            view.ports.append(PduPortView(identity=text, power_status=EnumPowerStatus.UNKNOWN))"""))
    (folder / "pdu_small-1.0.tar.gz").write_bytes(archive(tree, "small"))
    (folder / "list.csv").write_text("name,handler,address\n=1+1,pdu_small-1.0.tar.gz,127.0.0.1\n")
    return folder


class Elements(HTMLParser):
    """The elements of a page, with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: Set[str] = set()
        self.attributes: Set[str] = set()
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: List[Tuple[str, Optional[str]]]) -> None:
        self.found.add(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_identities_of_any_archive_reach_no_terminal_page_or_metric_as_they_are(foreign: Path, tmp_path: Path) -> None:
    written = tmp_path / "page.html"
    shown = run("check", foreign / "list.csv", "--html", written)
    assert shown.returncode == 1 and all(map(is_one_line, shown.stdout.splitlines())), shown.stderr
    there = Elements(written.read_text("utf-8"))
    assert not there.found & {"script", "img", "a", "iframe"} and not any(name.startswith("on") for name in there.attributes)
    assert [text for text in there.text.split("\n") if not is_one_line(text)] == []
    found = json.loads(run("check", foreign / "list.csv", "--json").stdout)["pdus"][0]["outlets"]
    assert len(found) == 1 + len(TEXTS) and all(is_one_line(one["identity"]) for one in found)
    cells = next(csv.DictReader(io.StringIO(run("check", foreign / "list.csv", "--csv").stdout)))
    assert (cells["name"], cells["unknown"]) == ("'=1+1", str(len(TEXTS)))
    with exporter("--list", foreign / "list.csv") as running:
        metrics = running.probe(target="=1+1")
    assert len(metrics["pdu_outlet_state_unknown"]) == len(TEXTS) and all(name.startswith("pdu_") for name in metrics)
