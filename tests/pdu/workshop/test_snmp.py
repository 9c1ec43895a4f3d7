"""`pdu snmp`: families, and users' own profiles in a file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from handlers.snmp import schema
from handlers.snmp.profiles import PROFILE_BY_KEY
from pdu import root
from tests.needs import ROOT
from tests.pdu.running import run

#: the profile's file, whose name a terminal must not obey, and that name as it is shown
FILE, SHOWN = "acme\x1b[31m.json", r"acme\x1b[31m.json"
BAR = (ROOT / "docs" / "own-pdu" / "acme-bar.json").read_text("utf-8")
STRIP = (ROOT / "docs" / "own-pdu" / "acme-strip.json").read_text("utf-8")
UNCHECKED = (
    "profile.outlets[0].control: the commands could not be checked, because the rows that they need"
    " are only on a unit: switch a recording of it by them (pdu replay FILE --profile FILE.json),"
    " then one idle outlet"
)
READS_OF_STRIP = "reads of each outlet: state, name, A, kWh; of the PDU: load, energy"


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def check(capsys: pytest.CaptureFixture[str], text: str) -> tuple[int, str, str]:
    """The exit code, the output and the errors of a check of a profile."""
    Path(FILE).write_text(text, "utf-8")
    return run(capsys, "snmp", "check", FILE)


def with_members(text: str, members: Mapping[str, Any]) -> str:
    return json.dumps({**json.loads(text), **members})


def test_a_word_that_no_family_has_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    sentence = "no family has 'nosuch' in its key, vendor, MIB or models\n"
    assert run(capsys, "snmp", "families", "nosuch") == (0, sentence, "")


@pytest.mark.parametrize(
    "members, names",
    [
        pytest.param({}, "vendor, models, mib, source, evidence", id="another key"),
        pytest.param({"models": ["Bar 4"]}, "vendor, mib, source, evidence", id="models"),
        pytest.param(
            {"models": ["Bar 4"], "mib": "ACME-BAR-MIB"}, "vendor, source, evidence", id="a MIB"
        ),
        pytest.param(
            {"models": ["Bar 4"], "mib": "ACME-BAR-MIB", "source": ""}, "", id="no source"
        ),
        pytest.param({"models": ["Bar 4"], "mib": "", "source": ""}, "", id="no MIB"),
    ],
)
def test_names_of_a_copied_family_are_told(
    members: Mapping[str, Any], names: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = with_members(schema.dumps(PROFILE_BY_KEY["netio"]), {"key": "acme-bar", **members})
    code, out, err = check(capsys, text)
    assert (code, err) == (0, "")
    advice = [f"as in the family netio: {names}; write your PDU's"] if names else []
    assert out.splitlines() == [
        f"{SHOWN}: the profile 'acme-bar' is valid",
        "reads of each outlet: state, number, name, A, W, kWh; of the PDU: load, power, energy",
        "switches outlets",
        *advice,
    ]


def test_a_profile_whose_commands_cannot_be_checked_is_told_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    profile = json.loads(STRIP)
    profile["outlets"][0]["control"]["at"] = {
        "kind": "Spread",
        "oid": "1.3.6.1.4.1.32473.10.2.2",
        "spans": [{"first": 300, "last": 301, "sub": 1}],
    }
    code, out, err = check(capsys, json.dumps(profile))
    assert (code, err) == (9, "")
    assert out.splitlines() == [
        f"{SHOWN}: the profile 'acme-strip' is valid",
        UNCHECKED,
        READS_OF_STRIP,
        "switches outlets",
    ]


def test_a_key_may_have_40_characters(capsys: pytest.CaptureFixture[str]) -> None:
    key = "k" * 40
    code, out, err = check(capsys, with_members(STRIP, {"key": key}))
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        f"{SHOWN}: the profile '{key}' is valid",
        READS_OF_STRIP,
        "switches outlets",
    ]


@pytest.mark.parametrize(
    "has_control, sentence",
    [(True, "switches outlets"), (False, "does not switch: it has no control")],
)
def test_a_profile_without_commands_is_told_so(
    has_control: bool, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    profile = json.loads(BAR)
    if not has_control:
        del profile["outlets"][0]["control"]
        del profile["evidence"]["switching"]
    code, out, err = check(capsys, json.dumps(profile))
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        f"{SHOWN}: the profile 'acme-bar' is valid",
        "reads of each outlet: state, number, name, A, kWh; of the PDU: load, energy",
        sentence,
    ]


@pytest.mark.parametrize(
    "key, sentence",
    [
        pytest.param(
            "k" * 41,
            f"'{'k' * 40}'… is part of the archive's name; give at most 40 characters",
            id="of 41 characters",
        ),
        ("snmp", "pdu_snmp is the name of another module; give another key"),
        ("raritan", "pdu_raritan is the name of another module; give another key"),
        ("common", "pdu_common is the name of another module; give another key"),
    ],
)
def test_an_impossible_key_is_refused(
    key: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = with_members(STRIP, {"key": key})
    assert check(capsys, text) == (2, "", f"settings: {SHOWN}: profile.key: {sentence}\n")


def test_a_file_that_is_no_profile_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    reason = f"{SHOWN}: profile.key: this key is missing"
    assert check(capsys, "{}") == (2, "", f"settings: {reason}\n")
    code, out, err = run(capsys, "snmp", "check", FILE, "--json")
    error = {"kind": "settings", "host": "", "operation": "", "reason": reason, "exit_code": 2}
    assert (code, json.loads(out), err) == (2, {"error": error}, "")


@pytest.mark.parametrize(
    "command, sentence",
    [
        (
            "check nowhere.json",
            "nowhere.json: profile: the file cannot be read (No such file or directory)",
        ),
        ("check /dev/zero", "/dev/zero: profile: the file is larger than 1 MB"),
        (
            "show nosuch",
            "there is no family 'nosuch'; to list all families, run: pdu snmp families",
        ),
        ("show sentry", "there is no family 'sentry'; similar: sentry3, sentry4"),
        ("show sentri3", "there is no family 'sentri3'; similar: sentry3, sentry4"),
    ],
)
def test_a_file_that_cannot_be_read_and_an_unknown_family_are_refused(
    command: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A family that is similar is named, else the list."""
    result = run(capsys, "snmp", *command.split(" "))
    assert result == (2, "", f"settings: {sentence}\n")


def test_the_families_and_what_is_written_are_printed_as_markdown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert root.run(["snmp", "families"]) == 0
    tables = capsys.readouterr().out.split("\n\n")
    assert len(tables) == 2
    for table, family in zip(tables, ("sentry3", "schleifenbauer")):
        lines = table.splitlines()
        assert lines[1].startswith("|---|")
        assert any(f"| `{family}` |" in line for line in lines[2:])


def test_a_table_has_the_families_with_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    assert root.run(["snmp", "families", "SENTRY"]) == 0
    for table in capsys.readouterr().out.split("\n\n"):
        _, _, *rows = table.splitlines()
        assert any("`sentry3`" in row for row in rows)
        assert len(rows) < 9


def test_a_family_is_shown_as_json_from_which_it_can_be_rebuilt(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert root.run(["snmp", "show", "netio"]) == 0
    shown = capsys.readouterr().out
    assert shown == schema.dumps(PROFILE_BY_KEY["netio"]) + "\n"
    assert schema.dumps(schema.loads(shown)) + "\n" == shown


def test_a_family_with_a_function_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert root.run(["snmp", "show", "sentry3"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "profile.units is read by a function of the handler" in shown.err
    assert "docs/own-pdu.md" in shown.err
