"""`pdu status`, `statistic` and `outlets`: what they print of the simulated PDU of each handler."""

from __future__ import annotations

import contextlib
import csv
import fcntl
import io
import json
import os
import re
import struct
import sys
import termios
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from handlers import registry
from pdu.cli.output import show_status_line
from pdu.loading.handler_loading import load
from pdu_common.base_pdu import BasePdu
from pdu_common.connection import PduData, PduSnmpData
from pdu_common.helper import (
    EnumPowerStatus,
    PduPortView,
    PduView,
)
from tests import terminal
from tests.pdu.running import run, use_login, use_pdu
from tests.servers.peers import PEERS, Peer
from tests.servers.peers.unit_pdus import outlet_meters

KEYS = ["identity", "number", "name", "state", "current_a", "power_w", "energy_kwh"]
SHOWN = {True: "on", False: "off", None: "unknown"}


@pytest.fixture(scope="module", params=list(PEERS))
def peer(request: pytest.FixtureRequest) -> Iterator[Peer]:
    with PEERS[request.param]() as simulated_pdu:
        yield simulated_pdu


@pytest.fixture
def ask(peer: Peer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """A function that runs one command on the peer, with its secrets in the environment."""
    arguments = use_login(monkeypatch, peer)
    return lambda call, *words: run(capsys, call, peer.handler, peer.address, *words, *arguments)


def labels(peer: Peer) -> Any:
    """What the handler's `labels` returns of the peer."""
    if peer.snmp:
        return load(peer.handler).make(PduSnmpData(peer.address, peer.snmp, peer.settings)).labels()
    return load(peer.handler).make(PduData(peer.address, peer.settings)).labels()


def test_a_printed_number_is_another_outlets_identity_only_where_the_registry_says_so(
    peer: Peer,
) -> None:
    outlet_labels = labels(peer)
    identities = {label.identity for label in outlet_labels}
    if registry.about(peer.handler).numbers_are_identities:
        for label in outlet_labels:
            assert label.number == label.identity or label.number not in identities


def test_status_shows_every_outlet_with_its_state_number_and_name(peer: Peer, ask: Any) -> None:
    code, out, _ = ask("status", "--json")
    assert code == 0
    outlets = json.loads(out)["outlets"]
    states = {identity: SHOWN[is_on] for identity, is_on in peer.truth().states.items()}
    assert {outlet["identity"]: outlet["state"] for outlet in outlets} == states
    names = [(label.number, label.name) for label in labels(peer)]
    assert [(outlet["number"], outlet["name"]) for outlet in outlets] == names
    assert all(outlet["number"] for outlet in outlets)


def test_the_table_of_status_has_a_title_and_names_of_columns(peer: Peer, ask: Any) -> None:
    _, out, _ = ask("status")
    title, columns, *_ = out.splitlines()
    assert re.fullmatch(rf"status of {peer.address}(:\d+)? by {peer.handler}, [0-9.]+ s", title)
    assert {"identity", "number", "name", "state"} <= set(columns.split())


def test_statistic_shows_load_and_energy(peer: Peer, ask: Any) -> None:
    code, out, _ = ask("statistic", "--json")
    document = json.loads(out)
    truth = peer.truth()
    assert code == 0
    assert document["load_a"] == pytest.approx(truth.load_a)
    assert document["energy_kwh"] == pytest.approx(truth.energy_kwh)
    if outlet_meters(peer.handler):
        expected = {identity: truth.port_energy_kwh.get(identity) for identity in truth.states}
    else:
        expected = {}
    energies = {outlet["identity"]: outlet["energy_kwh"] for outlet in document["outlets"]}
    assert energies == pytest.approx(expected)


def test_the_table_of_statistic_has_a_row_of_each_metered_outlet(peer: Peer, ask: Any) -> None:
    truth = peer.truth()
    _, out, _ = ask("statistic")
    _, *lines = out.splitlines()
    if not outlet_meters(peer.handler):
        assert lines == ["no outlet's energy is metered"]
        return
    head, *rows = [line.split() for line in lines]
    assert head[-1] == ("kWh" if truth.port_energy_kwh else "A")
    assert [row[0] for row in rows] == list(truth.states)


def test_outlets_have_the_same_keys_and_the_true_states_and_figures(peer: Peer, ask: Any) -> None:
    code, out, err = ask("outlets", "--json")
    truth = peer.truth()
    assert code == 0
    # the input of NUT's unit lists a current alone, and its power is the sum of the outlets
    assert "no power" not in err
    document = json.loads(out)
    assert document["load_a"] == pytest.approx(truth.load_a)
    assert document["energy_kwh"] == pytest.approx(truth.energy_kwh)
    outlets = document["outlets"]
    for outlet in outlets:
        assert list(outlet) == KEYS
    states = [(identity, SHOWN[is_on]) for identity, is_on in truth.states.items()]
    assert [(outlet["identity"], outlet["state"]) for outlet in outlets] == states
    energies = [truth.port_energy_kwh.get(identity) for identity in truth.states]
    assert [outlet["energy_kwh"] for outlet in outlets] == pytest.approx(energies)
    for key in ("current_a", "power_w"):
        is_metered = any(outlet[key] for outlet in outlets)
        assert is_metered is (key in outlet_meters(peer.handler))


def test_the_table_of_outlets_has_a_column_of_each_metered_figure(peer: Peer, ask: Any) -> None:
    code, out, _ = ask("outlets")
    assert code == 0
    units = {"current_a": "A", "power_w": "W", "energy_kwh": "kWh"}
    metered_units = [unit for key, unit in units.items() if key in outlet_meters(peer.handler)]
    _, head, *_ = out.splitlines()
    assert head.split() == ["identity", "number", "name", "state", *metered_units]


def test_the_csv_of_outlets_has_all_keys_and_the_true_states(peer: Peer, ask: Any) -> None:
    _, out, _ = ask("outlets", "--csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert list(rows[0]) == ["pdu", "handler", "host", *KEYS]
    states = [SHOWN[is_on] for is_on in peer.truth().states.values()]
    assert [row["state"] for row in rows] == states


@pytest.mark.parametrize(
    "is_terminal, no_color, has_colours",
    [
        pytest.param(True, "", True, id="a terminal"),
        pytest.param(True, "1", False, id="NO_COLOR"),
        pytest.param(False, "", False, id="a file"),
    ],
)
def test_states_have_colours_on_a_terminal_unless_no_color_is_set(
    is_terminal: bool,
    no_color: str,
    has_colours: bool,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class OnAndOff(BasePdu):
        def status(self) -> PduView:
            on = PduPortView("1", EnumPowerStatus.UP)
            off = PduPortView("2", EnumPowerStatus.DOWN)
            return PduView([on, off])

    use_pdu(monkeypatch, OnAndOff)
    monkeypatch.setattr("sys.stdout.isatty", lambda: is_terminal)
    monkeypatch.setenv("NO_COLOR", no_color)

    _, out, _ = run(capsys, "status", "x", "192.0.2.7")

    _, head, on_row, off_row, *last_lines = out.splitlines()
    assert "\x1b" not in head
    assert ("\x1b[32m" in on_row) is has_colours
    assert ("\x1b[31m" in off_row) is has_colours
    assert last_lines == ["2 outlets: 1 on, 1 off"]


def test_titles_and_questions_name_the_pdu_of_the_setting_host(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    questions: list[str] = []
    with PEERS["nut"]() as peer:
        password, user = peer.settings["password"], peer.settings["username"]

        def answer(question: str) -> str:
            questions.append(question)
            return password

        monkeypatch.setattr("getpass.getpass", answer)
        monkeypatch.setattr(sys, "stdin", terminal.Person("n\n"))
        where = f"{peer.address}:{peer.settings['port']}"
        pdus = tmp_path / "pdus.csv"
        pdus.write_text(f"""name,handler,address,settings
r1,nut,192.0.2.7,host={where}; device=pdu; username={user}
""")
        pem = tmp_path / "ca.pem"
        pem.write_text(peer.settings["ca_pem"])
        options = ("--list", str(pdus), "-s", f"ca_pem={pem}")

        _, out, _ = run(capsys, "status", "r1", *options)
        _, _, err = run(capsys, "off", "r1", "2", *options)

    pdu = f"r1 ({where} (the setting host, instead of 192.0.2.7))"
    assert out.startswith(f"status of {pdu} by nut"), (out, err)
    assert f" of {pdu}? [y/N] " in err
    assert set(questions) == {f"password of {user} on {pdu}: "}


@pytest.mark.parametrize("columns, width", [(60, 59), (200, 78), (0, 78)])
def test_a_line_of_progress_fits_the_terminal(
    columns: int, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line that wraps would stay on the screen. Some terminals report 0 columns."""
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with open(theirs, "w", encoding="utf-8") as screen, monkeypatch.context() as patches:
        patches.setattr(sys, "stderr", screen)
        show_status_line(100 * "x", is_quiet=False)
        show_status_line("", is_quiet=False)
    output = b""
    with contextlib.suppress(OSError):  # EIO: everything was read
        while piece := os.read(ours, 1000):
            output += piece
    os.close(ours)
    assert output.decode() == f"\r{width * 'x'}\r\r{width * ' '}\r"
