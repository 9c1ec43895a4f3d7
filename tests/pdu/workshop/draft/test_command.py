"""`pdu draft` from its command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pdu import root
from pdu.recordings.snmp import snmprec
from pdu.recordings.snmp.recorded_rows import SnmpRow
from pdu.workshop.draft.columns import NOT_SHOWN
from pdu_common.connection import PduSnmpData
from tests.needs import ROOT, pysmi
from tests.pdu.recordings.planted_devices import replayed
from tests.pdu.workshop.draft import modules
from tests.pdu.workshop.draft.acme import ACME, acme
from tests.waiting import PATIENCE_S

Printed = pytest.CaptureFixture[str]
ENTERPRISES = (1, 3, 6, 1, 4, 1)


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
    assert root.run(["draft", str(recording), "-o", "-"]) == 0 and not Path("-").exists()
    printed = capsys.readouterr()
    profile = json.loads(printed.out)
    assert profile["outlets"][0]["states"]["on"] == ["?1"]
    assert profile["note"].startswith("Drafted, not confirmed.")
    assert "taken  1.3.6.1.4.1.99999.2.1.1.3" in printed.err
    assert "doubt: No command is proposed" in printed.err
    assert " more: " not in printed.err


def test_the_guess_that_the_profile_takes_is_shown_however_many_come_before_it(
    tmp_path: Path, capsys: Printed
) -> None:
    rows = acme()
    for table in range(1, 7):
        rows.update(
            {
                (*ENTERPRISES, 99999, 1, table, row): SnmpRow(4, f"Name {row}".encode())
                for row in range(1, 9)
            }
        )
    file = tmp_path / "unit.snmprec"
    file.write_text("\n".join(snmprec.snmprec_lines(rows)) + "\n", "utf-8")
    assert root.run(["draft", str(file)]) == 0
    printed = capsys.readouterr()
    name = json.loads(printed.out)["outlets"][0]["name"]["oid"]
    assert f"name     taken  {name} " in printed.err
    assert f"{'name':<16}and 2 more: --json shows all" in printed.err
    assert root.run(["draft", str(file), "--json"]) == 0
    guesses = json.loads(capsys.readouterr().out)["guesses"]
    assert sum(guess["role"] == "name" for guess in guesses) == 7


def test_a_drafted_profile_can_be_checked_packed_and_polled(
    recording: Path, mib: Path, tmp_path: Path, capsys: Printed
) -> None:
    file = tmp_path / "acme.json"
    assert (
        root.run(
            ["draft", str(recording), "--mib", str(mib), "--family", "acme-strip", "-o", str(file)]
        )
        == 0
    )
    assert root.run(["snmp", "check", str(file)]) == 0
    assert "the profile 'acme-strip' is valid" in capsys.readouterr().out
    built = subprocess.run(
        [
            sys.executable,
            str(ROOT / "packaging" / "build.py"),
            "--profile",
            str(file),
            "--out",
            str(tmp_path / "dist"),
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert built.returncode == 0, built.stderr
    (archive,) = (tmp_path / "dist").glob("pdu_*acme*.tar.gz")
    with replayed("snmp", recording.read_text("utf-8")) as unit:
        assert isinstance(unit.data, PduSnmpData)
        polled = subprocess.run(
            [
                sys.executable,
                "-m",
                "pdu",
                "status",
                str(archive),
                "--json",
                f"{unit.data.ip}:{unit.data.snmp_params['port']}",
            ],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            env={**os.environ, "PDU_COMMUNITY": "public"},
        )
    assert [(one["name"], one["state"]) for one in json.loads(polled.stdout)["outlets"]] == [
        ("web", "on"),
        ("db", "on"),
        ("spare", "off"),
    ], polled.stderr


def test_a_draft_does_not_replace_a_file(recording: Path, tmp_path: Path, capsys: Printed) -> None:
    file = tmp_path / "acme.json"
    file.write_text("mine")
    assert root.run(["draft", str(recording), "-o", str(file)]) == 2
    assert "exists already: remove it" in capsys.readouterr().err
    assert file.read_text() == "mine"


def test_json_holds_the_guesses_with_their_evidence(
    recording: Path, mib: Path, capsys: Printed
) -> None:
    assert root.run(["draft", str(recording), "--mib", str(mib), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["chosen"]["state"] == "1.3.6.1.4.1.99999.2.1.1.3"
    assert document["profile"]["mib"] == "ACME-MIB"
    assert {"state", "name", "current", "energy"} <= {look["role"] for look in document["guesses"]}
    assert all(look["evidence"] for look in document["guesses"])
    assert "No command is proposed" in document["doubts"][-1]
    assert "outletCommand" not in json.dumps(document["profile"])


def test_scalars_with_units_and_writable_objects_are_listed_and_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    monkeypatch.syspath_prepend(pysmi())
    facts = [
        *ACME,
        modules.Fact("inletCurrent", "1.3.6.1.4.1.99999.3.1", units="0.1 A"),
        modules.Fact("inletLimit", "1.3.6.1.4.1.99999.3.2", units="0.1 A"),
        modules.Fact("inletVoltage", "1.3.6.1.4.1.99999.3.3", units="V"),
        modules.Fact("inletEnergy", "1.3.6.1.4.1.99999.3.4", units="Wh"),
        modules.Fact("outletName", "1.3.6.1.4.1.99999.2.1.1.2", access="read-write"),
    ]
    mib, recording = tmp_path / "ACME-MIB.txt", tmp_path / "unit.snmprec"
    mib.write_text(modules.module("ACME-MIB", facts), "utf-8")
    rows = snmprec.snmprec_lines(acme())
    # a row 0 of a column is no scalar; inletEnergy is not recorded
    rows += [f"1.3.6.1.4.1.99999.2.1.1.{column}.0|2|0" for column in (3, 5)]
    rows += ["1.3.6.1.4.1.99999.3.1.0|66|24", "1.3.6.1.4.1.99999.3.2.0|66|160"]
    rows += ["1.3.6.1.4.1.99999.3.3.0|66|231"]
    recording.write_text("\n".join(rows) + "\n", "utf-8")
    assert root.run(["draft", str(recording), "--mib", str(mib)]) == 0
    printed = capsys.readouterr()
    assert "99999.3" not in printed.out and "control" not in json.loads(printed.out)["outlets"][0]
    shown = [line for line in printed.err.splitlines() if line.startswith(("scalar", "writable"))]
    assert shown == [
        "scalar          1.3.6.1.4.1.99999.3.1.0  inletCurrent in ACME-MIB, UNITS '0.1 A': 24;"
        " perhaps the total 'load', scale 0.1",
        "scalar          1.3.6.1.4.1.99999.3.2.0  inletLimit in ACME-MIB, UNITS '0.1 A': 160;"
        " perhaps the total 'load', scale 0.1",
        "scalar   1 more with other UNITS, such as inletVoltage (V): --json shows all",
        "writable        1.3.6.1.4.1.99999.2.1.1.4  outletCommand in ACME-MIB, read-write:"
        " turnOn(1), turnOff(2); perhaps the command",
        "writable        and 1 more: --json shows all",
    ]
    assert "doubt: its name suggests a limit" in printed.err.partition("inletLimit")[2]
    assert root.run(["draft", str(recording), "--mib", str(mib), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [(one["object"], one["total"], one["scale"]) for one in document["scalars"]] == [
        ("inletCurrent", "load", "0.1"),
        ("inletLimit", "load", "0.1"),
        ("inletVoltage", None, None),
    ]
    assert [(one["object"], one["values"]) for one in document["writable"]] == [
        ("outletCommand", {"1": "turnOn", "2": "turnOff"}),
        ("outletName", {}),
    ]


def test_json_holds_the_doubt_about_a_string_of_states(tmp_path: Path, capsys: Printed) -> None:
    file = tmp_path / "unit.snmprec"
    file.write_text("1.3.6.1.4.1.99999.1.0|4|1,0,1,1\n", "utf-8")
    assert root.run(["draft", str(file)]) == 0
    assert f"doubt: {NOT_SHOWN}" in capsys.readouterr().err
    assert root.run(["draft", str(file), "--json"]) == 0
    assert [text["doubt"] for text in json.loads(capsys.readouterr().out)["texts"]] == [NOT_SHOWN]


def test_a_recording_without_outlets_leaves_no_file(tmp_path: Path, capsys: Printed) -> None:
    recording, file = tmp_path / "empty.snmprec", tmp_path / "out.json"
    recording.write_text("1.3.6.1.2.1.1.1.0|4|Acme\n", "utf-8")
    assert root.run(["draft", str(recording), "-o", str(file)]) == 8 and not file.exists()
    assert "No column looks like the states" in capsys.readouterr().err


def test_a_draft_from_a_walk_uses_its_names_of_values_and_counts_the_rows_that_it_leaves_out(
    tmp_path: Path, capsys: Printed
) -> None:
    file = tmp_path / "walk.txt"
    rows = [
        f".1.3.6.1.4.1.99999.2.1.1.3.{row} = INTEGER: {state}"
        for row, state in enumerate(("on(2)", "on(2)", "off(1)"), 1)
    ]
    file.write_text("\n".join([*rows, "ACME-MIB::acme.1.0 = INTEGER: 1", ""]), "utf-8")
    assert root.run(["draft", str(file)]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["outlets"][0]["states"]["on"] == ["?2"]
    assert "names of values in the walk: off(1), on(2)" in printed.err
    assert NOT_SHOWN not in printed.err
    left_out = "Not read from the recording: 1 row with a name instead of a numeric OID"
    assert left_out in printed.err


def test_an_unreadable_file_and_an_impossible_key_are_refused_in_one_line(
    recording: Path, mib: Path, tmp_path: Path, capsys: Printed
) -> None:
    broken = tmp_path / "broken.mib"
    broken.write_text("ACME-MIB DEFINITIONS ::= BEGIN nothing here", "utf-8")
    empty = tmp_path / "empty.mib"
    empty.touch()
    for arguments, says in (
        (["/nowhere/at.all"], "cannot be read"),
        ([str(ROOT / "README.md")], "is not a recording of an SNMP device"),
        ([str(recording), "--mib", "/nowhere/at.all"], "cannot be read"),
        ([str(recording), "--mib", str(broken)], "is not a MIB file that can be read"),
        ([str(recording), "--mib", str(empty)], "that can be read (it has no complete module)"),
        ([str(recording), "--family", "No Key"], "--family"),
    ):
        assert root.run(["draft", *arguments]) == 2
        error = capsys.readouterr().err
        assert says in error and error.count("\n") == 1 and "Traceback" not in error


def test_a_missing_mib_reader_is_named(recording: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pdu", "draft", str(recording), "--mib", "ACME-MIB.txt"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 2 and "needs the Python package pysmi" in done.stderr
