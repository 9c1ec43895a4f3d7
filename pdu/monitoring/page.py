"""The result of a check as one self-contained HTML file, without scripts, fonts, pictures or
requests.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Callable

from pdu_common.helper import EnumPowerStatus

from ..core.cli.output import counted
from ..core.files import html
from ..core.files.html import Cell, row_header, safe, section, words
from ..core.states import DOWN, UNKNOWN, word
from .check_result import BAD, DOUBTFUL, PduRow, Summary
from .tables import SHOWN, CellStyle, CheckColumn

_ASKED = "pdu check: does each PDU answer, what are its outlets, what does it carry?"
_READING = (
    "Well: the PDU answered, and all of its states are known. A is its load now; the bar is its share of"
    " the largest. kWh is the PDU's own counter since it was last set to 0, not the energy of a time.",
    "s is how long its reading took. An empty place was not read.",
)
_CLASSES = {BAD: "bad", DOUBTFUL: "doubtful"}
_RANGE = 3  # numbers in a row from which they are written as a range


def page(
    rows: Sequence[PduRow], totals: Summary, when: str, marks: Mapping[str, Sequence[str]]
) -> str:
    """The whole file. Texts from devices and lists are escaped. `when`: with its zone."""
    bad = [row for row in rows if row.level]
    title = f"Check of {counted(totals.pdus, 'PDU')}"
    frame = html.Frame(title, _ASKED, _READING, "docs/fleet.md", when)
    parts = [
        frame.begin(),
        html.verdict(_verdict(totals, bad), _CLASSES.get(totals.level, "good")),
        *(f"<p>{safe(line)}</p>" for line in totals.sums()),
        *_errors(rows),
        *section(
            "Changes",
            ("PDU", "change"),
            [[row_header(pdu_name), words("; ".join(what))] for pdu_name, what in marks.items()],
        ),
        *section(
            "Unknown states",
            ("PDU", "outlets"),
            [
                [row_header(row.device.name), words(_outlets(row, UNKNOWN))]
                for row in rows
                if row.unknown and not row.device.metered
            ],
        ),
        *_all(rows),
        frame.end(),
    ]
    return "\n".join(parts)


def _verdict(totals: Summary, bad: Sequence[PduRow]) -> str:
    """How many PDUs need somebody, and why."""
    if not bad:
        return "All PDUs are well." if totals.pdus else "There is no PDU."
    results = Counter(row.result for row in bad)
    those = ", ".join(f"{count} {result}" for result, count in results.most_common())
    return f"{len(bad)} of {counted(totals.pdus, 'PDU')} not well: {those}."


def _errors(rows: Sequence[PduRow]) -> list[str]:
    """The PDUs with an error, by kind; what to do is said once for each kind. The kind that most
    PDUs have comes first.
    """
    kinds: dict[str, list[PduRow]] = {}
    for row in sorted(rows, key=lambda item: -item.level):
        if row.kind:
            kinds.setdefault(row.kind, []).append(row)
    parts = ["<h2>What to do</h2>"] if kinds else []
    for kind, rows_ in sorted(kinds.items(), key=lambda item: -len(item[1])):
        parts += [
            f'<h3><span class="{_CLASSES.get(rows_[0].level, "")}">{safe(kind)}</span>:'
            f" {counted(len(rows_), 'PDU')}</h3>",
            f"<p>{safe(rows_[0].remedy[:1].upper() + rows_[0].remedy[1:])}.</p>",
            *html.table(
                ("PDU", "error"),
                [
                    [
                        row_header(names[0]) if len(names) == 1 else words(", ".join(names)),
                        words(reason),
                    ]
                    for reason, names in _by_reason(rows_)
                ],
            ),
        ]
    return parts


def _by_reason(rows: Sequence[PduRow]) -> Iterable[tuple[str, Sequence[str]]]:
    """Each reason once, with the PDUs that have it."""
    names_by_reason: dict[str, list[str]] = {}
    for row in rows:
        names_by_reason.setdefault(row.reason, []).append(row.device.name)
    return names_by_reason.items()


def _all(rows: Sequence[PduRow]) -> list[str]:
    """All PDUs, with the columns of the table for people, and their outlets."""
    most = {
        column.key: max((_size(column.value(row)) for row in rows), default=0.0)
        for column in SHOWN
        if column.look is CellStyle.BAR
    }
    head = (*(column.head for column in SHOWN), "outlets that are not on")
    return section("Load and energy", head, [_cells(row, most) for row in rows])


def _cells(row: PduRow, most: Mapping[str, float]) -> list[Cell]:
    cells = [_LOOKS[column.look](column, row, most.get(column.key, 0.0)) for column in SHOWN]
    return [*cells, Cell(safe(_not_on(row)), "wide text")]


def _words(column: CheckColumn, row: PduRow) -> str:
    text = column.text(row)
    return safe("" if text is None else str(text))


def _figure(column: CheckColumn, row: PduRow) -> str:
    """A figure with equal decimals, so that those below each other can be compared."""
    value = column.value(row)
    return f"{value + 0.0:,.3f}" if isinstance(value, float) else _words(column, row)


def _with_bar(column: CheckColumn, row: PduRow, most: float) -> Cell:
    value = column.value(row)
    return Cell(_figure(column, row) + _bar(_size(value), most), "n bar")


# the cell of a column and a row; the last argument is the column's largest value, for a bar
_LOOKS: Mapping[CellStyle, Callable[[CheckColumn, PduRow, float], Cell]] = {
    CellStyle.TEXT: lambda column, row, _: Cell(_words(column, row), "text half"),
    CellStyle.NAME: lambda column, row, _: Cell(_words(column, row), "name"),
    CellStyle.LEVEL: lambda column, row, _: Cell(_words(column, row), _CLASSES.get(row.level, "")),
    CellStyle.NUMBER: lambda column, row, _: Cell(_words(column, row), "n"),
    CellStyle.BAR: _with_bar,
    CellStyle.COUNTER: lambda column, row, _: Cell(_figure(column, row), "n"),
}


def _not_on(row: PduRow) -> str:
    """The outlets that are off or unknown, by name."""
    if not row.outlets:
        return ""
    outlets_by_word = {word(state): _outlets(row, state) for state in (DOWN, UNKNOWN)}
    parts = [f"{state} {outlets}" for state, outlets in outlets_by_word.items() if outlets]
    return "; ".join(parts) or "all are on"


def _outlets(row: PduRow, state: EnumPowerStatus) -> str:
    """The identities of the outlets in this state; numbers that follow each other as a range."""
    runs: list[list[str]] = []
    for identity in (outlet.identity for outlet in row.outlets if outlet.state is state):
        if runs and _follows(runs[-1][-1], identity):
            runs[-1].append(identity)
        else:
            runs.append([identity])
    parts: list[str] = []
    for run in runs:
        parts += [f"{run[0]} to {run[-1]}"] if len(run) >= _RANGE else run
    return ", ".join(parts)


def _follows(earlier: str, later: str) -> bool:
    """Whether both are short decimal numbers and the second is the next one."""
    numbers = (earlier, later)
    are_short = all(number.isascii() and number.isdigit() and len(number) < 6 for number in numbers)
    return are_short and str(int(earlier) + 1) == later


def _size(value: object) -> float:
    return value if isinstance(value, float) else 0.0


def _bar(value: float, most: float) -> str:
    if most <= 0 or value <= 0:
        return ""
    return f'<span style="width:{min(100.0, 100 * value / most):.1f}%"></span>'
