"""The workflows of .github call make targets that exist, and nothing else but two actions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.needs import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: str(path.stem))
def test_a_workflow_runs_make_or_a_script_of_ci_and_nothing_else(path: Path) -> None:
    text = path.read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    commands = re.findall(r"^ *-? *run: (.*)$", text, re.MULTILINE)
    assert commands
    assert text.count("run:") == len(commands)
    for command in commands:
        words = command.split()
        if words[0] == "sh":
            assert (ROOT / words[1]).is_file()
            assert words[1].startswith(".ci/")
        else:
            assert words[0] == "make"
            assert words[1] in targets
            assert all(re.fullmatch(r"[A-Z]+=\S+", word) for word in words[2:])
    actions = set(re.findall(r"uses: ([^@\s]+)@v\d+$", text, re.MULTILINE))
    assert actions <= {f"actions/{name}" for name in ("checkout", "setup-node")}


def test_there_is_a_workflow_for_changes_and_one_for_the_night() -> None:
    assert [path.stem for path in WORKFLOWS] == ["test", "trials"]
