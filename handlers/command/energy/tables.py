"""Reads the owner's CSV files: a head line, then a row for each outlet or PDU."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple, Optional

from ...errors import SettingsError, printable
from ..files import text_of


class TableRow(NamedTuple):
    """A row, and where it is."""

    #: file and line, for errors
    where: str
    #: by the names of the head; blanks around a cell are left out
    cells: Mapping[str, str]

    def number(self, name: str, least: float, most: float) -> Optional[float]:
        """A number, None for an empty cell. Raises SettingsError."""
        cell = self.cells.get(name, "")
        if not cell:
            return None
        try:
            found = float(cell)
        except ValueError:
            found = math.nan
        if not least <= found <= most:
            raise SettingsError(
                f"{self.where}: {name} is {printable(cell, 40)!r}: give a number from {least:g} to"
                f" {most:g}"
            )
        return found


def rows(path: str, needed: Sequence[str], others: Collection[str] = ()) -> Iterator[TableRow]:
    """The rows of a file whose head has the needed columns.

    Raises SettingsError, which names the line.
    """
    shown = printable(path)
    try:
        lines = list(csv.reader(io.StringIO(text_of(path), newline=""), strict=True))
    except csv.Error as error:
        raise SettingsError(f"{shown}: no CSV: {error}") from None
    head = [cell.strip() for cell in lines[0]] if lines else []
    wrong = [name for name in head if name not in needed and name not in others]
    if len(set(head)) != len(head) or wrong or not set(needed) <= set(head):
        raise SettingsError(
            f"{shown}: the first line must have the columns {', '.join(needed)}"
            + (f", and may have {', '.join(sorted(others))}" if others else "")
        )
    for number, line in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in line):
            continue
        if len(line) != len(head):
            raise SettingsError(
                f"{shown}, row {number}: {len(line)} cells, but the head has {len(head)}"
            )
        yield TableRow(f"{shown}, row {number}", dict(zip(head, (cell.strip() for cell in line))))
