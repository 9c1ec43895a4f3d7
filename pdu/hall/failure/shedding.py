"""What ends an overload: which machines to move or to shut down, as few as will do. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..walk.flow import Flow
from .hall_model import HallModel
from .rehearsal import RehearsalOutcome, breakers_in_question


class Shed(NamedTuple):
    """What to take off one line or breaker so that it holds."""

    #: its name
    breaker: str
    #: how much less it must carry, in A
    excess_a: float
    #: the fewest machines that surely draw so much through it; () if no machines surely do
    machines: Sequence[str]


def sheds(hall: HallModel, outcome: RehearsalOutcome) -> list[Shed]:
    """For breakers in question whose load is bounded, in their order: machines that are shed for
    one count for all, so a breaker that needs no more is left out.
    """
    numbers = {load.name: number for number, load in hall.graph.carriers.items()}
    questions = breakers_in_question(outcome.loads)
    bounded_loads = [load for load in questions if math.isfinite(load.excess_a)]
    draws = {load.name: _draws(hall, outcome, numbers[load.name]) for load in bounded_loads}
    shed_names: set[str] = set()
    shed_by_breaker: dict[str, Shed] = {}
    # a branch before the line that feeds it
    for load in sorted(bounded_loads, key=lambda load: len(draws[load.name])):
        draw_by_machine = draws[load.name]
        excess_a = load.excess_a - sum(
            draw for name, draw in draw_by_machine.items() if name in shed_names
        )
        if excess_a <= 0.0:
            continue
        draw_left = {name: amps for name, amps in draw_by_machine.items() if name not in shed_names}
        machines = _fewest(hall, draw_left, excess_a)
        shed_names.update(machines)
        shed_by_breaker[load.name] = Shed(load.name, load.excess_a, machines)
    return [shed_by_breaker[load.name] for load in bounded_loads if load.name in shed_by_breaker]


def _draws(hall: HallModel, outcome: RehearsalOutcome, carrier: int) -> dict[str, float]:
    """Machine -> what it surely draws through a carrier right after the failure, in A."""
    shares, flow, names = outcome.bounds.shares, Flow(hall.now), list(hall.places)
    draw_by_machine: dict[str, float] = {}
    for number in hall.consumers_on.get(carrier, ()):
        share = shares.get(number)
        if share is None:
            share = flow.contributions(number, hall.now.power, carrier)
        amount = flow.part(share, carrier)
        if number < len(names) and amount is not None and amount.low > 0.0:
            draw_by_machine[names[number]] = amount.low / hall.graph.carriers[carrier].volts
    return draw_by_machine


def _fewest(hall: HallModel, draws: Mapping[str, float], excess_a: float) -> list[str]:
    """The fewest machines that draw so much together, first those that are not protected; () if
    all do not.
    """
    candidates = sorted(
        draws, key=lambda name: (hall.drawing.machines[name].protected, -draws[name], name)
    )
    names: list[str] = []
    for place, name in enumerate(candidates):
        if draws[name] < excess_a:
            names.append(name)
            excess_a -= draws[name]
            continue
        # of those that are enough, the one that takes the least away
        is_protected = hall.drawing.machines[name].protected
        enough = [
            candidate
            for candidate in candidates[place:]
            if draws[candidate] >= excess_a
            and hall.drawing.machines[candidate].protected == is_protected
        ]
        return [*names, enough[-1]]
    return []
