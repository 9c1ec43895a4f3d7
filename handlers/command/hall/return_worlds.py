"""What the bounds of a return leave open, sampled: in how many of some worlds a machine comes back.
Pure.

A world is that of `worlds`, and in it each outlet closes at a moment within its interval, each
machine draws something between its lowest and its highest, each first half-wave is some part of the
owner's inrush, and each breaker is of type B, C or D and trips at once somewhere in that type's
band of IEC 60898-1. An inrush that the owner did not give is never guessed: what hangs on a breaker
behind which there is one is not sampled.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, Optional

from .closing import Closing, Window
from .scenario import Loaded
from .verdicts import CordNow, Now
from .worlds import Facts, Sample, World, WorldCord, affordable

# at once a breaker trips from and up to these ratings: types B, C and D of IEC 60898-1
_AT_ONCE = {"B": (3.0, 5.0), "C": (5.0, 10.0), "D": (10.0, 20.0)}
# what part of the owner's inrush a cord really takes: he wrote down the highest
_PART = (0.3, 1.0)
_CREST = 1.42
# half-waves that begin within this add up, in s; timers of one PDU are this far apart, and PDUs
# start their timers so much later
_HALF_WAVE_S, _APART_S, _LATE_S = 0.02, (0.0, 0.2), 30.0
# an overload that lasts shorter than this trips nothing but at once, in s
_SOON_S = 60.0
# the usual wait of an outlet that closes nobody knows when, in s
_SOMETIME_S = 300.0


class Machine(NamedTuple):
    """What a machine draws, in A."""

    low_a: float
    #: infinite: nobody metered it while it ran
    high_a: float
    #: of one cord; None if the owner did not give it
    inrush_a: Optional[float]


class Setting(NamedTuple):
    """One return."""

    closing: Closing
    #: the first consumers, in their order
    machines: Sequence[Machine]
    #: nodes that stay without power
    still: Collection[int]
    #: the carriers that may trip
    may_trip: Collection[int]


def sampled(
    loaded: Loaded, setting: Setting, wanted: Iterable[int], count: int, seed: int
) -> dict[int, Sample]:
    """The wanted machines that can be counted, by number: in how many worlds they come back."""
    trip = set(setting.may_trip)
    numbers = {number for carrier in trip for number in loaded.on.get(carrier, ())}
    blind = {carrier for carrier in trip if _has_unknown(loaded, setting, carrier)}
    above = loaded.graph.carriers_above
    able = [
        number
        for number in wanted
        if not any(blind & above(node).keys() for node in loaded.consumers[number].nodes)
    ]
    numbers.update(able)
    count = affordable(count, len(numbers)) if able else 0
    facts = Facts(loaded, sorted(numbers), trip)
    comes: Counter[int] = Counter()
    open_: set[int] = set()
    because: dict[int, Counter[str]] = {number: Counter() for number in able}
    for world in range(count):
        one = _ReturnWorld(facts, setting, random.Random(f"{seed} {world}"))
        one.come_back()
        for number in able:
            least, most = one.lives(number)
            if least is not most:
                open_.add(number)
            elif least:
                comes[number] += 1
            else:
                because[number].update(one.reasons(number))
    return {
        number: Sample(comes[number], count, [name for name, _ in because[number].most_common(2)])
        for number in able
        if number not in open_ and count
    }


def _has_unknown(loaded: Loaded, setting: Setting, carrier: int) -> bool:
    """Whether a cord behind it may surge, and nobody knows how much."""
    for number in loaded.on.get(carrier, ()):
        one = loaded.consumers[number]
        known = number < len(setting.machines)
        if known and setting.machines[number].inrush_a is not None:
            continue
        for cord, node in zip(one.cords, one.nodes):
            window = setting.closing.of(cord.cord)
            is_behind = carrier in loaded.graph.carriers_above(node)
            if window is not None and not window.kept and is_behind:
                return True
    return False


class _ReturnWorld(World):
    def __init__(self, facts: Facts, setting: Setting, rng: random.Random) -> None:
        #: cords that have power or get it, by consumer and place; None: all, as they are read
        self._closed: Optional[set[tuple[int, int]]] = None
        super().__init__(facts, rng)
        self._setting = setting
        self._supplies_of_open_outlets()
        self._snaps = {
            one: self._rated(one) * rng.uniform(*self._at_once(one)) for one in sorted(facts.trip)
        }
        self._total: Mapping[int, float] = {
            number: self._drawn(number)
            for number in facts.numbers
            if number < len(setting.machines)
        }

    def _supplies_of_open_outlets(self) -> None:
        """Of an outlet that was off nobody saw whether its supply works."""
        for number in self._facts.numbers:
            one = self._facts.loaded.consumers[number]
            mean_a = (one.low_a + one.high_a) / 2 / len(one.cords) or 1.0
            for place, cord in enumerate(one.cords):
                if cord.now is Now.OFF:
                    works = self._rng.random() < self._facts.works
                    own = self._cords[number][place]
                    self._cords[number][place] = own._replace(works=works, weight=mean_a)

    def _rated(self, number: int) -> float:
        return self._rating(number, self._graph.carriers[number])

    def _at_once(self, number: int) -> tuple[float, float]:
        curve = self._graph.carriers[number].breaker.curve
        return _AT_ONCE[curve] if curve else self._rng.choice(list(_AT_ONCE.values()))

    def _drawn(self, number: int) -> float:
        one = self._setting.machines[number]
        if math.isfinite(one.high_a):
            return self._rng.uniform(one.low_a, one.high_a)
        return self._rng.choice(self._facts.currents) * len(self._cords[number])

    # ---- what happens ----------------------------------------------------------------------------

    def come_back(self) -> None:
        """From the return until nothing closes and nothing trips."""
        closed: set[tuple[int, int]] = set()
        events: list[tuple[float, tuple[int, int]]] = []
        windows = {
            (number, place): self._setting.closing.of(cord.cord)
            for number in self._facts.numbers
            for place, cord in enumerate(self._facts.loaded.consumers[number].cords)
        }
        known = [one for one in windows.values() if one is None or one.sure]
        habit = (sum(one is not None for one in known) + 1) / (len(known) + 2)
        late: dict[str, tuple[float, float]] = {}
        for key, window in windows.items():
            if window is None:
                continue
            if window.kept:
                closed.add(key)
                continue
            pdu = self._facts.loaded.consumers[key[0]].cords[key[1]].cord.pdu
            if pdu not in late:
                late[pdu] = self._rng.uniform(0.0, _LATE_S), self._rng.choice(_APART_S)
            begin, apart = late[pdu]
            at = self._moment(window, habit)
            if at is not None:
                events.append((begin + at + self._rng.uniform(0.0, apart), key))
        events.sort()
        self._closed = closed
        self._gone.update(self._setting.still)
        self._settle()
        for place, (at, key) in enumerate(events):
            closed.add(key)
            self._forget()
            # the half-waves that are under way
            begun = place
            while begun and at - events[begun - 1][0] <= _HALF_WAVE_S:
                begun -= 1
            following = events[place + 1][0] if place + 1 < len(events) else math.inf
            if following - at > _HALF_WAVE_S:
                self._surge([one for _, one in events[begun : place + 1]])
            if following - at > _SOON_S:
                self._settle()

    def _moment(self, window: Window, habit: float) -> Optional[float]:
        if not window.sure and self._rng.random() > habit:
            return None
        if window.latest is None:
            return window.earliest + self._rng.expovariate(1 / _SOMETIME_S)
        return self._rng.uniform(window.earliest, window.latest)

    def _surge(self, cords: Sequence[tuple[int, int]]) -> None:
        """These take their first half-wave together."""
        crest: dict[int, float] = {}
        for number, place in cords:
            inrush = self._setting.machines[number].inrush_a if number in self._total else None
            if inrush is None or not self.has_power(number, place):
                continue
            cord = self._cords[number][place]
            amperes = inrush * self._rng.uniform(*_PART)
            for carrier in self._above(cord.node, cord.placed):
                crest[carrier] = crest.get(carrier, 0.0) + amperes
        if not crest:
            return
        loads = self._loads()
        trips = [
            one
            for one, surge in crest.items()
            if one not in self._gone and surge + _CREST * loads.get(one, 0.0) > self._snaps[one]
        ]
        if trips:
            self._tripped += trips
            self._gone.update(trips)
            self._forget()

    def _above(self, node: int, placed: Iterable[int]) -> Iterable[int]:
        found = dict.fromkeys(self._carriers(node))
        for upper in placed:
            found.update(dict.fromkeys(self._carriers(upper)))
        return found

    def _forget(self) -> None:
        self._alive.clear()
        self._up.clear()

    # ---- what is other than in a failure ---------------------------------------------------------

    def has_power(self, number: int, place: int) -> bool:
        closed = self._closed is None or (number, place) in self._closed
        return closed and super().has_power(number, place)

    def _counts(self, cord: CordNow) -> bool:
        # an outlet that was off may close
        return True

    def _unknown_a(self, difference_a: float) -> float:
        return 0.0

    def _currents(self, number: int) -> Iterable[tuple[WorldCord, float]]:
        if self._closed is None or number not in self._total:
            yield from super()._currents(number)
            return
        one = self._facts.loaded.consumers[number]
        power = self._living(number)
        working = [c for c, lives in zip(self._cords[number], power) if lives and c.works]
        if len(working) < one.needs:
            return
        whole = sum(cord.weight for cord in working) or 1.0
        for cord in working:
            yield cord, self._total[number] * cord.weight / whole
