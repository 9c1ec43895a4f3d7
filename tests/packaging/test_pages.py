"""The Markdown pages."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import handlers.snmp
import pdu.workshop.handler
from handlers import VERSION
from tests.handlers.snmp.units import FIXTURES
from tests.needs import ROOT
from tests.platform_calls import pdu_of

from .building import loaded

_FOLDERS = [path for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")]
PAGES = sorted(
    [*ROOT.glob("*.md"), *(page for folder in _FOLDERS for page in folder.rglob("*.md"))]
)


def test_the_tables_of_the_pages_match_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["readme.py", "--check"])
    assert loaded("readme").main() == 0


def test_a_setting_that_every_handler_has_is_one_of_all() -> None:
    rows = (ROOT / "docs" / "settings.md").read_text("utf-8").splitlines()
    (row,) = (row for row in rows if row.startswith("| `unknown_figures` |"))
    assert row.endswith("| all |")


def test_an_outdated_page_is_named_with_check_and_rewritten_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    readme = loaded("readme")
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- families:begin -->\nSTALE\n<!-- families:end -->\nz\n", "utf-8")
    monkeypatch.setattr(readme, "ROOT", tmp_path)
    monkeypatch.setattr(readme, "FILES", {"page.md": ("families",)})
    for arguments, code, is_named, is_outdated in (
        (["--check"], 1, True, True),
        ([], 0, True, False),
        (["--check"], 0, False, False),
    ):
        monkeypatch.setattr(sys, "argv", ["readme.py", *arguments])
        assert readme.main() == code
        assert ("page.md" in "".join(capsys.readouterr())) == is_named
        assert ("STALE" in page.read_text("utf-8")) == is_outdated
    assert page.read_text("utf-8").startswith("a\n<!-- families:begin -->\nThe pack reads ")


def test_each_pair_of_markers_is_needed_exactly_once() -> None:
    readme, pair = loaded("readme"), "<!-- families:begin --><!-- families:end -->"
    for page in (
        "a page without",
        f"{pair}{pair}",
        f"<!-- families:begin --> a page {pair}",
        f"{pair}<!-- families:end -->",
    ):
        with pytest.raises(
            ValueError,
            match="exactly one pair of the markers <!-- families:begin --> and <!-- families:end -->",
        ):
            readme.filled(page, ("families",))


@pytest.mark.parametrize("name", ["settings.md", "settings.ru.md"])
def test_families_whose_printed_numbers_are_other_outlets_identities_are_named(name: str) -> None:
    families: set[str] = set()
    for unit in FIXTURES:
        labels = pdu_of(unit).labels()
        identities = {label.identity for label in labels}
        for label in labels:
            if label.number != label.identity and label.number in identities:
                families.add(unit.key)
    page = (ROOT / "docs" / name).read_text("utf-8")
    (paragraph,) = (line for line in page.splitlines() if "`dell-rpdu`, `" in line)
    assert set(re.findall(r"`([a-z0-9]+-[a-z0-9-]+)`", paragraph)) == families


def test_every_place_that_how_it_is_built_names_is_there() -> None:
    page = (ROOT / "docs" / "dev" / "how-it-is-built.md").read_text("utf-8")
    _, _, behind_heading = page.partition("## Where it stands\n")
    section, _, _ = behind_heading.partition("\n## ")
    rows = [line for line in section.splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 10
    for row in rows:
        _, _, answer, _ = row.split("|")
        places = re.findall(r"`(\w+/[\w/]+\.py)`[^`]*`([\w.]+)`", answer)
        assert places, row
        for path, name in places:
            assert name in (ROOT / path).read_text("utf-8"), (path, name)


@pytest.mark.parametrize("package", [handlers.snmp, pdu.workshop.handler])
def test_how_it_is_built_shows_a_dialogue_of_a_package_in_its_own_words(
    package: ModuleType,
) -> None:
    page = (ROOT / "docs" / "dev" / "how-it-is-built.md").read_text("utf-8")
    own_lines = [line for line in (package.__doc__ or "").splitlines() if line.startswith("    ")]
    dialogue = "\n".join(line.removeprefix("    ") for line in own_lines)
    assert len(own_lines) > 5
    assert f"```\n{dialogue}\n```\n" in page


def test_every_file_or_folder_of_tests_that_is_named_as_evidence_exists() -> None:
    page = ROOT / "docs" / "dev" / "evidence.md"
    paths = set(re.findall(r"`(tests/[\w./]+)(?:::\w+)?`", page.read_text("utf-8")))
    assert len(paths) > 20
    assert [name for name in sorted(paths) if not (ROOT / name).exists()] == []


def _anchors(path: Path) -> set[str]:
    """The anchors that GitHub makes from headings.

    Those with a number, for repeated headings, are left out.
    """
    text_without_fences = re.sub(r"(?ms)^ *```.*?^ *```", "", path.read_text("utf-8"))
    headings = re.findall(r"(?m)^#+ (.*)$", text_without_fences)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _broken_links(path: Path) -> Iterator[str]:
    """The links within the project to a file or a heading that does not exist."""
    for link in re.findall(r"\]\(([^)\s]+)\)", path.read_text("utf-8")):
        if link.startswith(("http://", "https://")):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        if not target.exists():
            yield link
        elif anchor and anchor not in _anchors(target):
            yield link


def test_every_link_within_the_project_leads_somewhere() -> None:
    for path in PAGES:
        assert list(_broken_links(path)) == [], path


def outdated_archives(text: str) -> list[str]:
    """The archives that a page names with another version than the present one. A replaced build,
    which has a hash behind its version, is not asked.
    """
    archives = re.findall(r"(pdu_\w+-([0-9][\w.]*)\.tar\.gz)", text)
    return [archive for archive, version in archives if version != VERSION]


def test_archives_are_named_with_the_present_version() -> None:
    archives = [
        (path, archive) for path in PAGES for archive in outdated_archives(path.read_text("utf-8"))
    ]
    assert archives == []


def test_lines_to_paste_have_neither_an_ellipsis_nor_a_placeholder_in_angle_brackets() -> None:
    for path in PAGES:
        blocks = re.findall(r"(?ms)^ *```sh\n(.*?)^ *```", path.read_text("utf-8"))
        for line in "".join(blocks).splitlines():
            assert not re.search(r"…|\.\.\.|<[A-Za-z][\w -]*>", line), path


def test_readmes_first_screens_say_what_is_read_what_is_not_tried_and_how_to_ask_a_pdu() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert len(text.split()) <= 700
    for command in ("make demo ", "make test ", "make serve "):
        assert any(line.startswith(command) for line in text.splitlines()[:40]), command
    first = "\n".join(text.splitlines()[:50])
    for needed in (
        "no command has been tried on a real PDU",
        str(loaded("readme").families_sentence()),
        "docs/devices.md",
        "Schneider Electric",
        "pdu supports",
    ):
        assert needed in first, needed
