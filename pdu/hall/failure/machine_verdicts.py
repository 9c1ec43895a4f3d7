"""What becomes of each machine in a failure, and how long UPSes feed it. Pure."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace

from ...core.cli.output import counted
from ...site.drawing.drawing import Drawing, HallNode
from ..walk.arithmetic import NO, YES
from ..walk.graph import Graph
from ..walk.verdicts import ADVICE, Judged, Now, Verdict, first_unproven
from .bounds import FailureBounds
from .drawn_consumer import DrawnConsumer
from .hall_model import HallModel

OVERLOAD_ADVICE = "move load away from it, or give the drawing what it needs to be certain"
_UNDRAWN = "its cords may be behind what fails: the drawing does not say"
_UNDRAWN_ADVICE = "draw which outlets are behind which line and breaker"

BatteryBounds = Callable[[int], tuple[float, float]]
"""Node -> for how long UPSes feed it at least and at most, in s; infinite: it has power."""


def judge_machines(
    hall: HallModel, trips: TripsAbove, battery_bounds: BatteryBounds
) -> list[Judged]:
    """The machines that lose, or may lose, a cord and have power now."""
    names, end = list(hall.places), trips.end
    verdicts: list[Judged] = []
    for number in sorted(end.consumers):
        consumer = hall.consumers[number]
        if end.possibly.isdisjoint(consumer.nodes) or not consumer.is_drawn:
            continue
        if names[number] not in hall.already:
            machine = _judge_machine(hall, names[number], number, trips)
            if machine.verdict is Verdict.AT_ONCE:
                machine = _add_autonomy(machine, consumer, battery_bounds)
            verdicts.append(machine)
    return verdicts


def _judge_machine(hall: HallModel, name: str, number: int, trips: TripsAbove) -> Judged:
    end, consumer = trips.end, hall.consumers[number]
    cords, needs = consumer.cords, consumer.needs
    left_cords = [cord for cord, node in zip(cords, consumer.nodes) if node not in end.at_first]
    off = sum(cord.now is Now.OFF for cord in left_cords)
    if len(left_cords) - off < needs:
        reason = f"{len(left_cords) - off} of {len(cords)} cords survive, it needs {needs}"
        if off:
            reason += f" ({counted(off, 'outlet')} off)"
        return Judged(name, Verdict.AT_ONCE, reason, not_before_s=0.0, at_the_latest_s=0.0)
    supplies = hall.now.consumers[number].supplies
    lives = end.lives(consumer, supplies)
    if lives == YES:
        return Judged(name, Verdict.STAYS)
    not_before_s = end.not_before_s(lambda earlier: earlier.lives(consumer, supplies) == YES)
    names, why_undecided = trips.names_above(n for n in consumer.nodes if n not in end.at_first)
    if lives == NO:
        reason = f"{' or '.join(names[:2])} trips under the take-over load"
        dark_at_s = _dark_at_s(hall.graph, consumer, end)
        return Judged(name, Verdict.WITH_BREAKER, reason, "", 2, names, not_before_s, dark_at_s)
    if end._replace(surely=set(), possibly=end.step_one).lives(consumer, supplies) == YES:
        advice = OVERLOAD_ADVICE
        if why_undecided:
            return Judged(name, Verdict.CANNOT_SAY, why_undecided, advice, 2, (), not_before_s)
        likely_lives = sum(map(trips.likely_lives, _living_nodes(consumer, end)))
        is_likely = likely_lives < consumer.needs
        trip = "likely trips" if is_likely else "may trip"
        reason = f"{' or '.join(names[:3])} {trip} under the take-over load"
        machine = Judged(name, Verdict.UNLESS, reason, advice, 2, names, not_before_s)
        return replace(machine, is_likely_dark=is_likely)
    unproven_cord = first_unproven(
        cord for cord, node in zip(cords, consumer.nodes) if node not in end.step_one
    )
    if unproven_cord is None:
        return Judged(name, Verdict.CANNOT_SAY, _UNDRAWN, _UNDRAWN_ADVICE)
    reason, advice = unproven_cord.now.value, ADVICE[unproven_cord.now]
    return Judged(name, Verdict.CANNOT_SAY, reason, advice, cord=str(unproven_cord.cord))


def _living_nodes(consumer: DrawnConsumer, end: FailureBounds) -> list[int]:
    """The nodes of the cords that are on and that the failure itself leaves."""
    return [
        node
        for cord, node in zip(consumer.cords, consumer.nodes)
        if node not in end.at_first and cord.now is not Now.OFF
    ]


class TripsAbove:
    """Those that trip, or may, above nodes, worked out once for all that hang on the same ones."""

    def __init__(self, graph: Graph, end: FailureBounds) -> None:
        self.end, self._graph = end, graph
        self._keys = {key for carrier in end.trip_order for key in graph.keys_of(carrier)}
        self._likely_keys = {
            key
            for carrier in end.trip_order
            if carrier in end.loads and graph.carriers[carrier].likely_trips(end.loads[carrier])
            for key in graph.keys_of(carrier)
        }
        self._of_nodes: dict[int, frozenset[int]] = {}
        self._of_keys: dict[frozenset[int], tuple[tuple[str, ...], str]] = {}

    def keys(self, node: int) -> frozenset[int]:
        """The keys of those above a node: carriers, and pools of which a member may trip."""
        keys = self._of_nodes.get(node)
        if keys is None:
            keys = self._of_nodes[node] = frozenset(self._graph.all_above(node) & self._keys)
        return keys

    def likely_lives(self, node: int) -> bool:
        """Whether none above a node trips that likely does."""
        return self._likely_keys.isdisjoint(self.keys(node))

    def names_above(self, nodes: Iterable[int]) -> tuple[tuple[str, ...], str]:
        """The names of those above any of these nodes, in the order found, and why no breaker's
        condition says what becomes of a machine there; "" if one does.
        """
        keys = frozenset().union(*map(self.keys, nodes))
        if keys not in self._of_keys:
            order = self.end.trip_order
            carriers = [c for c in self._graph.members(keys) if c in order]
            carriers.sort(key=order.__getitem__)
            names = tuple(self._graph.carriers[carrier].name for carrier in carriers)
            self._of_keys[keys] = names, _why_undecided(self._graph, carriers, self.end)
        return self._of_keys[keys]


def _dark_at_s(graph: Graph, consumer: DrawnConsumer, end: FailureBounds) -> float:
    """Seconds after which a machine is dark that surely goes dark with breakers."""
    dark_at_s, longest_s = 0.0, max(end.latest_s.values(), default=0.0)
    for node in (end.surely - end.at_first).intersection(consumer.nodes):
        causes = end.latest_s.keys() & graph.sure_above(node)
        dark_at_s = max(dark_at_s, min(map(end.latest_s.__getitem__, causes), default=longest_s))
    return dark_at_s


def _why_undecided(graph: Graph, breakers: Iterable[int], end: FailureBounds) -> str:
    """Why no breaker's condition says what becomes of a machine; "" if one does."""
    for number in breakers:
        carrier = graph.carriers[number]
        if carrier.breaker.rating_a is None:
            return f"{carrier.name}: its rating is not known, so it may trip"
        if carrier.most_a is not None:
            return f"{carrier.name}: nobody drew which it is, so it may trip"
        if number in end.loads and math.isinf(end.loads[number].high):
            return f"{carrier.name} may trip: not bounded, rated {carrier.breaker.rating_a:g} A"
    return "" if breakers else "a breaker further up may trip under the take-over load"


def machines_behind(
    hall: HallModel, trips: TripsAbove, verdicts: Iterable[Judged]
) -> dict[int, list[str]]:
    """Line or breaker that may trip -> the machines that go dark if it alone does."""
    graph, end = hall.graph, trips.end
    #: how many nodes a machine needs, and the keys above each of its -> such machines
    alike: dict[tuple[int, tuple[frozenset[int], ...]], list[tuple[int, str]]] = {}
    for place, machine in enumerate(verdicts):
        if machine.breakers:
            consumer = hall.consumers[hall.places[machine.machine]]
            lives = tuple(trips.keys(node) for node in _living_nodes(consumer, end))
            alike.setdefault((consumer.needs, lives), []).append((place, machine.machine))
    #: key -> the groups of machines that go dark, and those to which it does not apply
    groups: dict[int, list[int]] = {}
    shared_groups: dict[int, set[int]] = {}
    for group, (needs, lives) in enumerate(alike):
        keys = frozenset().union(*lives)
        shared_keys = graph.shared(keys)
        for key in keys.union(shared_keys):
            same_keys = graph.keys_of(key) if key in shared_keys else (key,)
            if sum(above.isdisjoint(same_keys) for above in lives) < needs:
                groups.setdefault(key, []).append(group)
        for carrier in shared_keys:
            shared_groups.setdefault(carrier, set()).add(group)
    names = list(alike.values())
    names_of: dict[tuple[int, ...], list[str]] = {}
    behind: dict[int, list[str]] = {}
    for carrier in end.trip_order:
        pools, exempt = graph.pools_of.get(carrier, ()), shared_groups.get(carrier, ())
        pool_groups = [g for pool in pools for g in groups.get(pool, ()) if g not in exempt]
        group_numbers = (*groups.get(carrier, ()), *pool_groups)
        if group_numbers not in names_of:
            places = sorted(itertools.chain.from_iterable(names[group] for group in group_numbers))
            names_of[group_numbers] = [name for _, name in places]
        if group_numbers:
            behind[carrier] = names_of[group_numbers]
    return behind


# ---- UPSes ---------------------------------------------------------------------------------------


def lasting_upses(
    hall: HallModel,
    failures: Collection[HallNode],
    end: FailureBounds,
    battery_bounds: BatteryBounds,
) -> Mapping[str, float]:
    """UPS that loses its input, and does not fail itself -> seconds until it is empty."""
    upses = [panel for panel in hall.drawing.panels.values() if panel.autonomy_min]
    nodes = {ups.name: hall.graph.nodes[ups.node] for ups in upses if ups.node not in failures}
    return {name: battery_bounds(node)[0] for name, node in nodes.items() if node in end.at_first}


def _add_autonomy(
    machine: Judged, consumer: DrawnConsumer, battery_bounds: BatteryBounds
) -> Judged:
    """A machine that goes dark at once, or later if UPSes feed enough of its cords."""
    places = zip(consumer.cords, consumer.nodes)
    cords = [(cord.now, *battery_bounds(node)) for cord, node in places if cord.now is not Now.OFF]
    if len(cords) < consumer.needs:
        return machine
    # a supply that may be dead feeds nothing in the meantime
    least = [least_s if now in (Now.CARRIES, Now.WORKS) else 0.0 for now, least_s, _ in cords]
    least_s = sorted(least, reverse=True)[consumer.needs - 1]
    most_s = sorted((most_s for *_, most_s in cords), reverse=True)[consumer.needs - 1]
    if not least_s:
        return replace(machine, at_the_latest_s=None if math.isinf(most_s) else most_s)
    return replace(machine, verdict=Verdict.AFTER_UPS, autonomy_s=least_s, at_the_latest_s=None)


def bound_batteries(
    drawing: Drawing, graph: Graph, failures: Iterable[HallNode], end: FailureBounds
) -> BatteryBounds:
    """For how long UPSes feed each node in this failure."""
    nodes = graph.nodes
    failed_nodes = {nodes[node] for node in failures}
    autonomy_s = {nodes[panel.node]: 60 * panel.autonomy_min for panel in drawing.panels.values()}

    # what feeds a UPS's line from above does so through the UPS
    boards = {
        nodes[HallNode.breaker(panel.name, line.name)]: nodes[panel.node]
        for panel in drawing.panels.values()
        for line in panel.lines
        if panel.ups is not None
    }

    @functools.cache
    def bounds_of_node(node: int) -> tuple[float, float]:
        if node in failed_nodes:
            return 0.0, 0.0
        if node not in end.at_first:
            return 0.0 if node in end.step_one else math.inf, math.inf
        if node in boards:
            ups = boards[node]
            if ups in end.at_first:
                return bounds_of_node(ups)
            # nobody drew what a UPS does that loses one phase of its input
            return 0.0, math.inf if autonomy_s.get(ups) else 0.0
        # UPSes in a row: the lower one begins when the upper one ends
        inputs = [bounds_of_node(edge.node) for edge in graph.above[node] if edge.is_input]
        own_s = autonomy_s.get(node, 0.0)
        bounds = [tuple(own_s + max(ends) for ends in zip(*inputs))] if inputs else []
        for edge in graph.above[node]:
            if not edge.is_input:
                least_s, most_s = bounds_of_node(edge.node)
                bounds.append((least_s, most_s if edge.presence == YES else math.inf))
        return min(n[0] for n in bounds), min(n[1] for n in bounds)

    return bounds_of_node
