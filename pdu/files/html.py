"""What all pages share: frame and policy, one style sheet, tables, text made safe.

A page says first what made it, when, and what was asked; then the verdict in words, what to do, the
figures, and at its end how it is read.

A page is one file without scripts, fonts, pictures from elsewhere and requests. It follows the
reader's light or dark colours, fits a phone, and prints well.

Pages are made by functions: a template would be a second language, which mypy does not check.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import NamedTuple

from handlers import VERSION
from handlers.shared.errors import printable

# `bad`, `doubtful` and `good` are the three words of a verdict. On a phone each row becomes a block
# whose cells carry their column's head.
_STYLE = """
:root { color-scheme: light dark; --ground: #fff; --ink: #1b2430; --line: #8884; --soft: #5b6675; --bad: #b3261e;
--doubtful: #8a5300; --good: #1d6b3f; }
@media (prefers-color-scheme: dark) { :root { --ground: #12161c; --ink: #e6eaf0; --soft: #a0acbb; --bad: #ff9d94; --doubtful: #f2bf70;
--good: #7fd3a0; } }
* { box-sizing: border-box; } html { background: var(--ground); color: var(--ink); }
body { font: 15px/1.45 system-ui, sans-serif; margin: 1.5rem auto; max-width: 80rem; padding: 0 1rem;
overflow-wrap: break-word; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .4rem; } h3 { font-size: 1rem;
margin: 1rem 0 .2rem; } p { margin: .3rem 0; } a { color: inherit; }
ul { margin: .2rem 0; padding-left: 1.2rem; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .5rem; text-align: left;
vertical-align: top; }
th { font-weight: 600; color: var(--soft); vertical-align: bottom; }
th.n { white-space: normal; }
.name { font-weight: 600; white-space: nowrap; max-width: 20rem; overflow: hidden; text-overflow:
ellipsis; } .text { overflow-wrap: anywhere; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.bad { color: var(--bad); font-weight: 600; } .doubtful { color: var(--doubtful); font-weight: 600; }
.made, .asked { color: var(--soft); } .made { font-size: .9rem; } h1 { margin: .3rem 0; }
.verdict { font-size: 1.15rem; font-weight: 600; margin: .8rem 0 .3rem; }
footer { border-top: 1px solid var(--line); margin-top: 2rem; color: var(--soft); } footer h2 { margin-top: .8rem; }
.good { color: var(--good); } .word { white-space: nowrap; } tr { break-inside: avoid; }
@media screen and (max-width: 44rem) {
table, tbody { display: block; } .head { display: none; }
tr { display: grid; grid-template-columns: 1fr 1fr; gap: .1rem 1rem; padding: .5rem 0; border-bottom:
1px solid var(--line); }
td { border: 0; padding: 0; display: flex; justify-content: space-between; gap: .8rem; min-width: 0; }
td:empty { display: none; } .n { white-space: normal; } .word { white-space: normal; text-align: right; }
td[data-head]::before { content: attr(data-head); color: var(--soft); flex: 0 1 auto; font-weight: 400; }
.name, .text, .wide { grid-column: 1 / -1; } .name, .text { display: block; } .name { white-space: normal; max-width:
none; overflow-wrap: anywhere; } .half { grid-column: auto; }
}
@page { size: A4; margin: 14mm 14mm 16mm; @bottom-right { content: counter(page) " / " counter(pages); font: 9px sans-serif; } }
@media print { :root { color-scheme: light; --ground: #fff; --ink: #000; --soft: #444; --bad: #b3261e; --doubtful: #8a5300;
--good: #1d6b3f; } body { margin: 0; padding: 0; max-width: none; font: 10px/1.35 system-ui, sans-serif; print-color-adjust: exact; }
h1 { font-size: 17px; } h2 { font-size: 13px; margin: 1rem 0 .2rem; } h3 { font-size: 11px; margin: .6rem 0 .1rem; }
h1, h2, h3, .made, .asked, .verdict { break-after: avoid; } p, li { orphans: 3; widows: 3; } td, th { padding: .15rem .35rem; }
footer { margin-top: 1rem; font-size: 9px; break-inside: avoid; }
footer p { margin: .1rem 0; } .verdict { font-size: 13px; }
.made { font-size: 9px; } .made a { text-decoration: none; } }
"""
END = "</body></html>\n"


class FrameWords(NamedTuple):
    """The texts in the frame of a page, in the language of this code (BCP 47)."""

    language: str
    link: str
    heading: str
    #: the sentence that leads to the guide, `{}` in it
    more: str


ENGLISH = FrameWords(
    "en", "how to read this page", "How to read this page", "More: {} of the project."
)


class Frame(NamedTuple):
    """What stands around each report."""

    title: str
    #: what was asked, in words
    asked: str
    #: sentences on how the page is read
    reading: Sequence[str]
    #: the page of the documentation, such as docs/many-pdus.md
    guide: str
    #: when it was made, with its zone
    made: str
    words: FrameWords = ENGLISH

    def begin(self, style: str = "") -> str:
        """The file up to the verdict. `style`: rules of this page alone."""
        return (
            f"{_head(self.title, style, self.words.language)}<header>"
            f'<p class="made">pdu {safe(VERSION)} · {safe(self.made)} ·'
            f' <a href="#reading">{safe(self.words.link)}</a></p>\n'
            f'<h1>{safe(self.title)}</h1>\n<p class="asked">{safe(self.asked)}</p></header>\n'
            "<main>\n"
        )

    def end(self) -> str:
        """How the page is read, and the end of the file."""
        paragraphs = "".join(f"<p>{marked(paragraph)}</p>\n" for paragraph in self.reading)
        return (
            f'</main><footer id="reading"><h2>{safe(self.words.heading)}</h2>\n{paragraphs}'
            f"<p>{safe(self.words.more.format(self.guide))}</p></footer>{END}"
        )


def time_shown(seconds: float) -> str:
    """A time (s since 1970) by this machine's clock, to the minute, with its zone."""
    here = datetime.datetime.fromtimestamp(seconds).astimezone()
    zone = here.strftime("%z")
    return f"{here:%Y-%m-%d %H:%M} UTC" + (f"{zone[:3]}:{zone[3:]}" if int(zone) else "")


class HtmlCell(NamedTuple):
    """One cell of a table."""

    #: made safe
    html: str
    #: `name` and `text` need no head on a phone, `wide` has a line of its own there, `n` is a
    #: number, `bad`, `doubtful` and `good` a verdict
    classes: str = ""


def safe(text: str) -> str:
    """Text for HTML, from anybody: without controls and marks that change its direction."""
    return escape(printable(text, 10 * len(text) + 1))


def marked(text: str) -> str:
    """A sentence of this program as safe HTML: the text between grave accents becomes code."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", safe(text))


def _head(title: str, style: str = "", language: str = "en") -> str:
    """The file up to its body: title, policy and styles."""
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy"'
        " content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{safe(title)}</title><style>{_STYLE}{style}</style></head><body>\n"
    )


def verdict(text: str, look: str = "") -> str:
    """The sentence that matters most. `look`: `bad`, `doubtful`, `good` or nothing."""
    return f'<p class="{f"verdict {look}".rstrip()}">{safe(text)}</p>'


def bullet_list(texts: Iterable[str]) -> str:
    """A list of texts; nothing if there is none."""
    items = "".join(f"<li>{safe(text)}</li>" for text in texts)
    return f"<ul>{items}</ul>" if items else ""


def table(heads: Sequence[str], rows: Iterable[Sequence[HtmlCell]]) -> Iterator[str]:
    """A table, in lines; nothing if it has no rows."""
    lines = list(rows)
    if not lines:
        return
    head_cells = ""
    for cell, head in zip(lines[0], heads):
        is_number = "n" in cell.classes.split()
        style = ' class="n"' if is_number else ""
        head_cells += f"<th{style}>{safe(head)}</th>"
    yield f'<table><thead><tr class="head">{head_cells}</tr></thead><tbody>'
    for row in lines:
        cells = "".join(map(_td, row, heads))
        yield f"<tr>{cells}</tr>"
    yield "</tbody></table>"


def _td(cell: HtmlCell, head: str) -> str:
    """A cell as HTML, with the head that a phone shows beside it."""
    attributes = ""
    if cell.classes:
        attributes += f' class="{cell.classes}"'
    needs_head = {"name", "text"}.isdisjoint(cell.classes.split())
    if cell.html and needs_head:
        attributes += f' data-head="{safe(head)}"'
    return f"<td{attributes}>{cell.html}</td>"
