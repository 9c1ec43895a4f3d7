"""What the bounds of a return leave open, sampled: in how many of some fully stated halls a machine
comes back. Pure.

A sample is that of `monte_carlo`, and in it each outlet closes at a moment within its interval,
each machine draws something between its lowest and its highest, each first half-wave is some part
of the owner's inrush, and each breaker is of type B, C or D and trips at once somewhere in that
type's band of IEC 60898-1. An inrush that the owner did not give is never guessed: what hangs on a
breaker behind which there is one is not sampled.
"""

from __future__ import annotations

import math
import random
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Optional

from ..failure.bounds import HallFacts
from ..failure.monte_carlo import Counts, Sample, StatedHall, affordable
from ..failure.open_facts import OpenFacts
from ..walk.arithmetic import NO, YES
from ..walk.power_flow import Supply
from ..walk.verdicts import Now
from .times import Window

# at once a breaker trips from and up to these ratings: types B, C and D of IEC 60898-1
AT_ONCE = {"B": (3.0, 5.0), "C": (5.0, 10.0), "D": (10.0, 20.0)}
# what part of the owner's inrush a cord really takes: he wrote down the highest
_PART = (0.3, 1.0)
# the crest of a sine: an inrush adds to the crest of what flows already
CREST = 1.42
# half-waves that begin within this add up, in s; timers of one PDU are this far apart, and PDUs
# start their timers so much later
_HALF_WAVE_S, _APART_S, _LATE_S = 0.02, (0.0, 0.2), 30.0
# an overload that lasts shorter than this trips nothing but at once, in s
_SOON_S = 60.0
# a transfer switch goes back to a preferred input
_GOES_BACK = 0.5
# the usual wait of an outlet that closes nobody knows when, in s
_SOMETIME_S = 300.0


class Machine(NamedTuple):
    """What a machine draws, in A; in W if the voltages of its cords differ."""

    low: float
    #: infinite: nobody metered it while it ran
    high: float
    #: of one cord; None if the owner did not give it
    inrush_a: Optional[float]


class ReturnScenario(NamedTuple):
    """One return."""

    #: when each cord of each consumer gets power
    windows: Sequence[Sequence[Optional[Window]]]
    #: the first consumers, in their order
    machines: Sequence[Machine]
    #: nodes that stay without power
    still: Collection[int]
    #: the carriers that may trip
    may_trip: Sequence[int]
    #: node of outlets -> its transfer switch, which may go back to another input
    going_back: Mapping[int, int]


def sampled(
    hall: HallFacts, setting: ReturnScenario, machine_numbers: Sequence[int], count: int, seed: int
) -> dict[int, Sample]:
    """The wanted machines that can be counted, by number: in how many worlds they come back."""
    trip = set(setting.may_trip)
    numbers = {number for carrier in trip for number in hall.on.get(carrier, ())}
    blind = _with_unknown_inrush(hall, setting, numbers)
    able = [
        number
        for number in machine_numbers
        if not any(
            carrier in blind and carrier in trip
            for node in hall.consumers[number].nodes
            for carrier in hall.above(node)
        )
    ]
    numbers.update(able)
    count = affordable(count, len(numbers)) if able else 0
    facts = OpenFacts(hall, sorted(numbers), trip)
    counts = Counts(able)
    for world in range(count):
        stated_hall = _StatedReturn(facts, setting, random.Random(f"{seed} {world}"))
        stated_hall.come_back()
        counts.add(stated_hall)
    return counts.samples(count)


def _with_unknown_inrush(
    hall: HallFacts, setting: ReturnScenario, numbers: Collection[int]
) -> set[int]:
    """The carriers behind which a cord may surge, and nobody knows how much."""
    carriers: set[int] = set()
    for number in numbers:
        if number < len(setting.machines) and setting.machines[number].inrush_a is not None:
            continue
        nodes = hall.consumers[number].nodes
        for node, window in zip(nodes, setting.windows[number]):
            if window is not None and (not window.kept or node in setting.going_back):
                carriers.update(hall.above(node))
    return carriers


class _StatedReturn(StatedHall):
    def __init__(self, open_: OpenFacts, setting: ReturnScenario, rng: random.Random) -> None:
        super().__init__(open_, rng)
        self._setting = setting
        self._snaps = {
            carrier: self.rating[carrier] * rng.uniform(*self._at_once(carrier))
            for carrier in self.rating
        }
        switched = self.flow.power.switched
        for number in open_.numbers:
            consumer = self._facts.consumers[number]
            consumer.always_anew = True
            if number < len(setting.machines):
                consumer.total = self._drawn_by(number, consumer.supplies)
            cords = open_.hall.consumers[number].cords
            mean = sum(cord.known_a for cord in cords) / len(cords) or 1.0
            for supply, cord, window in zip(consumer.supplies, cords, setting.windows[number]):
                if cord.now is Now.OFF:
                    # of an outlet that was off nobody saw whether its supply works
                    supply.works = YES if rng.random() < open_.works else NO
                    supply.weight = mean
                switched[supply] = YES if window is not None and window.kept else NO

    def _at_once(self, number: int) -> tuple[float, float]:
        curve = self._graph.carriers[number].breaker.curve
        return AT_ONCE[curve] if curve else self._rng.choice(list(AT_ONCE.values()))

    def _drawn_by(self, number: int, supplies: Sequence[Supply[float]]) -> float:
        machine = self._setting.machines[number]
        if math.isfinite(machine.high):
            return self._rng.uniform(machine.low, machine.high)
        return self._rng.choice(self._open.currents) * sum(cord.volts or 1.0 for cord in supplies)

    # ---- what happens ----------------------------------------------------------------------------

    def come_back(self) -> None:
        """From the return until nothing closes and nothing trips."""
        flow = self.flow
        changed = dict.fromkeys(flow.change(dict.fromkeys(self._setting.still, YES)))
        changed.update(dict.fromkeys(flow.update(self._open.numbers)))
        self.settle(changed)
        changed.clear()
        events = self._events()
        begun = 0
        for place, (at, key) in enumerate(events):
            if math.isinf(at):
                break
            if self._closing.get(key) == at:
                changed.update(dict.fromkeys(flow.switch({key: YES})))
            # the half-waves that are under way
            while at - events[begun][0] > _HALF_WAVE_S:
                begun += 1
            following = events[place + 1][0] if place + 1 < len(events) else math.inf
            if following - at > _HALF_WAVE_S:
                changed.update(
                    dict.fromkeys(
                        self._surge([cord_key for _, cord_key in events[begun : place + 1]])
                    )
                )
            if following - at > _SOON_S:
                self.settle(changed)
                changed.clear()

    def _events(self) -> list[tuple[float, tuple[int, int]]]:
        """When which cord takes its first half-wave, by consumer and place."""
        setting, rng = self._setting, self._rng
        events: list[tuple[float, tuple[int, int]]] = []
        windows = [
            window
            for number in self._open.numbers
            for window in setting.windows[number]
            if window is None or window.sure
        ]
        habit = (sum(window is not None for window in windows) + 1) / (len(windows) + 2)
        late: dict[str, tuple[float, float]] = {}
        back: dict[int, float] = {}
        self._closing: dict[tuple[int, int], float] = {}
        for number in self._open.numbers:
            consumer = self._open.hall.consumers[number]
            for place, window in enumerate(setting.windows[number]):
                if window is None:
                    continue
                switch = setting.going_back.get(consumer.nodes[place])
                if switch is not None:
                    if switch not in back:
                        goes = rng.random() < _GOES_BACK
                        back[switch] = rng.uniform(0.0, _SOMETIME_S) if goes else math.inf
                    events.append((back[switch], (number, place)))
                if window.kept:
                    continue
                pdu = consumer.cords[place].cord.pdu
                if pdu not in late:
                    late[pdu] = rng.uniform(0.0, _LATE_S), rng.choice(_APART_S)
                begin, apart = late[pdu]
                at = self._moment(window, habit)
                if at is not None:
                    closes = begin + at + rng.uniform(0.0, apart)
                    self._closing[number, place] = closes
                    events.append((closes, (number, place)))
        return sorted(events)

    def _moment(self, window: Window, habit: float) -> Optional[float]:
        if not window.sure and self._rng.random() > habit:
            return None
        if window.latest is None:
            return window.earliest + self._rng.expovariate(1 / _SOMETIME_S)
        return self._rng.uniform(window.earliest, window.latest)

    def _surge(self, cords: Sequence[tuple[int, int]]) -> Collection[int]:
        """These take their first half-wave together. Returns the carriers whose load changed."""
        crest: dict[int, float] = {}
        power, nodes = self.flow.power, len(self._facts.uppers)
        machines = self._setting.machines
        for number, place in cords:
            inrush = machines[number].inrush_a if number < len(machines) else None
            supply: Supply[float] = self._facts.consumers[number].supplies[place]
            if inrush is None or not power.has_power(supply):
                continue
            amperes = inrush * self._rng.uniform(*_PART)
            for key in power.path_of(supply):
                crest[key] = crest.get(key, 0.0) + amperes
        gone = self.flow.gone
        trips = {
            key % nodes: None
            for key, surge in crest.items()
            if gone.get(key % nodes) != YES
            and surge + CREST * self.load(key % nodes) > self._snaps[key % nodes]
        }
        return list(self.trip(list(trips))) if trips else ()
