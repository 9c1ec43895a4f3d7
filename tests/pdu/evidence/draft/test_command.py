"""`pdu draft` from its command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pdu.evidence.draft.columns import NOT_SHOWN
from pdu.recordings.snmp import snmprec
from pdu_common.connection import PduSnmpData
from tests.needs import ROOT, pysmi
from tests.pdu.evidence.draft import modules
from tests.pdu.evidence.draft.acme import ACME, acme
from tests.pdu.recordings.planted_devices import replayed
from tests.pdu.running import run
from tests.waiting import PATIENCE_S

Printed = pytest.CaptureFixture[str]
STATE = "1.3.6.1.4.1.99999.2.1.1.3"


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    file = tmp_path / "unit.snmprec"
    file.write_text("\n".join(snmprec.snmprec_lines(acme())) + "\n", "utf-8")
    return file


@pytest.fixture
def mib(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(pysmi())
    file = tmp_path / "ACME-MIB.txt"
    file.write_text(modules.module("ACME-MIB", ACME), "utf-8")
    return file


def test_the_profile_is_on_standard_output_and_its_evidence_on_standard_error(
    recording: Path, capsys: Printed
) -> None:
    code, out, err = run(capsys, "draft", str(recording), "-o", "-")
    profile = json.loads(out)
    assert code == 0
    assert not Path("-").exists()
    assert profile["outlets"][0]["states"]["on"] == ["?1"]
    assert profile["note"].startswith("Drafted, not confirmed.")
    assert f"taken  {STATE}" in err
    assert "doubt: No command is proposed" in err


def test_a_drafted_profile_can_be_checked_packed_and_polled(
    recording: Path, mib: Path, tmp_path: Path, capsys: Printed
) -> None:
    file, dist = tmp_path / "acme.json", tmp_path / "dist"
    words = ["--mib", str(mib), "--family", "acme-strip", "-o", str(file)]
    assert run(capsys, "draft", str(recording), *words)[0] == 0
    code, out, _ = run(capsys, "snmp", "check", str(file))
    assert code == 0
    assert "the profile 'acme-strip' is valid" in out
    build = [str(ROOT / "packaging" / "build.py"), "--profile", str(file), "--out", str(dist)]
    subprocess.run([sys.executable, *build], capture_output=True, timeout=PATIENCE_S, check=True)
    (archive,) = dist.glob("pdu_*acme*.tar.gz")
    with replayed("snmp", recording.read_text("utf-8")) as unit:
        assert isinstance(unit.data, PduSnmpData)
        where = f"{unit.data.ip}:{unit.data.snmp_params['port']}"
        process = subprocess.run(
            [sys.executable, "-m", "pdu", "status", str(archive), where, "--json"],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            env={**os.environ, "PDU_COMMUNITY": "public"},
        )
    states = [(row["name"], row["state"]) for row in json.loads(process.stdout)["outlets"]]
    assert states == [("web", "on"), ("db", "on"), ("spare", "off")], process.stderr


def test_a_draft_does_not_replace_a_file(recording: Path, tmp_path: Path, capsys: Printed) -> None:
    file = tmp_path / "acme.json"
    file.write_text("mine")
    code, _, err = run(capsys, "draft", str(recording), "-o", str(file))
    assert code == 2
    assert "exists already: remove it" in err
    assert file.read_text() == "mine"


def test_json_holds_the_guesses_with_their_evidence(
    recording: Path, mib: Path, capsys: Printed
) -> None:
    document = json.loads(run(capsys, "draft", str(recording), "--mib", str(mib), "--json")[1])
    assert (document["chosen"]["state"], document["profile"]["mib"]) == (STATE, "ACME-MIB")
    roles = {guess["role"] for guess in document["guesses"]}
    assert {"state", "name", "current", "energy"} <= roles
    assert all(guess["evidence"] for guess in document["guesses"])
    assert "No command is proposed" in document["doubts"][-1]
    assert "outletCommand" not in json.dumps(document["profile"])


def test_scalars_with_units_and_writable_objects_are_listed_and_not_taken(
    recording: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    monkeypatch.syspath_prepend(pysmi())
    scalars = (("inletCurrent", "0.1 A", 24), ("inletLimit", "0.1 A", 160), ("voltage", "V", 231))
    facts = [*ACME, modules.Fact("outletName", f"{STATE[:-1]}2", access="read-write")]
    # a row 0 of a column is no scalar
    rows = [f"1.3.6.1.4.1.99999.2.1.1.{column}.0|2|0" for column in (3, 5)]
    for number, (name, unit, value) in enumerate(scalars, 1):
        facts.append(modules.Fact(name, f"1.3.6.1.4.1.99999.3.{number}", units=unit))
        rows.append(f"1.3.6.1.4.1.99999.3.{number}.0|66|{value}")
    mib = tmp_path / "ACME-MIB.txt"
    mib.write_text(modules.module("ACME-MIB", facts), "utf-8")
    recording.write_text("\n".join([recording.read_text(), *rows, ""]).replace("\n\n", "\n"))
    _, out, err = run(capsys, "draft", str(recording), "--mib", str(mib))
    assert "99999.3" not in out
    assert "control" not in json.loads(out)["outlets"][0]
    report_lines = [line for line in err.splitlines() if line.startswith(("scalar", "writable"))]
    total = "in ACME-MIB, UNITS '0.1 A': {}; perhaps the total 'load', scale 0.1"
    assert report_lines == [
        f"scalar          1.3.6.1.4.1.99999.3.1.0  inletCurrent {total.format(24)}",
        f"scalar          1.3.6.1.4.1.99999.3.2.0  inletLimit {total.format(160)}",
        "scalar   1 more with other UNITS, such as voltage (V): --json shows all",
        "writable        1.3.6.1.4.1.99999.2.1.1.4  outletCommand in ACME-MIB, read-write:"
        " turnOn(1), turnOff(2); perhaps the command",
        "writable        and 1 more: --json shows all",
    ]
    assert "doubt: its name has 'limit'" in err.partition("inletLimit")[2]
    document = json.loads(run(capsys, "draft", str(recording), "--mib", str(mib), "--json")[1])
    assert [row["object"] for row in document["scalars"]] == [name for name, _, _ in scalars]
    assert [row["object"] for row in document["writable"]] == ["outletCommand", "outletName"]


def test_json_holds_the_doubt_about_a_string_of_states(recording: Path, capsys: Printed) -> None:
    recording.write_text("1.3.6.1.4.1.99999.1.0|4|1,0,1,1\n", "utf-8")
    assert f"doubt: {NOT_SHOWN}" in run(capsys, "draft", str(recording))[2]
    document = json.loads(run(capsys, "draft", str(recording), "--json")[1])
    assert [text["doubt"] for text in document["texts"]] == [NOT_SHOWN]


def test_a_recording_without_outlets_leaves_no_file(
    recording: Path, tmp_path: Path, capsys: Printed
) -> None:
    recording.write_text("1.3.6.1.2.1.1.1.0|4|Acme\n", "utf-8")
    code, _, err = run(capsys, "draft", str(recording), "-o", str(tmp_path / "out.json"))
    assert code == 8
    assert not (tmp_path / "out.json").exists()
    assert "No column looks like the states" in err


def test_a_draft_from_a_walk_uses_its_names_of_values_and_counts_the_rows_that_it_leaves_out(
    recording: Path, capsys: Printed
) -> None:
    states = ("on(2)", "on(2)", "off(1)")
    rows = [f".{STATE}.{row} = INTEGER: {state}" for row, state in enumerate(states, 1)]
    recording.write_text("\n".join([*rows, "ACME-MIB::acme.1.0 = INTEGER: 1", ""]), "utf-8")
    _, out, err = run(capsys, "draft", str(recording))
    assert json.loads(out)["outlets"][0]["states"]["on"] == ["?2"]
    assert "names of values in the walk: off(1), on(2)" in err
    assert NOT_SHOWN not in err
    assert "Not read from the recording: 1 row with a name instead of a numeric OID" in err


def test_an_unreadable_file_and_an_impossible_key_are_refused_in_one_line(
    recording: Path, mib: Path, tmp_path: Path, capsys: Printed
) -> None:
    broken, empty, unit = tmp_path / "broken.mib", tmp_path / "empty.mib", str(recording)
    broken.write_text("ACME-MIB DEFINITIONS ::= BEGIN nothing here", "utf-8")
    empty.touch()
    for arguments, words in (
        (["/nowhere/at.all"], "cannot be read"),
        ([str(ROOT / "README.md")], "is not a recording of an SNMP device"),
        ([unit, "--mib", "/nowhere/at.all"], "cannot be read"),
        ([unit, "--mib", str(broken)], "is not a MIB file that can be read"),
        ([unit, "--mib", str(empty)], "that can be read (it has no complete module)"),
        ([unit, "--family", "No Key"], "--family"),
    ):
        code, _, err = run(capsys, "draft", *arguments)
        assert code == 2
        assert words in err
        assert err.count("\n") == 1


def test_a_missing_mib_reader_is_named(recording: Path) -> None:
    command = [sys.executable, "-m", "pdu", "draft", str(recording), "--mib", "ACME-MIB.txt"]
    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S)
    assert process.returncode == 2
    assert "needs the Python package pysmi" in process.stderr
