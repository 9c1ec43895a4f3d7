"""The command line of `pdu raritan`: login, errors, terminals, pipes, encodings, and `discover`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pdu import root
from pdu.core.cli.output import text
from tests.needs import ROOT
from tests.simulators.xerus import Fault, Model, XerusPdu

from .results import Run, done


@pytest.mark.parametrize(
    "fault, how, code",
    [
        (Fault.STATUS, {"status": 401}, 4),
        (Fault.STATUS, {"status": 503}, 3),
        (Fault.HTML, {}, 5),
        (Fault.PRIVILEGE, {}, 4),
    ],
)
def test_an_error_has_the_exit_code_of_its_kind_and_one_line(
    run: Run, unit: XerusPdu, fault: Fault, how: Any, code: int
) -> None:
    unit.faults.order(fault, None, **how)
    found, out, err = run("outlets")
    assert found == code and not out and err.count("\n") == 1
    found, out, _ = run("outlets", "--json")
    assert found == code and set(json.loads(out)["error"]) == {
        "kind",
        "host",
        "operation",
        "reason",
        "exit_code",
    }


def test_advice_names_the_options_of_the_tool_and_not_the_settings_of_the_handler(
    unit: XerusPdu, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PDU_PASSWORD", unit.password)
    assert root.run(["raritan", f"{unit.host}:{unit.port}", "info"]) == 3
    err = capsys.readouterr().err
    assert "--ca-pem or --fingerprint" in err and "--no-verify" in err and "ca_pem" not in err


def test_a_password_and_a_token_are_read_from_files(
    run: Run, unit: XerusPdu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PDU_PASSWORD")
    (tmp_path / "password").write_text(unit.password + "\n", encoding="ascii")
    done(run("info", "--secret-file", f"password={tmp_path / 'password'}"))
    (tmp_path / "token").write_text("0" * 32, encoding="ascii")
    assert run("info", "--secret-file", f"token={tmp_path / 'token'}")[0] == 4


@pytest.mark.parametrize("words", [["--password", "x"], ["--pass", "x"]])
def test_a_secret_is_never_an_argument(run: Run, words: list[str]) -> None:
    code, _, err = run("info", *words)
    assert code == 2 and err.startswith("usage: ") and err.count("\n") == 1


def test_only_commands_that_old_firmware_does_not_support_fail(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with XerusPdu(Model(outlets=2), "3.3") as pdu:
        monkeypatch.setenv("PDU_PASSWORD", pdu.password)
        common = ["--fingerprint", pdu.fingerprint]
        for command in (
            "info",
            "outlets",
            "sensors",
            "firmware",
            "cert",
        ):
            assert root.run(["raritan", f"{pdu.host}:{pdu.port}", command, *common]) == 0, (
                capsys.readouterr().err
            )
        for rid, method in ("/cascade", "getStatus"), ("/net", "getSettings"):
            words = ["call", rid, method, *common]
            assert root.run(["raritan", f"{pdu.host}:{pdu.port}", *words]) == 8
            assert "does not offer this" in capsys.readouterr().err


def test_debug_output_stays_out_of_the_result(run: Run) -> None:
    code, out, err = run("info", "--debug", "--json")
    assert code == 0 and json.loads(out)["outlets"] == 4 and "performBulk" in err


def shell(unit: XerusPdu, words: str, **more: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command line in a POSIX shell.

    TOOL in it stands for the command and the unit's address.
    """
    tool = f"{sys.executable} -m pdu raritan {unit.host}:{unit.port}"
    environment = {**os.environ, "PDU_PASSWORD": unit.password, **more}
    line = words.replace("TOOL", tool)
    return subprocess.run(  # noqa: S602
        line, shell=True, cwd=ROOT, capture_output=True, env=environment, timeout=120
    )


@pytest.mark.sample(1)
@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_letters_outside_the_terminals_encoding_are_shown_as_codes(
    unit: XerusPdu, encoding: str
) -> None:
    unit.units[0].outlets[0].settings["name"] = "größe → 1"
    ended = shell(unit, "TOOL outlets --no-verify", PYTHONIOENCODING=encoding)
    assert ended.returncode == 0 and rb"\u2192 1" in ended.stdout and not ended.stderr
    assert shell(unit, "TOOL config --help", PYTHONIOENCODING=encoding).returncode == 0


@pytest.mark.sample(1)
@pytest.mark.parametrize("closed", ["<&- >&- 2>&-", ">&-", "2>&-", "<&-"])
def test_a_command_runs_with_closed_standard_streams(unit: XerusPdu, closed: str) -> None:
    # what cannot be printed was not shown
    code = 2 if ">&- " in f"{closed} ".replace("2>&-", "") else 0
    assert shell(unit, f"TOOL info --no-verify {closed}").returncode == code


@pytest.mark.sample(1)
@pytest.mark.parametrize("closed", ["<&- >&- 2>&-", "2>&-", "<&-"])
def test_closed_standard_streams_do_not_confirm_a_command(unit: XerusPdu, closed: str) -> None:
    asked = shell(unit, f"TOOL call /model/pdu/0/outlet/0 cyclePowerState --no-verify {closed}")
    assert (
        asked.returncode == 12
        and b"Traceback" not in asked.stderr
        and not asked.stdout
        and not unit.books().writes
    )


@pytest.mark.parametrize(
    "value, shown",
    [(5000123.75, "5000123.8"), (0.0046, "0.0046"), (16.0, "16"), (-230.04, "-230.04")],
)
def test_figures_are_short_and_a_counter_keeps_its_integer_digits(value: float, shown: str) -> None:
    assert text(value) == shown


@pytest.mark.parametrize(
    "words",
    [
        ["info", "--link", "1"],
        ["info", "--link", "-3"],
        ["info", "--link", "x"],
        ["firmware", "update", "--wait", "nan"],
        ["firmware", "update", "--wait", "-1"],
        ["info", "--timeout", "nan"],
        ["info", "--timeout", "0"],
        ["config", "bulk", "get", "--units", "9" * 5000],
    ],
)
def test_impossible_numbers_are_refused_before_a_request(
    run: Run, unit: XerusPdu, words: list[str]
) -> None:
    assert run(*words)[0] == 2 and unit.books().requests == 0


def test_an_empty_variable_is_not_a_password(
    run: Run, monkeypatch: pytest.MonkeyPatch, unit: XerusPdu
) -> None:
    monkeypatch.setenv("PDU_PASSWORD", "")
    code, _, err = run("info")
    assert code == 2 and "PDU_PASSWORD" in err and unit.books().requests == 0


@pytest.mark.parametrize(
    "error, code",
    [(KeyboardInterrupt(), 130), (ValueError("not an address"), 2), (ImportError(), 2)],
)
def test_a_search_that_fails_or_is_interrupted_prints_one_line(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    code: int,
) -> None:
    from handlers.raritan import zeroconf

    def fails(seconds: float, interfaces: Any) -> Any:
        raise error

    monkeypatch.setattr(zeroconf, "discover_devices", fails)
    assert (
        root.run(["raritan", "discover", "--seconds", "0.1"]) == code
        and capsys.readouterr().err.count("\n") == 1
    )


@pytest.mark.parametrize("interface", ["fe80::5", "::1", "eth0", ""])
def test_an_interface_of_a_search_must_be_an_ipv4_address(
    capsys: pytest.CaptureFixture[str], interface: str
) -> None:
    assert root.run(["raritan", "discover", "--local-address", interface]) == 2
    assert f"--local-address: {interface!r} is not an IPv4 address" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["192.0.2.7", "discover"], ["192.0.2.7", "--json", "discover"]])
def test_discover_refuses_a_host(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from handlers.raritan import zeroconf

    monkeypatch.setattr(zeroconf, "discover_devices", lambda seconds, interfaces: [])
    assert root.run(["raritan", *words]) == 2
    assert "'discover' takes no HOST" in "".join(capsys.readouterr())


def test_discover_needs_no_host(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from handlers.raritan import zeroconf

    found = [zeroconf.AnnouncedDevice("PX3-1 Rack", "PX3-1", "192.0.2.7", 443, "4.4.1")]
    monkeypatch.setattr(zeroconf, "discover_devices", lambda seconds, interfaces: found)
    assert root.run(["raritan", "discover", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["address"] == "192.0.2.7"
    assert root.run(["raritan", "discover"]) == 0 and "PX3-1 Rack" in capsys.readouterr().out
    assert (
        root.run(["raritan", "discover", "--help"]) == 0
        and "pdu raritan discover [OPTIONS]" in capsys.readouterr().out
    )
    assert (
        root.run(["raritan", "HOST", "info", "--help"]) == 0
        and "pdu raritan HOST info [OPTIONS]" in capsys.readouterr().out
    )
