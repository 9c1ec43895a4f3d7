"""The Russian pages: their headings, commands, rows of tables and links are those of the English
page, and so are the figures of each section, so that whoever changes one is told of the other.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.needs import ROOT

RUSSIAN = sorted(
    path for folder in (".", "docs", "packaging") for path in (ROOT / folder).glob("*.ru.md")
)
NAMES = [str(path.relative_to(ROOT)) for path in RUSSIAN]
_FENCE = re.compile(r"(?ms)^ *```(\w*)\n(.*?)^ *```")


def english(path: Path) -> Path:
    return path.with_name(path.name.replace(".ru.md", ".md"))


def levels(text: str) -> list[str]:
    """The level of each heading."""
    return re.findall(r"(?m)^(#+) ", _FENCE.sub("", text))


def commands(text: str) -> list[list[str]]:
    """The lines of each block to paste, without their comments and the reader's time zone."""
    return [
        [re.sub(r"\s+#.*|(?<=Europe/)(Moscow|Berlin)", "", line) for line in body.splitlines()]
        for kind, body in _FENCE.findall(text)
        if kind in ("sh", "console")
    ]


def rows(text: str) -> list[tuple[int, list[str]]]:
    """The rows of a table, each as the number of its cells and the code in them."""
    lines = re.findall(r"(?m)^\|.*\|$", _FENCE.sub("", text))
    cut = (re.split(r"(?<!\\)\|", line)[1:-1] for line in lines)
    return [(len(cells), re.findall(r"`[^`]+`", "|".join(cells))) for cells in cut]


def figures(text: str) -> list[list[str]]:
    """The numbers in each section, without code, comments and addresses of links."""
    text = re.sub(r"<!--.*?-->|`[^`\n]*`|(?<=\])\([^)\s]+\)", "", _FENCE.sub("", text))
    text = re.sub(r"(?<=\d)[,\u00a0](?=\d{3}\b)", "", text)  # thousands: 20,000 in both languages
    text = re.sub(r"(?<=\d),(?=\d)", ".", text)  # a decimal comma
    sections = re.split(r"(?m)^#+ .*$", text)
    return [sorted(re.findall(r"\d+(?:[.,:]\d+)*", section)) for section in sections]


def links(text: str, page: Path) -> list[str]:
    """Where the links of a page lead, without anchors of pages that have a Russian one, whose
    anchors are others, and without links from one language to the other.
    """
    targets = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"https://[\w.]*ispsystem\.", link):  # the vendor's page in the same language
            targets.append("ispsystem")
            continue
        path, _, anchor = link.partition("#")
        if not path or "://" in path:
            targets.extend([link] * bool(path))
            continue
        target = english((page.parent / path).resolve())
        if target != english(page):  # the other language, or the page itself
            is_translated = target in map(english, RUSSIAN)
            targets.append(f"{target}#{anchor}" if anchor and not is_translated else str(target))
    return sorted(targets)


def differences(russian: str, text: str, page: Path) -> dict[str, object]:
    """What is not alike in both languages."""
    both = {
        "levels of headings": (levels(russian), levels(text)),
        "commands": (commands(russian), commands(text)),
        "rows": (rows(russian), rows(text)),
        "links": (links(russian, page), links(text, page)),
        "figures": (figures(russian), figures(text)),
    }
    return {name: pair for name, pair in both.items() if pair[0] != pair[1]}


@pytest.mark.parametrize("path", RUSSIAN, ids=NAMES)
def test_a_russian_page_has_what_the_english_one_has(path: Path) -> None:
    pairs = differences(path.read_text("utf-8"), english(path).read_text("utf-8"), path)
    assert pairs == {}, f"{path.name} and {english(path).name} differ: change both"


def is_english(link: str, page: Path) -> bool:
    """Whether a link of a Russian page leads to an English one that exists in Russian."""
    return (page.parent / link.partition("#")[0]).resolve() in map(english, RUSSIAN)


@pytest.mark.parametrize("path", RUSSIAN, ids=NAMES)
def test_a_russian_page_leads_to_russian_ones(path: Path) -> None:
    links_with_text = re.findall(r"\[([^\]]+)\]\(([^)\s]+)\)", path.read_text("utf-8"))
    assert [(text, link) for text, link in links_with_text if is_english(link, path)] == [
        ("In English", "README.md")
    ] * (path == ROOT / "README.ru.md")


def unsaid(text: str) -> list[str]:
    """Links to English pages without a word of it in the rest of their sentence, item or cell."""
    unsaid_links = []
    for match in re.finditer(r"\]\((?!https?:)[^)\s]*(?<!\.ru)\.md(?:#[^)\s]*)?\)", text):
        rest = re.split(r"[.;](?=\s)|\||\n\n|\n- ", text[match.end() :], maxsplit=1)[0]
        if "по-английски" not in rest:
            unsaid_links.append(match[0])
    return unsaid_links


@pytest.mark.parametrize("path", RUSSIAN, ids=NAMES)
def test_a_link_to_an_english_page_says_so(path: Path) -> None:
    text = path.read_text("utf-8").replace("[In English](README.md)", "")
    assert unsaid(text) == []


def test_a_link_that_does_not_say_so_is_found() -> None:
    text = "Один [a](a.md), [b](b.md#c) (по-английски). Два [d](d.md). | [e](e.md) | [f](f.ru.md)"
    assert unsaid(text) == ["](d.md)", "](e.md)"]


OWN = ROOT / "docs" / "a.md"
PAGE = """# A
## B
Text [c](c.md#d), [own](tutorial.md).
```sh
pdu status snmp 192.0.2.8     # one
```
| a | b |
|---|---|
| `x` | one |
"""


@pytest.mark.parametrize(
    "old, new, what",
    [
        ("## B", "### Б", "levels of headings"),
        ("192.0.2.8", "192.0.2.9", "commands"),
        ("| `x` | one |", "", "rows"),
        ("`x`", "`y`", "rows"),
        ("c.md#d", "c.md", "links"),
        ("[c](c.md#d)", "c", "links"),
        ("Text", "Text of 2.5 A", "figures"),
    ],
)
def test_a_difference_is_found(old: str, new: str, what: str) -> None:
    russian = PAGE.replace("tutorial.md", "tutorial.ru.md").replace("# one", "# один")
    assert differences(russian.replace("## B", "## Б"), PAGE, OWN) == {}
    assert set(differences(russian.replace(old, new), PAGE, OWN)) == {what}


def test_errors_stand_in_english_as_the_program_says_them() -> None:
    ours, theirs = (
        re.findall(r"(?m)^### (.*)$", (ROOT / "docs" / name).read_text("utf-8"))
        for name in ("troubleshooting.ru.md", "troubleshooting.md")
    )
    assert ours == theirs
