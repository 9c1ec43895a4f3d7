"""The version says whether it is a release, and CHANGELOG.md says the same."""

from __future__ import annotations

import re
from datetime import date

import pytest

from handlers import VERSION
from tests.needs import ROOT

_RELEASE = re.compile(r"([0-9]+\.[0-9]+\.[0-9]+) \(([0-9]{4}-[0-9]{2}-[0-9]{2})\)")


def version_key(version: str) -> tuple[list[int], bool]:
    """What versions are ordered by: the numbers, then whether it is a release, which follows what
    is built on the way to it. No number: before all.
    """
    match = re.match(r"([0-9]+(?:\.[0-9]+)*)(\.dev[0-9]+)?", version)
    if match is None:
        return [], False
    return [int(number) for number in match[1].split(".")], match[2] is None


def wrong(version: str, changes: str) -> list[str]:
    """What the headings of a CHANGELOG.md say otherwise than the version of the tree."""
    headings: list[str] = re.findall(r"(?m)^## (.+)$", changes)
    found = []
    if re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+\.dev[0-9]+", version):
        if headings[:1] != ["Unreleased"]:
            found.append(f"{version} is not released, but the first section is {headings[:1]}")
        headings = headings[1:]
    elif not headings or headings[0].partition(" ")[0] != version:
        found.append(f"{version} is a release, but the first section is {headings[:1]}")
    for heading in headings:
        dated = _RELEASE.fullmatch(heading)
        if dated is None:
            found.append(f"{heading}: no number with a day")
        else:
            date.fromisoformat(dated[2])
    numbers = [version_key(heading.partition(" ")[0]) for heading in headings]
    if numbers != sorted(numbers, reverse=True):
        found.append("the sections are not in the order of their numbers")
    elif numbers and version_key(version) < numbers[0]:
        found.append(f"{version} comes before {headings[0]}")
    return found


def test_the_changes_of_a_release_have_its_number_and_day_and_others_are_unreleased() -> None:
    assert wrong(VERSION, (ROOT / "CHANGELOG.md").read_text("utf-8")) == []


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
    assert len(wrong(version, "".join(f"## {one}\n" for one in headings))) == count


def test_what_is_built_on_the_way_to_a_release_comes_before_it() -> None:
    ordered = ["", "0.2.0", "0.3.0.dev0", "0.3.0", "0.4.0.dev0", "0.4.0", "0.10.0"]
    assert sorted(reversed(ordered), key=version_key) == ordered
