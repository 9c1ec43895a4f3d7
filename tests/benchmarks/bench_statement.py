"""`pdu energy statement` for many customers of two outlets each, a month at 5 minutes: seconds, CPU,
memory, size, and what a customer's check costs.

    python -m tests.benchmarks.bench_statement --customers 1000
"""

from __future__ import annotations

import argparse
import hashlib
import math
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Optional

from .bench_energy import Run, measured, month

_OUTLETS = 48
_PERIOD = ("--from", "2026-10-01", "--to", "2026-11-01")


def _line(name: str, run: Run) -> None:
    print(
        f"{name:<34} {run.seconds:>7.1f} s {run.cpu:>7.1f} CPU s {run.megabytes:>6.0f} MB",
        flush=True,
    )


def _customers(path: Path, count: int) -> None:
    """Customer n has outlets 2n and 2n + 1 of all."""
    rows = ["customer,pdu,outlet,from,to"]
    for place in range(2 * count):
        pdu, outlet = divmod(place, _OUTLETS)
        rows.append(f"customer {place // 2},rack{pdu},{outlet + 1},,")
    path.write_text("\n".join([*rows, ""]))


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--customers", type=int, default=100)
    parser.add_argument("--folder", help="for the journal and the statements; they are removed")
    chosen = parser.parse_args(arguments)
    pdus = math.ceil(2 * chosen.customers / _OUTLETS)
    with tempfile.TemporaryDirectory(dir=chosen.folder) as made:
        hall, owners = Path(made, "hall"), Path(made, "customers.csv")
        hall.mkdir()
        month(hall, pdus, _OUTLETS)
        _customers(owners, chosen.customers)
        print(f"{chosen.customers} customers of 2 outlets, {pdus} PDUs of {_OUTLETS}", flush=True)

        asked = (*_PERIOD, "--limit-kw", "3.68", "--customers", str(owners))
        for name, more in (("plain", ()), ("tariff", ("--tariff", "day-night"))):
            into = Path(made, name)
            run = measured(("energy", "statement", str(hall), *asked, "--into", str(into), *more))
            _line(f"statements, {name}", run)
            size = sum(path.stat().st_size for path in into.glob("*/*"))
            print(f"{size / 1e6:.0f} MB, {size / chosen.customers / 1e6:.2f} MB for each customer")
            root = hashlib.sha256((into / "published.txt").read_bytes()).hexdigest()
            proof = next(into.glob("*/proof.json.gz"))
            check = ("energy", "check-statement", str(proof), "--root", root)
            _line(f"a customer's check, {name}", measured(check))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
