"""What bounds leave open, sampled: in how many of some worlds a machine lives. Pure.

A world is the hall with every unknown drawn at random within its bounds: ratings and at what part
of them breakers trip, which line feeds a PDU, which outlets are behind which line, on which phase
a PDU is, currents without a meter, how supplies share anew. In it breakers trip one after another
until none is overloaded, on the same graph. Why an outlet that is on carries nothing is no such
unknown: nobody can tell a dead supply from a spare one, so a machine that depends on it is not
counted.

Only lines and breakers that may trip at all, and what hangs on them, are worked out.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from .graph import Carrier, Choice
from .loads import Consumer
from .scenario import Bounds, Loaded
from .verdicts import FILTER_A, CordNow, Now

#: how many worlds are sampled where nobody says it, and by which seed
USUAL_WORLDS, USUAL_SEED = 100, 1
# more consumers times worlds than this take too long: then fewer worlds are sampled, but not less
_MOST_SAMPLES, _LEAST_WORLDS = 100_000, 20
# part of the rating at which a breaker trips in the end (IEC 60898-1: from 1.13 to 1.45; others
# earlier), and a UPS that has no bypass
_TRIPS = (1.0, 1.45)
_BYPASS = 0.5
# a line that trips takes the other lines of its PDU with it; a line above has three conductors
_GANGED, _THREE = 0.7, 0.8
# the supplies' efficiency at another load, and the meters; how differently they share anew
_CHANGE = (0.98, 1.04)
_SHARE = (0.85, 1.15)
# rating by present current, where the hall has no rating; currents that say something of it, in A
_USUAL_SPARE, _SOME = (2.0, 2.5, 3.0, 4.0), 0.5
# what carries this now is not overloaded by it
_HOLDS = (1.02, 1.4)
# the smallest breaker, in A
_LEAST_A = 6.0
# of several inputs the first one mostly feeds
_FIRST = 0.8
_MAYBE = (Now.IDLE, Now.WEAK, Now.CONTRADICTORY)


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
        found = [one for one in samples if one[0]]
        return cls(
            max((worlds for worlds, _ in found), default=0),
            sum(lives == worlds for worlds, lives in found),
            sum(0 < lives < worlds for worlds, lives in found),
            sum(not lives for _, lives in found),
        )


class WorldCord(NamedTuple):
    """A cord in one world."""

    node: int
    current_a: float
    works: bool
    #: nobody can tell whether it works
    maybe: bool
    #: what it hangs on besides what its node does
    placed: tuple[int, ...]
    weight: float


def sampled(
    loaded: Loaded,
    failed: Iterable[int],
    bounds: Bounds,
    wanted: Sequence[int],
    count: int,
    seed: int,
) -> dict[int, Sample]:
    """The wanted consumers that can be counted, by number."""
    if not wanted:
        return {}
    trip = {one for one in bounds.tripping if one not in bounds.at_first}
    numbers = set(wanted)
    for carrier in trip:
        numbers.update(loaded.on.get(carrier, ()))
    count = affordable(count, len(numbers))
    facts = Facts(loaded, sorted(numbers), trip)
    lives: Counter[int] = Counter()
    open_: set[int] = set()
    because: dict[int, Counter[str]] = {number: Counter() for number in wanted}
    for world in range(count):
        one = World(facts, random.Random(f"{seed} {world}"))
        one.fail(failed)
        for number in wanted:
            least, most = one.lives(number)
            if least is not most:
                open_.add(number)
            elif least:
                lives[number] += 1
            else:
                because[number].update(one.reasons(number))
    return {
        number: Sample(lives[number], count, [name for name, _ in because[number].most_common(2)])
        for number in wanted
        if number not in open_
    }


def affordable(wanted: int, consumers: int) -> int:
    """How many of the wanted worlds are sampled for so many consumers."""
    return max(min(wanted, _LEAST_WORLDS), min(wanted, _MOST_SAMPLES // max(1, consumers)))


class Facts:
    """What all worlds share."""

    def __init__(self, loaded: Loaded, numbers: Sequence[int], trip: set[int]) -> None:
        self.loaded, self.graph = loaded, loaded.graph
        self.numbers, self.trip = numbers, trip
        cords = [cord for one in loaded.consumers for cord in one.cords if cord.high_a]
        #: currents of the hall that are metered, and the part of its supplies that works
        self.currents = sorted(_middle(one) for one in cords if one.now is Now.CARRIES) or [1.0]
        found = Counter(cord.now for one in loaded.consumers if one.drawn for cord in one.cords)
        works, not_ = found[Now.CARRIES], found[Now.IDLE] + found[Now.WEAK]
        self.works = (works + 9) / (works + not_ + 10)
        #: rating by present current, of what is rated: the hall's habit
        self.spare = [
            max(1.0, carrier.breaker.rating_a / loaded.sums[number].figures[4])
            for number, carrier in self.graph.carriers.items()
            if carrier.breaker.rating_a
            and carrier.part == 1.0
            and number in loaded.sums
            and loaded.sums[number].figures[4] > _SOME
        ] or list(_USUAL_SPARE)
        self.unmetered: dict[str, list[tuple[int, int]]] = {}
        for number in numbers:
            for place, cord in enumerate(loaded.consumers[number].cords):
                if cord.high_a is None:
                    self.unmetered.setdefault(cord.cord.pdu, []).append((number, place))
        # a carrier of several conductors needs the phase of each line below it
        self.phased = any(self.graph.carriers[one].part < 1 for one in trip)


class World:
    """One world. What it says holds for the failures that it was given."""

    def __init__(self, facts: Facts, rng: random.Random) -> None:
        self._facts, self._graph, self._rng = facts, facts.graph, rng
        self._chosen: dict[int, tuple[int, ...]] = {}
        self._phase: dict[int, int] = {}
        self._left: dict[str, list[int]] = {}
        self._gone: set[int] = set()
        self._alive: dict[int, bool] = {}
        self._up: dict[int, tuple[int, ...]] = {}
        self._order: dict[int, list[int]] = {}
        self._choose()
        self._cords = self._sampled_cords()
        self._had: dict[int, tuple[bool, ...]] = {}
        self._mates: dict[tuple[int, int], int] = {}
        before = self._loads()
        self._before = {one: before.get(one, 0.0) for one in facts.trip}
        self._trips_at = {one: self._trip_point(one) for one in facts.trip}
        self._had = {number: self._living(number) for number in facts.numbers}
        self._change = {number: rng.uniform(*_CHANGE) for number in facts.numbers}
        self._tripped: list[int] = []

    # ---- what is drawn at random -----------------------------------------------------------------

    def _choose(self) -> None:
        rng, graph = self._rng, self._graph
        left: dict[tuple[object, tuple[int, ...]], list[int]] = {}
        for choice in graph.choices:
            key = self._group(choice), choice.uppers
            have = left.setdefault(key, [])
            found: list[int] = []
            for _ in range(min(choice.several, len(choice.uppers))):
                if not have:
                    have += rng.sample(choice.uppers, len(choice.uppers))
                found.append(have.pop())
            self._chosen[choice.node] = tuple(found)
        ganged: dict[int, bool] = {}
        for node, upper in graph.coins:
            if ganged.setdefault(node, rng.random() < _GANGED):
                self._chosen[node] = (*self._chosen.get(node, ()), upper)

    def _group(self, choice: Choice) -> object:
        """Choices of one group take different ones: lines of a PDU, PDUs on ways."""
        carrier = self._graph.carriers.get(choice.node)
        if carrier is not None and carrier.pdu:
            return carrier.pdu
        flows = any(
            edge.flows and edge.node in choice.uppers for edge in self._graph.above[choice.node]
        )
        return choice.node if flows else ""

    def _sampled_cords(self) -> dict[int, list[WorldCord]]:
        rng, facts = self._rng, self._facts
        unmetered: dict[tuple[int, int], float] = {}
        for pdu, places in facts.unmetered.items():
            drawn = [rng.choice(facts.currents) for _ in places]
            most = facts.loaded.residuals.get(pdu, math.inf) / 1.05
            part = most / (sum(drawn) or 1.0) if math.isfinite(most) else 1.0
            unmetered.update(zip(places, (one * part for one in drawn)))
        found: dict[int, list[WorldCord]] = {}
        for number in facts.numbers:
            one = facts.loaded.consumers[number]
            mean = (one.low_a + one.high_a) / 2 / len(one.cords)
            found[number] = []
            for place, (cord, node) in enumerate(zip(one.cords, one.nodes)):
                current = _middle(cord)
                maybe = cord.now in _MAYBE
                works = cord.now is Now.CARRIES
                if cord.now in (Now.UNMETERED, Now.UNREAD, Now.UNKNOWN):
                    works = cord.low_a > FILTER_A or rng.random() < facts.works
                    if (number, place) in unmetered:
                        current = unmetered[number, place] if works else 0.0
                elif maybe:
                    works = rng.random() < 0.5
                elif cord.high_a is None:
                    current = unmetered[number, place]
                weight = max(current, mean / 2) * rng.uniform(*_SHARE)
                found[number].append(
                    WorldCord(node, current, works, maybe, self._placed(node), weight)
                )
        return found

    def _placed(self, node: int) -> tuple[int, ...]:
        open_ = self._graph.unplaced.get(node)
        if open_ is None:
            return ()
        return tuple(self._rng.choice(one) for one in open_ if one)

    def _trip_point(self, number: int) -> float:
        """The current at which a carrier trips, in A. It holds what it carries now."""
        rng, carrier = self._rng, self._graph.carriers[number]
        if not carrier.trips and rng.random() < _BYPASS:
            return math.inf
        found = self._rating(number, carrier) * rng.uniform(*_TRIPS)
        return max(found, self._before[number] * rng.uniform(*_HOLDS))

    def _rating(self, number: int, carrier: Carrier) -> float:
        rating = carrier.breaker.rating_a
        if carrier.most_a is not None:
            ways = [self._graph.carriers.get(one) for one in self._chosen.get(number, ())]
            known = [one.breaker.rating_a for one in ways if one and one.breaker.rating_a]
            return known[0] if known else self._rng.choice((rating or 0.0, carrier.most_a))
        if rating is not None:
            return rating
        return max(_LEAST_A, self._before[number] * self._rng.choice(self._facts.spare))

    # ---- what lives ------------------------------------------------------------------------------

    def _uppers(self, node: int) -> Iterable[tuple[int, bool, bool]]:
        """The upper ends of the edges that there are: the node, is it an input, does it carry."""
        chosen = self._chosen.get(node, ())
        for upper, is_input, sure, flows in self._graph.above[node]:
            if sure or upper in chosen:
                yield upper, is_input, flows

    def _lives(self, node: int) -> bool:
        found = self._alive.get(node)
        if found is not None:
            return found
        result = node not in self._gone
        if result:
            inputs: list[int] = []
            for upper, is_input, _ in self._uppers(node):
                if is_input:
                    inputs.append(upper)
                elif not self._lives(upper):
                    result = False
                    break
            result = result and (not inputs or any(map(self._lives, inputs)))
        self._alive[node] = result
        return result

    def has_power(self, number: int, place: int) -> bool:
        """Whether a consumer's cord at this place has power."""
        cord = self._cords[number][place]
        return self._lives(cord.node) and all(map(self._lives, cord.placed))

    def _living(self, number: int) -> tuple[bool, ...]:
        return tuple(self.has_power(number, place) for place in range(len(self._cords[number])))

    def lives(self, number: int) -> tuple[bool, bool]:
        """Whether a machine lives with none, and with all, of what nobody can tell."""
        one = self._facts.loaded.consumers[number]
        least = most = 0
        for place, (cord, now) in enumerate(zip(self._cords[number], one.cords)):
            if self._counts(now) and self.has_power(number, place):
                most += cord.maybe or cord.works
                least += cord.works and not cord.maybe
        return least >= one.needs, most >= one.needs

    def _counts(self, cord: CordNow) -> bool:
        """Whether a cord with power may feed its machine."""
        return cord.now is not Now.OFF

    def reasons(self, number: int) -> list[str]:
        """What tripped above a machine."""
        graph = self._graph
        above = {
            carrier
            for node in self._facts.loaded.consumers[number].nodes
            for carrier in graph.carriers_above(node)
        }
        return [graph.carriers[one].name for one in self._tripped if one in above][:1]

    # ---- what flows ------------------------------------------------------------------------------

    def _carriers(self, node: int) -> tuple[int, ...]:
        """The carriers that may trip through which a node's current flows."""
        found = self._up.get(node)
        if found is not None:
            return found
        here: dict[int, None] = {node: None} if node in self._facts.trip else {}
        inputs: list[int] = []
        for upper, is_input, flows in self._uppers(node):
            if flows and is_input:
                inputs.append(upper)
            elif flows:
                here.update(dict.fromkeys(self._carriers(upper)))
        if inputs:
            if node not in self._order:
                first = self._rng.random() < _FIRST
                self._order[node] = inputs if first else self._rng.sample(inputs, len(inputs))
            active = next((one for one in self._order[node] if self._lives(one)), None)
            if active is not None:
                here.update(dict.fromkeys(self._carriers(active)))
        result = self._up[node] = tuple(here)
        return result

    def _phase_of(self, cord: WorldCord) -> int:
        """On which phase a cord is: by its line, and the lines of a PDU are on different ones."""
        graph = self._graph
        for upper in (*cord.placed, *(edge.node for edge in graph.above[cord.node])):
            carrier = graph.carriers.get(upper)
            if carrier is not None:
                left = self._left.setdefault(carrier.pdu, [])
                break
        else:
            upper, left = cord.node, []
        if upper not in self._phase:
            left += self._rng.sample(range(3), 3) if not left else []
            self._phase[upper] = left.pop()
        return self._phase[upper]

    def _currents(self, number: int) -> Iterable[tuple[WorldCord, float]]:
        """The cords of a consumer with their currents now, in A."""
        one = self._facts.loaded.consumers[number]
        cords = self._cords[number]
        if not one.drawn:
            yield from self._currents_of_nobody(number, one)
            return
        power = self._living(number)
        if power == self._had.get(number, power):
            for cord, has_power in zip(cords, power):
                if has_power:
                    yield cord, cord.current_a
            return
        working = [c for c, has_power in zip(cords, power) if has_power and c.works]
        if len(working) < one.needs:
            return
        carrying = [cord for cord in working if not cord.maybe] or working
        total = sum(c.current_a for c in cords if c.works) * self._change[number]
        whole = sum(cord.weight for cord in carrying) or 1.0
        for cord in carrying:
            yield cord, total * cord.weight / whole

    def _currents_of_nobody(self, number: int, one: Consumer) -> Iterable[tuple[WorldCord, float]]:
        """Half of what nobody drew has a second cord, somewhere in its rack."""
        cords = self._cords[number]
        for place, cord in enumerate(cords):
            if cord.current_a <= 0.0:
                continue
            mate = self._mates.setdefault(
                (number, place),
                self._rng.randrange(len(cords)) if self._rng.random() < 0.5 else place,
            )
            if self.has_power(number, place):
                yield cord, cord.current_a
            elif self.has_power(number, mate):
                yield cords[mate], cord.current_a

    def _loads(self) -> dict[int, float]:
        """What each carrier that may trip carries: the fullest of its conductors."""
        sums: dict[int, list[float]] = {}
        for number in self._facts.numbers:
            for cord, current in self._currents(number):
                carriers = dict.fromkeys(self._carriers(cord.node))
                for upper in cord.placed:
                    carriers.update(dict.fromkeys(self._carriers(upper)))
                if not carriers:
                    continue
                phase = self._phase_of(cord) if self._facts.phased else 0
                for carrier in carriers:
                    on = sums.setdefault(carrier, [0.0, 0.0, 0.0])
                    on[phase if self._has_three(carrier) else 0] += current
        return {carrier: max(on) for carrier, on in sums.items()}

    def _has_three(self, number: int) -> bool:
        carrier = self._graph.carriers[number]
        if carrier.part >= 1.0:
            return False
        if carrier.breaker.phases == 3:
            return True
        key = -1 - number
        if key not in self._phase:
            self._phase[key] = int(self._rng.random() < _THREE)
        return bool(self._phase[key])

    def fail(self, failed: Iterable[int]) -> None:
        """These fail, and breakers trip until none is overloaded."""
        self._gone.update(failed)
        self._settle()

    def _settle(self) -> None:
        meters = self._facts.loaded.meters
        while True:
            self._alive.clear()
            self._up.clear()
            over: list[tuple[float, int]] = []
            for one, load in self._loads().items():
                meter = meters[one]
                if meter.now_a is not None:
                    # what the device measures, and what came or went since
                    load += self._unknown_a(meter.now_a - self._before[one])
                if load > self._trips_at[one] and one not in self._gone:
                    over.append((load / self._trips_at[one], one))
            if not over:
                return
            trips: list[int] = []
            for _, one in sorted(over, reverse=True):
                above = self._graph.carriers_above(one)
                if not any(o in above or one in self._graph.carriers_above(o) for o in trips):
                    trips.append(one)
            self._tripped += trips
            self._gone.update(trips)

    def _unknown_a(self, difference_a: float) -> float:
        """What a device measures and the outlets do not explain, in A."""
        return difference_a


def _middle(cord: CordNow) -> float:
    return (cord.low_a + cord.known_a) / 2
