"""`statement.csv`: a row for each outlet, then the sums. With prices, three columns more. Pure.

The lowest of a period of the tariff is its part of the outlet's lowest: so periods add up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ...core.files.csv_out import csv_lines
from .wording import Document, bounds, surcharges

_COLUMNS = (
    "row customer machine name pdu outlet from to register_begin register_end kwh_lowest kwh_best"
    " kwh_highest tariff peak_kw p95_kw read grade reason events"
).split()


def table(statement: Document) -> str:
    """The file."""
    prices = statement["prices"]
    money = ("price", "net_amount", "currency") if prices else ()
    rows = (
        [*row, *((price, amount, prices["currency"]) if prices else ())]
        for row, price, amount in _rows(statement)
    )
    return csv_lines([[*_COLUMNS, *money], *rows])


def _rows(statement: Document) -> Iterator[tuple[Sequence[Any], Any, Any]]:
    """Each row, with its price and net amount."""
    customer, total, prices = statement["customer"], statement["total"], statement["prices"]
    amounts = total["amounts"] or {"net": "", "peak": None, "periods": {}}
    kwh_prices = prices["kwh"] if prices else {}
    for line in statement["lines"]:
        place = [line[key] for key in ("machine", "name", "pdu", "outlet", "from", "to")]
        edges = [line[key] and line[key]["kwh"] for key in ("register_begin", "register_end")]
        events = "; ".join(
            f"{event['from']} to {event['to']}: {event['kind']}: {event['reason']}"
            for event in line["events"]
        )
        row = ["outlet", customer, *place, *edges, *bounds(line["kwh"]), ""]
        row += [line["peak_kw"], line["p95_kw"], f"{line['read']:.4f}"]
        yield [*row, line["grade"], line["reason"], events], "", line["amount"]
        for label, energy in line["tariff"].items():
            row = ["tariff", customer, *place, "", "", *bounds(energy, "billed"), label]
            amount = (line["amounts"] or {}).get(label)
            yield [*row, *[""] * 6], kwh_prices.get(label), amount
    total_cells = [customer, *[""] * 4, statement["from"], statement["to"], "", ""]
    power = [total["peak_kw"], total["p95_kw"]]
    yield ["total", *total_cells, *bounds(total["kwh"]), "", *power, *[""] * 4], "", amounts["net"]
    for label, energy in total["tariff"].items():
        row = ["total of tariff", *total_cells, *bounds(energy, "billed"), label, *[""] * 6]
        yield row, kwh_prices.get(label), amounts["periods"].get(label, {}).get("amount")
    if amounts["peak"] is not None:
        peak = amounts["peak"]
        yield (
            ["peak", *total_cells, *[""] * 4, peak["kw"], *[""] * 5],
            prices["peak_kw"],
            peak["amount"],
        )
    for label, energy in surcharges(statement):
        yield [label, *total_cells, *bounds(energy), *[""] * 7], "", ""
