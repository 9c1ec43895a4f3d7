"""What is told of a proof follows from its readings, and its recording replays."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest

from pdu.evidence.prove import evidence
from pdu.evidence.prove.document import (
    KEPT,
    UNIT,
    BadProof,
    OwnerAnswers,
    UnitProof,
    parsed,
    proof_text,
)
from pdu.evidence.prove.evidence import read_proof, why_not_replayed
from tests.pdu.evidence.prove.rig import RIGS, plant, proven

Change = Callable[[UnitProof], UnitProof]


@pytest.fixture(scope="module")
def made() -> UnitProof:
    """A proof as of a real unit."""
    with RIGS["nut"](plant()) as rig:
        proof = proven(rig, owner=OwnerAnswers(4, None, None, None), look=True)
    return dataclasses.replace(proof, basis=UNIT)


@pytest.mark.parametrize("handler", RIGS)
def test_a_proof_that_was_just_made_is_read_as_it_was_written_and_replays(handler: str) -> None:
    with RIGS[handler](plant()) as rig:
        proof = proven(rig, look=True)
    assert parsed(proof_text(proof)) == proof == read_proof(proof_text(proof))
    assert why_not_replayed(proof) == ""


def test_verdicts_are_written_anew_whatever_the_file_says(made: UnitProof) -> None:
    told = [dataclasses.replace(one, verdict=KEPT, finding="surely") for one in made.verdicts[:3]]
    assert read_proof(proof_text(dataclasses.replace(made, verdicts=tuple(told)))) == made
    # nor does a unit that nobody counted become one that was counted
    uncounted = dataclasses.replace(made, owner=OwnerAnswers(None, None, None, None))
    verdict = read_proof(proof_text(uncounted)).verdict("list")
    assert verdict is not None and verdict.finding == "4 outlets listed; nobody counted the front"


def _recorded(**changes: Any) -> Change:
    def change(proof: UnitProof) -> UnitProof:
        readings = [
            dataclasses.replace(one, **changes) if one.phase == "recorded" else one
            for one in proof.readings
        ]
        return dataclasses.replace(proof, readings=tuple(readings))

    return change


def _changed(**changes: Any) -> Change:
    return lambda proof: dataclasses.replace(proof, **changes)


@pytest.mark.parametrize(
    "change, words",
    [
        (_recorded(load_a=1.5), "reads otherwise"),
        (_recorded(failure_kind="protocol"), "reads otherwise"),
        (
            lambda proof: dataclasses.replace(
                proof,
                recording=proof.recording.replace("outlet.2.status: on", "outlet.2.status: off"),
            ),
            "reads otherwise",
        ),
        (_changed(recording=""), "no recording"),
        (_changed(recording="<html>"), "cannot be replayed"),
        (_changed(family="apc-rpdu2"), "has the family 'simulated'"),
    ],
)
def test_a_recording_that_does_not_read_as_the_file_says_is_named(
    change: Change, words: str, made: UnitProof
) -> None:
    assert words in why_not_replayed(change(made))


@pytest.mark.parametrize(
    "break_it",
    [
        lambda content: content.update(more=1),
        lambda content: content.pop("handler"),
        lambda content: content.update(readings={}),
        lambda content: content.update(recording="a text"),
        lambda content: content["readings"][0].update(at_s="soon"),
        lambda content: content["readings"][0].update(load_a=True),
        lambda content: content["verdicts"][0].update(verdict="surely"),
        lambda content: content.update(basis="heard of"),
        lambda content: content.update(readings=content["readings"] * 5000),
    ],
)
def test_a_file_of_another_form_is_refused(
    break_it: Callable[[dict[str, Any]], object], made: UnitProof
) -> None:
    content = json.loads(proof_text(made))
    break_it(content)
    with pytest.raises(BadProof):
        parsed(json.dumps(content))


@pytest.mark.parametrize("text", ["", "{}", "[" * 100_000, '{"proof": NaN}', "\0", "null"])
def test_a_text_that_is_no_proof_is_refused(text: str) -> None:
    with pytest.raises(BadProof):
        parsed(text)


def test_a_simulated_proof_is_no_evidence(made: UnitProof) -> None:
    assert [str(one) for one in evidence.count_units([made])] == [
        "reading: 1 unit", "switching: 1 unit"
    ]  # fmt: skip
    with pytest.raises(ValueError, match="simulated"):
        evidence.count_units([dataclasses.replace(made, basis="simulated")])
