"""The settings that a handler over HTTP wants."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pdu.workshop.handler import loading_checks
from pdu.workshop.handler.rules import RULES, Finding, untried
from tests.needs import ROOT
from tests.pdu.loading.page_handler import folder
from tests.pdu.running import run

EXAMPLE = ROOT / "docs" / "own-handler"
# it waits 10 s for a state and for an answer
SOURCE = (
    (EXAMPLE / "volt" / "handler.py").read_text("utf-8").replace("SECONDS = 10.0", "SECONDS = 3.0")
)
_KEYS = {rule.text: key for key, rule in RULES.items()}


@pytest.mark.parametrize("place", ["in a method", "in make_handler"])
def test_a_setting_that_was_not_given_is_named(
    place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading_checks, "_check_types", _no_types)
    monkeypatch.setattr(loading_checks, "_find_python", lambda _: None)
    monkeypatch.setenv("PDU_PASSWORD", "any")
    source = SOURCE
    if place == "in make_handler":
        make = "    return VoltPdu(pdu_data)\n"
        source = source.replace(make, f'    pdu_data.custom_params["username"]\n{make}')
    handler = folder(tmp_path, source=source)
    words = ("handler", "check", str(handler), "--replay", str(EXAMPLE / "volt.har"), "--json")
    code, out, _ = run(capsys, *words)
    rows = {_KEYS[row["rule"]]: row for row in json.loads(out)["findings"]}
    assert code == 9
    assert not [key for key, row in rows.items() if row["result"] == "broken"], rows
    for rule in ("status", *(["entry"] if place == "in make_handler" else [])):
        assert rows[rule]["result"] == "not tried"
        assert rows[rule]["detail"] == "the handler wants the setting username: -s username=…"
    # nothing was seen of its methods
    assert rows["secret"]["result"] == rows["side effects"]["result"] == "not tried"


@pytest.mark.usefixtures("without_loading")
def test_a_secret_that_was_not_given_is_named_with_a_way_that_is_taken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = SOURCE.replace("settings['password']", "settings['token']")
    handler = folder(tmp_path, source=source)
    words = ("handler", "check", str(handler), "--replay", str(EXAMPLE / "volt.har"), "--json")
    _, out, _ = run(capsys, *words, "-s", "username=admin")
    (detail,) = (
        row["detail"] for row in json.loads(out)["findings"] if row["rule"] == RULES["status"].text
    )
    assert detail == "the handler wants the setting token: PDU_TOKEN (or --secret-file token=FILE)"


def test_a_handler_that_wants_its_login_at_once_gets_that_of_the_environment(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading_checks, "_check_types", _no_types)
    monkeypatch.setattr(loading_checks, "_find_python", lambda _: None)
    monkeypatch.setattr("pdu.workshop.handler.command._device_findings", lambda *_: iter(()))
    monkeypatch.setenv("PDU_PASSWORD", "any")
    monkeypatch.setenv("PDU_USERNAME", "any")
    make = "    return VoltPdu(pdu_data)\n"
    wish = (
        "    settings = pdu_data.custom_params\n    settings['username'] + settings['password']\n"
    )
    handler = folder(tmp_path, source=SOURCE.replace(make, wish + make))
    _, out, _ = run(capsys, "handler", "check", str(handler), "--json")
    (row,) = (row for row in json.loads(out)["findings"] if row["rule"] == RULES["entry"].text)
    assert row["result"] == "kept", row


def _no_types(*_: object) -> Finding:
    return untried("types", "")
