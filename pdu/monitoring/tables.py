"""The result of a check as a table for people, as CSV for spreadsheets and as JSON for programs."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, Callable, NamedTuple, Optional

from ..core.cli.output import columns
from ..core.files.csv_out import csv_lines
from ..core.outlet_figures import OUTLET_FIGURES
from ..core.states import word
from .check_result import PduRow, Summary


class CellStyle(Enum):
    """How the page shows the cells of a column."""

    TEXT = "text"
    #: the head of the row
    NAME = "the PDU's name"
    #: in the colour of the PDU's level
    LEVEL = "the PDU's level"
    NUMBER = "number"
    #: a number with a bar, whose length is its share of the column's largest value
    BAR = "number with a bar"
    #: a figure of a counter, which no bar compares
    COUNTER = "counter"


class CheckColumn(NamedTuple):
    """One column of a check. `key` names its value in JSON and CSV."""

    key: str
    #: the value, for programs
    value: Callable[[PduRow], object]
    #: the head of the column for people, in the table and on the page; "": people do not see it
    head: str = ""
    #: the text for people, if it is not the value itself
    cell: Optional[Callable[[PduRow], object]] = None
    #: whether programs that read CSV get it
    csv: bool = True
    #: whether programs that read JSON get it under its key
    json: bool = True
    look: CellStyle = CellStyle.TEXT

    def text(self, row: PduRow) -> object:
        """What people see."""
        return self.value(row) if self.cell is None else self.cell(row)


# A new column needs a line here.
COLUMNS: Sequence[CheckColumn] = (
    CheckColumn("name", lambda row: row.device.name, "name", look=CellStyle.NAME),
    CheckColumn(
        "handler",
        lambda row: row.device.handler,
        "handler",
        lambda row: os.path.basename(row.device.handler),
    ),
    CheckColumn("address", lambda row: row.device.where, "address"),
    CheckColumn("level", lambda row: row.level, csv=False),
    CheckColumn("result", lambda row: row.result, "result", look=CellStyle.LEVEL),
    CheckColumn("on", lambda row: row.on, "on", look=CellStyle.NUMBER),
    CheckColumn("off", lambda row: row.off, "off", look=CellStyle.NUMBER),
    CheckColumn("unknown", lambda row: row.unknown, "unknown", look=CellStyle.NUMBER),
    CheckColumn(
        "load_a", lambda row: row.load_a, "A", lambda row: row.figures[0], look=CellStyle.BAR
    ),
    CheckColumn(
        "energy_kwh",
        lambda row: row.energy_kwh,
        "kWh",
        lambda row: row.figures[1],
        look=CellStyle.COUNTER,
    ),
    CheckColumn(
        "seconds",
        lambda row: row.seconds,
        "s",
        lambda row: f"{row.seconds:.2f}",
        look=CellStyle.NUMBER,
    ),
    CheckColumn("requests", lambda row: row.requests),
    CheckColumn("kind", lambda row: row.kind, json=False),
    CheckColumn("reason", lambda row: row.reason, json=False),
    CheckColumn("remedy", lambda row: row.remedy, json=False),
)
SHOWN = tuple(column for column in COLUMNS if column.head)
CHANGED = "*"


def table(rows: Sequence[PduRow], marks: Mapping[str, Sequence[str]]) -> list[str]:
    """A head line, and a line for each PDU.

    With `marks`, a first column marks the PDUs that changed.
    """
    head = [column.head for column in SHOWN]
    cells = [[column.text(row) for column in SHOWN] for row in rows]
    if not marks:
        return columns(head, cells)
    changed = [CHANGED if row.device.name in marks else "" for row in rows]
    return columns(["", *head], [[mark, *line] for mark, line in zip(changed, cells)])


def problems(rows: Sequence[PduRow]) -> list[str]:
    """For each PDU with an error or without a known state: what is wrong, and what to do."""
    lines: list[str] = []
    for row in rows:
        if row.kind:
            lines += [f"{row.device.name}: {row.kind}: {row.reason}", f"    {row.remedy}"]
        elif row.remedy:
            lines.append(f"{row.device.name}: {row.remedy}")
    return lines


def as_csv(rows: Sequence[PduRow]) -> str:
    """The rows as CSV. Text that begins like a formula gets an apostrophe in front."""
    written = [column for column in COLUMNS if column.csv]
    return csv_lines(
        [
            [column.key for column in written],
            *([column.value(row) for column in written] for row in rows),
        ]
    )


def as_json(
    rows: Sequence[PduRow], totals: Summary, marks: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    """The summary, and each PDU with its counts, figures, outlets, error and changes."""
    return {"summary": dataclasses.asdict(totals), "pdus": [_json(row, marks) for row in rows]}


def _json(row: PduRow, marks: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    cells: dict[str, Any] = {column.key: column.value(row) for column in COLUMNS if column.json}
    cells["outlets"] = [
        {
            "identity": outlet.identity,
            "state": word(outlet.state),
            **{
                figure.key: getattr(outlet, figure.key)
                for figure in OUTLET_FIGURES
                if not figure.is_costly
            },
        }
        for outlet in row.outlets
    ]
    if row.kind:
        cells["error"] = {"kind": row.kind, "reason": row.reason, "remedy": row.remedy}
    if row.device.name in marks:
        cells["changes"] = list(marks[row.device.name])
    return cells
