"""What an accountant checks with a pocket calculator: registers, kWh and amounts of `billing.csv`.

    python -m tests.energy.accounts october/billing.csv readings

Written from docs/energy.md alone. It imports nothing of the project: it reads the meter's lines as
text, and computes with whole numbers.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple


class Read(NamedTuple):
    """A reading of a register."""

    time: float
    kwh: float
    serial: str


def registers(folder: Path) -> dict[tuple[str, str], list[Read]]:
    """All readings of each outlet."""
    found: dict[tuple[str, str], list[Read]] = {}
    for path in sorted(folder.glob("20*.jsonl")):
        units: dict[int, Any] = {}
        for text in path.read_text("utf-8").splitlines():
            line = json.loads(text)
            if "unit" in line:
                units[line["unit"]] = line
            elif line.get("kwh"):
                unit = units[line["of"]]
                for outlet, kwh in zip(unit["outlets"], line["kwh"]):
                    if kwh is not None:
                        read = Read(line["utc"][0], kwh, unit["serial"])
                        found.setdefault((unit["name"], outlet), []).append(read)
    return found


def thousandths(text: str) -> int:
    whole, _, rest = text.partition(".")
    return int(whole) * 1000 + int((rest + "000")[:3])


def smallest(quantity: str, price: str, decimals: int) -> int:
    """Quantity times price in the smallest unit of the currency, half up: whole numbers alone."""
    whole, _, rest = price.partition(".")
    power: int = 10**decimals
    whole_thousandths: int = 1000 * 10 ** len(rest)
    numerator = thousandths(quantity) * int(whole + rest) * power
    return (2 * numerator + whole_thousandths) // (2 * whole_thousandths)


def units_of(text: str, decimals: int) -> int:
    whole, _, rest = text.partition(".")
    assert len(rest) == decimals, text
    return int(whole + rest)


def faults(table: Path, folder: Path, decimals: int = 2, step: float = 0.01) -> Iterator[str]:
    """What does not fit. `step`: of the registers, in kWh."""
    with table.open(newline="", encoding="utf-8") as file:
        rows = [*csv.DictReader(file)]
    read = registers(folder)
    sums: dict[str, int] = {}
    quantities: dict[str, int] = {}
    outlets: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for row in rows:
        where = f"{row['customer']}, {row['item']}"
        if row["row"] in ("energy", "peak"):
            amount = units_of(row["net_amount"], decimals)
            if amount != smallest(row["quantity"], row["price"], decimals):
                yield f"{where}: {row['quantity']} x {row['price']} is not {row['net_amount']}"
            sums[row["number"]] = sums.get(row["number"], 0) + amount
        if row["row"] == "energy":
            known = quantities.get(row["number"], 0)
            quantities[row["number"]] = known + thousandths(row["quantity"])
        if row["row"] == "total":
            if units_of(row["net_amount"], decimals) != sums.pop(row["number"], 0):
                yield f"{where}: the total is no sum"
            if thousandths(row["quantity"]) != quantities.pop(row["number"], 0):
                yield f"{where}: the total's kWh are no sum"
        if row["row"] == "not billed" and (row["net_amount"] or not row["reason"]):
            yield f"{where}: not billed, with an amount or without a reason"
        if row["row"] in ("energy", "register"):
            key = (row["number"], row["pdu"], row["outlet"], row["from"])
            outlets.setdefault(key, []).append(row)
            yield from _registers(where, row, read[row["pdu"], row["outlet"]])
    if sums or quantities:
        yield f"without a total: {sums} {quantities}"
    for (_, pdu, outlet, _), some in outlets.items():
        energy = sum(thousandths(one["quantity"]) for one in some if one["row"] == "energy")
        units = [one for one in some if one["row"] == "register"] or some[:1]
        rises = [
            float(one["register_end"]) - float(one["register_begin"])
            for one in units
            if one["register_begin"]
        ]
        if min(rises) < 0:  # it began again: the row says so
            if "reset" not in some[0]["reason"]:
                yield f"{pdu}, outlet {outlet}: its register fell, and no reason says why"
            continue
        # The begin lies between two readings, each as old as a quarter of an hour; the lowest ends
        # at the reading of the row. A unit counts from its first rise on.
        most = 1000 * (sum(rises) + step)
        least = 1000 * (sum(rises) - 2 * step * len(units) - 0.2 - 0.1 * len(units))
        if not least <= energy <= most:
            yield f"{pdu}, outlet {outlet}: {energy} Wh billed, the registers rose by {rises}"


def _registers(where: str, row: dict[str, str], read: Sequence[Read]) -> Iterator[str]:
    """The registers of a row are those of readings at their times, of their unit."""
    for edge in ("begin", "end"):
        time = datetime.fromisoformat(row[f"register_{edge}_time"]).timestamp()
        found = [one for one in read if int(one.time) == int(time)]
        if not found or found[0].kwh != float(row[f"register_{edge}"]):
            yield f"{where}: no reading of {row[f'register_{edge}']} at its time"
        elif row["serial"] and found[0].serial != row["serial"]:
            yield f"{where}: read from {found[0].serial}, not {row['serial']}"


if __name__ == "__main__":
    said = [*faults(Path(sys.argv[1]), Path(sys.argv[2]))]
    print("\n".join(said) or "every amount follows from the registers")
    sys.exit(1 if said else 0)
