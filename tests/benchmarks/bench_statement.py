"""`pdu energy statement` of a month, for customers of some outlets each. Without options, counts its
instructions for 48 customers of four outlets at 15 minutes by valgrind, and those of an audit of the
same journal. Goal: at most 7 billion for the statement. With `--customers`: seconds, CPU, memory
and size at 5 minutes.

    python -m tests.benchmarks.bench_statement
    python -m tests.benchmarks.bench_statement --customers 1000
    python -m tests.benchmarks.bench_statement --customers 1 --outlets 480

Exit code 1 if the goal is missed, 2 if valgrind is missing.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Optional

from tests.needs import ROOT, found

from .bench_energy import Run, measured, month
from .cachegrind import COUNTER, instructions
from .ratios import note

_OUTLETS = 48
#: of the statement whose instructions are counted; the goal is in billions
_COUNTED_PDUS, _COUNTED_CUSTOMERS, _COUNTED_EVERY_S, _GOAL = 4, 48, 900.0, 7.0
_PERIOD = ("--from", "2026-10-01", "--to", "2026-11-01")


def _line(name: str, run: Run, outlets: int) -> None:
    print(
        f"{name:<34} {run.seconds:>7.1f} s {run.cpu:>7.1f} CPU s {run.megabytes:>6.0f} MB"
        f" {1000.0 * run.cpu / outlets:>6.1f} CPU ms/outlet",
        flush=True,
    )


def _customers(path: Path, count: int, outlets: int) -> None:
    """Customer n has the outlets from n * `outlets` on of all."""
    rows = ["customer,pdu,outlet,from,to"]
    for place in range(outlets * count):
        pdu, outlet = divmod(place, _OUTLETS)
        rows.append(f"customer {place // outlets},rack{pdu},{outlet + 1},,")
    path.write_text("\n".join([*rows, ""]))


def _count(folder: Optional[str]) -> int:
    if not found(COUNTER):
        print(f"missing: {COUNTER} (apt-get install {COUNTER})", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(dir=folder) as made:
        hall, owners, into = (Path(made, name) for name in ("hall", "customers.csv", "into"))
        hall.mkdir()
        month(hall, _COUNTED_PDUS, _OUTLETS, every_s=_COUNTED_EVERY_S)
        _customers(owners, _COUNTED_CUSTOMERS, _COUNTED_PDUS * _OUTLETS // _COUNTED_CUSTOMERS)
        command = (sys.executable, str(ROOT / "pdu" / "__main__.py"), "energy")
        limit = ("--limit-kw", "3.68")
        customers = ("--customers", str(owners), "--into", str(into), "--tariff", "day-night")
        instructions([*command, "audit", "--help"])  # writes the bytecode
        audit, statement = (
            instructions([*command, *words, *_PERIOD, *limit], codes=(0, 1, 2))[0] / 1000
            for words in (("audit", str(hall), "--json"), ("statement", str(hall), *customers))
        )
        assert any(into.glob("*/*"))
    print(f"audit: {audit:.2f} billion instructions; statement: {statement:.2f}")
    what = f"billion instructions of a statement, {_COUNTED_CUSTOMERS} customers, 4 PDUs, a month"
    note("energy", what, statement, _GOAL, at_least=False)
    return int(statement > _GOAL)


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--customers", type=int)
    parser.add_argument("--outlets", type=int, default=2, help="of each customer (default: 2)")
    parser.add_argument("--folder", help="for the journal and the statements; they are removed")
    chosen = parser.parse_args(arguments)
    if chosen.customers is None:
        return _count(chosen.folder)
    count = chosen.customers * chosen.outlets
    pdus = math.ceil(count / _OUTLETS)
    with tempfile.TemporaryDirectory(dir=chosen.folder) as made:
        hall, owners = Path(made, "hall"), Path(made, "customers.csv")
        hall.mkdir()
        month(hall, pdus, _OUTLETS)
        _customers(owners, chosen.customers, chosen.outlets)
        print(
            f"{chosen.customers} customers of {chosen.outlets} outlets, {pdus} PDUs of {_OUTLETS}",
            flush=True,
        )

        asked = (*_PERIOD, "--limit-kw", "3.68", "--customers", str(owners))
        for name, more in (("plain", ()), ("tariff", ("--tariff", "day-night"))):
            into = Path(made, name)
            run = measured(("energy", "statement", str(hall), *asked, "--into", str(into), *more))
            _line(f"statements, {name}", run, count)
            size = sum(path.stat().st_size for path in into.glob("*/*"))
            print(f"{size / 1e6:.0f} MB, {size / chosen.customers / 1e6:.2f} MB for each customer")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
