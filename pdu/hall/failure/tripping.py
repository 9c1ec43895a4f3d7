"""What trips while currents shift in a hall: perhaps, and for sure. Pure.

Two states bound the halls that the drawing and the readings allow. In one, every breaker has
tripped perhaps whose load may be above its rating. In the other, those have tripped for sure that
would carry more than they can hold in every hall in which they live: while a breaker lives, so does
all that it needs, so two in a row do not hide each other.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from typing import Optional

from ..walk.arithmetic import MAYBE, NO, YES, Interval, IntervalSum, Truth
from ..walk.flow import Flow
from ..walk.graph import reachable
from ..walk.power import Power
from .hall_model import HallModel

# the most currents that one breaker may cost when it is looked at from each of its ways downwards
_MOST_WAYS = 20_000


class Tripping:
    """What trips while currents shift in a hall: perhaps, and for sure."""

    def __init__(self, hall: HallModel, flow: Flow, within_s: float = math.inf) -> None:
        self._hall, self._flow, self._state = hall, flow, flow.state
        self._graph, self._within_s = hall.graph, within_s
        self._idle = hall.perhaps_idle(flow.power)
        self._trips_at: dict[int, Interval] = {}
        #: what had power before the power came back, and its carriers that carry no more then,
        #: unless one of these trips and leaves them its load
        self.carriers_before: set[int] = set()
        self.exempt: set[int] = set()
        #: what surely trips, or dies with what does -> seconds after which it is gone
        self.latest_s: dict[int, float] = {}
        #: those that may trip, in the order found
        self.candidates: dict[int, None] = {}
        #: carrier to which load may shift -> its load
        self.loads: dict[int, Interval] = {}
        #: carrier -> its load while it and all that it needs live, until that may have changed
        self._live_loads: dict[int, Optional[Interval]] = {}
        #: pool, and nodes that live -> its sum then, until that may have changed
        self._live_pools: dict[tuple[int, frozenset[int]], IntervalSum] = {}
        self._nodes_below: dict[int, Collection[int]] = {}

    def trip(self, first: Collection[int], sure: Collection[int]) -> list[int]:
        """Let these trip perhaps, and what follows. Returns those that trip for sure, of `sure`."""
        self.candidates.update(dict.fromkeys(first))
        for carrier in first:
            self.loads[carrier] = self._state.current(carrier, self._flow.total(carrier))
        self.exempt -= self._find_changeable(self.carriers_before.intersection(first))
        self.spread(self._change(first, MAYBE))
        return [trips[0] for trips in self.surely_trip(sure)]

    def load(self, carrier: int) -> Optional[Interval]:
        """The load of a carrier now; None if no load can shift to it."""
        return self._widen_if_idle(carrier, self._state.load(carrier, self._flow.total(carrier)))

    def _widen_if_idle(self, carrier: int, load: Optional[Interval]) -> Optional[Interval]:
        return load._replace(low=0.0) if load is not None and carrier in self._idle else load

    # ---- what may trip ---------------------------------------------------------------------------

    def spread(self, carriers: Iterable[int]) -> None:
        """Let all trip that may, after the currents of these changed."""
        flow, loads = self._flow, self.loads
        # those that would trip if what they need may have tripped: looked at whenever something
        # trips that a consumer of theirs hangs on
        doubtful: dict[int, None] = {}
        neighbours: Collection[int] = ()
        while True:
            fresh_trips: list[int] = []
            fresh: dict[int, None] = {}
            for carrier in carriers:
                if carrier in self.candidates or flow.power.alive(carrier) == NO:
                    continue
                load = self.load(carrier)
                if load is None:
                    continue
                if self._may_trip(carrier, load):
                    if self.candidates:
                        fresh[carrier] = None
                        continue
                    fresh_trips.append(carrier)
                loads[carrier] = load
            doubtful.update(fresh)
            for carrier in [c for c in doubtful if c in neighbours or c in fresh]:
                load = self._live_load(carrier)
                if load is not None:
                    loads[carrier] = load
                    if self._may_trip(carrier, load):
                        fresh_trips.append(carrier)
            for carrier in fresh_trips:
                doubtful.pop(carrier, None)
            self.candidates.update(dict.fromkeys(fresh_trips))
            if not fresh_trips:
                return
            neighbours = self._find_changeable(fresh_trips)
            self.exempt -= self._find_changeable(self.carriers_before.intersection(fresh_trips))
            carriers = self._change(fresh_trips, MAYBE)

    def _change(self, nodes: Collection[int], truth: Truth) -> list[int]:
        """Let these be gone, perhaps or surely. Returns the carriers whose current changed."""
        for carrier in self._find_changeable(nodes):
            self._live_loads.pop(carrier, None)
        self._live_pools.clear()
        carriers = self._flow.change(dict.fromkeys(nodes, truth))
        self._idle = self._hall.perhaps_idle(self._flow.power)
        return carriers

    def _find_changeable(self, nodes: Collection[int]) -> set[int]:
        """The carriers whose load may be another one when these are gone: those below, and those
        of all consumers that have a cord there.
        """
        below, at = self._graph.nodes_below(nodes), self._state.consumers_at
        carriers = below & self._graph.carriers.keys()
        for number in {number for node in below for number in at.get(node, ())}:
            carriers |= self._hall.carriers_of(number)
        return set(self._graph.members(carriers))

    def _may_trip(self, carrier: int, load: Interval) -> bool:
        if carrier in self.exempt:
            return False
        thresholds = self._trips_at.get(carrier)
        if thresholds is None:
            thresholds = self._trips_at[carrier] = self._state.trips_at(carrier, self._within_s)
        return load.high > thresholds.low

    def _live_load(self, carrier: int) -> Optional[Interval]:
        """The load of a carrier while it and all that it needs live."""
        if carrier not in self._live_loads:
            self._live_loads[carrier] = self._find_live_load(carrier)
        return self._widen_if_idle(carrier, self._live_loads[carrier])

    def _find_live_load(
        self, carrier: int, extra_nodes: Collection[int] = ()
    ) -> Optional[Interval]:
        """The load of a carrier while it and these live, and so all that they need."""
        hall, flow = self._hall, self._flow
        sure_above = self._graph.sure_above
        living_nodes = sure_above(carrier).union(*map(sure_above, extra_nodes))
        if any(flow.power.alive(node) == NO for node in living_nodes):
            return None
        power = flow.power.assuming(living_nodes)
        pools = self._graph.pools_of.get(carrier, ())
        numbers: Iterable[int] = hall.consumers_on.get(carrier, ())
        if pools and self._are_others_in_question(carrier, power):
            # so what hangs on this one by a pool is as it was, whether this one lives
            numbers = self._find_beside_pools(carrier, pools)
            nodes = [node for node in living_nodes if node != carrier]
            doubtful_nodes = frozenset(node for node in nodes if flow.power.alive(node) == MAYBE)
            own_sum = self._state.sums.get(carrier)
            parts = [self._live_pool(pool, doubtful_nodes) for pool in pools]
            total = IntervalSum.of(parts if own_sum is None else [own_sum, *parts])
            living_power = flow.power.assuming(doubtful_nodes)
            for number in numbers:
                for pool in pools if number in flow.shares else ():
                    after = flow.contributions(number, living_power, pool)
                    total.enter(flow.shares[number][0].get(pool), after.get(pool), -1)
        else:
            base = self._state.total(carrier)
            total = IntervalSum.of([] if base is None else [base])
            if pools:
                numbers = {
                    *numbers,
                    *(n for pool in pools for n in hall.consumers_on.get(pool, ())),
                }
        for number in numbers:
            shares = flow.shares.get(number)
            if shares is not None:
                after = flow.contributions(number, power, carrier)
                total.enter(flow.part(shares[0], carrier), after.get(carrier))
        return self._state.load(carrier, total)

    def _are_others_in_question(self, carrier: int, power: Power) -> bool:
        """Whether each pool of this carrier has another line that may be dead."""
        graph = self._graph
        pools = [node for node in self._list_hanging(carrier) if node in graph.pools]
        members = ([edge.node for edge in graph.above[pool]] for pool in pools)
        return all(any(n != carrier and power.alive(n) != YES for n in nodes) for nodes in members)

    def _list_hanging(self, carrier: int) -> Collection[int]:
        """What surely or perhaps hangs on a carrier; of pools no more than these."""
        nodes = self._nodes_below.get(carrier)
        if nodes is None:
            pools, below = self._graph.pools, self._graph.below
            nodes = self._nodes_below[carrier] = reachable(
                [carrier], lambda node: () if node in pools else below[node]
            )
        return nodes

    def _find_beside_pools(self, carrier: int, pools: Iterable[int]) -> set[int]:
        """The consumers that hang on a carrier by more than a pool of it."""
        at = self._state.consumers_at
        beside = {number for node in self._list_hanging(carrier) for number in at.get(node, ())}
        numbers = {n for n in beside if not self._hall.carriers_of(n).isdisjoint(pools)}
        return numbers.union(self._hall.consumers_on.get(carrier, ()))

    def _live_pool(self, pool: int, living_nodes: frozenset[int]) -> IntervalSum:
        """The sum of a pool while these nodes live that may be dead."""
        total = self._live_pools.get((pool, living_nodes))
        if total is None:
            flow = self._flow
            if not living_nodes:
                return flow.total(pool)
            base, power = self._state.total(pool), flow.power.assuming(living_nodes)
            total = IntervalSum.of([] if base is None else [base])
            for number in self._hall.consumers_on.get(pool, ()):
                shares = flow.shares.get(number)
                if shares is not None:
                    after = flow.contributions(number, power, pool)
                    total.enter(shares[0].get(pool), after.get(pool))
            self._live_pools[pool, living_nodes] = total
        return total

    # ---- what surely trips -----------------------------------------------------------------------

    def surely_trip(self, only: Optional[Collection[int]] = None) -> list[list[int]]:
        """The breakers that trip in every hall. Lets them be gone, and raises the lower ends of the
        loads. `only`: no others are looked at.
        """
        flow, loads = self._flow, self.loads
        trips: list[list[int]] = []
        for carrier in self._idle & loads.keys():
            loads[carrier] = loads[carrier]._replace(low=0.0)
        for carrier in self.candidates:
            load = self._live_load(carrier)
            if load is not None:
                loads[carrier] = load
        suspects = [c for c in self.candidates if c in loads and (only is None or c in only)]
        since_s = 0.0
        changeable = set(suspects)
        while True:
            dead: dict[int, float] = {}
            for carrier in suspects:
                is_in_question = carrier in changeable and self._graph.carriers[carrier].trips
                if not is_in_question or not flow.power.alive(carrier):
                    continue
                load = self._live_load(carrier)
                if load is None:
                    continue
                loads[carrier] = _both(load, loads[carrier])
                latest_s = self._surely_within(carrier, load, since_s)
                if latest_s is not None:
                    dead[carrier] = latest_s
                    above = self._graph.all_above(carrier)
                    suspects_above = [
                        o for o in suspects if o != carrier and self._graph.is_above(o, above)
                    ]
                    trips.append([carrier, *suspects_above])
                    continue
                for node, latest_s in self._find_dead_outlets(carrier, since_s):
                    dead[node] = min(latest_s, dead.get(node, math.inf))
            if not dead:
                return trips
            self.latest_s.update(dead)
            since_s = max(dead.values())
            changeable = self._find_changeable(dead)
            for carrier in self._change(dead, YES):
                if carrier in loads and carrier not in self.candidates:
                    load = self.load(carrier)
                    if load is not None:
                        loads[carrier] = _both(load, loads[carrier])

    def _surely_within(self, carrier: int, load: Interval, since_s: float) -> Optional[float]:
        """Seconds after which a carrier has tripped that carries so much from `since_s` on; None:
        it may hold, or does so for as long as is asked.
        """
        seconds = self._graph.carriers[carrier].latest_s(load.low)
        if seconds is None or since_s + seconds > self._within_s:
            return None
        return since_s + seconds

    def _find_dead_outlets(self, carrier: int, since_s: float) -> list[tuple[int, float]]:
        """Outlets that die though nobody can say which breaker trips, and after how many seconds
        at the latest: if they lived, all that they need would, and then this one would trip.
        """
        hall, flow = self._hall, self._flow
        if self.loads[carrier].high <= self._state.trips_at(carrier).high:
            return []
        numbers = [item for item in hall.consumers_on.get(carrier, ()) if item in flow.shares]
        nodes = {
            supply.node
            for number in numbers
            for supply in self._state.consumers[number].supplies
            if flow.power.alive(supply.node) == MAYBE
            and flow.power.path(supply.node).get(carrier) == YES
        }
        chains: dict[frozenset[int], list[int]] = {}
        for node in nodes:
            breakers_above = frozenset(self._graph.sure_above(node) & self.candidates.keys())
            if not breakers_above <= self._graph.sure_above(carrier):
                chains.setdefault(breakers_above, []).append(node)
        count = len(numbers)
        if chains and carrier in self._graph.pools_of:
            pools = self._graph.pools_of[carrier]
            on_pools = {number for pool in pools for number in hall.consumers_on.get(pool, ())}
            count = len(on_pools.union(numbers) & flow.shares.keys())
        if len(chains) * count > _MOST_WAYS:
            return []
        dead: list[tuple[int, float]] = []
        for behind in chains.values():
            load = self._widen_if_idle(carrier, self._find_live_load(carrier, behind[:1]))
            latest_s = None if load is None else self._surely_within(carrier, load, since_s)
            if latest_s is not None:
                dead += [(node, latest_s) for node in behind]
        return dead


def _both(low: Interval, high: Interval) -> Interval:
    """The lower end of one, the upper end of the other."""
    bottom = min(max(low.low, high.low), high.high)
    return Interval(bottom, high.high, min(max(bottom, low.likely), high.high))
