"""A hall at one time, before anything changes: what each consumer draws, what feeds it, and what
meters say. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, Optional

from .arithmetic import YES, Interval, IntervalSum, KnownCurrents, OutletPool, Truth, perhaps
from .graph import Graph
from .load_limits import HIGH, LOW
from .power import Power, Supply

_NO_FIGURES = KnownCurrents()


class Consumer(NamedTuple):
    """A machine; or all that nobody drew in one rack, of which it is not known which cords belong
    together.
    """

    supplies: Sequence[Supply]
    #: how many supplies must work
    needs: int
    #: what all its supplies carry together when they share anew
    total: Interval
    is_drawn: bool = True
    #: of what nobody drew: the nodes to which its current may go
    rack: tuple[int, ...] = ()
    #: what each supply carries now says nothing, as some hours later
    always_redistributes: bool = False
    #: of what nobody drew: how far a current may be another one, in VA, at another voltage
    spread: float = 1.0


class HallState:
    """A hall at one time."""

    def __init__(
        self,
        graph: Graph,
        consumers: Mapping[int, Consumer],
        input_groups: Mapping[int, Sequence[Sequence[int]]],
        outages: Mapping[int, Truth],
        most_of: Mapping[OutletPool, float] = MappingProxyType({}),
    ) -> None:
        """`input_groups`: as `Power` takes them. `outages`: the nodes that are gone, or perhaps.
        `most_of`: pool -> the most that its outlets carry together, in A.
        """
        self.graph, self.consumers = graph, consumers
        self.input_groups, self.most_of = input_groups, most_of
        self.power = Power(graph, input_groups, outages)
        #: carrier or pool -> the sum of the currents through it; none if what flows says nothing.
        #: `total` adds up what all keys of a carrier have
        self.sums: Mapping[int, IntervalSum] = {}
        #: carrier -> what is known of its current besides its outlets
        self.figures: Mapping[int, KnownCurrents] = {}
        #: node -> the consumers with a supply there
        self.consumers_at: dict[int, list[int]] = {}
        for number, consumer in consumers.items():
            for node in {*(supply.node for supply in consumer.supplies), *consumer.rack}:
                self.consumers_at.setdefault(node, []).append(number)

    def add_up(self) -> None:
        """Let what each supply carries flow."""
        nodes: dict[int, IntervalSum] = {}
        for consumer in self.consumers.values():
            for supply in consumer.supplies:
                node_sum = nodes.get(supply.node)
                if node_sum is None:
                    node_sum = nodes[supply.node] = IntervalSum()
                if supply.closed:
                    now = supply.current
                    node_sum.add(now if supply.closed == YES else perhaps(now))
        graph = self.graph
        sums = CopyOnWriteSums({})
        for node, sum_at_node in nodes.items():
            lives = self.power.alive(node)
            if not lives:
                continue
            path = self.power.path(node)
            shared = graph.shared(path)
            for key in (*path, *(carrier for carrier in shared if carrier not in path)):
                sums[key].carry(sum_at_node, path.get(key) == YES == lives)
            for carrier in shared:  # once, not by each key
                for pool in graph.pools_of[carrier]:
                    if pool in path:
                        sums[carrier].carry(sum_at_node, False, -1)
        self.sums = sums

    def total(
        self, carrier: int, new_sums: Mapping[int, IntervalSum] = MappingProxyType({})
    ) -> Optional[IntervalSum]:
        """The sum of the currents through a carrier; None if nothing flows through it. `new_sums`:
        the sums that are other ones now.
        """
        parts = [
            part
            for key in self.graph.keys_of(carrier)
            if (part := new_sums.get(key) or self.sums.get(key)) is not None
        ]
        return parts[0] if len(parts) == 1 else IntervalSum.of(parts) if parts else None

    def load(self, carrier: int, total: IntervalSum) -> Optional[Interval]:
        """The current of a carrier's fullest conductor; None if no load can shift to it."""
        return self.current(carrier, total) if total.rises > 0 else None

    def current(self, carrier: int, total: IntervalSum) -> Interval:
        """The same, also if no load can shift to it. Raises NotAnInterval."""
        figures = self.figures.get(carrier, _NO_FIGURES)
        load = total.now(figures, self.most_of, LOW, HIGH)
        volts = self.graph.carriers[carrier].volts
        if volts == 1.0:
            return load
        low, high, likely = (end / volts for end in load[:3])
        return load._replace(low=low, high=high, likely=likely)

    def trips_at(self, number: int, within_s: float = math.inf) -> Interval:
        """Between these currents a carrier may trip within so many seconds: it holds its rating,
        and for its conventional time what its standard says, if it was cold.
        """
        carrier = self.graph.carriers[number]
        least, most = carrier.least, carrier.most
        if least is None or most is None:
            return Interval(0.0, math.inf, 0.0)
        low = least.for_good_a
        if carrier.trips and within_s < least.holds_s:
            total = self.total(number)
            if total is None or self.current(number, total).high <= least.cold_a:
                low = least.holds_a
        high = most.trips_a if carrier.trips else math.inf
        return Interval(min(low, high), high, low)


class CopyOnWriteSums(dict[int, IntervalSum]):
    """Sums that are copied from others when they are first changed."""

    def __init__(self, base: Mapping[int, IntervalSum]) -> None:
        super().__init__()
        self._base = base

    def __missing__(self, carrier: int) -> IntervalSum:
        base = self._base.get(carrier)
        total = self[carrier] = IntervalSum.of([] if base is None else [base])
        return total
