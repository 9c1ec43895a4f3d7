"""What the pages say of proofs follows from the files in tests/proofs; an example never counts."""

from __future__ import annotations

import dataclasses
import importlib
from pathlib import Path
from typing import Any

import pytest

from pdu.evidence.prove import evidence
from pdu.evidence.prove.document import BROKEN, SIMULATED, UNIT, proof_text
from pdu.evidence.prove.evidence import read_proof, why_not_replayed
from tests.pdu.evidence.prove.rig import RIGS, plant, proven
from tests.pdu.evidence.prove.samples import FOLDER, SAMPLES

ROOT = Path(__file__).resolve().parents[2]
SENT = sorted((ROOT / "tests" / "proofs").glob("*.json"))
EXAMPLES = sorted(FOLDER.glob("*.json"))


@pytest.fixture
def proofs(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "packaging"))
    return importlib.import_module("proofs")


def test_every_proof_that_was_sent_is_of_a_unit_and_replays() -> None:
    for path in SENT:
        proof = read_proof(path.read_text("utf-8"))
        assert proof.basis == UNIT and why_not_replayed(proof) == "", path


def test_there_are_three_examples() -> None:
    assert [path.stem for path in EXAMPLES] == sorted(SAMPLES)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_replays_and_never_counts_as_evidence(path: Path) -> None:
    proof = read_proof(path.read_text("utf-8"))
    assert proof.basis == SIMULATED and why_not_replayed(proof) == ""
    with pytest.raises(ValueError, match="simulated"):
        evidence.count_units([proof])


def test_an_example_with_a_stuck_relay_says_so() -> None:
    proof = read_proof((FOLDER / "stuck-relay-xerus.json").read_text("utf-8"))
    assert [one.promise for one in proof.verdicts if one.verdict == BROKEN] == ["switches"]


def test_a_file_that_was_sent_is_counted_and_its_texts_are_no_markup(
    proofs: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RIGS["snmp"](plant()) as rig:
        proof = proven(rig, look=True, records=False)
    # without a recording it proves nothing of the readings, only of the switching
    good = dataclasses.replace(proof, basis=UNIT, firmware="6.9.6|<b>")
    (tmp_path / "a.json").write_text(proof_text(good))
    monkeypatch.setattr(proofs, "SENT", tmp_path)
    assert "switching: 1 unit, firmware 6.9.6" in proofs.table()
    assert "<b>" not in proofs.table() and proofs.table().count("\n") == 2
    assert "`apc-rpdu2` switching: 1 unit, firmware 6.9.6" in proofs.sentence()
    names: dict[str, Any] = {"ProvenBy": lambda key, said: (key, said), "tuple": tuple}
    exec("from __future__ import annotations\n" + proofs.generated_source(), names)
    assert names["PROVEN"] == (("apc-rpdu2", "switching: 1 unit, firmware 6.9.6|<b>"),)


def test_what_the_pages_claim_follows_from_what_was_sent(proofs: Any) -> None:
    assert proofs.claim([]) == (
        "The pack has not run on a real DCImanager, and no command has been tried on a real PDU"
    )
    assert proofs.grounds([]).endswith("dumps of 99 devices | switching a real unit |")
    with RIGS["nut"](plant()) as rig:
        unit = dataclasses.replace(proven(rig, look=True), basis=UNIT)
    read = dataclasses.replace(
        unit, verdicts=tuple(one for one in unit.verdicts if one.promise != "switches")
    )
    assert "no command has been tried" in proofs.claim([read])
    assert "; units of owners, reading: 1 | switching a real unit |" in proofs.grounds([read])
    assert proofs.claim([unit, unit]) == (
        "The pack has not run on a real DCImanager; owners have tried its commands on 2 real PDUs"
    )
    assert proofs.grounds([unit, unit]).endswith(
        "; units of owners, reading: 2; units of owners, switching: 2 |"
        " units of other models and firmware |"
    )
