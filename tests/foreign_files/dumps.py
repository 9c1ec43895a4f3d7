"""Which dumps of NUT's device dump library are taken, by a rule.

    python -m tests.foreign_files.dumps CHECKOUT    writes them into list.json

CHECKOUT is a clone of networkupstools/nut-ddl. A dump is taken if it has a variable of an outlet
with a number, or says that its device is a PDU or a transfer switch. The others are of UPSs without
such outlets.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Optional

from tests.foreign_files import LIST, selection

FOLDER = "nut/library"
_ENDS = (".dev", ".nds")
_HAS_OUTLETS = re.compile(r"^(?:outlet\.[1-9]\d*\.|device\.type: *(?:pdu|ats)\b)", re.MULTILINE)


def select(checkout: Path) -> list[Path]:
    """The dumps of a clone that are taken."""
    taken_dumps: list[Path] = []
    for path in sorted(checkout.rglob("*")):
        if path.suffix not in _ENDS or not path.is_file():
            continue
        if _HAS_OUTLETS.search(path.read_text("utf-8", "surrogateescape")):
            taken_dumps.append(path)
    return taken_dumps


def variables(text: str) -> Mapping[str, str]:
    """The variables of a dump, without those in comments."""
    value_by_name: dict[str, str] = {}
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if colon and not name.startswith("#"):
            value_by_name[name.strip()] = value.strip()
    return value_by_name


def update_group(checkout: Path, groups: list[dict[str, Any]]) -> None:
    """Write the dumps that are taken into the group FOLDER of list.json. Those that the older group
    nut/dumps has stay there.
    """
    group_by_folder = {group["folder"]: group for group in groups}
    older_files = group_by_folder["nut/dumps"]["files"]
    files: dict[str, Any] = {}
    for path in select(checkout):
        if path.name not in older_files:
            place = path.relative_to(checkout).as_posix()
            files[path.name] = {**selection.hashed(path), "at": place}
    group_by_folder[FOLDER]["files"] = files


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.foreign_files.dumps",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("checkout", type=Path, help="a clone of networkupstools/nut-ddl")
    checkout = parser.parse_args(arguments).checkout
    groups = json.loads(LIST.read_text("utf-8"))
    update_group(checkout, groups)
    LIST.write_text(selection.list_text(groups), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
