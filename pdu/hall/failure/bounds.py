"""What a failure does in every hall that the drawing and the readings allow: what may be dead,
which breakers may trip, and which surely do. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from ..walk.arithmetic import MAYBE, NO, YES, Interval, Truth, has_enough
from ..walk.flow import Flow
from ..walk.power import Supply
from .drawn_consumer import DrawnConsumer
from .hall_model import HallModel
from .tripping import Tripping


class FailureBounds(NamedTuple):
    """What a failure does at most and at least. The sets are of nodes."""

    #: what the failure itself surely kills, and may kill
    at_first: set[int]
    step_one: set[int]
    #: with the breakers that surely trip, and that may
    surely: set[int]
    possibly: set[int]
    #: those that may trip -> their place in the order found
    trip_order: Mapping[int, int]
    #: those of which one surely trips: itself, or one that it needs
    trips: Sequence[Sequence[int]]
    #: what surely trips, or dies with what does -> seconds after which it is gone at the latest
    latest_s: Mapping[int, float]
    #: carrier -> its load
    loads: Mapping[int, Interval]
    #: the consumers of which a cord may die or change its way
    consumers: Collection[int]
    #: carrier to which load shifts -> its load right after the failure, before anything trips
    first_loads: Mapping[int, Interval]
    #: these -> what each adds to each carrier right after the failure, before anything trips
    shares: Mapping[int, Mapping[int, Interval]]
    #: seconds, and what is done before they are over, the shortest first
    sooner: Sequence[tuple[float, FailureBounds]] = ()

    def lives(self, consumer: DrawnConsumer, supplies: Sequence[Supply]) -> Truth:
        """Whether a machine has enough supplies that have power and work."""
        return has_enough(
            consumer.needs,
            (
                min(self._power(node), supply.closed, supply.works)
                for node, supply in zip(consumer.nodes, supplies)
            ),
        )

    def _power(self, node: int) -> Truth:
        if node in self.surely:
            return NO
        return MAYBE if node in self.possibly else YES

    def not_before_s(self, holds: Callable[[FailureBounds], bool]) -> float:
        """Seconds for which something surely holds that may not in the end."""
        held_s = 0.0
        for seconds, bounds in self.sooner:
            if not holds(bounds):
                break
            held_s = seconds
        return held_s


def bounds_of(hall: HallModel, failures: Collection[int]) -> FailureBounds:
    """What happens when these fail. Only what may trip is looked at in shorter times."""
    end = _bounds_within(hall, failures, math.inf)
    times = sorted({hall.graph.carriers[carrier].holds_s for carrier in end.trip_order})[:2]
    return end._replace(
        sooner=[
            (seconds, _bounds_within(hall, failures, seconds * (1 - 1e-9)))
            for seconds in times
            if seconds > 0
        ]
    )


def _bounds_within(hall: HallModel, failures: Collection[int], within_s: float) -> FailureBounds:
    """What happens within so many seconds."""
    flow = Flow(hall.now)
    carriers = flow.change(dict.fromkeys(failures, YES))
    below = hall.graph.nodes_below(failures)
    at_first = {node for node in below if flow.power.alive(node) == NO}
    step_one = {node for node in below if flow.power.alive(node) != YES}
    shares = {number: contributions for number, (_, contributions) in flow.shares.items()}
    tripping = Tripping(hall, flow, within_s)
    first = {carrier: tripping.load(carrier) for carrier in carriers}
    first_loads = {carrier: load for carrier, load in first.items() if load is not None}
    tripping.spread(carriers)
    trips = tripping.surely_trip()
    below = hall.graph.nodes_below([*failures, *flow.outages])
    return FailureBounds(
        at_first,
        step_one,
        {node for node in below if flow.power.alive(node) == NO},
        {node for node in below if flow.power.alive(node) != YES},
        {carrier: place for place, carrier in enumerate(tripping.candidates)},
        trips,
        tripping.latest_s,
        tripping.loads,
        flow.shares.keys(),
        first_loads,
        shares,
    )
