"""A report says the same on a terminal and on a page, and hostile text stays text."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import pytest

from pdu.core.cli.report import (
    BAD,
    Cell,
    Headline,
    Items,
    Part,
    Picture,
    Report,
    Section,
    Table,
    names,
    number,
    row_header,
    show,
    verdict_cell,
    words,
)
from pdu.core.files.html import Frame

HOSTILE = '<script>"&\x1b[31m\u202e'


def report(*parts: Part) -> Report:
    return Report(
        Frame("A title", "pdu test", ["Read so."], "docs/x.md"), parts, lambda: {"level": 0}
    )


def loads(count: int, **more: object) -> Table:
    rows = [
        [row_header(f"L{n}"), number(f"{n * 4.5:.1f}"), verdict_cell("fits", "good")]
        for n in range(count)
    ]
    return Table("Lines", ("line", "load A", "verdict"), rows, **more)  # type: ignore[arg-type]


def words_of(page: str) -> set[str]:
    """All words of a page's body."""
    body = page[page.index("<main>") : page.index("</main>")]
    return set(re.findall(r"[\w.]+", unescape(re.sub("<[^>]*>", " ", body))))


def test_a_terminal_and_a_page_have_the_same_words() -> None:
    made = report(
        Headline("One machine goes dark.", BAD),
        Section("What to do"),
        "Run `pdu check` first.",
        loads(3),
        Items("Not known", ["the rating of r1/L1"]),
    )
    assert set(re.findall(r"[\w.]+", "\n".join(made.lines()))) == words_of(made.page())


def test_a_terminal_cuts_rows_and_names_and_says_so_and_a_page_does_not() -> None:
    several = [f"srv-{n}" for n in range(1, 31)]
    made = report(loads(12, most=10), Table("", (), [[names(several)]]))
    assert "and 2 more" in made.lines()
    assert made.lines()[-1] == "srv-1, srv-2, srv-3, srv-4, srv-5, srv-6 and 24 more"
    assert "L11" in made.page() and "srv-30" in made.page()


def test_an_empty_table_says_what_that_means_or_nothing() -> None:
    empty = report(Table("Lines", ("line",), [], empty="No line is drawn: add `[[pdu.line]]`."))
    assert empty.lines() == ["Lines:", "No line is drawn: add [[pdu.line]]."]
    assert "<p>No line is drawn: add <code>[[pdu.line]]</code>.</p>" in empty.page()
    silent = report(Table("Lines", ("line",), []), Items("Not known", []), Picture("Picture", str))
    assert silent.lines() == []
    assert not {"Lines", "Not", "Picture"} & words_of(silent.page())


def test_rows_have_ids_and_a_folded_table_stays_a_target() -> None:
    page = report(loads(2, anchors=["n-1"], folded=True)).page()
    assert '<tr id="n-1">' in page and page.count("<tr id=") == 1
    assert "<details><summary>Lines</summary>" in page


def test_a_page_has_details_that_a_terminal_has_not() -> None:
    made = report(Table("", ("A",), [[number("3")]]))._replace(details=["More."])
    assert made.lines() == ["A", "3"]
    assert made.page().index("</table>") < made.page().index("<p>More.</p>")


def test_a_long_sentence_is_not_cut_on_a_terminal() -> None:
    sentence = "what to do is at its end. " * 20
    assert sentence.rstrip() in report(Table("", (), [[words(sentence)]])).lines()


def test_hostile_text_is_neither_markup_nor_a_control_character() -> None:
    made = report(
        Headline(HOSTILE), Section(HOSTILE), HOSTILE, Items(HOSTILE, [HOSTILE]),
        Table(HOSTILE, (HOSTILE,), [[words(HOSTILE)]], anchors=[HOSTILE], empty=HOSTILE),
        Table(HOSTILE, (HOSTILE,), [[Cell(HOSTILE)]], folded=True),
        Table(HOSTILE, (), [], empty=HOSTILE),
    )  # fmt: skip
    for text in ("\n".join(made.lines()), made.page()):
        assert "\x1b" not in text and "\u202e" not in text
    assert "<script" not in made.page()


def test_show_prints_one_form_and_writes_the_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = report(Headline("All fits."))
    show(made, as_json=False, page=str(tmp_path / "a.html"))
    assert capsys.readouterr().out == "All fits.\n"
    assert "All fits." in (tmp_path / "a.html").read_text("utf-8")
    show(made, as_json=True, page=None)
    assert json.loads(capsys.readouterr().out) == {"level": 0}
