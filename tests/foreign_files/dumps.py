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
    return [
        path
        for path in sorted(checkout.rglob("*"))
        if path.suffix in _ENDS
        and path.is_file()
        and _HAS_OUTLETS.search(path.read_text("utf-8", "surrogateescape"))
    ]


def variables(text: str) -> Mapping[str, str]:
    """The variables of a dump, without those that a comment hides."""
    pairs = (line.split(":", 1) for line in text.splitlines() if ":" in line)
    return {name.strip(): value.strip() for name, value in pairs if not name.startswith("#")}


def group_of(checkout: Path, groups: list[dict[str, Any]]) -> None:
    """Write the dumps that are taken into the groups of list.json. One that an older group has
    stays in it.
    """
    by_folder = {group["folder"]: group for group in groups}
    older = by_folder["nut/dumps"]["files"]
    by_folder[FOLDER]["files"] = {
        path.name: {**selection.hashed(path), "at": path.relative_to(checkout).as_posix()}
        for path in select(checkout)
        if path.name not in older
    }


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.foreign_files.dumps",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("checkout", type=Path, help="a clone of networkupstools/nut-ddl")
    checkout = parser.parse_args(arguments).checkout
    groups = json.loads(LIST.read_text("utf-8"))
    group_of(checkout, groups)
    LIST.write_text(selection.list_text(groups), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
