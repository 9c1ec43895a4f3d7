"""Reads cords and lines from CSV: `server,psu,pdu,outlet` and
`pdu,line,breaker_a,feed,limit_percent`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Optional

from ....errors import SettingsError, printable
from ...files import read_file
from .model import Imported, ImportedCord, ImportedLine

CORDS = ("server", "psu", "pdu", "outlet")
LINES = ("pdu", "line", "breaker_a", "feed", "limit_percent")
_NEEDED = {CORDS: ("server", "pdu", "outlet"), LINES: ("pdu", "feed")}
_DELIMITERS = ",;\t"


def read(paths: Sequence[str]) -> Imported:
    """The cords and lines of these files, told apart by their headers. Raises SettingsError."""
    cords: list[ImportedCord] = []
    lines: list[ImportedLine] = []
    for path in paths:
        for where, kind, row in _rows(path):
            if kind is CORDS:
                cords.append(
                    ImportedCord(
                        row["server"], row.get("psu", ""), row["pdu"], row["outlet"], where
                    )
                )
                continue
            lines.append(
                ImportedLine(
                    row["pdu"],
                    row.get("line", ""),
                    _number(where, row, "breaker_a"),
                    row["feed"],
                    _number(where, row, "limit_percent"),
                )
            )
    return Imported(cords, lines, [], {})


def _rows(path: str) -> Iterator[tuple[str, tuple[str, ...], Mapping[str, str]]]:
    try:
        text = read_file(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SettingsError(f"{path}: not UTF-8 text; save it as UTF-8") from None
    delimiter = max(_DELIMITERS, key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    head: list[str] = []
    kind: tuple[str, ...] = ()
    try:
        for cells in reader:
            row = [cell.strip() for cell in cells]
            where = f"{path}: line {reader.line_num}"
            if not any(row) or row[0].startswith("#"):
                continue
            if not head:
                head = [name.lower() for name in row]
                kind = _kind(where, head)
                continue
            if len(row) > len(head):
                raise SettingsError(f"{where} has {len(row)} cells, the header has {len(head)}")
            found = {name: cell for name, cell in zip(head, row) if cell}
            for name in _NEEDED[kind]:
                if name not in found:
                    raise SettingsError(f"{where}: the cell {name!r} is empty; fill it in")
            yield where, kind, found
    except csv.Error as error:
        raise SettingsError(f"{path}: line {reader.line_num} is not CSV ({error})") from None


def _kind(where: str, head: Sequence[str]) -> tuple[str, ...]:
    for kind in (CORDS, LINES):
        if set(head) <= set(kind) and set(_NEEDED[kind]) <= set(head):
            return kind
    raise SettingsError(
        f"{where}: the header must be {','.join(CORDS)} or {','.join(LINES)}, not"
        f" {printable(','.join(head), 100)}"
    )


def _number(where: str, row: Mapping[str, str], key: str) -> Optional[float]:
    if key not in row:
        return None
    try:
        return float(row[key].rstrip("%").replace(",", "."))
    except ValueError:
        raise SettingsError(
            f"{where}: {key} must be a number, not {printable(row[key], 40)!r}"
        ) from None
