"""Writes the notes of a release, dist/NOTES.md: the section of CHANGELOG.md for VERSION, with links
that lead somewhere outside the clone too.

    python packaging/notes.py [--out DIR] [--url ADDRESS]

`--url`, else PROJECT_URL: the address of the project's files at this version, before the path of a
page. Without it, links become plain words.
"""

from __future__ import annotations

import argparse
import importlib
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Optional

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

tools: Any = importlib.import_module("tools")

ROOT = HERE.parent
_LINK = re.compile(r"\[([^\]\[]+)\]\((?!https?:)([^)\s]+)\)")
_ORDER = ("Upgrading", "Added", "Changed", "Fixed")


class NotesError(Exception):
    """Nothing was written. The text is one line."""


def section(changes: str, version: str) -> str:
    """The section of a version, or for one between releases the section Unreleased, without its
    heading. Raises NotesError.
    """
    title = "Unreleased" if ".dev" in version else version
    match = re.search(rf"(?ms)^## {re.escape(title)}(?: \([0-9-]+\))?\n(.*?)(?=^## |\Z)", changes)
    if match is None or not match[1].strip():
        raise NotesError(f"CHANGELOG.md has no section {title}")
    parts = re.findall(r"(?m)^### (.+)$", match[1])
    if parts != [part for part in _ORDER if part in parts]:
        raise NotesError(f"CHANGELOG.md, {title}: give the parts in the order {', '.join(_ORDER)}")
    # a part without a line is not shown
    nonempty_parts = re.sub(r"(?m)^### .+\n+(?=### |\Z)", "", match[1].strip() + "\n")
    return nonempty_parts.strip()


def notes(changes: str, version: str, url: str = "") -> str:
    """The notes of a version. Raises NotesError."""
    text = section(changes, version)
    if url:
        base = url.rstrip("/")
        text = _LINK.sub(lambda match: f"[{match[1]}]({base}/{match[2]})", text)
    else:
        text = _LINK.sub(r"\1", text)
    return f"# PDU handlers for DCImanager 6, {version}\n\n{text}\n"


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """The command line. Returns 0 if written, else 1."""
    parser = argparse.ArgumentParser(
        prog="notes.py",
        allow_abbrev=False,
        description="Write the notes of a release from CHANGELOG.md.",
    )
    parser.add_argument(
        "--out", type=Path, default=ROOT / "dist", help="the folder to write to (default: dist/)"
    )
    parser.add_argument(
        "--url",
        default=os.environ.get("PROJECT_URL", ""),
        help="the address of the project's files at this version (default: PROJECT_URL)",
    )
    options = parser.parse_args(arguments)
    try:
        text = notes((ROOT / "CHANGELOG.md").read_text("utf-8"), tools.version(), options.url)
        options.out.mkdir(parents=True, exist_ok=True)
        path = options.out / "NOTES.md"
        path.write_text(text, "utf-8")
    except (NotesError, OSError) as error:
        print(f"notes.py: {error}", file=sys.stderr)
        return 1
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
