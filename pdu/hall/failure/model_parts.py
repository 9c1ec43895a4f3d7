"""What a drawing and the readings of its PDUs say, as `hall_model.HallModel` takes it: what hangs
where, what each cord carries, and what is known of each line and breaker. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Optional

from ...pdus.saved_readings import HallReadings
from ...pdus.states import DOWN
from ...site.drawing.drawing import Cord, Drawing, HallNode
from ..drawings import enrichment
from ..walk.arithmetic import MAYBE, YES, KnownCurrents, OutletPool, Truth
from ..walk.graph import Graph
from ..walk.load_limits import BETWEEN_LINES, HIGH, IN_PHASE
from ..walk.power import Power
from ..walk.verdicts import CordNow, Now, reading_bounds
from .drawn_consumer import DrawnConsumer

Cords = Mapping[str, Sequence[CordNow]]
"""Machine -> its cords as they are read, in the drawing's order."""


def find_unowned_cords(
    drawing: Drawing, readings: HallReadings, steps: Mapping[str, float]
) -> list[CordNow]:
    """Outlets that carry, or may carry, current and belong to nothing in the drawing."""
    owners = drawing.owners()
    unowned_cords: list[CordNow] = []
    for name, reading in ((name, readings.pdus.get(name)) for name in drawing.pdus):
        for identity, outlet in () if reading is None else reading.outlets.items():
            current = outlet.figures.current_a
            is_off = outlet.state is DOWN or drawing.pdus[name].complete
            # most outlets without a machine carry nothing
            if current == 0 or (current is None and is_off) or Cord(name, identity) in owners:
                continue
            bounds_a = reading_bounds(current, steps[name])
            unowned_cords.append(CordNow(Cord(name, identity), Now.CARRIES, *bounds_a))
    return unowned_cords


def draw_consumers(
    drawing: Drawing,
    graph: Graph,
    cords: Cords,
    unowned_by_rack: Mapping[str, Sequence[CordNow]],
    pools: Mapping[Cord, OutletPool],
) -> list[DrawnConsumer]:
    """What hangs on the cords: first the machines, in the drawing's order."""
    consumers = [
        _consumer(graph, machine_cords, drawing.machines[name].needs, pools)
        for name, machine_cords in cords.items()
    ]
    racks = _racks(drawing, graph, cords) if unowned_by_rack else {}
    for rack, rack_cords in unowned_by_rack.items():
        # what nobody drew may hang on any outlet of its rack too: a cord may be drawn wrongly,
        # or a machine may have one more
        undrawn = _consumer(graph, rack_cords, 1, pools)
        nodes = tuple(dict.fromkeys((*undrawn.nodes, *racks.get(rack, ()))))
        consumers.append(undrawn._replace(is_drawn=False, rack=nodes))
    return consumers


def likely_of_pools(
    consumers: Iterable[DrawnConsumer], most_of: Mapping[OutletPool, float]
) -> dict[OutletPool, float]:
    """Pool -> what each of its outlets carries if they are alike."""
    counts = Counter(
        pool
        for consumer in consumers
        for cord, pool in zip(consumer.cords, consumer.pools)
        if cord.high_a is None and pool in most_of
    )
    return {pool: most_of[pool] / HIGH / count for pool, count in counts.items()}


def _consumer(
    graph: Graph, cords: Sequence[CordNow], needs: int, pools: Mapping[Cord, OutletPool]
) -> DrawnConsumer:
    return DrawnConsumer(
        tuple(cords),
        tuple(graph.outlets[cord.cord] for cord in cords),
        needs,
        tuple(pools.get(cord.cord, OutletPool(cord.cord.pdu)) for cord in cords),
        tuple(graph.volts[cord.cord.pdu] for cord in cords) if graph.volts else (),
    )


def least_of_inlets(
    drawing: Drawing, readings: HallReadings, steps: Mapping[str, float]
) -> dict[str, float]:
    """PDU -> the least that the fullest conductor of its inlet carries now, in A."""
    least_by_pdu: dict[str, float] = {}
    for name, pdu in drawing.pdus.items():
        outlets = readings.pdus[name].outlets.values() if name in readings.pdus else ()
        least = sum(reading_bounds(outlet.figures.current_a, steps[name])[0] for outlet in outlets)
        is_one = pdu.lines_are_drawn and len(pdu.lines) == 1
        least_by_pdu[name] = IN_PHASE * (least if is_one else least / 3)
    return least_by_pdu


def switched_off(graph: Graph, readings: HallReadings, idle_a: float) -> dict[int, Truth]:
    """The outlets that feed PDUs or panels and are off, or perhaps."""
    truths: dict[int, Truth] = {}
    for cord, node in graph.feeders.items():
        outlet = readings.outlet(*cord)
        if outlet is not None and outlet.state is DOWN:
            truths[node] = MAYBE if (outlet.figures.current_a or 0.0) > idle_a else YES
    return truths


def input_groups(
    drawing: Drawing, readings: HallReadings, graph: Graph
) -> dict[int, list[list[int]]]:
    """Transfer switch -> the input that feeds it now, if that is known, and the others. It is
    known if one alone of those that are metered carries current.
    """
    groups_by_switch = {node: [list(inputs)] for node, inputs in graph.inputs.items()}
    for inputs in drawing.inputs_by_node().values():
        if len(inputs) < 2:
            continue
        cords = [source for source in inputs if isinstance(source, Cord)]
        carriers = [
            cord
            for cord in cords
            if (outlet := readings.outlet(*cord)) is not None
            and (outlet.figures.current_a or 0.0) > drawing.idle_a
        ]
        if len(carriers) == 1:
            first = graph.feeders[carriers[0]]
            switch = graph.below[first][0]
            other_inputs = [node for node in graph.inputs[switch] if node != first]
            groups_by_switch[switch] = [[first], other_inputs]
    return groups_by_switch


def _racks(drawing: Drawing, graph: Graph, cords: Cords) -> Mapping[str, Collection[int]]:
    """Rack -> the nodes of machines there."""
    nodes_by_rack: dict[str, dict[int, None]] = {}
    for machine_cords in cords.values():
        for cord in machine_cords:
            rack = drawing.pdus[cord.cord.pdu].rack
            nodes_by_rack.setdefault(rack, {})[graph.outlets[cord.cord]] = None
    return nodes_by_rack


def known_currents(
    drawing: Drawing, readings: HallReadings, graph: Graph, power: Power
) -> dict[int, KnownCurrents]:
    """What is known of the current of each carrier now."""
    parts = _parts(drawing, graph, power)
    known_by_carrier: dict[int, KnownCurrents] = {}
    for number, carrier in graph.carriers.items():
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


def _parts(drawing: Drawing, graph: Graph, power: Power) -> Mapping[int, float]:
    """The least that the sum of phasors is, as a part of the sum of numbers."""
    part_by_carrier: dict[int, float] = {}
    lines_of: dict[int, set[tuple[Optional[bool], ...]]] = {}
    inside = {
        graph.nodes[HallNode.breaker(pdu.name, breaker.name)]
        for pdu in drawing.pdus.values()
        for breaker in pdu.breakers
    }
    # the outlets of one node are behind the same lines
    for node, cord in {node: cord for cord, node in graph.outlets.items()}.items():
        pdu = drawing.pdus[cord.pdu]
        lines = tuple(pdu.carries(line, cord.outlet) for line in pdu.lines)
        for carrier, flows in power.path(node).items():
            if carrier in inside:
                if flows == YES:
                    lines_of.setdefault(carrier, set()).add(lines)
            elif sum(line is True for line in lines) > 1:
                part_by_carrier.update(dict.fromkeys(graph.members([carrier]), BETWEEN_LINES))
    # a breaker that carries several lines
    part_by_carrier.update((number, 0.0) for number, lines in lines_of.items() if len(lines) > 1)
    return part_by_carrier
