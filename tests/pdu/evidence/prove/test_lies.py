"""Every lie of a unit is named by the sentence of the promise that it breaks, and every outlet ends
as it began.
"""

from __future__ import annotations

import dataclasses

import pytest

from pdu.evidence.prove.document import BROKEN, KEPT, NOT_TRIED, OwnerAnswers
from pdu.evidence.prove.verdicts import judge_proof
from tests.pdu.evidence.prove.lies import LIES, told
from tests.pdu.evidence.prove.rig import OUTLETS, RIGS, TARGET, plant, proven

# what judges a lie knows no protocol, and a unit behind NUT costs least
_TRIALS = [pytest.param(one, marks=pytest.mark.trial) for one in RIGS if one != "nut"]


@pytest.mark.parametrize("handler", ["nut", *_TRIALS])
@pytest.mark.parametrize("name", LIES)
def test_a_lie_is_named_and_every_outlet_ends_as_it_began(name: str, handler: str) -> None:
    found = told(handler, LIES[name])
    assert found.by, found.proof.verdicts
    assert found.moved == ()
    assert {outlet for outlet, _ in found.plant.commands} <= set(OUTLETS)


def test_a_unit_whose_readings_do_not_agree_is_not_switched() -> None:
    found = told("nut", LIES["renumbered between the readings"])
    assert found.plant.commands == []
    switches = found.proof.verdict("switches")
    assert switches is not None
    assert switches.finding == "nothing was switched: two readings did not agree"


@pytest.mark.parametrize("handler", RIGS)
def test_an_honest_unit_breaks_no_promise(handler: str) -> None:
    owner = OwnerAnswers(4, ("4",), 4.0, None)
    with RIGS[handler](plant()) as rig:
        proof = proven(rig, owner=owner, look=True)
        assert [one for one in proof.verdicts if one.verdict == BROKEN] == []
        kept = {one.promise for one in proof.verdicts if one.verdict == KEPT}
        assert kept >= {
            "list", "states", "twice", "recording", "load", "sums", "watts", "switches",
            "answered", "stays", "meter", "dark", "neighbours", "restored",
        }  # fmt: skip
        assert rig.plant.commands == [(TARGET, on) for on in (False, True, False, True)]


@pytest.mark.sample(1)
@pytest.mark.parametrize("handler", RIGS)
def test_an_inlet_that_is_later_than_the_outlets_is_waited_for(handler: str) -> None:
    with RIGS[handler](plant(inlet_renews_s=9.0)) as rig:
        meter = proven(rig, records=False).verdict("meter")
    assert meter is not None and meter.verdict == KEPT, meter


@pytest.mark.sample(1)
@pytest.mark.parametrize("handler", RIGS)
def test_an_inlet_whose_swing_hides_the_outlet_proves_nothing(handler: str) -> None:
    made = plant()
    sleeps: set[float] = set()

    def unrelated() -> float:
        # Twice what the outlet carries, that no outlet's meter shows, comes and goes whenever the
        # proof sleeps: so it differs between readings, however often a reading asks for it.
        sleeps.add(made.clock.skipped)
        swing = made.load_a * 2.0 * (len(sleeps) % 2)
        return made.load_a * sum(made.contact.values()) + swing

    object.__setattr__(made, "inlet_a", unrelated)
    with RIGS[handler](made) as rig:
        meter = proven(rig, records=False).verdict("meter")
    assert meter is not None and meter.verdict == NOT_TRIED, meter
    assert "steps and noise" in meter.finding


@pytest.mark.sample(1)
@pytest.mark.parametrize("handler", ["nut", "raritan", "redfish"])
def test_a_frozen_counter_is_named_without_switching(handler: str) -> None:
    with RIGS[handler](plant(frozen=True, begin_wh=1234.0)) as rig:
        proof = proven(rig, outlet="")
        energy = proof.verdict("energy")
        assert energy is not None and "stands still: it is frozen" in energy.finding
        assert rig.plant.commands == []


@pytest.mark.parametrize("lie", ["renumbers", "moves"])
def test_identities_that_change_between_readings_are_named(lie: str) -> None:
    with RIGS["nut"](plant()) as rig:
        proof = proven(rig, outlet="")
    second = next(one for one in proof.readings if one.phase == "second")
    outlets = tuple(
        dataclasses.replace(one, identity=f"2.{one.identity}" if lie == "moves" else one.identity)
        for one in (second.outlets if lie == "moves" else second.outlets[1:])
    )
    changed = dataclasses.replace(second, outlets=outlets)
    readings = tuple(changed if one is second else one for one in proof.readings)
    found = {one.promise: one for one in judge_proof(dataclasses.replace(proof, readings=readings))}
    assert "the outlets were renumbered" in found["twice"].finding
