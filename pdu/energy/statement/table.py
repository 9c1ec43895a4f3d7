"""A statement as CSV: a row for each outlet, then the sums, as `statement.json` has them.

The lowest of a period of the tariff is its part of the outlet's lowest, so that periods add up.
With prices, three columns more have price, net amount and currency.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...core.files.csv_out import csv_lines

_HEAD = (
    "row", "customer", "machine", "name", "pdu", "outlet", "from", "to", "register_begin",
    "register_end", "kwh_lowest", "kwh_best", "kwh_highest", "tariff", "peak_kw", "p95_kw", "read",
    "grade", "reason", "events",
)  # fmt: skip
_MONEY = ("price", "net_amount", "currency")
_NO_MONEY = ("", "")


def as_csv(statement: Mapping[str, Any]) -> str:
    """The whole file."""
    prices = statement["prices"]
    if prices is None:
        return csv_lines([_HEAD, *(row for row, _ in _rows(statement))])
    priced = ((*row, *money, prices["currency"]) for row, money in _rows(statement))
    return csv_lines([(*_HEAD, *_MONEY), *priced])


def _rows(statement: Mapping[str, Any]) -> Iterator[tuple[Sequence[object], Sequence[object]]]:
    """Each row, with its price and net amount."""
    customer, total, amounts = (
        statement["customer"], statement["total"], statement["total"]["amounts"]
    )  # fmt: skip
    kwh_prices = (statement["prices"] or {"kwh": {}})["kwh"]
    for line in statement["lines"]:
        places = (line["machine"], line["name"], line["pdu"], line["outlet"])
        registers = [_register(line[one]) for one in ("register_begin", "register_end")]
        period = (line["from"], line["to"], *registers)
        events = "; ".join(event_sentence(event) for event in line["events"])
        flows = [line["peak_kw"], line["p95_kw"]]
        said = (f"{line['read']:.4f}", line["grade"], line["reason"], events)
        outlet = (
            "outlet",
            customer,
            *places,
            *period,
            *bounds_cells(line["kwh"]),
            "",
            *flows,
            *said,
        )
        yield outlet, ("", line["amount"])
        for name, energy in line["tariff"].items():
            rest = ["", "", *period_bounds_cells(energy), name]
            money = (kwh_prices.get(name), (line["amounts"] or {}).get(name))
            yield ("tariff", customer, *places, *period[:2], *rest, *[""] * 6), money
    whole = ("", "", "", "", statement["from"], statement["to"], "", "")
    flows = [total["peak_kw"], total["p95_kw"]]
    net = ("", amounts and amounts["net"])
    yield ("total", customer, *whole, *bounds_cells(total["kwh"]), "", *flows, *[""] * 4), net
    for name, energy in total["tariff"].items():
        of_name = (amounts or {"periods": {}})["periods"].get(name, {"amount": ""})
        row = ("total of tariff", customer, *whole, *period_bounds_cells(energy), name, *[""] * 6)
        yield row, (kwh_prices.get(name), of_name["amount"])
    if amounts and amounts["peak"]:
        row = ("peak", customer, *whole, *[""] * 4, amounts["peak"]["kw"], *[""] * 5)
        yield row, (statement["prices"]["peak_kw"], amounts["peak"]["amount"])
    for name, energy in surcharge_rows(statement):
        yield (name, customer, *whole, *bounds_cells(energy), *[""] * 7), _NO_MONEY


def surcharge_rows(statement: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, float]]]:
    """What the provider adds, each with its unit and factor."""
    added = statement["added"]
    if "pue" in added:
        factor = added["pue"]["factor"]
        yield f"share of the building in kWh, PUE {factor:g}", added["pue"]["share_kwh"]
        yield f"kWh with that share, PUE {factor:g}", added["pue"]["with_share_kwh"]
    if "carbon" in added:
        yield f"kg CO2, {added['carbon']['g_per_kwh']:g} g/kWh", added["carbon"]["kg"]


def bounds_cells(energy: Any) -> Sequence[str]:
    """Lowest, best and highest; empty for what is not known or cannot be defended."""
    if energy is None:
        return ["", "", ""]
    return [_figure(energy[one]) for one in ("low", "best", "high")]


def period_bounds_cells(energy: Any) -> Sequence[str]:
    """Of a period: as `bounds_cells`, with its part of the lowest in place of its own lowest."""
    return bounds_cells(energy if energy is None else {**energy, "low": energy["billed"]})


def _figure(value: Any) -> str:
    return "" if value is None else f"{value:.3f}"


def _register(said: Any) -> str:
    return "" if said is None else repr(said["kwh"])


def event_sentence(event: Mapping[str, str]) -> str:
    """An event as a sentence."""
    return f"{event['from']} to {event['to']}: {event['kind']}: {event['reason']}"
