"""The version says whether it is a release, and CHANGELOG.md says the same."""

from __future__ import annotations

import re
import shutil
import sys
from datetime import date
from pathlib import Path

import pytest

from handlers import VERSION
from tests.needs import ROOT

from .building import loaded

_RELEASE = re.compile(r"([0-9]+\.[0-9]+\.[0-9]+) \(([0-9]{4}-[0-9]{2}-[0-9]{2})\)")


def version_key(version: str) -> tuple[list[int], bool]:
    """What versions are ordered by: the numbers, then whether it is a release, which follows what
    is built on the way to it. No number: before all.
    """
    match = re.match(r"([0-9]+(?:\.[0-9]+)*)(\.dev[0-9]+)?", version)
    if match is None:
        return [], False
    return [int(number) for number in match[1].split(".")], match[2] is None


def faults_of_changes(version: str, changes: str) -> list[str]:
    """What the headings of a CHANGELOG.md say otherwise than the version of the tree."""
    headings: list[str] = re.findall(r"(?m)^## (.+)$", changes)
    faults = []
    if re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+\.dev[0-9]+", version):
        if headings[:1] != ["Unreleased"]:
            faults.append(f"{version} is not released, but the first section is {headings[:1]}")
        headings = headings[1:]
    elif not headings or headings[0].partition(" ")[0] != version:
        faults.append(f"{version} is a release, but the first section is {headings[:1]}")
    for heading in headings:
        dated = _RELEASE.fullmatch(heading)
        if dated is None:
            faults.append(f"{heading}: no number with a day")
        else:
            date.fromisoformat(dated[2])
    numbers = [version_key(heading.partition(" ")[0]) for heading in headings]
    if numbers != sorted(numbers, reverse=True):
        faults.append("the sections are not in the order of their numbers")
    elif numbers and version_key(version) < numbers[0]:
        faults.append(f"{version} comes before {headings[0]}")
    return faults


def test_the_changes_of_a_release_have_its_number_and_day_and_others_are_unreleased() -> None:
    assert faults_of_changes(VERSION, (ROOT / "CHANGELOG.md").read_text("utf-8")) == []


@pytest.mark.parametrize(
    "version, headings, count",
    [
        ("0.3.0", ["0.3.0 (2026-11-24)", "0.2.0 (2026-11-23)", "0.1.0 (2026-11-22)"], 0),
        ("0.4.0.dev0", ["Unreleased", "0.3.0 (2026-11-24)", "0.1.0 (2026-11-22)"], 0),
        ("0.3.0", ["Unreleased", "0.3.0 (2026-11-24)", "0.1.0 (2026-11-22)"], 3),
        ("0.4.0.dev0", ["0.3.0 (2026-11-24)", "0.2.0 (2026-11-23)", "0.1.0 (2026-11-22)"], 1),
        ("0.3.0.dev0", ["Unreleased", "0.3.0 (2026-11-24)", "0.1.0 (2026-11-22)"], 1),
        ("0.3.0", ["0.3.0", "0.1.0 (2026-11-22)"], 1),
        ("0.5.0.dev0", ["Unreleased"], 0),
    ],
)
def test_a_version_and_headings_that_disagree_are_found(
    version: str, headings: list[str], count: int
) -> None:
    assert len(faults_of_changes(version, "".join(f"## {one}\n" for one in headings))) == count


def test_what_is_built_on_the_way_to_a_release_comes_before_it() -> None:
    ordered = ["", "0.2.0", "0.3.0.dev0", "0.3.0", "0.4.0.dev0", "0.4.0", "0.10.0"]
    assert sorted(reversed(ordered), key=version_key) == ordered


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the files that a release may write, and of the Raritan binding, whose interfaces
    have versions of their own; with a change since the last release."""
    for folder in ("docs", "handlers", "packaging"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    if "## Unreleased" not in changes:
        changes = changes.replace("\n## ", "\n## Unreleased\n\nA change.\n\n## ", 1)
    (tmp_path / "CHANGELOG.md").write_text(changes, "utf-8")
    return tmp_path


def _texts(root: Path) -> dict[str, str]:
    files = [path for path in root.rglob("*") if path.suffix in {".md", ".py", ".json"}]
    return {str(path.relative_to(root)): path.read_text("utf-8") for path in files}


def _released(root: Path, version: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The files that differ after the release, each with its text."""
    texts = _texts(root)
    monkeypatch.setattr(sys, "argv", ["release.py", version])
    assert loaded("release").main(root) == 0
    return {name: text for name, text in _texts(root).items() if text != texts[name]}


def test_a_release_writes_the_version_the_pages_and_the_changes_and_nothing_else(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = "77.10.5"
    files = _released(copy, number, monkeypatch)
    assert {"CHANGELOG.md", "handlers/__init__.py", "docs/own-pdu.md"} <= set(files)
    assert {Path(name).suffix for name in files} == {".md", ".py"}
    assert [name for name in files if name.endswith(".py")] == ["handlers/__init__.py"]
    assert faults_of_changes(number, files["CHANGELOG.md"]) == []
    assert all(f"-{VERSION}.tar.gz" not in text for text in _texts(copy).values())
    assert f"pdu_acme_bar-{number}.tar.gz" in files["docs/own-pdu.md"]


def test_the_page_on_a_release_has_no_version_that_is_past() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    assert re.findall(r"release\.py (\d\S*|VERSION)", page) == ["VERSION"]


def test_the_way_to_the_next_release_opens_a_section(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _released(copy, "77.10.5", monkeypatch)
    files = _released(copy, "77.11.0.dev0", monkeypatch)
    assert faults_of_changes("77.11.0.dev0", files["CHANGELOG.md"]) == []
    monkeypatch.setattr(sys, "argv", ["release.py", "77.11.0"])
    (copy / "CHANGELOG.md").write_text(f"# Changes\n\n## 77.10.5 ({date.today()})\n", "utf-8")
    assert loaded("release").main(copy) == 1


def test_a_run_that_was_cut_is_finished_by_the_same_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within each of the files that it writes; a run that is repeated changes nothing."""
    start, whole = tmp_path / "start", tmp_path / "whole"
    for name in ("handlers/__init__.py", "docs/own-pdu.md", "packaging/README.md"):
        (start / name).parent.mkdir(parents=True)
        shutil.copyfile(ROOT / name, start / name)
    (start / "CHANGELOG.md").write_text("# Changes\n\n## Unreleased\n\nA change.\n", "utf-8")
    shutil.copytree(start, whole)
    count = len(_released(whole, "77.10.5", monkeypatch))
    monkeypatch.setattr(sys, "argv", ["release.py", "77.10.5"])
    release = loaded("release")
    write_text = Path.write_text
    assert count == 4
    for number in range(count):
        files_left = [number]

        def cut(path: Path, *arguments: str, files_left: list[int] = files_left) -> int:
            if not files_left[0]:
                write_text(path, "half of")
                raise KeyboardInterrupt
            files_left[0] -= 1
            return write_text(path, *arguments)

        tree = tmp_path / f"cut{number}"
        shutil.copytree(start, tree)
        with monkeypatch.context() as patch:
            patch.setattr(Path, "write_text", cut)
            with pytest.raises(KeyboardInterrupt):
                release.main(tree)
        assert "## Unreleased" in (tree / "CHANGELOG.md").read_text("utf-8")
        for _ in range(2):
            assert release.main(tree) == 0
            assert _texts(tree) == _texts(whole), number


def test_a_version_below_the_newest_is_refused(
    copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _released(copy, "77.10.5", monkeypatch)
    texts = _texts(copy)
    for version in ("77.9.9", "77.10.5.dev0", "8.0.0"):
        monkeypatch.setattr(sys, "argv", ["release.py", version])
        assert loaded("release").main(copy) == 1
        assert f"{version} is below 77.10.5, the newest version" in capsys.readouterr().err
    assert _texts(copy) == texts


def test_a_word_that_is_no_version_changes_nothing(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = _texts(copy)
    monkeypatch.setattr(sys, "argv", ["release.py", "v2"])
    with pytest.raises(SystemExit):
        loaded("release").main(copy)
    assert _texts(copy) == texts
