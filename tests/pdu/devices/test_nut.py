"""`pdu nut` on simulated and real servers: text, JSON, questions, logins and exit codes."""

from __future__ import annotations

import base64
import getpass
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from handlers.nut.client import NutClient
from handlers.shared.errors import Unreachable
from pdu import root
from pdu.core.cli.exit_codes import NOT_SEEN, READER_GONE
from pdu.core.cli.redaction import NOTICE
from pdu.devices import nut
from pdu.devices.nut import COMMANDS
from tests import terminal
from tests.handlers.nut.given import pdu_variables
from tests.needs import ROOT
from tests.servers import upsd
from tests.servers.upsd import ADMIN, PRIMARY, Upsd
from tests.simulators.nut_server import (
    ADMIN as SIMULATED_ADMIN,
    Device,
    Driver,
    NutServer,
    StaticDevice,
    SwitchedPdu,
    User,
)
from tests.waiting import PATIENCE_S, until

HOSTILE = StaticDevice(
    "odd",
    {"device.type": "ups", "ups.status": "OL", "ups.id": "a\x1b[31m\u2028b"},
    ["load.off"],
    description="two words",
)


@pytest.fixture
def server() -> Iterator[NutServer]:
    with NutServer(
        [SwitchedPdu("pdu", 12), HOSTILE], [SIMULATED_ADMIN, User("mon", "monpw", upsmon="primary")]
    ) as made:
        yield made


@pytest.fixture(autouse=True)
def no_login_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("PDU_USERNAME", "PDU_PASSWORD"):
        monkeypatch.delenv(variable, raising=False)


class Run:
    """Exit code, standard output and standard error of one call of the command."""

    def __init__(self, capsys: pytest.CaptureFixture[str], server: Any, *words: str) -> None:
        self.code = root.run(["nut", f"{server.host}:{server.port}", *words])
        self.out, self.err = capsys.readouterr()

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def test_a_variable_that_cannot_be_read_after_it_was_set_ends_with_not_seen(
    server: NutServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: Any) -> str:
        raise Unreachable("no answer")

    monkeypatch.setattr(NutClient, "variable", lost)
    monkeypatch.setenv("PDU_USERNAME", SIMULATED_ADMIN.name)
    monkeypatch.setenv("PDU_PASSWORD", SIMULATED_ADMIN.password)
    done = Run(capsys, server, "set", "pdu", "outlet.1.desc", "web", "--yes")
    assert (done.code, done.out) == (NOT_SEEN, "") and done.err.startswith(
        "not-seen: the server accepted the value, but "
    )


def test_the_advice_for_a_ups_without_outlets_names_the_option_for_its_whole_load(
    server: NutServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "--whole-load" in Run(capsys, server, "outlets", "odd").err
    assert "whole_load=yes" in Run(capsys, server, "outlets", "odd").err
    assert (
        Run(capsys, server, "outlets", "odd", "--whole-load").err == ""
        and Run(capsys, server, "outlets", "pdu").err == ""
    )
    assert root.run(["status", "nut", f"{server.host}:{server.port}", "-s", "device=odd"]) == 0
    assert "no outlets; -s whole_load=yes lists" in capsys.readouterr().out


def test_the_error_for_an_unknown_name_lists_the_devices_or_says_how_to_list_the_commands(
    server: NutServer, capsys: pytest.CaptureFixture[str]
) -> None:
    error = Run(capsys, server, "vars", "[pdu]").err
    assert "correct DEVICE; it has pdu, odd" in error and "-s device" not in error
    login = ("--username", SIMULATED_ADMIN.name, "--yes")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PDU_PASSWORD", SIMULATED_ADMIN.password)
        assert "commands DEVICE" in Run(capsys, server, "run", "pdu", "99", *login).err
        assert "it has pdu, odd" in Run(capsys, server, "run", "pdu@host", "load.off", *login).err


def test_an_error_of_a_devices_outlets_names_the_device(
    capsys: pytest.CaptureFixture[str],
) -> None:
    short = StaticDevice("short", {"device.type": "pdu", "outlet.count": "3"}, [])
    with NutServer([short], []) as server:
        assert Run(capsys, server, "outlets", "short").err.startswith(
            f"protocol: 127.0.0.1:{server.port}: device short: "
        )


def test_each_reading_command_prints_its_result(
    server: NutServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert Run(capsys, server, "list").out.splitlines() == [
        "pdu  Simulated PDU, 12 outlets",
        "odd  two words",
    ]
    assert "outlet.7.status: off\n" in Run(capsys, server, "vars", "pdu").out
    assert Run(capsys, server, "vars", "pdu", "outlet.7.status").out == "off\n"
    table = Run(capsys, server, "outlets", "pdu").out.splitlines()
    assert table[7].split() == [
        "7",
        "7",
        "Server",
        "7",
        "off",
        "0",
        "0",
        "not",
        "metered",
        "2.5",
        "outlet.7.load.on,",
        "outlet.7.load.off",
    ]
    assert (
        table[-1] == f"load {server.books().load_a:g} A, energy {server.books().energy_kwh:g} kWh"
    )
    assert (
        Run(capsys, server, "commands", "pdu").out.splitlines()[0].split("  ", 1)[0]
        == "outlet.1.load.off"
    )
    assert Run(capsys, server, "clients").out.splitlines() == ["pdu  none", "odd  none"]
    assert Run(capsys, server, "ver").out.splitlines() == [
        "Network UPS Tools upsd 2.8.0 - http://www.networkupstools.org/",
        "protocol 1.3",
    ]


def test_json_output_has_the_same_facts_as_the_text(
    server: NutServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert Run(capsys, server, "list", "--json").json == {
        "pdu": "Simulated PDU, 12 outlets",
        "odd": "two words",
    }
    assert Run(capsys, server, "--json", "vars", "pdu").json["outlet.7.status"] == "off"
    for words in (
        ("vars", "pdu", "outlet.7.status", "--json"),
        ("vars", "--json", "pdu", "outlet.7.status"),
        ("vars", "pdu", "--json", "outlet.7.status", "--timeout", "5"),
    ):
        assert Run(capsys, server, *words).json == {"outlet.7.status": "off"}
    found = Run(capsys, server, "outlets", "pdu", "--json").json
    assert {
        f"pdu/{one['identity']}": one["state"] == "on" for one in found["outlets"]
    } == server.books().states
    assert (
        found["load_a"] == server.books().load_a
        and found["outlets"][0]["off"] == "outlet.1.load.off"
    )
    for option in (["--whole-load"], ["-s", "whole_load=on"]):
        assert (
            Run(capsys, server, "outlets", "odd", *option, "--json").json["outlets"][0]["identity"]
            == "load"
        )
    assert Run(capsys, server, "outlets", "odd", "--json").json["outlets"] == []
    assert Run(capsys, server, "clients", "pdu", "--json").json == {"pdu": []}
    assert Run(capsys, server, "ver", "--json").json["protocol"] == "1.3"
    assert "outlet.1.load.on" in Run(capsys, server, "commands", "pdu", "--json").json


def test_run_and_set_take_the_password_from_file_environment_or_prompt(
    server: NutServer,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    secret = tmp_path / "password"
    secret.write_text(SIMULATED_ADMIN.password + "\n")
    ran = Run(
        capsys,
        server,
        "run",
        "pdu",
        "outlet.1.load.off",
        "--username",
        "admin",
        "--yes",
        "--secret-file",
        f"password={secret}",
    )
    assert ran.code == 0 and "success" in ran.out and server.books().states["pdu/1"] is False
    monkeypatch.setenv("PDU_USERNAME", "admin")
    monkeypatch.setenv("PDU_PASSWORD", SIMULATED_ADMIN.password)
    done = Run(capsys, server, "set", "pdu", "outlet.1.desc", "two words", "--json", "--yes")
    assert done.code == 0 and done.json == {"reported": True, "value": "two words"}
    monkeypatch.delenv("PDU_PASSWORD")
    asked: list[str] = []

    def answer(prompt: str) -> str:
        asked.append(prompt)
        return SIMULATED_ADMIN.password

    monkeypatch.setattr(getpass, "getpass", answer)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    assert Run(capsys, server, "run", "pdu", "outlet.1.load.on", "--yes").code == 0
    assert asked == [f"password of admin on {server.host}:{server.port}: "]


def test_a_variable_is_read_until_it_has_the_value_that_was_set(
    server: NutServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PDU_USERNAME", "admin")
    monkeypatch.setenv("PDU_PASSWORD", SIMULATED_ADMIN.password)
    old = [b'VAR pdu outlet.1.desc "old"\n'] * 2
    server.faults.rewrite = lambda line, answer: (
        old.pop() if old and line == "GET VAR pdu outlet.1.desc" else answer
    )
    done = Run(capsys, server, "set", "pdu", "outlet.1.desc", "new", "--json", "--yes")
    assert (done.code, done.json["value"], old) == (0, "new", [])


@pytest.mark.parametrize(
    "value, explained", [("new", False), ('a "b"', True), ("a #b", True), ("a\\b", True)]
)
def test_a_variable_that_shows_another_value_is_explained_where_upsd_is_known_to_do_so(
    server: NutServer,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    value: str,
    explained: bool,
) -> None:
    monkeypatch.setenv("PDU_USERNAME", "admin")
    monkeypatch.setenv("PDU_PASSWORD", SIMULATED_ADMIN.password)
    monkeypatch.setattr(nut, "_SEEN_S", 0.0)
    shown = b'VAR pdu outlet.1.desc "old"\n'
    server.faults.rewrite = lambda line, answer: (
        shown if line == "GET VAR pdu outlet.1.desc" else answer
    )
    done = Run(capsys, server, "set", "pdu", "outlet.1.desc", value, "--yes")
    assert done.code == NOT_SEEN and "the server shows a value other than" in done.err
    assert ("although the driver has the value" in done.err) == explained


@pytest.mark.parametrize("value, code", [("old", NOT_SEEN), ("new", 0)])
def test_a_value_that_the_variable_had_before_proves_nothing_without_a_report(
    server: NutServer,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    value: str,
    code: int,
) -> None:
    monkeypatch.setenv("PDU_USERNAME", "admin")
    monkeypatch.setenv("PDU_PASSWORD", SIMULATED_ADMIN.password)
    Run(capsys, server, "set", "pdu", "outlet.1.desc", "old", "--yes")
    server.faults.no_tracking = True
    done = Run(capsys, server, "set", "pdu", "outlet.1.desc", value, "--yes")
    assert (done.code, done.out, "does not report" in done.err) == (
        code,
        f"outlet.1.desc: {value}\n",
        code == NOT_SEEN,
    )


def test_a_writable_switch_variable_is_shown_as_the_way_to_switch(
    capsys: pytest.CaptureFixture[str],
) -> None:
    device = StaticDevice(
        "strip", {"device.type": "pdu", "outlet.1.switch": "1"}, writable=["outlet.1.switch"]
    )
    with NutServer([device]) as made:
        assert (
            Run(capsys, made, "outlets", "strip", "--json").json["outlets"][0]["off"]
            == "outlet.1.switch"
        )
        assert Run(capsys, made, "outlets", "strip").out.count("outlet.1.switch") == 1


def test_the_question_before_a_write_names_device_outlet_name_and_state(
    server: NutServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PDU_USERNAME", "admin")
    monkeypatch.setenv("PDU_PASSWORD", SIMULATED_ADMIN.password)
    for words in (("run", "pdu", "outlet.1.load.off"), ("set", "pdu", "outlet.1.desc", "x")):
        refused = Run(capsys, server, *words)
        assert refused.code == 12 and "--yes" in refused.err and not server.books().writes
    for answer, code in (("n\n", 12), ("y\n", 0)):
        monkeypatch.setattr(sys, "stdin", terminal.Person(answer))
        asked = Run(capsys, server, "run", "pdu", "outlet.1.load.off")
        where = f"{server.host}:{server.port}"
        assert asked.code == code
        assert (
            f"run outlet.1.load.off on pdu at {where}: outlet.1 'Server 1' (now on)? [y/N] "
            in asked.err
        )
        assert server.books().states["pdu/1"] is (answer == "n\n")


def test_a_question_may_be_answered_after_the_server_has_closed_idle_connections(
    server: NutServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """upsd closes a connection on which nothing was sent for a minute."""

    class Slow(terminal.Person):
        def readline(self, *size: Any) -> str:
            server.drop_connections()
            return "y\n"

    monkeypatch.setenv("PDU_USERNAME", "admin")
    monkeypatch.setenv("PDU_PASSWORD", SIMULATED_ADMIN.password)
    monkeypatch.setattr(sys, "stdin", Slow(""))
    assert (
        Run(capsys, server, "run", "pdu", "outlet.1.load.off").code == 0
        and server.books().states["pdu/1"] is False
    )


def test_without_a_status_the_question_shows_the_value_of_the_switch_or_unknown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PDU_USERNAME", "admin")
    monkeypatch.setenv("PDU_PASSWORD", SIMULATED_ADMIN.password)
    monkeypatch.setattr(sys, "stdin", terminal.Person("n\n"))
    outlets = {"outlet.1.switch": "on", "outlet.2.status": "", "device.type": "pdu"}
    with NutServer([StaticDevice("strip", outlets, writable=["outlet.1.switch"])]) as made:
        assert (
            "outlet.1 (now on)? [y/N]"
            in Run(capsys, made, "set", "strip", "outlet.1.switch", "off").err
        )
        assert (
            "outlet.2 (now unknown)? [y/N]"
            in Run(capsys, made, "run", "strip", "outlet.2.load.off").err
        )


def test_a_reading_logs_in_only_where_the_server_demands_it(
    server: NutServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", terminal.Person(""))
    monkeypatch.setattr(
        getpass, "getpass", lambda prompt: pytest.fail("a reading asked for a password")
    )
    assert Run(capsys, server, "list", "--username", "admin", "--timeout", "5").code == 0
    requests: list[str] = []

    def keep(line: str, answer: bytes) -> bytes:
        requests.append(line.partition(" ")[0])
        return answer

    server.faults.rewrite = keep
    monkeypatch.setenv("PDU_PASSWORD", SIMULATED_ADMIN.password)
    for demanded in (False, True):
        server.faults.login_to_read = demanded
        assert (
            Run(capsys, server, "vars", "pdu", "outlet.1.status", "--username", "admin").out
            == "on\n"
        )
        assert ("PASSWORD" in requests) is demanded
    monkeypatch.delenv("PDU_PASSWORD")
    result = Run(capsys, server, "list")
    assert result.code == 4 and "give --username and PDU_PASSWORD" in result.err


def test_the_port_in_the_address_overrides_the_environment(
    server: NutServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with NutServer([StaticDevice("elsewhere", {"ups.status": "OL"})]) as other:
        monkeypatch.setenv("PDU_PORT", str(other.port))
        assert Run(capsys, server, "list", "--json").json.keys() == {"pdu", "odd"}
        assert root.run(["nut", other.host, "list"]) == 0 and "elsewhere" in capsys.readouterr().out
        assert other.books().connections == 1


@pytest.mark.parametrize(
    "raised, code, sentence",
    [(EOFError, 2, "no password was given"), (KeyboardInterrupt, 130, "interrupted")],
)
def test_an_interrupted_prompt_is_reported_in_one_line(
    server: NutServer,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    raised: type[BaseException],
    code: int,
    sentence: str,
) -> None:
    def leave(prompt: str) -> str:
        raise raised

    monkeypatch.setattr(getpass, "getpass", leave)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    left = Run(capsys, server, "run", "pdu", "outlet.1.load.off", "--username", "admin")
    assert (
        left.code == code
        and sentence in left.err
        and left.err.count("\n") == 1
        and server.books().connections == 0
    )


def test_only_the_first_missing_argument_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    for words, missing in (
        (["nut"], "Missing argument 'HOST'"),
        (["nut", "192.0.2.7"], "Missing command"),
    ):
        assert root.run(words) == 2
        out, err = capsys.readouterr()
        assert not out and err.startswith(f"usage: {missing}") and err.count("\n") == 1


def test_advice_for_an_untrusted_certificate_names_options_and_not_settings(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with NutServer([SwitchedPdu()], tls=True) as server:
        refused = Run(capsys, server, "list", "--tls")
        assert (
            refused.code == 3
            and "--ca-pem or --fingerprint" in refused.err
            and "--no-verify" in refused.err
        )
        assert "ca_pem" not in refused.err


def test_a_broken_pipe_ends_the_command_quietly(server: NutServer) -> None:
    tool = subprocess.Popen(
        [sys.executable, "-m", "pdu", "nut", f"{server.host}:{server.port}", "list"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert tool.stdout is not None
    tool.stdout.close()
    tool.stdout = None
    assert tool.communicate(timeout=30)[1] == b"" and tool.returncode == READER_GONE


def test_a_command_that_is_accepted_but_unproven_has_a_separate_exit_code(
    server: NutServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PDU_USERNAME", "admin")
    monkeypatch.setenv("PDU_PASSWORD", SIMULATED_ADMIN.password)
    monkeypatch.setattr("pdu.devices.nut._SEEN_S", 0.0)
    server.faults.ignored = True
    ignored = Run(capsys, server, "set", "pdu", "outlet.1.desc", "new", "--yes")
    assert ignored.code == 9 and "a value other than" in ignored.err
    server.faults.no_tracking = True
    untracked = Run(capsys, server, "run", "pdu", "outlet.1.load.off", "--yes")
    assert untracked.code == 9 and "accepted" in untracked.err


@pytest.mark.parametrize(
    "words, code, kind",
    [
        (("vars", "none"), 2, "settings"),
        (("vars", "two words"), 2, "settings"),
        (("vars", "pdu", "no.such"), 6, "refused"),
        (("run", "pdu", "outlet.1.load.off"), 2, "settings"),
        (("run", "pdu", "outlet.1.load.off", "--username", "admin"), 2, "settings"),
        (("vars", "stale"), 10, "data-stale"),
        (("vars", "gone"), 11, "driver-not-connected"),
        (("list", "--tls"), 3, "unreachable"),
        (("list", "--ca-pem", "/none"), 2, "settings"),
        (("list", "--fingerprint", "abc"), 2, "settings"),
        (
            (
                "run",
                "pdu",
                "outlet.1.load.off",
                "--username",
                "a",
                "--yes",
                "--secret-file",
                "password=/none",
            ),
            2,
            "settings",
        ),
        (("outlets", "bare"), 8, "unsupported"),
    ],
)
def test_each_error_has_its_exit_code_and_is_reported_in_one_line(
    words: tuple[str, ...],
    code: int,
    kind: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False)
    devices: list[Device] = [
        SwitchedPdu("pdu", 2),
        StaticDevice("stale", {}),
        StaticDevice("gone", {}),
        StaticDevice("bare", {"device.type": "pdu"}),
    ]
    with NutServer(devices) as server:
        server.faults.drivers.update(stale=Driver.STALE, gone=Driver.GONE)
        plain = Run(capsys, server, *words)
        assert (
            (plain.code, plain.out) == (code, "")
            and plain.err.startswith(f"{kind}: ")
            and plain.err.count("\n") == 1
        )
        machine = Run(capsys, server, *words, "--json")
        assert machine.code == code and machine.json["error"]["kind"] == kind and not machine.err
        assert not server.books().writes


def test_a_refused_login_a_broken_answer_and_a_dead_server_have_their_exit_codes(
    server: NutServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PDU_PASSWORD", "wr0ngsecret")
    denied = Run(capsys, server, "run", "pdu", "outlet.1.load.off", "--username", "admin", "--yes")
    assert denied.code == 4 and "wr0ngsecret" not in denied.err
    server.faults.rewrite = lambda line, answer: b"HTTP/1.1 400 Bad Request\n"
    assert Run(capsys, server, "list").code == 5
    server.stop()
    assert Run(capsys, server, "list", "--timeout", "1").code == 3


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("list", "x"),
        ("vars",),
        ("run", "pdu"),
        ("set", "a", "b"),
        ("frobnicate",),
        ("list", "--password", "x"),
        ("list", "--whole-load"),
        ("list", "--timeout", "0"),
    ],
)
def test_wrong_arguments_give_exit_code_2_and_send_nothing(
    server: NutServer, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    ended = Run(capsys, server, *words)
    assert (
        ended.code == 2
        and ended.err.startswith(("usage: ", "settings: --timeout"))
        and server.books().connections == 0
    )


def test_a_devices_text_cannot_control_the_terminal(
    server: NutServer, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = Run(capsys, server, "vars", "odd", "ups.id").out
    assert shown == "a\\x1b[31m\\u2028b\n"
    listed = Run(capsys, server, "vars", "odd").out
    assert "ups.id: " + shown in listed and listed.replace("\n", "").isprintable()


def test_help_names_every_command_and_pdu_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert root.run(["nut", "--help"]) == 0
    printed = capsys.readouterr().out
    assert all(f"  {name} " in printed for name in COMMANDS) and "pdu --help" in printed


@pytest.mark.against("NUT upsd")
def test_the_command_works_with_a_real_server(
    real: Upsd,
    real_tls: Upsd,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    login = {"PDU_USERNAME": ADMIN.name, "PDU_PASSWORD": ADMIN.password}
    words = ("nut", f"{real.host}:{real.port}", "set", "small", "ups.id", "by tool", "--yes")
    done = subprocess.run(
        [sys.executable, "-m", "pdu", *words],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **login},
        text=True,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE_S,
    )
    assert done.stdout == "ups.id: by tool\n"
    assert "pdu" in Run(capsys, real, "list").out
    outlets = Run(capsys, real, "outlets", "pdu", "--json").json["outlets"]
    assert len(outlets) == 48 and outlets[6]["state"] == "off"
    for name, value in login.items():
        monkeypatch.setenv(name, value)
    failed = Run(capsys, real, "run", "small", "load.off", "--yes")
    assert failed.code == 9 and failed.err.startswith("not-proven: ")
    monkeypatch.setenv("PDU_USERNAME", PRIMARY.name)
    monkeypatch.setenv("PDU_PASSWORD", PRIMARY.password)
    assert Run(capsys, real, "run", "small", "load.off", "--yes").code == 4
    authority = tmp_path / "ca.pem"
    authority.write_text(real_tls.ca_pem)
    assert Run(capsys, real_tls, "list", "--ca-pem", str(authority)).out.startswith("pdu")
    assert Run(capsys, real_tls, "list", "--tls").code == 3


@pytest.mark.against("NUT upsd")
def test_each_failure_of_a_server_or_driver_has_its_exit_code(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Upsd([upsd.dummy("pdu", pdu_variables(2))], max_age=3) as server:
        where = f"{server.host}:{server.port}"

        def ends_with(code: int) -> None:
            assert until(lambda: _codes(where) == [code, code], every=0.1), (
                code,
                capsys.readouterr().err[-300:],
            )

        ends_with(0)
        server.pause_driver("pdu")
        ends_with(10)
        server.kill_driver("pdu")
        ends_with(11)
        server.pause_upsd()
        ends_with(3)
        server.resume_upsd()
        ends_with(11)
        server.stop_upsd()
        ends_with(3)
        server.start_upsd(wait=False)
        server.start_driver("pdu")
        ends_with(0)


def _codes(where: str) -> list[int]:
    return [
        root.run(["status", "nut", where, "-s", "device=pdu", "--timeout", "0.5"]),
        root.run(["nut", where, "vars", "pdu", "--timeout", "0.5"]),
    ]


def test_a_login_that_the_server_sends_back_is_not_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = base64.b64encode(SIMULATED_ADMIN.password.encode()).decode()
    monkeypatch.setattr("tests.simulators.nut_server.session.VERSION", f"Network UPS Tools {told}")
    monkeypatch.setenv("PDU_PASSWORD", SIMULATED_ADMIN.password)
    odd = StaticDevice(
        "odd", {"device.type": "ups", "ups.id": f"x{SIMULATED_ADMIN.password}"}, description=told
    )
    with NutServer([odd], [SIMULATED_ADMIN]) as server:
        for words in (["ver"], ["list"], ["vars", "odd"], ["vars", "odd", "ups.id"]):
            for form in ((), ("--json",)):
                done = Run(capsys, server, *words, *form, "--username", SIMULATED_ADMIN.name)
                assert (
                    done.code == 0
                    and told not in done.out
                    and SIMULATED_ADMIN.password not in done.out
                ), words
                assert NOTICE in done.out
