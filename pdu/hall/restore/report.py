"""The report of a return of power. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple, Optional

from ...core.cli.output import counted
from ...core.cli.report import (
    Headline,
    Part,
    Picture,
    Report,
    Section,
    Table,
    few,
    names,
    number,
    row_header,
    words,
)
from ...core.files.html import Frame
from ...site.drawing.drawing import Drawing, HallNode
from ..diagram.marks import Mark, Moment, add_moments
from ..diagram.svg import STYLE, diagram
from ..drawings.checking import Finding
from ..failure import report_parts
from ..failure.hall_marks import hall_marks
from ..failure.hall_model import HallModel
from ..failure.rehearsal import worst_level
from ..failure.report_parts import GUIDE, fits_in_words, join_nodes, load_as_json, taken_at
from ..walk.arithmetic import MAYBE, NO, YES
from ..walk.condition import Condition
from ..walk.load_limits import ABOVE_LIMIT
from ..walk.verdicts import Judged, Verdict
from .delays import Delays
from .model import BreakerBack, MachineBack, ReturnOutcome, Step

READING = (
    "Comes back by itself: for sure. Cannot say: what was read and drawn allows more than one"
    " answer, and the reason names what decides.",
    "Least and most A: the current of a line or breaker in the end. It overloads where the current"
    " of what starts together may be above its limit.",
    "Times are seconds after the power is back. An outlet closes perhaps if what it does then was"
    " not read.",
)
_VERDICTS = (Verdict.COMES, Verdict.EARLY, Verdict.STAYS_DARK, Verdict.CANNOT_SAY)
_STEPS = 30  # limit for lines of a timeline on a terminal


class Returns(NamedTuple):
    """All that is reported."""

    #: the return as asked, then each first
    outcomes: Sequence[ReturnOutcome]
    findings: Sequence[Finding]
    #: None: every line and breaker fits
    delays: Optional[Delays]
    not_known: Sequence[str]
    hall: HallModel


def report(returns: Returns) -> Report:
    """Verdicts, what to do, figures, how they were computed."""
    back = join_nodes(returns.outcomes[0].returns)
    frame = Frame(
        f"When the power comes back: {back}",
        f"pdu rehearse --return: what happens when power comes back to {back}",
        READING,
        GUIDE,
    )
    style = f"{STYLE}{report_parts.STYLE}"
    return Report(frame, list(_parts(returns)), partial(_as_json, returns), style)


def _parts(returns: Returns) -> Iterator[Part]:
    """Machines, then what closes when; delays last."""
    for outcome in returns.outcomes:
        look = report_parts.LOOK_OF_LEVEL[outcome.level]
        yield Headline(f"{heading(outcome)}: {_counts(outcome)}.", look)
        breakers = _breakers(outcome, returns.hall.drawing)
        if breakers:
            trips = sum(breaker.trips for breaker in breakers)
            yield f"Lines and breakers: {len(breakers)}; {trips} trip, {fits_in_words(breakers)}."
    yield Picture("Picture", partial(_picture, returns.outcomes[0], returns, 0))
    for place, outcome in enumerate(returns.outcomes):
        yield from _figures(outcome, returns, place)
    yield Section("What to do")
    findings = [[row_header(finding.where), words(finding.what)] for finding in returns.findings]
    yield Table("Findings", ("where", "what"), findings)
    yield from _delays(returns.delays)
    yield Section("How it was computed")
    yield f"Readings: {taken_at(returns.hall.readings)}"
    yield report_parts.not_known((fact, ()) for fact in returns.not_known)


def _breakers(outcome: ReturnOutcome, drawing: Drawing) -> list[BreakerBack]:
    return report_parts.merge_doubles(outcome.breakers, drawing, _shown_of)


def _shown_of(breaker: BreakerBack) -> Sequence[object]:
    figures = (breaker.load[:2], breaker.limit_a, breaker.rating_a, breaker.fit)
    return [*figures, breaker.together, breaker.trips, breaker.trips_from_s]


def heading(outcome: ReturnOutcome) -> str:
    """`Power comes back to feed:A, feed:B stays without`."""
    others = f", {join_nodes(outcome.outages)} stays without" if outcome.outages else ""
    return f"Power comes back to {join_nodes(outcome.returns)}{others}"


def _counts(outcome: ReturnOutcome) -> str:
    """The count of `comes back` never stands without that of `cannot say`."""
    counts = {
        "come up before what they need": outcome.count(Verdict.EARLY),
        "stay dark": outcome.count(Verdict.STAYS_DARK),
        "not touched": outcome.drawn - len(outcome.machines),
    }
    machines = counted(outcome.drawn, "machine")
    texts = [f"{outcome.count(Verdict.COMES)} of {machines} come back by themselves"]
    texts.append(f"{outcome.count(Verdict.CANNOT_SAY)} cannot say")
    return ", ".join([*texts, *(f"{count} {text}" for text, count in counts.items() if count)])


def _delays(delays: Optional[Delays]) -> Iterator[Part]:
    if delays is None:
        yield "Delays: every line and breaker holds as it is."
        return
    if delays.mended:
        yield f"With these delays {few(delays.mended)} fit; set them on each PDU's page."
        rows = [
            [row_header(pdu), names([f"{outlet}: {seconds} s" for outlet, seconds in outlets], 48)]
            for pdu, outlets in delays.pdus.items()
        ]
        yield Table("Delays for each PDU's page", ("PDU", "outlets"), rows, _STEPS)
        if delays.sequences:
            yield (
                f"{few(delays.sequences)}: the page has the wait after an outlet; put them in this"
                " order, and set the difference to the next."
            )
    if delays.unchanged:
        yield f"{few(delays.unchanged)}: no delay can be set there, as far as was read."
    if delays.left:
        yield f"No delay decides {few(delays.left)}: the reasons are above."


def _figures(outcome: ReturnOutcome, returns: Returns, place: int) -> Iterator[Part]:
    drawing = returns.hall.drawing
    worse = [
        extract_cord(machine, drawing) for machine in outcome.machines if machine.verdict.level
    ]
    if not worse and not outcome.breakers and not outcome.steps:
        return
    breakers = _breakers(outcome, drawing)
    together = {breaker.name: str(breaker.together or "") for breaker in breakers}
    yield Section(heading(outcome))
    yield report_parts.machines(report_parts.groups(worse))
    heads = ("PDU", "from s", "to s", "outlets that close")
    rows = [
        [
            row_header(step.pdu),
            number(f"{step.earliest_s:.1f}"),
            number("no bound" if step.latest_s is None else f"{step.latest_s:.1f}"),
            words(_outlets(step)),
        ]
        for step in outcome.steps
    ]
    yield Table("Timeline", heads, rows, _STEPS, unfolded=report_parts.UNFOLDED)
    yield report_parts.breakers(breakers, {"close together": together})
    if place:
        yield Picture("Picture", partial(_picture, outcome, returns, place))


def extract_cord(machine: MachineBack, drawing: Drawing) -> Judged:
    """With the cord of the machine with which its reason begins, if it does, beside the reason."""
    for cord in drawing.machines[machine.machine].cords:
        if machine.reason.startswith(f"{cord}: "):
            reason = machine.reason[len(f"{cord}: ") :]
            return Judged(machine.machine, machine.verdict, reason, cord=str(cord))
    return Judged(machine.machine, machine.verdict, machine.reason)


def _outlets(step: Step) -> str:
    """`1, 2 (1 of them perhaps)`."""
    unsure = len(step.outlets) - step.sure
    return few(step.outlets, 12) + (f" ({unsure} of them perhaps)" if unsure else "")


# ---- the picture ---------------------------------------------------------------------------------


_OF_POWER = {YES: Condition.LIVES, MAYBE: Condition.IN_QUESTION, NO: Condition.DEAD}


def _picture(outcome: ReturnOutcome, returns: Returns, place: int) -> str:
    """With the order in which PDUs close."""
    moments = {}
    by_pdu: dict[str, list[Step]] = {}
    for step in outcome.steps:
        by_pdu.setdefault(step.pdu, []).append(step)
    for pdu, steps in by_pdu.items():
        earliest = min(step.earliest_s for step in steps)
        latest = max(math.inf if step.latest_s is None else step.latest_s for step in steps)
        end = "s or later" if math.isinf(latest) else f"- {latest:g} s"
        moments[HallNode("pdu", pdu)] = Moment(earliest, latest, f"closes {earliest:g} {end}")
    machines = {
        machine.machine: Mark(machine.verdict.condition, reason=machine.reason)
        for machine in outcome.machines
    }
    marks = hall_marks(returns.hall, _node_marks(outcome, returns.hall), machines)
    return diagram(returns.hall.drawing, add_moments(marks, moments), place)


def _node_marks(outcome: ReturnOutcome, hall: HallModel) -> Iterable[tuple[HallNode, Mark]]:
    for node, power in outcome.power.items():
        yield node, Mark(_OF_POWER[power])
    for breaker in outcome.breakers:
        carrier = hall.drawn_carriers.get(breaker.name)
        if carrier is None:
            continue
        condition = _OF_POWER[outcome.power[carrier]]
        if breaker.trips:
            condition = Condition.DEAD
        elif breaker.trips_from_s is not None:
            condition = Condition.IN_QUESTION
        elif condition is Condition.LIVES and breaker.fit.word == ABOVE_LIMIT:
            condition = Condition.ABOVE_LIMIT
        yield carrier, Mark(condition, breaker.load, breaker.rating_a, reason=breaker.why)


# ---- JSON ----------------------------------------------------------------------------------------


def _as_json(returns: Returns) -> dict[str, Any]:
    delays = returns.delays
    return {
        "returns": list(map(_outcome_as_json, returns.outcomes)),
        "level": worst_level(outcome.level for outcome in returns.outcomes),
        "findings": [{"where": f.where, "what": f.what} for f in returns.findings],
        "delays": delays
        and {**delays._asdict(), "pdus": {p: dict(outlets) for p, outlets in delays.pdus.items()}},
        "not_known": list(returns.not_known),
    }


def _outcome_as_json(outcome: ReturnOutcome) -> dict[str, Any]:
    return {
        "returned": list(map(str, outcome.returns)),
        "gone": list(map(str, outcome.outages)),
        "level": outcome.level,
        "counts": {verdict.value: outcome.count(verdict) for verdict in _VERDICTS},
        "steps": [{**step._asdict(), "outlets": list(step.outlets)} for step in outcome.steps],
        "machines": list(map(_machine_as_json, outcome.machines)),
        "breakers": list(map(_breaker_as_json, outcome.breakers)),
    }


def _machine_as_json(machine: MachineBack) -> dict[str, Any]:
    """One machine; without `earliest_s` it stays dark."""
    answer = {**machine._asdict(), "verdict": machine.verdict.value}
    if machine.verdict is Verdict.STAYS_DARK:
        del answer["earliest_s"], answer["latest_s"]
    return answer


def _breaker_as_json(breaker: BreakerBack) -> dict[str, Any]:
    """One line or breaker; without `trips_from_s` it holds for good."""
    return {
        **load_as_json(breaker),
        "together": breaker.together,
        "trips": breaker.trips,
        **({} if breaker.trips_from_s is None else {"trips_from_s": breaker.trips_from_s}),
    }
