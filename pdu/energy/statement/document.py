"""A statement as `statement.json` has it, and its files, which follow from that. No I/O."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple, Optional

from ..registers.rounding import nearest_wh
from . import figures, power, prices
from .daily_energy import DayEnergy, documents, local_days
from .figures import Rules, SurchargeFactors
from .page import page
from .prices import Prices
from .table import table

HTML, CSV, JSON = "statement.html", "statement.csv", "statement.json"


class Billed(NamedTuple):
    """What a statement billed."""

    number: str
    kwh: float
    #: None: nothing was priced
    net: Optional[str]
    currency: Optional[str]


class Annex(NamedTuple):
    """What makes a statement the annex of a bill, by the provider's word."""

    #: of this statement
    number: str
    #: the day on which it was made, such as 2026-11-02
    date: str
    #: the number of the first statement for this customer and period; None if this is the first
    corrects: Optional[str]
    #: up to two lines
    issuer: Sequence[str]
    customer_id: str
    customer_address: Sequence[str]
    prices: Optional[Prices]
    #: of a correction: what the statement before it billed
    before: Optional[Billed] = None

    def document(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "number": self.number,
            "date": self.date,
            "corrects": self.corrects,
            "before": None if self.before is None else self.before._asdict(),
            "issuer": [*self.issuer],
            "customer_id": self.customer_id,
            "customer_address": [*self.customer_address],
            "prices": None if self.prices is None else self.prices.document(),
        }


def document(
    customer: str,
    period: tuple[float, float],
    rules: Rules,
    factors: SurchargeFactors,
    left_out: Sequence[str],
    lines: Iterable[figures.StatementFigures],
    version: str,
    annex: Annex,
) -> dict[str, Any]:
    """A whole statement, as `statement.json` has it. `left_out`: notes of damaged lines."""
    priced_lines, flows, energies = list[dict[str, Any]](), power.Together(), list[DayEnergy]()
    for line in lines:
        priced_lines.append({**line.line, **prices.price_line(line.line, annex.prices)})
        flows.add(line.power)
        energies += line.days
    quarters = flows.full_quarters()
    together = quarters.figures()
    total = figures.totals(priced_lines, together)
    begin, end = (figures.local(time, rules.zone) for time in period)
    days = local_days(*period, rules.zone)
    power_by_day = quarters.daily_power([(day.day, day.begin) for day in days])
    periods = figures.sort_periods({energy.period for energy in energies}, rules)
    amounts = prices.price_total(priced_lines, total["peak_kw"], annex.prices)
    return {
        "version": version,
        **annex.document(),
        "customer": customer,
        "from": begin,
        "to": end,
        "zone": rules.zone.key,
        "tolerance_kwh": rules.tolerance_kwh,
        "tariff_rows": [[row.period, [*row.days], row.since, row.to] for row in rules.tariff],
        **dataclasses.asdict(factors),
        "left_out": [*left_out],
        "lines": priced_lines,
        "total": {
            **total,
            "peak_time": _local(together.peak_time, rules),
            "days": [*documents(days, energies, power_by_day, periods)],
            "amounts": amounts,
            "difference": _difference(annex, total["billed"], amounts),
        },
        "added": figures.surcharges(total["kwh"], factors),
    }


def contents(statement: Mapping[str, Any]) -> Mapping[str, bytes]:
    """The files of a statement, all from its JSON."""
    return {
        CSV: table(statement).encode(),
        HTML: page(statement).encode(),
        JSON: f"{json.dumps(statement, indent=1, allow_nan=False)}\n".encode(),
    }


def billed_amounts(statement: Mapping[str, Any]) -> Billed:
    """What a statement bills."""
    total, annex_prices = statement["total"], statement["prices"]
    amounts = total["amounts"]
    if amounts is None:
        return Billed(statement["number"], total["billed"], None, None)
    net, currency = amounts["net"], annex_prices["currency"]
    return Billed(statement["number"], amounts["kwh"], net, currency)


def _local(time: Optional[float], rules: Rules) -> Optional[str]:
    return None if time is None else figures.local(time, rules.zone)


def content_hash(statement: Mapping[str, Any]) -> str:
    """SHA-256 of what a statement says beside its number, its date and what it corrects."""
    content = {name: value for name, value in statement.items() if name not in _OF_ITSELF}
    total = {**statement["total"], "difference": None}
    return hashlib.sha256(_canonical({**content, "total": total})).hexdigest()


_OF_ITSELF = ("version", "number", "date", "corrects", "before")


def _canonical(document: Any) -> bytes:
    """JSON in one form."""
    text = json.dumps(document, separators=(",", ":"), sort_keys=True, allow_nan=False)
    return f"{text}\n".encode()


def _difference(annex: Annex, billed_kwh: float, amounts: Any) -> Optional[dict[str, Any]]:
    """What a correction bills more than the statement before it, or less."""
    earlier, new_prices = annex.before, annex.prices
    if earlier is None:
        return None
    kwh = billed_kwh if amounts is None else amounts["kwh"]
    is_alike = (
        new_prices is not None
        and earlier.net is not None
        and earlier.currency == new_prices.currency
    )
    return {
        "kwh": (nearest_wh(kwh) - nearest_wh(earlier.kwh)) / 1000.0,
        "net": str(Decimal(amounts["net"]) - Decimal(earlier.net or "0")) if is_alike else None,
    }


def parse_time(text: str) -> float:
    """A time as `figures.local` wrote it, in s since 1970."""
    time = datetime.datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError("a time without an offset")
    return time.timestamp()
