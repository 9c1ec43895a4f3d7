"""What CONTRIBUTING.md says of the first exercise and of mypy."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from tests.waiting import run_program

from .waiting import PATIENCE_S

ROOT = Path(__file__).resolve().parents[1]
_ROW = re.compile(
    r"^\| change `(?P<old>[^`]+)` in `(?P<file>[^`]+)` to `(?P<new>[^`]+)` and run it again"
    r" \| some tests fail \|",
    re.MULTILINE,
)


def test_the_first_exercise_makes_tests_fail_as_the_page_says(tmp_path: Path) -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    row = _ROW.search(page)
    command = re.search(r"^\| `pytest -q (?P<tests>\S+)` \| one file of tests", page, re.MULTILINE)
    assert row
    assert command
    ignored = shutil.ignore_patterns("__pycache__")
    for folder in ("common", "pdu_common", "handlers", "pdu", "tests"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignored)
    shutil.copy2(ROOT / "pyproject.toml", tmp_path)
    file = tmp_path / row["file"]
    text = file.read_text("utf-8")
    assert sum(row["old"] in line for line in text.splitlines()) == 1
    file.write_text(text.replace(row["old"], row["new"]), "utf-8")
    run = run_program(
        (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", command["tests"]),
        cwd=tmp_path,
        timeout=5 * PATIENCE_S,
    )
    assert re.search(r"^\d+ failed, \d+ passed", run.stdout, re.MULTILINE), run.stdout[-2000:]


def test_no_line_is_hidden_from_mypy() -> None:
    comment = "# type: " + "ignore"
    lines = [
        f"{path.relative_to(ROOT)}:{number}"
        for folder in ("common", "pdu_common", "handlers", "pdu", "packaging", "tests")
        for path in (ROOT / folder).rglob("*.py")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if comment in line
    ]
    assert lines == []
