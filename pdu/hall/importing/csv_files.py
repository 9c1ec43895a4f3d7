"""Reads cords and lines from CSV: `server,psu,pdu,outlet` and
`pdu,line,breaker_a,feed,limit_percent`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from handlers.shared.errors import SettingsError, printable

from ...core.files import csv_in
from .model import Imported, ImportedCord, ImportedLine

CORDS = ("server", "psu", "pdu", "outlet")
LINES = ("pdu", "line", "breaker_a", "feed", "limit_percent")
_REQUIRED_CELLS = {CORDS: ("server", "pdu", "outlet"), LINES: ("pdu", "feed")}
_MOST_A = 10_000.0


def read_csv_files(paths: Sequence[str]) -> Imported:
    """The cords and lines of these files, told apart by their headers. Raises SettingsError."""
    cords: list[ImportedCord] = []
    lines: list[ImportedLine] = []
    for path in paths:
        for kind, row in _rows(path):
            if kind is CORDS:
                cords.append(ImportedCord(row["server"], row["pdu"], row["outlet"], row.where))
                continue
            lines.append(
                ImportedLine(
                    row["pdu"],
                    row["line"],
                    row.number("breaker_a", 0.01, _MOST_A, "A"),
                    row["feed"],
                    row.number("limit_percent", 1.0, 100.0, "%"),
                )
            )
    return Imported(cords, lines, [], {})


def _rows(path: str) -> Iterator[tuple[tuple[str, ...], csv_in.CsvRow]]:
    kind: tuple[str, ...] = ()

    def check(head: Sequence[str]) -> Sequence[str]:
        nonlocal kind
        kind = _kind(path, head)
        return ()

    for row in csv_in.read_file_rows(path, check):
        for name in _REQUIRED_CELLS[kind]:
            if not row[name]:
                raise SettingsError(f"{row.where}: the cell {name!r} is empty; fill it in")
        yield kind, row


def _kind(path: str, head: Sequence[str]) -> tuple[str, ...]:
    for kind in (CORDS, LINES):
        if set(head) <= set(kind) and set(_REQUIRED_CELLS[kind]) <= set(head):
            return kind
    raise SettingsError(
        f"{path}: the header must be {','.join(CORDS)} or {','.join(LINES)}, not"
        f" {printable(','.join(head), 100)}"
    )
