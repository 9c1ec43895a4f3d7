"""A report says the same on a terminal and on a page, and hostile text stays text."""

from __future__ import annotations

import re
from html import unescape

from pdu.files.html import Frame
from pdu.monitoring.report import (
    BAD,
    Headline,
    Items,
    ReportPart,
    Section,
    Table,
    number,
    page,
    row_header,
    text_lines,
    verdict_cell,
    words,
)

HOSTILE = '<script>"&\x1b[31m\u202e'


def page_of(*parts: ReportPart) -> str:
    return page(Frame("A title", "pdu test", ["Read so."], "docs/x.md", "now"), parts)


def words_of(text: str) -> set[str]:
    """All words of a page's body."""
    body = text[text.index("<main>") : text.index("</main>")]
    return set(re.findall(r"[\w.]+", unescape(re.sub("<[^>]*>", " ", body))))


def test_a_terminal_and_a_page_have_the_same_words() -> None:
    row = [row_header("L1"), number("4.5"), verdict_cell("fits", "good")]
    parts = (
        Headline("One PDU is silent.", BAD),
        Section("What to do"),
        "Run `pdu check` first.",
        Table(("line", "load A", "verdict"), [row]),
        Items(["the rating of r1/L1"]),
    )
    assert set(re.findall(r"[\w.]+", "\n".join(text_lines(parts)))) == words_of(page_of(*parts))


def test_a_long_sentence_is_not_cut_on_a_terminal() -> None:
    sentence = "what to do is at its end. " * 20
    assert sentence.rstrip() in [*text_lines([Table(("A",), [[words(sentence)]])])]


def test_hostile_text_is_neither_markup_nor_a_control_character() -> None:
    parts = (
        Headline(HOSTILE), Section(HOSTILE), HOSTILE, Items([HOSTILE]),
        Table((HOSTILE,), [[words(HOSTILE)]]),
    )  # fmt: skip
    for text in ("\n".join(text_lines(parts)), page_of(*parts)):
        assert "\x1b" not in text
        assert "\u202e" not in text
    assert "<script" not in page_of(*parts)
