"""The parts of a report on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

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


def table_lines(heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Iterator[str]:
    """Rows under their heads, without columns that are empty, as lines for a terminal; a line has
    the colour of its first cell with a look. There is at least one row.
    """
    places: list[int] = []
    right_places: list[int] = []
    for place in range(len(heads)):
        if any(row[place].text for row in rows):
            if rows[0][place].is_figure:
                right_places.append(len(places))
            places.append(place)
    texts: list[list[str]] = []
    for row in rows:
        texts.append([row[place].text for place in places])
    shown_heads = [heads[place] for place in places]
    head, *lines = tabulate(shown_heads, texts, right_places, _CELL)
    yield head
    for row, line in zip(rows, lines):
        yield coloured(line, next((cell.look for cell in row if cell.look), ""))


def coloured(line: str, look: str) -> str:
    """The line in the colour of `look` on a terminal."""
    if not look or not takes_colours():
        return line
    return click.style(line, fg=_COLOURS[look])


def whole_line(text: str) -> str:
    """A sentence in one line, without control characters; however long, it is shown whole."""
    # an escape has at most 10 characters
    return printable(text, 10 * len(text) + 1)
