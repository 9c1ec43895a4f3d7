"""A check on a terminal: all PDUs, what to do, and how many are well.

A row (`PduRow`) is a PDU that was read, with its verdict: a level (WELL, DOUBTFUL or BAD), a result
such as "well" or "unreachable", the reasons, and the remedy, a sentence that says what to do.

The verdict comes last: the end of what a command prints is in view, and the table of a fleet is
longer than a terminal.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import click

from handlers.shared.errors import printable
from handlers.shared.meter_figures import Figure
from pdu_common.helper import EnumPowerStatus

from ..cli.output import counted, tabulate, takes_colours
from ..cli.states import DOWN, UNKNOWN, UP, word
from ..reading.figures import figure_text
from .check_result import (
    BAD,
    DOUBTFUL,
    UNKNOWN_FIGURES,
    WELL,
    PduRow,
    Summary,
    share_of_rating,
    summary_lines,
)

_COLOURS = {WELL: "green", DOUBTFUL: "yellow", BAD: "red"}
_HEADS = (
    *("name", "handler", "address", "result", "on", "off", "unknown"),
    *("A", "of its rating", "kWh", "s", "outlets that are not on"),
)
_NUMBERS = ("on", "off", "unknown", "A", "of its rating", "kWh", "s")
_CELL = 1000  # limit for a cell, in characters: a sentence is shown whole


def report_lines(rows: Sequence[PduRow], totals: Summary) -> Iterator[str]:
    """Yields the lines of the report: all PDUs, the worst first; what to do; last the verdict and
    the sums, `totals`.

    name   handler  address    result       on  off  A    s     outlets that are not on
    right  snmp     192.0.2.9  unreachable                2.01
    left   snmp     192.0.2.8  well         7   1    3.6  0.41  off 4

    What to do
    unreachable, 1 PDU: check power, cable, address and firewall; ...
      right: no answer

    2 PDUs in 2.0 s: 1 well, 1 unreachable
    8 outlets: 7 on, 1 off, 0 unknown; load 3.6 A of 1 PDU, energy not known
    """
    worst_first = sorted(rows, key=lambda row: -row.level)
    yield from _table(worst_first)
    remedies = list(_remedies(worst_first))
    if remedies:
        yield from ("", "What to do", *remedies)
    # the reasons of these PDUs stand in `remedies`
    names_in_advice = [row.device.name for row in rows if row.remedy]
    verdict, *sums = summary_lines(totals, rows, names_in_advice)
    yield ""
    yield _coloured(whole_line(verdict), totals.level)
    yield from map(whole_line, sums)


def _table(rows: Sequence[PduRow]) -> Iterator[str]:
    """Yields the heads and a line for each PDU, in the colour of its level: `left  snmp  192.0.2.8
    well  7  1  3.6  0.41  off 4`. A column that is empty in all rows is left out; without rows
    there is no line.
    """
    table = [_cells(row) for row in rows]
    heads = [head for head in _HEADS if any(cells[head] for cells in table)]
    if not heads:
        return
    texts = [[cells[head] for head in heads] for cells in table]
    right_columns = [column for column, head in enumerate(heads) if head in _NUMBERS]
    first_line, *lines = tabulate(heads, texts, right_columns, _CELL)
    yield first_line
    for row, line in zip(rows, lines):
        yield _coloured(line, row.level)


def _cells(row: PduRow) -> Mapping[str, str]:
    """The cells of a PDU, by their column's head: `{"name": "left", "handler": "snmp", "address":
    "192.0.2.8", "result": "well", "on": "7", "off": "1", ..., "outlets that are not on": "off 4"}`.
    """
    cells = (
        row.device.name,
        os.path.basename(row.device.handler),
        str(row.device.where),
        row.result,
        _count_cell(row, UP),
        _count_cell(row, DOWN),
        _count_cell(row, UNKNOWN),
        _figure_cell(row, row.reading.load_a),
        share_of_rating(row.reading.meters),
        _figure_cell(row, row.reading.energy_kwh),
        f"{row.reading.seconds:.2f}",
        _not_on(row),
    )
    return dict(zip(_HEADS, cells))


def _count_cell(row: PduRow, state: EnumPowerStatus) -> str:
    """How many outlets have a state, as text: "7"; "" if the states could not be read."""
    count = row.state_count(state)
    return "" if count is None else str(count)


def _figure_cell(row: PduRow, figure: Figure) -> str:
    """A figure as text: "3.6", "not metered", "not known"; "" if an error hides whether the PDU
    meters it.
    """
    is_hidden = figure is None and row.hides(figure)
    return "" if is_hidden else figure_text(figure)


def _not_on(row: PduRow) -> str:
    """Which outlets are off or unknown, as text: `off 1, 3 to 5; unknown 7`, or `all are on`; ""
    for a PDU without outlets.
    """
    outlets = row.reading.outlets
    if not outlets:
        return ""
    parts: list[str] = []
    for state in (DOWN, UNKNOWN):
        identities = [outlet.identity for outlet in outlets if outlet.state is state]
        if identities:
            parts.append(f"{word(state)} {_identities_text(identities)}")
    return "; ".join(parts) or "all are on"


def _identities_text(identities: Sequence[str]) -> str:
    """The identities of outlets as text; three or more numbers that follow each other are written
    as a range.

    >>> _identities_text(["1", "3", "4", "5", "8"])
    '1, 3 to 5, 8'
    >>> _identities_text(["1.1", "1.2", "1.3"])
    '1.1, 1.2, 1.3'
    """
    runs: list[list[str]] = []
    for identity in identities:
        if runs and identity == _next_number(runs[-1][-1]):
            runs[-1].append(identity)
        else:
            runs.append([identity])
    texts: list[str] = []
    for run in runs:
        texts += [f"{run[0]} to {run[-1]}"] if len(run) > 2 else run
    return ", ".join(texts)


def _next_number(identity: str) -> str:
    """The identity that follows this one in a range; "" for one that is no number, or a long one.

    >>> _next_number("7"), _next_number("1.1")
    ('8', '')
    """
    is_number = identity.isascii() and identity.isdigit() and len(identity) < 6
    return str(int(identity) + 1) if is_number else ""


def _remedies(rows: Sequence[PduRow]) -> Iterator[str]:
    """Yields each remedy once, that of most PDUs first, and below it the PDUs that need it, a line
    for each reason.

    unreachable, 2 PDUs: check power, cable, address and firewall; ...
      left, right: no answer
    denied, 1 PDU: correct the account on the PDU, or the login that was used for it.
      hall: the device refused the login
    """
    rows_by_remedy = _grouped(rows, lambda row: row.remedy)
    for remedy in sorted(rows_by_remedy, key=lambda remedy: -len(rows_by_remedy[remedy])):
        if not remedy:
            continue
        remedy_rows = rows_by_remedy[remedy]
        first_row = remedy_rows[0]
        fault = first_row.kind or first_row.result
        if first_row.lacks_figure:
            fault = UNKNOWN_FIGURES
        plain_remedy = remedy.replace("`", "")
        yield whole_line(f"{fault}, {counted(len(remedy_rows), 'PDU')}: {plain_remedy}.")
        rows_by_reason = _grouped(remedy_rows, lambda row: "; ".join(row.sentences))
        for reason, reason_rows in rows_by_reason.items():
            names = ", ".join(row.device.name for row in reason_rows)
            yield whole_line(f"  {names}: {reason}" if reason else f"  {names}")


def _grouped(
    rows: Iterable[PduRow], key: Callable[[PduRow], str]
) -> Mapping[str, Sequence[PduRow]]:
    """The rows by what `key` returns for them; the keys are in the order of their first rows.

    >>> _grouped(["well a", "stale b", "well c"], lambda row: row.split()[0])
    {'well': ['well a', 'well c'], 'stale': ['stale b']}
    """
    rows_by_key: dict[str, list[PduRow]] = {}
    for row in rows:
        rows_by_key.setdefault(key(row), []).append(row)
    return rows_by_key


def _coloured(line: str, level: int) -> str:
    """The line in the colour of a level, such as red for BAD; unchanged if the output is no
    terminal that takes colours.
    """
    return click.style(line, fg=_COLOURS[level]) if takes_colours() else line


def whole_line(text: str) -> str:
    """The text with each control character written as an escape, so that it is one line; unlike
    `printable` alone, it does not cut a long text.

    >>> whole_line("no\\nanswer")
    'no\\\\nanswer'
    """
    # an escape has at most 10 characters
    return printable(text, 10 * len(text) + 1)
