"""The sentences about one failure: what is dark, what follows and when, and what ends it. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from ...core.cli.output import counted
from ...core.cli.report import few
from ..walk.verdicts import Judged, Verdict
from .machine_verdicts import OVERLOAD_ADVICE
from .missing_facts import MissingFact
from .rehearsal import BreakerAfter, RehearsalOutcome
from .report_parts import join_nodes
from .shedding import Shed


def duration(seconds: float) -> str:
    """`30 s`, `15 min`, `2 h`."""
    for unit, length in (("h", 3600), ("min", 60)):
        if seconds >= length and seconds % (length / 4) == 0:
            return f"{seconds / length:g} {unit}"
    return f"{seconds:g} s"


def headline(outcome: RehearsalOutcome, sheds: Sequence[Shed]) -> str:
    """What is dark, what follows and when, and what ends it. The number of dark machines never
    stands without that of those nobody can decide.
    """
    at_once = outcome.count(Verdict.AT_ONCE)
    later = Counter(machine.autonomy_s for machine in outcome.verdicts if machine.autonomy_s)
    sentences = [
        f"At once {at_once} of {counted(outcome.machines, 'machine')}"
        f" {'goes' if at_once == 1 else 'go'} dark"
    ]
    for seconds, count in sorted(later.items()):
        verb = "goes" if count == 1 else "go"
        returns = (
            f"unless {join_nodes(outcome.failures)} return{'s' * (len(outcome.failures) == 1)}"
        )
        sentences.append(f"{count} more {verb} dark after {duration(seconds)}, {returns}")
    sure: Counter[float] = Counter()
    perhaps: dict[tuple[bool, float], list[Judged]] = {}
    for machine in outcome.verdicts:
        if machine.verdict is Verdict.WITH_BREAKER:
            sure[machine.at_the_latest_s or 0.0] += 1
        elif machine.verdict is Verdict.UNLESS:
            key = not machine.is_likely_dark, machine.not_before_s
            perhaps.setdefault(key, []).append(machine)
    for seconds, count in sorted(sure.items()):
        verb = "goes" if count == 1 else "go"
        sentences.append(f"{count} more {verb} dark within {duration(seconds)} at the latest")
    for (is_unlikely, seconds), machines in sorted(perhaps.items()):
        when = f"not before {duration(seconds)}" if seconds else "at any time"
        is_one = len(machines) == 1
        clause = f"{len(machines)} more likely {'does' if is_one else 'do'}, {when}"
        if is_unlikely:
            verb = "stays" if is_one else "stay"
            clause = f"{len(machines)} likely {verb}, and may go dark {when}"
        breakers = {breaker for machine in machines for breaker in machine.breakers}
        remedies = [shed for shed in sheds if shed.breaker in breakers]
        if remedies:
            count = len(remedies) - 1
            breakers_in_words = "breakers" if count > 1 else "breaker"
            tail = f" and {count} more {breakers_in_words}" if count else ""
            first = remedies[0]
            clause += f": shed {first.excess_a:.1f} A from {first.breaker}{tail}"
        sentences.append(clause)
    open_count = outcome.count(Verdict.CANNOT_SAY)
    sentences.append(f"{open_count} undecided")
    sentences.append(f"{outcome.count(Verdict.STAYS)} stay")
    if outcome.already:
        sentences.append(f"{len(outcome.already)} had no power before")
    return f"{'; '.join(sentences)}."


def times(load: BreakerAfter) -> str:
    """When a breaker in question trips: `not before 1 h, at the latest 2 h`."""
    early = f"not before {duration(load.not_before_s)}" if load.not_before_s else "at any time"
    if load.at_the_latest_s is None:
        return f"{early}, or it holds"
    return f"{early}, at the latest after {duration(load.at_the_latest_s)}"


def short_times(load: BreakerAfter) -> str:
    """The same for a picture: `not before 1 h`, `trips within 2 h`."""
    if load.at_the_latest_s is None:
        return f"not before {duration(load.not_before_s)}" if load.not_before_s else "at any time"
    return f"trips within {duration(load.at_the_latest_s)}"


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


def list_advice(
    sheds: Sequence[Shed], groups: Sequence[Sequence[Judged]], additions: Sequence[MissingFact]
) -> list[tuple[str, int]]:
    """What ends each overload, the advice for those nobody can decide, and what to add to the
    drawing or to read, the most first; with the number of machines that it is about, 0 for an
    overload.
    """
    remedies = [(shed_in_words(shed), 0) for shed in sheds]
    machines: Counter[str] = Counter()
    for advice in (machine.advice for group in groups for machine in group):
        # what to shed or to add says more than a breaker's advice
        if advice and (advice != OVERLOAD_ADVICE or not (remedies or additions)):
            machines[advice] += 1
    texts_to_add = [(f"add {fact.what}", fact.machines) for fact in additions]
    return remedies + machines.most_common() + texts_to_add


def likely(load: BreakerAfter) -> str:
    """`14.9`: what it carries if outlets without a meter carry alike; "" if nothing bounds it."""
    return "" if math.isinf(load.load.high) else f"{load.load_range.likely:.1f}"


def interval(load: BreakerAfter) -> str:
    """`4.1 - 6.2`, `4.1 or more` without an upper end: the least right after the failure, and the
    most whatever trips.
    """
    low, high = load.load_range[:2]
    return f"{low:.1f} or more" if math.isinf(high) else f"{low:.1f} - {high:.1f}"
