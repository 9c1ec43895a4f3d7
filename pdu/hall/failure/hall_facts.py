"""A drawing and the readings of its PDUs as `bounds.HallFacts`: what hangs where, what each cord
carries, and what is known of each line and breaker. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Optional

from ...pdus.saved_readings import HallReadings
from ...pdus.states import DOWN
from ...site.drawing.drawing import Cord, Drawing, HallNode
from ..drawings import enrichment
from ..walk.arithmetic import MAYBE, NO, YES, KnownCurrents, Truth
from ..walk.graph import Graph
from ..walk.graph_builder import build_graph
from ..walk.load_limits import BETWEEN_LINES, IN_PHASE
from ..walk.verdicts import CordNow, Now, reading_bounds
from .bounds import DrawnConsumer, HallFacts

Cords = Mapping[str, Sequence[CordNow]]
"""Machine -> its cords as they are read, in the drawing's order."""


def find_unowned_cords(drawing: Drawing, readings: HallReadings, cords: Cords) -> list[CordNow]:
    """Outlets that carry, or may carry, current and belong to nothing in the drawing."""
    drawn_cords = {cord.cord for machine_cords in cords.values() for cord in machine_cords}
    for inputs in drawing.inputs_by_node().values():
        drawn_cords.update(source for source in inputs if isinstance(source, Cord))
    unowned_cords: list[CordNow] = []
    for name, pdu in drawing.pdus.items():
        reading = readings.pdus.get(name)
        if reading is None:
            continue
        for identity, outlet in reading.outlets.items():
            current = outlet.current_a
            # most outlets without a machine carry nothing
            if current == 0 or (current is None and (outlet.state is DOWN or pdu.complete)):
                continue
            cord = Cord(name, identity)
            if cord not in drawn_cords:
                bounds_a = reading_bounds(current, reading.outlet_step_a)
                unowned_cords.append(CordNow(cord, Now.CARRIES, *bounds_a))
    return unowned_cords


def build_facts(
    drawing: Drawing, readings: HallReadings, cords: Cords, unowned_cords: Sequence[CordNow]
) -> HallFacts:
    """The graph with all consumers: first the machines, in the drawing's order."""
    unowned_by_rack: dict[str, list[CordNow]] = {}
    for cord in unowned_cords:
        unowned_by_rack.setdefault(drawing.pdus[cord.cord.pdu].rack, []).append(cord)
    groups = [*cords.values(), *unowned_by_rack.values()]
    outlets = [cord.cord for group in groups for cord in group]
    graph = build_graph(drawing, outlets, _least_of_inlets(drawing, readings))
    pools = enrichment.pools_of(drawing, readings)
    consumers = [
        _consumer(graph, machine_cords, drawing.machines[name].needs, pools)
        for name, machine_cords in cords.items()
    ]
    racks = _racks(drawing, graph, cords) if unowned_cords else {}
    for rack, rack_cords in unowned_by_rack.items():
        # what nobody drew may hang on any outlet of its rack too: a cord may be drawn wrongly,
        # or a machine may have one more
        undrawn = _consumer(graph, rack_cords, 1, pools)
        nodes = tuple(dict.fromkeys((*undrawn.nodes, *racks.get(rack, ()))))
        consumers.append(undrawn._replace(is_drawn=False, rack=nodes))
    most_of = {
        pool: most * graph.volts.get(enrichment.pdu_of(pool), 1.0)
        for pool, most in enrichment.residuals(drawing, readings).items()
    }
    off = {
        node: truth
        for cord, node in graph.feeding.items()
        if (truth := _is_off(cord, readings, drawing.idle_a))
    }
    facts = HallFacts(graph, consumers, most_of, off, _feeding_inputs(drawing, readings, graph))
    facts.figures = _figures(drawing, readings, facts)
    facts.batteries = [
        (
            graph.number[panel.node],
            [graph.number[line.of] for line in panel.lines if line.of is not None],
        )
        for panel in drawing.panels.values()
        if panel.autonomy_min
    ]
    return facts


def _consumer(
    graph: Graph, cords: Sequence[CordNow], needs: int, pools: Mapping[Cord, str]
) -> DrawnConsumer:
    return DrawnConsumer(
        tuple(cords),
        tuple(graph.outlets[cord.cord] for cord in cords),
        needs,
        pools=tuple(pools.get(cord.cord, cord.cord.pdu) for cord in cords),
        volts=tuple(graph.volts[cord.cord.pdu] for cord in cords) if graph.volts else (),
    )


def _least_of_inlets(drawing: Drawing, readings: HallReadings) -> dict[str, float]:
    """PDU -> the least that the fullest conductor of its inlet carries now, in A."""
    least_by_pdu: dict[str, float] = {}
    for name, reading in readings.pdus.items():
        pdu = drawing.pdus.get(name)
        if pdu is None:
            continue
        step = reading.outlet_step_a
        least = sum(
            reading_bounds(outlet.current_a, step)[0] for outlet in reading.outlets.values()
        )
        is_one = pdu.lines_are_drawn and len(pdu.lines) == 1
        least_by_pdu[name] = IN_PHASE * (least if is_one else least / 3)
    return least_by_pdu


def _is_off(cord: Cord, readings: HallReadings, idle_a: float) -> Truth:
    """Whether an outlet that feeds a PDU or panel is off."""
    outlet = readings.outlet(*cord)
    if outlet is None or outlet.state is not DOWN:
        return NO
    return MAYBE if (outlet.current_a or 0.0) > idle_a else YES


def _feeding_inputs(drawing: Drawing, readings: HallReadings, graph: Graph) -> dict[int, int]:
    """Transfer switch -> the input that feeds it now: of those that are metered, one alone
    carries current.
    """
    input_by_switch: dict[int, int] = {}
    for inputs in drawing.inputs_by_node().values():
        if len(inputs) < 2:
            continue
        carriers = [
            source
            for source in inputs
            if isinstance(source, Cord)
            for outlet in (readings.outlet(*source),)
            if outlet is not None and (outlet.current_a or 0.0) > drawing.idle_a
        ]
        if len(carriers) == 1:
            node = graph.feeding[carriers[0]]
            input_by_switch[graph.below[node][0]] = node
    return input_by_switch


def _racks(drawing: Drawing, graph: Graph, cords: Cords) -> Mapping[str, Collection[int]]:
    """Rack -> the nodes of machines there."""
    nodes_by_rack: dict[str, dict[int, None]] = {}
    for machine_cords in cords.values():
        for cord in machine_cords:
            rack = drawing.pdus[cord.cord.pdu].rack
            nodes_by_rack.setdefault(rack, {})[graph.outlets[cord.cord]] = None
    return nodes_by_rack


def _figures(
    drawing: Drawing, readings: HallReadings, facts: HallFacts
) -> Mapping[int, KnownCurrents]:
    """What is known of the current of each carrier now."""
    parts = _parts(drawing, facts)
    known_by_carrier: dict[int, KnownCurrents] = {}
    for number, carrier in facts.graph.carriers.items():
        part = carrier.part * parts.get(number, IN_PHASE)
        reading = readings.pdus.get(carrier.pdu)
        if reading is None:
            known_by_carrier[number] = KnownCurrents(part=part)
            continue
        meter = enrichment.meter_of(drawing.pdus[carrier.pdu], carrier.breaker, reading)
        now = meter.current_a if meter is not None else None
        most = reading.load_a if now is None else now
        step = reading.meter_step_a
        known_by_carrier[number] = KnownCurrents(
            None if now is None else carrier.volts * reading_bounds(now, step)[0],
            None if most is None else carrier.volts * (most + step),
            part,
        )
    return known_by_carrier


def _parts(drawing: Drawing, facts: HallFacts) -> Mapping[int, float]:
    """The least that the sum of phasors is, as a part of the sum of numbers."""
    graph = facts.graph
    part_by_carrier: dict[int, float] = {}
    lines_of: dict[int, set[tuple[Optional[bool], ...]]] = {}
    inside = {
        graph.number[HallNode.breaker(pdu.name, breaker.name)]
        for pdu in drawing.pdus.values()
        for breaker in pdu.breakers
    }
    # the outlets of one node are behind the same lines
    for node, cord in {node: cord for cord, node in graph.outlets.items()}.items():
        pdu = drawing.pdus[cord.pdu]
        lines = tuple(pdu.carries(line, cord.outlet) for line in pdu.lines)
        for carrier, flows in facts.power.path(node).items():
            if carrier in inside:
                if flows == YES:
                    lines_of.setdefault(carrier, set()).add(lines)
            elif sum(line is True for line in lines) > 1:
                part_by_carrier[carrier] = BETWEEN_LINES
    # a breaker that carries several lines
    part_by_carrier.update((number, 0.0) for number, lines in lines_of.items() if len(lines) > 1)
    return part_by_carrier
