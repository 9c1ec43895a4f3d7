"""What ends an overload: which machines to move or to shut down, as few as will do. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from .rehearsal import Hall, RehearsalOutcome


class Shed(NamedTuple):
    """What to take off one line or breaker so that it holds."""

    #: its name
    breaker: str
    #: how much less it must carry, in A
    excess_a: float
    #: the fewest machines that surely draw so much through it; () if no machines surely do
    machines: Sequence[str]


def sheds(hall: Hall, outcome: RehearsalOutcome) -> list[Shed]:
    """One for each breaker in question whose load is bounded, in their order."""
    numbers = {one.name: number for number, one in hall.facts.graph.carriers.items()}
    return [
        Shed(one.name, one.excess_a, _fewest(hall, outcome, numbers[one.name], one.excess_a))
        for one in outcome.in_question
        if math.isfinite(one.excess_a)
    ]


def _fewest(hall: Hall, outcome: RehearsalOutcome, carrier: int, excess_a: float) -> list[str]:
    """Unprotected machines first. What a machine surely draws through it counts."""
    shares = hall.bounds(outcome.failed).end.shares
    flow, names = hall.facts.flow(hall.facts.sums), list(hall.drawing.machines)
    found: list[tuple[bool, float, str]] = []
    for number in hall.facts.on.get(carrier, ()):
        share = shares.get(number)
        if share is None:
            share = flow.contributions(number, hall.facts.power, carrier)
        own = share.get(carrier)
        if number < len(names) and own is not None and own.low > 0.0:
            is_protected = hall.drawing.machines[names[number]].protected
            found.append((is_protected, -own.low, names[number]))
    chosen: list[str] = []
    ranked = sorted(found)
    for place, (_, low, name) in enumerate(ranked):
        if -low < excess_a:
            chosen.append(name)
            excess_a += low
            continue
        # of those that are enough, the one that takes the least away
        alike = [one for one in ranked[place:] if one[0] == ranked[place][0]]
        return [*chosen, [one for one in alike if -one[1] >= excess_a][-1][2]]
    return []
