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
from typing import Optional

from .arithmetic import MAYBE, YES
from .failure import HallFacts
from .power_flow import Consumer, Supply, Uppers
from .verdicts import FILTER_A, CordNow, Now

# a line that trips takes the other lines of its PDU with it
_GANGED = 0.7
# a line has three conductors: one that feeds several PDUs, and one that feeds one; a PDU has three
# lines, where nobody drew them
_THREE, _THREE_OF_ONE, _THREE_LINES = 0.95, 0.6, 0.5
# a PDU that names no line of its panel is on one that nobody drew
_UNDRAWN_LINE = 0.1
# how much likelier a line is that is rated for what a PDU may carry
_STRICT = 8.0
# of several inputs the first one mostly feeds
_FIRST = 0.8
# the supplies' efficiency at another load, and the meters; how differently they share anew
_CHANGE = (0.98, 1.04)
_SHARE = (0.85, 1.15)
# rating by the whole current of all machines behind it, where the hall has no rating; currents
# that say something of it, in A
_USUAL_SPARE, _SOME = (0.8, 1.0, 1.25, 1.5, 2.0), 0.5
# of three conductors the fullest carries this part of the whole
_FULLEST = 0.45
# nobody metered it: it is at least this part of what is usual
_LEAST_PART = 0.1
# the smallest breaker, in A
_LEAST_A = 6.0
_MAYBE = (Now.IDLE, Now.WEAK, Now.CONTRADICTORY)
_NOT_METERED = (Now.UNMETERED, Now.UNREAD, Now.UNKNOWN)


class Drawn:
    """The facts of one sample."""

    def __init__(self) -> None:
        #: node -> the uppers of its open edges that are there
        self.there: dict[int, tuple[int, ...]] = {}
        #: carrier that is one of several lines -> which, None: one that nobody drew
        self.line: dict[int, Optional[int]] = {}
        self.orders: dict[int, list[list[int]]] = {}
        self.conductor: dict[int, int] = {}
        self.three: set[int] = set()
        self.consumers: dict[int, Consumer[float]] = {}
        #: supplies of which nobody can tell whether they work
        self.unclear: set[Supply[float]] = set()
        #: lines and breakers that take outlets in turns -> those that are next
        self.turns: dict[tuple[int, ...], list[int]] = {}
        #: PDUs that have three lines, of which nobody drew any
        self.three_lines: set[int] = set()


class OpenFacts:
    """The open facts of a hall that matter for some consumers and carriers."""

    def __init__(self, hall: HallFacts, numbers: Sequence[int], carriers: Collection[int]) -> None:
        self.hall, self.graph = hall, hall.graph
        self.numbers, self.carriers = numbers, carriers
        self._whole: dict[int, float] = {}
        cords = [cord for one in hall.consumers for cord in one.cords if cord.high_a]
        #: currents of the hall that are metered, and the part of its supplies that works
        self.currents = sorted(middle(one) for one in cords if one.now is Now.CARRIES) or [1.0]
        found = Counter(cord.now for one in hall.consumers if one.drawn for cord in one.cords)
        works, not_ = found[Now.CARRIES], found[Now.IDLE] + found[Now.WEAK]
        self.works = (works + 9) / (works + not_ + 10)
        #: rating by the whole current of all machines behind it, of what is rated: the hall's habit
        self.spare = [
            carrier.breaker.rating_a / whole
            for number, carrier in self.graph.carriers.items()
            if carrier.breaker.rating_a and carrier.most_a is None
            for whole in (self.whole(number),)
            if whole > _SOME
        ] or list(_USUAL_SPARE)
        self.habit = sorted(self.spare)[len(self.spare) // 2]
        #: most of them are above this
        self.least = sorted(self.spare)[len(self.spare) // 5]
        #: first what carries most
        self._choices = sorted(self.graph.choices, key=lambda one: -self.whole(one.node))
        self._unmetered: dict[str, list[tuple[int, int]]] = {}
        for number in numbers:
            for place, cord in enumerate(hall.consumers[number].cords):
                if cord.high_a is None:
                    self._unmetered.setdefault(cord.cord.pdu, []).append((number, place))
        self._lines_of: dict[str, list[int]] = {}
        for node, carrier in self.graph.carriers.items():
            if carrier.pdu:
                self._lines_of.setdefault(carrier.pdu, []).append(node)
        # a carrier of several conductors needs the phase of each line below it
        self._phased = {
            one: self._has_three(one) for one in carriers if self.graph.carriers[one].part < 1
        }
        self._between = self._pdus_between_lines()

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
                        sum(one in self.graph.lines for one in lines)
                    )
        return {
            pdu: sum(count > 1 for count in found) / (len(found) + 1)
            for pdu, found in placed.items()
        }

    def _has_three(self, carrier: int) -> float:
        """How likely a line has three conductors."""
        if self.graph.carriers[carrier].breaker.phases == 3:
            return 1.0
        pdus = {
            cord.cord.pdu
            for number in self.hall.on.get(carrier, ())
            for cord, node in zip(
                self.hall.consumers[number].cords, self.hall.consumers[number].nodes
            )
            if carrier in self.hall.above(node)
        }
        return _THREE if len(pdus) > 1 else _THREE_OF_ONE

    # ---- one sample ------------------------------------------------------------------------------

    def draw(self, rng: random.Random) -> Drawn:
        """Every open fact at random, within what the intervals allow."""
        made = Drawn()
        self._draw_lines(rng, made)
        self._draw_conductors(rng, made)
        made.three_lines = {
            pdu for pdu in self.graph.lines_of_unknown.values() if rng.random() < _THREE_LINES
        }
        for node, groups in self.hall.facts.orders.items():
            made.orders[node] = [
                [one] for group in groups for one in self._ordered(rng, list(group))
            ]
        unmetered = self._draw_currents(rng)
        for number in self.numbers:
            made.consumers[number] = self._draw_consumer(rng, number, unmetered, made)
        return made

    @staticmethod
    def _ordered(rng: random.Random, inputs: list[int]) -> list[int]:
        return inputs if rng.random() < _FIRST else rng.sample(inputs, len(inputs))

    def _draw_lines(self, rng: random.Random, made: Drawn) -> None:
        """Which lines feed what names none; which lines open together."""
        used: dict[object, set[int]] = {}
        for choice in self._choices:
            flows = any(edge.flows and not edge.sure for edge in self.graph.above[choice.node])
            carrier = self.graph.carriers.get(choice.node)
            # lines of a PDU are on different ones, and so are PDUs on lines of their own
            key: object = choice.node
            if carrier is not None and carrier.pdu:
                key = carrier.pdu
            elif not flows:
                key = ""
            taken = used.setdefault(key, set())
            found: list[int] = []
            for _ in range(min(choice.several, len(choice.uppers))):
                free = [one for one in choice.uppers if one not in taken]
                if flows and not free:
                    taken.difference_update(choice.uppers)
                    free = list(choice.uppers)
                if not free or (not flows and rng.random() < _UNDRAWN_LINE):
                    continue
                weights = [1.0 if flows else self._suits(one, choice.node) for one in free]
                found.append(rng.choices(free, weights)[0])
                taken.add(found[-1])
            made.there[choice.node] = tuple(found)
            if not flows:
                made.line[choice.node] = found[0] if found else None
        together: dict[int, bool] = {}
        for node, upper in self.graph.coins:
            if together.setdefault(node, rng.random() < _GANGED):
                made.there[node] = (*made.there.get(node, ()), upper)

    def _suits(self, line: int, node: int) -> float:
        """How likely a line of a panel feeds what names none: it is rated for what it feeds."""
        carrier = self.graph.carriers.get(line)
        rating = None if carrier is None else carrier.breaker.rating_a
        whole = self.whole(node)
        if rating is None or not whole:
            return 1.0
        return 1.0 / (1.0 + _STRICT * math.log(rating / whole / self.habit) ** 2)

    def _draw_conductors(self, rng: random.Random, made: Drawn) -> None:
        """On which of three conductors of those above it each line of a PDU is."""
        if not self._phased:
            return
        for lines in self._lines_of.values():
            order = rng.sample(range(3), 3)
            made.conductor.update((node, order[n % 3]) for n, node in enumerate(lines))
        for one, chance in self._phased.items():
            if rng.random() < chance:
                made.three.add(one)

    def _draw_currents(self, rng: random.Random) -> dict[tuple[int, int], float]:
        """Currents without a meter: together what the PDU's own meter leaves for them."""
        found: dict[tuple[int, int], float] = {}
        for pdu, places in self._unmetered.items():
            drawn = [self._usual_current(rng, number) for number, _ in places]
            most = self.hall.most_of.get(pdu, math.inf) / 1.05
            part = most / (sum(drawn) or 1.0) if math.isfinite(most) else 1.0
            found.update(zip(places, (one * part for one in drawn)))
        self._fit_ratings(found)
        return found

    def _fit_ratings(self, unmetered: dict[tuple[int, int], float]) -> None:
        """Lines are rated for what they feed: where the currents that nobody metered would be too
        much for one, they are smaller.
        """
        if not unmetered:
            return
        sums: dict[int, float] = {}
        for (number, place), current in unmetered.items():
            for carrier in self.hall.above(self.hall.consumers[number].nodes[place]):
                sums[carrier] = sums.get(carrier, 0.0) + current
        parts = {carrier: self._fitting(carrier, own) for carrier, own in sums.items()}
        for (number, place), current in unmetered.items():
            above = self.hall.above(self.hall.consumers[number].nodes[place])
            part = min((parts[carrier] for carrier in above), default=1.0)
            unmetered[number, place] = part * current

    def _fitting(self, carrier: int, unmetered: float) -> float:
        one = self.graph.carriers[carrier]
        rating = one.breaker.rating_a
        if rating is None or one.most_a is not None or not unmetered:
            return 1.0
        share = _FULLEST if one.part < 1.0 or carrier in self.graph.lines_of_unknown else 1.0
        room = rating / self.least / share - self.whole(carrier) / share
        return min(1.0, max(_LEAST_PART, room / unmetered))

    def _usual_current(self, rng: random.Random, number: int) -> float:
        """What a cord without a meter carries: much as the others of its machine do."""
        cords = self.hall.consumers[number].cords
        known = [middle(cord) for cord in cords if cord.now is Now.CARRIES and cord.high_a]
        if known and self.hall.consumers[number].drawn:
            return sum(known) / len(known) * rng.uniform(*_SHARE)
        return rng.choice(self.currents)

    def _draw_consumer(
        self,
        rng: random.Random,
        number: int,
        unmetered: Mapping[tuple[int, int], float],
        made: Drawn,
    ) -> Consumer[float]:
        one = self.hall.consumers[number]
        mean = sum(middle(cord) for cord in one.cords) / len(one.cords)
        supplies: list[Supply[float]] = []
        for place, (cord, node) in enumerate(zip(one.cords, one.nodes)):
            current = middle(cord)
            works = cord.now is Now.CARRIES
            unclear = cord.now in _MAYBE
            if cord.now in _NOT_METERED:
                works = cord.low_a > FILTER_A or rng.random() < self.works
                if (number, place) in unmetered:
                    current = unmetered[number, place] if works else 0.0
            elif unclear:
                works = rng.random() < 0.5
            elif cord.high_a is None:
                current = unmetered[number, place]
            weight = max(current, mean / 2) * rng.uniform(*_SHARE)
            supply = Supply(
                node,
                current,
                YES if works else 0,
                # a spare one waits while others carry
                weight * 1e-6 if unclear else weight,
                0 if cord.now is Now.OFF else YES,
                self._draw_place(rng, node, made) if node in self.graph.unplaced else (),
            )
            supplies.append(supply)
            if unclear:
                made.unclear.add(supply)
        total = rng.uniform(*_CHANGE) * sum(s.current for s in supplies if s.works)
        mates = None
        if not one.drawn:
            # half of what nobody drew has a second cord, somewhere in its rack
            mates = [rng.choice(one.rack) if rng.random() < 0.5 else None for _ in supplies]
        return Consumer(supplies, one.needs, total, one.drawn, one.rack, mates)

    def _draw_place(self, rng: random.Random, node: int, made: Drawn) -> tuple[int, ...]:
        """Behind which lines and breakers an outlet is that nobody drew there: in turns, as outlets
        are wired.
        """
        lines, breakers = self.graph.unplaced[node]
        above = self.graph.above[node]
        pdu = above[0].node
        sure = [one.node for one in above[1:] if one.sure]
        wanted: list[tuple[int, ...]] = []
        # of one that has a line, a second one only where outlets are between two
        has_line = any(one in self.graph.lines for one in sure)
        if pdu in made.three_lines:
            # a third of its outlets is behind the line that carries most
            wanted += [lines] if rng.random() < 1 / 3 else []
        elif lines and not (has_line and rng.random() >= self._between.get(pdu, 0.0)):
            wanted.append(lines)
        if breakers and not any(one not in self.graph.lines for one in sure):
            wanted.append(breakers)
        found: list[int] = []
        for several in wanted:
            turns = made.turns.setdefault(several, [])
            turns += rng.sample(several, len(several)) if not turns else []
            found.append(turns.pop())
        return tuple(found)

    def rating(self, rng: random.Random, number: int, made: Drawn, now_a: float) -> Optional[float]:
        """What a carrier is rated for, in A; None if nothing limits it."""
        carrier = self.graph.carriers[number]
        if number in made.line:
            line = made.line[number]
            if line is None:
                # one that nobody drew: its breaker is that of the PDU's lines, where that is known
                is_known = carrier.breaker.rating_a is not None
                return None if is_known else self._guess(rng, number, now_a)
            carrier = self.graph.carriers.get(line, carrier)
        if carrier.breaker.rating_a is not None and carrier.most_a is None:
            return carrier.breaker.rating_a
        return self._guess(rng, number, now_a)

    def _guess(self, rng: random.Random, number: int, now_a: float) -> float:
        return max(_LEAST_A, now_a, self.whole(number) * rng.choice(self.spare))

    def whole(self, number: int) -> float:
        """What a carrier carries if all machines behind it draw all their current through it."""
        found = self._whole.get(number)
        if found is None:
            consumers = self.hall.facts.consumers
            carrier = self.graph.carriers.get(number)
            part = _FULLEST if carrier is None or carrier.part < 1.0 else 1.0
            numbers = self.hall.on.get(number, ())
            found = part * sum(consumers[one].total.expected for one in numbers)
            self._whole[number] = found
        return found

    def edges(self, made: Drawn) -> dict[int, Uppers]:
        """Of the nodes with open edges: those that are there."""
        found: dict[int, Uppers] = {}
        for node in self._open_nodes:
            there = made.there.get(node, ())
            found[node] = [
                (upper, is_input, YES, flows)
                for upper, is_input, sure, flows in self.hall.facts.uppers[node]
                if sure == YES or upper in there
            ]
        return found

    @property
    def _open_nodes(self) -> Sequence[int]:
        if not hasattr(self, "_nodes"):
            self._nodes = [
                node
                for node, above in enumerate(self.hall.facts.uppers)
                if any(one[2] == MAYBE for one in above)
            ]
        return self._nodes


def middle(cord: CordNow) -> float:
    """The middle of what a cord may carry; of one without a meter, half of nothing."""
    return (cord.low_a + cord.known_a) / 2
