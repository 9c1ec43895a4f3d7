"""`make proofs`: what is taken in stays true, and an example never counts."""

from __future__ import annotations

import dataclasses
import importlib
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from pdu.prove import acceptance, evidence
from pdu.prove.document import (
    BROKEN,
    SIMULATED,
    UNIT,
    PlatformPoint,
    PlatformProof,
    UnitProof,
    parsed,
    written,
)
from pdu.prove.report import report
from tests.pdu.prove.rig import RIGS, plant, proven
from tests.pdu.prove.samples import FOLDER, SAMPLES

ROOT = Path(__file__).resolve().parents[2]
TAKEN = sorted((ROOT / "tests" / "proofs").glob("*.json"))
EXAMPLES = sorted(FOLDER.glob("*.json"))


@pytest.fixture
def proofs(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "packaging"))
    return importlib.import_module("proofs")


def today() -> str:
    return datetime.now(timezone.utc).strftime("%Y-%m-%d")


def test_every_proven_promise_is_still_kept() -> None:
    for path in TAKEN:
        proof = parsed(path.read_text("utf-8"))
        assert proof.basis == UNIT, path
        if isinstance(proof, UnitProof):
            assert acceptance.disagreements(proof) == [], path


def test_there_are_three_examples_each_with_its_page() -> None:
    assert [path.stem for path in EXAMPLES] == sorted(SAMPLES)
    for path in EXAMPLES:
        proof = parsed(path.read_text("utf-8"))
        assert path.with_suffix(".html").read_text("utf-8") == report(proof, path.name).page()


@pytest.mark.sample(1)
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_never_counts_as_evidence(path: Path, proofs: Any, tmp_path: Path) -> None:
    text = path.read_text("utf-8")
    proof = parsed(text)
    assert isinstance(proof, UnitProof) and proof.basis == SIMULATED
    assert acceptance.disagreements(proof) == []
    assert any(
        "simulator" in one for one in proofs.why_not_taken(path, proofs.known_fingerprints())
    )
    with pytest.raises(ValueError, match="simulated"):
        evidence.counted([proof])
    # nor with another mark and a right hash
    forged = tmp_path / path.name
    forged.write_text(written(dataclasses.replace(proof, basis=UNIT, made=today())), "utf-8")
    assert proofs.why_not_taken(forged, proofs.known_fingerprints()) == [
        f"docs/proofs/{path.name} has the same answers"
    ]


def test_an_example_with_a_stuck_relay_says_so() -> None:
    proof = parsed((FOLDER / "stuck-relay-xerus.json").read_text("utf-8"))
    assert isinstance(proof, UnitProof)
    assert [one.promise for one in proof.verdicts if one.verdict == BROKEN] == ["switches"]


def test_a_folder_of_files_is_checked_one_by_one_and_what_is_taken_is_counted(
    proofs: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with RIGS["snmp"](plant()) as rig:
        proof = proven(rig, look=True)
    # of an older pack, and a unit whose firmware looks like markup
    recording = proof.recording.replace(proof.firmware, "6.9.6|<b>")
    other: dict[str, Any] = {"version": "0.3.0", "firmware": "6.9.6|<b>", "recording": recording}
    good = dataclasses.replace(proof, basis=UNIT, made=today(), **other)
    sent, kept = tmp_path / "sent", tmp_path / "kept"
    sent.mkdir()
    kept.mkdir()
    (sent / "a.json").write_text(written(good))
    (sent / "b.json").write_text(written(good).replace("kept", "KEPT"))
    (sent / "c.json").write_text(written(good))
    monkeypatch.setattr(proofs, "TAKEN", kept)
    monkeypatch.setattr(proofs, "ROOT", tmp_path)
    monkeypatch.setattr(proofs, "EXAMPLES", tmp_path)
    monkeypatch.setattr(sys, "argv", ["proofs.py", str(sent)])
    assert proofs.main() == 1
    said = capsys.readouterr().out
    assert said.count("taken ") == 1 and said.count("refused ") == 2
    assert [path.name[:12] for path in kept.iterdir()] == ["snmp-apc-rpd"]
    assert "switching: 1 unit, firmware 6.9.6" in proofs.table()
    assert "<b>" not in proofs.table() and proofs.table().count("\n") == 3
    assert "`apc-rpdu2` switching: 1 unit, firmware 6.9.6" in proofs.sentence()
    names: dict[str, Any] = {"ProvenBy": lambda key, said: (key, said), "tuple": tuple}
    exec("from __future__ import annotations\n" + proofs.generated_source(), names)
    assert ("apc-rpdu2", "switching: 1 unit, firmware 6.9.6|<b>") in names["PROVEN"]


def test_what_the_pages_claim_follows_from_what_was_taken(
    proofs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert proofs.claim([]) == (
        "The pack has not run on a real DCImanager, and no command has been tried on a real PDU"
    )
    assert "| a real one |" in proofs.grounds([])
    assert proofs.grounds([]).endswith("dumps of nine devices | switching a real unit |")
    with RIGS["nut"](plant()) as rig:
        unit = dataclasses.replace(proven(rig, look=True), basis=UNIT, made=today())
    read = dataclasses.replace(
        unit, verdicts=tuple(one for one in unit.verdicts if one.promise != "switches")
    )
    assert "no command has been tried" in proofs.claim([read])
    assert "; units of owners, reading: 1 | switching a real unit |" in proofs.grounds([read])
    steps = tuple(PlatformPoint(name, "kept", ()) for name in ("add a PDU", "poll"))
    server = PlatformProof(UNIT, today(), "0.3.0", "", steps)
    every = [unit, unit, server]
    assert proofs.claim(every) == (
        "The pack has run on a real DCImanager; owners have tried its commands on 2 real PDUs"
    )
    nut = proofs.grounds(every).splitlines()[-1]
    assert nut.endswith(
        "; units of owners, reading: 2; units of owners, switching: 2 |"
        " units of other models and firmware |"
    )
    assert "| a real one |" not in proofs.grounds(every)
    # a copy of the project is no server
    copy = dataclasses.replace(server, python="3.9", points=steps[:1])
    assert "has not run" in proofs.claim([copy])
    monkeypatch.setattr(proofs, "accepted_proofs", lambda: [unit, server, copy])
    assert proofs.sentence().endswith(
        " On copies of DCImanager's project: Python 3.9: 1 of 1 points."
        " On servers of DCImanager: 2 of 2 steps."
    )


def test_make_proofs_refuses_the_examples(
    proofs: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["proofs.py", str(FOLDER)])
    assert proofs.main() == 1
    assert capsys.readouterr().out.count("refused ") == 3
