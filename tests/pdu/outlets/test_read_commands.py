"""`pdu status`, `statistic` and `labels`: what they print of the simulated PDU of each handler."""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import os
import re
import struct
import sys
import termios
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Optional

import pytest

from pdu.cli import exit_codes
from pdu.cli.output import figure, show_status_line
from pdu.loading.handler_loading import load
from pdu_common.base_pdu import BasePdu
from pdu_common.connection import PduData, PduSnmpData
from pdu_common.helper import (
    EnumPowerStatus,
    PduPortStatisticView,
    PduPortView,
    PduStatisticView,
    PduView,
)
from tests import terminal
from tests.pdu.running import Broken, run, silent, use_login, use_pdu
from tests.peers import PEERS, Peer
from tests.peers.unit_pdus import outlet_meters
from tests.simulators import netio
from tests.simulators.unit_servers import PASSWORD, USER, HttpServer

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
    data = (
        PduSnmpData(peer.address, peer.snmp, peer.settings)
        if peer.snmp
        else PduData(peer.address, peer.settings)
    )
    return load(peer.handler).make(data).labels()


def test_status_and_labels_show_every_outlet_with_its_number_and_name(peer: Peer, ask: Any) -> None:
    code, out, _ = ask("status", "--json")
    outlets = json.loads(out)["outlets"]
    states = {identity: SHOWN[on] for identity, on in peer.books().states.items()}
    assert code == 0 and {row["identity"]: row["state"] for row in outlets} == states
    names = [(label.number, label.name) for label in labels(peer)]
    assert [(row["number"], row["name"]) for row in outlets] == names
    assert all(number for number, _ in names)
    keys = ("identity", "number", "name")
    document = json.loads(ask("labels", "--json")[1])
    assert document["outlets"] == [{key: row[key] for key in keys} for row in outlets]
    head, columns, *_ = ask("status")[1].splitlines()
    assert re.fullmatch(rf"status of {peer.address}(:\d+)? by {peer.handler}, [0-9.]+ s", head)
    assert {*keys, "state"} <= {*columns.split()}


def test_statistic_shows_load_and_energy(peer: Peer, ask: Any) -> None:
    code, out, _ = ask("statistic", "--json")
    document, books = json.loads(out), peer.books()
    sums = (document["load_a"], document["energy_kwh"])
    assert code == 0 and sums == pytest.approx((books.load_a, books.energy_kwh))
    if not outlet_meters(peer.handler):
        assert document["outlets"] == []
        assert ask("statistic")[1].splitlines()[1:] == ["no outlet's energy is metered"]
        return
    energies = {**dict.fromkeys(books.states), **books.port_energy_kwh}
    printed_energies = {row["identity"]: row["energy_kwh"] for row in document["outlets"]}
    assert printed_energies == pytest.approx(energies)
    head, *rows = [line.split() for line in ask("statistic")[1].splitlines()[1:]]
    assert head[-1] == ("kWh" if books.port_energy_kwh else "A")
    assert [row[0] for row in rows] == list(energies)


def test_an_unmetered_figure_is_null_in_json_and_not_metered_in_a_table(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Unmetered(BasePdu):
        ports = [PduPortStatisticView("1"), PduPortStatisticView("2", 0.0)]

        def statistic(self) -> PduStatisticView:
            return PduStatisticView(ports=self.ports)

    use_pdu(monkeypatch, Unmetered)
    document = json.loads(run(capsys, "statistic", "x", "192.0.2.7", "--json")[1])
    assert document["load_a"] is None and document["energy_kwh"] is None
    assert [row["energy_kwh"] for row in document["outlets"]] == [None, 0.0]
    lines = run(capsys, "statistic", "x", "192.0.2.7")[1].splitlines()
    assert lines[0].endswith(": load not metered, energy not metered")
    assert [line.split() for line in lines[2:4]] == [["1", "-"], ["2", "0"]]
    assert lines[4:] == ["-: not metered"]
    del Unmetered.ports[1]
    lines = run(capsys, "statistic", "x", "192.0.2.7")[1].splitlines()
    assert lines[1:] == ["no outlet's energy is metered"]


@pytest.mark.parametrize(
    "value, text",
    [
        (1.0009172675786566, "1.001 kWh"),
        (-0.0001, "0 kWh"),
        (-0.1, "-0.1 kWh"),
        (12_345_678.9, "12345678.9 kWh"),
        (None, "not metered"),
    ],
)
def test_figures_in_tables_have_at_most_three_decimals(value: float | None, text: str) -> None:
    assert figure(value, "kWh") == text


@pytest.mark.parametrize(
    "is_terminal, no_color, has_colours", [(True, "", True), (True, "1", False), (False, "", False)]
)
def test_states_have_colours_on_a_terminal_unless_no_color_is_set(
    is_terminal: bool,
    no_color: str,
    has_colours: bool,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Two(BasePdu):
        def status(self) -> PduView:
            states = (EnumPowerStatus.UP, EnumPowerStatus.DOWN)
            return PduView([PduPortView(str(n), state) for n, state in enumerate(states, 1)])

    use_pdu(monkeypatch, Two)
    monkeypatch.setattr("sys.stdout.isatty", lambda: is_terminal)
    monkeypatch.setenv("NO_COLOR", no_color)
    _, head, on, off, *last_lines = run(capsys, "status", "x", "192.0.2.7")[1].splitlines()
    assert ("\x1b[32m" in on) is ("\x1b[31m" in off) is has_colours
    assert "\x1b" not in head and last_lines == ["2 outlets: 1 on, 1 off"]


def test_labels_is_an_error_for_a_handler_without_labels(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    use_pdu(monkeypatch, lambda data: Broken())
    code, out, err = run(capsys, "labels", "x", "192.0.2.7")
    assert (code, out) == (exit_codes.code_of("unsupported"), "") and "has no labels" in err


def test_several_hosts_are_read_in_order_even_if_one_fails(
    capsys: pytest.CaptureFixture[str],
) -> None:
    connection, _ = silent()
    with connection, PEERS["nut"]() as peer:
        dead = f"127.0.0.1:{connection.getsockname()[1]}"
        alive = f"{peer.address}:{peer.settings['port']}"
        form = ("-s", "device=pdu", "-s", "tls=yes", "-s", f"ca_pem={peer.settings['ca_pem']}")
        # a host that is given twice is read once
        words = ["status", "nut", dead, alive, dead, *form]
        code, out, err = run(capsys, *words)
        assert code == exit_codes.code_of("unreachable") and err.count("\n") == 1
        assert f"status of {alive} by nut" in out
        code, out, err = run(capsys, *words, "--json")
        dead_pdu, live_pdu = map(json.loads, out.splitlines())
        assert (code, err) == (exit_codes.code_of("unreachable"), "")
        assert (dead_pdu["host"], dead_pdu["error"]["kind"]) == (dead, "unreachable")
        assert (live_pdu["host"], len(live_pdu["outlets"])) == (alive, 8)


def test_titles_and_questions_name_the_pdu_of_the_setting_host(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    questions: list[str] = []
    path = tmp_path / "pdus.csv"
    with PEERS["nut"]() as peer:

        def answer(question: str) -> str:
            questions.append(question)
            return peer.settings["password"]

        monkeypatch.setattr("getpass.getpass", answer)
        where = f"{peer.address}:{peer.settings['port']}"
        text = f"r1 ({where} (the setting host, instead of 192.0.2.7))"
        user, pem = peer.settings["username"], peer.settings["ca_pem"]
        settings = f"host={where}; device=pdu; username={user}"
        path.write_text(f"name,handler,address,settings\nr1,nut,192.0.2.7,{settings}\n")
        (tmp_path / "ca.pem").write_text(pem)
        options = ("--list", str(path), "--ca-pem", str(tmp_path / "ca.pem"))
        monkeypatch.setattr(sys, "stdin", terminal.Person("n\n"))
        out = run(capsys, "status", "r1", *options)[1]
        err = run(capsys, "down", "r1", "2", *options)[2]
    assert out.startswith(f"status of {text} by nut"), (out, err)
    assert f" of {text}? [y/N] " in err
    assert {*questions} == {f"password of {user} on {text}: "}


def test_a_warning_during_a_command_names_the_host_and_is_escaped(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Warns(Broken):
        def status(self) -> PduView:
            logging.getLogger("test").warning("red \x1b[31m")
            return PduView([PduPortView("1", EnumPowerStatus.DOWN)])

    use_pdu(monkeypatch, lambda data: Warns())
    code, _, err = run(capsys, "status", "x", "192.0.2.7")
    assert (code, err) == (0, "warning: 192.0.2.7: red \\x1b[31m\n")


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
        for piece in iter(lambda: os.read(ours, 1000), b""):
            output += piece
    os.close(ours)
    assert output.decode() == f"\r{width * 'x'}\r\r{width * ' '}\r"


def test_statistic_says_why_a_figure_is_not_known(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PDU_PASSWORD", PASSWORD)

    class OddPdu(netio.SimulatedPdu):
        """Its first output shows a current as text, and the unit no energy."""

        def answer(self, method: str, path: str, body: bytes) -> Optional[bytes]:
            document = json.loads(super().answer(method, path, body) or b"{}")
            document["Outputs"][0]["Current"] = "1050"
            document["GlobalMeasure"]["TotalEnergyNR"] = None
            return json.dumps(document).encode()

    with HttpServer(OddPdu()) as server:
        login = ["--username", USER, "-s", "scheme=http"]
        command = ["statistic", "netio", f"127.0.0.1:{server.port}", *login]
        code, table, err = run(capsys, *command)
        assert code == exit_codes.DONE
        assert "no current: outlet 1: its Current is '1050'" in err
        assert "no energy: its TotalEnergyNR is None" in err
        assert ", energy not known\n" in table
        document = json.loads(run(capsys, *command, "--json")[1])
    assert document["reasons"] == [
        "no energy: its TotalEnergyNR is None",
        "no current: outlet 1: its Current is '1050'",
    ]
    assert document["outlets"][0]["current_a"] is None and document["energy_kwh"] is None
