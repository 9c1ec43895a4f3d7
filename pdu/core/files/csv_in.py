"""Reads an owner's CSV files, as spreadsheets and people write them.

Commas, semicolons or tabs part the cells, or what Excel's first line `sep=;` says; names of columns
may have capital letters; rows that begin with `#` and empty rows are left out; missing cells at the
end of a row are empty.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Callable, Optional

from handlers.shared.errors import SettingsError, printable

from .whole_files import decoded, read_file

_DELIMITERS = ",;\t"  # spreadsheets write semicolons in some countries
# how Excel reads and writes what parts the cells
_NAMED = re.compile(r"sep=([,;\t])\s*?(?:\r\n|\r|\n)", re.IGNORECASE)
# with a comma between cells, `"1,234"` is 1.234 to some and 1234 to others
_AMBIGUOUS = re.compile(r"[-+]?\d{1,3},\d{3}")

#: takes the columns of a file, and returns those that are left out; raises SettingsError
HeadCheck = Callable[[Sequence[str]], Collection[str]]


@dataclass(frozen=True)
class CsvRow:
    """A row, and where it is."""

    #: `hall.csv: line 7`, for errors
    where: str
    #: by the names of the head, in small letters; blanks around a cell and empty cells are left out
    cells: Mapping[str, str]
    #: what parts the cells
    delimiter: str = ","

    def __getitem__(self, name: str) -> str:
        """A cell, "" for an empty one."""
        return self.cells.get(name, "")

    def number(self, name: str, least: float, most: float, unit: str = "") -> Optional[float]:
        """A number with a point or a comma for its decimals, None for an empty cell. `unit` may
        follow it.

        Raises SettingsError.
        """
        cell = self[name]
        cell = cell[: -len(unit)].rstrip() if unit and cell.endswith(unit) else cell
        if not cell:
            return None
        if self.delimiter == "," and _AMBIGUOUS.fullmatch(cell):
            raise SettingsError(
                f"{self.where}: {name} is {cell!r}: write {cell.replace(',', '.')} or"
                f" {cell.replace(',', '')}"
            )
        try:
            value = float(cell.replace(",", "."))
        except ValueError:
            value = math.nan
        if not least <= value <= most:
            raise SettingsError(
                f"{self.where}: {name} is {printable(cell, 40)!r}: give a number from {least:g} to"
                f" {most:g}"
            )
        return value


def require_columns(path: str, columns: Sequence[str], optional: Collection[str] = ()) -> HeadCheck:
    """The check of a head that must have the needed columns, and may have the others."""

    def check(head: Sequence[str]) -> Collection[str]:
        if not set(columns) <= set(head) or not set(head) <= {*columns, *optional}:
            raise SettingsError(
                f"{path}: the first line must have the columns {', '.join(columns)}"
                + (f", and may have {', '.join(sorted(optional))}" if optional else "")
                + (f", not {printable(', '.join(head), 100)}" if head else "; it is empty")
            )
        return ()

    return check


def read_file_rows(path: str, check: HeadCheck) -> Iterator[CsvRow]:
    """The rows of a file. Raises SettingsError, which names the line."""
    return rows(decoded(read_file(path), path), printable(path), check)


def rows(text: str, path: str, check: HeadCheck) -> Iterator[CsvRow]:
    """The rows after the head, for which `check` is called once. `path` names the file in errors.

    Raises SettingsError, which names the line.
    """
    # whether the next line begins a row, and does not continue a cell between quotes
    begins = True

    def lines() -> Iterator[str]:
        nonlocal begins
        for line in io.StringIO(text, newline=""):
            content = "\n" if begins and line.lstrip().startswith("#") else line
            begins = False
            yield content

    excel = _NAMED.match(text)
    if excel is not None:
        text = "\n" + text[excel.end() :]  # lines keep their numbers
    delimiter = excel[1] if excel is not None else max(_DELIMITERS, key=_first_line(text).count)
    reader = csv.reader(lines(), delimiter=delimiter, strict=True)
    head: list[str] = []
    left_out: Collection[str] = ()
    start = 1  # the line where a row begins: a quote that is never closed opens there
    try:
        for row in reader:
            begins = True
            where = f"{path}: line {start}"
            start = reader.line_num + 1
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            if not head:
                head = [cell.lower() for cell in cells]
                left_out = check([name for name in head if name])
                columns = [name for name in head if name and name not in left_out]
                if len(set(columns)) < len(columns):
                    raise SettingsError(f"{path}: a column occurs twice")
            elif any(cells[len(head) :]):
                raise SettingsError(f"{where} has {len(cells)} cells, the header has {len(head)}")
            else:
                value_by_column = {
                    name: cell for name, cell in zip(head, cells) if cell and name not in left_out
                }
                if "" in value_by_column:
                    raise SettingsError(
                        f"{where}: a cell is in a column without a name; allowed:"
                        f" {printable(', '.join(filter(None, head)), 100)}"
                    )
                yield CsvRow(where, value_by_column, delimiter)
    except csv.Error as error:
        end = reader.line_num
        quote = f"; a quote that opens there goes on to line {end}" if end > start else ""
        raise SettingsError(f"{path}: line {start} is not CSV ({error}){quote}") from None
    if not head:
        check(())


def _first_line(text: str) -> str:
    """The line with the names of the columns."""
    return next(
        (line for line in io.StringIO(text) if line.strip() and not line.lstrip().startswith("#")),
        "",
    )
