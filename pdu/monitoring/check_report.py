"""The report of a check: how many PDUs are well, what to do about the others, and all of them.

On a page the verdict comes first. On a terminal it comes last: the end of what a command prints is
in view, and the table of a fleet is longer than a terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from pdu_common.helper import EnumPowerStatus

from ..cli.output import counted
from ..cli.states import DOWN, UNKNOWN, word
from ..files.html import Frame
from .check_result import PduRow, Summary
from .report import (
    LOOKS,
    Cell,
    Headline,
    Items,
    Part,
    Section,
    Table,
    page,
    row_header,
    text_lines,
    words,
)
from .tables import PAGE_COLUMNS

_QUESTION = "pdu check: does each PDU answer, what are its outlets, what does it carry?"
_READING = (
    "Well: the PDU answered, and all of its states and figures are known. A is its load now; with"
    " --lines, what the fullest line or breaker carries of its rating, if the PDU says all of them."
    " kWh is the PDU's own counter since it was last set to 0, not the energy of a time.",
    "s is how long its reading took. An empty place was not read.",
)
_RANGE = 3  # numbers in a row from which they are written as a range


class CheckReport(NamedTuple):
    """One poll of a list."""

    rows: Sequence[PduRow]
    totals: Summary

    def page(self, when: str) -> str:
        """A file of its own. `when`: with its zone."""
        title = f"Check of {counted(self.totals.pdus, 'PDU')}"
        frame = Frame(title, _QUESTION, _READING, "docs/many-pdus.md", when)
        parts = [
            *self._verdict(),
            *_advice_parts(self.rows),
            *_unknown(self.rows),
            Section("Load and energy"),
            self._all(),
        ]
        return page(frame, parts)

    def lines(self) -> Iterator[str]:
        """For a terminal."""
        yield from text_lines([self._all(), *_unknown(self.rows), *_advice_parts(self.rows)])
        yield from text_lines(["", *self._verdict()])

    def _verdict(self) -> Iterator[Part]:
        verdict, *sums = self.totals.lines()
        yield Headline(verdict, LOOKS[self.totals.level])
        yield from sums

    def _all(self) -> Table:
        """The worst first."""
        rows = sorted(self.rows, key=lambda row: -row.level)
        cells = [column.cells(rows) for column in PAGE_COLUMNS]
        cells.append([words(_not_on(row), "wide") for row in rows])
        heads = [*(column.head for column in PAGE_COLUMNS), "outlets that are not on"]
        return Table(heads, [*zip(*cells)]).drop_empty_columns()


def _advice_parts(rows: Sequence[PduRow]) -> Iterator[Part]:
    if any(row.remedy for row in rows):
        yield Section("What to do")
        yield from _remedies(rows)


def _remedies(rows: Sequence[PduRow]) -> Iterator[Part]:
    """Each remedy once, with the PDUs that need it; first that of most PDUs, the worst before the
    others.
    """
    worst_first = sorted(rows, key=lambda row: -row.level)
    by_remedy = _grouped(worst_first, lambda row: row.remedy)
    for remedy, alike in sorted(by_remedy, key=lambda group: -len(group[1])):
        if not remedy:
            continue
        first = alike[0]
        kind = first.kind or first.result
        if first.lacks_figure:
            kind = first.result
        yield f"{kind}, {counted(len(alike), 'PDU')}: {remedy}."
        yield Items([*_reasons(alike)])


def _reasons(rows: Sequence[PduRow]) -> Iterator[str]:
    """Each reason once, with the names of the PDUs that have it."""
    for reason, alike in _grouped(rows, lambda row: row.reason):
        names = ", ".join(row.device.name for row in alike)
        yield f"{names}: {reason}" if reason else names


def _grouped(
    rows: Iterable[PduRow], key: Callable[[PduRow], str]
) -> Iterable[tuple[str, Sequence[PduRow]]]:
    rows_by_key: dict[str, list[PduRow]] = {}
    for row in rows:
        rows_by_key.setdefault(key(row), []).append(row)
    return rows_by_key.items()


def _unknown(rows: Sequence[PduRow]) -> Iterator[Part]:
    cells: list[list[Cell]] = []
    for row in rows:
        if row.unknown and not row.device.metered:
            cells.append([row_header(row.device.name), words(_outlets(row, UNKNOWN))])
    if cells:
        yield Section("Unknown states")
        yield Table(("PDU", "outlets"), cells)


def _not_on(row: PduRow) -> str:
    """The outlets that are off or unknown, by name."""
    if not row.outlets:
        return ""
    parts: list[str] = []
    for state in (DOWN, UNKNOWN):
        outlets = _outlets(row, state)
        if outlets:
            parts.append(f"{word(state)} {outlets}")
    return "; ".join(parts) or "all are on"


def _outlets(row: PduRow, state: EnumPowerStatus) -> str:
    """The identities of the outlets in this state; numbers that follow each other as a range."""
    identities = [outlet.identity for outlet in row.outlets if outlet.state is state]
    runs: list[list[str]] = []
    for identity in identities:
        if runs and _follows(runs[-1][-1], identity):
            runs[-1].append(identity)
        else:
            runs.append([identity])
    parts: list[str] = []
    for run in runs:
        if len(run) >= _RANGE:
            parts.append(f"{run[0]} to {run[-1]}")
        else:
            parts += run
    return ", ".join(parts)


def _follows(earlier: str, later: str) -> bool:
    """Whether both are short decimal numbers and the second is the next one."""
    numbers = (earlier, later)
    are_short = all(number.isascii() and number.isdigit() and len(number) < 6 for number in numbers)
    return are_short and str(int(earlier) + 1) == later
