"""Reads an owner's CSV files, as spreadsheets and people write them.

Commas, semicolons or tabs separate the cells, or what Excel's first line `sep=;` says; names of
columns may have capital letters; rows that begin with `#` and empty rows are left out; missing
cells at the end of a row are empty.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from handlers.shared.errors import SettingsError, printable

_DELIMITERS = ",;\t"  # spreadsheets write semicolons in some countries
# how Excel reads and writes what separates the cells
_SEP_LINE = re.compile(r"sep=([,;\t])\s*?(?:\r\n|\r|\n)", re.IGNORECASE)


@dataclass(frozen=True)
class CsvRow:
    """A row, and where it is."""

    #: `hall.csv: line 7`, for errors
    where: str
    #: by the names of the head, in small letters; blanks around a cell and empty cells are left out
    cells: Mapping[str, str]
    #: why the row is wrong, "" if it is not
    fault: str = ""

    def __getitem__(self, name: str) -> str:
        """A cell, "" for an empty one."""
        return self.cells.get(name, "")


def rows(text: str, path: str) -> Iterator[CsvRow]:
    r"""The rows after the head. Raises SettingsError with the line, and the file by `path`.

    >>> (row,) = rows("Name;Host\n\nrack1;192.0.2.7\n", "pdus.csv")
    >>> row.where, row["host"], row["community"]
    ('pdus.csv: line 3', '192.0.2.7', '')
    >>> list(rows("", "pdus.csv"))
    []
    """
    head = head_of(text, path)
    columns = [name for name in head if name]
    for index, name in enumerate(columns):
        if name in columns[:index]:
            raise SettingsError(f"{path}: the column {name!r} occurs twice")
    rows_by_line = _rows_by_line(text, path)
    next(rows_by_line, None)  # the head
    other_delimiters = _DELIMITERS.replace(delimiter_of(text), "")
    for line, cells in rows_by_line:
        where = f"{path}: line {line}"
        if len(cells) == 1 < len(head) and any(sign in cells[0] for sign in other_delimiters):
            raise SettingsError(f"{where}: the header has other signs between its cells")
        fault = ""
        if any(cells[len(head) :]):
            fault = f"it has {len(cells)} cells, the header has {len(head)}"
        value_by_column: dict[str, str] = {}
        for name, cell in zip(head, cells):
            if cell:
                value_by_column[name] = cell
        if value_by_column.pop("", ""):
            allowed_columns = printable(", ".join(columns), 100)
            fault = f"a cell is in a column without a name; allowed: {allowed_columns}"
        yield CsvRow(where, value_by_column, fault)


def head_of(text: str, path: str) -> Sequence[str]:
    r"""The names of the columns in small letters, "" for one without; none in an empty file. Raises
    SettingsError for what is no CSV.

    >>> head_of("# our racks\nName, Host\n", "pdus.csv")
    ['name', 'host']
    >>> head_of("", "pdus.csv")
    []
    """
    _, cells = next(_rows_by_line(text, path), (1, ()))
    return [cell.lower() for cell in cells]


def _rows_by_line(text: str, path: str) -> Iterator[tuple[int, Sequence[str]]]:
    """The number of the line in which each row begins, and its cells, without blanks around them;
    comments and empty rows are left out. Raises SettingsError for what is no CSV.
    """
    # else the next line continues a cell between quotes
    next_line_begins_row = True

    def lines() -> Iterator[str]:
        """The lines of the text; comments are empty, so that line numbers stay."""
        nonlocal next_line_begins_row
        for line in io.StringIO(text, newline=""):
            is_comment = next_line_begins_row and line.lstrip().startswith("#")
            next_line_begins_row = False
            yield "\n" if is_comment else line

    delimiter = delimiter_of(text)
    sep_line = _SEP_LINE.match(text)
    if sep_line is not None:
        text = "\n" + text[sep_line.end() :]  # lines keep their numbers
    reader = csv.reader(lines(), delimiter=delimiter, strict=True)
    first_line = 1  # of the row: a quote that is never closed opens there
    try:
        for row in reader:
            next_line_begins_row = True
            cells = [cell.strip() for cell in row]
            if any(cells):
                yield first_line, cells
            first_line = reader.line_num + 1
    except csv.Error as error:
        last_line = reader.line_num
        is_open = last_line > first_line or "unexpected end" in str(error)
        quote = f"; a quote that opens there goes on to line {last_line}" if is_open else ""
        raise SettingsError(f"{path}: line {first_line} is not CSV ({error}){quote}") from None


def delimiter_of(text: str) -> str:
    r"""What separates the cells of a file: what its line `sep=;` says, else the one of _DELIMITERS
    that its head has most of.

    >>> delimiter_of("name;host\n"), delimiter_of("sep=,\nname;host\n")
    (';', ',')
    """
    sep_line = _SEP_LINE.match(text)
    if sep_line is not None:
        return sep_line[1]
    head = _head_line(text)
    return max(_DELIMITERS, key=head.count)


def _head_line(text: str) -> str:
    r"""The line with the names of the columns, "" if there is none.

    >>> _head_line("# our racks\nname,host\n")
    'name,host\n'
    """
    for line in io.StringIO(text):
        content = line.strip()
        if content and not content.startswith("#"):
            return line
    return ""
