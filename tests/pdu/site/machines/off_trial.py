"""Tries the cabling of machines in simulated racks, lets something happen, asks for their power to
be taken, and compares the answer with the physics: kinds of lies by meters and loads, and honest
machines.

    python -m tests.pdu.site.machines.off_trial --trials 10000 --seed 1
    python -m tests.pdu.site.machines.off_trial --kind "both welded since" --number 17 --trace

The judge is `physics` alone: after the answer "off", did the machine run then, or soon after? The
same seed makes the same trials. Exit code: 1 if one "off" was wrong that docs/doors.md does not
list, or if the trial of the cabling believed a wrong one.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple, Optional

from tests.pdu.site.machines import room_adapter
from tests.pdu.site.machines.physics import Figures, SeenPdu
from tests.pdu.site.machines.room_kinds import (
    CHANGED,
    DOCUMENTED,
    HALF,
    HALF_SLOWLY,
    HONEST,
    QUIET,
    SETTINGS,
    SWINGS,
    WIRED_WRONG,
    Case,
    Kind,
    Noise,
    Setting,
    build,
    draft,
)

_MEMORY = os.path.join(os.sep, "dev", "shm")
#: "off" is wrong if the machine draws power at the answer, or so long after it, in s
SOON_S = 3.0
# what a cluster waits before it tries again, in s
_AGAIN_S = 5.0
_RUNS = 2

HONEST_LOADS = ((45.0, 60.0), (100.0, 200.0), (200.0, 500.0), (500.0, 1500.0))
HONEST_NOISE = {
    "quiet": QUIET,
    "by half": HALF,
    "by half, slowly": HALF_SLOWLY,
    "0.4 to 1.6": SWINGS,
}
_HONEST_METERS = ((0.001, 1.0), (0.01, 1.0), (0.1, 1.0), (0.01, None))
_HONEST_PERIODS = (1.0, 3.0, 5.0)


class Trial(NamedTuple):
    """One trial of a plan."""

    group: str
    kind: Kind
    #: which one of this kind
    number: int
    setting: Setting
    noise: Noise
    #: what the table of honest machines calls the load and the noise
    cell: tuple[str, str] = ("", "")


class Result(NamedTuple):
    """What came of a trial."""

    group: str
    kind: str
    number: int
    cell: tuple[str, str]
    #: the trial of the cabling believed it
    is_verified: bool
    #: the answer was off
    is_off: bool
    #: it was, and the machine ran
    is_wrong: bool
    #: of each run that did not say off
    reasons: Sequence[str]
    #: how long the last run took, in simulated s
    seconds: float


def of_kind(group: str, kind: Kind, number: int) -> Trial:
    """The `number`-th trial of a kind."""
    # neighbouring kinds do not have the same setting in the same round
    setting = SETTINGS[(number + sum(map(ord, kind.name))) % len(SETTINGS)]
    return Trial(group, kind, number, setting, kind.noise)


def honest_trial(number: int) -> Trial:
    kind = HONEST[number % len(HONEST)]
    rest = number // len(HONEST)
    noise_name = list(HONEST_NOISE)[rest % len(HONEST_NOISE)]
    rest //= len(HONEST_NOISE)
    load = HONEST_LOADS[rest % len(HONEST_LOADS)]
    rest //= len(HONEST_LOADS)
    step_a, step_w = _HONEST_METERS[rest % len(_HONEST_METERS)]
    rest //= len(_HONEST_METERS)
    period_s = _HONEST_PERIODS[rest % len(_HONEST_PERIODS)]
    setting = Setting(step_a, step_w, period_s, *load)
    cell = (f"{load[0]:g} to {load[1]:g} W", noise_name)
    return Trial("honest", kind, number, setting, HONEST_NOISE[noise_name], cell)


_DOCUMENTED = [kind for kinds in DOCUMENTED.values() for kind in kinds]
GROUPS = {"wired wrong": WIRED_WRONG, "changed since": CHANGED, "documented": _DOCUMENTED}


def plan(trials: int) -> Iterator[Trial]:
    """So many trials. Of ten, two are of honest machines, and one of what is documented."""
    counts: Counter[str] = Counter()
    for index in range(trials):
        place = index % 10
        group = "changed since" if place % 2 else "wired wrong"
        if place in (4, 9):
            group = "honest"
        elif place == 7:
            group = "documented"
        number = counts[group]
        counts[group] += 1
        if group == "honest":
            yield honest_trial(number)
        else:
            kinds = GROUPS[group]
            yield of_kind(group, kinds[number % len(kinds)], number // len(kinds))


def case(trial: Trial, seed: int) -> Case:
    """Its hall."""
    name = f"{seed}/{trial.kind.name}/{trial.number}"
    rng = random.Random(name)
    made = draft(trial.setting, rng, trial.noise, synchronous=trial.group == "honest")
    for change in trial.kind.changes:
        change(made)
    return build(made, trial.kind.needs, name)


def run(trial: Trial, seed: int, folder: Path, trace: bool = False) -> Result:
    """Try the cabling; then take the machine's power, and again after a failure, as a cluster
    does.
    """
    made = case(trial, seed)
    room, srv = made.room, made.srv
    room.readings = [] if trace else None
    reasons: list[str] = []
    is_off, is_wrong, seconds = False, False, 0.0
    untried = room_adapter.verify(room, made.drawn, srv, made.asked, folder)
    reasons += [f"not verified: {untried}"] if untried else []
    room.advance(30.0)
    for happens in made.since:
        happens(room)
    if trial.kind.is_monitored:
        # one that reads while a meter still averages is documented
        is_slow = trial.group == "documented"
        room.advance(60.0 if is_slow else max(60.0, 3 * trial.setting.period_s))
        room_adapter.monitor(room, made.drawn, made.asked, folder)
    room.advance(random.Random(f"{seed}/{trial.number}").uniform(0.0, 60.0))
    for number in range(_RUNS):
        begun = room.time
        answer = room_adapter.switch_off(room, made.drawn, made.asked, folder)
        seconds = room.time - begun
        if answer.is_off:
            answered = room.time
            room.advance(SOON_S)
            is_off, is_wrong = True, room.has_run(srv, answered)
            break
        reasons.append(answer.reason)
        if number == 0:
            for change in made.between:
                change(room)
            room.advance(_AGAIN_S)
    if trace:
        _print_trace(trial, made)
    return Result(
        trial.group,
        trial.kind.name,
        trial.number,
        trial.cell,
        not untried,
        is_off,
        is_wrong,
        reasons,
        seconds,
    )


def _print_trace(trial: Trial, made: Case) -> None:
    print(f"{trial.kind.name}, number {trial.number}: {trial.setting}, asked {made.asked}")
    for supply in made.srv.supplies:
        print(f"  {supply}")
    for pdu in made.room.pdus.values():
        print(f"  {pdu.name}: outlets {pdu.meter}, figures {pdu.figures}")
        print(f"    inlet {pdu.inlet_meter}, lines {pdu.lines}")
    lines = [
        (one.at, f"COMMAND {one.pdu} place {one.place} {'on' if one.on else 'off'}")
        for one in made.room.commands
    ]
    for at, name, seen in made.room.readings or ():
        lines.append((at, f"{name:6} inlet {_shown(seen.inlet_figures)}: {_outlets(seen)}"))
    for at, text in sorted(lines, key=lambda one: one[0]):
        print(f"{at:10.2f} {text}")


def _outlets(seen: SeenPdu) -> str:
    return ", ".join(
        f"{key} {one.state} {_shown(one.figures)}" for key, one in seen.outlets.items()
    )


def _shown(figures: Figures) -> str:
    return "/".join("-" if one is None else f"{one:g}" for one in figures)


# ---- many ----------------------------------------------------------------------------------------


def _part(given: tuple[int, int, int, int]) -> list[Result]:
    """One of so many parts of a plan."""
    trials, seed, part, parts = given
    with (
        tempfile.TemporaryDirectory(dir=_MEMORY if os.path.isdir(_MEMORY) else None) as made,
        room_adapter.without_disk(),
    ):
        return [
            run(trial, seed, Path(made) / str(index))
            for index, trial in enumerate(plan(trials))
            if index % parts == part
        ]


def run_all(trials: int, seed: int, jobs: int = 1) -> list[Result]:
    """A plan, by so many processes."""
    if jobs == 1:
        return _part((trials, seed, 0, 1))
    parts = 8 * jobs
    with ProcessPoolExecutor(jobs) as pool:
        given = [(trials, seed, part, parts) for part in range(parts)]
        return [one for found in pool.map(_part, given) for one in found]


def table(results: Sequence[Result]) -> list[str]:
    """The figures of all kinds, and the shares of honest machines."""
    lines: list[str] = []
    for group in GROUPS:
        mine = [one for one in results if one.group == group]
        wrong = sum(one.is_wrong for one in mine)
        bad = {one.kind for one in mine if one.is_wrong}
        lines += [
            "",
            f"{group}: {len({one.kind for one in mine})} kinds, {len(mine)} trials, wrong: {wrong}"
            f" in {len(bad)} kinds",
            f"{'trials':>7}{'verified':>10}{'exit 0':>8}{'wrong':>7}  kind",
        ]
        for name in dict.fromkeys(one.kind for one in mine):
            of = [one for one in mine if one.kind == name]
            verified, off = sum(one.is_verified for one in of), sum(one.is_off for one in of)
            wrong = sum(one.is_wrong for one in of)
            lines.append(f"{len(of):7}{verified:10}{off:8}{wrong:7}  {name}")
    return [*lines, *honest_table(results)]


def honest_table(results: Sequence[Result]) -> list[str]:
    """The share that is proven, by load and noise, and by kind."""
    mine = [one for one in results if one.group == "honest"]
    if not mine:
        return []
    names = [one.name for one in HONEST]
    lines = ["", "honest machines: proven, by load and by how neighbours draw"]
    for kinds, title in (
        (names[:3], "two cords"),
        (["one cord"], "one cord"),
        ([one for one in names[3:] if one != "one cord"], "the others"),
    ):
        lines.append(f"{title:>20}" + "".join(f"{noise:>20}" for noise in HONEST_NOISE))
        for low, high in HONEST_LOADS:
            load = f"{low:g} to {high:g} W"
            cells = []
            for noise in HONEST_NOISE:
                of = [one for one in mine if one.cell == (load, noise) and one.kind in kinds]
                cells.append(f"{_share(of):>20}")
            lines.append(f"{load:>20}" + "".join(cells))
    for kind in HONEST:
        lines.append(f"{_share([one for one in mine if one.kind == kind.name]):>20}  {kind.name}")
    times = sorted(one.seconds for one in mine if one.is_off)
    if times:
        lines.append(
            f"seconds of a proof: median {times[len(times) // 2]:.0f},"
            f" 95 % {times[int(len(times) * 0.95)]:.0f}, longest {times[-1]:.0f}"
        )
    for one in mine:
        if not one.is_off:
            lines.append(f"not proven: --kind honest --number {one.number}: {one.reasons}")
    lines.append(f"wrong: {sum(one.is_wrong for one in mine)}")
    return lines


def _share(results: Sequence[Result]) -> str:
    if not results:
        return "-"
    proven = sum(one.is_off for one in results)
    return f"{proven} of {len(results)} ({100 * proven / len(results):.0f} %)"


def failures(results: Sequence[Result]) -> list[Result]:
    """Each wrong "off" that is not documented, and each wrong cabling that was believed."""
    return [
        one
        for one in results
        if (one.is_wrong and one.group != "documented")
        or (one.is_verified and one.group == "wired wrong")
    ]


def _one(kind: str, number: int, seed: int, trace: bool) -> Result:
    groups = [(group, one) for group, kinds in GROUPS.items() for one in kinds if one.name == kind]
    if kind == "honest":
        trial = honest_trial(number)
    elif groups:
        trial = of_kind(*groups[0], number)
    else:
        raise SystemExit(f"there is no kind {kind!r}")
    with tempfile.TemporaryDirectory() as made:
        return run(trial, seed, Path(made), trace)


def main(arguments: Optional[Sequence[str]] = None) -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--kind", help="one kind alone, or honest; with --number")
    parser.add_argument("--number", type=int, default=0)
    parser.add_argument("--trace", action="store_true", help="print what flowed and was shown")
    given = parser.parse_args(arguments)
    if given.kind:
        print(_one(given.kind, given.number, given.seed, given.trace))
        return
    begun = time.monotonic()
    results = run_all(given.trials, given.seed, given.jobs)
    print("\n".join(table(results)))
    wrong = failures(results)
    for one in wrong:
        again = f"--seed {given.seed} --kind {one.kind!r} --number {one.number}"
        print(f"wrong: {again}")
    minutes = (time.monotonic() - begun) / 60
    print(f"\n{len(results)} trials in {minutes:.1f} min; wrong: {len(wrong)}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
