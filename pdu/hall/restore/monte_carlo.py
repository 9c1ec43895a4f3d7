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
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, Optional

from ..failure.bounds import HallFacts
from ..failure.monte_carlo import Counts, Sample, StatedHall, affordable
from ..failure.open_facts import OpenFacts
from ..walk.arithmetic import NO, YES
from ..walk.power_flow import Consumer, Supply
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


class MachineDraw(NamedTuple):
    """What a machine may draw with all its cords together, in A; in W if their voltages differ."""

    low: float
    #: infinite: nobody metered it while it ran
    high: float
    #: of one cord in A; None if the owner did not give it
    inrush_a: Optional[float]


class ReturnScenario(NamedTuple):
    """One return."""

    #: when each cord of each consumer gets power
    windows: Sequence[Sequence[Optional[Window]]]
    #: the first consumers, in their order
    machines: Sequence[MachineDraw]
    #: nodes that stay without power
    still: Collection[int]
    #: the carriers that may trip
    may_trip: Sequence[int]
    #: node of outlets -> its transfer switch, which may go back to another input
    going_back: Mapping[int, int]
    #: the machines to be sampled, by number -> what they do in a world, if all goes well
    machine_outcomes: Mapping[int, str]


def sampled(
    hall: HallFacts, scenarios: Sequence[ReturnScenario], count: int, seed: int
) -> list[dict[int, Sample]]:
    """For each return, the wanted machines that can be counted, by number: in how many worlds they
    come back. The worlds are the same for all returns.
    """
    able = [_countable(hall, scenario) for scenario in scenarios]
    countable = [scenario for scenario, machines in zip(scenarios, able) if machines]
    trip = {carrier for scenario in countable for carrier in scenario.may_trip}
    numbers = {number for carrier in trip for number in hall.on.get(carrier, ())}.union(*able)
    count = affordable(count, len(numbers)) if countable else 0
    facts = OpenFacts(hall, sorted(numbers), trip)
    closing = [_ClosingCords.of(facts, scenario) for scenario in scenarios]
    counts = [Counts(machines) for machines in able]
    for world in range(count):
        stated_hall = _StatedReturn(facts, random.Random(f"{seed} {world}"))
        for scenario, cords, machine_counts, machines in zip(scenarios, closing, counts, able):
            if machines:
                stated_hall.come_back(scenario, cords)
                machine_counts.add(stated_hall)
    return [machine_counts.samples(count) for machine_counts in counts]


def _countable(hall: HallFacts, scenario: ReturnScenario) -> list[int]:
    """The wanted machines that hang on nothing that an unknown inrush may trip."""
    trip = set(scenario.may_trip)
    numbers = {number for carrier in trip for number in hall.on.get(carrier, ())}
    blind = trip & _with_unknown_inrush(hall, scenario, numbers)
    return [
        number
        for number in scenario.machine_outcomes
        if blind.isdisjoint(
            carrier for node in hall.consumers[number].nodes for carrier in hall.above(node)
        )
    ]


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


class _ClosingCord(NamedTuple):
    """A cord that takes a first half-wave, or may."""

    consumer: int
    #: its place among those of its consumer
    place: int
    window: Window
    pdu: str
    #: its transfer switch, which may go back to another input
    transfer_switch: Optional[int]
    inrush_a: Optional[float]


class _ClosingCords(NamedTuple):
    """The cords of a return that are alike in all samples."""

    cords: Sequence[_ClosingCord]
    #: how often an outlet closes of which nobody knows whether it does
    habit: float
    #: the consumers that draw a current before any outlet closes, or may
    at_first: Sequence[int]
    #: consumer -> the places of its cords whose outlets were off
    opened: Mapping[int, Sequence[int]]
    #: consumer and place of the cords that had power all the time
    powered: Sequence[tuple[int, int]]

    @classmethod
    def of(cls, facts: OpenFacts, setting: ReturnScenario) -> _ClosingCords:
        """Those of the consumers of these facts."""
        cords: list[_ClosingCord] = []
        at_first: list[int] = []
        opened: dict[int, list[int]] = {}
        powered: list[tuple[int, int]] = []
        for number in facts.numbers:
            consumer = facts.hall.consumers[number]
            machine = setting.machines[number] if number < len(setting.machines) else None
            inrush_a = None if machine is None else machine.inrush_a
            windows = setting.windows[number]
            if not consumer.is_drawn or any(window and window.kept for window in windows):
                at_first.append(number)
            for place, (cord, node, window) in enumerate(
                zip(consumer.cords, consumer.nodes, windows)
            ):
                if cord.now is Now.OFF:
                    opened.setdefault(number, []).append(place)
                if window is not None and window.kept:
                    powered.append((number, place))
                switch = setting.going_back.get(node)
                if window is not None and (switch is not None or not window.kept):
                    cords.append(
                        _ClosingCord(number, place, window, cord.cord.pdu, switch, inrush_a)
                    )
        sure = [
            window
            for number in facts.numbers
            for window in setting.windows[number]
            if window is None or window.sure
        ]
        habit = (sum(window is not None for window in sure) + 1) / (len(sure) + 2)
        return cls(cords, habit, at_first, opened, powered)


class _StatedReturn(StatedHall):
    """One sample, for one return after another. A consumer is computed when a load is looked at
    after one of its outlets closed.
    """

    def __init__(self, open_facts: OpenFacts, rng: random.Random) -> None:
        super().__init__(open_facts, rng)
        for consumer in self._facts.consumers.values():
            consumer.always_redistributes = True
        self._snaps = {
            carrier: self.rating[carrier] * rng.uniform(*self._at_once(carrier))
            for carrier in self.rating
        }

    def _begin(self, setting: ReturnScenario, closing: _ClosingCords) -> None:
        """Nothing flows before the return; each machine will draw something."""
        open_facts, rng = self._open, self._rng
        self._setting, self._closing = setting, closing
        self.begin_with_nothing()
        switched, machines = self.flow.power.switched, len(setting.machines)
        for number in open_facts.numbers:
            consumer = self._facts.consumers[number]
            if number < machines:
                consumer.total = self._drawn_by(number, consumer.supplies)
            for place in closing.opened.get(number, ()):
                # of an outlet that was off nobody saw whether its supply works
                supply = consumer.supplies[place]
                supply.works = YES if rng.random() < open_facts.habits.works else NO
                cords = open_facts.hall.consumers[number].cords
                supply.weight = sum(cord.known_a for cord in cords) / len(cords) or 1.0
            switched.update(dict.fromkeys(consumer.supplies, NO))
        for number, place in closing.powered:
            switched[self._facts.consumers[number].supplies[place]] = YES
        self.flow.cut(dict.fromkeys(setting.still, YES))
        #: consumers of which an outlet closed since they were computed
        self._waiting = dict.fromkeys(closing.at_first)
        self._spare_a = self._spare_at_once()
        #: node -> the least of those above it, where all its cords have the same
        self._spare_at_nodes: dict[int, float] = {}

    def _at_once(self, number: int) -> tuple[float, float]:
        curve = self._graph.carriers[number].breaker.curve
        return AT_ONCE[curve] if curve else self._rng.choice(list(AT_ONCE.values()))

    def _drawn_by(self, number: int, supplies: Sequence[Supply[float]]) -> float:
        machine = self._setting.machines[number]
        if math.isfinite(machine.high):
            return self._rng.uniform(machine.low, machine.high)
        return self._rng.choice(self._open.habits.currents) * sum(
            cord.volts or 1.0 for cord in supplies
        )

    def _spare_at_once(self) -> dict[int, float]:
        """Carrier -> the crest in A that does not trip it, whatever it carries."""
        most_a = {number: _most_of(self._facts.consumers[number]) for number in self._open.numbers}
        return {
            carrier: self._snaps[carrier] - CREST * sum(map(most_a.__getitem__, numbers))
            for carrier, numbers in self._open.on.items()
        }

    # ---- what happens ----------------------------------------------------------------------------

    def come_back(self, setting: ReturnScenario, closing: _ClosingCords) -> None:
        """From the return until nothing closes and nothing trips."""
        self._begin(setting, closing)
        changed: dict[int, None] = {}
        self._compute(changed)
        self.settle(changed)
        changed.clear()
        events, cords = self._events(), self._closing.cords
        switched, consumers = self.flow.power.switched, self._facts.consumers
        begun = 0
        for place, (at, number, closes) in enumerate(events):
            if math.isinf(at):
                break
            if closes:
                cord = cords[number]
                switched[consumers[cord.consumer].supplies[cord.place]] = YES
                self._waiting[cord.consumer] = None
            # the half-waves that are under way
            while at - events[begun][0] > _HALF_WAVE_S:
                begun += 1
            following = events[place + 1][0] if place + 1 < len(events) else math.inf
            if following - at > _HALF_WAVE_S:
                self._surge([cords[number] for _, number, _ in events[begun : place + 1]], changed)
            if following - at > _SOON_S:
                self._compute(changed)
                self.settle(changed)
                changed.clear()

    def _compute(self, changed: dict[int, None]) -> None:
        """Compute what closed, and note the carriers whose current changed."""
        changed.update(dict.fromkeys(self.flow.update(self._waiting)))
        self._waiting.clear()

    def _compute_on(self, carriers: Iterable[int], changed: dict[int, None]) -> None:
        """The same of what these carriers carry, or may carry."""
        numbers = {number for carrier in carriers for number in self._open.on[carrier]}
        closed = [number for number in self._waiting if number in numbers]
        changed.update(dict.fromkeys(self.flow.update(closed)))
        for number in closed:
            del self._waiting[number]

    def _events(self) -> list[tuple[float, int, bool]]:
        """When which of the closing cords takes its first half-wave, and whether its outlet closes
        then.
        """
        rng = self._rng
        events: list[tuple[float, int, bool]] = []
        late: dict[str, tuple[float, float]] = {}
        back: dict[int, float] = {}
        for number, cord in enumerate(self._closing.cords):
            switch = cord.transfer_switch
            if switch is not None:
                if switch not in back:
                    goes = rng.random() < _GOES_BACK
                    back[switch] = rng.uniform(0.0, _SOMETIME_S) if goes else math.inf
                events.append((back[switch], number, False))
            if cord.window.kept:
                continue
            if cord.pdu not in late:
                late[cord.pdu] = rng.uniform(0.0, _LATE_S), rng.choice(_APART_S)
            begin, apart = late[cord.pdu]
            at = self._moment(cord.window)
            if at is not None:
                events.append((begin + at + rng.uniform(0.0, apart), number, True))
        return sorted(events)

    def _moment(self, window: Window) -> Optional[float]:
        if not window.sure and self._rng.random() > self._closing.habit:
            return None
        if window.latest is None:
            return window.earliest + self._rng.expovariate(1 / _SOMETIME_S)
        return self._rng.uniform(window.earliest, window.latest)

    def _spare_above(self, supply: Supply[float]) -> float:
        """The crest in A that trips none of the carriers above a cord, whatever they carry."""
        spare_a = self._spare_at_nodes.get(supply.node)
        if spare_a is None:
            nodes, path = len(self._facts.uppers), self.flow.power.path_of(supply)
            spare_a = min([self._spare_a[key % nodes] for key in path], default=math.inf)
            if not supply.extra_carriers and supply.node not in self._facts.below_switches:
                self._spare_at_nodes[supply.node] = spare_a
        return spare_a

    def _surge(self, cords: Sequence[_ClosingCord], changed: dict[int, None]) -> None:
        """These take their first half-wave together. Notes the carriers whose load changed."""
        power, nodes = self.flow.power, len(self._facts.uppers)
        whole_a, spare_a = 0.0, math.inf
        waves: list[tuple[Supply[float], float]] = []
        for cord in cords:
            supply: Supply[float] = self._facts.consumers[cord.consumer].supplies[cord.place]
            if cord.inrush_a is None or not power.has_power(supply):
                continue
            amperes = cord.inrush_a * self._rng.uniform(*_PART)
            waves.append((supply, amperes))
            whole_a += amperes
            spare_a = min(spare_a, self._spare_above(supply))
        if whole_a <= spare_a:
            return
        crest: dict[int, float] = {}
        for supply, amperes in waves:
            for key in power.path_of(supply):
                crest[key] = crest.get(key, 0.0) + amperes
        # only where the load decides are the consumers of a carrier computed
        doubtful = {
            key: surge for key, surge in crest.items() if surge > self._spare_a[key % nodes]
        }
        self._compute_on({key % nodes for key in doubtful}, changed)
        trips = {
            key % nodes: None
            for key, surge in doubtful.items()
            if self.flow.gone.get(key % nodes) != YES
            and surge + CREST * self.load(key % nodes) > self._snaps[key % nodes]
        }
        if trips:
            changed.update(dict.fromkeys(self.trip(list(trips))))


def _most_of(consumer: Consumer[float]) -> float:
    """The most that a consumer draws through one conductor, in A."""
    if not consumer.is_drawn:
        return sum(supply.current for supply in consumer.supplies)
    volts = [supply.volts for supply in consumer.supplies if supply.volts]
    return consumer.total / min(volts) if volts else consumer.total
