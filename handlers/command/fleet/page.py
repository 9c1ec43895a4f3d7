"""The result of a check as one self-contained HTML file, without scripts, fonts, pictures or
requests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Callable

from pdu_common.helper import EnumPowerStatus

from ..kit import html
from ..kit.html import Cell, named, number, safe, section, words
from ..kit.output import counted
from ..pdus.states import DOWN, UNKNOWN, word
from .tables import SHOWN, CellLook, CheckColumn
from .verdict import BAD, DOUBTFUL, PduRow, Summary

_SLOWEST = 10
_CLASSES = {BAD: "bad", DOUBTFUL: "doubtful"}
_RANGE = 3  # numbers in a row from which they are written as a range


def page(
    rows: Sequence[PduRow], found: Summary, when: str, marks: Mapping[str, Sequence[str]]
) -> str:
    """The whole file. Texts from devices and lists are escaped."""
    parts = [
        html.begin(f"{counted(found.pdus, 'PDU')}, {when}"),
        *(f"<p>{safe(line)}</p>" for line in found.lines()),
        *section(
            "Changes",
            ("PDU", "change"),
            [[named(one), words("; ".join(what))] for one, what in marks.items()],
        ),
        *_errors(rows),
        *section(
            "Unknown states",
            ("PDU", "outlets"),
            [
                [named(row.device.name), words(_outlets(row, UNKNOWN))]
                for row in rows
                if row.unknown and not row.device.metered
            ],
        ),
        *_all(rows),
        *section(
            "Slowest",
            ("PDU", "address", "seconds"),
            [
                [named(row.device.name), words(row.device.where), number(f"{row.seconds:.2f}")]
                for row in sorted(rows, key=lambda one: -one.seconds)[:_SLOWEST]
            ],
        ),
        html.END,
    ]
    return "\n".join(parts)


def _errors(rows: Sequence[PduRow]) -> list[str]:
    """The PDUs with an error, by kind; what to do is said once for each kind. The kind that most
    PDUs have comes first.
    """
    kinds: dict[str, list[PduRow]] = {}
    for row in sorted(rows, key=lambda one: -one.level):
        if row.kind:
            kinds.setdefault(row.kind, []).append(row)
    parts = ["<h2>Errors</h2>"] if kinds else []
    for kind, found in sorted(kinds.items(), key=lambda one: -len(one[1])):
        parts += [
            f'<h3><span class="{_CLASSES.get(found[0].level, "")}">{safe(kind)}</span>:'
            f" {counted(len(found), 'PDU')}</h3>",
            f"<p>What to do: {safe(found[0].remedy)}.</p>",
            *html.table(
                ("PDU", "error"), [[named(row.device.name), words(row.reason)] for row in found]
            ),
        ]
    return parts


def _all(rows: Sequence[PduRow]) -> list[str]:
    """All PDUs, with the columns of the table for people, and their outlets."""
    most = {
        column.key: max((_size(column.value(row)) for row in rows), default=0.0)
        for column in SHOWN
        if column.look is CellLook.BAR
    }
    head = (*(column.head for column in SHOWN), "outlets that are not on")
    return section("Load and energy", head, [_cells(row, most) for row in rows])


def _cells(row: PduRow, most: Mapping[str, float]) -> list[Cell]:
    cells = [_LOOKS[column.look](column, row, most.get(column.key, 0.0)) for column in SHOWN]
    return [*cells, Cell(safe(_not_on(row)), "wide text")]


def _words(column: CheckColumn, row: PduRow) -> str:
    shown = column.text(row)
    return safe("" if shown is None else str(shown))


def _with_bar(column: CheckColumn, row: PduRow, most: float) -> Cell:
    value = column.value(row)
    # equal decimals, so that figures below each other can be compared
    shown = f"{value + 0.0:,.3f}" if isinstance(value, float) else _words(column, row)
    return Cell(shown + _bar(_size(value), most), "n bar")


# the cell of a column and a row; the last argument is the column's largest value, for a bar
_LOOKS: Mapping[CellLook, Callable[[CheckColumn, PduRow, float], Cell]] = {
    CellLook.TEXT: lambda column, row, _: Cell(_words(column, row), "text half"),
    CellLook.NAME: lambda column, row, _: Cell(_words(column, row), "name"),
    CellLook.LEVEL: lambda column, row, _: Cell(_words(column, row), _CLASSES.get(row.level, "")),
    CellLook.NUMBER: lambda column, row, _: Cell(_words(column, row), "n"),
    CellLook.BAR: _with_bar,
}


def _not_on(row: PduRow) -> str:
    """The outlets that are off or unknown, by name."""
    if not row.outlets:
        return ""
    found = {word(state): _outlets(row, state) for state in (DOWN, UNKNOWN)}
    parts = [f"{state} {outlets}" for state, outlets in found.items() if outlets]
    return "; ".join(parts) or "all are on"


def _outlets(row: PduRow, state: EnumPowerStatus) -> str:
    """The identities of the outlets in this state; numbers that follow each other as a range."""
    runs: list[list[str]] = []
    for identity in (one.identity for one in row.outlets if one.state is state):
        if runs and _follows(runs[-1][-1], identity):
            runs[-1].append(identity)
        else:
            runs.append([identity])
    parts: list[str] = []
    for run in runs:
        parts += [f"{run[0]} to {run[-1]}"] if len(run) >= _RANGE else run
    return ", ".join(parts)


def _follows(before: str, after: str) -> bool:
    """Whether both are short decimal numbers and the second is the next one."""
    numbers = (before, after)
    are_short = all(one.isascii() and one.isdigit() and len(one) < 6 for one in numbers)
    return are_short and str(int(before) + 1) == after


def _size(value: object) -> float:
    return value if isinstance(value, float) else 0.0


def _bar(value: float, most: float) -> str:
    if most <= 0 or value <= 0:
        return ""
    return f'<span style="width:{min(100.0, 100 * value / most):.1f}%"></span>'
