"""Net prices of a statement, and the amounts that follow from them. Pure.

An amount is a quantity times a price, in decimal arithmetic, rounded once to the decimals of the
currency, half up. Totals add rounded amounts, so that they add up on paper. Prices and amounts are
texts: JSON has no decimals.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any, NamedTuple, Optional

from ..audit.grades import NOT_BILLABLE
from ..registers.rounding import nearest_wh

#: up to 7 digits and 6 decimals
PRICE = re.compile(r"(0|[1-9][0-9]{0,6})(\.[0-9]{1,6})?")
CURRENCY = re.compile("[A-Z]{3}")  # ISO 4217
MOST_DECIMALS = 4  # ISO 4217 has none with more
_EXACT = Context(prec=60)
Statement = Mapping[str, Any]


class Prices(NamedTuple):
    """What a customer pays, without taxes."""

    #: a code of ISO 4217
    currency: str
    #: of an amount
    decimals: int
    #: period of the tariff -> price of a kWh
    kwh: Mapping[str, str]
    #: the price of a kW of the highest quarter hour; None: it has none
    peak_kw: Optional[str]

    def document(self) -> dict[str, Any]:
        """For JSON."""
        return {**self._asdict(), "kwh": {**self.kwh}}

    def amount(self, thousandths: int, price: str) -> str:
        """Of so many thousandths of a kWh or kW."""
        exact = _EXACT.multiply(Decimal(thousandths).scaleb(-3), Decimal(price))
        return str(exact.quantize(Decimal(1).scaleb(-self.decimals), ROUND_HALF_UP, _EXACT))

    def total(self, amounts: Iterable[str]) -> str:
        """Of amounts of this currency."""
        return str(sum(map(Decimal, amounts), Decimal(0).scaleb(-self.decimals)))


def is_billable(line: Mapping[str, Any]) -> bool:
    """Whether a line has something that can be billed."""
    return line["grade"] != NOT_BILLABLE and line["billed"] is not None


def price_line(line: Mapping[str, Any], prices: Optional[Prices]) -> dict[str, Any]:
    """The amounts of a line, by period, and their sum; None for one that cannot be billed."""
    if prices is None or not is_billable(line):
        return {"amounts": None, "amount": None}
    amounts = {
        period: prices.amount(nearest_wh(line["tariff"][period]["billed"]), price)
        for period, price in prices.kwh.items()
        if period in line["tariff"]
    }
    return {"amounts": amounts, "amount": prices.total(amounts.values())}


def price_total(
    lines: Sequence[Mapping[str, Any]], peak_kw: Optional[float], prices: Optional[Prices]
) -> Optional[dict[str, Any]]:
    """The amounts of a statement, of lines that have theirs. `peak_kw`: of all together."""
    if prices is None:
        return None
    billed_lines = [line for line in lines if line["amounts"] is not None]
    wh, amounts = dict[str, int](), dict[str, list[str]]()
    for name in prices.kwh:
        having = [line for line in billed_lines if name in line["amounts"]]
        if having:
            wh[name] = sum(nearest_wh(line["tariff"][name]["billed"]) for line in having)
            amounts[name] = [line["amounts"][name] for line in having]
    peak = None
    if prices.peak_kw is not None and peak_kw is not None:
        peak = {"kw": peak_kw, "amount": prices.amount(nearest_wh(peak_kw), prices.peak_kw)}
    all_amounts = [*itertools.chain.from_iterable(amounts.values())]
    return {
        "kwh": sum(wh.values()) / 1000.0,
        "periods": {
            name: {"kwh": wh[name] / 1000.0, "amount": prices.total(some)}
            for name, some in amounts.items()
        },
        "peak": peak,
        "net": prices.total([*all_amounts, *([] if peak is None else [str(peak["amount"])])]),
        "not_billed": len(lines) - len(billed_lines),
    }
