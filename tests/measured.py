"""Tables of measured figures in a page: the command that measures them writes them, between markers
(`<!-- NAME:begin -->`, `<!-- NAME:end -->`), with when and where they were measured.
"""

from __future__ import annotations

import datetime
import os
import platform
import re
from collections.abc import Iterable, Sequence
from pathlib import Path


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
