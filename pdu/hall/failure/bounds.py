"""A failure in every hall that the drawing and the readings allow: what may be dead, which breakers
may trip, and which surely do. Pure.

Two states bound these halls. In one, every breaker has tripped perhaps whose load may be above its
rating. In the other, those have tripped for sure that would carry more than they can hold in every
hall in which they live: while a breaker lives, so does all that it needs, so two in a row do not
hide each other.
"""

from __future__ import annotations

import copy
import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, Optional

from ..walk.arithmetic import (
    MAYBE,
    NO,
    YES,
    Interval,
    IntervalSum,
    KnownCurrents,
    Truth,
    has_enough,
    perhaps,
)
from ..walk.graph import Graph, reachable
from ..walk.load_limits import HIGH, LEAST_POWER_FACTOR, LOW
from ..walk.power_flow import Consumer, Facts, Power, PowerFlow, Supply
from ..walk.protection import Protection
from ..walk.verdicts import FILTER_A, CordNow, Now

# the most currents that one breaker may cost when it is looked at from each of its ways downwards
_MOST_WAYS = 20_000
_WORKS = {Now.CARRIES: YES, Now.WORKS: YES, Now.OFF: YES}
_CLOSED = {Now.OFF: NO, Now.UNKNOWN: MAYBE, Now.UNREAD: MAYBE, Now.CONTRADICTORY: MAYBE}
#: how much of a machine's current a supply takes: nobody knows
ANY_SHARE = Interval(1e-9, float("inf"), 1.0)
_NO_SHARE = ANY_SHARE._replace(expected=0.0)


class DrawnConsumer(NamedTuple):
    """What hangs on some cords: a machine, or all that nobody drew in one rack."""

    cords: tuple[CordNow, ...]
    #: their nodes in the graph
    nodes: tuple[int, ...]
    needs: int
    #: False: several things of which it is not known which cords belong together
    is_drawn: bool = True
    #: of these, the nodes to which its current may go
    rack: tuple[int, ...] = ()
    #: for each cord without a meter what bounds its current: a PDU, or one of its lines
    pools: tuple[str, ...] = ()
    #: for each cord, by what its amperes count in the walk; () where all count alike
    volts: tuple[float, ...] = ()

    def walk_cords(self) -> Sequence[CordNow]:
        """The cords with their currents as the walk counts them: in VA where voltages differ."""
        if not self.volts:
            return self.cords
        return [
            cord._replace(
                low_a=cord.low_a * volts,
                high_a=None if cord.high_a is None else cord.high_a * volts,
            )
            for cord, volts in zip(self.cords, self.volts)
        ]

    @property
    def spread(self) -> float:
        """How far a current may be another one, in VA, at another voltage of the same machine."""
        # what nobody drew may have a cord at any voltage of the hall
        is_mixed = len(set(self.volts)) > 1 or (self.volts and not self.is_drawn)
        return LEAST_POWER_FACTOR if is_mixed else 1.0

    def _volts_of(self, place: int) -> float:
        return self.volts[place] if self.volts else 1.0

    def _least(self, place: int) -> float:
        """What a cord surely adds to a sum, as the walk counts it: the current of an input filter
        is a quarter of a turn ahead of the others, so it adds hardly anything.
        """
        cord = self.cords[place]
        may_be_less = cord.now is Now.WORKS or not self.is_drawn
        is_filter = cord.now in (Now.IDLE, Now.WEAK) or (may_be_less and cord.low_a <= FILTER_A)
        return 0.0 if is_filter else cord.low_a * self._volts_of(place)

    def filter_high(self, place: int) -> float:
        """The most that a cord draws while its machine does not run, as the walk counts it."""
        cord = self.cords[place]
        is_read = cord.now in (Now.IDLE, Now.WEAK) and cord.high_a is not None
        most = HIGH * cord.known_a if is_read else FILTER_A
        return most * self._volts_of(place)

    def walk_consumer(self, likely_a: Mapping[str, float]) -> Consumer:
        """As the walk takes it. `likely_a`: pool -> what each of its unmetered outlets carries if
        they are alike.
        """
        pools_of = self.pools or tuple(cord.cord.pdu for cord in self.cords)
        cords = self.walk_cords()
        least = [self._least(place) for place in range(len(cords))]
        supplies: list[Supply] = []
        for place, (cord, node, pool) in enumerate(zip(cords, self.nodes, pools_of)):
            likely = (cord.low_a + cord.known_a) / 2
            likely += likely_a.get(pool, 0.0) if cord.high_a is None else 0.0
            unmetered_pools = (pool,) if cord.high_a is None else ()
            now = Interval(LOW * least[place], HIGH * cord.known_a, likely, unmetered_pools)
            share = ANY_SHARE if cord.now in (Now.CARRIES, Now.WORKS) else _NO_SHARE
            works, closed = _WORKS.get(cord.now, MAYBE), _CLOSED.get(cord.now, YES)
            supplies.append(Supply(node, now, works, share, closed, self.filter_high(place)))
        low = sum(least)
        high = sum(cord.known_a for cord in cords)
        unmetered = [pool for cord, pool in zip(cords, pools_of) if cord.high_a is None]
        pools = tuple(dict.fromkeys(unmetered))
        likely = (low + high) / 2 + sum(likely_a.get(pool, 0.0) for pool in unmetered)
        total = Interval(
            LOW * low * self.spread,
            HIGH * high / self.spread,
            likely,
            pools,
            keeps=self.spread == 1.0,
        )
        return Consumer(supplies, self.needs, total, self.is_drawn, self.rack, spread=self.spread)


class HallFacts:
    """The hall before anything fails, with the sums of its currents."""

    def __init__(
        self,
        graph: Graph,
        consumers: Sequence[DrawnConsumer],
        most_of: Mapping[str, float],
        switched_off: Mapping[int, Truth],
        first_input_by_node: Mapping[int, int],
    ) -> None:
        """`most_of`: PDU, or one of its lines (`enrichment.pool`) -> the most that its unmetered
        outlets carry together, in A.
        `switched_off`: outlets that feed PDUs and are off, or perhaps.
        `first_input_by_node`: node with several inputs -> the one that feeds it now, where meters
        show it.
        """
        self.graph, self.consumers = graph, consumers
        self.most_of, self.switched_off = most_of, switched_off
        outlet_counts = Counter(
            pool
            for consumer in consumers
            for cord, pool in zip(consumer.cords, consumer.pools)
            if cord.high_a is None
        )
        likely_a = {
            pool: most_of[pool] / HIGH / count
            for pool, count in outlet_counts.items()
            if pool in most_of
        }
        self._protection: dict[int, tuple[Optional[Protection], Optional[Protection]]] = {}
        #: UPSes with a battery, each with the lines above that its own lines name
        self.batteries: Sequence[tuple[int, Sequence[int]]] = ()
        #: carrier -> what is known of its current besides its outlets
        self.figures: Mapping[int, KnownCurrents] = {}
        self.facts = Facts(
            graph.above,
            graph.below,
            {n: consumer.walk_consumer(likely_a) for n, consumer in enumerate(consumers)},
            graph.carriers,
            _input_groups(graph, first_input_by_node),
        )
        self.power: Power = Power(self.facts, switched_off)
        self.sums = self.sums_of(self.facts, self.power)
        #: carrier -> the consumers that it carries, or may carry
        self.on: dict[int, list[int]] = {}
        self._above: dict[int, Collection[int]] = {}
        self._carriers_of: dict[int, frozenset[int]] = {}
        for number in range(len(consumers)):
            for carrier in self.carriers_of(number):
                self.on.setdefault(carrier, []).append(number)

    def carriers_above(self, node: int) -> Collection[int]:
        """The carriers through which its current flows, or may flow: now or by another input."""
        if node not in self.facts.below_switches:
            return self.power.path(node)
        carriers = self._above.get(node)
        if carriers is None:
            nodes_above = reachable(
                [node], lambda lower: [edge.node for edge in self.graph.above[lower] if edge.flows]
            )
            carriers = self._above[node] = nodes_above & self.graph.carriers.keys()
        return carriers

    def carriers_of(self, number: int) -> frozenset[int]:
        """The carriers through which the current of a consumer flows, or may flow."""
        carriers = self._carriers_of.get(number)
        if carriers is None:
            consumer = self.consumers[number]
            carriers = self._carriers_of[number] = frozenset().union(
                *map(self.carriers_above, {*consumer.nodes, *consumer.rack})
            )
        return carriers

    @staticmethod
    def sums_of(facts: Facts, power: Power) -> dict[int, IntervalSum]:
        """Carrier -> the sum of the currents through it now."""
        nodes: dict[int, IntervalSum] = {}
        for consumer in facts.consumers.values():
            for supply in consumer.supplies:
                node_sum = nodes.get(supply.node)
                if node_sum is None:
                    node_sum = nodes[supply.node] = IntervalSum()
                if supply.closed:
                    now = supply.current
                    node_sum.add(now if supply.closed == YES else perhaps(now))
        sums: dict[int, IntervalSum] = {}
        for node, sum_at_node in nodes.items():
            lives = power.alive(node)
            if not lives:
                continue
            for carrier, flows in power.path(node).items():
                total = sums.get(carrier)
                if total is None:
                    total = sums[carrier] = IntervalSum()
                if flows == YES == lives:
                    total.low += sum_at_node.low
                total.high += sum_at_node.high
                total.expected += sum_at_node.expected
                for pdu, count in sum_at_node.pools.items():
                    total.pools[pdu] = total.pools.get(pdu, 0) + count
        return sums

    def flow(self, sums: Mapping[int, IntervalSum]) -> PowerFlow:
        """The currents now, to be changed."""
        return PowerFlow(self.facts, sums, self.power)

    def later(self, facts: Facts, outages: Mapping[int, Truth]) -> HallFacts:
        """The hall at another hour, of which no meter says anything: nothing flows yet."""
        facts_later = copy.copy(self)
        facts_later.facts, facts_later.power = facts, Power(facts, outages)
        facts_later.sums, facts_later.most_of = {}, {}
        facts_later.figures = {
            node: KnownCurrents(part=currents.part) for node, currents in self.figures.items()
        }
        return facts_later

    def load(self, carrier: int, total: IntervalSum) -> Optional[Interval]:
        """The current of a carrier's fullest conductor; None if no load can shift to it."""
        load = total.load(self.figures[carrier], self.most_of, LOW, HIGH)
        return None if load is None else self._load_in_amperes(carrier, load)

    def now_of(self, carrier: int, total: IntervalSum) -> Interval:
        """The same, also if no load can shift to it."""
        load = total.now(self.figures[carrier], self.most_of, LOW, HIGH)
        return self._load_in_amperes(carrier, load)

    def perhaps_idle(self, power: Power) -> set[int]:
        """The carriers above UPSes that may have lost a phase of their input: nobody drew whether
        they feed from their batteries then, and take nothing from above.
        """
        nodes: set[int] = set()
        for ups, lines in self.batteries:
            if power.alive(ups) != NO and any(power.alive(line) != YES for line in lines):
                nodes.update(*map(self.graph.all_above, (ups, *lines)))
        return nodes - {ups for ups, _ in self.batteries}

    def _load_in_amperes(self, carrier: int, load: Interval) -> Interval:
        volts = self.graph.carriers[carrier].volts
        if volts == 1.0:
            return load
        low, high, expected = (end / volts for end in load[:3])
        return load._replace(low=low, high=high, expected=expected)

    def trips_at(self, carrier: int, within_s: float = math.inf) -> Interval:
        """Between these currents a carrier may trip within so many seconds: it holds its rating,
        and for its conventional time what its standard says, if it was cold.
        """
        breaker = self.graph.carriers[carrier]
        least, most = self._protections(carrier)
        if least is None or most is None:
            return Interval(0.0, math.inf, 0.0)
        low = least.for_good_a
        if breaker.trips and within_s < least.holds_s:
            total = self.sums.get(carrier)
            if total is None or self.now_of(carrier, total).high <= least.cold_a:
                low = least.holds_a
        high = most.trips_a if breaker.trips else math.inf
        return Interval(min(low, high), high, low)

    def holds_s(self, carrier: int) -> float:
        """For how many seconds a carrier holds a small overload; 0.0 if nobody knows."""
        least, _ = self._protections(carrier)
        return least.holds_s if least and self.graph.carriers[carrier].trips else 0.0

    def likely_trips(self, carrier: int, load: Interval) -> bool:
        """Whether what it likely carries is more than it holds for its hour from the cold; where
        that is so, about half of those that conform trip.
        """
        least, _ = self._protections(carrier)
        if least is None or math.isinf(load.high):
            return False
        holds_a = least.holds_a if self.graph.carriers[carrier].trips else least.for_good_a
        return load.expected > holds_a

    def latest_s(self, carrier: int, least_a: float) -> Optional[float]:
        """Seconds within which a carrier surely trips at least so much; None: it may hold."""
        _, most = self._protections(carrier)
        if most is None or not self.graph.carriers[carrier].trips:
            return None
        return most.latest_s(least_a)

    def _protections(self, carrier: int) -> tuple[Optional[Protection], Optional[Protection]]:
        """Those of the least and of the most that a carrier's rating may be; None: not known."""
        protections = self._protection.get(carrier)
        if protections is None:
            drawn_carrier = self.graph.carriers[carrier]
            rating = drawn_carrier.breaker.rating_a
            least = None if rating is None else Protection.of(drawn_carrier.breaker, rating)
            most = least
            if least is not None and drawn_carrier.most_a is not None:
                most = Protection.of(drawn_carrier.breaker, drawn_carrier.most_a)
            protections = self._protection[carrier] = least, most
        return protections

    def without(self, off: Iterable[tuple[int, int]]) -> dict[int, Interval]:
        """The loads of carriers to which current may shift if these outlets are switched off, by
        consumer and place.
        """
        sums = CopyOnWriteSums(self.sums)
        carriers = self.flow(sums).switch(dict.fromkeys(off, NO))
        loads = {carrier: self.load(carrier, sums[carrier]) for carrier in carriers}
        return {carrier: load for carrier, load in loads.items() if load is not None}


class CopyOnWriteSums(dict[int, IntervalSum]):
    """Sums that are copied from others when they are first changed."""

    def __init__(self, base: Mapping[int, IntervalSum]) -> None:
        super().__init__()
        self._base = base

    def __missing__(self, carrier: int) -> IntervalSum:
        base = self._base.get(carrier)
        total = self[carrier] = IntervalSum() if base is None else base.copy()
        return total


def _input_groups(
    graph: Graph, first_input_by_node: Mapping[int, int]
) -> dict[int, list[list[int]]]:
    """Node with several inputs -> the one that feeds it now, if that is known, and the others."""
    groups_by_node: dict[int, list[list[int]]] = {}
    for node, inputs in graph.inputs.items():
        first = first_input_by_node.get(node)
        rest_of_inputs = [source for source in inputs if source != first]
        groups_by_node[node] = [rest_of_inputs] if first is None else [[first], rest_of_inputs]
    return groups_by_node


class FailureBounds(NamedTuple):
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
    #: what surely trips, or dies with what does -> seconds after which it is gone at the latest
    latest_s: Mapping[int, float]
    #: carrier -> its load
    loads: Mapping[int, Interval]
    #: the consumers of which a cord may die or change its way
    consumers: Collection[int]
    power: Power
    #: carrier to which load shifts -> its load right after the failure, before anything trips
    first_loads: Mapping[int, Interval]
    #: these -> what each adds to each carrier right after the failure, before anything trips
    shares: Mapping[int, Mapping[int, Interval]]

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


def bounds_of(
    hall: HallFacts, failures: Collection[int], within_s: float = math.inf
) -> FailureBounds:
    """What happens when these fail, within so many seconds."""
    sums = CopyOnWriteSums(hall.sums)
    flow = hall.flow(sums)
    carriers = flow.change(dict.fromkeys(failures, YES))
    below = hall.facts.nodes_below(failures)
    at_first = {node for node in below if flow.power.alive(node) == NO}
    step_one = {node for node in below if flow.power.alive(node) != YES}
    shares = {number: contributions for number, (_, contributions) in flow.touched.items()}
    failure = Failure(hall, sums, flow, within_s)
    first = {carrier: failure.load(carrier) for carrier in carriers}
    first_loads = {carrier: load for carrier, load in first.items() if load is not None}
    failure.spread(carriers)
    trips = failure.surely_trip()
    below = hall.facts.nodes_below([*failures, *flow.outages])
    return FailureBounds(
        at_first,
        step_one,
        {node for node in below if flow.power.alive(node) == NO},
        {node for node in below if flow.power.alive(node) != YES},
        {carrier: place for place, carrier in enumerate(failure.tripping)},
        trips,
        failure.latest_s,
        failure.loads,
        flow.touched.keys(),
        flow.power,
        first_loads,
        shares,
    )


class TimedBounds(NamedTuple):
    """What a failure does in the end, and in shorter times."""

    end: FailureBounds
    #: seconds, and what is done before they are over, the shortest first
    before: Sequence[tuple[float, FailureBounds]]

    @classmethod
    def of(cls, hall: HallFacts, failures: Collection[int]) -> TimedBounds:
        """That of a failure of these. Only what may trip is looked at in shorter times."""
        end = bounds_of(hall, failures)
        times = sorted({hall.holds_s(carrier) for carrier in end.tripping})[:2]
        return cls(
            end,
            [
                (seconds, bounds_of(hall, failures, seconds * (1 - 1e-9)))
                for seconds in times
                if seconds > 0
            ],
        )

    def not_before_s(self, holds: Callable[[FailureBounds], bool]) -> float:
        """Seconds for which something surely holds that may not in the end."""
        held_s = 0.0
        for seconds, bounds in self.before:
            if not holds(bounds):
                break
            held_s = seconds
        return held_s


class Failure:
    """What trips while currents shift in a hall: perhaps, and for sure."""

    def __init__(
        self,
        hall: HallFacts,
        sums: Mapping[int, IntervalSum],
        flow: PowerFlow,
        within_s: float = math.inf,
    ) -> None:
        self._hall, self._sums, self._flow = hall, sums, flow
        self._within_s = within_s
        self._idle = hall.perhaps_idle(flow.power)
        self._trips_at: dict[int, Interval] = {}
        #: what had power before the power came back, and its carriers that carry no more then,
        #: unless one of these trips and leaves them its load
        self.lived: set[int] = set()
        self.spared: set[int] = set()
        #: what surely trips, or dies with what does -> seconds after which it is gone
        self.latest_s: dict[int, float] = {}
        #: those that may trip, in the order found
        self.tripping: dict[int, None] = {}
        #: carrier to which load may shift -> its load
        self.loads: dict[int, Interval] = {}
        self._needs: dict[int, set[int]] = {}
        #: carrier -> its load while it and all that it needs live, until that may have changed
        self._live_loads: dict[int, Optional[Interval]] = {}

    def trip(self, first: Collection[int], sure: Collection[int]) -> list[int]:
        """Let these trip perhaps, and what follows. Returns those that trip for sure, of `sure`."""
        self.tripping.update(dict.fromkeys(first))
        for carrier in first:
            self.loads[carrier] = self._hall.now_of(carrier, self._sums[carrier])
        self.spared -= self._find_changeable(self.lived.intersection(first))
        self.spread(self._change(first, MAYBE))
        return [trips[0] for trips in self.surely_trip(sure)]

    def load(self, carrier: int) -> Optional[Interval]:
        """The load of a carrier now; None if no load can shift to it."""
        return self._widen_if_idle(carrier, self._hall.load(carrier, self._sums[carrier]))

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
                if carrier in self.tripping or flow.power.alive(carrier) == NO:
                    continue
                load = self.load(carrier)
                if load is None:
                    continue
                if self._may_trip(carrier, load):
                    if self.tripping:
                        fresh[carrier] = None
                        continue
                    fresh_trips.append(carrier)
                loads[carrier] = load
            doubtful.update(fresh)
            for carrier in [
                number for number in doubtful if number in neighbours or number in fresh
            ]:
                load = self._live_load(carrier)
                if load is not None:
                    loads[carrier] = load
                    if self._may_trip(carrier, load):
                        fresh_trips.append(carrier)
            for carrier in fresh_trips:
                doubtful.pop(carrier, None)
            self.tripping.update(dict.fromkeys(fresh_trips))
            if not fresh_trips:
                return
            neighbours = self._find_changeable(fresh_trips)
            self.spared -= self._find_changeable(self.lived.intersection(fresh_trips))
            carriers = self._change(fresh_trips, MAYBE)

    def _change(self, nodes: Collection[int], truth: Truth) -> list[int]:
        """Let these be gone, perhaps or surely. Returns the carriers whose current changed."""
        for carrier in self._find_changeable(nodes):
            self._live_loads.pop(carrier, None)
        carriers = self._flow.change(dict.fromkeys(nodes, truth))
        self._idle = self._hall.perhaps_idle(self._flow.power)
        return carriers

    def _find_changeable(self, nodes: Collection[int]) -> set[int]:
        """The carriers whose load may be another one when these are gone: those below, and those
        of all consumers that have a cord there.
        """
        facts = self._hall.facts
        below = facts.nodes_below(nodes)
        carriers = below & self._hall.graph.carriers.keys()
        for number in {number for node in below for number in facts.consumers_at.get(node, ())}:
            carriers |= self._hall.carriers_of(number)
        return carriers

    def _may_trip(self, carrier: int, load: Interval) -> bool:
        if carrier in self.spared:
            return False
        thresholds = self._trips_at.get(carrier)
        if thresholds is None:
            thresholds = self._trips_at[carrier] = self._hall.trips_at(carrier, self._within_s)
        return load.high > thresholds.low

    def _needs_of(self, node: int) -> set[int]:
        needed_nodes = self._needs.get(node)
        if needed_nodes is None:
            needed_nodes = self._needs[node] = self._hall.graph.sure_above(node)
        return needed_nodes

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
        living_nodes = self._needs_of(carrier).union(*map(self._needs_of, extra_nodes))
        if any(flow.power.alive(node) == NO for node in living_nodes):
            return None
        power = Power(hall.facts, flow.outages, flow.power, living_nodes)
        base = hall.sums.get(carrier)
        total = IntervalSum() if base is None else base.copy()
        for number in hall.on.get(carrier, ()):
            shares = flow.touched.get(number)
            if shares is not None:
                contributions = flow.contributions(number, power, carrier)
                total.enter(shares[0].get(carrier), contributions.get(carrier))
        return hall.load(carrier, total)

    # ---- what surely trips -----------------------------------------------------------------------

    def surely_trip(self, only: Optional[Collection[int]] = None) -> list[list[int]]:
        """The breakers that trip in every hall. Lets them be gone, and raises the lower ends of the
        loads. `only`: no others are looked at.
        """
        hall, flow, loads = self._hall, self._flow, self.loads
        trips: list[list[int]] = []
        for carrier in self._idle & loads.keys():
            loads[carrier] = loads[carrier]._replace(low=0.0)
        for carrier in self.tripping:
            load = self._live_load(carrier)
            if load is not None:
                loads[carrier] = load
        left = [
            candidate
            for candidate in self.tripping
            if candidate in loads and (only is None or candidate in only)
        ]
        since_s = 0.0
        changeable = set(left)
        while True:
            dead: dict[int, float] = {}
            for carrier in left:
                if carrier not in changeable:
                    continue
                if not flow.power.alive(carrier) or not hall.graph.carriers[carrier].trips:
                    continue
                load = self._live_load(carrier)
                if load is None:
                    continue
                loads[carrier] = _both(load, loads[carrier])
                latest_s = self._surely_within(carrier, load, since_s)
                if latest_s is not None:
                    dead[carrier] = latest_s
                    nodes_above = hall.graph.all_above(carrier)
                    trips.append([carrier, *(o for o in left if o in nodes_above and o != carrier)])
                    continue
                for node, latest_s in self._find_dead_outlets(carrier, since_s):
                    dead[node] = min(latest_s, dead.get(node, math.inf))
            if not dead:
                return trips
            self.latest_s.update(dead)
            since_s = max(dead.values())
            changeable = self._find_changeable(dead)
            for carrier in self._change(dead, YES):
                if carrier in loads and carrier not in self.tripping:
                    load = self.load(carrier)
                    if load is not None:
                        loads[carrier] = _both(load, loads[carrier])

    def _surely_within(self, carrier: int, load: Interval, since_s: float) -> Optional[float]:
        """Seconds after which a carrier has tripped that carries so much from `since_s` on; None:
        it may hold, or does so for as long as is asked.
        """
        seconds = self._hall.latest_s(carrier, load.low)
        if seconds is None or since_s + seconds > self._within_s:
            return None
        return since_s + seconds

    def _find_dead_outlets(self, carrier: int, since_s: float) -> list[tuple[int, float]]:
        """Outlets that die though nobody can say which breaker trips, and after how many seconds
        at the latest: if they lived, all that they need would, and then this one would trip.
        """
        hall, flow = self._hall, self._flow
        if self.loads[carrier].high <= hall.trips_at(carrier).high:
            return []
        numbers = [item for item in hall.on.get(carrier, ()) if item in flow.touched]
        nodes = {
            supply.node
            for number in numbers
            for supply in hall.facts.consumers[number].supplies
            if flow.power.alive(supply.node) == MAYBE
            and flow.power.path(supply.node).get(carrier) == YES
        }
        chains: dict[frozenset[int], list[int]] = {}
        for node in nodes:
            breakers_above = frozenset(self._needs_of(node) & self.tripping.keys())
            if not breakers_above <= self._needs_of(carrier):
                chains.setdefault(breakers_above, []).append(node)
        if len(chains) * len(numbers) > _MOST_WAYS:
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
    return Interval(bottom, high.high, min(max(bottom, low.expected), high.high))
