"""`pdu status`, `up`, `down`, `statistic` and `labels` on simulated PDUs: output, exit codes and
questions.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib
import inspect
import json
import logging
import os
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from typing import Any

import pytest

from handlers import registry
from handlers.shared import errors
from handlers.shared.meter_figures import MeterFigures
from pdu.core.cli import exit_codes, prompts
from pdu.core.cli.exit_codes import READER_GONE
from pdu.core.cli.options import RunOptions
from pdu.core.cli.output import figure, show_status_line
from pdu.outlets import switch_commands
from pdu.pdus.handler_loading import LoadedHandler, load
from pdu.pdus.reading import PolledOutlet
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
from tests.needs import ROOT
from tests.pdu.running import Broken, options, run, silent, use
from tests.peers import PEERS, Peer
from tests.recordings import fixture
from tests.simulators.snmp_agent import Agent, Device

SHOWN = {True: "on", False: "off", None: "unknown"}


@pytest.fixture(scope="module", params=list(PEERS))
def peer(request: pytest.FixtureRequest) -> Iterator[Peer]:
    with PEERS[request.param]() as made:
        yield made


@pytest.fixture
def ask(peer: Peer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """A function that runs one command on the peer, with its secrets in the environment."""
    arguments, secrets = options(peer)
    for key, value in secrets.items():
        monkeypatch.setenv(f"PDU_{key.upper()}", value)

    def asked(call: str, *more: str) -> tuple[int, str, str]:
        return run(capsys, call, peer.handler, peer.address, *more, *arguments)

    return asked


def test_a_status_reads_numbers_and_names_in_the_session_of_the_states(
    peer: Peer, ask: Any
) -> None:
    if peer.handler == "raritan":
        pytest.skip("its states are read anew for each call, and the others share no request")
    data = (
        PduSnmpData(peer.address, peer.snmp, peer.settings)
        if peer.snmp
        else PduData(peer.address, peer.settings)
    )
    pdu, counts = load(peer.handler).make(data), []
    for read in (pdu.status, pdu.labels, lambda: ask("status")):
        before = peer.books().requests
        read()
        counts.append(peer.books().requests - before)
    assert counts[2] < sum(counts[:2])


def test_status_shows_every_outlet_with_its_number_and_name(peer: Peer, ask: Any) -> None:
    code, out, _ = ask("status", "--json")
    outlets = json.loads(out)["outlets"]
    assert code == 0
    assert {o["identity"]: o["state"] for o in outlets} == {
        i: SHOWN[on] for i, on in peer.books().states.items()
    }
    data = (
        PduSnmpData(peer.address, peer.snmp, peer.settings)
        if peer.snmp
        else PduData(peer.address, peer.settings)
    )
    assert [(outlet["number"], outlet["name"]) for outlet in outlets] == [
        (label.number, label.name) for label in load(peer.handler).make(data).labels()
    ]
    assert all(outlet["number"] for outlet in outlets)
    code, out, _ = ask("status")
    assert code == 0 and {"identity", "number", "name", "on"} <= set(out.split())
    assert out.splitlines()[0].startswith(f"status of {peer.address} by {peer.handler}, ")
    assert out.splitlines()[0].endswith(" s")


def test_down_and_up_switch_the_outlet_that_is_named(peer: Peer, ask: Any) -> None:
    before = peer.books().states
    identity = next(identity for identity, on in before.items() if on)
    for call, on in (("down", False), ("up", True)):
        code, out, _ = ask(call, identity, "--yes", "--json")
        (outlet,) = json.loads(out)["outlets"]
        current_a = outlet.pop("current_a", None)
        assert (code, outlet) == (0, {"identity": identity, "state": SHOWN[on], "done": True})
        assert current_a is None or isinstance(current_a, float)
        assert peer.books().states == {**before, identity: on}


def test_statistic_shows_load_and_energy(peer: Peer, ask: Any) -> None:
    code, out, _ = ask("statistic", "--json")
    document, books = json.loads(out), peer.books()
    assert code == 0
    assert (document["load_a"], document["total_consumption_kwh"]) == pytest.approx(
        (books.load_a, books.energy_kwh)
    )
    energies = {**dict.fromkeys(books.states), **books.port_energy_kwh}
    assert {o["identity"]: o["consumption_kwh"] for o in document["outlets"]} == pytest.approx(
        energies
    )
    code, out, _ = ask("statistic")
    head, *lines = [line.split() for line in out.splitlines()[1:]]
    assert (code, head[-1]) == (0, "kWh" if books.port_energy_kwh else "A")
    assert [line[0] for line in lines] == list(energies)
    assert all(len(one.partition(".")[2]) <= 3 for line in lines for one in line[1:])


def test_an_unmetered_figure_is_shown_as_null_in_json_and_as_not_metered_in_a_table(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Unmetered(BasePdu):
        def statistic(self) -> PduStatisticView:
            return PduStatisticView(
                ports=[PduPortStatisticView("1"), PduPortStatisticView("2", 0.0)]
            )

    use(monkeypatch, lambda name: LoadedHandler(name, name, Unmetered, (), False))
    code, out, _ = run(capsys, "statistic", "x", "192.0.2.7", "--json")
    document = json.loads(out)
    assert (code, document["load_a"], document["total_consumption_kwh"]) == (0, None, None)
    assert [one["consumption_kwh"] for one in document["outlets"]] == [None, 0.0]
    lines = run(capsys, "statistic", "x", "192.0.2.7")[1].splitlines()
    assert lines[0].endswith(": load not metered, energy not metered")
    assert [line.split() for line in lines[2:4]] == [["1", "-"], ["2", "0"]]
    assert lines[4] == "-: not metered, or not known"
    monkeypatch.setattr(
        Unmetered, "statistic", lambda _: PduStatisticView(ports=[PduPortStatisticView("1")])
    )
    assert run(capsys, "statistic", "x", "192.0.2.7")[1].splitlines()[1:] == [
        "no outlet's energy is metered"
    ]


@pytest.mark.parametrize(
    "value, shown",
    [
        (1.0009172675786566, "1.001 kWh"),
        (5000.12375, "5000.124 kWh"),
        (0.0, "0 kWh"),
        (-0.0001, "0 kWh"),
        (-0.1, "-0.1 kWh"),
        (12_345_678.9, "12345678.9 kWh"),
        (None, "not metered"),
    ],
)
def test_figures_in_tables_have_at_most_three_decimals(value: float | None, shown: str) -> None:
    assert figure(value, "kWh") == shown


@pytest.mark.parametrize(
    "terminal_, no_color, coloured", [(True, "", True), (True, "1", False), (False, "", False)]
)
def test_states_have_colours_on_a_terminal_unless_no_color_is_set_and_a_sum(
    terminal_: bool,
    no_color: str,
    coloured: bool,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Two(BasePdu):
        def status(self) -> PduView:
            return PduView(
                [PduPortView("1", EnumPowerStatus.UP), PduPortView("2", EnumPowerStatus.DOWN)]
            )

    use(monkeypatch, lambda name: LoadedHandler(name, name, Two, (), False))
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal_)
    monkeypatch.setenv("NO_COLOR", no_color)
    lines = run(capsys, "status", "x", "192.0.2.7")[1].splitlines()
    assert ("\x1b[32m" in lines[2]) is coloured
    assert ("\x1b[31m" in lines[3]) is coloured
    assert "\x1b" not in lines[1] and lines[4:] == ["2 outlets: 1 on, 1 off"]


def test_labels_shows_numbers_and_names(peer: Peer, ask: Any) -> None:
    status = json.loads(ask("status", "--json")[1])["outlets"]
    code, out, _ = ask("labels", "--json")
    assert code == 0
    assert json.loads(out)["outlets"] == [
        {key: outlet[key] for key in ("identity", "number", "name")} for outlet in status
    ]


def test_labels_and_status_of_a_chain_warn_that_identities_may_move(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PDU_COMMUNITY", "public")
    unit = fixture("apc-rpdu2")
    with Agent(Device(unit.rows, rules=None)) as agent:
        for call in ("labels", "status"):
            code, out, err = run(capsys, call, "snmp", f"127.0.0.1:{agent.port}")
            assert code == 0 and "web-1" in out
            assert err.count("\n") == 1 and "an identity may become another unit's outlet" in err


def test_the_command_labels_is_an_error_for_a_handler_without_labels(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken(monkeypatch)
    code, out, err = run(capsys, "labels", "x", "192.0.2.7")
    assert (code, out) == (exit_codes.code_of("unsupported"), "") and "has no labels" in err


def test_a_warning_during_a_command_names_the_host_and_is_escaped(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Warns(Broken):
        def port_down(self, port: PduPortView) -> PduPortView:
            logging.getLogger("test").warning("red \x1b[31m")
            port.power_status = EnumPowerStatus.DOWN
            return port

        def status(self) -> PduView:
            return PduView(ports=[PduPortView(identity="1", power_status=EnumPowerStatus.DOWN)])

    use(monkeypatch, lambda name: LoadedHandler(name, name, lambda data: Warns(), (), False))
    code, _, err = run(capsys, "down", "x", "192.0.2.7", "1", "--yes")
    assert (code, err) == (0, "warning: 192.0.2.7: red \\x1b[31m\n")


def test_an_outlet_that_does_not_exist_is_reported_in_one_line_and_nothing_is_switched(
    peer: Peer, ask: Any
) -> None:
    before = peer.books().states
    code, out, err = ask("down", "99", "--yes")
    assert (code, out, len(err.splitlines())) == (7, "", 1) and err.startswith("no-such-outlet: ")
    assert peer.books().states == before


@pytest.mark.parametrize(
    "text, names, said",
    [
        ("web-2", ["web-1", "web-1"], "did you mean 'web-1', outlet 1, 2?"),
        ("DB-12", ["db-11x", "db-12"], "did you mean 'db-12', outlet 2?"),
        ("srv-1", ["", ""], "it has 1-2; status lists them"),
        ("99", ["", ""], "it has 1-2; status lists them"),
    ],
)
def test_a_name_where_an_outlet_is_asked_leads_to_what_may_be_meant(
    text: str, names: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    outlets = [
        PolledOutlet(str(n), EnumPowerStatus.UP, name=name) for n, name in enumerate(names, 1)
    ]
    monkeypatch.setattr(switch_commands, "present_outlets", lambda *_: outlets)
    unit: Any = None
    with pytest.raises(errors.NoSuchOutlet) as error_info:
        switch_commands.outlets_of(unit, "h", [text])
    assert error_info.value.reason.startswith(f"the PDU has no outlet {text!r}; ")
    assert error_info.value.reason.endswith(said)


@pytest.mark.parametrize("more", [(), ("--yes",)])
def test_all_outlets_are_looked_up_before_the_first_command(
    peer: Peer, ask: Any, more: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", terminal.Person("y\n"))
    before = peer.books().states
    code, out, err = ask("down", *[*peer.books().states][:2], "99", *more)
    assert (code, out) == (exit_codes.code_of("no-such-outlet"), ""), err
    assert "no outlet '99'" in err and peer.books().states == before


def test_a_current_of_an_outlet_that_is_off_may_be_late() -> None:
    def text(state: EnumPowerStatus, current_a: float) -> str:
        return switch_commands.meter_text(PolledOutlet("1", state, figures=MeterFigures(current_a)))

    late = "its meter still reads 0.9 A, which may be late: read it again"
    assert text(EnumPowerStatus.DOWN, 0.9) == late
    assert text(EnumPowerStatus.DOWN, 0.0) == "its meter reads 0 A"
    assert text(EnumPowerStatus.UP, 0.9) == "its meter reads 0.9 A"


def test_a_wrong_secret_is_reported_in_one_line_without_the_secret(
    peer: Peer, ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = peer.books().states
    monkeypatch.setenv("PDU_PASSWORD", "s3cret-w0rd")
    # a community that may only read: an unknown one gets no answer
    monkeypatch.setenv("PDU_COMMUNITY", "public")
    code, out, err = ask("down", "1", "--yes")
    assert code == exit_codes.code_of("denied") and len(err.splitlines()) == 1
    assert "s3cret-w0rd" not in out + err and "public" not in out + err
    assert peer.books().states == before


# ---- exit codes ----------------------------------------------------------------------------------


def broken(monkeypatch: pytest.MonkeyPatch, error: BaseException | None = None) -> None:
    use(monkeypatch, lambda name: LoadedHandler(name, name, lambda data: Broken(error), (), False))


KINDS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, errors.PduHandlerError) and kind is not errors.PduHandlerError
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.kind))
def test_each_kind_of_error_has_its_exit_code(
    kind: type[errors.PduHandlerError],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    broken(monkeypatch, kind("do this").at("192.0.2.7", "port_down"))
    exit_code = exit_codes.code_of(kind.kind)
    assert exit_code > 1
    assert run(capsys, "down", "x", "192.0.2.7", "1", "--yes") == (
        exit_code,
        "",
        f"{kind.kind}: 192.0.2.7: port_down: do this\n",
    )
    code, out, err = run(capsys, "down", "x", "192.0.2.7", "1", "--yes", "--json")
    assert (code) == (exit_code)
    assert (err) == ("")
    assert (json.loads(out)["error"]) == (
        {
            "kind": kind.kind,
            "host": "192.0.2.7",
            "operation": "port_down",
            "reason": "do this",
            "exit_code": exit_code,
        }
    )


def test_an_error_of_a_third_party_handler_is_escaped_and_stays_on_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Other(Exception):
        kind, host, operation, reason = "refused", "a\nb", "c\x1b", "d\re"

    broken(monkeypatch, Other())
    assert run(capsys, "down", "x", "192.0.2.7", "1", "--yes") == (
        6,
        "",
        "refused: a\\nb: c\\x1b: d\\re\n",
    )


def test_exit_codes_are_distinct_and_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert len({exit_code.code for exit_code in exit_codes.EXITS}) == len(exit_codes.EXITS)
    code, out, _ = run(capsys, "help", "exit-codes")
    assert code == 0
    assert all(
        f"{exit_code.code} {exit_code.meaning}" in " ".join(out.split())
        for exit_code in exit_codes.EXITS
    )


def test_every_kind_of_error_has_exactly_one_exit_code_and_unknown_kind_counts_as_defect() -> None:
    # a module that is not loaded may define further kinds
    for file in (ROOT / "handlers").rglob("*.py"):
        if re.search("^    kind = ", file.read_text("utf-8"), re.MULTILINE):
            importlib.import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
    kinds = [kind for exit_code in exit_codes.EXITS for kind in exit_code.kinds]
    assert len(set(kinds)) == len(kinds)
    assert {kind.kind for kind in every(errors.PduHandlerError)} - {"error"} <= set(kinds)
    assert exit_codes.code_of("a kind of a newer archive") == exit_codes.DEFECT


def every(kind: type[errors.PduHandlerError]) -> list[type[errors.PduHandlerError]]:
    """Return the class and its loaded subclasses in this pack."""
    return [
        kind,
        *(
            subcommand
            for below in kind.__subclasses__()
            for subcommand in every(below)
            if subcommand.__module__.startswith("handlers.")
        ),
    ]


def test_a_state_other_than_the_wanted_one_has_a_separate_exit_code_and_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken(monkeypatch)
    code, out, err = run(capsys, "down", "x", "192.0.2.7", "1", "--yes")
    assert code == exit_codes.NOT_SEEN and "outlet 1 of 192.0.2.7 is unknown" in out
    assert err.startswith("not-seen: outlet 1 of 192.0.2.7 was to be switched off")
    assert "the outlet's state is unknown" in err
    assert err.count("\n") == 1
    code, out, err = run(capsys, "down", "x", "192.0.2.7", "1", "--yes", "--json")
    assert (code) == (exit_codes.NOT_SEEN)
    assert (err) == ("")
    assert (json.loads(out)["outlets"]) == ([{"identity": "1", "state": "unknown", "done": False}])


def test_ctrl_c_while_switching_prints_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken(monkeypatch, KeyboardInterrupt())
    code, _, err = run(capsys, "down", "x", "192.0.2.7", "1", "--yes")
    assert (code) == (exit_codes.INTERRUPTED)
    assert (err) == ("interrupted: 192.0.2.7: outlet 1 may or may not have switched\n")


def test_a_defect_is_reported_in_one_line_and_debug_shows_its_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken(monkeypatch, ZeroDivisionError("division\x1b[2J by zero"))
    code, out, err = run(capsys, "down", "x", "192.0.2.7", "1", "--yes")
    assert (code, out) == (exit_codes.DEFECT, "")
    assert err.startswith("defect: 192.0.2.7: port_down raised ZeroDivisionError: division\\x1b")
    assert err.count("\n") == 1
    output = run(capsys, "down", "x", "192.0.2.7", "1", "--yes", "--debug")[2]
    assert "Traceback" in output and "division" in output
    assert (
        json.loads(run(capsys, "down", "x", "192.0.2.7", "1", "--yes", "--json")[1])["error"][
            "kind"
        ]
        == "defect"
    )
    broken(monkeypatch, AssertionError())
    assert run(capsys, "down", "x", "192.0.2.7", "1", "--yes")[2].startswith(
        "defect: 192.0.2.7: port_down raised AssertionError; "
    )
    broken(monkeypatch, ValueError("x" * 5000))
    err = run(capsys, "down", "x", "192.0.2.7", "1", "--yes")[2]
    assert err.endswith("xxx...; the outlet may or may not have switched; --debug shows where\n")


@pytest.mark.parametrize(
    "words",
    [
        "check hall.csv",
    ],
)
def test_a_defect_of_a_command_whose_1_is_a_finding_ends_with_2(
    words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("pdu.pdus.device_list.read_device_list", fail)
    code, out, err = run(capsys, *words.split())
    assert (code, out) == (exit_codes.WRONG, "") and err.startswith("defect: ZeroDivisionError: ")


# ---- questions -----------------------------------------------------------------------------------


def test_switching_without_a_terminal_needs_yes(peer: Peer, ask: Any) -> None:
    before = peer.books()
    code, out, err = ask("down", "1")
    assert (code, out) == (exit_codes.NOT_CONFIRMED, "")
    assert "--yes" in err
    assert "nothing was done" in err
    assert peer.books().states == before.states and peer.books().requests == before.requests
    code, out, _ = ask("down", "1", "--json")
    assert (code, json.loads(out)["error"]["kind"]) == (exit_codes.NOT_CONFIRMED, "not-confirmed")


@pytest.mark.parametrize(
    "answer, code",
    [
        ("n\n", exit_codes.NOT_CONFIRMED),
        ("\n", exit_codes.NOT_CONFIRMED),
        ("", exit_codes.NOT_CONFIRMED),
        ("y\n", 0),
    ],
)
def test_the_question_names_pdu_outlet_name_and_state_and_needs_a_yes(
    peer: Peer, ask: Any, monkeypatch: pytest.MonkeyPatch, answer: str, code: int
) -> None:
    identity = [*peer.books().states][1]
    state = {True: "on", False: "off", None: "unknown"}[peer.books().states[identity]]
    name = next(
        outlet["name"]
        for outlet in json.loads(ask("status", "--json")[1])["outlets"]
        if outlet["identity"] == identity
    )
    monkeypatch.setattr(sys, "stdin", terminal.Person(answer))
    found, _, err = ask("up", identity)
    quoted_name = f" {name!r}" if name else ""
    assert (
        f"switch on outlet {identity}{quoted_name} (now {state}) of {peer.address}? [y/N] " in err
    )
    assert found == code


def test_the_question_names_the_pdu_of_the_setting_host(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", terminal.Person("n\n"))
    with PEERS["nut"]() as peer:
        where = f"{peer.address}:{peer.settings['port']}"
        arguments = [
            "-s",
            f"host={where}",
            "-s",
            "device=pdu",
            "-s",
            "tls=yes",
            "-s",
            f"ca_pem={peer.settings['ca_pem']}",
        ]
        err = run(capsys, "down", "nut", "192.0.2.7", "2", *arguments)[2]
    assert f" of {where} (the setting host, instead of 192.0.2.7)? [y/N] " in err


def test_a_long_question_is_shown_whole(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", terminal.Person("y\n"))
    question = (
        f"switch off {', '.join(f'outlet {number} {chr(27)!r}' for number in range(1, 300))} of"
        " 192.0.2.7"
    )
    prompts.confirm(RunOptions(), question)
    assert capsys.readouterr().err == f"{question}? [y/N] "


def test_titles_and_the_question_for_the_password_name_the_pdu_of_the_setting_host(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(sys, "stdin", terminal.Person(""))
    with PEERS["nut"]() as peer:

        def answer(question: str) -> str:
            asked.append(question)
            return peer.settings["password"]

        where = f"{peer.address}:{peer.settings['port']}"
        text = f"{where} (the setting host, instead of 192.0.2.7)"
        monkeypatch.setattr("getpass.getpass", answer)
        arguments = [
            "-s",
            f"host={where}",
            "-s",
            "device=pdu",
            "-s",
            f"ca_pem={peer.settings['ca_pem']}",
            "--username",
            peer.settings["username"],
        ]
        status = run(capsys, "status", "nut", " 192.0.2.7 ", *arguments)
        result = run(capsys, "down", "nut", "192.0.2.7", "2", "--yes", *arguments)
    assert status[1].startswith(f"status of {text} by nut")
    assert result[1] == f"outlet 2 of {text} is off (nut); its meter reads 0 A\n"
    assert asked == [f"password of {peer.settings['username']} on {text}: "] * 2


@pytest.mark.sample(3)
@pytest.mark.parametrize(
    "typed, code, words",
    [
        (b"y\n", 0, " is on (nut)"),
        (b"\n", exit_codes.NOT_CONFIRMED, "nothing was done"),
        (b"\x04", exit_codes.NOT_CONFIRMED, "[y/N] \r\nnot-confirmed: "),
        (b"\xff\n", exit_codes.NOT_CONFIRMED, "nothing was done"),
        (b"\x03", exit_codes.INTERRUPTED, "interrupted"),
    ],
    ids=["yes", "Enter", "Ctrl-D", "not UTF-8", "Ctrl-C"],
)
def test_the_question_is_answered_on_a_real_terminal(typed: bytes, code: int, words: str) -> None:
    with PEERS["nut"]() as peer:
        arguments, secrets = options(peer)
        output = terminal.run(
            [sys.executable, "-m", "pdu", "up", "nut", peer.address, "1", *arguments],
            {
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "PYTHONIOENCODING": "utf-8:strict",
                **{f"PDU_{key.upper()}": value for key, value in secrets.items()},
            },
            "[y/N] ",
            typed,
        )
        assert output.code == code and words in output.text and "Traceback" not in output.text
        assert ("may still be carried out" in output.text) is False
        assert (bool(peer.books().writes)) == (code == 0)


def test_a_missing_outlet_is_reported_without_a_question(
    peer: Peer, ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", terminal.Person("y\n"))
    code, _, err = ask("up", next(iter(peer.books().states)), "99")
    assert code == 7 and "[y/N]" not in err and "'99'" in err


# ---- several at once -----------------------------------------------------------------------------


def test_an_outlet_that_is_given_twice_is_switched_once(peer: Peer, ask: Any) -> None:
    first, second = [*peer.books().states][:2]
    code, out, _ = ask("up", first, second, first, "--yes", "--json")
    assert code == 0
    assert [outlet["identity"] for outlet in json.loads(out)["outlets"]] == [first, second]


def test_an_outlet_whose_new_state_was_not_seen_is_named_even_if_a_later_one_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Lost:
        """Accepts commands to outlet 1, whose state stays UNKNOWN; other outlets do not answer."""

        def status(self) -> PduView:
            return PduView(
                ports=[PduPortView(identity=identity) for identity in ("1", "2", "\x1b[2J", "3\n")]
            )

        def port_down(self, port: PduPortView) -> PduPortView:
            if port.identity != "1":
                raise errors.Unreachable("no answer", "192.0.2.7", "port_down")
            return port

    use(monkeypatch, lambda name: LoadedHandler(name, name, lambda data: Lost(), (), False))
    code, out, err = run(capsys, "down", "x", "192.0.2.7", "1", "2", "--yes")
    failure_line, place, missing_line = err.splitlines()
    assert code == exit_codes.code_of("unreachable")
    assert out == "outlet 1 of 192.0.2.7 is unknown (x)\n"
    assert (failure_line) == ("unreachable: 192.0.2.7: port_down: no answer")
    assert (place) == ("the error is about outlet 2")
    assert missing_line.startswith(
        "not-seen: outlet 1 of 192.0.2.7 was to be switched off; the PDU accepted the command"
    )
    code, out, err = run(capsys, "down", "x", "192.0.2.7", "\x1b[2J", "3\n", "--yes")
    assert err.splitlines()[1:] == [
        "the error is about outlet \\x1b[2J; no command was sent to outlet 3\\n"
    ]


def test_several_hosts_are_read_in_order_even_if_one_fails(
    capsys: pytest.CaptureFixture[str],
) -> None:
    connection, _ = silent()
    with connection, PEERS["nut"]() as peer:
        dead, alive = (
            f"127.0.0.1:{connection.getsockname()[1]}",
            f"{peer.address}:{peer.settings['port']}",
        )
        # A host that is given twice is read once.
        hosts, arguments = (
            [dead, alive, dead],
            [
                "-s",
                "device=pdu",
                "-s",
                "tls=yes",
                "-s",
                f"ca_pem={peer.settings['ca_pem']}",
            ],
        )
        code, out, err = run(capsys, "status", "nut", *hosts, *arguments)
        assert code == exit_codes.code_of("unreachable")
        assert f"status of {alive} by nut" in out
        assert err.count("\n") == 1
        code, out, err = run(capsys, "status", "nut", *hosts, *arguments, "--json")
        first, second = json.loads(out)
        assert (code, err) == (exit_codes.code_of("unreachable"), "")
        assert (first["host"], first["error"]["kind"]) == (dead, "unreachable")
        assert (second["host"], len(second["outlets"])) == (alive, 8)


@pytest.mark.parametrize("shown", [["--json"], []])
def test_a_broken_pipe_ends_the_command_quietly(shown: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with PEERS["nut"]() as peer:
        arguments = ["status", "nut", peer.address, *options(peer)[0], *shown]
        try:
            result = subprocess.run(
                [sys.executable, "-m", "pdu", *arguments],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=writer,
                stderr=subprocess.PIPE,
                timeout=120,
                env={**os.environ, "PDU_PASSWORD": "unused"},
            )
        finally:
            os.close(writer)
    assert (result.returncode, result.stderr) == (READER_GONE, b"")


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["up", "nut", "h"], "OUTLET"),
        (["status", "nut"], "HOST"),
        (["status", "nosuch", "h"], "not a handler"),
        (["stauts"], "mean status"),
        (["completion"], "Missing argument 'SHELL'. Choose from: bash, zsh, fish For"),
        (["status", "nut", "h", "-s", "device"], "KEY=VALUE"),
        (["status", "nut", "h", "-s", "password=s3cret"], "--secret-file"),
        (["status", "nut", "h", "--password", "s3cret"], "no such option"),
        (["status", "snmp", "h", "--auth-password=s3cret"], "arguments: use PDU_AUTH_PASSWORD"),
        (["status", "nut", "h", "--secret-file", "s3cret"], "KEY=FILE"),
        (["status", "snmp", "h", "-s", "community=s3cret"], "--secret-file"),
        (["status", "snmp", "h"], "PDU_COMMUNITY"),
        (["down", "nut", "h", "1", "-s", "username=u", "--yes"], "PDU_PASSWORD"),
        (["status", "raritan", "h"], "PDU_PASSWORD"),
        (["status", "snmp", "127.0.0.1", "--snmp-version", "3"], "--username"),
        (["status", "snmp", "127.0.0.1", "--snmp-version", "V3"], "--username"),
        (["status", "snmp", "https://192.0.2.7/x"], "as in 192.0.2.7"),
        (["status", "snmp", "http://"], "without scheme and path"),
        (
            ["status", "snmp", "https://admin:s3cret@192.0.2.7:8443/x"],
            "'https://192.0.2.7:8443/' is a URL",
        ),
        (["status", "snmp", "https://admin:s3cret/1@192.0.2.7/x"], "is a URL"),
        (["status", "snmp", "admin:s3cret@https://192.0.2.7"], "'https://192.0.2.7/' is a URL"),
        (["status", "snmp", "https://admin:s3cret#1@192.0.2.7/x"], "is a URL"),
        (["status", "snmp", "http://192.0.2.7?password=s3cret"], "as in 192.0.2.7"),
        (["status", "nut", "s3cret@192.0.2.7"], "give the host alone"),
        (
            [
                "status",
                "snmp",
                "h",
                "--snmp-version",
                "3",
                "--username",
                "u",
                "--secret-file",
                "auth_password=/dev/null",
            ],
            "give --auth-protocol",
        ),
        (
            ["status", "192.0.2.7"],
            f"The first argument, '192.0.2.7', is not a handler ({', '.join(registry.names())});"
            " pdu identify 192.0.2.7 asks the device which handler reads it"
            " (pdu status --help)",
        ),
        (
            ["up", "192.0.2.7", "3"],
            "Missing argument 'OUTLET...'. The first argument, '192.0.2.7', is not a handler ",
        ),
        (["status", "nut"], "Missing argument 'HOST...'. For example: pdu status "),
        (
            ["status", "nut", "192.0.2.7", "192.0.2.8", "-s", "host=192.0.2.9"],
            "-s host=... replaces HOST, so give one HOST with it",
        ),
        (["status", "nut", "a b"], "not an address"),
        (["status", "nut", "h:0"], "has the port 0: give one from 1 to 65535"),
        (["identify", "[::1]:999999"], "has the port 999999"),
        (["status", "nut", "h", "--timeout", "soon"], "--timeout: 'soon'"),
        (["status", "nut", "h", "-s", "scheme=http"], "-s scheme=... is unknown"),
        (
            ["off", "web-1"],
            f"is not a handler ({', '.join(registry.names())}); the name of a PDU needs"
            " its list (--list FILE, PDU_LIST or ~/.config/pdu/pdus.csv) (pdu off --help)",
        ),
        (["status", "pdu7.example.net"], "pdu identify pdu7.example.net asks the device"),
        (["status", "apc", "192.0.2.7"], "apc is read by the handler snmp or redfish"),
        (["status", "AP8959"], "AP8959 is read by the handler snmp, as pdu supports AP8959 says"),
        (["off", "lenovo", "192.0.2.7", "3"], "lenovo is perhaps read by the handler snmp"),
        (["status", "smnp", "192.0.2.7"], "builds archives)"),
        (["status", "pdu_nut-9.tar.gz", "127.0.0.1"], "make packages"),
        (["status", "raritan", "h", "--ca-pem", "/no/such/ca"], "--ca-pem: /no/such/ca"),
        (["record", "snmp", "127.0.0.1", "--snmp-version", "3"], "--username"),
        (["record", "snmp", "h", "--patience", "inf"], "give 0 to"),
        (["status", "raritan", "h", "--ca-pem", "/dev/null"], "--ca-pem: /dev/null is empty"),
        (["status", "raritan", "h", "--ca-pem", ""], "--ca-pem: '' cannot be read"),
        (
            ["status", "raritan", "h", "--ca-pem", __file__],
            f"--ca-pem: {__file__} contains no PEM certificate; if it is a DER file",
        ),
        (["status", "nut", "h", "--secret-file", "password=/no/such/file"], "/no/such/file"),
        (["status", "nut", "h", "--secret-file", "pasword=/dev/null"], "it takes password"),
        (["status", "snmp", "h", "--secret-file", "password=/dev/null"], "it takes community"),
    ],
)
def test_wrong_usage_is_reported_in_one_line_or_as_json(
    arguments: list[str],
    words: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for variable in [name for name in os.environ if name.startswith("PDU_")]:
        monkeypatch.delenv(variable)
    code, out, err = run(capsys, *arguments)
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert words.lower() in err.lower()
    assert "s3cret" not in err
    code, out, err = run(capsys, *arguments, "--json")
    about = json.loads(out)["error"]
    assert (code, err, about["exit_code"]) == (2, "", 2) and about["kind"] in ("usage", "settings")
    assert words.lower() in about["reason"].lower()


@pytest.mark.parametrize(
    "arguments, command",
    [
        (["status", "nut", "h", "--timeout"], "pdu status"),
        (["snmp", "show"], "pdu snmp show"),
        (["-s"], "pdu"),
    ],
)
def test_the_error_for_an_option_without_a_value_names_the_help_that_lists_it(
    arguments: list[str], command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(capsys, *arguments)[2].endswith(f" ({command} --help)\n")


@pytest.mark.parametrize("columns, width", [(60, 59), (200, 78), (0, 78)])
def test_a_line_of_progress_fits_the_terminal(
    columns: int, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line that wraps would stay on the screen. Some terminals report 0 columns."""
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with open(theirs, "w", encoding="utf-8") as terminal_, monkeypatch.context() as patches:
        patches.setattr(sys, "stderr", terminal_)
        show_status_line(100 * "x", False)
        show_status_line("", False)
    output = b""
    with contextlib.suppress(OSError):  # EIO: everything was read
        for piece in iter(lambda: os.read(ours, 1000), b""):
            output += piece
    os.close(ours)
    assert output.decode() == f"\r{width * 'x'}\r\r{width * ' '}\r"


def test_a_community_in_the_place_of_a_host_is_not_asked_of_the_name_server(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PDU_COMMUNITY", "s3cret")
    for word in ("public", "s3cret"):
        code, out, err = run(capsys, "status", "snmp", "127.0.0.1:9", word)
        assert (code, out) == (2, "") and "a community stands where a further host" in err
        assert word not in err and "127.0.0.1" not in err
