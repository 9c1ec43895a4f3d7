"""A page for each customer of a report, for a browser and for paper."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Sequence
from typing import Optional
from zoneinfo import ZoneInfo

from handlers.shared.errors import SettingsError, printable

from ..cli.output import counted
from ..files import html
from ..files.whole_files import write_page
from .law import BOUNDED, FIRM, NOT_BILLABLE, WIDE, MeterReading
from .report import Report, Row, Sum, sum_of
from .tables import figure_cells, figures_of, kwh, local_time, place

_LONGEST_NAME = 80  # of a file, in characters
_LOOKS = {FIRM: "good", BOUNDED: "doubtful", WIDE: "doubtful", NOT_BILLABLE: "bad"}
_READING = (
    "The energy of an outlet is the reading of its register at the end less the one at the begin;"
    " you can compare both with the unit's display. Where the register did not go on between them,"
    " it is the least that can have flowed.",
    "`low` and `high` are the bounds between which the energy lies by all readings. Not in them is"
    " the error of the meter itself.",
    "`firm`: bounds at most 1 % or 0.1 kWh apart; `bounded`: at most 10 %; `wide`: more; `not"
    " billable`: not read, or its unit is not known. The sum has a grade of its own.",
)
_HEADS = ("outlet", "first reading", "last reading", "energy, kWh", "low", "high")
_STYLE = """
.total { font-size: 2.4rem; font-weight: 700; margin: 1rem 0 0;
font-variant-numeric: tabular-nums; } .total small { font-size: 1.1rem; font-weight: 400; }
td small { display: block; color: var(--soft); font-weight: 400; }
.sum, .energy { font-weight: 700; }
.name { overflow: visible; } .sum { border-top: 2px solid; }
@media screen and (max-width: 44rem) { .sum { border: 0; }
td span { text-align: right; } td small { font-size: .85em; } }
@media print { .total { font-size: 24px; } .total small { font-size: 12px; }
td small { font-size: 8px; } }
"""


def write_pages(folder: str, month: str, report: Report, zone: ZoneInfo) -> Iterator[str]:
    """Write a page for each customer, and yield its path. Raises SettingsError."""
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"{printable(folder)} cannot be made ({error.strerror})") from None
    names: set[str] = set()
    for customer, rows in report.rows_by_customer().items():
        name = re.sub(r"\W+", "-", customer.lower())[:_LONGEST_NAME].strip("-") or "customer"
        number = 1
        while (file_name := f"{month}-{name}{f'-{number}' if number > 1 else ''}") in names:
            number += 1
        names.add(file_name)
        path = os.path.join(folder, f"{file_name}.html")
        write_page(path, page_of(customer, rows, report, zone))
        yield path


def page_of(customer: str, rows: Sequence[Row], report: Report, zone: ZoneInfo) -> str:
    """One customer's page."""
    total = sum_of([row.energy for row in rows])
    begin, end = (local_time(at, zone) for at in report.period)
    frame = html.Frame(
        f"Energy of {customer}",
        f"{begin} to {end}, {zone.key}",
        _READING,
        "docs/administrators.md",
        html.time_shown(time.time()),
    )
    return "\n".join(
        (
            frame.begin(_STYLE),
            f'<p class="total">{_total(total)}</p>',
            html.verdict(_verdict(total), _LOOKS[total.grade]),
            *html.table(_HEADS, [*(_cells(row, report, zone) for row in rows), _sum_cells(total)]),
            *_notes(rows),
            frame.end(),
        )
    )


def _total(total: Sum) -> str:
    return "no sum" if total.billable is None else f"{kwh(total.billable)} <small>kWh</small>"


def _verdict(total: Sum) -> str:
    """The sentence below a customer's sum, with its bounds in kWh."""
    outlets = counted(total.rows, "outlet")
    if total.high is None:
        words_of_others = f"; the others took at least {kwh(total.low)} kWh"
        return f"{total.missing} of {outlets} without a figure" + words_of_others * (
            total.missing < total.rows
        )
    _, low, high = figure_cells(total.billable, total.low, total.high)
    return f"{total.grade}: between {low} and {high} kWh, {outlets}"


def _cells(row: Row, report: Report, zone: ZoneInfo) -> list[html.HtmlCell]:
    """A row of the table of outlets: name, first and last reading, energy and its bounds in kWh."""
    name = html.safe(place(row))
    if row.period != report.period:
        begin, end = (local_time(at, zone) for at in row.period)
        name += f"<small>{begin}<br>to {end}</small>"
    edges = row.energy and row.energy.edges
    return [
        html.HtmlCell(name, "name"),
        _reading(edges and edges.first, zone),
        _reading(edges and edges.last, zone),
        *map(_number, figure_cells(*figures_of(row.energy)), ("wide energy", "", "")),
    ]


def _reading(reading: Optional[MeterReading], zone: ZoneInfo) -> html.HtmlCell:
    if reading is None:
        return html.HtmlCell("")
    time_of_reading = html.safe(local_time(reading.time, zone))
    return html.HtmlCell(
        f"<span>{kwh(reading.wh)}<small>{time_of_reading}</small></span>", "n wide"
    )


def _sum_cells(total: Sum) -> list[html.HtmlCell]:
    figures = figure_cells(total.billable, total.low, total.high)
    return [
        html.HtmlCell("sum", "name sum"),
        *[html.HtmlCell("", "sum")] * 2,
        *map(_number, figures, ("wide sum", "sum", "sum")),
    ]


def _number(text: str, look: str = "") -> html.HtmlCell:
    return html.HtmlCell(text, f"n {look}".rstrip())


def _notes(rows: Sequence[Row]) -> Iterator[str]:
    """HTML: a table of the outlets whose bounds of energy are not close (their grade is not
    `firm`), or of whose register something is told, with the reasons.
    """
    lines = []
    for row in rows:
        if row.reasons or row.grade != FIRM:
            reasons = "; ".join(row.reasons) or "its register counts in coarse steps"
            lines.append(
                [
                    html.HtmlCell(html.safe(place(row)), "name"),
                    html.HtmlCell(row.grade, f"word {_LOOKS[row.grade]}"),
                    html.HtmlCell(html.safe(reasons), "text"),
                ]
            )
    if lines:
        yield "<h2>What widens these bounds</h2>"
        yield from html.table(("outlet", "grade", "reason"), lines)
