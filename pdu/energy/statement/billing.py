"""`billing.csv`: what is billed of all customers, for the provider's own billing program. Pure.

A row `energy` for each outlet and period, and `peak` for each customer with a price of it: these
are what an invoice has, and add up to the row `total`. A correction has the row `difference`: what
it bills more than the statement before, or less. What cannot be billed is a row `not billed`
with its reason, without a quantity. Registers are in the rows of outlets; a unit that was exchanged
has rows `register` of its own, so that subtractions check the quantity.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from ...core.files.csv_out import csv_lines
from ..registers.period import span_text
from .prices import is_billable
from .wording import place_text

FILE = "billing.csv"
HEAD = (
    "row", "number", "corrects", "date", "customer_id", "customer", "item", "machine", "name",
    "pdu", "outlet", "period", "quantity", "unit", "price", "net_amount", "currency", "from", "to",
    "serial", "register_begin", "register_begin_time", "register_end", "register_end_time",
    "grade", "reason",
)  # fmt: skip
Statement = Mapping[str, Any]


HEAD_LINE = csv_lines([HEAD])


def as_csv(rows: Iterable[Mapping[str, object]]) -> str:
    """Rows of the file, which begins with HEAD_LINE."""
    return csv_lines([row.get(name, "") for name in HEAD] for row in rows)


def rows(statement: Statement) -> Iterator[Mapping[str, object]]:
    """Those of one statement, each with the columns that it has."""
    prices = statement["prices"]
    statement_columns = {
        "number": statement["number"],
        "corrects": statement["corrects"] or "",
        "date": statement["date"],
        "customer_id": statement["customer_id"],
        "customer": statement["customer"],
    }
    for line in statement["lines"]:
        yield from ({**statement_columns, **row} for row in _line(line, prices))
    total, amounts = statement["total"], statement["total"]["amounts"]
    period = {"from": statement["from"], "to": statement["to"]}
    span = span_text(statement["from"], statement["to"])
    money = {"currency": prices["currency"]} if prices else {}
    if amounts is not None and amounts["peak"] is not None:
        peak = amounts["peak"]
        yield {
            **statement_columns, **period, **money, "row": "peak",
            "item": f"Highest quarter hour, {span}", "quantity": f"{peak['kw']:.3f}",
            "unit": "kW", "price": prices["peak_kw"], "net_amount": peak["amount"],
        }  # fmt: skip
    energy = {**_kwh(total["billed"] if amounts is None else amounts["kwh"])}
    net = {} if amounts is None else {"net_amount": amounts["net"]}
    yield {**statement_columns, **period, **money, "row": "total", "item": "Total", **energy, **net}
    difference, previous = total["difference"], statement["before"]
    if difference is not None:
        yield {
            **statement_columns, **period, **money, "row": "difference", "unit": "kWh",
            "item": f"Difference to statement {previous['number']}, {span}",
            # numbers: a text that begins with a minus is a formula for a spreadsheet
            "quantity": Decimal(f"{difference['kwh']:.3f}"),
            "net_amount": Decimal(difference["net"]) if difference["net"] else "",
        }  # fmt: skip


def _line(line: Statement, prices: Any) -> Iterator[Mapping[str, object]]:
    span = span_text(line["from"], line["to"])
    place = place_text(line)
    what = ", ".join(filter(None, (line["machine"] or line["name"], place, span)))
    outlet_columns = {
        **{name: line[name] for name in ("machine", "name", "pdu", "outlet", "grade", "reason")},
        "from": line["from"],
        "to": line["to"],
    }
    edges = _edges(line["register_begin"], line["register_end"])
    serials = {"serial": line["units"][0]["serial"]} if len(line["units"]) == 1 else {}
    if not is_billable(line):
        yield {
            **outlet_columns,
            **edges,
            **serials,
            "row": "not billed",
            "item": f"Energy of {what}",
        }
    elif prices is None:
        energy = {**_kwh(line["billed"]), "item": f"Energy of {what}"}
        yield {**outlet_columns, **edges, **serials, **energy, "row": "energy"}
    else:
        for period, amount in line["amounts"].items():
            yield {
                **outlet_columns, **edges, **serials, **_kwh(line["tariff"][period]["billed"]),
                "row": "energy", "item": f"Energy of {what}, {period}", "period": period,
                "price": prices["kwh"][period], "net_amount": amount,
                "currency": prices["currency"],
            }  # fmt: skip
    if len(line["units"]) > 1:
        yield from ({**outlet_columns, **row} for row in _units(line, place))


def _units(line: Statement, place: str) -> Iterator[Mapping[str, object]]:
    """The registers of units that followed each other."""
    last = len(line["units"]) - 1
    for at, unit in enumerate(line["units"]):
        begin = unit["first"] if at else line["register_begin"]
        end = line["register_end"] if at == last else unit["last"]
        item = f"Register of {place}, unit {unit['serial'] or 'not read'}"
        yield {"row": "register", "item": item, "serial": unit["serial"], **_edges(begin, end)}


def _kwh(value: float) -> dict[str, str]:
    return {"quantity": f"{value:.3f}", "unit": "kWh"}


def _edges(begin: Any, end: Any) -> dict[str, object]:
    columns: dict[str, object] = {}
    for name, edge in (("begin", begin), ("end", end)):
        if edge is not None:
            columns |= {f"register_{name}": edge["kwh"], f"register_{name}_time": edge["time"]}
    return columns
