"""A page for each customer of a report, for a browser and for paper."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Sequence
from typing import Optional
from zoneinfo import ZoneInfo

from handlers.shared.errors import SettingsError, printable

from ..files import html
from ..files.whole_files import write_page
from .law import BOUNDED, FIRM, NOT_BILLABLE, WIDE, MeterReading
from .page_words import ENGLISH, PageWords
from .readings import INLET
from .report import Report, Row, Sum, sum_of
from .tables import figure_cells, figures_of, kwh, local_time

_LONGEST_NAME = 80  # of a file, in characters
_LOOKS = {FIRM: "good", BOUNDED: "doubtful", WIDE: "doubtful", NOT_BILLABLE: "bad"}
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


def write_pages(
    folder: str, period: str, report: Report, zone: ZoneInfo, words: PageWords = ENGLISH
) -> Iterator[str]:
    """Write a page for each customer, and yield its path. Raises SettingsError."""
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"{printable(folder)} cannot be made ({error.strerror})") from None
    names: set[str] = set()
    for customer, rows in report.rows_by_customer().items():
        name = re.sub(r"\W+", "-", customer.lower())[:_LONGEST_NAME].strip("-") or "customer"
        number = 1
        while (file_name := f"{period}-{name}{f'-{number}' if number > 1 else ''}") in names:
            number += 1
        names.add(file_name)
        path = os.path.join(folder, f"{file_name}.html")
        write_page(path, page_of(customer, rows, report, zone, words))
        yield path


def page_of(
    customer: str, rows: Sequence[Row], report: Report, zone: ZoneInfo, words: PageWords
) -> str:
    """One customer's page."""
    total = sum_of([row.energy for row in rows])
    begin, end = (local_time(at, zone) for at in report.period)
    frame = html.Frame(
        words.title.format(customer),
        words.period.format(begin, end, zone.key),
        words.reading,
        "docs/energy.md",
        html.time_shown(time.time()),
        words.frame,
    )
    lines = [*(_cells(row, report, zone, words) for row in rows), _sum_cells(total, words)]
    return "\n".join(
        (
            frame.begin(_STYLE),
            f'<p class="total">{_total(total, words)}</p>',
            html.verdict(_verdict(total, words), _LOOKS[total.grade]),
            *html.table(words.heads, lines),
            *_notes(rows, words),
            frame.end(),
        )
    )


def _total(total: Sum, words: PageWords) -> str:
    if total.billable is None:
        return html.safe(words.no_sum)
    return f"{_localized(kwh(total.billable), words)} <small>{words.kwh}</small>"


def _verdict(total: Sum, words: PageWords) -> str:
    """The sentence below a customer's sum, with its bounds in kWh."""
    _, low, high = (_localized(cell, words) for cell in figure_cells(None, total.low, total.high))
    if total.high is None:
        text = words.without_figure.format(missing=total.missing, rows=total.rows)
        return text + (words.others.format(low=low) if total.missing < total.rows else "")
    grade = words.grades[total.grade]
    return words.verdict.format(grade=grade, low=low, high=high, rows=total.rows)


def _localized(cell: str, words: PageWords) -> str:
    """A number with the sign of the language between whole and decimal places."""
    return cell.replace(".", words.decimal)


def _place(row: Row, words: PageWords) -> str:
    return f"{row.pdu} {words.inlet if row.outlet == INLET else row.outlet}"


def _cells(row: Row, report: Report, zone: ZoneInfo, words: PageWords) -> list[html.HtmlCell]:
    """A row of the table of outlets: name, first and last reading, energy and its bounds in kWh."""
    name = html.safe(_place(row, words))
    if row.period != report.period:
        begin, end = (local_time(at, zone) for at in row.period)
        name += f"<small>{begin}<br>{words.until.format(end)}</small>"
    edges = row.energy and row.energy.edges
    figures = (_localized(cell, words) for cell in figure_cells(*figures_of(row.energy)))
    return [
        html.HtmlCell(name, "name"),
        _reading(edges and edges.first, zone, words),
        _reading(edges and edges.last, zone, words),
        *map(_number, figures, ("wide energy", "", "")),
    ]


def _reading(reading: Optional[MeterReading], zone: ZoneInfo, words: PageWords) -> html.HtmlCell:
    if reading is None:
        return html.HtmlCell("")
    time_of_reading = html.safe(local_time(reading.time, zone))
    return html.HtmlCell(
        f"<span>{_localized(kwh(reading.wh), words)}<small>{time_of_reading}</small></span>",
        "n wide",
    )


def _sum_cells(total: Sum, words: PageWords) -> list[html.HtmlCell]:
    figures = figure_cells(total.billable, total.low, total.high)
    return [
        html.HtmlCell(html.safe(words.sum), "name sum"),
        *[html.HtmlCell("", "sum")] * 2,
        *map(_number, (_localized(cell, words) for cell in figures), ("wide sum", "sum", "sum")),
    ]


def _number(text: str, look: str = "") -> html.HtmlCell:
    return html.HtmlCell(text, f"n {look}".rstrip())


def _notes(rows: Sequence[Row], words: PageWords) -> Iterator[str]:
    """HTML: a table of the outlets whose bounds of energy are not close (their grade is not
    `firm`), or of whose register something is told, with the reasons.
    """
    lines = []
    for row in rows:
        if row.reasons or row.grade != FIRM:
            reasons = "; ".join(map(words.reason, row.reasons)) or words.coarse
            lines.append(
                [
                    html.HtmlCell(html.safe(_place(row, words)), "name"),
                    html.HtmlCell(words.grades[row.grade], f"word {_LOOKS[row.grade]}"),
                    html.HtmlCell(html.safe(reasons), "text"),
                ]
            )
    if lines:
        yield f"<h2>{html.safe(words.notes_title)}</h2>"
        yield from html.table(words.notes_heads, lines)
