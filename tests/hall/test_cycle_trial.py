"""Planner and runner of `pdu cycle-hall` on some random halls, with faults and kills;
`python -m tests.hall.cycle_trial` runs more.
"""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import random
import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings, strategies

from handlers.shared.errors import SettingsError
from pdu.core.cli.error_output import Interrupted
from pdu.core.files import journal
from pdu.hall.cycle import plan_file, run, steps
from pdu.hall.cycle.environment import Ended
from pdu.hall.cycle.plan_file import CyclePlan
from pdu.hall.cycle.steps import Mode
from pdu.hall.failure.rehearsal import Hall
from pdu.pdus.saved_readings import HallReadings, MeasuredPdu
from pdu.pdus.states import DOWN, UP
from pdu.site.drawing import drawing_file
from pdu.site.drawing.drawing import Cord
from tests.hall.cycle_trial import Case, Judge, Trial, case
from tests.hall.halls import LOOSE, TIDY, Habits
from tests.hall.plant import Bar, Box, Outlet, Plant, Supply
from tests.hall.plant_world import FAULTS, Killed, PlantWorld

SEEDS = strategies.integers(0, 100_000)
MODES = strategies.sampled_from(list(Mode))
HABITS = strategies.sampled_from([TIDY, LOOSE])


@settings(max_examples=8)
@given(SEEDS, MODES, HABITS, strategies.sampled_from(FAULTS))
# its loads drift until a cord carries no more than an input filter
@example(201, Mode.ONE_FEED, LOOSE, FAULTS[0])
def test_no_fault_leaves_a_machine_short_or_an_outlet_unnamed_and_no_kill_changes_the_end(
    seed: int, mode: Mode, habits: Habits, fault: str
) -> None:
    trial = Trial(mode, habits)
    trial.run(seed, [fault], kills=1)
    assert trial.wrong == {
        "a breaker trips": [],
        "a machine has too few live inputs": [],
        "a machine is switched on before it was proven off": [],
        "a machine runs when it is switched on": [],
        "a command that was not needed, not planned or sent twice": [],
        "a run does not end all steps, or not as it began": [],
        "an outlet is off, and not named": [],
        "a cord stays off after its mate fell": [],
    }


@pytest.mark.parametrize("seed", [11240, 11274])
def test_a_machine_lives_on_metered_cords_beside_unmetered_ones(seed: int) -> None:
    trial = Trial(Mode.ONE_FEED, TIDY)
    trial.run(seed, [], kills=1)
    assert not any(trial.wrong.values()) and trial.counts["halls"] == 1


@pytest.mark.parametrize(
    "broken, value, mode, fault, first",
    [
        # nothing is judged before a command
        ("step_run.obstacle", lambda *_: "", Mode.ONE_FEED, "", 0),
        # nothing is looked at after a surprise
        ("run.Run._recover", lambda *_: None, Mode.ONE_FEED, "mate's supply dies", 0),
        # nothing is looked at in a resumed run
        (
            "step_run.StepRun._settle",
            lambda self: dict.fromkeys(self.step.cords, UP),
            *(Mode.ONE_FEED, "", 0),
        ),
        ("step_run.StepRun._prove_off", lambda *_: None, Mode.BOTH_FEEDS, "relay stuck", 39),
    ],
)
def test_the_trial_notices_a_run_that_is_careless(
    broken: str, value: Any, mode: Mode, fault: str, first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # all steps look possible to this planner
    if broken == "step_run.obstacle":
        monkeypatch.setattr(steps, "obstacle", value)
    monkeypatch.setattr(f"pdu.hall.cycle.{broken}", value)
    trial = Trial(mode, LOOSE)
    for seed in range(first, 100):
        trial.run(seed, [fault] if fault else (), kills=0 if fault else 2)
        if any(trial.wrong.values()):
            return
    pytest.fail("nothing was noticed")


@pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.value)
def test_a_second_ctrl_c_ends_at_once_and_names_what_is_off(
    mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = _short(7, mode)
    one = one._replace(plan=dataclasses.replace(one.plan, pause_s=10.0))

    sleep = one.world.sleep

    def twice(seconds: float) -> None:
        if one.world.commands:
            raise KeyboardInterrupt
        sleep(seconds)

    monkeypatch.setattr(one.world, "sleep", twice)
    ended = one.run()
    cords = one.plan.steps[0].cords
    assert {left.cord: left.state for left in ended.left} == dict.fromkeys(cords, DOWN)
    assert isinstance(ended.error, Interrupted) and "second time" in ended.error.reason
    assert [(sent.cord, sent.on) for sent in one.world.commands] == [(c, False) for c in cords]


def test_an_old_plan_of_which_one_cord_is_off_switches_only_that_one_on() -> None:
    one = next(
        made
        for made in (case(seed, Mode.BOTH_FEEDS, TIDY) for seed in range(99))
        if made is not None and len(made.plan.steps[0].cords) > 1
    )
    world, step = one.world, one.plan.steps[0]
    before = world.relays()
    # killed after the first of two commands
    for record in (
        plan_file.running(world.now(), "begun"),
        plan_file.begin(world.now(), 1, step.cords),
        plan_file.command_pending(world.now(), 1, step.cords[0], False),
    ):
        world.append([record])
    assert world.switch(step.cords[0], False) is DOWN
    ended = run.Run(one.plan, copy.deepcopy(world.progress), one.drawing, world, world).go(
        only_open=True
    )
    assert (ended.error, ended.steps_done, ended.restored) == (None, 0, [step.cords[0]])
    assert world.relays() == before and len(world.commands) == 2


@pytest.mark.parametrize("is_spare", [True, False], ids=["spare", "not metered"])
@pytest.mark.parametrize("rating", [4.0, 16.0])
def test_a_cord_that_is_not_seen_to_go_off_is_let_go_only_if_it_could_carry_the_machine(
    is_spare: bool, rating: float
) -> None:
    """The right cord goes off second; the left relay may be stuck by then."""
    lines = {"left": rating, "right": 16.0}
    supplies = [Supply("left", "1", 1.0, spare=is_spare), Supply("right", "1", 1.0)]
    plant = Plant(
        ["A", "B"],
        {},
        {},
        {
            name: Bar(
                name, [feed], {"1": Outlet(("L1",))}, "r", {"L1": lines[name]}, {}, common=True
            )
            for feed, name in (("A", "left"), ("B", "right"))
        },
        [Box("m", supplies, 1, 5.0, 0.0)],
    )
    drawn = ['[[feed]]\nname = "A"', '[[feed]]\nname = "B"']
    drawn += [
        f'[[pdu]]\nname = "{bar.name}"\ninputs = ["{bar.inputs[0]}"]\n[[pdu.line]]\nname = "L1"\n'
        f'outlets = ["1"]\nbreaker_a = {bar.lines["L1"]}'
        for bar in plant.bars.values()
    ]
    drawn.append('[[machine]]\nname = "m"\ncords = ["left/1", "right/1"]')
    drawing = drawing_file.parsed("\n".join(drawn), "hall.power.toml")
    world = PlantWorld(plant, random.Random(0), metered=1.0)
    world.metered["left"] = is_spare
    machines = drawing.machines.values()
    found = steps.plan_steps(
        Hall(drawing, world.read_pdus(drawing.pdus)), Mode.BOTH_FEEDS, machines
    )
    plant.bars["right"].outlets["1"].on = False
    plant.fail((), random.Random(0))
    trips = "left/L1" in plant.gone
    assert trips is (rating < 5) and len(found.steps) == (not trips)
    if trips:
        assert re.match(
            "left/1: its outlet is on.*may be stuck unseen; the take-over load on left/L1 up to",
            found.refusals[0].reason,
        )


# ---- kills, on a real file -----------------------------------------------------------------------


class _File:
    """The journal's file behind the world's kills: one may come before, within or after a line."""

    def __init__(self, one: Case, kept: plan_file.LockedPlan, path: Path) -> None:
        self._world, self._log, self._path = one.world, kept.log, path

    def append(self, records: Iterable[Mapping[str, Any]]) -> None:
        found, before = list(records), len(self._world.records)
        try:
            self._world.append(found)
        except Killed:
            if len(self._world.records) > before:
                self._log.append(found)
            else:
                with open(self._path, "ab") as file:
                    file.write(b'{"hash":"0123456789abcdef')
            raise
        self._log.append(found)


def _short(seed: int, mode: Mode) -> Case:
    """A hall with a plan of one step and short waits, so that it has few points."""
    found = next(one for one in (case(n, mode, TIDY) for n in range(seed, seed + 99)) if one)
    found.world.drifts = False
    found.world.steps = found.plan.steps[:1]
    plan: CyclePlan = dataclasses.replace(
        found.plan, steps=found.plan.steps[:1], pause_s=0.0, patience_s=1.0
    )
    return found._replace(plan=plan)


@pytest.mark.sample(2)
@pytest.mark.parametrize("first", range(4))
@pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.value)
def test_after_a_kill_at_any_point_the_file_leads_to_the_same_end(
    mode: Mode, first: int, tmp_path: Path
) -> None:
    made = _short(7, mode)
    whole = made.again()
    whole.run()
    assert whole.world.points > 15
    for point in range(first, whole.world.points, 4):
        one = made.again()
        judge = Judge(one, f"killed at {point}")
        path = tmp_path / f"{point}"
        plan_file.write(str(path), one.plan)
        one.world.kill_at = point
        with pytest.raises(Killed):
            _run(one, path)
        ended = _run(one, path)
        judge.ended_well(ended)
        judge.commands(faultless=True)
        assert not any(judge.wrong.values())
        events = [entry.record.get("event") for entry in journal.read_entries(str(path))]
        assert events.count("done") == 1 and one.world.relays() == whole.world.relays()


def _run(one: Case, path: Path) -> Ended:
    kept = plan_file.reopen_plan(str(path))
    with contextlib.closing(kept.log):
        assert kept.plan.steps == one.plan.steps and kept.progress == one.world.progress
        log = _File(one, kept, path)
        return run.Run(kept.plan, kept.progress, one.drawing, one.world, log).go()


def test_lines_in_a_wrong_order_are_no_run(tmp_path: Path) -> None:
    one = _short(7, Mode.ONE_FEED)
    path = str(tmp_path / "p")
    plan_file.write(path, one.plan)
    with journal.Journal(path) as log:
        log.append([plan_file.running(1.0, "begun"), plan_file.step_event(2.0, 1, plan_file.OFF)])
    with pytest.raises(SettingsError, match="does not hold a plan"):
        plan_file.reopen_plan(path)


class _Frozen(PlantWorld):
    """The meters of some PDUs show what they showed before the run."""

    frozen: Mapping[str, MeasuredPdu] = {}

    def read_pdus(self, pdus: Collection[str]) -> HallReadings:
        found = super().read_pdus(pdus)
        for name, was in self.frozen.items():
            if name in found.pdus:
                shown = {
                    key: one._replace(current_a=was.outlets[key].current_a)
                    for key, one in found.pdus[name].outlets.items()
                }
                pdus_now = {**found.pdus, name: found.pdus[name]._replace(outlets=shown)}
                found = found._replace(pdus=pdus_now)
        return found


@pytest.mark.parametrize("seed", [0, 6, 14])
def test_a_frozen_meter_of_the_mate_does_not_pass(seed: int) -> None:
    made = case(seed, Mode.ONE_FEED, TIDY)
    assert made is not None
    world = made.world
    world.__class__ = _Frozen
    assert isinstance(world, _Frozen)
    # the first step's cord carries something, and its mates are on frozen meters and dead
    number = next(n for n, one in enumerate(made.plan.steps) if _amperes(world, one.cords[0]) > 0.3)
    step = made.plan.steps[number]._replace(number=1)
    plan = dataclasses.replace(made.plan, steps=[step])
    box = next(one for one in made.boxes() if one.name == step.machine)
    mates = [one for one in box.supplies if Cord(one.pdu, one.outlet) not in step.cords]
    world.frozen = {one.pdu: world.read_pdus([one.pdu]).pdus[one.pdu] for one in mates}
    for one in mates:
        one.dead = True
    ended = run.Run(plan, world.progress, made.drawing, world, world).go()
    assert "did not take over what it carried" in str(ended.error)
    assert list(ended.restored) == list(step.cords) and not ended.left


def _amperes(world: PlantWorld, cord: Cord) -> float:
    return world.plant.currents().get((cord.pdu, cord.outlet), 0.0)
