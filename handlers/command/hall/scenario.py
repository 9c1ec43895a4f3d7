"""One failure on the graph: what may be dead, which breakers may trip, and which surely do. Pure.

The result holds in every world that the readings allow. Two sets of tripped breakers bound these
worlds: those that may trip (the upper end of their load is above the rating), and those that surely
do: whatever else may have tripped, the lower end is TRIPS times the rating while they live. While a
breaker lives, so does all that it needs: two in a row do not hide each other.

Only what a failure reaches is computed; sums of all the rest are kept by `Loaded`.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Optional

from ..drawing.drawing import Cord
from .graph import Graph
from .loads import TRIPS, Consumer, Load, Meter, Share, Sum, Ways, shares
from .verdicts import CordNow

# the most shares that one breaker may cost when it is looked at from each of its ways downwards
_MOST_WAYS = 20_000


class Loaded:
    """The graph with its consumers, and the sums of their currents now."""

    def __init__(
        self,
        graph: Graph,
        consumers: Sequence[Consumer],
        meters: Mapping[int, Meter],
        residuals: Mapping[str, float],
    ) -> None:
        self.graph, self.consumers, self.meters = graph, consumers, meters
        self.residuals = residuals
        #: node -> the consumers with a cord there
        self.at: dict[int, list[int]] = {}
        #: carrier -> the consumers that it carries, or may carry
        self.on: dict[int, list[int]] = {}
        self.sums: dict[int, Sum] = {}
        for number, one in enumerate(consumers):
            for node in dict.fromkeys(one.nodes):
                self.at.setdefault(node, []).append(number)
            for node, cord in zip(one.nodes, one.cords):
                for carrier, sure in graph.carriers_above(node).items():
                    if carrier not in self.sums:
                        self.sums[carrier], self.on[carrier] = Sum(), []
                    self.sums[carrier].add_now(cord, sure)
                    on = self.on[carrier]
                    if not on or on[-1] != number:
                        on.append(number)
        #: the inputs of what has several
        self.switches = {
            node: [edge.node for edge in graph.above[node] if edge.is_input]
            for node, count in enumerate(graph.inputs)
            if count > 1
        }
        self.switch_of: dict[int, list[int]] = {}
        for node, inputs in self.switches.items():
            for upper in inputs:
                self.switch_of.setdefault(upper, []).append(node)

    def base(self, one: Consumer) -> Iterator[tuple[int, CordNow, bool]]:
        """What a consumer adds to carriers before the failure: the carrier, the cord, and whether
        its current surely flows through the carrier.
        """
        for node, cord in zip(one.nodes, one.cords):
            for carrier, sure in self.graph.carriers_above(node).items():
                yield carrier, cord, sure

    def load(self, carrier: int, total: Sum) -> Optional[Load]:
        """The interval for a carrier."""
        return total.load(self.meters[carrier], self.residuals)

    def without(self, cords: Collection[Cord]) -> dict[int, Load]:
        """The loads of carriers to which current may shift if only these outlets are off."""
        graph = self.graph
        total: dict[int, Sum] = {}
        nodes = {graph.outlets[one] for one in cords if one in graph.outlets}
        for number in dict.fromkeys(one for node in nodes for one in self.at.get(node, ())):
            one = self.consumers[number]
            dead = [cord.cord in cords for cord in one.cords]
            if not any(dead) or (not one.drawn and not one.cords[dead.index(True)].known_a):
                continue
            above = [graph.carriers_above(node) for node in one.nodes]
            for carrier, cord, sure in self.base(one):
                if carrier not in total:
                    total[carrier] = self.sums[carrier].copy()
                total[carrier].add_now(cord, sure, -1)
            for carrier, share in shares(one, Ways(above, above, dead, dead)):
                total[carrier].add(share)
        loads = {carrier: self.load(carrier, found) for carrier, found in total.items()}
        return {carrier: load for carrier, load in loads.items() if load is not None}

    def may_trip(self, carrier: int, load: Load) -> bool:
        """Whether a load may trip it."""
        rating = self.graph.carriers[carrier].breaker.rating_a
        return rating is None or load.high > rating

    def trips(self, carrier: int, load: Load) -> bool:
        """Whether a load surely trips it."""
        one = self.graph.carriers[carrier]
        rating = one.breaker.rating_a if one.most_a is None else one.most_a
        return one.trips and rating is not None and load.low > TRIPS * rating


class Bounds(NamedTuple):
    """What a failure does at most and at least. The sets are of nodes."""

    #: what the failure itself surely kills, and may kill
    at_first: Collection[int]
    step_one: Collection[int]
    #: with the breakers that surely trip, and that may
    surely: Collection[int]
    possibly: Collection[int]
    #: those that may trip -> their place in the order found
    tripping: Mapping[int, int]
    #: those of which one surely trips: itself, or one that it needs
    trips: Sequence[Sequence[int]]
    #: carrier -> its load
    loads: Mapping[int, Load]
    #: the consumers of which a cord may die or change its way
    reached: Collection[int]


class Scenario:
    """A failure, worked out."""

    def __init__(self, loaded: Loaded, failed: Iterable[int]) -> None:
        self._loaded, self._graph = loaded, loaded.graph
        self._failed = list(failed)
        self._surely = self._graph.dead(self._failed, possibly=False)
        self._at_first = frozenset(self._surely)
        self._possibly: set[int] = set()
        self._lost: dict[int, int] = {}
        self._moved: set[int] = set()
        self._touched_switches: set[int] = set()
        self._above: dict[int, Mapping[int, bool]] = {}
        self._sums: dict[int, Sum] = {}
        self._given: dict[int, list[tuple[int, Share]]] = {}
        self._tripping: dict[int, None] = {}
        # these with those that failed
        self._down = set(self._failed)
        self._own: dict[int, set[int]] = {}

    def bounds(self) -> Bounds:
        """The answer."""
        changed = self._spread(self._failed)
        step_one = frozenset(self._possibly)
        loads: dict[int, Load] = {}
        # those that would trip if what they need may have tripped: looked at whenever something
        # trips that a consumer of theirs hangs on
        doubtful: dict[int, None] = {}
        touched: Collection[int] = ()
        while changed:
            more: list[int] = []
            fresh: dict[int, None] = {}
            for carrier in changed:
                if carrier in self._at_first or carrier in self._tripping:
                    continue
                found = self._loaded.load(carrier, self._sums[carrier])
                if found is None:
                    continue
                if self._loaded.may_trip(carrier, found) and self._tripping:
                    fresh[carrier] = None
                    continue
                loads[carrier] = found
                if self._loaded.may_trip(carrier, found):
                    more.append(carrier)
            doubtful.update(fresh)
            for carrier in [one for one in doubtful if one in touched or one in fresh]:
                found = self._alone(carrier)
                if found is None:
                    continue
                loads[carrier] = found
                if self._loaded.may_trip(carrier, found):
                    more.append(carrier)
            for carrier in more:
                doubtful.pop(carrier, None)
            self._tripping.update(dict.fromkeys(more))
            self._down.update(more)
            touched = self._carriers_beside(more)
            changed = self._spread(more) if more else []
        trips = self._surely_trip(loads)
        return Bounds(
            self._at_first,
            step_one,
            self._surely,
            self._possibly,
            {carrier: place for place, carrier in enumerate(self._tripping)},
            trips,
            loads,
            self._given.keys(),
        )

    # ---- what may be dead ------------------------------------------------------------------------

    def _carriers_beside(self, failed: Iterable[int]) -> set[int]:
        """The carriers of all consumers with a cord that hangs, or may hang, on these."""
        loaded = self._loaded
        numbers = {
            number for node in self._graph.below_all(failed) for number in loaded.at.get(node, ())
        }
        return {
            carrier
            for number in numbers
            for node in loaded.consumers[number].nodes
            for carrier in self._graph.carriers_above(node)
        }

    def _spread(self, failed: Iterable[int]) -> list[int]:
        """Let these fail too. Returns the carriers whose sums changed."""
        loaded = self._loaded
        new = self._graph.spread(self._possibly, self._lost, failed, True)
        reached: dict[int, None] = {}
        for node in new:
            reached.update(dict.fromkeys(loaded.at.get(node, ())))
            for switch in loaded.switch_of.get(node, ()):
                if switch not in self._touched_switches:
                    self._touched_switches.add(switch)
                    for moved in self._graph.below_all([switch]) - self._moved:
                        self._moved.add(moved)
                        reached.update(dict.fromkeys(loaded.at.get(moved, ())))
        if self._moved:
            self._above = {}
        changed: dict[int, None] = {}
        for number in reached:
            one = loaded.consumers[number]
            before = self._given.get(number)
            if before is None:
                for carrier, cord, sure in loaded.base(one):
                    self._sum(carrier).add_now(cord, sure, -1)
                    changed[carrier] = None
            for carrier, share in before or ():
                self._sum(carrier).add(share, -1)
                changed[carrier] = None
            now = list(shares(one, self._ways(one, self._possibly)))
            self._given[number] = now
            for carrier, share in now:
                self._sum(carrier).add(share)
                changed[carrier] = None
        return list(changed)

    def _sum(self, carrier: int) -> Sum:
        found = self._sums.get(carrier)
        if found is None:
            base = self._loaded.sums.get(carrier)
            found = self._sums[carrier] = Sum() if base is None else base.copy()
        return found

    def _ways(self, one: Consumer, possibly: Container[int]) -> Ways:
        graph = self._graph
        before = [graph.carriers_above(node) for node in one.nodes]
        now = before
        if self._moved:
            now = [
                graph.carriers_after(node, self._surely, self._moved, self._above)
                for node in one.nodes
            ]
        return Ways(
            now,
            before,
            [node in self._surely for node in one.nodes],
            [node in possibly for node in one.nodes],
        )

    def _without(self, needed: Collection[int]) -> _Below:
        """What may be dead while these live."""
        return _Below(self._graph, self._possibly, self._down, needed)

    def _needs(self, carrier: int) -> set[int]:
        found = self._own.get(carrier)
        if found is None:
            found = self._own[carrier] = self._graph.sure_above(carrier)
        return found

    def _alone(self, carrier: int) -> Optional[Load]:
        """The load of a carrier while it lives, and so all that it needs."""
        return self._load(carrier, self._without(self._needs(carrier)))

    def _load(self, carrier: int, possibly: Container[int]) -> Optional[Load]:
        """The load of a carrier where no more than this may be dead."""
        loaded = self._loaded
        total = loaded.sums[carrier].copy() if carrier in loaded.sums else Sum()
        for number in loaded.on.get(carrier, ()):
            if number not in self._given:
                continue
            one = loaded.consumers[number]
            for node, cord in zip(one.nodes, one.cords):
                sure = self._graph.carriers_above(node).get(carrier)
                if sure is not None:
                    total.add_now(cord, sure, -1)
            for _, share in shares(one, self._ways(one, possibly), carrier):
                total.add(share)
        return loaded.load(carrier, total)

    # ---- what surely trips -----------------------------------------------------------------------

    def _surely_trip(self, loads: dict[int, Load]) -> list[list[int]]:
        """The breakers that trip in every world. Adds what dies with them to what is surely dead,
        and the lower ends of the loads.
        """
        loaded = self._loaded
        trips: list[list[int]] = []
        lost: dict[int, int] = {}
        self._surely = set()
        self._graph.spread(self._surely, lost, self._failed, False)
        alone: dict[int, Load] = {}
        for carrier in self._tripping:
            found = self._alone(carrier)
            if found is not None:
                loads[carrier] = alone[carrier] = found
        left = [one for one in self._tripping if one in loads]
        while True:
            dead: dict[int, None] = {}
            for carrier in left:
                if carrier in self._surely or not self._loaded.graph.carriers[carrier].trips:
                    continue
                found = alone.pop(carrier, None) or self._alone(carrier)
                if found is None:
                    continue
                loads[carrier] = _both(found, loads[carrier])
                if loaded.trips(carrier, found):
                    dead[carrier] = None
                    needed = self._needs(carrier)
                    trips.append([carrier, *(o for o in left if o in needed and o != carrier)])
                    continue
                dead.update(dict.fromkeys(self._by_its_ways(carrier, loads[carrier])))
            if not dead:
                return trips
            self._graph.spread(self._surely, lost, dead, False)
            self._above = {}

    def _by_its_ways(self, carrier: int, highest: Load) -> list[int]:
        """Outlets that die though nobody can say which breaker trips: if they lived, all that they
        need would, and then this one would trip.
        """
        loaded = self._loaded
        # its upper end falls with what lives
        if not loaded.trips(carrier, highest._replace(low=highest.high)):
            return []
        best = self._load(carrier, self._surely)
        if best is None or not loaded.trips(carrier, best):
            return []
        consumers = loaded.on.get(carrier, ())
        nodes = {
            node
            for number in consumers
            if number in self._given
            for node in loaded.consumers[number].nodes
            if node not in self._surely and self._graph.carriers_above(node).get(carrier)
        }
        chains: dict[frozenset[int], list[int]] = {}
        for node in nodes:
            needed = frozenset(one for one in self._needs(node) if one in self._tripping)
            if not needed <= self._needs(carrier):
                chains.setdefault(needed, []).append(node)
        if len(chains) * len(consumers) > _MOST_WAYS:
            return []
        dead: list[int] = []
        for needed, behind in chains.items():
            found = self._load(carrier, self._without(needed | self._needs(carrier)))
            if found is not None and loaded.trips(carrier, found):
                dead += behind
        return dead


def _both(low: Load, high: Load) -> Load:
    """The lower end of one, the upper end of the other."""
    top = max(high.high, 0.0)
    bottom = min(max(low.low, high.low), top)
    return Load(bottom, top, min(max(bottom, low.expected), top))


class _Below(Container[int]):
    """What may be dead when some of those that may trip do not."""

    def __init__(
        self,
        graph: Graph,
        possibly: Container[int],
        down: Container[int],
        spared: Container[int],
    ) -> None:
        self._graph, self._possibly, self._down, self._spared = graph, possibly, down, spared
        self._known: dict[int, bool] = {}

    def __contains__(self, node: object) -> bool:
        return (
            isinstance(node, int)
            and node in self._possibly
            and self._graph.may_be_dead(node, self._down, self._spared, self._known)
        )
