"""The report of a rehearsal: of one failure, or of many. Pure."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Optional

from ...core.cli.output import counted
from ...core.cli.report import (
    LOOKS,
    Cell,
    Figure,
    Part,
    Report,
    Section,
    Table,
    Verdict as Sentence,
    advice,
    few,
    number,
    row_header,
    words,
)
from ...core.files.html import Frame
from ..walk.load_limits import CANNOT_SAY, OVERLOADS
from ..walk.verdicts import Verdict
from . import rack_picture, report_parts
from .missing_facts import MissingFact
from .rehearsal import Hall, Redundancy, RehearsalOutcome, count_fit, counts
from .report_parts import (
    GUIDE,
    WORLDS,
    JudgedMachine,
    fits_in_words,
    in_words,
    load_as_json,
    sampled_in_words,
    taken_at,
)

_TO_DO = 12  # limit for lines of advice on a terminal
READING = (
    "Dark: the machine loses its power for sure. Stays: it keeps it for sure. Cannot say: what was"
    " read and drawn allows both, and the reason names what decides.",
    WORLDS,
    "Least and most A: the current of a line or breaker after the failure, as far as readings and"
    " drawing bound it. The limit is what it carries for good.",
)


class Failed(NamedTuple):
    """What is shown of one failure among many."""

    #: what fails
    name: str
    #: as that of the outcome
    level: int
    dark: int
    open: int
    overload: int
    loads_open: int
    #: some of the machines that go dark
    goes_dark: str

    @classmethod
    def of(cls, outcome: RehearsalOutcome) -> Failed:
        """That of an outcome, which is not kept."""
        dark = [one.machine for one in outcome.touched if one.verdict is Verdict.DARK]
        return cls(
            in_words(outcome.failed),
            outcome.level,
            len(dark),
            outcome.count(Verdict.CANNOT_SAY),
            count_fit(outcome.loads, OVERLOADS),
            count_fit(outcome.loads, CANNOT_SAY),
            few(dark, 2),
        )


def report(
    hall: Hall,
    outcome: Optional[RehearsalOutcome],
    failures: Sequence[Failed],
    grades: Sequence[Redundancy],
    unknown: Sequence[MissingFact],
) -> Report:
    """`outcome`: of the only failure, else None."""
    parts = _many(failures, grades) if outcome is None else _one(hall, outcome, unknown)
    title = f"Rehearsal: {few([failure.name for failure in failures], 3)}"
    frame = Frame(title, _asked(failures), READING, GUIDE)
    not_known = ((fact.what, fact.touches) for fact in unknown if not fact.machines)
    computed: list[Part] = [
        Section("How it was computed"),
        f"Readings: {taken_at(hall.readings)}",
        *([] if outcome is None else _sampled(outcome)),
        report_parts.not_known(not_known),
    ]
    return Report(frame, [*parts, *computed], None, rack_picture.STYLE)


def _asked(failures: Sequence[Failed]) -> str:
    if len(failures) == 1:
        return f"pdu rehearse: what happens if {failures[0].name} fails"
    return f"pdu rehearse: what happens if each of these fails: {len(failures)} in all"


# ---- one failure ---------------------------------------------------------------------------------


def _one(hall: Hall, outcome: RehearsalOutcome, unknown: Sequence[MissingFact]) -> Iterator[Part]:
    yield Sentence(sentence(outcome), LOOKS[outcome.level])
    if outcome.loads:
        fit = fits_in_words(outcome.loads)
        yield f"Lines and breakers to which load may shift: {len(outcome.loads)}; {fit}."
    if outcome.trips:
        is_one = len(outcome.trips) == 1
        rest = "trips, with what is behind it" if is_one else "trip, with what is behind them"
        yield f"Second step: {few(outcome.trips)} {rest}."
    to_do = _to_do(outcome, [fact for fact in unknown if fact.machines])
    if to_do.rows:
        yield from (Section("What to do"), to_do)
    worse = [
        JudgedMachine(
            one.machine,
            one.verdict.value,
            ("second step: " if one.step > 1 else "") + one.reason,
        )
        for one in outcome.touched
        if one.verdict is not Verdict.STAYS
    ]
    if worse or outcome.loads:
        yield Section("What happens")
        yield report_parts.machines(worse, hall.drawing.machines)
        yield report_parts.breakers(outcome.loads)
    yield Figure("Picture", rack_picture.picture(hall, outcome))


def sentence(outcome: RehearsalOutcome) -> str:
    """The counts. The number of dark machines never stands without that of `cannot say`."""
    dark, open_ = outcome.count(Verdict.DARK), outcome.count(Verdict.CANNOT_SAY)
    already = f" {len(outcome.already)} have no power already." if outcome.already else ""
    return (
        f"If {in_words(outcome.failed)} fails: {dark} of {counted(outcome.machines, 'machine')}"
        f" dark, {open_} cannot say, {outcome.count(Verdict.STAYS)} stay.{already}"
    )


def _to_do(outcome: RehearsalOutcome, deciding: Sequence[MissingFact]) -> Table:
    """The advice, and what to add to the drawing or to read, first what decides the most."""
    counts_ = Counter(one.advice for one in outcome.touched if one.advice)
    rows = [(text, count) for text, count in counts_.most_common()]
    rows += [(f"add {fact.what}", fact.machines) for fact in deciding]
    cells = [[number(str(count)), advice(text)] for text, count in rows]
    return Table("", ("machines", "what"), cells, _TO_DO)


def _sampled(outcome: RehearsalOutcome) -> Iterator[Part]:
    text = sampled_in_words(
        outcome.sampled, outcome.count(Verdict.CANNOT_SAY), "live", outcome.seed
    )
    if text:
        yield f"Sampled: {text}."
        yield report_parts.sampled((one.machine, one.sampled) for one in outcome.touched)


# ---- many failures -------------------------------------------------------------------------------


def _many(failures: Sequence[Failed], grades: Sequence[Redundancy]) -> Iterator[Part]:
    bad = [failure for failure in failures if failure.level]
    harm = sum(failure.level == 2 for failure in bad)
    yield Sentence(
        f"{counted(len(failures), 'failure')}: {harm} do harm, {len(bad) - harm} cannot say,"
        f" {len(failures) - len(bad)} do none.",
        LOOKS[max(failure.level for failure in failures)],
    )
    if grades:
        shown = ", ".join(f"{grade}: {count}" for grade, count in counts(grades).items())
        yield f"Machines by their redundancy: {shown}."
    single = [one.machine for one in grades if one.grade == "N"]
    if single:
        yield Section("What to do")
        yield f"Give a second source to single points (N): {', '.join(single)}."
    heads = (
        "fails", "machines dark", "machines cannot say", "breakers overload",
        "breakers cannot say", "goes dark",
    )  # fmt: skip
    rows = [
        [
            row_header(failure.name),
            *map(_count, (failure.dark, failure.open, failure.overload, failure.loads_open)),
            words(failure.goes_dark),
        ]
        for failure in sorted(bad, key=_harm)
    ]
    if rows:
        yield from (Section("Failures"), Table("", heads, rows))


def _harm(failure: Failed) -> tuple[int, int, int, int]:
    """The key to sort by: the worst first."""
    return -failure.level, -failure.dark, -failure.overload, -failure.open


def _count(value: int) -> Cell:
    return number(str(value), "b" if value else "")


# ---- JSON ----------------------------------------------------------------------------------------


def rest_as_json(
    level: int,
    grades: Sequence[Redundancy],
    unknown: Sequence[MissingFact],
) -> dict[str, Any]:
    """The answer but its rehearsals, which are printed one by one."""
    answer: dict[str, Any] = {
        "level": level,
        "not_known": [{"what": fact.what, "touches": list(fact.touches)} for fact in unknown],
        "to_add": [
            {"what": fact.what, "machines": fact.machines} for fact in unknown if fact.machines
        ],
    }
    if grades:
        answer["redundancy"] = {
            "counts": dict(counts(grades)),
            "machines": [dataclasses.asdict(one) for one in grades],
        }
    return answer


def outcome_as_json(outcome: RehearsalOutcome) -> Mapping[str, Any]:
    """One rehearsal."""
    return {
        "failed": list(map(str, outcome.failed)),
        "level": outcome.level,
        "counts": {verdict.value: outcome.count(verdict) for verdict in Verdict},
        "sampled": {**outcome.sampled._asdict(), "seed": outcome.seed},
        "already_dark": list(outcome.already),
        "machines": [
            {**dataclasses.asdict(one), "verdict": one.verdict.value} for one in outcome.touched
        ],
        "loads": [load_as_json(load) for load in outcome.loads],
        "trips": list(outcome.trips),
    }
