"""A statement as one HTML file that prints well, without scripts and requests: who bills whom, what
is billed, then the bounds and what happened, then how it is checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ...core.cli import html
from ...core.cli.html import Cell, number, safe, short, table, words
from ..period import days, minute
from .table import bounds_cells, event_sentence, period_bounds_cells, surcharge_rows

_STYLE = (
    ".limits { border-left: 3px solid var(--doubtful); padding-left: .7rem; }"
    " .parties { display: flex; flex-wrap: wrap; gap: .5rem 4rem; margin: 1rem 0; }"
)
_ENERGY = ("kWh lowest", "best", "highest")
GUIDE = "docs/energy.md"
Statement = Mapping[str, Any]


def page(statement: Statement) -> str:
    """The whole file. Texts from devices and files are escaped."""
    is_priced = statement["prices"] is not None
    frame = html.Frame(
        f"Energy of {statement['customer']}",
        f"Annex to a bill: statement {statement['number']} of {statement['date']}",
        [*_reading(statement)],
        GUIDE,
        statement["date"],
        statement["version"],
    )
    parts = [
        frame.begin(_STYLE),
        *_parties(statement),
        *_verdict(statement),
        *(_billed(statement) if is_priced else ()),
        *_outlets(statement, is_priced),
        *(() if is_priced else _tariff(statement)),
        *_added(statement),
        *_events(statement["lines"]),
        *_units(statement["lines"]),
        *(f"<p>{safe(one)}</p>" for one in statement["left_out"]),
        "<h2>How to check this</h2>",
        "<p>Keep this page together with <code>statement.json</code> and"
        " <code>proof.json.gz</code>, which has all readings of these outlets. <code>pdu energy"
        " check-statement proof.json.gz --root ROOT</code> computes all figures again, with the"
        " root that your provider publishes for all customers.</p>",
        "<h2>What nobody can check</h2>",
        f'<p class="limits">{safe(statement["limits"])}</p>',
        frame.end(),
    ]
    return "\n".join(parts)


def _reading(statement: Statement) -> Iterator[str]:
    yield (
        "The lowest kWh are what is billed: the meter cannot have counted less. The best are the"
        " most likely, the highest the most that it can have counted."
    )
    prices = statement["prices"]
    if prices is not None:
        yield (
            "A net amount is a quantity times its price, rounded once, half up, to"
            f" {prices['decimals']} decimals of {prices['currency']}; totals add rounded amounts."
            " Taxes are not in it."
        )
    if statement["tariff_rows"]:
        yield (
            "The lowest of a period is its part of the outlet's lowest, in the proportion of the"
            " periods' best, so that periods add up to the outlet; what each period has at least by"
            " itself is low in statement.json."
        )
    yield (
        "The register at begin and end is what the unit showed at the last reading until then. The"
        " peak is the highest mean of a quarter hour, of all outlets together in the total."
    )


def _parties(statement: Statement) -> Iterator[str]:
    yield '<div class="parties">'
    if statement["issuer"]:
        yield _address("from", statement["issuer"])
    number_ = [f"customer {statement['customer_id']}"] if statement["customer_id"] else []
    yield _address("to", [*(statement["customer_address"] or [statement["customer"]]), *number_])
    yield "</div>"
    span = days(statement["from"], statement["to"])
    facts = [
        ("statement", statement["number"]),
        ("date", statement["date"]),
        ("period", f"{span.text}, {statement['zone']}"),
    ]
    if statement["corrects"] is not None:
        facts.append(("corrects", f"statement {statement['corrects']}"))
    yield from table((), [[short(name), words(said)] for name, said in facts])


def _address(what: str, lines: Sequence[str]) -> str:
    return f"<p><small>{what}</small><br>{'<br>'.join(map(safe, lines))}</p>"


def _verdict(statement: Statement) -> Iterator[str]:
    total, prices = statement["total"], statement["prices"]
    low, best, high = bounds_cells(total["kwh"])
    bounds = f"{low} kWh at least; {best} most likely, {high} at most."
    if prices is None:
        yield f'<p class="verdict">{bounds}</p>'
    else:
        amounts = total["amounts"]
        said = f"{amounts['net']} {prices['currency']} net, for {amounts['kwh']:.3f} kWh."
        if amounts["not_billed"]:
            said += f" Not billed: {amounts['not_billed']} of {len(statement['lines'])} outlets."
        yield f'<p class="verdict">{safe(said)}</p><p>All outlets together: {bounds}</p>'
    if total["peak_kw"] is not None:
        yield (
            f"<p>Highest quarter hour {total['peak_kw']:.3f} kW; 95 % of them up to"
            f" {total['p95_kw']:.3f} kW.</p>"
        )


def _billed(statement: Statement) -> Iterator[str]:
    prices, amounts = statement["prices"], statement["total"]["amounts"]
    currency = prices["currency"]
    head = ("machine, outlet", "from, to", "register", "period", "kWh", *money_heads(currency))
    rows = [
        [
            *_place(line),
            _stacked(line["amounts"]),
            _stacked([f"{line['tariff'][name]['billed']:.3f}" for name in line["amounts"]], "n"),
            _stacked([prices["kwh"][name] for name in line["amounts"]], "n"),
            _stacked(line["amounts"].values(), "n b"),
        ]
        for line in statement["lines"]
        if line["amounts"] is not None
    ]
    gap = [Cell("")] * 2
    foot = [
        [
            *[words("Total"), *gap, short(name), number(f"{one['kwh']:.3f}")],
            *[number(prices["kwh"][name]), number(one["amount"], "b")],
        ]
        for name, one in amounts["periods"].items()
    ]
    if amounts["peak"] is not None:
        said = (
            f"Highest quarter hour, {amounts['peak']['kw']:.3f} kW at {prices['peak_kw']}"
            f" {currency} a kW"
        )
        foot.append([words(said), *[Cell("")] * 5, number(amounts["peak"]["amount"], "b")])
    net = number(amounts["net"], "b")
    foot.append(
        [words("Net total"), *[Cell("")] * 3, number(f"{amounts['kwh']:.3f}"), Cell(""), net]
    )
    yield "<h2>What is billed</h2>"
    yield from table(head, rows or [[words("Nothing"), *[Cell("")] * 6]], foot)
    if prices["peak_kw"] is not None and amounts["peak"] is None:
        yield "<p>No power was read, so no peak is billed.</p>"
    unbilled = [one for one in statement["lines"] if one["amounts"] is None]
    if unbilled:
        listed = "".join(
            f"<li>{safe(', '.join(_names(one)))}: {safe(one['reason'])}</li>" for one in unbilled
        )
        yield f"<h2>What is not billed</h2><ul>{listed}</ul>"


def money_heads(currency: str) -> tuple[str, str]:
    """Heads of a price of energy and of an amount."""
    return f"{currency} a kWh", f"net {currency}"


def _outlets(statement: Statement, is_priced: bool) -> Iterator[str]:
    """The bounds; with the places and registers where nothing above has them."""
    places = ("machine, outlet", *(() if is_priced else ("from, to", "register")))
    head = (*places, *_ENERGY, "peak, 95 % kW", "grade")
    rows = [
        [
            *_place(line)[: len(places)],
            *_three(line["kwh"]),
            _stacked([_kw(line["peak_kw"]), _kw(line["p95_kw"])], "n wide"),
            Cell(_grade(line), "text"),
        ]
        for line in statement["lines"]
    ]
    total = statement["total"]
    foot = [
        words("Total"),
        *[Cell("")] * (len(places) - 1),
        *_three(total["kwh"]),
        _stacked([_kw(total["peak_kw"]), _kw(total["p95_kw"])], "n wide"),
        Cell(""),
    ]
    yield f"<h2>{'Bounds' if is_priced else 'Outlets'}</h2>"
    yield from table(head, rows, [foot])
    if total["unread"]:
        yield f"<p>Outlets of which no energy was read, not in the total: {total['unread']}.</p>"
    if total["without_lowest"]:
        yield (
            "<p>Outlets of which no lowest energy can be defended, 0 in the total's:"
            f" {total['without_lowest']}.</p>"
        )


def _place(line: Statement) -> Sequence[Cell]:
    """Machine and outlet, days, and registers."""
    span = days(line["from"], line["to"])
    registers = [_register(line[one]) for one in ("register_begin", "register_end")]
    return (
        Cell("<br>".join(safe(one) for one in _names(line)), "text"),
        _stacked([span.first, span.last], "wide"),
        _stacked(registers, "n"),
    )


def _grade(line: Statement) -> str:
    # in one element, so that a narrow screen has the reason below the grade, not beside it
    return f"<div>{safe(line['grade'])}<br><small>{safe(line['reason'])}</small></div>"


def _names(line: Statement) -> Sequence[str]:
    place = f"{line['pdu']}, outlet {line['outlet']}"
    return [one for one in (line["machine"], line["name"], place) if one]


def _tariff(statement: Statement) -> Iterator[str]:
    periods = statement["total"]["tariff"]
    if not periods:
        return
    yield "<h2>Periods of the tariff</h2>"
    rows = []
    for line in statement["lines"]:
        for name, energy in line["tariff"].items():
            names = ", ".join(_names(line))
            rows.append([words(names), short(name), *_cells(period_bounds_cells(energy))])
    foot = [
        [words("Total"), short(name), *_cells(period_bounds_cells(energy))]
        for name, energy in periods.items()
    ]
    yield from table(("outlet", "period", *_ENERGY), rows, foot)


def _added(statement: Statement) -> Iterator[str]:
    rows = [[words(name), *_three(one)] for name, one in surcharge_rows(statement)]
    yield from html.section("By your provider's factors", ("", "lowest", "best", "highest"), rows)


def _events(lines: Sequence[Statement]) -> Iterator[str]:
    listed = [
        f"<li>{safe(line['pdu'])}, outlet {safe(line['outlet'])}:"
        f" {safe(event_sentence(event))}</li>"
        for line in lines
        for event in line["events"]
    ]
    yield "<h2>Holes, and what else happened</h2>"
    yield from (["<ul>", *listed, "</ul>"] if listed else ["<p>Nothing.</p>"])


def _units(lines: Sequence[Statement]) -> Iterator[str]:
    rows = [
        [
            words(f"{line['pdu']}, outlet {line['outlet']}"),
            Cell(safe(one["serial"] or "not read"), "wide"),
            *(
                cell
                for edge in ("first", "last")
                for cell in (
                    # on a phone its label and a time are wider than half of the page
                    Cell(safe(minute(one[edge]["time"])), "wide"),
                    number(_register(one[edge])),
                )
            ),
        ]
        for line in lines
        if len(line["units"]) > 1
        for one in line["units"]
    ]
    head = ("outlet", "serial number", "first reading", "register", "last reading", "register")
    yield from html.section("Exchanged units", head, rows)


def _three(energy: Any) -> Sequence[Cell]:
    return _cells(bounds_cells(energy))


def _cells(figures: Sequence[str]) -> Sequence[Cell]:
    low, best, high = figures
    return number(low or "–", "b"), number(best), number(high)


def _stacked(texts: Iterable[str], classes: str = "") -> Cell:
    """Texts below each other."""
    return Cell(f"<span>{'<br>'.join(map(safe, texts))}</span>", classes)


def _register(said: Any) -> str:
    return "–" if said is None else f"{said['kwh']:.3f}"


def _kw(value: Any) -> str:
    return "–" if value is None else f"{value:.3f}"
