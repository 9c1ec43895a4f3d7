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
    assert code == 0
    profile = json.loads(out)
    assert profile["outlets"][0]["states"]["on"] == ["?1"]
    assert profile["note"].startswith("Drafted, not confirmed.")
    assert f"taken  {STATE}" in err
    assert "doubt: No command is proposed" in err
    assert not Path("-").exists()


def test_a_drafted_profile_can_be_checked(
    recording: Path, mib: Path, tmp_path: Path, capsys: Printed
) -> None:
    file = tmp_path / "acme.json"
    words = ["--mib", str(mib), "--family", "acme-strip", "-o", str(file)]
    code, _, _ = run(capsys, "draft", str(recording), *words)
    assert code == 0
    code, out, _ = run(capsys, "snmp", "check", str(file))
    assert code == 0
    assert "the profile 'acme-strip' is valid" in out


def test_a_drafted_profile_can_be_packed_and_polled(
    recording: Path, mib: Path, tmp_path: Path, capsys: Printed
) -> None:
    file = tmp_path / "acme.json"
    dist = tmp_path / "dist"
    words = ["--mib", str(mib), "--family", "acme-strip", "-o", str(file)]
    run(capsys, "draft", str(recording), *words)

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

    outlets = json.loads(process.stdout)["outlets"]
    states = [(outlet["name"], outlet["state"]) for outlet in outlets]
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
    _, out, _ = run(capsys, "draft", str(recording), "--mib", str(mib), "--json")
    document = json.loads(out)
    assert document["chosen"]["state"] == STATE
    assert document["profile"]["mib"] == "ACME-MIB"
    roles = [guess["role"] for guess in document["guesses"]]
    assert {"state", "name", "current", "energy"} <= set(roles)
    for guess in document["guesses"]:
        assert guess["evidence"]
    assert "No command is proposed" in document["doubts"][-1]
    assert "outletCommand" not in json.dumps(document["profile"])


@pytest.fixture
def recording_with_scalars(recording: Path) -> Path:
    """Three scalars with units, and rows 0 of two columns, which are none."""
    rows = [
        "1.3.6.1.4.1.99999.2.1.1.3.0|2|0",
        "1.3.6.1.4.1.99999.2.1.1.5.0|2|0",
        "1.3.6.1.4.1.99999.3.1.0|66|24",
        "1.3.6.1.4.1.99999.3.2.0|66|160",
        "1.3.6.1.4.1.99999.3.3.0|66|231",
    ]
    recording.write_text(recording.read_text() + "\n".join([*rows, ""]))
    return recording


@pytest.fixture
def mib_with_scalars(mib: Path) -> Path:
    """The MIB of the recording with scalars, with a second object that can be written."""
    facts = [
        *ACME,
        modules.Fact("outletName", "1.3.6.1.4.1.99999.2.1.1.2", access="read-write"),
        modules.Fact("inletCurrent", "1.3.6.1.4.1.99999.3.1", units="0.1 A"),
        modules.Fact("inletLimit", "1.3.6.1.4.1.99999.3.2", units="0.1 A"),
        modules.Fact("voltage", "1.3.6.1.4.1.99999.3.3", units="V"),
    ]
    mib.write_text(modules.module("ACME-MIB", facts), "utf-8")
    return mib


def test_scalars_with_units_and_writable_objects_are_listed_and_not_taken(
    recording_with_scalars: Path, mib_with_scalars: Path, capsys: Printed
) -> None:
    words = ["draft", str(recording_with_scalars), "--mib", str(mib_with_scalars)]
    _, out, err = run(capsys, *words)

    assert "99999.3" not in out
    assert "control" not in json.loads(out)["outlets"][0]
    report_lines = [line for line in err.splitlines() if line.startswith(("scalar", "writable"))]
    assert report_lines == [
        "scalar          1.3.6.1.4.1.99999.3.1.0  inletCurrent in ACME-MIB, UNITS '0.1 A': 24;"
        " perhaps the total 'load', scale 0.1",
        "scalar          1.3.6.1.4.1.99999.3.2.0  inletLimit in ACME-MIB, UNITS '0.1 A': 160;"
        " perhaps the total 'load', scale 0.1",
        "scalar   1 more with other UNITS, such as voltage (V): --json shows all",
        "writable        1.3.6.1.4.1.99999.2.1.1.4  outletCommand in ACME-MIB, read-write:"
        " turnOn(1), turnOff(2); perhaps the command",
        "writable        and 1 more: --json shows all",
    ]
    _, _, after_limit = err.partition("inletLimit")
    assert "doubt: its name has 'limit'" in after_limit


def test_json_has_all_scalars_with_units_and_all_writable_objects(
    recording_with_scalars: Path, mib_with_scalars: Path, capsys: Printed
) -> None:
    words = ["draft", str(recording_with_scalars), "--mib", str(mib_with_scalars), "--json"]
    _, out, _ = run(capsys, *words)
    document = json.loads(out)
    scalars = [row["object"] for row in document["scalars"]]
    assert scalars == ["inletCurrent", "inletLimit", "voltage"]
    assert [row["object"] for row in document["writable"]] == ["outletCommand", "outletName"]


def test_json_holds_the_doubt_about_a_string_of_states(recording: Path, capsys: Printed) -> None:
    recording.write_text("1.3.6.1.4.1.99999.1.0|4|1,0,1,1\n", "utf-8")
    _, _, err = run(capsys, "draft", str(recording))
    assert f"doubt: {NOT_SHOWN}" in err
    _, out, _ = run(capsys, "draft", str(recording), "--json")
    assert [text["doubt"] for text in json.loads(out)["texts"]] == [NOT_SHOWN]


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
    walk = f""".{STATE}.1 = INTEGER: on(2)
.{STATE}.2 = INTEGER: on(2)
.{STATE}.3 = INTEGER: off(1)
ACME-MIB::acme.1.0 = INTEGER: 1
"""
    recording.write_text(walk, "utf-8")
    _, out, err = run(capsys, "draft", str(recording))
    assert json.loads(out)["outlets"][0]["states"]["on"] == ["?2"]
    assert "names of values in the walk: off(1), on(2)" in err
    assert NOT_SHOWN not in err
    assert "Not read from the recording: 1 row with a name instead of a numeric OID" in err


@pytest.mark.parametrize(
    "mib_text, reason",
    [
        pytest.param(
            "ACME-MIB DEFINITIONS ::= BEGIN nothing here",
            "is not a MIB file that can be read",
            id="broken",
        ),
        pytest.param("", "that can be read (it has no complete module)", id="empty"),
    ],
)
def test_a_mib_that_cannot_be_read_is_refused_in_one_line(
    mib_text: str, reason: str, recording: Path, mib: Path, capsys: Printed
) -> None:
    mib.write_text(mib_text, "utf-8")
    code, _, err = run(capsys, "draft", str(recording), "--mib", str(mib))
    assert code == 2
    assert reason in err
    assert err.count("\n") == 1


def test_a_mib_file_that_does_not_exist_is_refused_in_one_line(
    recording: Path, mib: Path, capsys: Printed
) -> None:
    mib.unlink()
    code, _, err = run(capsys, "draft", str(recording), "--mib", str(mib))
    assert code == 2
    assert "cannot be read" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "words, reason",
    [
        pytest.param(["RECORDING", "--family", "No Key"], "--family", id="no key"),
        pytest.param(["/nowhere/at.all"], "cannot be read", id="no file"),
        pytest.param(
            [str(ROOT / "README.md")], "is not a recording of an SNMP device", id="no recording"
        ),
    ],
)
def test_an_unreadable_file_and_an_impossible_key_are_refused_in_one_line(
    words: list[str], reason: str, recording: Path, capsys: Printed
) -> None:
    arguments = [str(recording) if word == "RECORDING" else word for word in words]
    code, _, err = run(capsys, "draft", *arguments)
    assert code == 2
    assert reason in err
    assert err.count("\n") == 1


def test_a_missing_mib_reader_is_named(recording: Path) -> None:
    command = [sys.executable, "-m", "pdu", "draft", str(recording), "--mib", "ACME-MIB.txt"]
    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S)
    assert process.returncode == 2
    assert "needs the Python package pysmi" in process.stderr
