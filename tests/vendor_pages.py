"""The examples on copies of the vendors' pages, which are not part of the project: the folder
`seeds` in the folder `shared` next to it. Without them, the tests that need them are skipped.

A copy is plain text. It has lost the marks and the indentation of its examples.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Optional

import pytest

from tests.needs import ROOT

FOLDER = ROOT.parent / "shared" / "seeds"
_FIRST = re.compile(
    r"(from|import) raritan\b|agent = rpc\.Agent\(|import PyNUT\b"
    r"|# (pdumodel has been imported|backup mode)"
)
# what continues a statement that is already open, and what opens one
_CONTINUES = re.compile(r"(else|except\b.*):$")
_OPENS = re.compile(r"(if|for|try|else|except)\b.*:$")


class Example(NamedTuple):
    """An example, indented again."""

    #: the file's name and the number of the example's first line, from 1
    page: str
    line: int
    code: str


def examples(number: str) -> list[Example]:
    """The examples of the page whose file begins with this number; skips the test without it."""
    pages = sorted(FOLDER.glob(f"{number}_*.txt"))
    if not pages:
        pytest.skip(
            f"the vendor's page {number} is not part of the project: its examples run unchanged"
        )
    return list(_examples(pages[0]))


def _examples(page: Path) -> Iterator[Example]:
    lines = page.read_text("utf-8").split("\n")
    place = 0
    while place < len(lines):
        end = place
        if _FIRST.match(lines[place]):
            if lines[place] == "import PyNUT" and not lines[place + 1]:
                end = place + 2
            while end < len(lines) and _is_code(lines[end]):
                end += 1
            yield Example(page.name, place + 1, _indented(lines[place:end]))
        place = end + 1 if end == place else end


def _is_code(line: str) -> bool:
    """Whether it is a line of Python. A blank line or a sentence ends an example."""
    if not line.strip():
        return False
    statement = f"{line} pass" if _OPENS.match(line) else line
    if line.startswith("else:"):
        statement = f"if x: pass\n{statement}"
    if line.startswith("except"):
        statement = f"try: pass\n{statement}"
    if line.startswith("try:"):
        statement = f"{statement}\nfinally: pass"
    try:
        compile(statement, "example", "exec")
    except SyntaxError:
        return False
    return True


def _indented(lines: Sequence[str]) -> str:
    """The lines as Python: the body of an `if` or `else` is one line, that of another statement
    ends at a comment, at `except` or with the example.
    """
    indented: list[str] = []
    opened: Optional[str] = None
    for line in lines:
        is_end = line.startswith("#") or _CONTINUES.match(line) is not None
        if is_end:
            opened = None
        indented.append(f"    {line}" if opened else line)
        if opened in ("if", "else"):
            opened = None
        match = _OPENS.match(line)
        if match is not None:
            opened = match[1]
    return "\n".join(indented) + "\n"
