"""The parts of a report on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Union

import click

from handlers.shared.errors import printable

from ..cli.output import tabulate, takes_colours

#: how a verdict looks, and a word in a table
GOOD, DOUBTFUL, BAD = LOOKS = ("good", "doubtful", "bad")
_COLOURS = {GOOD: "green", DOUBTFUL: "yellow", BAD: "red"}
_CELL = 1000  # limit for a cell of a terminal, in characters: a sentence is shown whole


class Cell(NamedTuple):
    """One cell of a table."""

    text: str
    #: of a verdict, of `LOOKS`; "": not coloured
    look: str = ""
    #: right-aligned; its unit is in the column's head
    is_figure: bool = False


class Headline(NamedTuple):
    """The sentence that matters most."""

    text: str
    look: str = ""


class Section(NamedTuple):
    """The title above some parts."""

    title: str


class Table(NamedTuple):
    """Rows under their heads; nothing if there are none."""

    #: with the units of the figures
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    def drop_empty_columns(self) -> Table:
        """The table without its empty columns."""
        places: list[int] = []
        for place in range(len(self.heads)):
            if any(row[place].text for row in self.rows):
                places.append(place)
        heads = [self.heads[place] for place in places]
        rows: list[list[Cell]] = []
        for row in self.rows:
            rows.append([row[place] for place in places])
        return Table(heads, rows)


class Items(NamedTuple):
    """A list of texts."""

    texts: Sequence[str]


ReportPart = Union[str, Headline, Section, Table, Items]
"""A text is a paragraph; what stands between grave accents in it is code."""


def text_lines(parts: Iterable[ReportPart]) -> Iterator[str]:
    """Some parts for a terminal."""
    for part in parts:
        yield from _lines(part)


def _lines(part: ReportPart) -> Iterator[str]:
    """A part of a report as lines for a terminal."""
    if isinstance(part, Headline):
        yield _coloured(_printable(part.text), part.look)
    elif isinstance(part, Section):
        yield from ("", _printable(part.title))
    elif isinstance(part, str):
        yield _printable(part.replace("`", ""))
    elif isinstance(part, Items):
        yield from (f"  {_printable(text)}" for text in part.texts)
    elif part.rows:
        yield from _table_lines(part)


def _coloured(line: str, look: str) -> str:
    """The line in the colour of `look` on a terminal."""
    if not look or not takes_colours():
        return line
    return click.style(line, fg=_COLOURS[look])


def _table_lines(table: Table) -> Iterator[str]:
    """A table as lines; a line has the colour of its first cell with a look."""
    right_places: list[int] = []
    for place, cell in enumerate(table.rows[0]):
        if cell.is_figure:
            right_places.append(place)
    heads = [_printable(head) for head in table.heads]
    rows: list[list[str]] = []
    for row in table.rows:
        rows.append([cell.text for cell in row])
    head, *lines = tabulate(heads, rows, right_places, _CELL)
    yield head
    for row, line in zip(table.rows, lines):
        yield _coloured(line, next((cell.look for cell in row if cell.look), ""))


def _printable(text: str) -> str:
    # an escape has at most 10 characters
    return printable(text, 10 * len(text) + 1)
