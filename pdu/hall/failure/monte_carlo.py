"""What bounds leave open, sampled: in how many of some fully stated halls a machine lives. Pure.

A sample is the hall with every open fact drawn at random (`open_facts`). In it breakers trip one
after another until none is overloaded, by the same walk as with bounds. Why an outlet that is on
carries nothing is no such fact: nobody can tell a dead supply from a spare one, so a machine that
depends on it is not counted.

Only lines and breakers that may trip at all, and what hangs on them, are worked out.
"""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..walk.arithmetic import MAYBE, NO, YES, Floats, FloatSum, Truth
from ..walk.load_limits import IN_PHASE
from ..walk.power_flow import Facts, Power, PowerFlow
from ..walk.protection import TRIPS
from .bounds import FailureBounds, HallFacts
from .habits import guess_rating
from .open_facts import Drawn, OpenFacts

#: how many worlds are sampled where nobody says it, and by which seed
USUAL_WORLDS, USUAL_SEED = 100, 1
# more consumers times worlds than this take too long: then fewer worlds are sampled, but not less
_MOST_SAMPLES, _LEAST_WORLDS = 100_000, 20
# part of the rating at which a breaker trips in the end (IEC 60898-1: from 1.13 to 1.45; others
# earlier), and a UPS that has no bypass
_TRIPS = (1.0, TRIPS)
_BYPASS = 0.5
# what carries this now is not overloaded by it
_HOLDS = (1.02, 1.4)
# how slowly the bimetals of breakers of one rating warm
_SLOW = (1.0, 5.0)
# the least sum of phasors, as a part of the sum of numbers, of outlets on one line
_PHASORS = 0.96
_FLOATS = Floats()


class Sample(NamedTuple):
    """Of one machine."""

    #: in how many of how many worlds it lives
    lives_in: int
    worlds: int
    #: what trips above it where it does not live, the most frequent first
    because: Sequence[str]

    def in_words(self, lives: str) -> str:
        """`lives in 97 of 100 worlds; in the other 3 r1-b/L1 trips`."""
        text = f"{lives} in {self.lives_in} of {self.worlds} worlds"
        dark = self.worlds - self.lives_in
        if dark and self.because:
            text += f"; in the other {dark} {' or '.join(self.because)} trips"
        return text


class Sampled(NamedTuple):
    """How many machines live in each, in some and in none of the sampled worlds."""

    worlds: int
    each: int
    some: int
    none: int

    @classmethod
    def of(cls, samples: Iterable[tuple[int, int]]) -> Sampled:
        """Of the worlds of each machine, and in how many it lives; with 0 worlds, it was not
        sampled.
        """
        counts = [sample for sample in samples if sample[0]]
        return cls(
            max((worlds for worlds, _ in counts), default=0),
            sum(lives == worlds for worlds, lives in counts),
            sum(0 < lives < worlds for worlds, lives in counts),
            sum(not lives for _, lives in counts),
        )


class Counts:
    """In how many samples each machine lives, and why not in the others."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self._lives: Counter[int] = Counter()
        self._open: set[int] = set()
        self._because: dict[int, Counter[str]] = {number: Counter() for number in numbers}

    def add(self, hall: StatedHall) -> None:
        """Count a sample."""
        for number, because in self._because.items():
            lives = hall.lives(number)
            if lives == YES:
                self._lives[number] += 1
            elif lives == NO:
                reason = hall.reason(number)
                if reason:
                    because[reason] += 1
            else:
                self._open.add(number)

    def samples(self, count: int) -> dict[int, Sample]:
        """Of so many samples: those of the machines that can be counted."""
        return {
            number: Sample(self._lives[number], count, [name for name, _ in because.most_common(2)])
            for number, because in self._because.items()
            if number not in self._open and count
        }


def sampled(
    hall: HallFacts,
    failed: Iterable[int],
    bounds: FailureBounds,
    consumer_numbers: Sequence[int],
    count: int,
    seed: int,
) -> dict[int, Sample]:
    """The wanted consumers that can be counted, by number."""
    if not consumer_numbers:
        return {}
    trip = {carrier for carrier in bounds.tripping if carrier not in bounds.at_first}
    numbers = set(consumer_numbers)
    for carrier in trip:
        numbers.update(hall.on.get(carrier, ()))
    count = affordable(count, len(numbers))
    facts = OpenFacts(hall, sorted(numbers), trip)
    counts = Counts(consumer_numbers)
    for world in range(count):
        stated_hall = StatedHall(facts, random.Random(f"{seed} {world}"))
        stated_hall.fail(failed)
        counts.add(stated_hall)
    return counts.samples(count)


def affordable(worlds: int, consumers: int) -> int:
    """How many of the wanted worlds are sampled for so many consumers."""
    return max(min(worlds, _LEAST_WORLDS), min(worlds, _MOST_SAMPLES // max(1, consumers)))


class StatedHall:
    """One sample: a hall in which every fact is stated."""

    def __init__(self, open_facts: OpenFacts, rng: random.Random) -> None:
        self._open, self._rng = open_facts, rng
        self._hall, self._graph = open_facts.hall, open_facts.graph
        self.drawn = open_facts.draw(rng)
        self._facts = _facts(open_facts, self.drawn)
        off = {node: YES if truth == YES else NO for node, truth in self._hall.switched_off.items()}
        same = open_facts.same_in_all
        self._before = Power(self._facts, off, alive=same.alive, paths=same.paths)
        sums = self._sums = defaultdict[int, FloatSum](FloatSum)
        sums.update((key, FloatSum(current)) for key, current in same.sums.items())
        self.flow: PowerFlow[float] = PowerFlow(self._facts, _FLOATS, sums, self._before)
        self.flow.touched.update(same.now)
        for number in same.others:
            now = self.flow.contributions(number, self._before)
            self.flow.touched[number] = now, now
            for key, current in now.items():
                sums[key].value += current
        self._three = self.drawn.three
        self._part: dict[int, float] = {}
        self.now_a = {carrier: self._fullest(carrier) for carrier in sorted(self._facts.carriers)}
        self._part = {carrier: self._phasors(carrier, now) for carrier, now in self.now_a.items()}
        self.rating = {carrier: self._rating(carrier) for carrier in self.now_a}
        self.trips_at = {carrier: self._trip_point(carrier) for carrier in self.now_a}
        self._slow: dict[int, float] = {}
        #: in their order
        self.tripped: dict[int, int] = {}

    def begin_with_nothing(self) -> None:
        """Before anything failed or tripped, as if nothing flowed."""
        self._sums = defaultdict[int, FloatSum](FloatSum)
        self.flow = PowerFlow(self._facts, _FLOATS, self._sums, self._before)
        self.flow.touched.update((number, ({}, {})) for number in self._open.numbers)
        self.tripped.clear()

    def _phasors(self, number: int, now_a: float) -> float:
        """The sum of phasors as a part of the sum of numbers, by its meter where it has one."""
        figures, carrier = self._hall.figures[number], self._graph.carriers[number]
        least = figures.part / carrier.part
        if figures.now_a is not None and figures.most_a is not None and now_a:
            return min(1.0, max(least, self._rng.uniform(figures.now_a, figures.most_a) / now_a))
        return self._rng.uniform(_PHASORS if least >= IN_PHASE else least, 1.0)

    def _rating(self, number: int) -> float:
        rating_a = self._open.known_rating(number, self.drawn)
        if rating_a is None:
            part = self._part[number]
            now, whole_a = part * self.now_a[number], part * self._whole_current(number)
            rating_a = guess_rating(self._rng, self.drawn.spare, now, whole_a)
        return rating_a

    def _whole_current(self, number: int) -> float:
        """What the fullest conductor carries if all machines behind it draw all through it."""
        nodes = len(self._facts.uppers)
        wholes = [0.0] * 4
        for consumer in self._hall.on.get(number, ()):
            consumer_drawn = self._facts.consumers[consumer]
            paths = [self._before.path_of(supply) for supply in consumer_drawn.supplies]
            on = {key // nodes for path in paths for key in path if key % nodes == number}
            if not on and any(
                supply.node in self._facts.below_switches for supply in consumer_drawn.supplies
            ):
                # by another input
                on.add(0)
            for phase in on:
                wholes[phase] += consumer_drawn.total
        return wholes[0] + max(wholes[1:])

    def _trip_point(self, number: int) -> float:
        """The current at which a carrier trips, in A. It holds what it carries now."""
        rng, carrier, rating = self._rng, self._graph.carriers[number], self.rating[number]
        if not carrier.trips and rng.random() < _BYPASS:
            return math.inf
        now = self._part[number] * self.now_a[number]
        return min(
            max(rating * rng.uniform(*_TRIPS), now * rng.uniform(*_HOLDS)), TRIPS * max(rating, now)
        )

    # ---- what happens ----------------------------------------------------------------------------

    def load(self, number: int) -> float:
        """What a carrier carries: the fullest of its conductors."""
        return self._part[number] * self._fullest(number)

    def _fullest(self, number: int) -> float:
        sums = self._sums
        if number not in self._three:
            return sums[number].value
        shift = len(self._facts.uppers)
        return sums[number].value + max(sums[number + n * shift].value for n in (1, 2, 3))

    def fail(self, failed: Iterable[int]) -> None:
        """These fail, and breakers trip until none is overloaded."""
        self.settle(self.flow.change(dict.fromkeys(failed, YES)))

    def settle(self, changed: Iterable[int]) -> None:
        """Breakers trip until none is overloaded."""
        gone, above = self.flow.gone, self._hall.above
        over: set[int] = set()
        while True:
            over.update(changed)
            over = {
                carrier
                for carrier in over
                if gone.get(carrier) != YES and self.load(carrier) > self.trips_at[carrier]
            }
            if not over:
                return
            # of two in a row only one trips: mostly the one with the higher overload
            trips: dict[int, None] = {}
            above_them: set[int] = set()
            for carrier in sorted(sorted(over), key=self._trips_after):
                hangs_on = above(carrier)
                if carrier not in above_them and trips.keys().isdisjoint(hangs_on):
                    trips[carrier] = None
                    above_them.update(hangs_on)
            changed = self.trip(list(trips))

    def _trips_after(self, number: int) -> tuple[float, int]:
        """After what time an overloaded carrier trips: a bimetal warms with the square of its
        current, one quicker than another.
        """
        slow = self._slow.get(number)
        if slow is None:
            slow = self._slow[number] = self._rng.uniform(*_SLOW)
        return slow / (self.load(number) / self.trips_at[number]) ** 2, number

    def trip(self, carriers: Sequence[int]) -> Iterable[int]:
        """Let these trip. Returns the carriers whose current changed."""
        for carrier in carriers:
            self.tripped[carrier] = len(self.tripped)
        return self.flow.change(dict.fromkeys(carriers, YES))

    def lives(self, number: int) -> Truth:
        """Whether a machine lives; MAYBE if that depends on what nobody can tell."""
        consumer = self._facts.consumers[number]
        has_power, unclear = self.flow.power.has_power, self.drawn.unclear
        sure = possible = 0
        for supply in consumer.supplies:
            is_sure = supply not in unclear
            if (supply.works or not is_sure) and has_power(supply):
                possible += 1
                sure += is_sure
                if sure == consumer.needs:
                    return YES
        return MAYBE if possible >= consumer.needs else NO

    def reason(self, number: int) -> str:
        """What tripped first above a machine; "" if nothing did."""
        tripped = self.tripped
        tripped_above = [
            carrier
            for node in self._hall.consumers[number].nodes
            for carrier in self._hall.above(node)
            if carrier in tripped
        ]
        if not tripped_above:
            return ""
        return self._graph.carriers[min(tripped_above, key=tripped.__getitem__)].name


def _facts(open_facts: OpenFacts, drawn: Drawn) -> Facts[float]:
    bounds_facts = open_facts.hall.facts
    facts: Facts[float] = Facts(
        bounds_facts.uppers,
        bounds_facts.lowers,
        drawn.consumers,
        open_facts.carriers,
        drawn.input_groups,
        bounds_facts.below_switches,
    )
    facts.replaced_edges = open_facts.edges(drawn)
    facts.conductor, facts.three_phase = drawn.conductor, drawn.three
    return facts
