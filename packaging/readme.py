"""Writes the parts of the pages that are generated from the code: settings, devices, identities,
costs, exit codes.

Run by path: `python packaging/readme.py` writes them between their markers (`<!-- NAME:begin -->`,
`<!-- NAME:end -->`) and prints the pages that changed. With `--check` it changes nothing and exits
with 1 if a page is out of date.
"""

from __future__ import annotations

import argparse
import importlib
import re
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Callable

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from handlers import registry
from handlers.command import exits
from handlers.command.supports import pages as supported
from handlers.settings import Setting
from handlers.snmp import catalogue
from handlers.snmp.profiles import PROFILES


def table(declared: Sequence[Setting[object]]) -> str:
    """The settings as a Markdown table."""
    words = {True: "yes", False: "no", None: "", "": ""}
    rows = ["| key | allowed | default | meaning |", "|---|---|---|---|"]
    for setting in declared:
        default = setting.default
        shown = (
            words[default]
            if isinstance(default, (bool, str, type(None))) and default in words
            else str(default)
        )
        rows.append(f"| `{setting.key}` | {setting.allowed} | {shown} | {setting.help} |")
    return "\n".join(rows)


def _settings(name: str) -> str:
    return table(importlib.import_module(f"handlers.{name}.settings").SETTINGS)


PARTS: Mapping[str, Callable[[], str]] = {
    **{f"settings-{name}": partial(_settings, name) for name in registry.names()},
    "devices": lambda: catalogue.devices(PROFILES),
    "evidence": lambda: catalogue.evidence(PROFILES),
    "makes": supported.makes,
    "names": supported.names,
    "unsupported": supported.unsupported,
    "contradicting": lambda: catalogue.contradicting(PROFILES),
    "costly": lambda: catalogue.costly(PROFILES),
    "identities": lambda: catalogue.identities(PROFILES),
    "exits": exits.markdown,
}
FILES: Mapping[str, Sequence[str]] = {
    "README.md": ("makes",),
    "docs/settings.md": tuple(f"settings-{name}" for name in registry.names()),
    "docs/devices.md": ("devices", "names", "unsupported"),
    "docs/dev/families.md": ("evidence", "contradicting", "costly", "identities"),
    "docs/command.md": ("exits",),
}


def filled(text: str, parts: Sequence[str]) -> str:
    """Replace the text between the markers of each of `parts`.

    Raises ValueError unless each pair of markers occurs once.
    """
    for name in parts:
        begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
        pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        if not text.count(begin) == text.count(end) == len(pattern.findall(text)) == 1:
            raise ValueError(f"exactly one pair of the markers {begin} and {end} is needed")
        before, after = pattern.split(text)
        text = f"{before}{begin}\n{PARTS[name]()}\n{end}{after}"
    return text


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check",
        action="store_true",
        help="change nothing; exit code 1 when a page is out of date",
    )
    check = parser.parse_args().check
    stale = []
    for name, parts in FILES.items():
        path = ROOT / name
        before = path.read_text("utf-8")
        try:
            after = filled(before, parts)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
        if before != after:
            stale.append(name)
            if not check:
                path.write_text(after, "utf-8")
                print(name)
    if check and stale:
        print(f"out of date: {', '.join(stale)}; `make devices` writes them", file=sys.stderr)
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
