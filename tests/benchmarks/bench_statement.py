"""`pdu energy statement` for customers of some outlets each, a month at 5 minutes: seconds, CPU,
memory and size.

    python -m tests.benchmarks.bench_statement --customers 1000
    python -m tests.benchmarks.bench_statement --customers 1 --outlets 480
"""

from __future__ import annotations

import argparse
import math
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Optional

from .bench_energy import Run, measured, month

_OUTLETS = 48
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


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--customers", type=int, default=100)
    parser.add_argument("--outlets", type=int, default=2, help="of each customer (default: 2)")
    parser.add_argument("--folder", help="for the journal and the statements; they are removed")
    chosen = parser.parse_args(arguments)
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
