"""A report: built once, shown on a terminal, as a page and as JSON.

A terminal and a page show the same words. Programs get JSON, which is made from the values
themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, Union

import click

from handlers.shared.errors import printable

from ..cli.output import tabulate, takes_colours
from ..files import html
from ..files.html import safe

#: how a verdict looks, and a word in a table
GOOD, DOUBTFUL, BAD = LOOKS = ("good", "doubtful", "bad")
_COLOURS = {GOOD: "green", DOUBTFUL: "yellow", BAD: "red"}
_CELL = 1000  # limit for a cell of a terminal, in characters: a sentence is shown whole


class Cell(NamedTuple):
    """One cell of a table."""

    text: str
    #: as those of `HtmlCell`
    classes: str = ""


def row_header(text: str) -> Cell:
    """What the row is about."""
    return Cell(text, "name")


def words(text: str, classes: str = "") -> Cell:
    """A text of any length."""
    return Cell(text, f"text {classes}".rstrip())


def number(text: str, classes: str = "") -> Cell:
    """A figure, right-aligned; its unit is in the column's head."""
    return Cell(text, f"n {classes}".rstrip())


def verdict_cell(word: str, look: str) -> Cell:
    """A verdict of one or two words. `look`: of `LOOKS`; "": not coloured."""
    return Cell(word, f"word {look}".rstrip())


class Headline(NamedTuple):
    """The sentence that matters most."""

    text: str
    look: str = ""


class Section(NamedTuple):
    """The title above some parts."""

    title: str


class Table(NamedTuple):
    """Rows under their heads; nothing if there are none."""

    title: str
    #: with the units of the figures
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    def drop_empty_columns(self) -> Table:
        """The same without the columns in which no row has anything."""
        columns = [at for at in range(len(self.heads)) if any(row[at].text for row in self.rows)]
        rows = [[row[at] for at in columns] for row in self.rows]
        return self._replace(heads=[self.heads[at] for at in columns], rows=rows)


class Items(NamedTuple):
    """Texts under a title, if it has one; nothing if there are none."""

    title: str
    texts: Sequence[str]


Part = Union[str, Headline, Section, Table, Items]
"""A text is a paragraph; what stands between grave accents in it is code."""


class Report(NamedTuple):
    """What a command found, in the order in which it is read."""

    frame: html.Frame
    parts: Sequence[Part]
    #: makes the same for programs
    data: Callable[[], object]

    def page(self) -> str:
        """A file of its own."""
        return "\n".join([self.frame.begin(), *html_lines(self.parts), self.frame.end()])


def text_lines(parts: Iterable[Part]) -> Iterator[str]:
    """Some parts for a terminal."""
    return (line for part in parts for line in _lines(part))


def html_lines(parts: Iterable[Part]) -> Iterator[str]:
    """Some parts of a page. A title before the first section is a heading of its own."""
    level = 2
    for part in parts:
        level = 3 if isinstance(part, Section) else level
        yield from _html(part, level)


def _lines(part: Part) -> Iterator[str]:
    """A part of a report as lines for a terminal."""
    if isinstance(part, Headline):
        yield _coloured(_printable(part.text), part.look)
    elif isinstance(part, Section):
        yield from ("", _printable(part.title))
    elif isinstance(part, str):
        yield _printable(part.replace("`", ""))
    elif isinstance(part, Items):
        if part.texts:
            yield from _title_lines(part.title)
            yield from (f"  {_printable(text)}" for text in part.texts)
    elif part.rows:
        yield from _table_lines(part)


def _coloured(line: str, look: str) -> str:
    """The line in the colour of `look` on a terminal."""
    return click.style(line, fg=_COLOURS[look]) if look and takes_colours() else line


def _table_lines(table: Table) -> Iterator[str]:
    """A table as lines; a line has the colour of its first cell with a look."""
    right = {place for place, cell in enumerate(table.rows[0]) if "n" in cell.classes.split()}
    rows = [[cell.text for cell in row] for row in table.rows]
    lines = tabulate(list(map(_printable, table.heads)), rows, right, _CELL)
    begin = len(lines) - len(rows)  # after the heads
    yield from (*_title_lines(table.title), *lines[:begin])
    for row, line in zip(table.rows, lines[begin:]):
        looks = (look for cell in row for look in LOOKS if look in cell.classes.split())
        yield _coloured(line, next(looks, ""))


def _title_lines(title: str) -> Sequence[str]:
    return ["", f"{_printable(title)}:"] if title else []


def _printable(text: str) -> str:
    # an escape has at most 10 characters
    return printable(text, 10 * len(text) + 1)


def _html(part: Part, level: int) -> Iterator[str]:
    """A part of a report as HTML; `level` is that of its heading."""
    if isinstance(part, Headline):
        yield html.verdict(part.text, part.look)
    elif isinstance(part, Section):
        yield f"<h2>{safe(part.title)}</h2>"
    elif isinstance(part, str):
        yield f"<p>{html.marked(part)}</p>"
    elif isinstance(part, Items):
        if part.texts:
            yield from (*_heading(part.title, level), html.bullet_list(part.texts))
    elif part.rows:
        rows = [[html.HtmlCell(safe(cell.text), cell.classes) for cell in row] for row in part.rows]
        yield from (*_heading(part.title, level), *html.table(part.heads, rows))


def _heading(title: str, level: int) -> Sequence[str]:
    return [f"<h{level}>{safe(title)}</h{level}>"] if title else []
