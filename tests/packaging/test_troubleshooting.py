"""docs/troubleshooting.md: each heading of a section is a sentence of the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.needs import ROOT

PAGE = ROOT / "docs" / "troubleshooting.md"
HEADINGS = re.findall(r"(?m)^### (.+)$", PAGE.read_text("utf-8"))
_FIELD = re.compile(r"\{\w*\}")


def _words(node: ast.expr) -> str:
    """A message with … for each part that is not fixed."""
    if isinstance(node, ast.Constant):
        return _FIELD.sub("…", node.value) if isinstance(node.value, str) else "…"
    if isinstance(node, ast.JoinedStr):
        return "".join(map(_words, node.values))
    if isinstance(node, ast.Tuple):  # the parts of a Reason
        return "".join(map(_words, node.elts))
    return "…"


def messages(source: str) -> Iterator[str]:
    """The strings of a Python source, and those of each tuple, joined."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Constant, ast.JoinedStr, ast.Tuple)):
            yield _words(node)


@pytest.fixture(scope="module")
def sentences() -> str:
    """The messages of handlers and `pdu`, a line each, of modules with all words of a heading."""
    words_of_headings = [re.findall("[A-Za-z]{3,}", heading) for heading in HEADINGS]
    lines: set[str] = set()
    for path in [*(ROOT / "handlers").rglob("*.py"), *(ROOT / "pdu").rglob("*.py")]:
        source = path.read_text("utf-8")
        for words in words_of_headings:
            if all(word in source for word in words):
                lines.update(message for message in messages(source) if len(message) > 10)
                break
    return "\n".join(lines)


def test_the_page_has_the_errors_that_need_more_words() -> None:
    assert len(HEADINGS) == len(set(HEADINGS)) >= 5


def test_each_heading_is_a_sentence_of_the_code(sentences: str) -> None:
    assert [heading for heading in HEADINGS if heading not in sentences] == []


def test_a_sentence_that_the_code_does_not_have_is_found(sentences: str) -> None:
    assert "no answer over SNMP: check the wire" not in sentences


def test_a_part_of_a_message_that_is_not_fixed_is_an_ellipsis() -> None:
    source = 'say(("set ", NamedSetting("port"), f" of {host} to {0:d}"))'
    message, *_ = messages(source)
    assert message == "set … of … to …"


def _explained(page: Path) -> dict[str, str]:
    parts = re.split(r"(?m)^#{2,3} (.+)$", page.read_text("utf-8"))
    return dict(zip(parts[1::2], parts[2::2]))


def test_each_heading_is_followed_by_cause_and_remedy() -> None:
    sections = _explained(PAGE)
    assert [heading for heading in HEADINGS if not sections[heading].strip()] == []
