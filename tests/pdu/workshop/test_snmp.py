"""`pdu snmp`: families and users' own profiles."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from handlers.snmp import schema
from handlers.snmp.frozen_value import replace
from handlers.snmp.profiles import PROFILES
from pdu import root
from tests.handlers.snmp.every_part import EVERY_PART
from tests.needs import ROOT
from tests.pdu.running import run


def test_a_word_that_no_family_has_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert root.run(["snmp", "families", "nosuch", "--table", "devices"]) == 0
    sentence = "no family has 'nosuch' in its key, vendor, MIB or models\n"
    assert capsys.readouterr().out == sentence


@pytest.mark.parametrize(
    "table, family",
    [
        ("devices", "sentry3"),
        ("written", "schleifenbauer"),
    ],
)
def test_tables_are_printed_as_markdown(
    table: str, family: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert root.run(["snmp", "families", "--table", table]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("|---|")
    assert any(f"| `{family}` |" in line for line in lines[2:])


def test_a_table_has_the_families_with_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    assert root.run(["snmp", "families", "SENTRY", "--table", "devices"]) == 0
    _, _, *rows = capsys.readouterr().out.splitlines()
    assert any("`sentry3`" in row for row in rows)
    assert len(rows) < 9


def test_a_family_is_shown_as_json_from_which_it_can_be_rebuilt(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert root.run(["snmp", "show", "sentry3"]) == 0
    profile = schema.loads(capsys.readouterr().out)
    assert profile.key == "sentry3"
    assert profile in PROFILES


def test_an_owners_profile_is_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "acme.json"
    file.write_text(schema.dumps(EVERY_PART), "utf-8")
    # it has one part of each kind, and no device has such rows
    assert root.run(["snmp", "check", str(file)]) == 9
    assert "control: the commands could not be checked" in capsys.readouterr().out


@pytest.mark.parametrize(
    "changes, note",
    [
        ({}, "as in the family netio: vendor, models, mib, evidence; write your PDU's"),
        ({"models": ["Bar 4"]}, "as in the family netio: vendor, mib, evidence; write your PDU's"),
        ({"models": ["Bar 4"], "mib": "ACME-BAR-MIB"}, "switches outlets"),
        ({"models": ["Bar 4"], "mib": ""}, "switches outlets"),
    ],
)
def test_names_of_a_copied_family_are_told(
    changes: dict[str, object],
    note: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, text, _ = run(capsys, "snmp", "show", "netio")
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({**json.loads(text), "key": "acme-bar", **changes}))
    code, out, _ = run(capsys, "snmp", "check", str(path))
    assert code == 0
    assert out.splitlines()[-1] == note


def test_control_characters_in_the_name_of_a_profile_are_escaped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "acme\x1b[31m.json"
    file.write_text(schema.dumps(EVERY_PART), "utf-8")
    assert root.run(["snmp", "check", str(file)]) == 9
    assert "acme\\x1b[31m.json: the profile" in capsys.readouterr().out


@pytest.mark.parametrize(
    "key, reason",
    [
        (41 * "k", "give at most 40 characters"),
        ("snmp", "profile.key: pdu_snmp is the name of another module"),
        ("raritan", "profile.key: pdu_raritan is the name of another module"),
        ("common", "profile.key: pdu_common is the name of another module"),
    ],
)
def test_an_impossible_key_is_refused(
    key: str, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "acme.json"
    file.write_text(schema.dumps(replace(EVERY_PART, key=key)), "utf-8")
    assert root.run(["snmp", "check", str(file)]) == 2
    assert reason in capsys.readouterr().err


def test_a_missing_key_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "acme.json"
    file.write_text("{}", "utf-8")
    assert root.run(["snmp", "check", str(file)]) == 2
    assert "profile.key: this key is missing" in capsys.readouterr().err
    assert root.run(["snmp", "check", str(file), "--json"]) == 2
    assert "profile.key" in json.loads(capsys.readouterr().out)["error"]["reason"]


def test_a_file_that_is_no_profile_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert root.run(["snmp", "check", str(tmp_path / "none.json")]) == 2
    assert root.run(["snmp", "check", "/dev/zero"]) == 2
    assert "/dev/zero: profile: the file is larger than 1 MB" in capsys.readouterr().err


def test_a_profile_without_commands_is_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "acme.json"
    profile = json.loads((ROOT / "docs" / "own-pdu" / "acme-bar.json").read_text("utf-8"))
    del profile["outlets"][0]["control"]
    del profile["evidence"]["switching"]
    file.write_text(json.dumps(profile), "utf-8")
    assert root.run(["snmp", "check", str(file)]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == [
        "reads of each outlet: state, number, name, A, kWh; of the PDU: load, energy",
        "does not switch: it has no control",
    ]


@pytest.mark.parametrize(
    "key, near",
    [("nosuch", "pdu snmp families"), ("sentry", "sentry3, sentry4"), ("sentri3", "sentry3")],
)
def test_the_error_for_an_unknown_family_names_similar_ones_or_the_command_that_lists_all(
    key: str, near: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert root.run(["snmp", "show", key]) == 2
    error = capsys.readouterr().err
    assert f"there is no family {key!r}" in error
    assert near in error
    assert error.count("\n") == 1
    assert "rpcm" not in error
