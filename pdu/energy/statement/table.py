"""`statement.csv`: a row for each outlet, then the sums. With prices, three columns more. Pure.

What is billed of a period of the tariff is its part of the outlet's: so periods add up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ...core.files.csv_out import csv_lines
from .wording import Document, bounds, kwh_text, surcharges

_COLUMNS = (
    "row customer machine name pdu outlet from to register_begin register_begin_time register_end"
    " register_end_time kwh_billed kwh_lowest kwh_best kwh_highest tariff peak_kw p95_kw read grade"
    " reason events"
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
        edges = [
            line[key] and line[key][part]
            for key in ("register_begin", "register_end")
            for part in ("kwh", "time")
        ]
        events = "; ".join(
            f"{event['from']} to {event['to']}: {event['kind']}: {event['reason']}"
            for event in line["events"]
        )
        row = [
            "outlet",
            customer,
            *place,
            *edges,
            kwh_text(line["billed"]),
            *bounds(line["kwh"]),
            "",
        ]
        row += [line["peak_kw"], line["p95_kw"], f"{line['read']:.4f}"]
        yield [*row, line["grade"], line["reason"], events], "", line["amount"]
        for label, energy in line["tariff"].items():
            billed_text = kwh_text(None if energy is None else energy["billed"])
            row = ["tariff", customer, *place, *[""] * 4, billed_text, *bounds(energy), label]
            amount = (line["amounts"] or {}).get(label)
            yield [*row, *[""] * 6], kwh_prices.get(label), amount
    total_cells = [customer, *[""] * 4, statement["from"], statement["to"], *[""] * 4]
    power = [total["peak_kw"], total["p95_kw"]]
    whole = [kwh_text(total["billed"]), *bounds(total["kwh"])]
    yield ["total", *total_cells, *whole, "", *power, *[""] * 4], "", amounts["net"]
    for label, energy in total["tariff"].items():
        billed_text = kwh_text(energy["billed"])
        row = ["total of tariff", *total_cells, billed_text, *bounds(energy), label, *[""] * 6]
        yield row, kwh_prices.get(label), amounts["periods"].get(label, {}).get("amount")
    if amounts["peak"] is not None:
        peak = amounts["peak"]
        yield (
            ["peak", *total_cells, *[""] * 5, peak["kw"], *[""] * 5],
            prices["peak_kw"],
            peak["amount"],
        )
    for label, energy in surcharges(statement):
        yield [label, *total_cells, "", *bounds(energy), *[""] * 7], "", ""
