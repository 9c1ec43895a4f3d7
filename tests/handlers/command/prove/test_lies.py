"""Every lie of a unit is named by the sentence of the promise that it breaks, and every outlet ends
as it began.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Optional

import pytest

from handlers.command.prove.document import BROKEN, KEPT, OwnerAnswers, UnitProof
from handlers.command.prove.gathering import Unit
from handlers.command.prove.judging import judged
from pdu_common.connection import PduData, PduSnmpData
from tests.handlers.command.prove.rig import OUTLETS, RIGS, TARGET, Plant, Rig, plant, proven
from tests.simulators.redfish.service import VIEWER, VIEWER_PASSWORD


class Lie(NamedTuple):
    """What a unit does, and what names it."""

    #: of the plant
    lies: Mapping[str, Any]
    #: promise -> words of its finding, one of which must be there
    named: Mapping[str, tuple[str, ...]]
    verdict: str = BROKEN
    #: further arguments of the proof
    more: Mapping[str, Any] = {}
    #: what is done with the rig before
    before: Callable[[Rig], object] = lambda rig: None
    #: a protocol that reads another plant, in which outlet 1 is off
    other: Optional[str] = None


_FRONT = OwnerAnswers(6, None, None, None)
_NOT_DONE = ("was not reported off",)
LIES: dict[str, Lie] = {
    "stuck relay": Lie({"stuck": True}, {"switches": _NOT_DONE}),
    "wrong neighbour": Lie(
        {"moves": {"2": "3"}}, {"neighbours": ("outlet 3 went off after the command off",)}
    ),
    "late": Lie({"late_s": 14.0}, {"switches": ("it is late",)}),
    "falls back after 0.2 s": Lie(
        {"falls_back_s": 0.2}, {"stays": ("it falls back",), "switches": _NOT_DONE}
    ),
    "falls back after 1 s": Lie({"falls_back_s": 1.0}, {"stays": ("it falls back",)}),
    "frozen meter": Lie({"frozen": True}, {"meter": ("its meter is frozen",)}),
    "factor 10": Lie({"factor": 10.0}, {"sums": ("a factor of 10",), "protocols": ("tells",)}),
    "factor 1,000": Lie(
        {"factor": 1000.0, "load_a": 0.05}, {"sums": ("a factor of", "outlets carry")}
    ),
    "echo": Lie({"echoes": True}, {"meter": ("the unit echoes the command",)}),
    "echo without a load, seen by the owner": Lie(
        {"echoes": True, "load_a": 0.0},
        {"dark": ("the unit echoes the command",)},
        more={"look": False},
    ),
    "renumbered chain": Lie(
        {"renumbers": True}, {"neighbours": ("went off after the command off",)}
    ),
    "lost last answer": Lie(
        {},
        {"answered": ("had no usable answer, and a reading showed",)},
        verdict=KEPT,
        before=lambda rig: rig.lose_answer(4),
    ),
    "a count that lies": Lie(
        {}, {"list": ("4 outlets listed, and the front has 6",)}, more={"owner": _FRONT}
    ),
    "two protocols that disagree": Lie({}, {"protocols": ("is on by",)}, other="nut"),
}


def prove_lie(handler: str, lie: Lie) -> tuple[UnitProof, Plant, Rig]:
    made = plant(**lie.lies)
    with contextlib.ExitStack() as stack:
        rig = stack.enter_context(RIGS[handler](made))
        more = dict(lie.more)
        if lie.other is not None:
            other = lie.other if handler != lie.other else "redfish"
            second = plant()
            second.contact["1"] = False
            more["other"] = stack.enter_context(RIGS[other](second)).unit
        lie.before(rig)
        return proven(rig, **more), made, rig


@pytest.mark.parametrize("handler", RIGS)
@pytest.mark.parametrize("name", LIES)
def test_a_lie_is_named_and_every_outlet_ends_as_it_began(name: str, handler: str) -> None:
    lie = LIES[name]
    began = plant().contact
    proof, made, _ = prove_lie(handler, lie)
    findings = {key: found for key in lie.named if (found := proof.verdict(key)) is not None}
    assert any(
        found.verdict == lie.verdict and any(words in found.finding for words in lie.named[key])
        for key, found in findings.items()
    ), proof.verdicts
    made.clock.sleep(60.0)
    made.settle()
    assert made.contact == began
    assert {outlet for outlet, _ in made.commands} <= set(OUTLETS)


@pytest.mark.parametrize("handler", RIGS)
def test_an_honest_unit_breaks_no_promise(handler: str) -> None:
    owner = OwnerAnswers(4, ("4",), 3.0, None)
    with RIGS[handler](plant()) as rig:
        proof = proven(rig, owner=owner, look=True)
        assert [one for one in proof.verdicts if one.verdict == BROKEN] == []
        kept = {one.promise for one in proof.verdicts if one.verdict == KEPT}
        assert kept >= {
            "list", "states", "twice", "recording", "load", "sums", "watts", "switches",
            "answered", "stays", "meter", "dark", "neighbours", "restored",
        }  # fmt: skip
        assert rig.plant.commands == [(TARGET, on) for on in (False, True, False, True)]


@pytest.mark.parametrize("handler", RIGS)
@pytest.mark.parametrize("number", [1, 4])
def test_a_network_that_dies_after_a_command_leaves_the_outlet_on(
    handler: str, number: int
) -> None:
    made = plant()
    with RIGS[handler](made) as rig:
        died: list[float] = []

        def die(at: int) -> None:
            if at == number and not died:
                died.append(made.clock())
                rig.silent(True)

        # it comes back while the last word is waited for
        sleep = made.clock.sleep

        def sleep_and_heal(seconds: float) -> None:
            sleep(seconds)
            if died and made.clock() > died[0] + 8.0:
                rig.silent(False)

        made.on_command = die
        setattr(made.clock, "sleep", sleep_and_heal)
        proof = proven(rig)
        assert died
        rig.silent(False)
        assert made.contact == plant().contact
        restored = proof.verdict("restored")
        assert restored is not None and restored.verdict == KEPT


def _reader(handler: str, rig: Rig) -> Unit:
    """The unit with a login that may not switch."""
    data = rig.unit.data
    if handler == "snmp":
        params = {**data.snmp_params, "community": "public"}
        return Unit(rig.unit.handler, PduSnmpData(data.ip, params))
    other = {"username": VIEWER, "password": VIEWER_PASSWORD}
    if handler == "nut":
        other = {"username": "nobody", "password": "wrong"}
    return Unit(rig.unit.handler, PduData(data.ip, {**data.custom_params, **other}))


@pytest.mark.parametrize("handler", ["snmp", "nut", "redfish"])
def test_a_login_that_may_not_switch_is_tried_and_switches_nothing(handler: str) -> None:
    with RIGS[handler](plant()) as rig:
        proof = proven(rig, reader=_reader(handler, rig))
        rights = proof.verdict("rights")
        assert rights is not None and rights.verdict == KEPT, rights
        assert len(rig.plant.commands) == 4


def test_a_login_that_is_allowed_to_switch_is_named() -> None:
    with RIGS["nut"](plant()) as rig:
        rights = proven(rig, reader=rig.unit).verdict("rights")
        assert rights is not None and "was allowed to switch" in rights.finding


@pytest.mark.parametrize("handler", ["nut", "raritan", "redfish"])
def test_a_frozen_counter_is_named_without_switching(handler: str) -> None:
    with RIGS[handler](plant(frozen=True, begin_wh=1234.0)) as rig:
        proof = proven(rig, outlet="")
        energy = proof.verdict("energy")
        assert energy is not None and "stands still: it is frozen" in energy.finding
        assert rig.plant.commands == []


def test_a_unit_whose_own_count_is_above_its_list_is_read_as_nothing() -> None:
    made = plant()
    with RIGS["nut"](made) as rig:
        made.says_count = 6
        proof = proven(rig)
        listed = proof.verdict("list")
        assert listed is not None and listed.verdict == BROKEN
        assert listed.finding.startswith("the unit's own answers give no list: protocol")
        assert made.commands == []


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
    found = {one.promise: one for one in judged(dataclasses.replace(proof, readings=readings))}
    assert "the outlets were renumbered" in found["twice"].finding
