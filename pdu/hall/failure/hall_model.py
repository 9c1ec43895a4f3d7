"""A drawing with the readings of its PDUs, prepared for failures and returns. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property

from ...pdus.saved_readings import HallReadings
from ...site.drawing.drawing import Drawing, HallNode
from ..drawings import enrichment
from ..walk.arithmetic import NO, YES
from ..walk.graph import reachable
from ..walk.graph_builder import build_graph
from ..walk.hall_state import HallState
from ..walk.power import Power
from ..walk.verdicts import CordNow, Now, cords_now, outlet_steps
from . import model_parts


class HallModel:
    """A hall as it is drawn and read."""

    def __init__(self, drawing: Drawing, readings: HallReadings) -> None:
        #: with the lines and ratings that the PDUs report
        self.drawing = drawing = enrichment.completed(drawing, readings)
        self.readings = readings
        steps = outlet_steps(readings)
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
        #: outlets that carry, or may carry, current and belong to nothing in the drawing
        self.unowned_cords = model_parts.find_unowned_cords(drawing, readings, steps)
        unowned_by_rack: dict[str, list[CordNow]] = {}
        for cord in self.unowned_cords:
            unowned_by_rack.setdefault(drawing.pdus[cord.cord.pdu].rack, []).append(cord)
        groups = [*self.cords.values(), *unowned_by_rack.values()]
        self.graph = graph = build_graph(
            drawing,
            [cord.cord for group in groups for cord in group],
            model_parts.least_of_inlets(drawing, readings, steps),
        )
        pools = enrichment.outlet_pools(drawing, readings)
        #: first the machines, in the drawing's order
        self.consumers = model_parts.draw_consumers(
            drawing, graph, self.cords, unowned_by_rack, pools.by_outlet
        )
        most_of = {
            pool: most * graph.volts.get(pool.pdu, 1.0) for pool, most in pools.most_a.items()
        }
        likely_a = model_parts.likely_of_pools(self.consumers, most_of)
        #: before anything fails
        self.now = now = HallState(
            graph,
            {n: consumer.walk_consumer(likely_a) for n, consumer in enumerate(self.consumers)},
            model_parts.input_groups(drawing, readings, graph),
            model_parts.switched_off(graph, readings, drawing.idle_a),
            most_of,
        )
        now.add_up()
        now.figures = model_parts.known_currents(drawing, readings, graph, now.power)
        # UPSes with a battery, each with the lines above that its own lines name
        self._batteries = [
            (
                graph.nodes[panel.node],
                [graph.nodes[line.of] for line in panel.lines if line.of is not None],
            )
            for panel in drawing.panels.values()
            if panel.autonomy_min
        ]
        self._above: dict[int, Collection[int]] = {}
        self._carriers_of: dict[int, frozenset[int]] = {}

    @cached_property
    def drawn_carriers(self) -> Mapping[str, HallNode]:
        """The name of a line, breaker or UPS in an answer -> what it is in the drawing."""
        carriers = self.graph.carriers.values()
        return {carrier.name: carrier.node for carrier in carriers if carrier.node is not None}

    @cached_property
    def consumers_on(self) -> Mapping[int, list[int]]:
        """Carrier or pool -> the consumers that it carries, or may carry."""
        numbers_by_carrier: dict[int, list[int]] = {}
        for number in range(len(self.consumers)):
            for carrier in self.carriers_of(number):
                numbers_by_carrier.setdefault(carrier, []).append(number)
        return numbers_by_carrier

    def keys_above(self, node: int) -> Collection[int]:
        """The carriers and pools through which its current may flow, now or by another input."""
        if node not in self.graph.nodes_below_switches:
            return self.now.power.path(node)
        carriers = self._above.get(node)
        if carriers is None:
            nodes_above = reachable(
                [node], lambda lower: [edge.node for edge in self.graph.above[lower] if edge.flows]
            )
            keys = self.graph.carriers.keys() | self.graph.pools.keys()
            carriers = self._above[node] = nodes_above & keys
        return carriers

    def carriers_above(self, node: int) -> Collection[int]:
        """The carriers through which its current flows, or may flow: now or by another input."""
        keys = self.keys_above(node)
        return self.graph.members(keys) if self.graph.pools else keys

    def carriers_of(self, number: int) -> frozenset[int]:
        """The carriers and pools through which the current of a consumer flows, or may flow."""
        carriers = self._carriers_of.get(number)
        if carriers is None:
            consumer = self.consumers[number]
            keys = set[int]().union(*map(self.keys_above, {*consumer.nodes, *consumer.rack}))
            carriers = self._carriers_of[number] = frozenset(keys.union(self.graph.shared(keys)))
        return carriers

    def perhaps_idle(self, power: Power) -> set[int]:
        """The carriers above UPSes that may have lost a phase of their input: nobody drew whether
        they feed from their batteries then, and take nothing from above.
        """
        nodes: set[int] = set()
        for ups, lines in self._batteries:
            if power.alive(ups) != NO and any(power.alive(line) != YES for line in lines):
                nodes.update(*map(self.graph.all_above, (ups, *lines)))
        return set(self.graph.members(nodes)) - {ups for ups, _ in self._batteries}
