"""What the reports of a failure and of a return have in common: machines by their reason, loads of
lines and breakers, and what is not known. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Optional, TypeVar

from ...core.cli.report import (
    BAD,
    DOUBTFUL,
    GOOD,
    Items,
    Table,
    few,
    names,
    number,
    row_header,
    verdict_cell,
    words,
)
from ...core.files.html import time_shown
from ...pdus.saved_readings import HallReadings
from ...site.drawing.drawing import Breaker, Drawing, HallNode, PduNode
from ..walk.load_limits import ABOVE_LIMIT, CANNOT_SAY, FITS, MAY_TRIP, OVERLOADS
from ..walk.verdicts import Judged, Verdict
from .rehearsal import BreakerLoad, count_fit

GUIDE = "docs/hall.md"
#: what is said of a line or breaker, the worst first: its look, and the same of several
_FITS = {
    OVERLOADS: (BAD, "overload"),
    MAY_TRIP: (DOUBTFUL, "may trip"),
    CANNOT_SAY: (DOUBTFUL, "cannot say"),
    ABOVE_LIMIT: (GOOD, "hold above their limit"),
    FITS: (GOOD, "fit"),
}
#: an exit code -> the look of its sentence
LOOK_OF_LEVEL = {0: GOOD, 1: BAD, 2: DOUBTFUL}
_MACHINES = 12  # limit for machines of one reason on a terminal
_FITTING = 10  # limit for lines and breakers that fit on a terminal


#: so many rows of a table are shown on a page, the others are folded away
UNFOLDED = 24
#: a reason is not squeezed by a list of names
STYLE = "@media print, screen and (min-width: 44rem) { td.text { min-width: 11rem; } }\n"


def join_nodes(nodes: Sequence[HallNode]) -> str:
    """`feed:A and pdu:r1-left`."""
    return " and ".join(map(str, nodes))


def taken_at(readings: HallReadings) -> str:
    """`2026-11-24 19:30 UTC+01:00`, by this machine's clock."""
    return "at an unknown time" if readings.taken is None else time_shown(readings.taken)


# ---- machines ------------------------------------------------------------------------------------


def groups(judged_machines: Iterable[Judged]) -> list[list[Judged]]:
    """Machines by what becomes of them and why: the worst first, then by how soon and how many."""
    alike: dict[tuple[Verdict, str], list[Judged]] = {}
    order = list(Verdict)
    for machine in judged_machines:
        alike.setdefault((machine.verdict, machine.reason), []).append(machine)
    return sorted(
        alike.values(),
        key=lambda machines: (
            order.index(machines[0].verdict),
            min(machine.not_before_s for machine in machines),
            -len(machines),
        ),
    )


def machines(machine_groups: Iterable[Sequence[Judged]]) -> Table:
    """A row for each reason; machines with their cord, where the reason is that of a cord."""
    rows = [
        [
            verdict_cell(group[0].verdict.value, LOOK_OF_LEVEL[group[0].verdict.level]),
            number(str(len(group))),
            names([f"{m.machine} ({m.cord})" if m.cord else m.machine for m in group], _MACHINES),
            words(group[0].reason),
        ]
        for group in machine_groups
    ]
    heads = ("verdict", "number", "machines", "why")
    return Table("Machines", heads, rows, unfolded=UNFOLDED)


# ---- lines and breakers --------------------------------------------------------------------------


def fits_in_words(loads: Sequence[BreakerLoad]) -> str:
    """`1 overload, 2 may trip, 0 cannot say, 4 above the limit, 3 fit`: those that occur."""
    count_by_text = {text: count_fit(loads, word) for word, (_, text) in _FITS.items()}
    return ", ".join(f"{count} {text}" for text, count in count_by_text.items() if count)


def breakers(
    loads: Sequence[BreakerLoad],
    figures_by_head: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
) -> Table:
    """Lines and breakers, the worst first. `figures_by_head`: head -> name of a line or
    breaker -> a figure.
    """
    loads_by_rank = sorted(loads, key=rank)
    rows = [
        [
            row_header(load.name),
            verdict_cell(load.fit.word, _FITS[load.fit.word][0]),
            number(f"{load.load_range.low:.1f}"),
            number("no bound" if math.isinf(load.load.high) else f"{load.load.high:.1f}"),
            number("not known" if load.limit_a is None else f"{load.limit_a:.1f}"),
            *(number(figures[load.name]) for figures in figures_by_head.values()),
            words(load.why),
        ]
        for load in loads_by_rank
    ]
    heads = ("line or breaker", "verdict", "least A", "most A", "limit A", *figures_by_head, "why")
    most = sum(load.fit.word != FITS for load in loads) + _FITTING
    table = Table("Lines and breakers", heads, rows, most, unfolded=UNFOLDED)
    return table.drop_empty_columns()


_Load = TypeVar("_Load", bound=BreakerLoad)


def merge_doubles(
    loads: Sequence[_Load], drawing: Drawing, row: Callable[[_Load], Sequence[object]]
) -> list[_Load]:
    """The loads with one of a PDU's line and the line above that feeds nothing else, under both
    names, if all that is shown of them is the same. `row`: what that is, but for the name.
    """
    load_by_name = {load.name: load for load in loads}
    double_names: set[str] = set()
    for pdu in drawing.pdus.values():
        for line in pdu.lines:
            lower = load_by_name.get(f"{pdu.name}/{line.name}")
            for name in _names_above(pdu, line):
                upper = load_by_name.get(name)
                if lower is not None and upper is not None and row(lower) == row(upper):
                    double_names.add(name)
                    load_by_name[lower.name] = replace(lower, name=f"{lower.name} = {name}")
    return [load_by_name[load.name] for load in loads if load.name not in double_names]


def _names_above(pdu: PduNode, line: Breaker) -> Iterator[str]:
    """The names of what may be the same line, further up."""
    if line.of is not None:
        yield line.of.full_name
    elif len(pdu.inputs) == 1 and isinstance(pdu.inputs[0], HallNode):
        above = pdu.inputs[0].full_name
        yield above if len(pdu.lines) == 1 else f"{above}, {line.name}"


def rank(load: BreakerLoad) -> tuple[int, str]:
    """The key to sort by: the worst first."""
    return list(_FITS).index(load.fit.word), load.name


def amperes(value: object) -> str:
    """A limit, `?` if it is not known."""
    return f"{value:.4g}" if isinstance(value, float) else "?"


def load_as_json(load: BreakerLoad) -> dict[str, Any]:
    """One line or breaker."""
    return {
        "name": load.name,
        "low_a": round(load.load.low, 3),
        "high_a": finite(load.load.high),
        "expected_a": round(load.load.likely, 3),
        "limit_a": load.limit_a,
        "rating_a": load.rating_a,
        "verdict": load.fit.word,
        "reason": load.fit.reason,
    }


def finite(current_a: float) -> Optional[float]:
    """A current for JSON; None: nothing bounds it."""
    return None if math.isinf(current_a) else round(current_a, 3)


# ---- what is not known ---------------------------------------------------------------------------


def not_known(facts: Iterable[tuple[str, Sequence[str]]]) -> Items:
    """What is not known, each with what it touches."""
    return Items(
        "Not known",
        [f"{what}: {few(items)}" if items else what for what, items in facts],
    )
