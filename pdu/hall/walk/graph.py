"""The drawing as one graph. Pure; `graph_builder` makes it, `power` says what lives in it, and
`flow` what flows.

A node is a feed, UPS, panel, line, PDU, breaker, the outlets of a PDU that are behind the same
ones, or an outlet that feeds a PDU or panel. A node lives while one of its inputs lives and
everything that it needs lives. The current of an outlet flows through all that it hangs on.

An edge is there, or may be: a line whose breaker trips may take the other lines of its PDU with it,
because most breakers of three lines trip together; an outlet may be behind a breaker whose outlets
are not drawn; a PDU that names no line of its panel may be on any line that is free, or on one that
nobody drew.

A pool is a node that stands for one of some lines of a panel, nobody knows which. A current flows
through the pool as it may through each of its members, so paths and sums have one key for all. A
carrier that a consumer reaches besides, by its own name or by another pool, has a key of its own.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, Optional, TypeVar

from ...site.drawing.drawing import Breaker, Cord, HallNode
from .arithmetic import YES, Interval, Truth
from .protection import Protection

_Node = TypeVar("_Node")


class Edge(NamedTuple):
    """An edge upwards, as the lower node has it."""

    #: the upper end
    node: int
    #: it is one of several inputs of the lower node; else the lower node needs it
    is_input: bool
    #: MAYBE: the drawing does not say whether the edge is there
    presence: Truth
    #: the lower node's current flows through it
    flows: bool


@dataclass(frozen=True)
class Carrier:
    """A node whose current counts: a line, a breaker or a UPS."""

    #: for people, such as `r1-left/L1`
    name: str
    breaker: Breaker
    #: what it is in the drawing, of a conductor its line; None for a line that nobody drew
    node: Optional[HallNode]
    #: the PDU that has it; "" for those above PDUs
    pdu: str = ""
    #: the highest that its rating can be, in A: nobody drew which line it is
    most_a: Optional[float] = None
    #: whether far above its rating it surely trips; a UPS may go to its bypass
    trips: bool = True
    #: the least part of what is behind it that flows through its fullest conductor
    part: float = 1.0
    #: VA of the walk for each of its amperes: its voltage, or 1 where all have the same
    volts: float = 1.0

    @cached_property
    def least(self) -> Optional[Protection]:
        """What holds and trips if its rating is the least that it can be; None: not known."""
        rating = self.breaker.rating_a
        return None if rating is None else Protection.of(self.breaker, rating)

    @cached_property
    def most(self) -> Optional[Protection]:
        """The same if its rating is the highest that it can be."""
        if self.least is None or self.most_a is None:
            return self.least
        return Protection.of(self.breaker, self.most_a)

    @property
    def holds_s(self) -> float:
        """For how many seconds it holds a small overload; 0.0 if nobody knows."""
        return self.least.holds_s if self.least and self.trips else 0.0

    def likely_trips(self, load: Interval) -> bool:
        """Whether what it likely carries is more than it holds for its hour from the cold; where
        that is so, about half of those that conform trip.
        """
        if self.least is None or math.isinf(load.high):
            return False
        return load.likely > (self.least.holds_a if self.trips else self.least.for_good_a)

    def latest_s(self, least_a: float) -> Optional[float]:
        """Seconds within which it surely trips at least so much; None: it may hold."""
        return None if self.most is None or not self.trips else self.most.latest_s(least_a)


@dataclass(frozen=True)
class Graph:
    """A drawing as a graph. Nodes are numbers from 0 on."""

    #: node -> its edges upwards, and the nodes below it
    above: Sequence[Sequence[Edge]]
    below: Sequence[Sequence[int]]
    #: node with several inputs -> these
    inputs: Mapping[int, Sequence[int]]
    carriers: Mapping[int, Carrier]
    #: what is drawn -> its node
    nodes: Mapping[HallNode, int]
    #: outlet -> its node
    outlets: Mapping[Cord, int]
    #: outlet that feeds a PDU or panel -> its own node, which dies if it is switched off
    feeders: Mapping[Cord, int]
    #: lines that may feed what names none: its current is shown at a carrier of its own
    free_lines: frozenset[int]
    #: PDU -> by what an ampere there counts in the walk: its voltage; {} where all are alike
    volts: Mapping[str, float]
    #: pool -> its lines that are carriers, and the carriers above them but not above the panel
    pools: Mapping[int, Sequence[int]] = field(default_factory=dict)
    _shared_members: dict[tuple[int, ...], list[int]] = field(default_factory=dict)
    _sure_above: dict[int, set[int]] = field(default_factory=dict)
    _all_above: dict[int, set[int]] = field(default_factory=dict)

    @cached_property
    def pools_of(self) -> Mapping[int, Sequence[int]]:
        """Carrier -> the pools of which it is a member."""
        pools_by_carrier: dict[int, list[int]] = {}
        for pool, members in self.pools.items():
            for carrier in members:
                pools_by_carrier.setdefault(carrier, []).append(pool)
        return pools_by_carrier

    def members(self, keys: Iterable[int]) -> dict[int, None]:
        """These carriers, and the members in place of each pool, in this order."""
        carriers: dict[int, None] = {}
        for key in keys:
            carriers.update(dict.fromkeys(self.pools.get(key, (key,))))
        return carriers

    def shared(self, keys: Collection[int]) -> list[int]:
        """The carriers for which several of these keys stand."""
        pools = [key for key in keys if key in self.pools] if self.pools else ()
        if not pools:
            return []
        own_keys = [key for key in keys if any(p in pools for p in self.pools_of.get(key, ()))]
        among_pools = self._shared_members.get(tuple(pools))
        if among_pools is None:
            counts = Counter(itertools.chain.from_iterable(self.pools[pool] for pool in pools))
            among_pools = [key for key, count in counts.items() if count > 1]
            self._shared_members[tuple(pools)] = among_pools
        return [*own_keys, *(key for key in among_pools if key not in own_keys)]

    def keys_of(self, carrier: int) -> Sequence[int]:
        """The carrier and its pools: the keys that stand for it."""
        return (carrier, *self.pools_of.get(carrier, ()))

    def is_above(self, carrier: int, above: Collection[int]) -> bool:
        """Whether a carrier is among these nodes, of `all_above`."""
        return any(key in above for key in self.keys_of(carrier))

    @cached_property
    def nodes_below_switches(self) -> set[int]:
        """The nodes below one with several inputs: their current may take another way."""
        return self.nodes_below(self.inputs)

    def nodes_below(self, nodes: Iterable[int]) -> set[int]:
        """These, and all that hangs or may hang on them."""
        return reachable(nodes, self.below.__getitem__)

    def sure_above(self, node: int) -> set[int]:
        """All that a node surely needs, with itself: while it lives, they live."""
        nodes_above = self._sure_above.get(node)
        if nodes_above is None:
            nodes_above = self._sure_above[node] = reachable([node], self._needed_by)
        return nodes_above

    def _needed_by(self, node: int) -> list[int]:
        is_single = node not in self.inputs
        edges = [edge for edge in self.above[node] if edge.presence == YES]
        return [edge.node for edge in edges if is_single or not edge.is_input]

    def all_above(self, node: int) -> set[int]:
        """All that a node needs, or may need, with itself; a pool in place of its members."""
        nodes_above = self._all_above.get(node)
        if nodes_above is None:
            nodes_above = self._all_above[node] = reachable(
                [node],
                lambda lower: () if lower in self.pools else [e.node for e in self.above[lower]],
            )
        return nodes_above


def reachable(
    starts: Iterable[_Node], next_nodes: Callable[[_Node], Iterable[_Node]]
) -> set[_Node]:
    """These nodes, and all to which the next ones lead."""
    queue = list(starts)
    nodes = set(queue)
    while queue:
        for node in next_nodes(queue.pop()):
            if node not in nodes:
                nodes.add(node)
                queue.append(node)
    return nodes
