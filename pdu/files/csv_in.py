"""Reads an owner's CSV files, as spreadsheets and people write them.

Commas, semicolons or tabs part the cells, or what Excel's first line `sep=;` says; names of columns
may have capital letters; rows that begin with `#` and empty rows are left out; missing cells at the
end of a row are empty.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from handlers.shared.errors import SettingsError, printable

_DELIMITERS = ",;\t"  # spreadsheets write semicolons in some countries
# how Excel reads and writes what parts the cells
_NAMED = re.compile(r"sep=([,;\t])\s*?(?:\r\n|\r|\n)", re.IGNORECASE)


@dataclass(frozen=True)
class CsvRow:
    """A row, and where it is."""

    #: `hall.csv: line 7`, for errors
    where: str
    #: by the names of the head, in small letters; blanks around a cell and empty cells are left out
    cells: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        """A cell, "" for an empty one."""
        return self.cells.get(name, "")


def rows(text: str, path: str, left_out: Collection[str] = ()) -> Iterator[CsvRow]:
    """The rows after the head, without the columns that are `left_out`. `path` names the file in
    errors.

    Raises SettingsError, which names the line.
    """
    head = head_of(text, path)
    columns = [name for name in head if name]
    for place, name in enumerate(columns):
        if name in columns[:place] and name not in left_out:
            raise SettingsError(f"{path}: the column {name!r} occurs twice")
    rows_by_line = _rows_by_line(text, path)
    next(rows_by_line, None)  # the head
    for line, cells in rows_by_line:
        where = f"{path}: line {line}"
        if any(cells[len(head) :]):
            raise SettingsError(f"{where} has {len(cells)} cells, the header has {len(head)}")
        value_by_column: dict[str, str] = {}
        for name, cell in zip(head, cells):
            if cell and name not in left_out:
                value_by_column[name] = cell
        if "" in value_by_column:
            raise SettingsError(
                f"{where}: a cell is in a column without a name; allowed:"
                f" {printable(', '.join(columns), 100)}"
            )
        yield CsvRow(where, value_by_column)


def head_of(text: str, path: str) -> Sequence[str]:
    """The names of the columns in small letters, "" for one without; none in an empty file. Raises
    SettingsError for what is no CSV.
    """
    _, cells = next(_rows_by_line(text, path), (1, ()))
    return [cell.lower() for cell in cells]


def _rows_by_line(text: str, path: str) -> Iterator[tuple[int, Sequence[str]]]:
    """The number of the line in which each row begins, and its cells, without blanks around them;
    comments and empty rows are left out. Raises SettingsError for what is no CSV.
    """
    # whether the next line begins a row, and does not continue a cell between quotes
    begins = True

    def lines() -> Iterator[str]:
        """The lines of the text; comments are empty, so that line numbers stay."""
        nonlocal begins
        for line in io.StringIO(text, newline=""):
            content = "\n" if begins and line.lstrip().startswith("#") else line
            begins = False
            yield content

    delimiter = delimiter_of(text)
    excel = _NAMED.match(text)
    if excel is not None:
        text = "\n" + text[excel.end() :]  # lines keep their numbers
    reader = csv.reader(lines(), delimiter=delimiter, strict=True)
    start = 1  # the line where a row begins: a quote that is never closed opens there
    try:
        for row in reader:
            begins = True
            cells = [cell.strip() for cell in row]
            if any(cells):
                yield start, cells
            start = reader.line_num + 1
    except csv.Error as error:
        end = reader.line_num
        is_open = end > start or "unexpected end" in str(error)
        quote = f"; a quote that opens there goes on to line {end}" if is_open else ""
        raise SettingsError(f"{path}: line {start} is not CSV ({error}){quote}") from None


def delimiter_of(text: str) -> str:
    """What parts the cells of a file."""
    excel = _NAMED.match(text)
    if excel is not None:
        return excel[1]
    head = _first_line(text)
    return max(_DELIMITERS, key=head.count)


def _first_line(text: str) -> str:
    """The line with the names of the columns, "" if there is none."""
    for line in io.StringIO(text):
        content = line.strip()
        if content and not content.startswith("#"):
            return line
    return ""
