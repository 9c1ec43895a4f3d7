"""What the drawing and the readings leave open about a hall: one list, from which samples are
drawn, and which says what to add so that a rehearsal can say more. Pure.

Each fact here is one that the intervals of `failure` leave open, and each interval or MAYBE of
`failure` is a fact here, but for what is open in every hall: at what part of its rating a breaker
trips, and how supplies share a machine's current.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Optional

from ..walk.arithmetic import MAYBE, NO, YES, Truth
from ..walk.graph import RedundantInputs
from ..walk.power_flow import Consumer, Facts, Power, Supply, Uppers
from ..walk.verdicts import FILTER_A, CordNow, Now
from .bounds import HallFacts
from .habits import Habits, middle, resampled

# a line that trips takes the other lines of its PDU with it, and a pole those of its breaker
_GANGED, _GANGED_POLES = 0.7, 0.95
# the first line of a PDU with three is on the first phase; else on any
_IN_ORDER = 0.5
# a line has three conductors: one that feeds several PDUs, and one that feeds one; a PDU has three
# lines, where nobody drew them
_THREE, _THREE_OF_ONE, _THREE_LINES = 0.95, 0.6, 0.5
# a PDU that names no line of its panel is on one that nobody drew
_UNDRAWN_LINE = 0.1
# of several inputs the first one mostly feeds
_FIRST = 0.8
# the supplies' efficiency at another load, and the meters; how differently they share anew
_CHANGE = (0.98, 1.04)
_SHARE = (0.85, 1.15)
# of three conductors the fullest carries this part of the whole
_FULLEST = 0.45
# so many ways to place a PDU's outlets, or PDUs on the lines of panels, are compared
_PLACINGS = 8
# nobody metered it: it is at least this part of what is usual
_LEAST_PART = 0.1
_MAYBE = (Now.IDLE, Now.WEAK, Now.CONTRADICTORY)
_NOT_METERED = (Now.UNMETERED, Now.UNREAD, Now.UNKNOWN)


# a cord: the number of its consumer, and its place there
_CordOf = tuple[int, int]


class _CordFacts(NamedTuple):
    """What is alike in all samples of a cord."""

    node: int
    #: the middle of what it carries by its meter, in A
    current_a: float
    #: nobody can tell whether its supply works
    is_unclear: bool
    #: its supply works; without a meter it may
    works: bool
    may_work: bool
    closed: Truth
    volts: Optional[float]


class _Metered(NamedTuple):
    """A line or breaker with a meter of its own."""

    carrier: int
    #: what its meter leaves for the cords below, in A
    left_a: float
    #: the cords that are surely behind it, and have no meter
    sure: Sequence[_CordOf]


class Drawn:
    """The facts of one sample."""

    def __init__(self) -> None:
        #: node -> the uppers of its open edges that are there
        self.there: dict[int, tuple[int, ...]] = {}
        #: carrier that is one of several lines -> which, None: one that nobody drew
        self.line: dict[int, Optional[int]] = {}
        self.input_groups: dict[int, list[list[int]]] = {}
        self.conductor: dict[int, int] = {}
        self.three: set[int] = set()
        self.consumers: dict[int, Consumer[float]] = {}
        #: supplies of which nobody can tell whether they work
        self.unclear: set[Supply[float]] = set()
        #: what cords carry and breakers are rated in this hall, by the few that are known
        self.usual: Sequence[float] = ()
        self.spare: Sequence[float] = ()
        #: cords without a meter -> their current, 0.0 if their supply is dead
        self.currents: dict[_CordOf, float] = {}
        #: cords whose outlets nobody placed -> the lines and breakers that they are behind
        self.places: dict[_CordOf, tuple[int, ...]] = {}
        #: PDUs that have three lines, of which nobody drew any
        self.three_lines: set[int] = set()


class SameInAll(NamedTuple):
    """What is alike in all samples, before anything fails."""

    #: node -> whether it lives, and the carriers through which its current flows
    alive: Mapping[int, Truth]
    paths: Mapping[int, Mapping[int, Truth]]
    #: carrier -> the current of the consumers of `now`, in A
    sums: Mapping[int, float]
    #: consumer -> what it adds to each carrier, twice: as `PowerFlow.touched` has it
    now: Mapping[int, tuple[Mapping[int, float], Mapping[int, float]]]
    #: the consumers of which samples differ
    others: Sequence[int]


class OpenFacts:
    """The open facts of a hall that matter for some consumers and carriers."""

    def __init__(self, hall: HallFacts, numbers: Sequence[int], carriers: Collection[int]) -> None:
        self.hall, self.graph = hall, hall.graph
        self.numbers, self.carriers = numbers, carriers
        self.habits = Habits(hall)
        #: first what carries most
        self._choices = sorted(
            self.graph.choices, key=lambda choice: -self.habits.full_current(choice.node)
        )
        #: shared lines of panels on which something may be -> what surely is, in A
        self._loaded = {
            upper: self.habits.sure_current(upper)
            for choice in self._choices
            if self._flows(choice)
            for upper in choice.uppers
        }
        own_pdus = {cord.cord.pdu for number in numbers for cord in hall.consumers[number].cords}
        #: PDU -> its cords without a meter, and those whose outlets nobody placed
        self._unmetered: dict[str, list[_CordOf]] = {}
        self._unplaced: dict[str, list[_CordOf]] = {}
        for number, consumer in enumerate(hall.consumers):
            for place, (cord, node) in enumerate(zip(consumer.cords, consumer.nodes)):
                pdu = cord.cord.pdu
                if pdu in own_pdus and cord.high_a is None:
                    self._unmetered.setdefault(pdu, []).append((number, place))
                if pdu in own_pdus and node in self.graph.unplaced:
                    self._unplaced.setdefault(pdu, []).append((number, place))
        self._open_consumers = {number for cords in self._unmetered.values() for number, _ in cords}
        self._cords = {number: self._cord_facts(number) for number in numbers}
        self._means = {
            number: sum(cord.current_a for cord in cords) / len(cords)
            for number, cords in self._cords.items()
        }
        self._meters = self._own_meters()
        self._lines_of: dict[str, list[int]] = {}
        for node, carrier in self.graph.carriers.items():
            if node in self.graph.lines:
                self._lines_of.setdefault(carrier.pdu, []).append(node)
        # a carrier of several conductors needs the phase of each line below it
        self._phased = {
            carrier: self._has_three(carrier)
            for carrier in carriers
            if self.graph.carriers[carrier].part < 1
        }
        self._between = self._pdus_between_lines()
        self.same_in_all = self._find_same_in_all()
        #: carrier -> the consumers that it carries, or may carry
        self.on = {carrier: hall.on.get(carrier, ()) for carrier in carriers}

    def _find_same_in_all(self) -> SameInAll:
        """What no open fact changes before anything fails."""
        if YES in self.hall.switched_off.values():
            return SameInAll({}, {}, {}, {}, self.numbers)
        facts: Facts[float] = Facts(
            self.hall.facts.uppers, self.hall.facts.lowers, {}, self.carriers, {}, ()
        )
        alive = dict.fromkeys(range(len(facts.uppers)), YES)
        power: Power[float] = Power(facts, {}, alive=alive)
        open_nodes = facts.below({*self.hall.facts.below_switches, *self._phased}) | facts.below(
            node
            for node, above in enumerate(facts.uppers)
            if any(flows and sure == MAYBE for _, _, sure, flows in above)
        )
        sums: dict[int, float] = {}
        now: dict[int, tuple[Mapping[int, float], Mapping[int, float]]] = {}
        for number in self.numbers:
            consumer = self.hall.consumers[number]
            if not open_nodes.isdisjoint(consumer.nodes) or not _is_read(consumer.cords):
                continue
            shares: dict[int, float] = {}
            for cord, node in zip(consumer.cords, consumer.nodes):
                for carrier in power.path(node) if cord.now is not Now.OFF else ():
                    shares[carrier] = shares.get(carrier, 0.0) + middle(cord)
            for carrier, current_a in shares.items():
                sums[carrier] = sums.get(carrier, 0.0) + current_a
            now[number] = shares, shares
        nodes = {
            node
            for number in self.numbers
            for node in self.hall.consumers[number].nodes
            if node not in open_nodes
        }
        paths = {node: power.path(node) for node in nodes}
        others = [number for number in self.numbers if number not in now]
        return SameInAll(alive, paths, sums, now, others)

    def _own_meters(self) -> Mapping[str, Sequence[_Metered]]:
        """PDU -> its lines and breakers that have a meter, where a cord has none or no place."""
        meters_by_pdu: dict[str, list[_Metered]] = {}
        for number, carrier in self.graph.carriers.items():
            figures = self.hall.figures[number]
            if figures.now_a is None or figures.most_a is None:
                continue
            if carrier.pdu not in self._unmetered and carrier.pdu not in self._unplaced:
                continue
            left, sure = (figures.now_a + figures.most_a) / 2, list[_CordOf]()
            for consumer in self.hall.on.get(number, ()):
                consumer_here = self.hall.consumers[consumer]
                for place, (cord, node) in enumerate(zip(consumer_here.cords, consumer_here.nodes)):
                    if self.hall.power.path(node).get(number) == YES:
                        left -= middle(cord)
                        if cord.high_a is None:
                            sure.append((consumer, place))
            meters_by_pdu.setdefault(carrier.pdu, []).append(_Metered(number, left, sure))
        return meters_by_pdu

    def _pdus_between_lines(self) -> Mapping[int, float]:
        """The node of outlets -> the part of its PDU's placed outlets that load two lines."""
        placed: dict[int, list[int]] = {}
        for number in self.numbers:
            for node in self.hall.consumers[number].nodes:
                lines = [
                    edge.node
                    for edge in self.graph.above[node]
                    if edge.sure and edge.node in self.graph.carriers
                ]
                if lines:
                    placed.setdefault(self.graph.above[node][0].node, []).append(
                        sum(line in self.graph.lines for line in lines)
                    )
        return {
            pdu: sum(count > 1 for count in line_counts) / (len(line_counts) + 1)
            for pdu, line_counts in placed.items()
        }

    def _has_three(self, carrier: int) -> float:
        """How likely a line has three conductors."""
        graph = self.graph
        below = graph.below_all([carrier])
        if graph.carriers[carrier].breaker.phases == 3 or below & graph.phases.keys():
            return 1.0
        lines = Counter(graph.carriers[line].pdu for line in below & graph.lines)
        if any(count > 1 for count in lines.values()):
            return 1.0
        return _THREE if len(lines) > 1 else _THREE_OF_ONE

    # ---- one sample ------------------------------------------------------------------------------

    def draw(self, rng: random.Random) -> Drawn:
        """Every open fact at random, within what the intervals allow."""
        world = Drawn()
        self._draw_lines(rng, world)
        self._draw_conductors(rng, world)
        world.three_lines = {
            pdu for pdu in self.graph.lines_of_unknown.values() if rng.random() < _THREE_LINES
        }
        for node, groups in self.hall.facts.input_groups.items():
            world.input_groups[node] = [
                [source] for group in groups for source in self._ordered(rng, list(group))
            ]
        world.usual = resampled(rng, self.habits.currents)
        world.spare = resampled(rng, self.habits.spare)
        self._draw_currents(rng, world)
        for number in self.numbers:
            world.consumers[number] = self._draw_consumer(rng, number, world)
        return world

    @staticmethod
    def _ordered(rng: random.Random, inputs: list[int]) -> list[int]:
        return inputs if rng.random() < _FIRST else rng.sample(inputs, len(inputs))

    def _draw_lines(self, rng: random.Random, world: Drawn) -> None:
        """Which lines feed what names none; which lines open together."""
        drawn = [self._draw_choices(rng) for _ in range(_PLACINGS if self._loaded else 1)]
        weights = [self._suit_together(choice) for choice in drawn] if len(drawn) > 1 else [1.0]
        world.there, world.line = rng.choices(drawn, weights if sum(weights) else None)[0]
        together: dict[int, bool] = {}
        for node, upper in self.graph.coins:
            chance = _GANGED if upper in self.graph.lines else _GANGED_POLES
            if together.setdefault(node, rng.random() < chance):
                world.there[node] = (*world.there.get(node, ()), upper)

    def _draw_choices(
        self, rng: random.Random
    ) -> tuple[dict[int, tuple[int, ...]], dict[int, Optional[int]]]:
        """The uppers of each choice, and which line each carrier is that is one of several."""
        there: dict[int, tuple[int, ...]] = {}
        line: dict[int, Optional[int]] = {}
        lines_by_key: dict[object, set[int]] = {}
        for choice in self._choices:
            flows = self._flows(choice)
            carrier = self.graph.carriers.get(choice.node)
            # lines of a PDU are on different ones, and so are PDUs on lines of their own
            key: object = choice.node
            if carrier is not None and carrier.pdu:
                key = carrier.pdu
            elif not flows:
                key = ""
            lines_in_use = lines_by_key.setdefault(key, set())
            # phases are drawn as a whole; of other lines one may be missing
            undrawn = 0.0 if self.graph.phases.keys() >= set(choice.uppers) else _UNDRAWN_LINE
            whole_a = self.habits.full_current(choice.node)
            lines: list[int] = []
            for _ in range(min(choice.several, len(choice.uppers))):
                free = [upper for upper in choice.uppers if upper not in lines_in_use]
                if flows and not free:
                    lines_in_use.difference_update(choice.uppers)
                    free = list(choice.uppers)
                weights = [1.0 if flows else self.habits.suits(upper, whole_a) for upper in free]
                if undrawn:
                    # what feeds others already mostly feeds them alone
                    weights.append(sum(weights) if flows else undrawn)
                if not sum(weights):
                    continue
                drawn = rng.choices(range(len(weights)), weights)[0]
                if drawn < len(free):
                    lines.append(free[drawn])
                    lines_in_use.add(free[drawn])
            there[choice.node] = tuple(lines)
            if not flows:
                line[choice.node] = lines[0] if lines else None
        return there, line

    def _flows(self, choice: RedundantInputs) -> bool:
        return any(edge.flows and not edge.sure for edge in self.graph.above[choice.node])

    def _suit_together(self, drawn: tuple[dict[int, tuple[int, ...]], object]) -> float:
        """How likely shared lines of panels feed together what was drawn on them."""
        wholes = self._loaded.copy()
        for choice in self._choices:
            for upper in drawn[0][choice.node]:
                if upper in wholes:
                    wholes[upper] += self.habits.full_current(choice.node) / choice.several
        likelihood = 1.0
        for line, whole_a in wholes.items():
            likelihood *= self.habits.suits(line, whole_a)
        return likelihood

    def _draw_conductors(self, rng: random.Random, world: Drawn) -> None:
        """On which of three conductors of those above it each line of a PDU is."""
        if not self._phased:
            return
        for lines in self._lines_of.values():
            in_order = len(lines) > 1 and rng.random() < _IN_ORDER
            first = 0 if in_order else rng.randrange(3)
            world.conductor.update((node, (first + n) % 3 + 1) for n, node in enumerate(lines))
        for node in self.graph.single:
            world.conductor[node] = rng.randrange(3) + 1
        world.conductor.update(self.graph.phases)
        for carrier, chance in self._phased.items():
            if rng.random() < chance:
                world.three.add(carrier)

    def _draw_currents(self, rng: random.Random, world: Drawn) -> None:
        """Currents without a meter, and places that nobody drew: as meters above them allow."""
        current_by_cord = world.currents
        for pdu, cords in self._unmetered.items():
            for number, place in cords:
                works = self._is_working(self.hall.consumers[number].cords[place])
                if works or rng.random() < self.habits.works:
                    current_by_cord[number, place] = self._usual_current(rng, number, world)
                else:
                    current_by_cord[number, place] = 0.0
            _scale(current_by_cord, cords, self.hall.most_of.get(pdu, math.inf) / 1.05)
        for pdu in self._unplaced:
            self._draw_places(rng, pdu, world)
        fitted: set[_CordOf] = set()
        for pdu, meters in self._meters.items():
            for meter in meters:
                left, behind = self._behind(meter, pdu, world)
                _scale(current_by_cord, behind, max(0.0, left))
                fitted.update(behind)
        free = [
            cord
            for pdu, cords in self._unmetered.items()
            if pdu not in self.hall.most_of
            for cord in cords
            if cord not in fitted
        ]
        self._fit_ratings(free, current_by_cord)

    def _behind(self, meter: _Metered, pdu: str, world: Drawn) -> tuple[float, Sequence[_CordOf]]:
        """What a meter leaves for the cords behind it that have none, and these."""
        left, behind = meter.left_a, list(meter.sure)
        for key in self._unplaced.get(pdu, ()):
            if meter.carrier in world.places[key]:
                if key in world.currents:
                    behind.append(key)
                else:
                    left -= middle(self.hall.consumers[key[0]].cords[key[1]])
        return left, behind

    def _draw_places(self, rng: random.Random, pdu: str, world: Drawn) -> None:
        """Behind which lines and breakers the outlets are that nobody drew there."""
        best = math.inf
        for _ in range(_PLACINGS):
            turns: dict[tuple[int, ...], list[int]] = {}
            drawn = {
                key: self._draw_place(rng, self._node(key), world.three_lines, turns)
                for key in self._unplaced[pdu]
            }
            old_places, world.places = world.places, {**world.places, **drawn}
            misses = self._misfit(pdu, world)
            if misses < best:
                best = misses
            else:
                world.places = old_places
            if not best:
                return

    def _node(self, key: _CordOf) -> int:
        return self.hall.consumers[key[0]].nodes[key[1]]

    def _misfit(self, pdu: str, world: Drawn) -> float:
        """By how much drawn places contradict the meters and the ratings of a PDU, in A."""
        misfit_a = 0.0
        for meter in self._meters.get(pdu, ()):
            left, behind = self._behind(meter, pdu, world)
            misfit_a += abs(left - sum(world.currents[key] for key in behind))
        wholes: dict[int, float] = {}
        for key in self._unplaced[pdu]:
            whole_a = self._whole_of(key[0], world)
            for carrier in world.places[key]:
                wholes[carrier] = wholes.get(carrier, 0.0) + whole_a
        for carrier, whole_a in wholes.items():
            rating = self.graph.carriers[carrier].breaker.rating_a
            if rating is not None:
                misfit_a += max(0.0, whole_a - rating / self.habits.least_spare)
        return misfit_a

    def _whole_of(self, number: int, world: Drawn) -> float:
        """What a machine draws with all its cords."""
        return sum(
            world.currents.get((number, place), middle(cord))
            for place, cord in enumerate(self.hall.consumers[number].cords)
        )

    def _fit_ratings(self, cords: Sequence[_CordOf], current_by_cord: dict[_CordOf, float]) -> None:
        """Lines are rated for what they feed: where the currents that nobody metered would be too
        much for one, they are smaller.
        """
        sums: dict[int, float] = {}
        for number, place in cords:
            for carrier in self.hall.above(self.hall.consumers[number].nodes[place]):
                sums[carrier] = sums.get(carrier, 0.0) + current_by_cord[number, place]
        parts = {carrier: self._fitting(carrier, amps) for carrier, amps in sums.items()}
        for number, place in cords:
            above = self.hall.above(self.hall.consumers[number].nodes[place])
            current_by_cord[number, place] *= min(
                (parts[carrier] for carrier in above), default=1.0
            )

    @staticmethod
    def _is_working(cord: CordNow) -> bool:
        return cord.now in (Now.CARRIES, Now.WORKS) or (
            cord.now in _NOT_METERED and cord.low_a > FILTER_A
        )

    def _fitting(self, carrier: int, unmetered: float) -> float:
        drawn_carrier = self.graph.carriers[carrier]
        rating = drawn_carrier.breaker.rating_a
        if rating is None or drawn_carrier.most_a is not None or not unmetered:
            return 1.0
        share = (
            _FULLEST if drawn_carrier.part < 1.0 or carrier in self.graph.lines_of_unknown else 1.0
        )
        expected_a = sum(
            self.hall.facts.consumers[number].total.expected
            for number in self.hall.on.get(carrier, ())
        )
        room = rating / self.habits.least_spare / share - expected_a
        return min(1.0, max(_LEAST_PART, room / unmetered))

    def _usual_current(self, rng: random.Random, number: int, world: Drawn) -> float:
        """What a cord without a meter carries: much as the others of its machine do."""
        cords = self.hall.consumers[number].cords
        currents = [middle(cord) for cord in cords if cord.now is Now.CARRIES and cord.high_a]
        if currents and self.hall.consumers[number].is_drawn:
            return sum(currents) / len(currents) * rng.uniform(*_SHARE)
        return rng.choice(world.usual)

    def _draw_consumer(self, rng: random.Random, number: int, world: Drawn) -> Consumer[float]:
        drawn_consumer, cords = self.hall.consumers[number], self._cords[number]
        currents, mean = [cord.current_a for cord in cords], self._means[number]
        is_open = number in self._open_consumers
        if is_open:
            currents = [
                world.currents.get((number, place), current)
                for place, current in enumerate(currents)
            ]
            mean = sum(currents) / len(currents)
        supplies: list[Supply[float]] = []
        total = 0.0
        least, span = _SHARE[0], _SHARE[1] - _SHARE[0]
        for place, (cord, current) in enumerate(zip(cords, currents)):
            if cord.is_unclear:
                works = rng.random() < 0.5
            elif is_open and (number, place) in world.currents:
                works = current > 0.0
            else:
                works = cord.works or (cord.may_work and rng.random() < self.habits.works)
            weight = max(current, mean / 2) * (least + span * rng.random())
            supply = Supply(
                cord.node,
                current,
                YES if works else NO,
                # a spare one waits while others carry
                weight * 1e-6 if cord.is_unclear else weight,
                cord.closed if cord.closed != MAYBE else self._draw_closed(rng),
                world.places.get((number, place), ()) if world.places else (),
                rng.randrange(3) + 1 if self._phased else 1,
                cord.volts,
            )
            supplies.append(supply)
            if works:
                total += current * (cord.volts or 1.0)
            if cord.is_unclear:
                world.unclear.add(supply)
        total *= rng.uniform(*_CHANGE)
        backup_nodes = None
        if not drawn_consumer.is_drawn:
            # half of what nobody drew has a second cord, somewhere in its rack
            backup_nodes = [
                rng.choice(drawn_consumer.rack) if rng.random() < 0.5 else None for _ in supplies
            ]
        return Consumer(
            supplies,
            drawn_consumer.needs,
            total,
            drawn_consumer.is_drawn,
            drawn_consumer.rack,
            backup_nodes,
        )

    def _cord_facts(self, number: int) -> list[_CordFacts]:
        """What is alike in all samples of the cords of a consumer."""
        consumer = self.hall.consumers[number]
        return [
            _CordFacts(
                node,
                middle(cord),
                cord.now in _MAYBE,
                self._is_working(cord),
                cord.now in _NOT_METERED,
                NO if cord.now is Now.OFF else MAYBE if _may_be_off(cord) else YES,
                volts,
            )
            for cord, node, volts in zip(
                consumer.cords, consumer.nodes, consumer.volts or (None,) * len(consumer.cords)
            )
        ]

    def _draw_closed(self, rng: random.Random) -> Truth:
        """Whether an outlet is on whose state was not read: it mostly is."""
        return NO if rng.random() < self.habits.off else YES

    def _draw_place(
        self,
        rng: random.Random,
        node: int,
        three_lines: Collection[int],
        turns_by_group: dict[tuple[int, ...], list[int]],
    ) -> tuple[int, ...]:
        """Behind which lines and breakers an outlet is that nobody drew there: in turns, as outlets
        are wired.
        """
        lines, breakers = self.graph.unplaced[node]
        above = self.graph.above[node]
        pdu = above[0].node
        sure = [edge.node for edge in above[1:] if edge.sure]
        groups: list[tuple[int, ...]] = []
        # of one that has a line, a second one only where outlets are between two
        has_line = any(node in self.graph.lines for node in sure)
        if pdu in three_lines:
            # a third of its outlets is behind the line that carries most
            groups += [lines] if rng.random() < 1 / 3 else []
        elif lines and not (has_line and rng.random() >= self._between.get(pdu, 0.0)):
            groups.append(lines)
        if breakers and not any(node not in self.graph.lines for node in sure):
            groups.append(breakers)
        uppers: list[int] = []
        for several in groups:
            turns = turns_by_group.setdefault(several, [])
            turns += rng.sample(several, len(several)) if not turns else []
            uppers.append(turns.pop())
        return tuple(uppers)

    def known_rating(self, number: int, world: Drawn) -> Optional[float]:
        """What a carrier is rated for in a sample, in A: infinite if nothing limits it, None if
        nobody knows.
        """
        carrier = self.graph.carriers[number]
        if number in world.line:
            line = world.line[number]
            if line is None:
                # one that nobody drew: its breaker is that of the PDU's lines, where that is known
                return None if carrier.breaker.rating_a is None else math.inf
            carrier = self.graph.carriers.get(line, carrier)
        return None if carrier.most_a is not None else carrier.breaker.rating_a

    def edges(self, world: Drawn) -> dict[int, Uppers]:
        """Of the nodes with open edges: those that are there."""
        edges_by_node: dict[int, Uppers] = {}
        for node in self._open_nodes:
            there = world.there.get(node, ())
            edges_by_node[node] = [
                (upper, is_input, YES, flows)
                for upper, is_input, sure, flows in self.hall.facts.uppers[node]
                if sure == YES or upper in there
            ]
        return edges_by_node

    @property
    def _open_nodes(self) -> Sequence[int]:
        if not hasattr(self, "_nodes"):
            self._nodes = [
                node
                for node, above in enumerate(self.hall.facts.uppers)
                if any(edge[2] == MAYBE for edge in above)
            ]
        return self._nodes


def _scale(
    current_by_cord: dict[_CordOf, float], cords: Sequence[_CordOf], together: float
) -> None:
    """Let these carry so much together; infinite: anything."""
    whole_a = sum(current_by_cord[cord] for cord in cords)
    if whole_a and math.isfinite(together):
        for cord in cords:
            current_by_cord[cord] *= together / whole_a


def _may_be_off(cord: CordNow) -> bool:
    return cord.now in (Now.UNREAD, Now.UNKNOWN) and not cord.low_a


def _is_read(cords: Sequence[CordNow]) -> bool:
    """Whether no sample draws the state or the current of one of these."""
    return all(
        cord.high_a is not None and cord.now not in (Now.UNREAD, Now.UNKNOWN) for cord in cords
    )
