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
    """A row of a CSV file, where it is (`pdus.csv: line 7`, for errors), and what is wrong with it:
    `row["host"]` is the cell in the column host, "" for an empty one.
    """

    where: str
    #: column, in small letters -> text without blanks around it; without empty cells
    cells: Mapping[str, str]
    #: "" if nothing is wrong
    fault: str = ""

    def __getitem__(self, name: str) -> str:
        """The cell in this column, "" for an empty one."""
        return self.cells.get(name, "")


def rows(text: str, path: str) -> Iterator[CsvRow]:
    r"""Yields the rows below the head of the file whose text this is. `path`: of the file, for
    errors. A row with too many cells has a `fault`; what makes the whole file unreadable raises
    SettingsError with the line.

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
        is_short = len(cells) == 1 and len(head) > 1
        if is_short and any(sign in cells[0] for sign in other_delimiters):
            raise SettingsError(f"{where}: the header has other signs between its cells")
        fault = ""
        if any(cells[len(head) :]):
            fault = f"it has {len(cells)} cells, the header has {len(head)}"
        value_by_column = {name: cell for name, cell in zip(head, cells) if cell}
        if value_by_column.pop("", ""):
            allowed_columns = printable(", ".join(columns), 100)
            fault = f"a cell is in a column without a name; allowed: {allowed_columns}"
        yield CsvRow(where, value_by_column, fault)


def head_of(text: str, path: str) -> Sequence[str]:
    r"""The names of the columns in small letters, "" for a column without a name; empty for an
    empty file. Raises SettingsError for a text that is no CSV.

    >>> head_of("# our racks\nName, Host\n", "pdus.csv")
    ['name', 'host']
    >>> head_of("", "pdus.csv")
    []
    """
    _, cells = next(_rows_by_line(text, path), (1, ()))
    return [cell.lower() for cell in cells]


def _rows_by_line(text: str, path: str) -> Iterator[tuple[int, Sequence[str]]]:
    r"""Yields for each row, the head too, the number of the line in which it begins, and its cells
    without blanks around them. Comments and empty rows are left out. Raises SettingsError for a
    text that is no CSV.

    >>> list(_rows_by_line("# our racks\nname, host\n", "pdus.csv"))
    [(2, ['name', 'host'])]
    """
    # csv.reader takes a line only when it needs one: True is set below after each whole row, so
    # that a line of a cell between quotes, which continues a row, is no comment
    next_line_begins_row = True

    def lines(text: str) -> Iterator[str]:
        """The lines of the text; for a comment an empty one, so that line numbers stay."""
        nonlocal next_line_begins_row
        for line in io.StringIO(text, newline=""):
            is_comment = next_line_begins_row and line.lstrip().startswith("#")
            next_line_begins_row = False
            yield "\n" if is_comment else line

    delimiter = delimiter_of(text)
    sep_line = _SEP_LINE.match(text)
    if sep_line is not None:
        text = "\n" + text[sep_line.end() :]  # lines keep their numbers
    reader = csv.reader(lines(text), delimiter=delimiter, strict=True)
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
    r"""The sign that separates the cells of a file: what its first line `sep=;` says, else the
    comma, semicolon or tab that its head has most of.

    >>> delimiter_of("name;host\n"), delimiter_of("sep=,\nname;host\n")
    (';', ',')
    """
    sep_line = _SEP_LINE.match(text)
    if sep_line is not None:
        return sep_line[1]
    head = _head_line(text)
    return max(_DELIMITERS, key=head.count)


def _head_line(text: str) -> str:
    r"""The first line that is neither empty nor a comment, which has the names of the columns; ""
    if there is none. `text`: has no first line `sep=;`.

    >>> _head_line("# our racks\nname,host\n")
    'name,host\n'
    """
    for line in io.StringIO(text):
        content = line.strip()
        if content and not content.startswith("#"):
            return line
    return ""
