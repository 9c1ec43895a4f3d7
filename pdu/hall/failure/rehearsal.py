"""What a failure does to a hall: machines, loads, and the breakers that trip next. Pure.

    hall = Hall(drawing, readings)
    outcome = hall.rehearse([HallNode("feed", "A")])

A machine is dark if it is in every hall that the drawing and the readings allow, and stays if it
does in all of them: `bounds` bounds these halls.

This is the computation; `rehearse` is the command.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple, Optional

from ...core.cli.output import counted
from ...core.drawing.drawing import Cord, Drawing, HallNode
from ...core.inventory.saved_readings import HallReadings
from ...core.states import DOWN, UP
from ..drawings import enrichment
from ..walk.arithmetic import MAYBE, NO, YES, Interval, KnownCurrents, Truth
from ..walk.graph import Graph
from ..walk.load_limits import (
    BETWEEN_LINES,
    CANNOT_SAY,
    IN_PHASE,
    MAY_TRIP,
    OVERLOADS,
    LoadVerdict,
    compare_load,
)
from ..walk.node_state import Condition, HallStates, NodeState
from ..walk.power_flow import Power
from ..walk.verdicts import (
    ADVICE,
    CordNow,
    Judged,
    Now,
    Verdict,
    cords_now,
    first_unproven,
    reading_bounds,
)
from .bounds import DrawnConsumer, FailureBounds, HallFacts, TimedBounds

OVERLOAD_ADVICE = "move load away from it, or give the drawing what it needs to be certain"
_UNDRAWN = "its cords may be behind what fails: the drawing does not say"
_UNDRAWN_ADVICE = "draw which outlets are behind which line and breaker"


@dataclass(frozen=True)
class BreakerLoad:
    """The load of one line, breaker or UPS."""

    #: PANEL/LINE, PDU/LINE or PDU/BREAKER
    name: str
    #: what it carries after the failure, or when all has closed
    load: Interval
    #: the highest planned current, in A; None if its rating is not known
    limit_a: Optional[float]
    #: in A; None if neither the drawing nor the PDU says it
    rating_a: Optional[float]
    #: whether it carries the load
    fit: LoadVerdict

    @property
    def load_range(self) -> Interval:
        """The least and the most that is shown of it, in A."""
        return self.load


@dataclass(frozen=True)
class BreakerAfter(BreakerLoad):
    """The load of one line, breaker or UPS after a failure, and how long it holds that."""

    #: what it carries right after the failure, before anything trips; None: as now
    at_first: Optional[Interval] = None
    #: what it carries for good, in A; None if its rating is not known
    holds_a: Optional[float] = None
    #: seconds before which it surely does not trip; infinite: it holds for good
    not_before_s: float = math.inf
    #: seconds after which it has surely tripped; None if it may hold
    at_the_latest_s: Optional[float] = None
    #: the machines that go dark, or may, if it trips and nothing else does
    machines: Sequence[str] = ()
    #: whether it trips if outlets without a meter carry alike
    likely_trips: bool = False

    @property
    def load_range(self) -> Interval:
        """The least right after the failure, and the most whatever trips, in A."""
        low = self.load.low if self.at_first is None else self.at_first.low
        return self.load._replace(low=max(low, self.load.low))

    @property
    def excess_a(self) -> float:
        """How much less it must carry to hold for good, in A; infinite if nothing bounds it."""
        return 0.0 if self.holds_a is None else max(0.0, self.load.high - self.holds_a)


def count_fit(loads: Iterable[BreakerLoad], word: str) -> int:
    """How many of these have this word."""
    return sum(load.fit.word == word for load in loads)


def in_question(loads: Iterable[BreakerAfter]) -> list[BreakerAfter]:
    """Those that trip or may trip, first those that do so soonest and take the most machines."""
    questions = [load for load in loads if load.fit.word in (OVERLOADS, MAY_TRIP)]
    return sorted(
        questions,
        key=lambda load: (
            load.not_before_s,
            math.inf if load.at_the_latest_s is None else load.at_the_latest_s,
            -len(load.machines),
            load.name,
        ),
    )


def worst_level(levels: Iterable[int]) -> int:
    """The exit code of several: something that goes dark counts more than something that nobody
    can say.
    """
    return max(levels, key=(0, 2, 1).index)


class RehearsalOutcome(NamedTuple):
    """What a failure does."""

    #: what was assumed to fail, all together
    failed: Sequence[HallNode]
    #: the machines that lose, or may lose, a cord; all others stay as they are
    touched: Sequence[Judged]
    #: machines that have no power now, whatever fails
    already: Sequence[str]
    #: how many machines are drawn
    machines: int
    #: lines and breakers to which load may shift
    loads: Sequence[BreakerAfter]
    #: those that surely trip, in this order: the second step; `X or Y` where one of both does
    trips: Sequence[str]
    #: UPS whose input dies -> seconds for which it feeds what is behind it, by the owner's word
    autonomy_s: Mapping[str, float] = MappingProxyType({})

    def count(self, verdict: Verdict) -> int:
        """How many machines have this verdict; those that no failure touches stay."""
        machines = sum(machine.verdict is verdict for machine in self.touched)
        if verdict is Verdict.STAYS:
            machines += self.machines - len(self.touched) - len(self.already)
        return machines

    @property
    def in_question(self) -> list[BreakerAfter]:
        """The breakers that trip or may trip, in the order of `in_question`."""
        return in_question(self.loads)

    @property
    def level(self) -> int:
        """The exit code. 0: nothing goes dark, and no breaker is in question; 1: something goes
        dark, or a breaker likely trips; 2: nothing of that, and something may, or cannot be said.
        """
        levels = {machine.verdict.level for machine in self.touched}
        if 1 in levels or any(load.likely_trips for load in self.loads):
            return 1
        return 2 if levels - {0} or self.in_question or count_fit(self.loads, CANNOT_SAY) else 0


class Hall:
    """A drawing with the readings of its PDUs, prepared for any number of rehearsals."""

    def __init__(self, drawing: Drawing, readings: HallReadings) -> None:
        #: with the lines and ratings that the PDUs report
        self.drawing = enrichment.completed(drawing, readings)
        self.readings = readings
        steps = {name: reading.outlet_step_a for name, reading in readings.pdus.items()}
        #: the cords of each machine as they are read
        self.cords: dict[str, tuple[CordNow, ...]] = {
            machine.name: cords_now(machine, readings, steps, drawing.idle_a)
            for machine in drawing.machines.values()
        }
        #: machines without power now
        self.already = {
            name
            for name, cords in self.cords.items()
            if sum(cord.now is not Now.OFF for cord in cords) < drawing.machines[name].needs
        }
        #: machine -> its place in the drawing, and the number of its consumer
        self.places = {name: number for number, name in enumerate(drawing.machines)}
        self._has_several_voltages = self.drawing.has_several_voltages
        self._last: Optional[tuple[tuple[int, ...], TimedBounds]] = None

    @cached_property
    def unowned(self) -> list[CordNow]:
        """Outlets that carry, or may carry, current and belong to nothing in the drawing."""
        owned = {cord.cord for cords in self.cords.values() for cord in cords}
        for inputs in self.drawing.inputs_by_node().values():
            owned.update(source for source in inputs if isinstance(source, Cord))
        cords_of_nobody: list[CordNow] = []
        for name in self.drawing.pdus:
            reading = self.readings.pdus.get(name)
            if reading is None:
                continue
            for identity, outlet in reading.outlets.items():
                current = outlet.current_a
                # most outlets without a machine carry nothing
                if current == 0 or (current is None and outlet.state is DOWN):
                    continue
                if current is None and self.drawing.pdus[name].complete:
                    continue
                cord = Cord(name, identity)
                if cord not in owned:
                    low, high = reading_bounds(current, reading.outlet_step_a)
                    cords_of_nobody.append(CordNow(cord, Now.CARRIES, low, high))
        return cords_of_nobody

    @cached_property
    def drawn_carriers(self) -> Mapping[str, HallNode]:
        """The name of a line, breaker or UPS in an answer -> what it is in the drawing."""
        return self.facts.graph.drawn_carriers()

    @cached_property
    def facts(self) -> HallFacts:
        """The graph with all consumers: first the machines, in the drawing's order."""
        nobodys: dict[str, list[CordNow]] = {}
        for cord_now in self.unowned:
            nobodys.setdefault(self.drawing.pdus[cord_now.cord.pdu].rack, []).append(cord_now)
        cords = [cord_now.cord for cords in self.cords.values() for cord_now in cords]
        cords += [cord_now.cord for several in nobodys.values() for cord_now in several]
        graph = Graph(self.drawing, cords, self._least_of_inlets())
        pools = enrichment.pools_of(self.drawing, self.readings)
        consumers = [
            self._volts(_consumer(graph, several, self.drawing.machines[name].needs, pools), graph)
            for name, several in self.cords.items()
        ]
        racks = self._racks(graph) if nobodys else {}
        for rack, several in nobodys.items():
            # what nobody drew may hang on any outlet of its rack too: a cord may be drawn wrongly,
            # or a machine may have one more
            undrawn = self._volts(_consumer(graph, several, 1, pools), graph)
            nodes = tuple(dict.fromkeys((*undrawn.nodes, *racks.get(rack, ()))))
            consumers.append(undrawn._replace(is_drawn=False, rack=nodes))
        most_of = {
            pool: most * graph.volts(self.drawing.pdus[enrichment.pdu_of(pool)])
            for pool, most in enrichment.residuals(self.drawing, self.readings).items()
        }
        off = {node: truth for cord, node in graph.feeding.items() if (truth := self._is_off(cord))}
        hall_facts = HallFacts(graph, consumers, most_of, off, self._feeding_inputs(graph))
        hall_facts.figures = self._figures(graph, hall_facts)
        return hall_facts

    def _volts(self, consumer: DrawnConsumer, graph: Graph) -> DrawnConsumer:
        """With what the amperes of each cord count in the walk, where voltages differ."""
        if not self._has_several_voltages:
            return consumer
        pdus = [self.drawing.pdus[cord.cord.pdu] for cord in consumer.cords]
        return consumer._replace(volts=tuple(map(graph.volts, pdus)))

    def _least_of_inlets(self) -> dict[str, float]:
        """PDU -> the least that the fullest conductor of its inlet carries now, in A."""
        least_by_pdu: dict[str, float] = {}
        for name, reading in self.readings.pdus.items():
            pdu = self.drawing.pdus.get(name)
            if pdu is None:
                continue
            step = reading.outlet_step_a
            sums = sum(
                reading_bounds(outlet.current_a, step)[0] for outlet in reading.outlets.values()
            )
            is_one = pdu.lines_are_drawn and len(pdu.lines) == 1
            least_by_pdu[name] = IN_PHASE * (sums if is_one else sums / 3)
        return least_by_pdu

    def _is_off(self, cord: Cord) -> Truth:
        """Whether an outlet that feeds a PDU or panel is off."""
        outlet = self.readings.outlet(*cord)
        if outlet is None or outlet.state is UP:
            return NO
        if outlet.state is DOWN:
            return MAYBE if (outlet.current_a or 0.0) > self.drawing.idle_a else YES
        return NO

    def _feeding_inputs(self, graph: Graph) -> dict[int, int]:
        """Transfer switch -> the input that feeds it now: of those that are metered, one alone
        carries current.
        """
        input_by_switch: dict[int, int] = {}
        for inputs in self.drawing.inputs_by_node().values():
            cords = [source for source in inputs if isinstance(source, Cord)]
            if len(inputs) < 2 or not cords:
                continue
            carry = [
                cord
                for cord in cords
                for outlet in (self.readings.outlet(*cord),)
                if outlet is not None and (outlet.current_a or 0.0) > self.drawing.idle_a
            ]
            if len(carry) == 1:
                node = graph.feeding[carry[0]]
                input_by_switch[graph.below[node][0].node] = node
        return input_by_switch

    def _racks(self, graph: Graph) -> Mapping[str, Collection[int]]:
        """Rack -> the nodes of machines there."""
        nodes_by_rack: dict[str, dict[int, None]] = {}
        for cords in self.cords.values():
            for cord in cords:
                rack = self.drawing.pdus[cord.cord.pdu].rack
                nodes_by_rack.setdefault(rack, {})[graph.outlets[cord.cord]] = None
        return nodes_by_rack

    def _figures(self, graph: Graph, facts: HallFacts) -> Mapping[int, KnownCurrents]:
        """What is known of the current of each carrier now."""
        parts = self._parts(graph, facts)
        known_by_carrier: dict[int, KnownCurrents] = {}
        for number, carrier in graph.carriers.items():
            part = carrier.part * parts.get(number, IN_PHASE)
            if not carrier.pdu:
                known_by_carrier[number] = KnownCurrents(part=part)
                continue
            reading = self.readings.pdus.get(carrier.pdu)
            meter = enrichment.meter_of(self.drawing.pdus[carrier.pdu], carrier.breaker, reading)
            now = meter.current_a if meter is not None else None
            most = now if now is not None or reading is None else reading.load_a
            step = reading.meter_step_a if reading is not None else 0.0
            known_by_carrier[number] = KnownCurrents(
                None if now is None else carrier.volts * reading_bounds(now, step)[0],
                None if most is None else carrier.volts * (most + step),
                part,
            )
        return known_by_carrier

    def _parts(self, graph: Graph, facts: HallFacts) -> Mapping[int, float]:
        """The least that the sum of phasors is, as a part of the sum of numbers."""
        part_by_carrier: dict[int, float] = {}
        lines_of: dict[int, set[tuple[Optional[bool], ...]]] = {}
        inside = {
            graph.number[HallNode.breaker(pdu.name, breaker.name)]
            for pdu in self.drawing.pdus.values()
            for breaker in pdu.breakers
        }
        nodes_done: set[int] = set()
        for cord, node in graph.outlets.items():
            if node in nodes_done:
                continue
            nodes_done.add(node)
            pdu = self.drawing.pdus[cord.pdu]
            lines = tuple(pdu.carries(line, cord.outlet) for line in pdu.lines)
            for carrier, flows in facts.power.path(node).items():
                if carrier in inside:
                    if flows == YES:
                        lines_of.setdefault(carrier, set()).add(lines)
                elif sum(line is True for line in lines) > 1:
                    part_by_carrier[carrier] = BETWEEN_LINES
        # a breaker that carries several lines
        part_by_carrier.update(
            (carrier, 0.0) for carrier, several in lines_of.items() if len(several) > 1
        )
        return part_by_carrier

    # ---- public ----------------------------------------------------------------------------------

    def bounds(self, failed: Iterable[HallNode]) -> TimedBounds:
        """What these failures do at most and at least, on the graph. The last answer is kept."""
        number = self.facts.graph.number
        question = tuple(number[node] for node in failed)
        if self._last is None or self._last[0] != question:
            self._last = question, TimedBounds.of(self.facts, question)
        return self._last[1]

    def rehearse(self, failed: Sequence[HallNode]) -> RehearsalOutcome:
        """What happens when all of these fail together."""
        timed = self.bounds(failed)
        return self.outcome(failed, timed, self.judged(failed, timed))

    def judged(self, failed: Sequence[HallNode], timed: TimedBounds) -> list[Judged]:
        """The machines that lose, or may lose, a cord, in the drawing's order."""
        battery_bounds = self._battery_bounds(failed, timed.end)
        machines = list(self.drawing.machines)
        judged: list[Judged] = []
        for number in sorted(timed.end.reached):
            if number >= len(machines) or machines[number] in self.already:
                continue
            if any(node in timed.end.possibly for node in self.facts.consumers[number].nodes):
                machine = self._judged(machines[number], number, timed)
                if machine.verdict is Verdict.AT_ONCE:
                    machine = self._with_autonomy(machine, number, battery_bounds)
                judged.append(machine)
        return judged

    def _lasting_upses(self, failed: Sequence[HallNode], end: FailureBounds) -> Mapping[int, float]:
        """UPS that loses its input, and does not fail itself -> seconds until it is empty."""
        battery_bounds = self._battery_bounds(failed, end)
        return {
            number: battery_bounds(number)[0]
            for panel in self.drawing.panels.values()
            if panel.autonomy_min and panel.node not in failed
            for number in (self.facts.graph.number[panel.node],)
            if number in end.at_first
        }

    def _with_autonomy(
        self,
        machine: Judged,
        number: int,
        bounds_of_node: Callable[[int], tuple[float, float]],
    ) -> Judged:
        """A machine that goes dark at once, or later if UPSes feed enough of its cords."""
        consumer = self.facts.consumers[number]
        durations_s: list[tuple[float, float]] = []
        for cord, node in zip(consumer.cords, consumer.nodes):
            if cord.now is not Now.OFF:
                least_s, most_s = bounds_of_node(node)
                # a supply that may be dead feeds nothing in the meantime
                works = cord.now in (Now.CARRIES, Now.WORKS)
                durations_s.append((least_s if works else 0.0, most_s))
        if len(durations_s) < consumer.needs:
            return machine
        least_s, most_s = (
            sorted(ends, reverse=True)[consumer.needs - 1] for ends in zip(*durations_s)
        )
        if not least_s:
            return replace(machine, at_the_latest_s=None if math.isinf(most_s) else most_s)
        return replace(machine, verdict=Verdict.AFTER_UPS, autonomy_s=least_s, at_the_latest_s=None)

    def _battery_bounds(
        self, failed: Iterable[HallNode], end: FailureBounds
    ) -> Callable[[int], tuple[float, float]]:
        """Node -> for how long UPSes feed it at least and at most, in s; infinite: it has power."""
        above, number = self.facts.graph.above, self.facts.graph.number
        gone = {number[node] for node in failed}
        autonomy_s = {
            number[panel.node]: 60 * panel.autonomy_min for panel in self.drawing.panels.values()
        }

        # what feeds a UPS's line from above does so through the UPS
        boards = {
            number[HallNode.breaker(panel.name, line.name)]: number[panel.node]
            for panel in self.drawing.panels.values()
            for line in panel.lines
            if panel.ups is not None
        }

        @functools.cache
        def bounds_of_node(node: int) -> tuple[float, float]:
            if node in gone:
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
            inputs = [bounds_of_node(edge.node) for edge in above[node] if edge.is_input]
            own_s = autonomy_s.get(node, 0.0)
            needed = [tuple(own_s + max(ends) for ends in zip(*inputs))] if inputs else []
            for edge in above[node]:
                if not edge.is_input:
                    least_s, most_s = bounds_of_node(edge.node)
                    needed.append((least_s, most_s if edge.sure else math.inf))
            return min(n[0] for n in needed), min(n[1] for n in needed)

        return bounds_of_node

    def outcome(
        self, failed: Sequence[HallNode], timed: TimedBounds, judged: Sequence[Judged]
    ) -> RehearsalOutcome:
        """The answer."""
        carriers, bounds = self.facts.graph.carriers, timed.end
        behind = self._machines_behind(bounds, judged)
        loads = [
            self._breaker_after(number, load, timed, behind.get(number, ()))
            for number, load in bounds.loads.items()
        ]
        return RehearsalOutcome(
            failed,
            judged,
            sorted(self.already),
            len(self.drawing.machines),
            sorted(loads, key=lambda load: load.name),
            [" or ".join(carriers[number].name for number in trips) for trips in bounds.trips],
            {
                carriers[number].name: seconds
                for number, seconds in self._lasting_upses(failed, bounds).items()
            },
        )

    def states(self, failed: Sequence[HallNode], outcome: RehearsalOutcome) -> HallStates:
        """What becomes of all that is drawn when these fail, machines included."""
        timed, graph = self.bounds(failed), self.facts.graph
        loads = {load.name: load for load in outcome.loads}
        places = list(graph.number.items())
        for number in graph.conductors:
            node = self.drawn_carriers.get(graph.carriers[number].name)
            places += [] if node is None else [(node, number)]
        machines = {
            machine.machine: NodeState(
                machine.verdict.condition,
                not_before_s=machine.not_before_s,
                at_the_latest_s=machine.at_the_latest_s,
                reason=machine.reason,
            )
            for machine in outcome.touched
        }
        places_with_states = ((node, self._state(number, timed, loads)) for node, number in places)
        return self.states_of(places_with_states, machines)

    def states_of(
        self, states: Iterable[tuple[HallNode, NodeState]], machines: Mapping[str, NodeState]
    ) -> HallStates:
        """What becomes of all that is drawn. `states`: of one with several, as each conductor of a
        line has, the worst is taken. `machines`: of those that are touched.
        """
        state_by_node: dict[HallNode, NodeState] = {}
        for node, state in states:
            worst = state_by_node.get(node, state)
            state_by_node[node] = max(worst, state, key=lambda state: state.rank)
        for name in self.drawing.machines:
            untouched = NodeState(Condition.LIVES)
            if name in self.already:
                untouched = NodeState(Condition.DEAD, reason="without power already")
            state_by_node[HallNode("machine", name)] = machines.get(name, untouched)
        return state_by_node

    def _state(
        self, number: int, timed: TimedBounds, loads: Mapping[str, BreakerAfter]
    ) -> NodeState:
        end, carrier = timed.end, self.facts.graph.carriers.get(number)
        load_after = None if carrier is None else loads.get(carrier.name)
        load, rating_a, limit_a = None, None, None
        if carrier is not None:
            rating_a, limit_a = carrier.breaker.rating_a, carrier.breaker.limit_a
            total = self.facts.sums.get(number)
            if load_after is not None:
                load = load_after.load_range
            elif total is not None:
                load = self.facts.now_of(number, total)
        figures = load, rating_a, limit_a
        if number in end.at_first:
            return NodeState(Condition.DEAD, *figures, 0.0, 0.0)
        if number not in end.possibly:
            is_above = load is not None and limit_a is not None and load.high > limit_a
            return NodeState(Condition.ABOVE_LIMIT if is_above else Condition.LIVES, *figures)
        not_before_s = timed.not_before_s(lambda bounds: number not in bounds.possibly)
        above = self.facts.graph.all_above(number) & end.tripping.keys()
        names = [self.facts.graph.carriers[carrier_above].name for carrier_above in above]
        reason = f"{' or '.join(sorted(names)[:2])} may trip" if names else ""
        if number in end.surely:
            gone = end.latest_s.keys() & self.facts.graph.sure_above(number)
            latest_s = min((end.latest_s[carrier_above] for carrier_above in gone), default=None)
            return NodeState(Condition.DEAD, *figures, not_before_s, latest_s, reason)
        return NodeState(Condition.IN_QUESTION, *figures, not_before_s, None, reason)

    def dead(self, failed: Sequence[HallNode]) -> Collection[HallNode]:
        """What the failure itself surely kills, by the drawing."""
        number = self.facts.graph.number
        power = Power(self.facts.facts, {number[node]: YES for node in failed})
        return {node for node, index in number.items() if power.alive(index) == NO}

    def without(self, cords: Collection[Cord]) -> list[BreakerLoad]:
        """The lines and breakers to which load may shift if only these outlets are switched off."""
        off = [
            (number, place)
            for number, item in enumerate(self.facts.consumers)
            for place, cord in enumerate(item.cords)
            if cord.cord in cords
        ]
        loads = self.facts.without(off)
        loads_after = [self._load_and_limit(number, load) for number, load in loads.items()]
        return sorted(loads_after, key=lambda item: item.name)

    # ---- breakers and machines -------------------------------------------------------------------

    def _load_and_limit(self, number: int, load: Interval) -> BreakerLoad:
        carrier = self.facts.graph.carriers[number]
        limit, rating = carrier.breaker.limit_a, carrier.breaker.rating_a
        return BreakerLoad(
            carrier.name, load, limit, rating, compare_load(load, limit, rating, carrier.most_a)
        )

    def _breaker_after(
        self, number: int, load: Interval, timed: TimedBounds, machines: Sequence[str]
    ) -> BreakerAfter:
        """What is shown of a line or breaker after a failure."""
        load_now = self._load_and_limit(number, load)
        holds_a = None if load_now.rating_a is None else self.facts.trips_at(number).low
        at_first = timed.end.first_loads.get(number)
        fit, not_before_s = load_now.fit, math.inf
        if holds_a is None and number in timed.end.tripping:
            not_before_s = 0.0
        if holds_a is not None and load.high > holds_a:
            is_drawn = self.facts.graph.carriers[number].most_a is None
            if is_drawn and not math.isinf(load.high):
                is_sure = at_first is not None and at_first.low > holds_a
                fit = LoadVerdict(OVERLOADS if is_sure else MAY_TRIP)
            not_before_s = timed.not_before_s(lambda bounds: number not in bounds.tripping)
        return BreakerAfter(
            load_now.name,
            load,
            load_now.limit_a,
            load_now.rating_a,
            fit,
            at_first,
            holds_a,
            not_before_s,
            timed.end.latest_s.get(number),
            machines,
            fit.word in (OVERLOADS, MAY_TRIP) and self.facts.likely_trips(number, load),
        )

    def _machines_behind(
        self, end: FailureBounds, judged: Iterable[Judged]
    ) -> dict[int, list[str]]:
        """Line or breaker that may trip -> the machines that go dark if it alone does."""
        behind: dict[int, list[str]] = {}
        for machine in judged:
            if not machine.breakers:
                continue
            consumer = self.facts.consumers[self.places[machine.machine]]
            lives = [
                (node, self.facts.graph.all_above(node))
                for cord, node in zip(consumer.cords, consumer.nodes)
                if node not in end.at_first and cord.now is not Now.OFF
            ]
            for carrier in {carrier for _, above in lives for carrier in above}:
                if carrier in end.tripping and (
                    sum(carrier not in above for _, above in lives) < consumer.needs
                ):
                    behind.setdefault(carrier, []).append(machine.machine)
        return behind

    def _judged(self, name: str, number: int, timed: TimedBounds) -> Judged:
        end, consumer = timed.end, self.facts.consumers[number]
        cords, needs = consumer.cords, consumer.needs
        left = [cord for cord, node in zip(cords, consumer.nodes) if node not in end.at_first]
        off = sum(cord.now is Now.OFF for cord in left)
        if len(left) - off < needs:
            reason = f"{len(left) - off} of {len(cords)} cords survive, it needs {needs}"
            if off:
                reason += f" ({counted(off, 'outlet')} off)"
            return Judged(name, Verdict.AT_ONCE, reason, not_before_s=0.0, at_the_latest_s=0.0)
        supplies = self.facts.facts.consumers[number].supplies
        lives = end.lives(consumer, supplies)
        if lives == YES:
            return Judged(name, Verdict.STAYS)
        not_before_s = timed.not_before_s(lambda bounds: bounds.lives(consumer, supplies) == YES)
        breakers = self._breakers_above(consumer, end)
        names = tuple(self.facts.graph.carriers[carrier].name for carrier in breakers)
        if lives == NO:
            reason = f"{' or '.join(names[:2])} trips under the take-over load"
            latest_s = self._latest_s(consumer, end)
            return Judged(name, Verdict.WITH_BREAKER, reason, "", 2, names, not_before_s, latest_s)
        if end._replace(surely=(), possibly=end.step_one).lives(consumer, supplies) == YES:
            reason = self._unbounded(breakers, end)
            if reason:
                return Judged(
                    name, Verdict.CANNOT_SAY, reason, OVERLOAD_ADVICE, 2, (), not_before_s
                )
            is_likely = self._is_likely_dark(consumer, breakers, end)
            trip = "likely trips" if is_likely else "may trip"
            reason = f"{' or '.join(names[:3])} {trip} under the take-over load"
            return Judged(
                name, Verdict.UNLESS, reason, OVERLOAD_ADVICE, 2, names, not_before_s,
                is_likely_dark=is_likely,
            )  # fmt: skip
        unproven = first_unproven(
            cord for cord, node in zip(cords, consumer.nodes) if node not in end.step_one
        )
        if unproven is None:
            return Judged(name, Verdict.CANNOT_SAY, _UNDRAWN, _UNDRAWN_ADVICE)
        reason, advice = unproven.now.value, ADVICE[unproven.now]
        return Judged(name, Verdict.CANNOT_SAY, reason, advice, cord=str(unproven.cord))

    def _is_likely_dark(
        self, consumer: DrawnConsumer, breakers: Iterable[int], end: FailureBounds
    ) -> bool:
        """Whether a machine goes dark if these breakers carry what they likely do."""
        tripped = {
            carrier
            for carrier in breakers
            if carrier in end.loads and self.facts.likely_trips(carrier, end.loads[carrier])
        }
        living = [
            node
            for cord, node in zip(consumer.cords, consumer.nodes)
            if node not in end.at_first
            and cord.now is not Now.OFF
            and tripped.isdisjoint(self.facts.graph.all_above(node))
        ]
        return len(living) < consumer.needs

    def _breakers_above(self, consumer: DrawnConsumer, end: FailureBounds) -> list[int]:
        """Those that trip, or may, above the cords that a failure leaves, in the order found."""
        above = {
            carrier
            for node in consumer.nodes
            if node not in end.at_first
            for carrier in self.facts.graph.all_above(node)
        }
        return sorted(above & end.tripping.keys(), key=lambda number: end.tripping[number])

    def _latest_s(self, consumer: DrawnConsumer, end: FailureBounds) -> Optional[float]:
        """Seconds after which a machine is dark that surely goes dark with breakers."""
        latest = [0.0]
        for node in consumer.nodes:
            if node in end.surely and node not in end.at_first:
                gone = end.latest_s.keys() & self.facts.graph.sure_above(node)
                latest.append(min((end.latest_s[number] for number in gone), default=math.inf))
        longest = max(latest)
        return max(end.latest_s.values()) if math.isinf(longest) else longest

    def _unbounded(self, breakers: Iterable[int], end: FailureBounds) -> str:
        """Why no breaker's condition says what becomes of a machine; "" if one does."""
        for number in breakers:
            carrier = self.facts.graph.carriers[number]
            if carrier.breaker.rating_a is None:
                return f"{carrier.name}: its rating is not known, so it may trip"
            if carrier.most_a is not None:
                return f"{carrier.name}: nobody drew which it is, so it may trip"
            if number in end.loads and math.isinf(end.loads[number].high):
                return f"{carrier.name} may trip: not bounded, rated {carrier.breaker.rating_a:g} A"
        return "" if breakers else "a breaker further up may trip under the take-over load"


def _consumer(
    graph: Graph, cords: Sequence[CordNow], needs: int, pools: Mapping[Cord, str]
) -> DrawnConsumer:
    return DrawnConsumer(
        tuple(cords),
        tuple(graph.outlets[cord.cord] for cord in cords),
        needs,
        pools=tuple(pools.get(cord.cord, cord.cord.pdu) for cord in cords),
    )


@dataclass(frozen=True)
class Redundancy:
    """What `each` says of one machine."""

    #: its name
    machine: str
    #: N, N+1, 2N or "cannot say": see Grading
    grade: str
    #: the failures that make it dark; only the JSON shows them
    single_points: Sequence[str]


class Grading:
    """Grades machines by what single failures do to them.

    N: a failure of a PDU, line, breaker, panel or UPS makes the machine dark. N+1: only that of a
    whole feed does. 2N: none does. "cannot say" if a single failure has that verdict, unless
    another one makes it dark.
    """

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._dark: dict[str, list[HallNode]] = {}
        self._open: dict[str, list[HallNode]] = {}

    def add(self, outcome: RehearsalOutcome) -> None:
        """Count a failure."""
        for machine in outcome.touched:
            if machine.verdict.level:
                into = self._dark if machine.verdict.level == 1 else self._open
                into.setdefault(machine.machine, []).extend(outcome.failed)

    def grades(self) -> list[Redundancy]:
        """Those of all machines that have power now."""
        return [
            Redundancy(
                name,
                _grade(self._dark.get(name, ()), self._open.get(name, ())),
                list(map(str, self._dark.get(name, ()))),
            )
            for name in self._hall.drawing.machines
            if name not in self._hall.already
        ]


def _grade(dark: Sequence[HallNode], open_nodes: Sequence[HallNode]) -> str:
    if any(node.kind != "feed" for node in dark):
        return "N"
    if any(node.kind != "feed" for node in open_nodes):
        return CANNOT_SAY
    if dark:
        return "N+1"
    return CANNOT_SAY if open_nodes else "2N"


def counts(grades: Iterable[Redundancy]) -> Mapping[str, int]:
    """Grade -> number of machines."""
    count_by_grade = dict.fromkeys(("2N", "N+1", "N", CANNOT_SAY), 0)
    for grade in grades:
        count_by_grade[grade.grade] += 1
    return count_by_grade
