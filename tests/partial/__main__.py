"""`python -m tests.partial` leaves rows and counters out of answers, one at a time, and counts the
sums that became others and the energies that jumped.

Units: the synthetic units of every SNMP family, the simulated and described units of the other
handlers, and recordings of real units, where they are available.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Callable, Optional

from handlers import registry
from pdu.core.cli import exit_handling
from tests import measured, witnesses
from tests.needs import ROOT

from . import nut, raritan, redfish, snmp
from .outcome import Outcome

#: recordings of real units, and a published example
_REAL = ("snmp/recordings", "snmp/walks", "nut/dumps", witnesses.PUBLIC_PDU)
_PAGE = ROOT / "docs" / "dev" / "families.md"
Trial = tuple[str, Callable[[], Outcome]]
_HEADS = (
    "handler",
    "units",
    "rows",
    "shown",
    "shrunk",
    "whole rows",
    "shrunk",
    "counters",
    "jumped",
)


def trials(name: str) -> Iterator[Trial]:
    """The trials of one handler: the name of the unit, and what runs it."""
    if name == "snmp":
        yield from ((unit.name, partial(snmp.run, unit)) for unit in (*snmp.made(), *snmp.real()))
    elif name == "nut":
        for of, variables in {**nut.made(), **nut.real()}.items():
            yield of, partial(nut.run, of, variables)
    elif name == "redfish":
        for of, resources in {**redfish.made(), **redfish.real()}.items():
            yield of, partial(redfish.run, of, resources)
    else:
        for of, unit in raritan.made().items():
            yield of, partial(raritan.run, of, unit)


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.partial",
        description=__doc__,
        epilog="exit codes: 0 no sum shrank and no energy jumped; 1 one did; 2 wrong arguments",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "names",
        nargs="*",
        metavar="HANDLER",
        help=f"one or more of {', '.join(registry.names())} (default: all)",
    )
    parser.add_argument(
        "--unit", default="", metavar="TEXT", help="only units whose name contains this"
    )
    parser.add_argument(
        "--whole", action="store_true", help="also list the whole rows without which a sum shrank"
    )
    parser.add_argument(
        "--write",
        action="store_true",
        help="write the result into docs/dev/evidence.md, and the SNMP families whose whole rows"
        f" nothing counts into docs/dev/{_PAGE.name}",
    )
    options = parser.parse_args(arguments)
    names = list(dict.fromkeys(options.names)) or list(registry.names())
    for name in names:
        if name not in registry.names():
            parser.error(f"there is no handler {name!r}; choose from {', '.join(registry.names())}")
    begin = time.monotonic()
    rows: list[Sequence[object]] = [_HEADS]
    wrong = 0
    for name in names:
        units, found = 0, Outcome()
        for unit, run in trials(name):
            if options.unit in unit:
                units, found = units + 1, found.plus(run())
        wrong += len(found.shrunk) + len(found.jumped)
        for line in (*found.shrunk, *found.jumped, *(found.whole_shrunk if options.whole else ())):
            print(line)
        rows.append((name, units, *map(_number, found)))
    widths = [max(len(str(row[n])) for row in rows) for n in range(len(_HEADS))]
    for row in rows:
        print("  ".join(str(cell).ljust(width) for cell, width in zip(row, widths)).rstrip())
    absent = [group for group in _REAL if witnesses.place(group) is None]
    if absent:
        print(f"Not tried, because they are not here: {', '.join(absent)}; {witnesses.REMEDY}")
    print(f"{wrong} wrong; {time.monotonic() - begin:.0f} s")
    if options.write:
        title = measured.run("tests.partial", arguments)
        cells = [[str(cell) for cell in row] for row in rows[1:]]
        measured.write(measured.EVIDENCE, "partial", title, _HEADS, cells)
        measured.write(_PAGE, "uncounted", title, *_uncounted())
    return int(bool(wrong))


def _uncounted() -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    """The table of sums that lack a row that vanishes from all columns, with their families."""
    found: dict[str, set[str]] = {}
    for unit in snmp.made():
        family = unit.name.partition("_")[0]
        names = {line.split()[1] for line in snmp.run(unit).whole_shrunk}
        found.setdefault(family, set()).update(names)
    families: dict[str, list[str]] = {}
    for family, names in sorted(found.items()):
        families.setdefault(", ".join(sorted(names)), []).append(f"`{family}`")
    return ("sums", "families"), [
        (sums, ", ".join(keys)) for sums, keys in sorted(families.items()) if sums
    ]


def _number(cell: object) -> object:
    return len(cell) if isinstance(cell, tuple) else cell


if __name__ == "__main__":
    sys.exit(exit_handling.run(main))
