"""What becomes of all that is drawn (`walk.node_state`), of a rehearsal. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ...core.drawing.drawing import HallNode
from ..walk.node_state import Condition, HallStates, NodeState
from .bounds import HallFacts, TimedBounds
from .machine_verdicts import latest_s
from .rehearsal import BreakerAfter, Hall, RehearsalOutcome


def failure_states(
    hall: Hall, failures: Sequence[HallNode], outcome: RehearsalOutcome
) -> HallStates:
    """What becomes of all that is drawn when these fail, machines included."""
    bounds, graph = hall.bounds(failures), hall.facts.graph
    loads = {load.name: load for load in outcome.loads}
    # a line is in the state of its worst conductor, too
    carriers = [(carrier.node, number) for number, carrier in graph.carriers.items()]
    places = dict.fromkeys([*graph.number.items(), *carriers])
    machines = {
        machine.machine: NodeState(
            machine.verdict.condition,
            not_before_s=machine.not_before_s,
            at_the_latest_s=machine.at_the_latest_s,
            reason=machine.reason,
        )
        for machine in outcome.touched
    }
    states = (
        (node, _state(hall.facts, number, bounds, loads))
        for node, number in places
        if node is not None
    )
    return hall_states(hall, states, machines)


def hall_states(
    hall: Hall, states: Iterable[tuple[HallNode, NodeState]], machines: Mapping[str, NodeState]
) -> HallStates:
    """What becomes of all that is drawn. `states`: of a node with several, as each conductor of a
    line has, the worst is taken. `machines`: of those that are touched.
    """
    state_by_node: dict[HallNode, NodeState] = {}
    for node, state in states:
        worst = state_by_node.get(node, state)
        state_by_node[node] = max(worst, state, key=lambda state: state.rank)
    for name in hall.drawing.machines:
        usual_state = NodeState(Condition.LIVES)
        if name in hall.already:
            usual_state = NodeState(Condition.DEAD, reason="without power already")
        state_by_node[HallNode("machine", name)] = machines.get(name, usual_state)
    return state_by_node


def _state(
    facts: HallFacts, number: int, bounds: TimedBounds, loads: Mapping[str, BreakerAfter]
) -> NodeState:
    end, graph = bounds.end, facts.graph
    carrier = graph.carriers.get(number)
    load, rating_a, limit_a = None, None, None
    if carrier is not None:
        rating_a, limit_a = carrier.breaker.rating_a, carrier.breaker.limit_a
        if carrier.name in loads:
            load = loads[carrier.name].load_range
        elif number in facts.sums:
            load = facts.now_of(number, facts.sums[number])
    figures = load, rating_a, limit_a
    if number in end.at_first:
        return NodeState(Condition.DEAD, *figures, 0.0, 0.0)
    if number not in end.possibly:
        is_above = load is not None and limit_a is not None and load.high > limit_a
        return NodeState(Condition.ABOVE_LIMIT if is_above else Condition.LIVES, *figures)
    not_before_s = bounds.not_before_s(lambda earlier: number not in earlier.possibly)
    above = graph.all_above(number) & end.tripping.keys()
    names = sorted(graph.carriers[carrier_above].name for carrier_above in above)
    reason = f"{' or '.join(names[:2])} may trip" if names else ""
    if number in end.surely:
        latest = latest_s(graph, number, end)
        return NodeState(Condition.DEAD, *figures, not_before_s, latest, reason)
    return NodeState(Condition.IN_QUESTION, *figures, not_before_s, None, reason)
