"""A file that was changed, forged, made with a simulator or is old is not taken as evidence."""

from __future__ import annotations

import dataclasses
import json
import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from pdu.prove import acceptance, evidence
from pdu.prove.document import (
    UNIT,
    BadProof,
    PromiseVerdict,
    UnitProof,
    digest,
    parsed,
    written,
)
from tests.pdu.prove import edits
from tests.pdu.prove.rig import RIGS, plant, proven

TODAY = date(2026, 11, 24)
Change = Callable[[UnitProof], UnitProof]


@pytest.fixture(scope="module")
def made() -> UnitProof:
    """A proof as of a real unit."""
    with RIGS["nut"](plant()) as rig:
        proof = proven(rig, look=True)
    return dataclasses.replace(proof, basis=UNIT, made=TODAY.isoformat())


@pytest.mark.sample(1)
@pytest.mark.parametrize("handler", RIGS)
def test_a_proof_that_was_just_made_is_taken_unless_a_simulator_made_it(handler: str) -> None:
    with RIGS[handler](plant()) as rig:
        proof = proven(rig)
    today = date.fromisoformat(proof.made)
    assert acceptance.problems(written(dataclasses.replace(proof, basis=UNIT)), today) == []
    assert acceptance.problems(written(proof), today) == [
        "it was made with a simulator, so it can never count as evidence"
    ]


def test_a_file_is_read_as_it_was_written_and_taken(made: UnitProof) -> None:
    assert parsed(written(made)) == made
    assert acceptance.problems(written(made), TODAY) == []


def _verdict(promise: str, verdict: str) -> Change:
    def change(proof: UnitProof) -> UnitProof:
        others = [one for one in proof.verdicts if one.promise != promise]
        return dataclasses.replace(
            proof, verdicts=(*others, PromiseVerdict(promise, verdict, "so it is", {}))
        )

    return change


def _named(name: str) -> Change:
    changed: dict[str, Any] = {name: "PX3-5190R"}
    return lambda proof: dataclasses.replace(proof, **changed)


def _recorded(proof: UnitProof, **changes: Any) -> UnitProof:
    readings = tuple(
        dataclasses.replace(one, **changes) if one.phase == "recorded" else one
        for one in proof.readings
    )
    return dataclasses.replace(proof, readings=readings)


FORGED: dict[str, tuple[Change, str]] = {
    "a promise that was not tried is told as kept": (_verdict("rights", "kept"), "rights is told"),
    "a verdict is left out": (
        lambda proof: dataclasses.replace(proof, verdicts=proof.verdicts[1:]),
        "it has no verdict on list",
    ),
    **{
        f"the recording has another {name}": (_named(name), f"its recording has the {name}")
        for name in ("model", "firmware", "manufacturer")
    },
    "the load of the recording is another one": (
        lambda proof: _recorded(proof, load_a=1.5),
        "another load_a",
    ),
    "the recording is another unit's": (
        lambda proof: dataclasses.replace(
            proof, recording=proof.recording.replace("outlet.2.status: on", "outlet.2.status: off")
        ),
        "its recording has another outlet 2",
    ),
    "the recording is empty": (
        lambda proof: dataclasses.replace(proof, recording=""),
        "it has no recording that can be replayed",
    ),
    "the recording is something else": (
        lambda proof: dataclasses.replace(proof, recording="<html>"),
        "its recording cannot be replayed",
    ),
    "a Python that there is not": (
        lambda proof: dataclasses.replace(proof, python="PX3-5190R"),
        "there is no Python 'PX3-5190R'",
    ),
    "what the recording holds is another number": (
        lambda proof: dataclasses.replace(proof, notes=(proof.notes[0][1:], *proof.notes[1:])),
        "no recording has the note",
    ),
    "a note that no recording has": (
        lambda proof: dataclasses.replace(proof, notes=(*proof.notes, "all outlets were tried")),
        "no recording has the note 'all outlets were tried'",
    ),
    "a family is told of a unit that has none": (
        lambda proof: dataclasses.replace(proof, family="apc-rpdu2"),
        "its recording has the family 'simulated', not 'apc-rpdu2'",
    ),
    "a command is to another outlet": (
        lambda proof: dataclasses.replace(
            proof, commands=tuple(dataclasses.replace(x, outlet="9") for x in proof.commands)
        ),
        "is to another outlet than the one of --outlet",
    ),
    "a finding has other words": (
        lambda proof: dataclasses.replace(
            proof,
            verdicts=(dataclasses.replace(proof.verdicts[0], finding="very good"),)
            + proof.verdicts[1:],
        ),
        "list is told with other words",
    ),
    "an address was put into it": (
        lambda proof: dataclasses.replace(proof, notes=("of 10.20.30.40",)),
        "it holds an address",
    ),
    "it is old": (
        lambda proof: dataclasses.replace(proof, made=(TODAY - timedelta(400)).isoformat()),
        "it is older than",
    ),
    "it is of the future": (
        lambda proof: dataclasses.replace(proof, made="2027-01-01"),
        "it is of the future",
    ),
    "its day is no day": (lambda proof: dataclasses.replace(proof, made="yesterday"), "its day"),
    "no release has its version": (
        lambda proof: dataclasses.replace(proof, version="0.3"),
        "no release of this pack has the version '0.3'",
    ),
    "it has no version": (
        lambda proof: dataclasses.replace(proof, version=""),
        "no release of this pack has the version ''",
    ),
    "its version is from before proofs": (
        lambda proof: dataclasses.replace(proof, version="0.2.0"),
        "no release of this pack has the version '0.2.0'",
    ),
    "an older pack names another model": (
        lambda proof: dataclasses.replace(proof, version="0.3.0", model="PX9-9999"),
        "not 'PX9-9999'",
    ),
    "an older pack names another maker": (
        lambda proof: dataclasses.replace(proof, version="0.3.0", manufacturer="Nobody"),
        "not 'Nobody'",
    ),
    "a command took no time": (
        lambda proof: dataclasses.replace(
            proof, commands=tuple(dataclasses.replace(x, seconds=0.0) for x in proof.commands)
        ),
        "command 1 has a state or a time that there is not",
    ),
    "a reading is years later": (
        lambda proof: dataclasses.replace(
            proof,
            readings=(*proof.readings, dataclasses.replace(proof.readings[-1], at_s=1e8)),
        ),
        "is later than a proof can last",
    ),
    "it was made by a newer pack": (
        lambda proof: dataclasses.replace(proof, version="99.0.0"),
        "newer pack",
    ),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_file_is_not_taken_though_its_hash_is_right(name: str, made: UnitProof) -> None:
    change, words = FORGED[name]
    found = acceptance.problems(written(change(made)), TODAY)
    assert any(words in one for one in found), found


def test_a_file_that_was_edited_is_not_taken(made: UnitProof) -> None:
    text = written(made)
    edited = text.replace('"verdict": "not tried"', '"verdict": "kept"', 1)
    assert edited != text
    found = acceptance.problems(edited, TODAY)
    assert found == ["its SHA-256 is not that of its content: it was changed after it was made"]


def test_200_random_edits_of_a_file_are_refused() -> None:
    text, chance = edits.made("nut"), random.Random(7)
    assert acceptance.problems(text, date.today()) == []
    assert [
        one.place for one in (edits.in_text(text, chance) for _ in range(200)) if one.is_taken
    ] == []


@pytest.mark.trial
def test_random_forgeries_with_a_right_hash_change_nothing_that_is_told_of_a_unit() -> None:
    text, chance = edits.made("nut"), random.Random(8)
    found = [edits.forged(text, chance) for _ in range(24)]
    assert [one.place for one in found if one.says_more] == []
    taken = {one.place.partition(".")[0] for one in found if one.is_taken}
    assert taken <= set(edits.FREE) and sum(one.is_taken for one in found) < 14


@pytest.mark.parametrize(
    "break_it",
    [
        lambda content: content.update(more=1),
        lambda content: content.pop("handler"),
        lambda content: content.update(kind="planet"),
        lambda content: content.update(readings={}),
        lambda content: content["readings"][0].update(at_s="soon"),
        lambda content: content["readings"][0].update(load_a=True),
        lambda content: content["verdicts"][0].update(verdict="surely"),
        lambda content: content.update(basis="heard of"),
    ],
)
def test_a_file_of_another_form_is_refused(
    break_it: Callable[[dict[str, Any]], object], made: UnitProof
) -> None:
    whole = json.loads(written(made))
    break_it(whole["content"])
    whole["sha256"] = digest(whole["content"])
    with pytest.raises(BadProof):
        parsed(json.dumps(whole))


@pytest.mark.parametrize("text", ["", "{}", "[" * 100_000, '{"proof": NaN}', "\0", "null"])
def test_a_text_that_is_no_proof_is_refused(text: str) -> None:
    with pytest.raises(BadProof):
        parsed(text)


def test_a_simulated_proof_is_no_evidence(made: UnitProof) -> None:
    assert [str(one) for one in evidence.counted([made])] == [
        "reading: 1 unit", "switching: 1 unit"
    ]  # fmt: skip
    with pytest.raises(ValueError, match="simulated"):
        evidence.counted([dataclasses.replace(made, basis="simulated")])
