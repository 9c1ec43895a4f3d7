"""Writes the parts of README that are printed from the code: settings of each handler, supported devices.

Run by path: `python packaging/readme.py` writes them between their markers (`<!-- NAME:begin -->`, `<!-- NAME:end -->`),
with `--check` it only says whether README is up to date (exit code 1 when it is not).
"""
from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Callable, Mapping

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from handlers.nut.handler import SETTINGS as NUT
from handlers.raritan.handler import SETTINGS as RARITAN
from handlers.settings import table
from handlers.snmp import catalogue
from handlers.snmp.handler import SETTINGS as SNMP
from handlers.snmp.profiles import PROFILES

PARTS: Mapping[str, Callable[[], str]] = {
    "settings-raritan": lambda: table(RARITAN),
    "settings-snmp": lambda: table(SNMP),
    "settings-nut": lambda: table(NUT),
    "devices": lambda: catalogue.devices(PROFILES),
    "costly": lambda: catalogue.costly(PROFILES),
    "identities": lambda: catalogue.identities(PROFILES),
}


def filled(text: str) -> str:
    """`text` with every part between its markers written anew. Raises ValueError where a marker is missing."""
    for name, part in PARTS.items():
        begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
        pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        if len(pattern.findall(text)) != 1:
            raise ValueError(f"README needs exactly one pair of the markers {begin} and {end}")
        text = pattern.sub(lambda _: f"{begin}\n{part()}\n{end}", text)
    return text


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit code 1 when README is out of date")
    check = parser.parse_args().check
    readme = ROOT / "README.md"
    before = readme.read_text("utf-8")
    after = filled(before)
    if check:
        if before != after:
            print("README.md is out of date: make devices", file=sys.stderr)
        return int(before != after)
    readme.write_text(after, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
