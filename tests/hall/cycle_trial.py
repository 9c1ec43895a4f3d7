"""Planner and runner of `pdu cycle-hall` on random halls, with faults and kills:

    python -m tests.hall.cycle_trial --halls 3000

Each hall is cycled once without a fault, once with each fault at a random command or moment, and
with kills at random points after which the run is resumed. In every second hall the machines'
currents drift, which makes loads at a limit a surprise; there nothing is killed. What must hold is
judged by the simulated plant, which shares no code with the planner.
"""

from __future__ import annotations

import argparse
import copy
import random
import time
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple, Optional

from pdu.hall.cycle.environment import Ended, Log
from pdu.hall.cycle.plan_file import CyclePlan
from pdu.hall.cycle.run import Run
from pdu.hall.cycle.steps import CycleStep, Mode, plan_steps
from pdu.hall.failure.rehearsal import Hall
from pdu.pdus.states import DOWN, UNKNOWN
from pdu.site.drawing import drawing_file
from pdu.site.drawing.drawing import Cord, Drawing
from tests.hall.halls import LOOSE, TIDY, Habits, random_hall
from tests.hall.plant import Box
from tests.hall.plant_world import FAULTS, OF_COMMANDS, Killed, PlantWorld
from tests.hall.trial import wrong_lines

_MOST_STEPS = 5
PAUSE_S, PATIENCE_S = 10.0, 30.0
# with these nobody can see where the relay is
_BLIND = ("relay stuck",)


class Case(NamedTuple):
    """A hall with a plan."""

    seed: int
    world: PlantWorld
    drawing: Drawing
    plan: CyclePlan

    def again(self) -> Case:
        """The same hall before its first step."""
        return self._replace(world=copy.deepcopy(self.world))

    def run(self, log: Optional[Log] = None) -> Ended:
        """Begin, or resume."""
        world = self.world
        progress = copy.deepcopy(world.progress)
        return Run(self.plan, progress, self.drawing, world, log or world).go()

    def boxes(self) -> list[Box]:
        """The machines that are drawn."""
        return [one for one in self.world.plant.boxes if one.drawn]


def case(seed: int, mode: Mode, habits: Habits) -> Optional[Case]:
    """A random hall with a plan of a few steps; None if no step is possible there."""
    rng = random.Random(seed)
    made = random_hall(rng, habits, rng.choice((1, 2)), rng.choice((3, 6)))
    drawing = drawing_file.parsed(made.drawing, "hall.power.toml")
    world = PlantWorld(made.plant, rng)
    hall = Hall(drawing, world.read_pdus(drawing.pdus))
    steps = list(plan_steps(hall, mode, drawing.machines.values()).steps)
    if not steps:
        return None
    first = rng.randrange(max(1, len(steps) - _MOST_STEPS))
    chosen = steps[first : first + _MOST_STEPS]
    chosen = [CycleStep(number, one.machine, one.cords) for number, one in enumerate(chosen, 1)]
    plan = CyclePlan(
        mode, drawing.path, drawing.digest, 0.0, 3600.0, PAUSE_S, PATIENCE_S, {}, chosen
    )
    world.steps = chosen
    world.drifts = seed % 2 == 1
    world.points = world.moments = 0
    return Case(seed, world, drawing, plan)


#: what must not happen in a run
LAWS = (
    "a breaker trips",
    "a machine has too few live inputs",
    "a machine is switched on before it was proven off",
    "a machine runs when it is switched on",
    "a command that was not needed, not planned or sent twice",
    "a run does not end all steps, or not as it began",
    "an outlet is off, and not named",
    "a cord stays off after its mate fell",
)


class Judge:
    """Watches one run. `wrong`: the law that was broken -> where."""

    def __init__(self, one: Case, name: str) -> None:
        self._case, self._world = one, one.world
        self._name = f"hall {one.seed}, {one.plan.mode.value}, {name}"
        self._relays = self._world.relays()
        self._gone = set(self._world.plant.gone)
        self.wrong: dict[str, list[str]] = {law: [] for law in LAWS}
        self.window = 0
        self._world.check = self.watch

    def say(self, law: str, what: object) -> None:
        self.wrong[law].append(f"{self._name}: {what}")

    def watch(self) -> None:
        """Called after each change of the plant."""
        world = self._world
        tripped = {one for one in world.plant.gone - self._gone if "/" in one}
        if tripped and world.victim is None:
            self.say("a breaker trips", tripped)
        if self._case.plan.mode is Mode.BOTH_FEEDS:
            self._proven_off()
            return
        for box in self._case.boxes():
            live, would = world.live(box), self._would_live(box)
            if live < box.needs <= would:
                # a mate that falls while a cord is off, or between the reading that allowed the
                # command and the command: nobody can exclude it, but the cord comes back
                since = world.commands[world.before :]
                offs = sum(not one.on for one in since)
                if world.victim is box and offs <= int(world.in_window):
                    self.window += 1
                else:
                    text = f"{box.name} has {live} of {box.needs}"
                    self.say("a machine has too few live inputs", text)

    def _would_live(self, box: Box) -> int:
        """How many supplies would work if the run had switched nothing off."""
        world = self._world
        now = world.relays()
        mine = [cord for cord, _, _ in world.commands if not now[cord] and self._relays[cord]]
        for cord in mine:
            world.plant.bars[cord.pdu].outlets[cord.outlet].on = True
        found = world.live(box)
        for cord in mine:
            world.plant.bars[cord.pdu].outlets[cord.outlet].on = False
        return found

    def _proven_off(self) -> None:
        last = self._world.commands[-1] if self._world.commands else None
        if last is None or not last.on:
            return
        step = next(one for one in self._case.plan.steps if last.cord in one.cords)
        if not any(
            one.get("event") == "off" and one["step"] == step.number for one in self._world.records
        ):
            self.say("a machine is switched on before it was proven off", last.cord)
        box = next(one for one in self._case.boxes() if one.name == step.machine)
        others = [one for one in box.supplies if Cord(one.pdu, one.outlet) != last.cord]
        first_on = [one for one in self._world.commands if one.on and one.cord in step.cords]
        works = sum(self._world.has_power(one) and not one.dead for one in others) >= box.needs
        # what is not metered is proven by its state alone
        unseen = any(not self._world.metered[one.pdu] for one in self._world.stuck)
        if len(first_on) == 1 and works and not unseen:
            self.say("a machine runs when it is switched on", f"{step.machine}, {last.cord}")

    def commands(self, faultless: bool) -> None:
        """Each command was needed; without a fault each went out once."""
        law = "a command that was not needed, not planned or sent twice"
        counts = Counter((one.cord, one.on) for one in self._world.commands)
        for one in self._world.commands:
            if not one.was_needed and self._world.fault not in _CROSSING:
                self.say(law, one)
        planned_cords = {cord for step in self._case.plan.steps for cord in step.cords}
        for (cord, on), count in counts.items():
            if count > 1 and faultless:
                self.say(law, f"{cord} was switched {'on' if on else 'off'} {count} times")
            if cord not in planned_cords:
                self.say(law, f"{cord} is not in the plan")

    def ended_well(self, ended: Ended) -> None:
        """All steps are done, and everything is as before."""
        law = "a run does not end all steps, or not as it began"
        if ended.error is not None or ended.left:
            self.say(law, f"stopped: {ended.error} {ended.left}")
        if ended.steps_done != len(self._case.plan.steps):
            self.say(law, f"{ended.steps_done} steps of {len(self._case.plan.steps)}")
        if self._world.relays() != self._relays:
            self.say(law, "not all outlets are as before")

    def stopped(self, ended: Ended) -> None:
        """After a fault: no outlet is off that is not named, and a victim has its cord back."""
        world = self._world
        named = {one.cord for one in ended.left}
        law = "an outlet is off, and not named"
        for one in ended.left:
            if one.state not in (DOWN, UNKNOWN):
                self.say(law, f"left {one}")
        now = world.relays()
        for cord, _, _ in world.commands:
            is_off = self._relays[cord] and not now[cord] and cord != world.fallen
            if is_off and cord not in named and world.fault not in _BLIND:
                self.say(law, f"{cord}: {ended}")
        if world.victim is not None and self._case.plan.mode is Mode.ONE_FEED and named:
            self.say("a cord stays off after its mate fell", named)


# the outlet moves by another hand than the run's: a command may cross it
_CROSSING = (
    "answer lost, carried out later",
    "somebody switches it on",
    "mate is switched off",
    "relay stuck",
)


#: why a faultless run may stop where loads drift: what just fitted by the readings of the plan does
#: not fit any more; a machine carries more than a tenth more or less than before; a cord carries no
#: more than an input filter
_OF_A_DRIFT = (
    "take-over load", "may have fallen", "its current did not return", "input filter alone",
)  # fmt: skip


class Trial:
    """Counts over many halls. `wrong`: the law that was broken -> where, with the hall's seed."""

    def __init__(self, mode: Mode, habits: Habits) -> None:
        self._mode, self._habits = mode, habits
        self.counts: Counter[str] = Counter()
        self.wrong: dict[str, list[str]] = {law: [] for law in LAWS}

    def run(self, seed: int, faults: Sequence[str] = FAULTS, kills: int = 16) -> None:
        """One hall: faultless, with faults, with kills."""
        made = case(seed, self._mode, self._habits)
        if made is None:
            self.counts["halls without a step"] += 1
            return
        self.counts["halls"] += 1
        self.counts["steps"] += len(made.plan.steps)
        whole = made.again()
        judge = Judge(whole, "no fault")
        ended = whole.run()
        if whole.world.drifts and any(words in str(ended.error) for words in _OF_A_DRIFT):
            self.counts["stopped by a drift"] += 1
            judge.stopped(ended)
        else:
            judge.ended_well(ended)
        judge.commands(faultless=True)
        self._keep(judge)
        rng = random.Random(seed)
        for fault in faults:
            self._with_fault(made.again(), fault, whole.world, rng)
        for _ in range(0 if whole.world.drifts else kills):
            self._with_kill(made.again(), rng.randrange(whole.world.points), rng)

    def _with_fault(self, one: Case, fault: str, whole: PlantWorld, rng: random.Random) -> None:
        world = one.world
        world.fault = fault
        world.at = rng.randrange(whole.sent if fault in OF_COMMANDS else whole.moments)
        judge = Judge(one, f"{fault} at {world.at}")
        ended = one.run()
        judge.stopped(ended)
        judge.commands(faultless=False)
        self.counts["faults"] += world.struck
        self.counts[f"struck: {fault}"] += world.struck
        self.counts["stopped"] += ended.error is not None
        self.counts["left named"] += bool(ended.left)
        self.counts["switched on again"] += bool(ended.restored)
        self.counts["mate fell while its cord was off"] += bool(judge.window)
        self._keep(judge)

    def _with_kill(self, one: Case, point: int, rng: random.Random) -> None:
        judge = Judge(one, f"killed at {point}")
        world = one.world
        world.kill_at = point
        runs = 0
        while True:
            runs += 1
            try:
                ended = one.run()
                break
            except Killed:
                world.pass_over(rng.choice((0.0, 5.0, 100.0)))
                # sometimes the resumed run is killed, too
                if runs < 3 and rng.random() < 0.5:
                    world.kill_at = world.points + rng.randrange(60)
        judge.ended_well(ended)
        judge.commands(faultless=True)
        self.counts["kills"] += runs - 1
        self._keep(judge)

    def _keep(self, judge: Judge) -> None:
        for law, texts in judge.wrong.items():
            self.wrong[law] += texts

    def lines(self) -> list[str]:
        """The figures."""
        counts = self.counts
        return [
            f"{counts['halls']} halls ({counts['halls without a step']} more without a step),"
            f" {counts['steps']} steps",
            f"{counts['stopped by a drift']} faultless runs stopped: a load drifted too far",
            f"{counts['faults']} faults struck, {counts['stopped']} runs stopped,"
            f" {counts['left named']} of them left an outlet and named it,"
            f" {counts['switched on again']} switched one on again",
            f"in {counts['mate fell while its cord was off']} runs the mate fell while its cord was"
            " off, or in the moment before: the cord came back",
            f"{counts['kills']} kills, each resumed to the same end",
            *wrong_lines(self.wrong),
        ]


def main() -> None:
    """Print the figures of a trial."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--halls", type=int, default=3000)
    parser.add_argument("--first", type=int, default=0, help="the seed of the first hall")
    given = parser.parse_args()
    wrong = 0
    for mode in Mode:
        for name, habits in (("tidy", TIDY), ("loose", LOOSE)):
            trial, begin = Trial(mode, habits), time.monotonic()
            for seed in range(given.first, given.first + given.halls // 4):
                trial.run(seed)
            print(f"{mode.value}, {name} halls, {time.monotonic() - begin:.0f} s")
            print("\n".join(f"  {line}" for line in trial.lines()), flush=True)
            wrong += sum(map(len, trial.wrong.values()))
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
