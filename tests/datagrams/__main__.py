"""`python -m tests.datagrams`: reads every unit one object a request and several a request, prints
what differs and the requests, and writes their sum into docs/dev/families.md with --write.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from typing import Optional

from tests.needs import ROOT

from . import both

PAGE = ROOT / "docs" / "dev" / "families.md"
BEGIN, END = "<!-- datagrams:begin -->", "<!-- datagrams:end -->"


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.datagrams", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="UNIT", help="only these units")
    parser.add_argument("--write", action="store_true", help="write the sum of all units")
    options = parser.parse_args(arguments)
    units = [one for one in both.units() if not options.names or one.name in options.names]
    if not units:
        parser.error("no such unit: the names are those of tests/recordings and of tests/witnesses")
    compared = list(both.compare(units))
    wrong = [line for one in compared for line in one.wrong]
    print("\n".join([*map(both.row, compared), *wrong]))
    print(
        f"{len(compared)} units, {len(wrong)} readings differ; several objects a request:"
        f" {both.share(compared):.0%} of the requests"
    )
    if options.write and not options.names:
        text = PAGE.read_text("utf-8")
        made = "\n".join([BEGIN, *both.table(compared), END])
        pattern = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
        PAGE.write_text(pattern.sub(lambda _: made, text), "utf-8")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
