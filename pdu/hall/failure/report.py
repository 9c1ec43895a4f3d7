"""The report of a rehearsal: of one failure, or of many. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, Optional

from ...core.cli.output import counted
from ...core.cli.report import (
    Cell,
    Headline as Sentence,
    Part,
    Picture,
    Report,
    Section,
    Table,
    advice,
    few,
    number,
    row_header,
    words,
)
from ...core.files.html import Frame
from ...site.drawing.drawing import HallNode
from ..diagram.marks import Moment, add_moments
from ..diagram.svg import STYLE, diagram
from ..walk.load_limits import CANNOT_SAY
from ..walk.verdicts import Judged, Verdict
from . import report_parts
from .hall_marks import failure_marks
from .hall_model import HallModel
from .missing_facts import MissingFact
from .rehearsal import (
    BreakerAfter,
    Redundancy,
    RehearsalOutcome,
    breakers_in_question,
    count_fit,
    counts,
    worst_level,
)
from .report_parts import (
    GUIDE,
    LOOK_OF_LEVEL,
    amperes,
    finite,
    fits_in_words,
    join_nodes,
    load_as_json,
    taken_at,
)
from .shedding import Shed, sheds
from .wording import duration, headline, interval, likely, list_advice, percent, short_times, times

_TO_DO = 12  # lines of advice that are shown at once
READING = (
    "Dark at once: the failure itself takes its power. Dark with a breaker: the take-over load"
    " surely trips one that it hangs on. Stays unless a breaker trips: that one may, and the table"
    " of breakers says from when on, and by how much it is too much; it likely trips if its likely"
    " load is more than its standard holds for an hour. Cannot say: no breaker decides"
    " it, and the reason names what does.",
    "Times count from the failure on, by the standard that the drawing names, at up to 30 °C. Not"
    " before: so long it surely holds. At the latest: then it has surely tripped. A of a breaker in"
    " question: the least right after the failure, and the most whatever trips; likely: if the"
    " outlets without a meter carry alike.",
    "Least and most A: the current of a line or breaker after the failure, as far as readings and"
    " drawing bound it. The limit is what it carries for good.",
)


class FailureSummary(NamedTuple):
    """What is shown of one failure among many."""

    #: what fails
    name: str
    #: as that of the outcome
    level: int
    #: machines that go dark, that likely do, that may, and of which nobody can say it; breakers
    #: that trip or may, and those of which nobody can say it
    counts: Sequence[int]
    #: some of the machines that go dark
    goes_dark: str

    @classmethod
    def of(cls, outcome: RehearsalOutcome) -> FailureSummary:
        """That of an outcome, which is not kept."""
        dark = [machine.machine for machine in outcome.verdicts if machine.verdict.level == 1]
        likely_count = sum(machine.is_likely_dark for machine in outcome.verdicts)
        counts = (
            len(dark),
            likely_count,
            outcome.count(Verdict.UNLESS) - likely_count,
            outcome.count(Verdict.CANNOT_SAY),
            len(breakers_in_question(outcome.loads)),
            count_fit(outcome.loads, CANNOT_SAY),
        )
        return cls(join_nodes(outcome.failures), outcome.level, counts, few(dark, 2))

    @property
    def harm(self) -> tuple[int, ...]:
        """The key to sort by: higher is worse."""
        dark, likely_count, may, cannot_say, breakers, _ = self.counts
        return dark, likely_count, may, breakers, cannot_say


def report(
    hall: HallModel,
    outcome: Optional[RehearsalOutcome],
    failures: Sequence[FailureSummary],
    grades: Sequence[Redundancy],
    unknown: Sequence[MissingFact],
) -> Report:
    """`outcome`: of the only failure, else None."""
    parts = _parts_of_many(failures, grades)
    if outcome is not None:
        parts = _parts_of_one(hall, outcome, unknown)
    title = f"Rehearsal: {few([failure.name for failure in failures], 3)}"
    is_one = len(failures) == 1
    what = f"{failures[0].name} fails" if is_one else f"each of these fails: {len(failures)} in all"
    frame = Frame(title, f"pdu rehearse: what happens if {what}", READING, GUIDE)
    not_known = ((fact.what, fact.touches) for fact in unknown if not fact.machines)
    footer: list[Part] = [
        Section("How it was computed"),
        f"Readings: {taken_at(hall.readings)}",
        report_parts.not_known(not_known),
    ]
    return Report(frame, [*parts, *footer], dict, f"{STYLE}{report_parts.STYLE}")


# ---- one failure ---------------------------------------------------------------------------------


def _parts_of_one(
    hall: HallModel, outcome: RehearsalOutcome, unknown: Sequence[MissingFact]
) -> Iterator[Part]:
    overloads = sheds(hall, outcome)
    what = join_nodes(outcome.failures)
    yield Sentence(f"If {what} fails: {headline(outcome, overloads)}", LOOK_OF_LEVEL[outcome.level])
    for ups, seconds in outcome.autonomy_s.items():
        yield (
            f"{ups} feeds what is behind it for {duration(seconds)}, as drawn; load shifts from it"
            " only then, and the times of what trips count from then. Until then it also carries"
            " what others lose: rehearse what fails beside it alone."
        )
    loads = report_parts.merge_doubles(outcome.loads, hall.drawing, _shown_of)
    if loads:
        fit = fits_in_words(loads)
        yield f"Lines and breakers to which load may shift: {len(loads)}; {fit}."
    if outcome.trips:
        verb, them = ("trips", "it") if len(outcome.trips) == 1 else ("trip", "them")
        yield f"Second step: {few(outcome.trips)} {verb}, with what is behind {them}."
    yield Picture("Picture", partial(_picture, hall, outcome))
    alike = report_parts.groups(machine for machine in outcome.verdicts if machine.verdict.level)
    to_do = _advice_table(overloads, alike, [fact for fact in unknown if fact.machines])
    if to_do.rows:
        yield from (Section("What to do"), to_do)
    if alike or loads:
        yield Section("What happens")
        questions = breakers_in_question(loads)
        yield _questions(questions)
        yield report_parts.machines(alike)
        title = "Other lines and breakers" if questions else "Lines and breakers"
        names_in_question = {load.name for load in questions}
        other_loads = [load for load in loads if load.name not in names_in_question]
        yield report_parts.breakers(other_loads)._replace(title=title)


def _shown_of(load: BreakerAfter) -> Sequence[object]:
    return [cell.text for cell in _question(load)[1:]]


def _picture(hall: HallModel, outcome: RehearsalOutcome) -> str:
    moments: dict[HallNode, Moment] = {}
    for load in breakers_in_question(outcome.loads):
        node = hall.drawn_carriers.get(load.name)
        if node is not None:
            latest_s = math.inf if load.at_the_latest_s is None else load.at_the_latest_s
            # of several conductors of a line, the one that trips first
            moments.setdefault(node, Moment(load.not_before_s, latest_s, short_times(load)))
    return diagram(hall.drawing, add_moments(failure_marks(hall, outcome), moments))


def _questions(loads: Sequence[BreakerAfter]) -> Table:
    heads = (
        "breaker", "A", "likely A", "rating A", "of it", "too much A", "trips",
        "machines that go dark with it alone",
    )  # fmt: skip
    rows = list(map(_question, loads))
    return Table("Breakers in question", heads, rows, unfolded=report_parts.UNFOLDED)


def _question(load: BreakerAfter) -> list[Cell]:
    return [
        row_header(load.name),
        number(interval(load)),
        number(likely(load)),
        number(amperes(load.rating_a)),
        number(percent(load)),
        number(f"{load.excess_a:.1f}"),
        words(times(load)),
        number(str(len(load.machines))),
    ]


def _advice_table(
    overloads: Sequence[Shed], alike: Sequence[Sequence[Judged]], additions: Sequence[MissingFact]
) -> Table:
    rows = list_advice(overloads, alike, additions)
    cells = [[number(str(count or "")), advice(text)] for text, count in rows]
    table = Table("", ("machines", "what"), cells, _TO_DO, unfolded=_TO_DO)
    return table.drop_empty_columns()


# ---- many failures -------------------------------------------------------------------------------


def _parts_of_many(
    failures: Sequence[FailureSummary], grades: Sequence[Redundancy]
) -> Iterator[Part]:
    bad = [failure for failure in failures if failure.level]
    harm = sum(failure.level == 1 for failure in bad)
    yield Sentence(
        f"{counted(len(failures), 'failure')}: {harm} do harm or likely do, {len(bad) - harm} may"
        f" or cannot say, {len(failures) - len(bad)} do none.",
        LOOK_OF_LEVEL[worst_level(failure.level for failure in failures)],
    )
    if grades:
        grades_in_words = ", ".join(f"{grade}: {count}" for grade, count in counts(grades).items())
        yield f"Machines by their redundancy: {grades_in_words}."
    single = [grade.machine for grade in grades if grade.grade == "N"]
    if single:
        yield Section("What to do")
        yield f"Give a second source to single points (N): {', '.join(single)}."
    heads = (
        "fails", "machines dark", "machines that likely go dark", "machines that may",
        "machines cannot say",
        "breakers may trip", "breakers cannot say", "goes dark",
    )  # fmt: skip
    rows = [
        [
            row_header(failure.name),
            *(number(str(count), "b" if count else "") for count in failure.counts),
            words(failure.goes_dark),
        ]
        for failure in sorted(bad, key=lambda failure: failure.harm, reverse=True)
    ]
    if rows:
        yield from (Section("Failures"), Table("", heads, rows))


# ---- JSON ----------------------------------------------------------------------------------------


def rest_as_json(
    level: int, grades: Sequence[Redundancy], unknown: Sequence[MissingFact]
) -> dict[str, Any]:
    """The answer but its rehearsals, which are printed one by one."""
    machines = list(map(vars, grades))
    redundancy = {"redundancy": {"counts": dict(counts(grades)), "machines": machines}}
    return {
        "level": level,
        "not_known": [{"what": fact.what, "touches": list(fact.touches)} for fact in unknown],
        "to_add": [{"what": f.what, "machines": f.machines} for f in unknown if f.machines],
        **(redundancy if grades else {}),
    }


def outcome_as_json(outcome: RehearsalOutcome, overloads: Sequence[Shed] = ()) -> Mapping[str, Any]:
    """One rehearsal. `verdict` and `counts` have the words of 0.4, `becomes` says it in full."""
    becomes = Counter(machine.verdict for machine in outcome.verdicts)
    becomes[Verdict.STAYS] = outcome.count(Verdict.STAYS)
    levels = Counter(verdict.level for verdict in becomes.elements())
    return {
        "failed": list(map(str, outcome.failures)),
        "level": outcome.level,
        "counts": {"dark": levels[1], "stays": levels[0], "cannot say": levels[2]},
        "becomes": {verdict.value: count for verdict, count in becomes.items()},
        "already_dark": list(outcome.already),
        "machines": list(map(_machine_as_json, outcome.verdicts)),
        "loads": [_breaker_as_json(load) for load in outcome.loads],
        "shed": [
            {"breaker": shed.breaker, "a": round(shed.excess_a, 3), "machines": [*shed.machines]}
            for shed in overloads
        ],
        "trips": list(outcome.trips),
        "autonomy_s": dict(outcome.autonomy_s),
    }


def _machine_as_json(machine: Judged) -> dict[str, Any]:
    """One machine; without `not_before_s` it keeps its power for good."""
    verdict = ("stays", "dark", "cannot say")[machine.verdict.level]
    answer = {**vars(machine), "verdict": verdict, "becomes": machine.verdict.value}
    if math.isinf(machine.not_before_s):
        del answer["not_before_s"]
    return answer


def _breaker_as_json(load: BreakerAfter) -> dict[str, Any]:
    """One line or breaker; without `not_before_s` it holds for good."""
    return {
        **load_as_json(load),
        "at_first_low_a": None if load.at_first is None else round(load.at_first.low, 3),
        "likely_a": finite(round(load.load_range.likely, 3)),
        "holds_a": load.holds_a,
        **({} if math.isinf(load.not_before_s) else {"not_before_s": load.not_before_s}),
        "at_the_latest_s": load.at_the_latest_s,
        "likely_trips": load.likely_trips,
        "machines": list(load.machines),
    }
