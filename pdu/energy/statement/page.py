"""`statement.html`: who bills whom, what is billed, bounds, what happened, how to check it.

One file without scripts and requests, which prints well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Optional

from handlers.shared.errors import printable

from ...core.files.html import safe
from ..audit.grades import WIDE
from ..registers.period import minute, span_text
from .charts import charts
from .wording import (
    DRAFT,
    Document,
    bounds,
    event_sentences,
    kwh_text,
    names,
    place_text,
    surcharges,
    title,
)

_STYLE = """
:root { color-scheme: light dark; --ground: #fff; --ink: #1b2430; --line: #8884; --soft: #5b6675;
--mark: #b3261e; --a: #3b82c4; --b: #1f4e79; --c: #7fb3a6; --d: #b58b2a; } @media
(prefers-color-scheme: dark) { :root { --ground: #12161c; --ink: #e6eaf0; --soft: #a0acbb; --mark:
#ff9d94; --a: #5a9bd8; --b: #a9cdf0; --c: #5f9d8d; --d: #d9b45a; } } * { box-sizing: border-box; }
html { background: var(--ground); color: var(--ink); } body { font: 15px/1.45 system-ui,
sans-serif; margin: 1.5rem auto; max-width: 68rem; padding: 0 1rem; overflow-wrap: anywhere; } h1 {
font-size: 1.4rem; margin: .3rem 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .4rem; } p { margin:
.3rem 0; } a { color: inherit; } small, .soft, .made, footer { color: var(--soft); } .parties {
display: flex; flex-wrap: wrap; gap: .5rem 4rem; margin: 1rem 0; } .verdict { font-size: 1.15rem;
font-weight: 600; margin: .8rem 0 .3rem; } .draft { color: var(--mark); font-weight: 600; } table {
border-collapse: collapse; width: 100%; } th, td { border-bottom: 1px solid var(--line); padding:
.3rem .5rem; text-align: left; vertical-align: top; } th { font-weight: 600; color: var(--soft); }
th, td:not(.w) { overflow-wrap: break-word; }
tfoot td { font-weight: 700; } tr, svg { break-inside: avoid; } .n { text-align: right;
font-variant-numeric: tabular-nums; white-space: nowrap; } .b { font-weight: 700; } .open td {
border: 0; } footer { border-top: 1px solid var(--line); margin-top: 2rem; } .limits { border-left:
3px solid var(--d); padding-left: .7rem; } ul { margin: .2rem 0; padding-left: 1.2rem; } svg {
display: block; width: 100%; height: auto; font-size: 12px; fill: var(--soft); } .key { display:
flex; flex-wrap: wrap; gap: .1rem 1.2rem; } .key i { display: inline-block; width: .8rem; height:
.8rem; margin-right: .4rem; }
.mark { background: var(--mark); } .p0 { fill: var(--a); background: var(--a); }
.p1 { fill: var(--b);
background: var(--b); } .p2 { fill: var(--c); background: var(--c); } .p3 { fill: var(--d);
background: var(--d); } .axis { stroke: var(--line); fill: none; } .hole { fill: url(#hole); } .bar
{ fill: var(--a); opacity: .45; } .mean { fill: var(--b); } .mark { fill: var(--mark); } .stripe {
stroke: var(--soft); stroke-width: 1.2; } .key .hole { border: 1px dashed var(--soft); } @media
screen and (max-width: 44rem) { table, tbody, tfoot { display: block; } thead { display: none; }
svg { font-size: 24px; } tr { display: grid; grid-template-columns: 1fr 1fr; gap: .1rem 1rem;
padding: .5rem 0; border-bottom: 1px solid var(--line); } tr.open { border: 0; padding-bottom: 0; }
td { border: 0; padding: 0; display: flex; justify-content: space-between; gap: .8rem; } td:empty {
display: none; } .n { white-space: normal; } td[data-head]::before { content: attr(data-head);
color: var(--soft); font-weight: 400; } td.w { grid-column: 1 / -1; } } @media print { :root {
color-scheme: light; --ground: #fff; --ink: #000; --soft: #444; --mark: #b3261e; --a: #3b82c4; --b:
#1f4e79; --c: #7fb3a6; --d: #b58b2a; } body { margin: 0; padding: 0; max-width: none; font:
10px/1.35 system-ui, sans-serif; print-color-adjust: exact; -webkit-print-color-adjust: exact; } h1
{ font-size: 17px; } h2 { font-size: 13px; margin: 1rem 0 .2rem; break-after: avoid; } td, th {
padding: .15rem .35rem; } thead { display: table-header-group; } tfoot { display: table-row-group;
} .verdict { font-size: 13px; } footer { font-size: 9px; break-inside: avoid; } .open {
break-after: avoid; } .made a { text-decoration: none; } } @page { size: A4; margin: 16mm 14mm;
@bottom-right { content: counter(page) " / " counter(pages); font: 9px sans-serif; } }
"""
_ENERGY = ("kWh billed", "kWh lowest", "kWh best", "kWh highest")
Cell = tuple[str, str]  # classes and HTML
_CHECKS = (
    "Each outlet has its register with the time at which it was read first and last: compare them"
    " with what the unit itself shows, or with readings of your own. Where the register goes on,"
    " what is billed is one less the other, and the next statement begins with the reading with"
    " which this one ends, so months add up. What is not billed is named with its reason.",
    "Which outlets are yours, when they changed hands, and that the meter is right, is what your"
    " provider says.",
)


def page(statement: Document) -> str:
    """The file."""
    is_priced, lines = statement["prices"] is not None, statement["lines"]
    parts = [
        _head(statement),
        *_verdict(statement),
        *charts(statement),
        *(_billing_section(statement) if is_priced else ()),
        *_outlets(statement, is_priced),
        *(() if is_priced else _periods(statement)),
        *_section(
            "By your provider's factors",
            ("what", "lowest", "best", "highest"),
            [[_w(label), *_numbers(bounds(energy))] for label, energy in surcharges(statement)],
        ),
        "<h2>Holes, and what else happened</h2>",
        _list_of(event_sentences(lines)) or "<p>Nothing.</p>",
        *_units(lines),
        *(f"<p>{safe(text)}</p>" for text in statement["left_out"]),
        "<h2>How to check this</h2>",
        *(f"<p>{safe(text)}</p>" for text in _CHECKS),
        '</main><footer id="reading"><h2>How to read this page</h2>',
        *(f"<p>{safe(text)}</p>" for text in _reading(statement)),
        "</footer></body></html>\n",
    ]
    return "\n".join(parts)


def _escape_css(text: str) -> str:
    """A text within a string of CSS, which drops a blank behind an escaped character: so blanks are
    escaped, too, and only letters and digits of ASCII stand as they are.
    """
    return re.sub("[^A-Za-z0-9]", lambda match: f"\\{ord(match[0]):06x}", printable(text))


def _head(statement: Document) -> str:
    customer, number = statement["customer"], statement["customer_id"]
    running = _escape_css(f"{title(statement)} · {customer}")
    about = f"Annex to a bill: {title(statement)} of {statement['date']}, for"
    corrects = f"; corrects statement {statement['corrects']}" if statement["corrects"] else ""
    receiver = [
        *(statement["customer_address"] or [customer]),
        *([f"customer {number}"] if number else []),
    ]
    addresses = [("from", statement["issuer"]), ("to", receiver)]
    parties = "".join(
        f"<p><small>{what}</small><br>{'<br>'.join(map(safe, texts))}</p>"
        for what, texts in addresses
        if texts
    )
    period = f"{span_text(statement['from'], statement['to'])} ({statement['zone']})"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy"'
        " content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>Energy of {safe(customer)}</title><style>{_STYLE}"
        f'@page {{ @top-left {{ content: "{running}"; font: 9px sans-serif; }} }}\n'
        f"</style></head><body>\n<header>"
        f'<p class="made">pdu {safe(statement["version"])} · {statement["date"]} ·'
        ' <a href="#reading">how to read this page</a></p>\n'
        f"<h1>Energy of {safe(customer)}</h1>\n"
        f'<p class="soft">{about} {safe(period)}{corrects}</p></header>\n'
        f'<main>\n<div class="parties">{parties}</div>'
    )


def _reading(statement: Document) -> Iterator[str]:
    yield (
        "Of a register that goes on, what is billed is its reading at the end less the one at the"
        " begin, so that months add up to the register. Of one that began again or was exchanged,"
        " it is the lowest until the last reading: the meter cannot have counted less. The best kWh"
        " are the most likely, the highest the most that it can have counted."
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
            "What is billed of a period is its part of what is billed of the outlet, in the"
            " proportion of the periods' best, so that periods add up to the outlet."
        )
    yield (
        "The register at begin and end is what the unit showed at the last reading until then, at"
        " which the bill before ended, or else at your first reading. The peak is the highest mean"
        " of a quarter hour, of all outlets together in the total."
    )
    if statement["total"]["days"]:
        yield (
            "In the pictures, energy is what registers rose by between readings; what rose while"
            " nothing was read is in no day. A hatched part of a day was not read."
        )


def _verdict(statement: Document) -> Iterator[str]:
    total, prices, earlier = statement["total"], statement["prices"], statement["before"]
    low, best, high = bounds(total["kwh"])
    extent = f"{low} kWh at least; {best} most likely, {high} at most."
    if statement["number"] == DRAFT:
        yield '<p class="draft">A draft: it has no number, and nothing is billed by it.</p>'
    if prices is None:
        text = f"{total['billed']:.3f} kWh are billed."
        yield f'<p class="verdict">{text}</p><p>All outlets together: {extent}</p>'
    else:
        amounts = total["amounts"]
        text = f"{amounts['net']} {prices['currency']} net, for {amounts['kwh']:.3f} kWh."
        if amounts["not_billed"]:
            text += f" Not billed: {amounts['not_billed']} of {len(statement['lines'])} outlets."
        yield f'<p class="verdict">{text}</p><p>All outlets together: {extent}</p>'
    if earlier is not None:
        difference = total["difference"]
        money = f"{difference['net']} {prices['currency']} net and " if difference["net"] else ""
        yield (
            f"<p>Statement {earlier['number']} had {earlier['kwh']:.3f} kWh"
            + (f" and {earlier['net']} {earlier['currency']} net" if earlier["net"] else "")
            + f": the difference is {money}{difference['kwh']:.3f} kWh.</p>"
        )
    if total["peak_kw"] is not None:
        at = f", {minute(total['peak_time'])}" if total["peak_time"] else ""
        yield (
            f"<p>Highest quarter hour {total['peak_kw']:.3f} kW{at}; 95 % of them up to"
            f" {total['p95_kw']:.3f} kW.</p>"
        )


def _billing_section(statement: Document) -> Iterator[str]:
    prices, amounts = statement["prices"], statement["total"]["amounts"]
    currency, rows = prices["currency"], list[Sequence[Cell]]()
    for line in statement["lines"]:
        for at, (label, amount) in enumerate((line["amounts"] or {}).items()):
            kwh = f"{line['tariff'][label]['billed']:.3f}"
            goes_on = at + 1 < len(line["amounts"])
            place = _place(line) if at == 0 else ""
            money = _money(kwh, prices["kwh"][label], amount)
            rows.append([("w open" if goes_on else "w", place), _s(label), *money])
    foot = [
        [
            _w("Total"),
            _s(label),
            *_money(f"{period['kwh']:.3f}", prices["kwh"][label], period["amount"]),
        ]
        for label, period in amounts["periods"].items()
    ]
    peak = amounts["peak"]
    if peak is not None:
        text = f"Highest quarter hour, {peak['kw']:.3f} kW at {prices['peak_kw']} {currency} a kW"
        foot.append([_w(text), _s(""), *_money("", "", peak["amount"])])
    foot.append([_w("Net total"), _s(""), *_money(f"{amounts['kwh']:.3f}", "", amounts["net"])])
    heads = ("machine, outlet", "period", "kWh", f"{currency} a kWh", f"net {currency}")
    yield "<h2>What is billed</h2>"
    yield from _table(heads, rows or [[_w("Nothing"), *[_s("")] * 4]], foot)
    if prices["peak_kw"] is not None and peak is None:
        yield "<p>No power was read, so no peak is billed.</p>"
    unbilled_lines = [line for line in statement["lines"] if line["amounts"] is None]
    if unbilled_lines:
        yield "<h2>What is not billed</h2>"
        yield _list_of(f"{names(line)}: {line['reason']}" for line in unbilled_lines)


def _money(kwh: str, price: str, amount: str) -> Sequence[Cell]:
    return [("n", kwh), ("n", price), ("n b", amount)]


def _place(line: Document) -> str:
    """An outlet with its days and registers."""
    edges = [line[edge] for edge in ("register_begin", "register_end")]
    begin, end = ("–" if edge is None else f"{edge['kwh']:.3f}" for edge in edges)
    times = [minute(edge["time"]) for edge in edges if edge is not None]
    registers = f"{span_text(line['from'], line['to'])}: register {begin} to {end} kWh"
    if times:
        registers += f", read {' and '.join(dict.fromkeys(times))}"
    is_wide = line["grade"] == WIDE
    mark = f'<br><small class="draft">{safe("wide: " + line["reason"])}</small>' if is_wide else ""
    return f"<span>{safe(names(line))}<br><small>{safe(registers)}</small>{mark}</span>"


def _outlets(statement: Document, is_priced: bool) -> Iterator[str]:
    """The bounds; with days and registers where nothing above has them."""
    total = statement["total"]
    rows = [
        [
            ("w", safe(names(line)) if is_priced else _place(line)),
            *_numbers([kwh_text(line["billed"]), *bounds(line["kwh"])]),
            *_power_cells(line),
            (
                "w",
                f"<span>{line['grade']}<br><small>{safe(line['reason'])}</small></span>",
            ),
        ]
        for line in statement["lines"]
    ]
    whole = [kwh_text(total["billed"]), *bounds(total["kwh"])]
    foot = [_w("Total"), *_numbers(whole), *_power_cells(total), _s("")]
    yield f"<h2>{'Bounds' if is_priced else 'Outlets'}</h2>"
    heads = ("machine, outlet", *_ENERGY, "peak kW", "95 % kW", "grade")
    yield from _table(heads, rows or [[_w("None"), *[_s("")] * 7]], [foot])
    if total["unread"]:
        yield f"<p>Outlets of which no energy was read, not in the total: {total['unread']}.</p>"
    if total["without_lowest"]:
        yield (
            "<p>Outlets that cannot be billed, 0 in the total's lowest:"
            f" {total['without_lowest']}.</p>"
        )


def _power_cells(figures: Document) -> Sequence[Cell]:
    values = (figures["peak_kw"], figures["p95_kw"])
    return [("n", "–" if kilowatts is None else f"{kilowatts:.3f}") for kilowatts in values]


def _periods(statement: Document) -> Iterator[str]:
    rows = [
        [_w(names(line)), _s(label), *_numbers(_period_cells(energy))]
        for line in statement["lines"]
        for label, energy in line["tariff"].items()
    ]
    foot = [
        [_w("Total"), _s(label), *_numbers(_period_cells(energy))]
        for label, energy in statement["total"]["tariff"].items()
    ]
    yield from _section("Periods of the tariff", ("outlet", "period", *_ENERGY), rows, foot)


def _period_cells(energy: Optional[Document]) -> Sequence[str]:
    return [kwh_text(None if energy is None else energy["billed"]), *bounds(energy)]


def _units(lines: Sequence[Document]) -> Iterator[str]:
    edges = ("first reading", "register kWh", "last reading", "register kWh")
    rows = [
        [
            _w(place_text(line)),
            ("w", safe(unit["serial"] or "not read")),
            *(
                cell
                for edge in (unit["first"], unit["last"])
                for cell in (("w", minute(edge["time"])), ("n", f"{edge['kwh']:.3f}"))
            ),
        ]
        for line in lines
        if len(line["units"]) > 1
        for unit in line["units"]
    ]
    yield from _section("Exchanged units", ("outlet", "serial number", *edges), rows)


def _w(text: str) -> Cell:
    """A text of any length, which has a row of its own on a phone."""
    return "w", safe(text)


def _s(text: str) -> Cell:
    return "", safe(text)


def _numbers(texts: Sequence[str]) -> Sequence[Cell]:
    low, *rest_texts = texts
    return [("n b", low or "–"), *(("n", text) for text in rest_texts)]


def _section(
    title: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    foot: Sequence[Sequence[Cell]] = (),
) -> Iterator[str]:
    if rows:
        yield f"<h2>{title}</h2>"
        yield from _table(heads, rows, foot)


def _table(
    heads: Sequence[str], rows: Sequence[Sequence[Cell]], foot: Sequence[Sequence[Cell]] = ()
) -> Iterator[str]:
    right = [' class="n"' if classes.startswith("n") else "" for classes, _ in rows[0]]
    cells = "".join(f"<th{alignment}>{safe(head)}</th>" for alignment, head in zip(right, heads))
    yield f"<table>\n<thead><tr>{cells}</tr></thead>\n<tbody>"
    yield from (_row(heads, row) for row in rows)
    yield "</tbody>"
    if foot:
        yield f"<tfoot>{''.join(_row(heads, row) for row in foot)}</tfoot>"
    yield "</table>"


def _row(heads: Sequence[str], cells: Sequence[Cell]) -> str:
    goes_on = ' class="open"' if cells[0][0] == "w open" else ""
    tags = []
    for head, (classes, text) in zip(heads, cells):
        names = classes.replace(" open", "")
        label = f' data-head="{safe(head)}"' if text and names != "w" else ""
        tags.append(f"<td{f' class={chr(34)}{names}{chr(34)}' if names else ''}{label}>{text}</td>")
    return f"<tr{goes_on}>{''.join(tags)}</tr>"


def _list_of(texts: Iterable[str]) -> str:
    items = "".join(f"<li>{safe(text)}</li>" for text in texts)
    return f"<ul>{items}</ul>" if items else ""
