"""A report: built once, shown on a terminal, as a page and as JSON.

    report = Report(frame, [Verdict("3 machines go dark.", BAD), Table(...)], as_json)
    show(report, as_json=False, page="hall.html")

A terminal and a page show the same words; a terminal cuts long tables and lists of names. Programs
get JSON, which is made from the values themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, Optional, Union

import click

from handlers.shared.errors import printable

from ..files import html
from ..files.html import safe
from ..files.whole_files import write_page
from .output import print_json, tabulate, takes_colours

#: how a verdict looks, and a word in a table
GOOD, DOUBTFUL, BAD = LOOKS = ("good", "doubtful", "bad")
_COLOURS = {GOOD: "green", DOUBTFUL: "yellow", BAD: "red"}
_NAMES = 6  # limit for names in a cell of a terminal
_CELL = 1000  # limit for a cell of a terminal, in characters: a sentence is shown whole


class Cell(NamedTuple):
    """One cell of a table."""

    text: str
    #: as those of `HtmlCell`
    classes: str = ""
    #: for a terminal, where the whole text is too long; "": the text
    short: str = ""
    #: what stands between grave accents is code
    marked: bool = False
    #: id of the row or section of the page that it leads to; "": none
    target: str = ""


def row_header(text: str) -> Cell:
    """What the row is about."""
    return Cell(text, "name")


def link(text: str, target: str) -> Cell:
    """What the row is about, which has a place of its own on the page."""
    return Cell(text, "name", target=target)


def words(text: str, classes: str = "") -> Cell:
    """A text of any length."""
    return Cell(text, f"text {classes}".rstrip())


def advice(text: str) -> Cell:
    """A sentence of this program, with code between grave accents."""
    return Cell(text, "text", marked=True)


def number(text: str, classes: str = "") -> Cell:
    """A figure, right-aligned; its unit is in the column's head."""
    return Cell(text, f"n {classes}".rstrip())


def verdict_cell(word: str, look: str) -> Cell:
    """A verdict of one or two words. `look`: of `LOOKS`; "": not coloured."""
    return Cell(word, f"word {look}".rstrip())


def names(several: Sequence[str], limit: int = _NAMES) -> Cell:
    """Names, all of them on a page."""
    return Cell(", ".join(several), "text", few(several, limit))


def few(several: Sequence[str], limit: int = _NAMES) -> str:
    """At most `limit` names, and how many more there are."""
    text = ", ".join(several[:limit])
    return f"{text} and {len(several) - limit} more" if len(several) > limit else text


class Headline(NamedTuple):
    """The sentence that matters most."""

    text: str
    look: str = ""


class Section(NamedTuple):
    """The title above some parts."""

    title: str
    #: its id on a page, for links to it; "": none
    anchor: str = ""


class Table(NamedTuple):
    """Rows under their heads."""

    title: str
    #: with the units of the figures
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    #: limit for rows on a terminal; None: all
    most: Optional[int] = None
    #: ids of the rows on a page, for links to them; "": none
    anchors: Sequence[str] = ()
    #: shown if there are no rows: what that means, or what to do; "": neither is the title
    empty: str = ""
    #: for a page: whether the rows are folded away until somebody wants them
    folded: bool = False
    #: for a page: so many rows are shown, the others are folded away; None: all are shown
    unfolded: Optional[int] = None

    def drop_empty_columns(self) -> Table:
        """The same without the columns in which no row has anything."""
        columns = [at for at in range(len(self.heads)) if any(row[at].text for row in self.rows)]
        rows = [[row[at] for at in columns] for row in self.rows]
        return self._replace(heads=[self.heads[at] for at in columns], rows=rows)


class Items(NamedTuple):
    """Texts under a title, if it has one; nothing if there are none."""

    title: str
    texts: Sequence[str]


class Picture(NamedTuple):
    """A picture, for a page alone."""

    title: str
    #: makes it, safe; "": there is none
    html: Callable[[], str]


Part = Union[str, Headline, Section, Table, Items, Picture]
"""A text is a paragraph; what stands between grave accents in it is code."""


class Report(NamedTuple):
    """What a command found, in the order in which it is read."""

    frame: html.Frame
    parts: Sequence[Part]
    #: makes the same for programs
    data: Callable[[], object] = dict
    #: CSS rules of its page alone
    style: str = ""
    #: what its page has after the parts, and a terminal does not show
    details: Sequence[Part] = ()

    def lines(self) -> list[str]:
        """For a terminal."""
        lines = [*text_lines(self.parts)]
        return lines[1:] if lines and not lines[0] else lines

    def page(self) -> str:
        """A file of its own."""
        body = html_lines([*self.parts, *self.details])
        return "\n".join([self.frame.begin(self.style), *body, self.frame.end()])


def show(report: Report, as_json: bool, page: Optional[str]) -> None:
    """Print the report, and then write its page if one is wanted (a path)."""
    if as_json:
        print_json(report.data())
    else:
        print("\n".join(report.lines()))
    if page is not None:
        write_page(page, report.page())


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
    elif isinstance(part, Table):
        yield from _table_lines(part)


def _coloured(line: str, look: str) -> str:
    """The line in the colour of `look` on a terminal."""
    return click.style(line, fg=_COLOURS[look]) if look and takes_colours() else line


def _table_lines(table: Table) -> Iterator[str]:
    if not table.rows:
        if table.empty:
            yield from (*_title_lines(table.title), _printable(table.empty.replace("`", "")))
        return
    cell_rows = table.rows[: table.most]
    right = {place for place, cell in enumerate(cell_rows[0]) if "n" in cell.classes.split()}
    rows = [[_terminal_text(cell) for cell in row] for row in cell_rows]
    heads = list(map(_printable, table.heads))
    lines = tabulate(heads, rows, right, _CELL)
    begin = len(lines) - len(rows)  # after the heads
    yield from (*_title_lines(table.title), *lines[:begin])
    for row, line in zip(cell_rows, lines[begin:]):
        looks = (look for cell in row for look in LOOKS if look in cell.classes.split())
        yield _coloured(line, next(looks, ""))
    left = len(table.rows) - len(cell_rows)
    if left:
        yield f"and {left} more"


def _terminal_text(cell: Cell) -> str:
    text = cell.short or cell.text
    return text.replace("`", "") if cell.marked else text


def _title_lines(title: str) -> Sequence[str]:
    return ["", f"{_printable(title)}:"] if title else []


def _printable(text: str) -> str:
    # an escape has at most 10 characters
    return printable(text, 10 * len(text) + 1)


def _html(part: Part, level: int) -> Iterator[str]:
    if isinstance(part, Headline):
        yield html.verdict(part.text, part.look)
    elif isinstance(part, Section):
        place = f' id="{part.anchor}"' if part.anchor else ""
        yield f"<h2{place}>{safe(part.title)}</h2>"
    elif isinstance(part, str):
        yield f"<p>{html.marked(part)}</p>"
    elif isinstance(part, Items):
        if part.texts:
            yield from (*_heading(part.title, level), html.bullet_list(part.texts))
    elif isinstance(part, Picture):
        figure = part.html()
        if figure:
            yield from (*_heading(part.title, level), figure)
    elif part.rows:
        yield from _table_html(part, level)
    elif part.empty:
        yield from (*_heading(part.title, level), f"<p>{html.marked(part.empty)}</p>")


def _table_html(table: Table, level: int) -> Iterator[str]:
    rows = [[_cell_html(cell) for cell in row] for row in table.rows]
    most = len(rows) if table.unfolded is None else table.unfolded
    if table.folded:
        yield from _folded(table.title, html.table(table.heads, rows, anchors=table.anchors))
    elif len(rows) > most:
        yield from (*_heading(table.title, level), *html.table(table.heads, rows[:most]))
        yield from _folded(f"and {len(rows) - most} more", html.table(table.heads, rows[most:]))
    else:
        yield from (
            *_heading(table.title, level),
            *html.table(table.heads, rows, anchors=table.anchors),
        )


def _folded(summary: str, lines: Iterable[str]) -> Iterator[str]:
    yield f"<details><summary>{safe(summary)}</summary>"
    yield from lines
    yield "</details>"


def _cell_html(cell: Cell) -> html.HtmlCell:
    text = (html.marked if cell.marked else safe)(cell.text)
    if cell.target:
        text = f'<a href="#{cell.target}">{text}</a>'
    return html.HtmlCell(text, cell.classes)


def _heading(title: str, level: int) -> Sequence[str]:
    return [f"<h{level}>{safe(title)}</h{level}>"] if title else []
