"""A rehearsal as text for people, and as JSON for programs. Pure."""

from __future__ import annotations

import dataclasses
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Optional

from ...core.cli.output import columns, counted
from ...core.drawing.drawing import HallNode
from ...core.files.html import time_shown
from ...core.inventory.saved_readings import HallReadings
from ..walk.load_limits import CANNOT_SAY, FITS, OVERLOADS
from ..walk.verdicts import Judged, Verdict
from .missing_facts import MissingFact
from .monte_carlo import Sampled
from .rehearsal import BreakerLoad, Redundancy, RehearsalOutcome, count_fit, counts

_NAMES = 6  # limit for names in a line
_LOADS = 30  # limit for breakers that fit
_MISSING = 12  # limit for things that decide machines


def named(failed: Sequence[HallNode]) -> str:
    """`feed:A and pdu:r1-left`."""
    return " and ".join(map(str, failed))


def taken_at(readings: HallReadings) -> str:
    """`2026-11-24 19:30 UTC+01:00`, by this machine's clock."""
    return "at an unknown time" if readings.taken is None else time_shown(readings.taken)


def few(names: Sequence[str], limit: int = _NAMES) -> str:
    """At most `limit` names, and how many more there are."""
    shown = ", ".join(names[:limit])
    return f"{shown} and {len(names) - limit} more" if len(names) > limit else shown


def sentence(outcome: RehearsalOutcome) -> str:
    """The counts. The number of dark machines never stands without that of `cannot say`."""
    dark, open_ = outcome.count(Verdict.DARK), outcome.count(Verdict.CANNOT_SAY)
    return (
        f"{counted(outcome.machines, 'machine')}: {dark} dark, {open_} cannot say,"
        f" {outcome.count(Verdict.STAYS)} stay"
        + (f", {len(outcome.already)} without power already" if outcome.already else "")
        + of_worlds(outcome.sampled, open_, "live", outcome.seed)
    )


def of_worlds(found: Sampled, open_: int, live: str, seed: int) -> str:
    """What samples say of so many machines that nobody can decide; "" without samples."""
    worlds, each, some, none = found
    if not worlds:
        return ""
    return (
        f"; in {worlds} sampled worlds {each + some + none} of the {open_}: {each} {live} in each,"
        f" {some} in some, {none} in none (seed {seed})"
    )


def sentence_of_loads(outcome: RehearsalOutcome) -> str:
    """How many lines and breakers fit."""
    return (
        f"lines and breakers to which load may shift: {len(outcome.loads)},"
        f" {fits_in_words(outcome.loads)}"
    )


def fits_in_words(loads: Sequence[BreakerLoad]) -> str:
    """`0 overload, 2 cannot say, 3 fit`."""
    return (
        f"{count_fit(loads, OVERLOADS)} overload, {count_fit(loads, CANNOT_SAY)} cannot say,"
        f" {count_fit(loads, FITS)} fit"
    )


def lines(outcome: RehearsalOutcome, unknown: Sequence[MissingFact]) -> list[str]:
    """One failure in full."""
    found = [f"{named(outcome.failed)} fails", sentence(outcome), sentence_of_loads(outcome)]
    if outcome.trips:
        is_one = len(outcome.trips) == 1
        rest = "trips, with what is behind it" if is_one else "trip, with what is behind them"
        found.append(f"second step: {few(outcome.trips)} {rest}")
    worse = [one for one in outcome.touched if one.verdict is not Verdict.STAYS]
    if worse:
        rows = [(one.machine, one.verdict.value, one.why) for one in worse]
        found += ["", *columns(("machine", "verdict", "why"), rows)]
        found += ["", *_advice(worse)]
    if outcome.loads:
        found += ["", *table(outcome.loads)]
    return [*found, "", *not_known(unknown)]


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
            named(outcome.failed),
            outcome.level,
            len(dark),
            outcome.count(Verdict.CANNOT_SAY),
            count_fit(outcome.loads, OVERLOADS),
            count_fit(outcome.loads, CANNOT_SAY),
            few(dark, 2),
        )


def lines_of_each(
    failures: Sequence[Failed], grades: Sequence[Redundancy], unknown: Sequence[MissingFact]
) -> list[str]:
    """Many failures, a line for each that does harm or may do it."""
    bad = [one for one in failures if one.level]
    rows = [
        (one.name, one.dark, one.open, one.overload, one.loads_open, one.goes_dark) for one in bad
    ]
    head = ("fails", "dark", "cannot say", "overload", "cannot say", "goes dark")
    found = [
        f"{counted(len(failures), 'failure')}: {sum(one.level == 2 for one in bad)} do harm,"
        f" {sum(one.level == 1 for one in bad)} cannot say,"
        f" {len(failures) - len(bad)} do none"
    ]
    if grades:
        found.append(", ".join(f"{grade}: {count}" for grade, count in counts(grades).items()))
    if rows:
        found += ["", *columns(head, rows)]
    single = [one for one in grades if one.grade == "N"]
    if single:
        found += ["", f"single points (N): {few([one.machine for one in single])}"]
    return [*found, "", *not_known(unknown)]


def table(loads: Iterable[BreakerLoad]) -> list[str]:
    """Loads after the failure, the worst first."""
    rows = [
        (one, (one.name, interval(one), amperes(one.limit_a), one.fit.word, one.fit.reason))
        for one in sorted(loads, key=rank)
    ]
    return shortened(("line or breaker", "A after", "limit", "verdict", "why"), rows, _LOADS)


def rank(one: BreakerLoad) -> tuple[int, str]:
    """The key to sort by: the worst first."""
    return (OVERLOADS, CANNOT_SAY, FITS).index(one.fit.word), one.name


def shortened(
    heads: Sequence[str], rows: Sequence[tuple[BreakerLoad, Sequence[str]]], fitting: int
) -> list[str]:
    """A table of ranked loads: all but those that fit, and some of these."""
    most = fitting + sum(one.fit.word != FITS for one, _ in rows)
    found = columns(heads, [row for _, row in rows[:most]])
    return [*found, f"and {len(rows) - most} more that fit"] if len(rows) > most else found


def interval(one: BreakerLoad) -> str:
    """`4.1 - 6.2`, `4.1 or more` without an upper end."""
    if math.isinf(one.load.high):
        return f"{one.load.low:.1f} or more"
    return f"{one.load.low:.1f} - {one.load.high:.1f}"


def amperes(value: object) -> str:
    """A limit, `?` if it is not known."""
    return f"{value:.4g}" if isinstance(value, float) else "?"


def not_known(unknown: Sequence[MissingFact]) -> list[str]:
    """What the answer does not know, first what may decide the most machines."""
    deciding = [one for one in unknown if one.machines]
    found = []
    if deciding:
        rows = [(one.what, str(one.machines)) for one in deciding[:_MISSING]]
        found = [*columns(("not known", "machines that it may decide"), rows)]
        left = len(deciding) - len(rows)
        found += [f"and {left} more", ""] if left > 0 else [""]
    rest = [one for one in unknown if not one.machines]
    return [*found, "not known:", *(f"  {one.what}{_of(one.touches)}" for one in rest)]


def _of(touches: Sequence[str]) -> str:
    return f": {few(touches, 4)}" if touches else ""


def _advice(worse: Iterable[Judged]) -> list[str]:
    found = Counter(one.advice for one in worse if one.advice)
    return [f"advice for {counted(count, 'machine')}: {text}" for text, count in found.items()]


# ---- JSON ----------------------------------------------------------------------------------------


def rest_as_json(
    level: int,
    grades: Sequence[Redundancy],
    unknown: Sequence[MissingFact],
) -> dict[str, Any]:
    """The answer but its rehearsals, which are printed one by one."""
    made: dict[str, Any] = {
        "level": level,
        "not_known": [{"what": one.what, "touches": list(one.touches)} for one in unknown],
        "to_add": [{"what": one.what, "machines": one.machines} for one in unknown if one.machines],
    }
    if grades:
        made["redundancy"] = {
            "counts": dict(counts(grades)),
            "machines": [dataclasses.asdict(one) for one in grades],
        }
    return made


def outcome_as_json(outcome: RehearsalOutcome) -> dict[str, Any]:
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
        "loads": [load_as_json(one) for one in outcome.loads],
        "trips": list(outcome.trips),
    }


def load_as_json(one: BreakerLoad) -> dict[str, Any]:
    """One line or breaker."""
    return {
        "name": one.name,
        "low_a": round(one.load.low, 3),
        "high_a": finite(one.load.high),
        "expected_a": round(one.load.expected, 3),
        "limit_a": one.limit_a,
        "rating_a": one.rating_a,
        "verdict": one.fit.word,
        "reason": one.fit.reason,
    }


def finite(amperes_: float) -> Optional[float]:
    """A current for JSON; None: nothing bounds it."""
    return None if math.isinf(amperes_) else round(amperes_, 3)
