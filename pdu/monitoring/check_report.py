"""The report of a check: all PDUs, what to do, and how many are well.

The verdict comes last: the end of what a command prints is in view, and the table of a fleet is
longer than a terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from pdu_common.helper import EnumPowerStatus

from ..cli.output import counted
from ..cli.states import DOWN, UNKNOWN, word
from .check_result import UNKNOWN_FIGURES, PduRow, Summary
from .report import LOOKS, Cell, coloured, table_lines, whole_line
from .tables import PAGE_COLUMNS

_RANGE = 3  # numbers in a row from which they are written as a range


class CheckReport(NamedTuple):
    """One poll of a list."""

    rows: Sequence[PduRow]
    totals: Summary

    def lines(self) -> Iterator[str]:
        """The report for a terminal: all PDUs, what to do, and last the verdict and the sums."""
        yield from self._table()
        remedies = list(_remedies(self.rows))
        if remedies:
            yield from ("", "What to do", *remedies)
        # the reasons of these PDUs stand in `_remedies`
        names_in_advice = [row.device.name for row in self.rows if row.remedy]
        verdict, *sums = self.totals.lines(names_in_advice)
        yield ""
        yield coloured(whole_line(verdict), LOOKS[self.totals.level])
        yield from map(whole_line, sums)

    def _table(self) -> Iterator[str]:
        """A row for each PDU, the worst first; nothing if there are none."""
        rows = sorted(self.rows, key=lambda row: -row.level)
        if not rows:
            return
        heads: list[str] = []
        cells_by_column: list[Sequence[Cell]] = []
        for column in PAGE_COLUMNS:
            heads.append(column.head)
            cells_by_column.append(column.cells(rows))
        heads.append("outlets that are not on")
        cells_by_column.append([Cell(_not_on(row)) for row in rows])
        yield from table_lines(heads, list(zip(*cells_by_column)))


def _remedies(rows: Sequence[PduRow]) -> Iterator[str]:
    """Each remedy once, with the PDUs that need it; first that of most PDUs, the worst before the
    others. Nothing if all is well.
    """
    worst_first = sorted(rows, key=lambda row: -row.level)
    rows_by_remedy = _grouped(worst_first, lambda row: row.remedy)
    most_first = sorted(rows_by_remedy, key=lambda remedy: -len(rows_by_remedy[remedy]))
    for remedy in most_first:
        if not remedy:
            continue
        remedy_rows = rows_by_remedy[remedy]
        worst = remedy_rows[0]
        fault = worst.kind or worst.result
        if worst.lacks_figure:
            fault = UNKNOWN_FIGURES
        plain_remedy = remedy.replace("`", "")
        yield whole_line(f"{fault}, {counted(len(remedy_rows), 'PDU')}: {plain_remedy}.")
        for reason in _reasons(remedy_rows):
            yield f"  {whole_line(reason)}"


def _reasons(rows: Sequence[PduRow]) -> Iterator[str]:
    """The reasons of each PDU, behind the names of all that have the same ones."""
    rows_by_reason = _grouped(rows, lambda row: "; ".join(row.sentences))
    for reason, reason_rows in rows_by_reason.items():
        names = ", ".join(row.device.name for row in reason_rows)
        yield f"{names}: {reason}" if reason else names


def _grouped(
    rows: Iterable[PduRow], key: Callable[[PduRow], str]
) -> Mapping[str, Sequence[PduRow]]:
    """The rows by their key, in the order of the first row of each."""
    rows_by_key: dict[str, list[PduRow]] = {}
    for row in rows:
        rows_by_key.setdefault(key(row), []).append(row)
    return rows_by_key


def _not_on(row: PduRow) -> str:
    """The outlets that are off or unknown: `off 1, 3 to 5; unknown 7`."""
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
    parts: list[str] = []
    for run in _consecutive_runs(identities):
        if len(run) >= _RANGE:
            parts.append(f"{run[0]} to {run[-1]}")
        else:
            parts += run
    return ", ".join(parts)


def _consecutive_runs(identities: Sequence[str]) -> list[list[str]]:
    """The identities in their order, those together that are consecutive numbers."""
    runs: list[list[str]] = []
    for identity in identities:
        if runs and _is_next_number(runs[-1][-1], identity):
            runs[-1].append(identity)
        else:
            runs.append([identity])
    return runs


def _is_next_number(earlier: str, later: str) -> bool:
    """Whether both are short decimal numbers and the second is the next one."""
    for text in (earlier, later):
        is_short_number = text.isascii() and text.isdigit() and len(text) < 6
        if not is_short_number:
            return False
    return str(int(earlier) + 1) == later
