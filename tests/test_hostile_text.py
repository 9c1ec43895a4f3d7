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
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from handlers.shared.errors import NoSuchOutlet, PduHandlerError, ProtocolError
from pdu_common.connection import PduData, PduSnmpData
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests import name_server
from tests.hostile import LISTED, TEXTS, is_one_line
from tests.needs import ROOT
from tests.packaging.building import archive, small_tree
from tests.pdu.monitoring import conftest
from tests.pdu.monitoring.halls import SECRETS, Call
from tests.servers.peers import NAMED, PEERS, Peer
from tests.servers.peers.nut import NO_LINE, of as nut_peer
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
        before = peer.truth()
        for (about, text), method in zip(TEXTS.items(), itertools.cycle(("port_up", "port_down"))):
            with pytest.raises(NoSuchOutlet) as caught:
                getattr(made(peer), method)(PduPortView(text, EnumPowerStatus.UNKNOWN))
            assert is_one_line(str(caught.value)), about
            assert len(str(caught.value)) < 1000, about
        after = peer.truth()
    assert (after.writes, after.states) == (before.writes, before.states)
    assert all(is_one_line(record.getMessage()) for record in caplog.records)


# ---- handler settings ----------------------------------------------------------------------------


@pytest.fixture
def no_name_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    name_server.take_away(monkeypatch)


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
        before = peer.truth()
        for key, (about, text) in list(itertools.product(keys, TEXTS.items()))[::every]:
            changes = {key: text} if peer.snmp else {key: text, "timeout": "60"}
            try:
                ports = made(peer, **changes).status().ports
            except PduHandlerError as error:
                assert is_one_line(str(error)), (key, about)
                assert len(str(error)) < 3000, (key, about)
            else:
                identities = {port.identity for port in ports}
                if key == "pdu_in_identity":  # " 1 " is a yes
                    identities = {identity.removeprefix("1.") for identity in identities}
                assert identities <= set(before.states), (key, about)
        after = peer.truth()
    assert (after.writes, after.states) == (before.writes, before.states)
    assert all(is_one_line(record.getMessage()) for record in caplog.records)


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
            port = PduPortView("1", EnumPowerStatus.UNKNOWN)
            with pytest.raises(PduHandlerError):
                made(nut_peer(server, **{key: text})).port_down(port)
            assert all(line in NUT_WHOLE or line.startswith(NUT_LINES) for line in lines), about
            assert len(lines) == len(set(lines)), about
            words = [line.split()[0] for line in lines]
            logins = [word for word in words if word in ("USERNAME", "PASSWORD")]
            assert sorted(logins) in ([], ["PASSWORD", "USERNAME"]), about
        assert server.truth().writes == []


# ---- names of outlets ----------------------------------------------------------------------------


def _form(peer: Peer) -> tuple[list[str], dict[str, str]]:
    """The options and the environment that say how the peer's PDU is reached."""
    options: list[str] = []
    variables: dict[str, str] = {}
    for key, value in {**peer.settings, **peer.snmp}.items():
        if key in SECRETS:
            variables[f"PDU_{key.upper()}"] = value
        else:
            options += ["-s", f"{key}={value}"]
    return options, variables


def _states(peer: Peer) -> dict[str, str]:
    """The states of the peer's outlets, which were not written to."""
    truth = peer.truth()
    assert truth.writes == []
    return {identity: STATES[on] for identity, on in truth.states.items()}


@pytest.mark.parametrize("name", list(NAMED))
def test_an_outlets_name_stays_within_its_line(name: str, call: Call) -> None:
    with NAMED[name](NAMES) as peer:
        options, variables = _form(peer)
        process = call("status", name, peer.address, *options, **variables)
        states = _states(peer)
    head, rule, *rows, last_line = process.stdout.splitlines()
    assert all(map(is_one_line, [head, rule, *rows, last_line])), process.stderr
    cells = [row.split()[:2] for row in rows]
    assert cells == [[identity, state] for identity, state in states.items()]


@pytest.mark.parametrize("name", list(NAMED))
def test_an_outlets_name_stays_within_its_json_value(name: str, call: Call) -> None:
    with NAMED[name](NAMES) as peer:
        options, variables = _form(peer)
        process = call("status", name, peer.address, "--json", *options, **variables)
        states = _states(peer)
    assert process.stdout.isascii()
    outlets = json.loads(process.stdout)["outlets"]
    shown_states = [(outlet["identity"], outlet["state"]) for outlet in outlets]
    assert sorted(shown_states) == sorted(states.items())
    names = [outlet["name"] for outlet in outlets]
    assert all(map(is_one_line, names))
    # they are the device's
    assert names.count(LISTED["markup"]) == 1


@pytest.mark.parametrize("text", [text for text in NAMES if set(text) & NO_LINE], ids=ascii)
def test_a_nut_value_that_no_line_can_hold_raises_an_error(text: str) -> None:
    device = SwitchedPdu("pdu", 2)
    device.set("outlet.1.desc", text)
    with NutServer([device]) as server:
        with pytest.raises(ProtocolError) as caught:
            made(nut_peer(server)).status()
        assert is_one_line(str(caught.value))
        assert server.truth().writes == []


# ---- an archive that is not from this pack -------------------------------------------------------

OWN_PORT = "view.ports.append(PduPortView(identity=VERSION, power_status=EnumPowerStatus.UNKNOWN))"


@pytest.fixture(scope="session")
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


def test_hostile_identities_are_escaped_on_the_terminal(third_party: Path, call: Call) -> None:
    process = call("check", third_party / "list.csv")
    assert process.returncode == 1
    assert all(map(is_one_line, process.stdout.splitlines())), process.stderr


def test_hostile_identities_are_one_line_each_in_json(third_party: Path, call: Call) -> None:
    process = call("check", third_party / "list.csv", "--json")
    (pdu,) = json.loads(process.stdout)["pdus"]
    identities = [outlet["identity"] for outlet in pdu["outlets"]]
    assert len(identities) == 1 + len(TEXTS)
    assert all(map(is_one_line, identities))


def test_a_hostile_name_of_a_pdu_is_no_formula_in_csv(third_party: Path, call: Call) -> None:
    process = call("check", third_party / "list.csv", "--csv")
    cells = next(csv.DictReader(io.StringIO(process.stdout)))
    assert (cells["name"], cells["unknown"]) == ("'=1+1", str(len(TEXTS)))
