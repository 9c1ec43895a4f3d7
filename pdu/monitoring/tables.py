"""The columns of a check, and its result as CSV for spreadsheets and as JSON for programs."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from typing import Any, Callable, NamedTuple

from handlers.shared.meter_figures import Figure, measured

from ..cli.output import same_decimals
from ..cli.states import word
from ..files.csv_out import csv_lines
from ..reading.figures import OUTLET_FIGURES, PDU_FIGURES, figure_text, is_lost
from ..reading.parts import PolledOutlet
from .check_result import PduRow, Summary
from .report import LOOKS, Cell


class CheckColumn(NamedTuple):
    """One column of a check. `key` names its value in JSON and CSV."""

    key: str
    #: the value, for programs
    value: Callable[[PduRow], object]
    #: the head of the column for people; "": people do not see it
    head: str = ""
    #: the cells of rows for people
    cells: Callable[[Sequence[PduRow]], Sequence[Cell]] = lambda _: ()
    #: whether programs that read CSV get it
    csv: bool = True
    #: whether programs that read JSON get it under its key
    json: bool = True


def _cell_per_row(cell: Callable[[PduRow], Cell]) -> Callable[[Sequence[PduRow]], Sequence[Cell]]:
    """The cells of a column each of which depends on its row alone."""
    return lambda rows: [cell(row) for row in rows]


def _count_cells(key: str) -> Callable[[Sequence[PduRow]], Sequence[Cell]]:
    """How many outlets have a state; an empty place if the states could not be read."""

    def cell(row: PduRow) -> Cell:
        count = getattr(row, key)
        return Cell("" if count is None else str(count), is_figure=True)

    return _cell_per_row(cell)


def _figure_cells(key: str) -> Callable[[Sequence[PduRow]], Sequence[Cell]]:
    """A function for the cells of a figure, which have equal decimals."""

    def cells(rows: Sequence[PduRow]) -> Sequence[Cell]:
        figures: list[Figure] = [getattr(row, key) for row in rows]
        texts = same_decimals([measured(figure) for figure in figures])
        numbers: list[Cell] = []
        for row, figure, text in zip(rows, figures, texts):
            if is_lost(figure):
                text = figure_text(figure)
            elif row.hides(figure):
                text = ""  # an error hides whether the PDU meters it
            numbers.append(Cell(text, is_figure=True))
        return numbers

    return cells


_UNITS = {row.key: row.unit for row in PDU_FIGURES}


def _figure_column(key: str) -> CheckColumn:
    """The column of a figure of the PDU."""
    return CheckColumn(
        key=key,
        value=lambda row: measured(getattr(row, key)),
        head=_UNITS[key],
        cells=_figure_cells(key),
    )


# A new column needs a line here.
COLUMNS: Sequence[CheckColumn] = (
    CheckColumn(
        "name",
        lambda row: row.device.name,
        "name",
        _cell_per_row(lambda row: Cell(row.device.name)),
    ),
    CheckColumn(
        "handler",
        lambda row: row.device.handler,
        "handler",
        _cell_per_row(lambda row: Cell(os.path.basename(row.device.handler))),
    ),
    CheckColumn(
        "address",
        lambda row: row.device.where,
        "address",
        _cell_per_row(lambda row: Cell(str(row.device.where))),
    ),
    CheckColumn("level", lambda row: row.level, csv=False),
    CheckColumn(
        "result",
        lambda row: row.result,
        "result",
        _cell_per_row(lambda row: Cell(row.result, LOOKS[row.level])),
    ),
    CheckColumn("on", lambda row: row.on, "on", _count_cells("on")),
    CheckColumn("off", lambda row: row.off, "off", _count_cells("off")),
    CheckColumn("unknown", lambda row: row.unknown, "unknown", _count_cells("unknown")),
    _figure_column("load_a"),
    CheckColumn(
        "of_rating",
        lambda row: row.of_rating,
        "of its rating",
        _cell_per_row(lambda row: Cell(row.of_rating, is_figure=True)),
        csv=False,
        json=False,
    ),
    _figure_column("energy_kwh"),
    CheckColumn(
        "seconds",
        lambda row: row.seconds,
        "s",
        _cell_per_row(lambda row: Cell(f"{row.seconds:.2f}", is_figure=True)),
    ),
    CheckColumn("requests", lambda row: row.requests),
    CheckColumn("kind", lambda row: row.kind, json=False),
    CheckColumn("reason", lambda row: "; ".join(row.sentences), json=False),
    CheckColumn("remedy", lambda row: row.remedy, json=False),
)
PAGE_COLUMNS = tuple(column for column in COLUMNS if column.head)


def csv_text(rows: Sequence[PduRow]) -> str:
    """The rows as CSV, by `csv_lines`."""
    csv_columns = [column for column in COLUMNS if column.csv]
    lines: list[list[object]] = [[column.key for column in csv_columns]]
    for row in rows:
        lines.append([column.value(row) for column in csv_columns])
    return csv_lines(lines)


def check_document(rows: Sequence[PduRow], totals: Summary) -> dict[str, Any]:
    """The summary, and each PDU with its counts, figures, outlets and error."""
    return {
        "summary": dataclasses.asdict(totals),
        "pdus": [_row_as_json(row) for row in rows],
    }


def _row_as_json(row: PduRow) -> dict[str, Any]:
    """A PDU in `pdu check --json`: its columns, outlets and error."""
    cells: dict[str, Any] = {}
    for column in COLUMNS:
        if column.json:
            cells[column.key] = column.value(row)
    cells["outlets"] = [_outlet_as_json(outlet) for outlet in row.outlets]
    cells["reasons"] = list(row.reasons)
    if row.kind:
        cells["error"] = {"kind": row.kind, "reason": row.reason, "remedy": row.remedy}
    return cells


def _outlet_as_json(outlet: PolledOutlet) -> dict[str, Any]:
    """An outlet with its state, and the figures that a check reads."""
    cells: dict[str, Any] = {"identity": outlet.identity, "state": word(outlet.state)}
    for figure in OUTLET_FIGURES:
        if not figure.is_costly:
            cells[figure.key] = measured(figure.of(outlet.figures))
    return cells
