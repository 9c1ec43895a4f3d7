"""The sentences about one failure: what is dark, what follows and when, and what ends it. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from ...core.cli.output import counted
from ...core.cli.report import few
from ..walk.verdicts import Judged, Verdict
from .rehearsal import BreakerAfter, RehearsalOutcome
from .report_parts import Group
from .shedding import Shed


def duration(seconds: float) -> str:
    """`30 s`, `15 min`, `2 h`."""
    for unit, length in (("h", 3600), ("min", 60)):
        if seconds >= length and seconds % (length / 4) == 0:
            return f"{seconds / length:g} {unit}"
    return f"{seconds:g} s"


def headline(outcome: RehearsalOutcome, sheds: Sequence[Shed], within_s: float = math.inf) -> str:
    """What is dark, what follows and when, and what ends it. The number of dark machines never
    stands without that of those nobody can decide.
    """
    at_once = sum(
        machine.verdict is Verdict.DARK and machine.step == 1 for machine in outcome.touched
    )
    sentences = [
        f"At once {at_once} of {counted(outcome.machines, 'machine')}"
        f" {'goes' if at_once == 1 else 'go'} dark"
    ]
    later: dict[float, list[Judged]] = {}
    for machine in outcome.touched:
        if machine.breakers:
            later.setdefault(machine.not_before_s, []).append(machine)
    for seconds, machines in sorted(later.items()):
        sure = sum(machine.verdict is Verdict.DARK for machine in machines)
        when = f"not before {duration(seconds)}" if seconds else "at any time"
        sentences.append(
            f"{len(machines)} more may, {when}" + (f" ({sure} surely)" if sure else "")
        )
    if sheds:
        first = sheds[0]
        others_left = len(sheds) - 1
        rest_in_words = (
            f" and {others_left} more {'breakers' if others_left > 1 else 'breaker'}"
            if others_left
            else ""
        )
        sentences[-1] += f": shed {first.excess_a:.1f} A from {first.breaker}{rest_in_words}"
    undecided = outcome.count(Verdict.CANNOT_SAY)
    sentences.append(f"{undecided} undecided")
    sentences.append(f"{outcome.count(Verdict.STAYS)} stay")
    if outcome.already:
        sentences.append(f"{len(outcome.already)} had no power before")
    time_asked = "" if math.isinf(within_s) else f"Within {duration(within_s)}: "
    return f"{time_asked}{'; '.join(sentences)}."


def times(load: BreakerAfter) -> str:
    """When a breaker in question trips: `not before 1 h, at the latest 2 h`."""
    early = f"not before {duration(load.not_before_s)}" if load.not_before_s else "at any time"
    if load.at_the_latest_s is None:
        return f"{early}, or it holds"
    return f"{early}, at the latest after {duration(load.at_the_latest_s)}"


def percent(load: BreakerAfter) -> str:
    """`111 - 125 %` of its rating; "" if that or the load is not bounded."""
    if not load.rating_a or math.isinf(load.load.high):
        return ""
    low, high = (100 * end / load.rating_a for end in load.load_range[:2])
    return f"{low:.0f} - {high:.0f} %"


def shed_in_words(shed: Shed) -> str:
    """`shed 3.2 A from r2-b/L1: move or shut down m3, m7`."""
    if not shed.machines:
        return f"shed {shed.excess_a:.1f} A from {shed.breaker}: no machines surely draw so much"
    what = f"move or shut down {few(shed.machines, 12)}"
    return f"shed {shed.excess_a:.1f} A from {shed.breaker}: {what}"


def to_do(sheds: Sequence[Shed], grouped: Sequence[Group]) -> list[tuple[str, int]]:
    """What ends each overload, and the advice for those nobody can decide, the most first; with the
    number of machines that it is about, 0 for an overload.
    """
    machines: Counter[str] = Counter()
    for group in grouped:
        if group.advice and (group.verdict != Verdict.UNLESS.value or not sheds):
            machines[group.advice] += len(group.machines)
    return [(shed_in_words(shed), 0) for shed in sheds] + machines.most_common()


def interval(load: BreakerAfter) -> str:
    """`4.1 - 6.2`, `4.1 or more` without an upper end: the least right after the failure, and the
    most whatever trips.
    """
    low, high = load.load_range[:2]
    return f"{low:.1f} or more" if math.isinf(high) else f"{low:.1f} - {high:.1f}"
