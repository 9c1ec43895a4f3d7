"""Where `pdu` takes secrets, settings and ports from: files, the environment, options, the address
and a terminal.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from handlers.shared import errors
from pdu.cli import exit_codes
from pdu.cli.error_output import reason
from pdu.loading.handler_loading import load
from pdu.pdu_list import form as connection_data
from pdu.pdu_list.login_options import Login
from tests import terminal
from tests.needs import ROOT
from tests.pdu.monitoring.halls import private
from tests.pdu.running import Broken, run, silent, use


def noted_forms(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Let the handlers nut and snmp note the arguments of make_handler, and read nothing."""
    forms: list[Any] = []

    def make(data: Any) -> Broken:
        if data not in forms:  # a command may make its PDU anew
            forms.append(data)
        return Broken()

    handlers = {name: load(name)._replace(make=make) for name in ("nut", "snmp")}
    use(monkeypatch, handlers.__getitem__)
    return forms


def test_a_secret_file_overrides_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    forms = noted_forms(monkeypatch)
    monkeypatch.setenv("PDU_PASSWORD", "from the environment")
    secret = private(tmp_path / "secret", b"\xef\xbb\xbffrom a file\r\n")
    line = ("off", "nut", "h", "1", "-s", "username=u", "--yes")
    run(capsys, *line, "--secret-file", f"password={secret}")
    run(capsys, *line)
    passwords = [form.custom_params["password"] for form in forms]
    assert passwords == ["from a file", "from the environment"]


def test_an_option_overrides_the_environment_which_never_supplies_the_address(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    forms = noted_forms(monkeypatch)
    monkeypatch.setenv("PDU_TIMEOUT", "7")
    monkeypatch.setenv("PDU_DEVICE", "rack1")
    monkeypatch.setenv("PDU_HOST", "192.0.2.99")
    monkeypatch.setenv("PDU_COMMUNITY", "c")
    run(capsys, "off", "nut", " h:99 ", "1", "--yes", "-s", "timeout=3", "-s", "verify=no")
    run(capsys, "off", "snmp", "h:1161", "1", "--yes", "--snmp-version", "2c")
    run(capsys, "off", "snmp", "h:1161", "1", "--yes", "--port", "1162")
    nut, snmp, snmp_at_port = forms
    settings = {"timeout": "3", "device": "rack1", "verify": "no", "tls": "yes"}
    assert (nut.ip, nut.custom_params) == ("h:99", settings)
    fields = {"version": "2c", "port": "1161", "timeout": "7", "community": "c"}
    assert snmp.ip == "h"
    assert snmp.custom_params == {}
    assert snmp.snmp_params == fields
    assert snmp_at_port.snmp_params["port"] == "1162"


# no handler of this pack has an api_key
@pytest.mark.parametrize("key", ["password", "api_key"])
def test_a_secret_in_an_argument_is_refused_and_the_error_says_how_to_give_it(key: str) -> None:
    with pytest.raises(errors.SettingsError) as error_info:
        connection_data.check_secrets(Login({key: "x"}), ["password", "api_key"], "acme")
    assert f"use PDU_{key.upper()} (or --secret-file {key}=FILE)" in reason(error_info.value)


@pytest.mark.parametrize("content", [b"", b"\n", b"\xef\xbb\xbf\r\n"])
def test_an_empty_secret_file_is_refused(
    content: bytes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PDU_PASSWORD", "any")
    private(tmp_path / "secret", content)
    words = ["status", "raritan", "127.0.0.1:9", "--secret-file", f"token={tmp_path / 'secret'}"]
    code, _, err = run(capsys, *words)
    assert code == 2
    assert f"{tmp_path / 'secret'}: empty" in err


def test_a_binary_secret_is_refused_and_not_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = private(tmp_path / "secret", b"\xffs3cret")
    code, _, err = run(capsys, "status", "nut", "h", "--secret-file", f"password={secret}")
    assert (code, err) == (2, f"settings: {secret}: not UTF-8 text; save it as UTF-8\n")


@pytest.mark.sample(3)
@pytest.mark.parametrize(
    "typed, code, words",
    [
        (b"s3cret\n", exit_codes.code_of("unreachable"), "unreachable"),
        (b"\x04", 2, "no password was given"),
        (b"\n", 2, "no password was given"),
        (b"\xe9s3cret\n", 2, "the password that was typed is not text in this terminal's encoding"),
        (b"\x03", exit_codes.INTERRUPTED, "interrupted"),
    ],
    ids=["a password", "Ctrl-D", "Enter", "not UTF-8", "Ctrl-C"],
)
def test_a_secret_is_asked_for_on_a_terminal_without_echo(
    typed: bytes, code: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PDU_PASSWORD", raising=False)
    connection, arguments = silent()
    with connection:
        screen = terminal.run(
            [sys.executable, "-m", "pdu", *arguments],
            {**os.environ, "PYTHONPATH": str(ROOT)},
            "password of u on 127.0.0.1:",
            typed,
        )
    assert screen.code == code
    assert words in screen.text
    assert not any(word in screen.text for word in ("s3cret", "0xe9", "Traceback"))
