"""What a picture shows at all that is drawn. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ...site.drawing.drawing import HallNode
from ..diagram.marks import HallMarks, Mark
from ..walk.condition import Condition
from .bounds import FailureBounds
from .hall_model import HallModel
from .rehearsal import BreakerAfter, RehearsalOutcome


def failure_marks(hall: HallModel, outcome: RehearsalOutcome) -> HallMarks:
    """What becomes of all that is drawn in a failure, machines included."""
    end, graph = outcome.bounds, hall.graph
    loads = {load.name: load for load in outcome.loads}
    # a line has the mark of its worst conductor, too
    carriers = [(carrier.node, number) for number, carrier in graph.carriers.items()]
    marks = (
        (node, _mark(hall, number, end, loads))
        for node, number in dict.fromkeys([*graph.nodes.items(), *carriers])
        if node is not None
    )
    machines = {
        machine.machine: Mark(machine.verdict.condition, reason=machine.reason)
        for machine in outcome.verdicts
    }
    return hall_marks(hall, marks, machines)


def hall_marks(
    hall: HallModel, marks: Iterable[tuple[HallNode, Mark]], machines: Mapping[str, Mark]
) -> HallMarks:
    """What becomes of all that is drawn. `marks`: of a node with several, as each conductor of a
    line has, the worst is taken. `machines`: of those that are touched.
    """
    mark_by_node: dict[HallNode, Mark] = {}
    for node, mark in marks:
        mark_by_node[node] = max(mark_by_node.get(node, mark), mark, key=lambda m: m.rank)
    lives, dead = Mark(Condition.LIVES), Mark(Condition.DEAD, reason="without power already")
    for name in hall.drawing.machines:
        usual_mark = dead if name in hall.already else lives
        mark_by_node[HallNode("machine", name)] = machines.get(name, usual_mark)
    return mark_by_node


def _mark(
    hall: HallModel, number: int, end: FailureBounds, loads: Mapping[str, BreakerAfter]
) -> Mark:
    graph = hall.graph
    carrier = graph.carriers.get(number)
    load, rating_a, limit_a = None, None, None
    if carrier is not None:
        rating_a, limit_a = carrier.breaker.rating_a, carrier.breaker.limit_a
        if carrier.name in loads:
            load = loads[carrier.name].load_range
        elif (total := hall.now.total(number)) is not None:
            load = hall.now.current(number, total)
    if number in end.at_first:
        # what is dead at once carries nothing
        return Mark(Condition.DEAD, None, rating_a)
    if number not in end.possibly:
        is_above = load is not None and limit_a is not None and load.high > limit_a
        return Mark(Condition.ABOVE_LIMIT if is_above else Condition.LIVES, load, rating_a)
    above = graph.members(graph.all_above(number)).keys() & end.trip_order.keys()
    names = sorted(graph.carriers[carrier_above].name for carrier_above in above)
    reason = f"{' or '.join(names[:2])} may trip" if names else ""
    condition = Condition.DEAD if number in end.surely else Condition.IN_QUESTION
    return Mark(condition, load, rating_a, reason=reason)
