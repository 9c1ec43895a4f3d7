"""Lies of drawings, relays and meters, each with meters of every step and renewal:

    python -m tests.pdu.core.machines.lies

A lie is a machine that still has power after all its drawn outlets were switched off. Not one may
be told as off, not even by a second run, or by one after a kill. The honest machines are listed
with those that fail, and why.
"""

from __future__ import annotations

import argparse
import itertools
import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Callable, NamedTuple, Optional

from pdu.core.drawing.drawing import Cord
from pdu.core.machines.actions import Runner
from pdu.core.machines.pdu_access import NotProven
from pdu.core.machines.proof import MachinePower, OffProof
from tests.pdu.core.machines.wiring import Killed, Meter, Plug, Room, Server

# each run writes what it saw to the disk, and waits for it
_MEMORY = os.path.join(os.sep, "dev", "shm")
STEPS = (0.001, 0.01, 0.1, 1.0)
RENEWALS = (0.0, 1.0, 3.0, 5.0, 7.0, 15.0, 60.0)
THRESHOLDS = (0.01, 0.02, 0.05, 0.2)
LOADS = (9.0, 30.0, 80.0, 350.0, 1200.0)


class Dimensions(NamedTuple):
    """What each lie is combined with."""

    step_a: float
    renewal_s: float
    threshold_a: float
    watts: float
    #: whether the meters show watts, too
    has_watts: bool
    seed: int

    def meter(self) -> Meter:
        step_w = max(1.0, self.step_a * 100) if self.has_watts else None
        return Meter(self.step_a, step_w, self.renewal_s, cuts=self.seed % 2 == 1)


class Trial(NamedTuple):
    """One machine with its drawing, and faults."""

    room: Room
    server: Server
    drawn: Sequence[Cord]
    needs: int = 1
    #: the owner said how often the meters renew their figures
    period_s: Optional[float] = None
    #: what comes between the first run and the second
    mend: Callable[[Room], None] = lambda room: None


Make = Callable[[Dimensions], Trial]


def _room(
    given: Dimensions, plugs: Sequence[Plug], drawn: Sequence[str], *others: Server, needs: int = 1
) -> Trial:
    server = Server("srv", list(plugs), given.watts, needs)
    room = Room(
        [server, *others],
        {name: given.meter() for name in ("left", "right", "third")},
        seed=given.seed,
    )
    return Trial(room, server, [Cord(*one.split("/")) for one in drawn], needs)


TWO = ("left/3", "right/3")


def _plug(place: str, spare: bool = False, dead: bool = False, filter_a: float = 0.0) -> Plug:
    pdu, outlet = place.split("/")
    return Plug(pdu, outlet, spare, dead, filter_a)


def _other(given: Dimensions, *places: str) -> Server:
    return Server("other", [_plug(one) for one in places], given.watts * 1.1)


def _two(given: Dimensions) -> Trial:
    return _room(given, [_plug(one) for one in TWO], TWO)


def _welded(*places: str) -> Make:
    def make(given: Dimensions) -> Trial:
        trial = _two(given)
        for place in places:
            pdu, outlet = place.split("/")
            trial.room.relays[pdu].welded.add(outlet)
        return trial

    return make


def _stuck(value: Optional[float]) -> Make:
    def make(given: Dimensions) -> Trial:
        trial = _welded("right/3")(given)
        pdus = dict(trial.room.pdus)
        pdus["right"].stuck["3"] = value
        room = Room(trial.room.servers, pdus, seed=given.seed)
        room.relays["right"].welded.add("3")
        return trial._replace(room=room)

    return make


def _spare(welded: str, filter_a: float) -> Make:
    def make(given: Dimensions) -> Trial:
        plugs = [_plug("left/3"), _plug("right/3", spare=True, filter_a=filter_a)]
        trial = _room(given, plugs, TWO)
        pdu, outlet = welded.split("/")
        trial.room.relays[pdu].welded.add(outlet)
        return trial

    return make


def _single(given: Dimensions) -> Trial:
    trial = _room(given, [_plug("left/3")], ["left/3"])
    trial.room.relays["left"].welded.add("3")
    return trial


def _falls_back(after_s: float, *places: str) -> Make:
    def make(given: Dimensions) -> Trial:
        trial = _two(given)
        for place in places:
            pdu, outlet = place.split("/")
            trial.room.relays[pdu].falls_back[outlet] = after_s
        return trial

    return make


def _drawn(
    plugs: Sequence[str], drawn: Sequence[str], others: Sequence[str] = (), spares: str = ""
) -> Make:
    def make(given: Dimensions) -> Trial:
        more = [_other(given, *others)] if others else []
        return _room(given, [_plug(one, spare=one in spares) for one in plugs], drawn, *more)

    return make


def _killed(make: Make, before: Optional[int] = None, after: Optional[int] = None) -> Make:
    def killed(given: Dimensions) -> Trial:
        trial = make(given)
        trial.room.kill_before, trial.room.kill_after = before, after
        return trial

    return killed


def _silent_first(make: Make, pdu: str) -> Make:
    """The first run cannot reach a PDU; the second can."""

    def silent(given: Dimensions) -> Trial:
        trial = make(given)
        trial.room.silent.add(pdu)
        return trial._replace(mend=lambda room: room.silent.clear())

    return silent


def _moved(given: Dimensions) -> Trial:
    """The cord is put into another outlet after a first run that was killed."""
    trial = _killed(_drawn(["left/3", "right/3"], TWO), before=1)(given)

    def move(room: Room) -> None:
        trial.server.plugs[0] = _plug("left/4")

    return trial._replace(mend=move)


def _slow(make: Make) -> Make:
    """Of an outlet that is not the machine's, no change tells how often its figure is renewed: the
    owner of a slow meter has to say it.
    """

    def slow(given: Dimensions) -> Trial:
        known = None if given.renewal_s <= 3 else given.renewal_s
        return make(given)._replace(period_s=known)

    return slow


_THREE = ("left/3", "right/3", "third/3")
_SWAPPED = _drawn(["left/4", "right/3"], TWO, ["left/3", "right/4"])
#: name -> a machine that has power at the end
LIES: dict[str, Make] = {
    "one feed is in an empty outlet": _drawn(["left/4", "right/3"], TWO),
    "the other feed is in an empty outlet": _drawn(["left/3", "right/4"], TWO),
    "both feeds are in empty outlets": _drawn(["left/4", "right/4"], TWO),
    "a single cord is in an empty outlet": _drawn(["left/4"], ["left/3"]),
    "a single cord, drawn as two": _drawn(["left/4"], TWO),
    "one feed is exchanged with another machine's": _SWAPPED,
    "one feed is another machine's single cord": _drawn(["left/4", "right/3"], TWO, ["left/3"]),
    "the other feed is another machine's": _drawn(
        ["left/3", "right/4"], TWO, ["right/3", "left/4"]
    ),
    "both cords are drawn on one PDU, one is wrong": _drawn(
        ["left/2", "left/4"], ["left/2", "left/3"]
    ),
    "both cords on one PDU, one is another machine's": _drawn(
        ["left/2", "left/4"], ["left/2", "left/3"], ["left/3", "right/3"]
    ),
    "an undrawn third supply on the same PDU": _drawn([*TWO, "right/4"], TWO),
    "an undrawn third supply on a third PDU": _drawn(_THREE, TWO),
    "an undrawn fourth supply": _drawn([*_THREE, "left/4"], _THREE),
    "an undrawn spare on the same PDU": _slow(_drawn([*TWO, "right/4"], TWO, spares="right/4")),
    "an undrawn spare on the first PDU": _slow(_drawn([*TWO, "left/4"], TWO, spares="left/4")),
    "left welded": _welded("left/3"),
    "right welded": _welded("right/3"),
    "both welded": _welded(*TWO),
    "single cord, welded": _single,
    "welded, its meter stuck at 0": _stuck(0.0),
    "welded, its meter frozen": _stuck(None),
    "welded behind an idle spare": _spare("right/3", 0.0),
    "welded behind a spare with 20 mA": _spare("right/3", 0.02),
    "welded behind a spare with 60 mA": _spare("right/3", 0.06),
    "welded, the spare is sound": _spare("left/3", 0.02),
    "falls back after 0.2 s": _falls_back(0.2, "left/3"),
    "falls back after 1 s": _falls_back(1.0, "right/3"),
    "both fall back after 1 s": _falls_back(1.0, *TWO),
    "falls back after 2.5 s": _falls_back(2.5, "right/3"),
    "killed before the second command, right welded": _killed(_welded("right/3"), before=1),
    "killed after the first command, left welded": _killed(_welded("left/3"), after=0),
    "killed after the second command, right welded": _killed(_welded("right/3"), after=1),
    "killed after the first command, exchanged": _killed(_SWAPPED, after=0),
    "killed after the second command, exchanged": _killed(_SWAPPED, after=1),
    "killed, undrawn third supply": _killed(_drawn(_THREE, TWO), after=1),
    "killed, then the cord was moved": _slow(_moved),
    "left silent at first, right welded": _silent_first(_welded("right/3"), "left"),
    "right silent at first, left welded": _silent_first(_welded("left/3"), "right"),
    "right silent at first, exchanged": _silent_first(_SWAPPED, "right"),
    "left silent at first, exchanged": _silent_first(_SWAPPED, "left"),
    "left silent at first, undrawn third supply": _silent_first(_drawn(_THREE, TWO), "left"),
}


def _of_three(given: Dimensions) -> Trial:
    return _room(given, [_plug(one) for one in _THREE], _THREE)


def _four(given: Dimensions) -> Trial:
    places = ("left/3", "left/4", "right/3", "right/4")
    plugs = [_plug(one, spare=one.startswith("right")) for one in places]
    return _room(given, plugs, places)


def _both_needed(given: Dimensions) -> Trial:
    return _room(given, [_plug(one) for one in TWO], TWO, needs=2)


def _honest_spare(filter_a: float) -> Make:
    def make(given: Dimensions) -> Trial:
        return _room(given, [_plug("left/3"), _plug("right/3", True, filter_a=filter_a)], TWO)

    return make


def _dead(given: Dimensions) -> Trial:
    return _room(given, [_plug("left/3"), _plug("right/3", dead=True, filter_a=0.01)], TWO)


def _one(given: Dimensions) -> Trial:
    return _room(given, [_plug("left/3")], ["left/3"])


#: name -> a machine without a lie
HONEST: dict[str, Make] = {
    "one cord": _one,
    "two cords": _two,
    "three cords": _of_three,
    "one cord and an idle spare": _honest_spare(0.0),
    "one cord and a spare with 20 mA": _honest_spare(0.02),
    "two cords and two spares": _four,
    "two cords, both needed": _both_needed,
    "killed before the second command": _killed(_two, before=1),
    "killed after the second command": _killed(_two, after=1),
    "a PDU silent at first": _silent_first(_two, "right"),
    "a supply that is dead": _dead,
}
#: machines without a lie of which some are not proven, and why
FAIL: dict[str, str] = {
    "a PDU silent at first": "what the cord carried before the other lost its load was not seen",
    "a supply that is dead": "nothing ever flows at its outlet, so its place is not known",
}
#: what no meter of the drawn PDUs can tell
BLIND: dict[str, Make] = {
    "two machines are drawn in each other's place": _drawn(
        ["left/4", "right/4"], TWO, ["left/3", "right/3"]
    ),
    "a single cord is drawn, and a second one is not": _drawn(TWO, ["left/3"]),
    "an undrawn spare on a PDU that nobody drew for it": _drawn(_THREE, TWO, spares="third/3"),
}


class Outcome(NamedTuple):
    """What came of a trial."""

    #: of each run: None if it said "off"; "killed"
    reasons: Sequence[Optional[str]]
    has_power: bool

    @property
    def is_told_off(self) -> bool:
        return None in self.reasons


def run(make: Make, given: Dimensions, folder: Path, runs: int = 2) -> Outcome:
    """Take the machine's power, and again after a failure, as a cluster does."""
    trial = make(given)
    proof = OffProof(True, given.threshold_a, 20.0, trial.period_s)
    runner = Runner(trial.room, proof, folder, lambda _: None)
    machine = MachinePower("srv", trial.drawn, trial.needs)
    reasons: list[Optional[str]] = []
    for number in range(runs):
        try:
            runner.off(machine)
            reasons.append(None)
            break
        except NotProven as error:
            reasons.append(str(error))
        except Killed:
            reasons.append("killed")
        if number == 0:
            trial.mend(trial.room)
            trial.room.sleep(5.0)
    # a relay that falls back
    trial.room.sleep(5.0)
    return Outcome(reasons, trial.room.draws_power(trial.server))


def dimensions(every: int = 1, first: int = 0) -> Iterator[Dimensions]:
    """All combinations, or each n-th of them."""
    product = itertools.product(STEPS, RENEWALS, THRESHOLDS, LOADS, (False, True))
    for number, (step, renewal, threshold, watts, has_watts) in enumerate(product):
        if number % every == first % every:
            yield Dimensions(step, renewal, threshold, watts, has_watts, number)


class Counts(NamedTuple):
    """The result of a matrix."""

    trials: int
    #: lies that were told as off while the machine had power
    untrue: Sequence[str]
    #: name of the honest machine -> how many were proven, of how many
    honest: dict[str, tuple[int, int]]
    #: why honest machines failed
    reasons: Counter[str]


def matrix(every: int = 1, first: int = 0) -> Counts:
    """Run all."""
    untrue: list[str] = []
    honest: dict[str, tuple[int, int]] = {}
    reasons: Counter[str] = Counter()
    trials = 0
    with tempfile.TemporaryDirectory(dir=_MEMORY if os.path.isdir(_MEMORY) else None) as made:
        for name, make in {**LIES, **HONEST}.items():
            for given in dimensions(every, first):
                trials += 1
                outcome = run(make, given, Path(made) / str(trials))
                if outcome.is_told_off and outcome.has_power:
                    untrue.append(f"{name}: {given}: {outcome.reasons}")
                if name in HONEST:
                    proven, of = honest.get(name, (0, 0))
                    honest[name] = proven + outcome.is_told_off, of + 1
                    if not outcome.is_told_off:
                        reasons[f"{given.step_a:g} A, {given.watts:g} W"] += 1
    return Counts(trials, untrue, honest, reasons)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--every", type=int, default=1, help="one of so many combinations")
    given = parser.parse_args()
    found = matrix(given.every)
    print(f"{len(LIES)} lies, {found.trials} trials; told as off with power: {len(found.untrue)}")
    print("\n".join(found.untrue[:20]))
    for name, (proven, of) in found.honest.items():
        print(f"honest: {name}: {proven} of {of}")
    for reason, count in sorted(found.reasons.items()):
        print(f"  not proven: {reason}: {count}")
    raise SystemExit(1 if found.untrue else 0)


if __name__ == "__main__":
    main()
