"""Hostile text as identity, handler setting or outlet's name: no part of it is executed, leaves its
field or forges a line.

Hostile text in DCImanager's answers is tested in tests/pdu/registration/test_replies.py, on the
page of the local DCImanager in tests/dcimanager/test_page.py, and in device lists in
tests/pdu/monitoring.
"""

from __future__ import annotations

import csv
import importlib
import io
import itertools
import json
import logging
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from handlers.shared.errors import NoSuchOutlet, PduHandlerError, ProtocolError
from pdu_common.connection import PduData, PduSnmpData
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.hostile import LISTED, TEXTS, Elements, is_one_line
from tests.needs import ROOT
from tests.packaging.building import archive, small_tree
from tests.pdu.monitoring import conftest
from tests.pdu.monitoring.exporter_process import exporter, serving
from tests.pdu.monitoring.halls import SECRETS, Call, line, login, private
from tests.peers import NAMED, PEERS, Peer
from tests.peers.nut import NO_LINE, of as nut_peer
from tests.simulators.nut_server import NutServer, SwitchedPdu

# A refused command may send only lines that begin as in NUT_LINES, and those in NUT_WHOLE.
NUT_LINES = ("LIST ", "USERNAME ", "PASSWORD ")
NUT_WHOLE = ("SET TRACKING ON", "INSTCMD pdu outlet.1.load.off", "LOGOUT")
STATES = {True: "on", False: "off", None: "unknown"}
NAMES = list(LISTED.values())
call = conftest.call  # the fixture that runs `pdu` in this process


def made(peer: Peer, **changes: str) -> Any:
    """The handler for the peer's PDU, with `changes` to its settings."""
    make = importlib.import_module(f"handlers.{peer.handler}.handler").make_handler
    if peer.snmp:
        return make(PduSnmpData(peer.address, peer.snmp, {**peer.settings, **changes}))
    return make(PduData(peer.address, {**peer.settings, **changes}))


@pytest.fixture(autouse=True)
def nothing_is_executed() -> Iterator[None]:
    """Fails if a shell ran one of the TEXTS that create the file `here`."""
    yield
    assert not (ROOT / "here").exists()  # programs of these tests run in ROOT


# ---- identities ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(PEERS))
def test_an_identity_that_no_outlet_has_is_refused_without_a_write(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    with PEERS[name]() as peer, caplog.at_level(logging.DEBUG):
        before = peer.books()
        for (about, text), method in zip(TEXTS.items(), itertools.cycle(("port_up", "port_down"))):
            with pytest.raises(NoSuchOutlet) as caught:
                getattr(made(peer), method)(PduPortView(text, EnumPowerStatus.UNKNOWN))
            assert is_one_line(str(caught.value)) and len(str(caught.value)) < 1000, about
        after = peer.books()
    assert (after.writes, after.states) == (before.writes, before.states)
    assert [
        record.getMessage() for record in caplog.records if not is_one_line(record.getMessage())
    ] == []


# ---- handler settings ----------------------------------------------------------------------------


@pytest.fixture
def no_name_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes socket.getaddrinfo fail for hosts other than 127.0.0.1, so that it asks
    no name server.
    """
    real = socket.getaddrinfo

    def look_up(host: Any, *more: Any, **others: Any) -> Any:
        if host not in ("127.0.0.1", b"127.0.0.1", None):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real(host, *more, **others)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.trial)])
@pytest.mark.parametrize("name", list(PEERS))
@pytest.mark.usefixtures("no_name_is_looked_up")
def test_a_hostile_setting_raises_a_pdu_handler_error_or_has_no_effect(
    name: str, every: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Each key with every fifth text, which are all texts over the keys, or with each text."""
    settings = importlib.import_module(f"handlers.{name}.handler").SETTINGS
    keys = sorted({setting.key for setting in settings} - {"timeout"})
    assert len(keys) > 3
    with PEERS[name]() as peer, caplog.at_level(logging.DEBUG):
        before = peer.books()
        for key, (about, text) in list(itertools.product(keys, TEXTS.items()))[::every]:
            try:
                ports = (
                    made(peer, **{key: text, "timeout": "60"} if not peer.snmp else {key: text})
                    .status()
                    .ports
                )
            except PduHandlerError as error:
                assert is_one_line(str(error)) and len(str(error)) < 3000, (key, about)
            else:
                identities = {port.identity for port in ports}
                if key == "pdu_in_identity":  # " 1 " is a yes
                    identities = {identity.removeprefix("1.") for identity in identities}
                assert identities <= set(before.states), (key, about)
        after = peer.books()
    assert (after.writes, after.states) == (before.writes, before.states)
    assert [
        record.getMessage() for record in caplog.records if not is_one_line(record.getMessage())
    ] == []


@pytest.mark.parametrize("key", ["device", "username", "password"])
def test_a_nut_server_gets_a_hostile_setting_within_one_line(key: str) -> None:
    lines: list[str] = []

    def note(request: str, answer: bytes) -> bytes:
        lines.append(request)
        return answer

    with NutServer([SwitchedPdu("pdu", 2)]) as server:
        server.faults.rewrite = note
        for about, text in TEXTS.items():
            del lines[:]
            with pytest.raises(PduHandlerError):
                made(nut_peer(server, **{key: text})).port_down(
                    PduPortView("1", EnumPowerStatus.UNKNOWN)
                )
            assert all(line in NUT_WHOLE or line.startswith(NUT_LINES) for line in lines), about
            assert len(lines) == len(set(lines)), about
            assert len(
                {line.split()[0] for line in lines if line.startswith(("USERNAME ", "PASSWORD "))}
            ) in (0, 2), about
            assert sum(line.startswith("USERNAME ") for line in lines) <= 1, about
        assert server.books().writes == []


# ---- names of outlets ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(NAMED))
def test_an_outlets_name_stays_within_its_cell_json_value_and_metric_label(
    name: str, call: Call, tmp_path: Path
) -> None:
    with NAMED[name](NAMES) as peer:
        pdu_list, logins = tmp_path / "list.csv", private(tmp_path / "logins.toml", login(peer))
        pdu_list.write_text(f"name,handler,address,auth,settings\n{line(tmp_path, peer)}\n")
        with serving("--list", pdu_list, "--auth", logins) as server:
            metrics = server.probe(target=name)
        form = {**peer.settings, **peer.snmp}
        arguments = [
            part
            for key, value in form.items()
            if key not in SECRETS
            for part in ("-s", f"{key}={value}")
        ]
        secrets = {f"PDU_{key.upper()}": value for key, value in form.items() if key in SECRETS}
        text = call("status", name, peer.address, *arguments, **secrets)
        document = call("status", name, peer.address, "--json", *arguments, **secrets)
        books = peer.books()
    states = {identity: STATES[on] for identity, on in books.states.items()}
    outlets = json.loads(document.stdout)["outlets"]
    assert {outlet["identity"]: outlet["state"] for outlet in outlets} == states and len(
        outlets
    ) == len(states)
    assert all(is_one_line(outlet["name"]) for outlet in outlets) and document.stdout.isascii()
    # the names are the device's
    assert [outlet["name"] for outlet in outlets].count(LISTED["markup"]) == 1
    lines = text.stdout.splitlines()
    assert len(lines) == 3 + len(states) and all(map(is_one_line, lines)), text.stderr
    assert [line.split()[:2] for line in lines[2:-1]] == [
        [identity, state] for identity, state in states.items()
    ]
    labels = [dict(sample) for sample in metrics["pdu_outlet_info"]]
    assert {label["outlet"] for label in labels} == set(states) and all(
        is_one_line(label["name"]) for label in labels
    )
    assert {
        dict(sample)["outlet"]: value for sample, value in metrics["pdu_outlet_state"].items()
    } == {identity: float(on) for identity, on in books.states.items() if on is not None}
    assert all(metric.startswith("pdu_") for metric in metrics)
    assert books.writes == []


@pytest.mark.parametrize("text", [text for text in NAMES if set(text) & NO_LINE], ids=ascii)
def test_a_nut_value_that_no_line_can_hold_raises_an_error(text: str) -> None:
    device = SwitchedPdu("pdu", 2)
    device.set("outlet.1.desc", text)
    with NutServer([device]) as server:
        with pytest.raises(ProtocolError) as caught:
            made(nut_peer(server)).status()
        assert is_one_line(str(caught.value)) and server.books().writes == []


# ---- an archive that is not from this pack -------------------------------------------------------

OWN_PORT = "view.ports.append(PduPortView(identity=VERSION, power_status=EnumPowerStatus.UNKNOWN))"


@pytest.fixture(scope="module")
def third_party(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an archive and its device list.

    The outlets are "1", which is UP, and all TEXTS, which are UNKNOWN.
    """
    folder = tmp_path_factory.mktemp("third_party")
    tree = small_tree(folder)
    handler = tree / "small" / "handler.py"
    assert OWN_PORT in handler.read_text()
    handler.write_text(
        handler.read_text().replace(
            OWN_PORT,
            f"""for text in {ascii(list(TEXTS.values()))}:
            view.ports.append(PduPortView(identity=text, power_status=EnumPowerStatus.UNKNOWN))""",
        )
    )
    (folder / "pdu_small-1.0.tar.gz").write_bytes(archive(tree, "small"))
    (folder / "list.csv").write_text("name,handler,address\n=1+1,pdu_small-1.0.tar.gz,127.0.0.1\n")
    return folder


def test_hostile_identities_are_escaped_on_the_terminal_on_the_page_and_in_json(
    third_party: Path, call: Call, tmp_path: Path
) -> None:
    written = tmp_path / "page.html"
    process = call("check", third_party / "list.csv", "--html", written)
    assert process.returncode == 1 and all(map(is_one_line, process.stdout.splitlines())), (
        process.stderr
    )
    page = Elements(written.read_text("utf-8"))
    elements = {element for element, *_ in page.found}
    assert elements and not elements & {"script", "img", "iframe"}
    assert [names for element, *names in page.found if element == "a"] == [["href"]]
    assert '<a href="#reading">' in written.read_text("utf-8")
    assert not [name for _, *names in page.found for name in names if name.startswith("on")]
    assert [text for text in page.text.split("\n") if not is_one_line(text)] == []
    (pdu,) = json.loads(call("check", third_party / "list.csv", "--json").stdout)["pdus"]
    assert len(pdu["outlets"]) == 1 + len(TEXTS)
    assert all(is_one_line(outlet["identity"]) for outlet in pdu["outlets"])
    cells = next(
        csv.DictReader(io.StringIO(call("check", third_party / "list.csv", "--csv").stdout))
    )
    assert (cells["name"], cells["unknown"]) == ("'=1+1", str(len(TEXTS)))
    with exporter("--list", third_party / "list.csv") as server:
        metrics = server.probe(target="=1+1")
    assert len(metrics["pdu_outlet_state_unknown"]) == len(TEXTS) and all(
        name.startswith("pdu_") for name in metrics
    )
