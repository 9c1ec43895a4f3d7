"""Tables of measured figures in a page: the command that measures them writes them, between markers
(`<!-- NAME:begin -->`, `<!-- NAME:end -->`), with when and where they were measured.
"""

from __future__ import annotations

import datetime
import os
import platform
import re
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.needs import ROOT
from tests.waiting import PATIENCE_S

EVIDENCE = ROOT / "docs" / "dev" / "evidence.md"
#: of a commit whose tree has changes
CHANGED = "-changed"


def commit() -> str:
    """The commit that is measured, with a mark where the tree differs from it, so that its results
    are not taken for those of the commit.
    """
    short = _git("rev-parse", "--short=10", "HEAD").strip()
    return short + (CHANGED if _git("status", "--porcelain") else "")


def _git(*arguments: str) -> str:
    command = ["git", *arguments]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=PATIENCE_S
    ).stdout


def write(
    page: Path, name: str, title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]
) -> None:
    """Put the table into the page. Raises ValueError unless it has one pair of the markers."""
    lines = [
        f"{title}; {os.cpu_count()} cores, Python {platform.python_version()},"
        f" {datetime.date.today()}.",
        "",
        *(f"| {' | '.join(row)} |" for row in (columns, ["---"] * len(columns), *rows)),
    ]
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    text = page.read_text("utf-8")
    parts = re.split(f"{re.escape(begin)}.*?{re.escape(end)}", text, flags=re.DOTALL)
    if len(parts) != 2:
        raise ValueError(f"{page}: exactly one pair of the markers {begin} and {end} is needed")
    page.write_text(parts[0] + "\n".join([begin, *lines, end]) + parts[1], "utf-8")
