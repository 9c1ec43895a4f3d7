"""What the known figures of a hall say of those that nobody knows: currents, supplies that work,
and how much more a breaker is rated for than what hangs on it. Pure.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from ..walk.verdicts import CordNow, Now
from .bounds import HallFacts

# rating by the whole current of all machines behind it, where the hall has no rating; currents
# that say something of it, in A
_USUAL_SPARE, _SOME_A = (0.7, 0.85, 1.0, 1.2, 1.5, 2.0), 0.5
_LEAST_SPARE = 0.5
# how much likelier a line is that is rated for what hangs on it
_STRICT = 3.0
# of three conductors the fullest carries this part of the whole
_FULLEST = 0.45
# of so many known figures what all others are like
_KNOWN = 20
# the smallest breaker, in A, and what is bought
_LEAST_A = 4.0
_LADDER_A = (
    6.0, 10.0, 13.0, 16.0, 20.0, 25.0, 32.0, 40.0, 50.0, 63.0, 80.0, 100.0, 125.0, 160.0, 200.0,
    250.0, 400.0, 630.0,
)  # fmt: skip


class Habits:
    """Those of one hall."""

    def __init__(self, hall: HallFacts) -> None:
        self._hall, self._graph = hall, hall.graph
        self._whole: dict[int, float] = {}
        self._shares: dict[int, dict[int, float]] = {}
        cords = [cord for consumer in hall.consumers for cord in consumer.cords]
        #: currents of the hall that are metered, in A
        self.currents = sorted(
            middle(cord) for cord in cords if cord.high_a and cord.now is Now.CARRIES
        ) or [1.0]
        self._mean_a = sum(self.currents) / len(self.currents)
        drawn = [consumer for consumer in hall.consumers if consumer.is_drawn]
        count = Counter(cord.now for consumer in drawn for cord in consumer.cords)
        working = count[Now.CARRIES] + count[Now.WORKS]
        #: the part of its supplies that works
        self.works = (working + 9) / (working + count[Now.IDLE] + count[Now.WEAK] + 10)
        read_count = sum(count.values()) - count[Now.UNREAD] - count[Now.UNKNOWN]
        #: the part of its outlets that is off
        self.off = (count[Now.OFF] + 1) / (read_count + 50)
        #: rating by the whole current of all machines behind it, of what is rated and surely
        #: carries what is metered, among what is usual
        self.spare = sorted(_USUAL_SPARE) + [
            carrier.breaker.rating_a / self.full_current(number)
            for number, carrier in self._graph.carriers.items()
            if carrier.breaker.rating_a and carrier.most_a is None and carrier.part == 1.0
            if self.full_current(number) > _SOME_A and self._is_known(number)
        ]
        #: none is below this
        self.least_spare = max(_LEAST_SPARE, min(self.spare))
        self._usual_spare = sorted(self.spare)[len(self.spare) // 2]

    def suits(self, line: int, whole_a: float) -> float:
        """How likely a line feeds what draws so much, in A: it is rated for that."""
        carrier = self._graph.carriers.get(line)
        rating = None if carrier is None else carrier.breaker.rating_a
        if rating is None or not whole_a:
            return 1.0
        least_a = _LEAST_A / self._usual_spare
        return math.exp(
            -_STRICT * math.log(rating / max(whole_a, least_a) / self._usual_spare) ** 2
        )

    def full_current(self, number: int) -> float:
        """What a carrier carries if all machines behind it draw all their current through it."""
        whole_a = self._whole.get(number)
        if whole_a is None:
            carrier = self._graph.carriers.get(number)
            part = _FULLEST if carrier is None or carrier.part < 1.0 else 1.0
            whole_a = 0.0
            for consumer in self._hall.on.get(number, ()):
                nodes = self._hall.consumers[consumer].nodes
                through = sum(self._shares_of(node).get(number, 0.0) for node in nodes)
                whole_a += part * min(1.0, through) * self._usual_of(consumer)
            self._whole[number] = whole_a
        return whole_a

    def sure_current(self, number: int) -> float:
        """What surely flows through a carrier of all that may, in A."""
        return sum(
            self._usual_of(consumer)
            for consumer in self._hall.on.get(number, ())
            if any(
                self._shares_of(node).get(number) == 1.0
                for node in self._hall.consumers[consumer].nodes
            )
        )

    def _is_known(self, carrier: int) -> bool:
        """Whether all that may flow through it surely does, and is metered."""
        return all(
            self._shares_of(node).get(carrier, 1.0) == 1.0 and cord.high_a is not None
            for number in self._hall.on.get(carrier, ())
            for cord, node in zip(
                self._hall.consumers[number].cords, self._hall.consumers[number].nodes
            )
        )

    def _usual_of(self, number: int) -> float:
        """What a consumer draws, where it is not metered as others do."""
        unmetered_cords = sum(cord.high_a is None for cord in self._hall.consumers[number].cords)
        return self._hall.facts.consumers[number].total.expected + unmetered_cords * self._mean_a

    def _shares_of(self, node: int) -> Mapping[int, float]:
        """The carriers above a node, and how likely its current flows through each."""
        share_by_carrier = self._shares.get(node)
        if share_by_carrier is None:
            share_by_carrier = self._shares[node] = (
                {node: 1.0} if node in self._graph.carriers else {}
            )
            above = [edge for edge in self._graph.above[node] if edge.flows]
            lines, breakers = self._graph.unplaced.get(node, ((), ()))
            unsure_nodes = [edge.node for edge in above if not edge.sure]
            for edge in above:
                group: Collection[int] = next(
                    (nodes for nodes in (lines, breakers) if edge.node in nodes), unsure_nodes
                )
                chance = 1.0 if edge.sure else 1.0 / len(group)
                for carrier, share in self._shares_of(edge.node).items():
                    share_by_carrier[carrier] = max(
                        share_by_carrier.get(carrier, 0.0), chance * share
                    )
        return share_by_carrier


def resampled(rng: random.Random, figures: Sequence[float]) -> Sequence[float]:
    """What a few known figures may say of all others: some of them by chance more than others."""
    return rng.choices(figures, k=min(len(figures), _KNOWN))


def guess_rating(rng: random.Random, spare: Sequence[float], now_a: float, whole_a: float) -> float:
    """A rating for a carrier that carries so much now, and so much if all machines behind it draw
    all their current through it.
    """
    wanted_a = max(_LEAST_A, now_a, whole_a * rng.choice(spare))
    return next((rating for rating in _LADDER_A if rating >= wanted_a), wanted_a)


def middle(cord: CordNow) -> float:
    """The middle of what a cord may carry; of one without a meter, half of nothing."""
    return (cord.low_a + cord.known_a) / 2
