"""A statement as one HTML file that prints well, without scripts and requests: who bills whom, what
is billed, then the bounds and what happened, then how it is checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...core.files import html
from ...core.files.html import Cell, number, safe, short, table, words
from ..registers.period import days, minute
from .table import bounds_cells, period_bounds_cells, surcharge_rows

_STYLE = (
    "body { max-width: 68rem; }"
    " .limits { border-left: 3px solid var(--doubtful); padding-left: .7rem; }"
    " .parties { display: flex; flex-wrap: wrap; gap: .5rem 4rem; margin: 1rem 0; }"
)
_ENERGY = ("kWh lowest", "kWh best", "kWh highest")
_POWER = ("peak kW", "95 % kW")
GUIDE = "docs/energy.md"
Statement = Mapping[str, Any]


def page(statement: Statement) -> str:
    """The whole file. Texts from devices and files are escaped."""
    is_priced = statement["prices"] is not None
    span = days(statement["from"], statement["to"])
    corrects = statement["corrects"]
    frame = html.Frame(
        f"Energy of {statement['customer']}",
        f"Annex to a bill: statement {statement['number']} of {statement['date']}, for {span.text}"
        f" ({statement['zone']})" + (f"; corrects statement {corrects}" if corrects else ""),
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


def _address(what: str, lines: Sequence[str]) -> str:
    return f"<p><small>{what}</small><br>{'<br>'.join(map(safe, lines))}</p>"


def _verdict(statement: Statement) -> Iterator[str]:
    total, prices = statement["total"], statement["prices"]
    low, best, high = bounds_cells(total["kwh"])
    bounds = f"{low} kWh at least; {best} most likely, {high} at most."
    if prices is None:
        yield html.verdict(bounds)
    else:
        amounts = total["amounts"]
        said = f"{amounts['net']} {prices['currency']} net, for {amounts['kwh']:.3f} kWh."
        if amounts["not_billed"]:
            said += f" Not billed: {amounts['not_billed']} of {len(statement['lines'])} outlets."
        yield f"{html.verdict(said)}<p>All outlets together: {bounds}</p>"
    if total["peak_kw"] is not None:
        yield (
            f"<p>Highest quarter hour {total['peak_kw']:.3f} kW; 95 % of them up to"
            f" {total['p95_kw']:.3f} kW.</p>"
        )


def _billed(statement: Statement) -> Iterator[str]:
    prices, amounts = statement["prices"], statement["total"]["amounts"]
    currency = prices["currency"]
    head = ("machine, outlet", "period", "kWh", *money_heads(currency))
    rows = [
        [
            place,
            short(name),
            number(f"{line['tariff'][name]['billed']:.3f}"),
            number(prices["kwh"][name]),
            number(line["amounts"][name], "b"),
        ]
        for line in statement["lines"]
        if line["amounts"] is not None
        for place, name in zip(_places(line, len(line["amounts"])), line["amounts"])
    ]
    foot = [
        [
            words("Total"),
            short(name),
            number(f"{one['kwh']:.3f}"),
            number(prices["kwh"][name]),
            number(one["amount"], "b"),
        ]
        for name, one in amounts["periods"].items()
    ]
    if amounts["peak"] is not None:
        said = (
            f"Highest quarter hour, {amounts['peak']['kw']:.3f} kW at {prices['peak_kw']}"
            f" {currency} a kW"
        )
        foot.append([words(said), *[Cell("")] * 3, number(amounts["peak"]["amount"], "b")])
    net = number(amounts["net"], "b")
    foot.append([words("Net total"), Cell(""), number(f"{amounts['kwh']:.3f}"), Cell(""), net])
    yield "<h2>What is billed</h2>"
    yield from table(head, rows or [[words("Nothing"), *[Cell("")] * 4]], foot)
    if prices["peak_kw"] is not None and amounts["peak"] is None:
        yield "<p>No power was read, so no peak is billed.</p>"
    unbilled = [one for one in statement["lines"] if one["amounts"] is None]
    if unbilled:
        yield "<h2>What is not billed</h2>"
        yield html.bullet_list(f"{', '.join(_names(one))}: {one['reason']}" for one in unbilled)


def _places(line: Statement, rows: int) -> Iterator[Cell]:
    """The first cells of an outlet's rows: what it is, with its days and registers."""
    what, when = safe(", ".join(_names(line))), f"<small>{safe(_when(line))}</small>"
    yield Cell(f"<span>{what}<br>{when}</span>", "text", goes_on=rows > 1)
    for at in range(1, rows):
        yield Cell("", "text", goes_on=at < rows - 1)


def _when(line: Statement) -> str:
    """Days, and registers."""
    span = days(line["from"], line["to"])
    begin, end = (_register(line[one]) for one in ("register_begin", "register_end"))
    return f"{span.text}: register {begin} to {end} kWh"


def money_heads(currency: str) -> tuple[str, str]:
    """Heads of a price of energy and of an amount."""
    return f"{currency} a kWh", f"net {currency}"


def _outlets(statement: Statement, is_priced: bool) -> Iterator[str]:
    """The bounds; with days and registers where nothing above has them."""
    head = ("machine, outlet", *_ENERGY, *_POWER, "grade")
    rows = [
        [
            words(", ".join(_names(line))) if is_priced else [*_places(line, 1)][0],
            *_three(line["kwh"]),
            *_powers(line),
            Cell(_grade(line), "text"),
        ]
        for line in statement["lines"]
    ]
    total = statement["total"]
    foot = [words("Total"), *_three(total["kwh"]), *_powers(total), Cell("")]
    yield f"<h2>{'Bounds' if is_priced else 'Outlets'}</h2>"
    yield from table(head, rows, [foot])
    if total["unread"]:
        yield f"<p>Outlets of which no energy was read, not in the total: {total['unread']}.</p>"
    if total["without_lowest"]:
        yield (
            "<p>Outlets of which no lowest energy can be defended, 0 in the total's:"
            f" {total['without_lowest']}.</p>"
        )


def _powers(said: Statement) -> Sequence[Cell]:
    return number(_kw(said["peak_kw"])), number(_kw(said["p95_kw"]))


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
    yield from html.section(
        "By your provider's factors", ("what", "lowest", "best", "highest"), rows
    )


def _events(lines: Sequence[Statement]) -> Iterator[str]:
    yield "<h2>Holes, and what else happened</h2>"
    yield html.bullet_list(happened(lines)) or "<p>Nothing.</p>"


def happened(lines: Sequence[Statement]) -> Sequence[str]:
    """What happened to outlets; what happened to several of a PDU at a time is said once."""
    outlets: dict[tuple[str, str], list[str]] = {}
    for line in lines:
        for event in line["events"]:
            span = f"{minute(event['from'])} to {minute(event['to'])}"
            said = f"{span}: {event['kind']}: {event['reason']}"
            outlets.setdefault((line["pdu"], said), []).append(line["outlet"])
    return [
        f"{pdu}, outlet{'s' if len(those) > 1 else ''} {', '.join(those)}: {said}"
        for (pdu, said), those in outlets.items()
    ]


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
    edges = ("first reading", "register kWh", "last reading", "register kWh")
    head = ("outlet", "serial number", *edges)
    yield from html.section("Exchanged units", head, rows)


def _three(energy: Any) -> Sequence[Cell]:
    return _cells(bounds_cells(energy))


def _cells(figures: Sequence[str]) -> Sequence[Cell]:
    low, best, high = figures
    return number(low or "–", "b"), number(best), number(high)


def _register(said: Any) -> str:
    return "–" if said is None else f"{said['kwh']:.3f}"


def _kw(value: Any) -> str:
    return "–" if value is None else f"{value:.3f}"
