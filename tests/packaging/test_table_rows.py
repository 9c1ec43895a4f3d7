"""Tables of the pages do not carry paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.needs import ROOT

#: A row with more words is prose, and stands below the table or in a list.
_WORDS = 25
_INDEX = 15  # pages at most
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").glob("*.md"),
        *(ROOT / "docs" / "dev").glob("*.md"),
        *(ROOT / "packaging").glob("*.md"),
    ]
)


def long_rows(text: str) -> Iterator[str]:
    """The rows that are prose, without those that are made from the code (between markers) and
    without code in fences. An address of a link is no word, nor is a sign without a letter.
    """
    text = re.sub(r"(?ms)^ *```.*?^ *```", "", text)
    text = re.sub(r"(?s)<!-- ([\w-]+):begin -->.*?<!-- \1:end -->", "", text)
    for line in re.findall(r"(?m)^\|.*$", text):
        words = re.sub(r"\]\([^)]*\)", "]", line).replace("|", " ").split()
        if sum(bool(re.search(r"\w", word)) for word in words) > _WORDS:
            yield line


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_a_row_of_a_table_is_no_paragraph(page: Path) -> None:
    assert list(long_rows(page.read_text("utf-8"))) == []


def test_the_index_of_the_pages_is_short() -> None:
    lines = (ROOT / "docs" / "README.md").read_text("utf-8").splitlines()
    rows = [line for line in lines if line.startswith("|") and "](" in line]
    assert 10 <= len(rows) <= _INDEX


def test_a_paragraph_in_a_table_is_found() -> None:
    row = f"| a | {'word ' * _WORDS}|\n"
    short = f"| a | {'word ' * (_WORDS - 1)}[–](a%20b.md) – |\n"
    assert list(long_rows(f"{short}{row}")) == [row.strip()]
    assert list(long_rows(f"```\n{row}```\n<!-- a:begin -->\n{row}<!-- a:end -->\n")) == []
