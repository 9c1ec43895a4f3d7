"""The form of a statement: what `statement.json` holds, and the page and the table that are written
from it. Pure.

A customer's verifier writes both again and compares bytes, so nothing of a page is ever parsed.
docs/check_statement.py has all below the first line of dashes as it is here:
`python -m tests.energy.stand_alone` copies it. So this file needs the standard library alone.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from html import escape
from typing import Any, Callable, NamedTuple, Optional

# ---- the form of a statement ---------------------------------------------------------------------

FORM = 4
HTML, CSV, JSON = "statement.html", "statement.csv", "statement.json"
BOUNDS = ("low", "best", "high")
#: in place of a number, of a statement that was made for a look
DRAFT = "draft"
#: what nothing here proves
LIMITS = (
    "The proof does not show that the meter was right, nor that its readings were right before they"
    " were published. It shows that nobody changed these readings and this statement afterwards, if"
    " the provider publishes one root for all customers. That these outlets are the customer's, and"
    " the moment of a hand-over, are the provider's word."
)
#: what no reading of the customer shows
STATED = (
    "what the provider alone says: number, date, issuer, customer, what it corrects and what was"
    " billed before, period and zone, prices, whose outlet when (from, to), machine, name,"
    " limit_kw, step_kwh, wrap_kwh, class_percent, volts and own_use_w of each meter, most_kwh,"
    " doubted, tolerance_kwh, hours of the tariff, carbon, pue, left_out, version"
)
#: of a price or an amount
PRICE = r"(0|[1-9][0-9]{0,6})(\.[0-9]{1,6})?"
_AMOUNT = r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,4})?"
_NUMBER = rf"[0-9]{{4}}-[0-9]{{5,9}}|{DRAFT}"
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = rf"{_DAY} [0-9:]{{8}}(\.[0-9]{{6}})?[+-][0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}})?"
Document = Mapping[str, Any]
#: says what is wrong with a value, as words that follow its name; "" if nothing is
Rule = Callable[[Any], str]


def content(document: Any) -> bytes:
    """A statement as its file. JSON of any other form is refused: also with a key twice."""
    return f"{json.dumps(document, indent=1, allow_nan=False)}\n".encode()


def parse(text: bytes) -> Any:
    """What `content` made. Raises ValueError for anything else."""
    document = json.loads(text)
    if content(document) != text:
        raise ValueError(f"{JSON} is not in its one form: a key twice, or other blanks or numbers")
    wrong = fault(document)
    if wrong:
        raise ValueError(f"{JSON}:{wrong}")
    return document


def fault(document: Any) -> str:
    """What a statement may not hold; "" if all is within its range."""
    return _STATEMENT(document)


def contents(statement: Document) -> Mapping[str, bytes]:
    """The files of a statement, all from its JSON."""
    return {
        CSV: table(statement).encode(),
        HTML: page(statement).encode(),
        JSON: content(statement),
    }


def _text(pattern: str = "", longest: int = 500) -> Rule:
    def rule(value: Any) -> str:
        if not isinstance(value, str) or len(value) > longest:
            return f" is no text of up to {longest} characters"
        fits = not pattern or re.fullmatch(pattern, value)
        return "" if fits else f" is {printable(value[:60])!r}"

    return rule


def _number(least: float = 0.0, most: float = 1e15) -> Rule:
    """A number within a range; never true, false, infinite or NaN."""

    def rule(value: Any) -> str:
        is_right = type(value) in (int, float) and least <= value <= most
        return "" if is_right else f" is {str(value)[:40]}, not from {least:g} to {most:g}"

    return rule


def _whole_number(least: int, most: int) -> Rule:
    def rule(value: Any) -> str:
        is_right = type(value) is int and least <= value <= most
        return "" if is_right else f" is {str(value)[:40]}, no whole number up to {most}"

    return rule


def _flag(value: Any) -> str:
    return "" if isinstance(value, bool) else " is neither true nor false"


def _maybe(rule: Rule) -> Rule:
    return lambda value: "" if value is None else rule(value)


def _list(rule: Rule, most: int = 1_000_000) -> Rule:
    def of_all(value: Any) -> str:
        if not isinstance(value, list) or len(value) > most:
            return f" is no list of up to {most}"
        faults = (
            f" {at}{fault}" for at, item in enumerate(value, start=1) if (fault := rule(item))
        )
        return next(faults, "")

    return of_all


def _tuple(*rules: Rule) -> Rule:
    def of_all(value: Any) -> str:
        if not isinstance(value, list) or len(value) != len(rules):
            return f" is no list of {len(rules)}"
        return next((fault for rule, item in zip(rules, value) if (fault := rule(item))), "")

    return of_all


def _map(rule: Rule) -> Rule:
    """Names, each with a value of one kind."""

    def of_all(value: Any) -> str:
        if not isinstance(value, dict):
            return " has no names"
        faults = (
            f" {printable(name[:40])}{fault}"
            for name, item in value.items()
            if (fault := rule(item))
        )
        return next(faults, "")

    return of_all


def _keys(rules: Mapping[str, Rule]) -> Rule:
    """Just these names, in this order."""

    def of_all(value: Any) -> str:
        if not isinstance(value, dict) or list(value) != list(rules):
            strangers = set(value) ^ set(rules) if isinstance(value, dict) else set()
            names = printable(", ".join(sorted(strangers)))
            return f" has other names: {names}" if names else " has its names in another order"
        faults = (f" {name}{fault}" for name in rules if (fault := rules[name](value[name])))
        return next(faults, "")

    return of_all


_time, _day, _amount = _text(_TIME), _text(_DAY), _text(_AMOUNT)
_kwh = _keys({"low": _maybe(_number()), "best": _number(), "high": _number()})
_parts = _keys({**{bound: _maybe(_number()) for bound in BOUNDS}, "billed": _maybe(_number())})
_edge = _keys({"time": _time, "kwh": _number(-1e15)})
_power = _maybe(_number(-1e6, 1e6))
#: the facts of a meter, each with the least and the most that it may be
METER_RANGES = {
    "limit_kw": (0.001, 10_000.0),
    "step_kwh": (0.000_001, 1_000.0),
    "wrap_kwh": (1.0, 1e15),
    "class_percent": (0.001, 20.0),
    "volts": (12.0, 1_000.0),
    "own_use_w": (0.0, 10_000.0),
}
_LINE = {
    "pdu": _text(),
    "outlet": _text(),
    "name": _text(),
    "machine": _text(),
    "from": _time,
    "to": _time,
    "meter": _keys({name: _maybe(_number(*some)) for name, some in METER_RANGES.items()}),
    "most_kwh": _maybe(_number()),
    "doubted": _flag,
    "readings": _whole_number(0, 10**9),
    "register_begin": _maybe(_edge),
    "register_end": _maybe(_edge),
    "units": _list(_keys({"serial": _text(), "firmware": _text(), "first": _edge, "last": _edge})),
    "kwh": _maybe(_kwh),
    "grade": _text("firm|bounded|wide|not billable"),
    "reason": _text(),
    "read": _number(0.0, 1.0),
    "events": _list(_keys({"kind": _text(), "from": _time, "to": _time, "reason": _text()})),
    "tariff": _map(_maybe(_parts)),
    "peak_kw": _power,
    "p95_kw": _power,
    "amounts": _maybe(_map(_amount)),
    "amount": _maybe(_amount),
}
_PRICES = {
    "currency": _text("[A-Z]{3}"),
    "decimals": _whole_number(0, 4),
    "kwh": _map(_text(PRICE)),
    "peak_kw": _maybe(_text(PRICE)),
}
_WHOLE_AMOUNTS = {
    "kwh": _number(),
    "periods": _map(_keys({"kwh": _number(), "amount": _amount})),
    "peak": _maybe(_keys({"kw": _power, "amount": _amount})),
    "net": _amount,
    "not_billed": _whole_number(0, 10**9),
}
_TOTAL = {
    "kwh": _keys({bound: _number() for bound in BOUNDS}),
    "unread": _whole_number(0, 10**9),
    "without_lowest": _whole_number(0, 10**9),
    "tariff": _map(_keys({bound: _number() for bound in (*BOUNDS, "billed")})),
    "peak_kw": _power,
    "p95_kw": _power,
    "peak_time": _maybe(_time),
    "days": _list(
        _keys(
            {
                "day": _day,
                "kwh": _map(_number()),
                "kw": _maybe(_tuple(*[_number(-1e6, 1e6)] * 3)),
                "unread": _maybe(_number(0.0, 1.0)),
            }
        )
    ),
    "amounts": _maybe(_keys(_WHOLE_AMOUNTS)),
    "difference": _maybe(_keys({"kwh": _number(-1e15), "net": _maybe(_amount)})),
}


def _added(value: Any) -> str:
    rules = {
        "pue": _keys({"factor": _number(), "share_kwh": _kwh, "with_share_kwh": _kwh}),
        "carbon": _keys({"g_per_kwh": _number(), "kg": _kwh}),
    }
    if not isinstance(value, dict) or not set(value) <= set(rules):
        return " has other names"
    return next((f" {name}{fault}" for name in value if (fault := rules[name](value[name]))), "")


_STATEMENT = _keys(
    {
        "form": _whole_number(FORM, FORM),
        "version": _text(longest=40),
        "number": _text(_NUMBER),
        "date": _day,
        "corrects": _maybe(_text(_NUMBER)),
        "before": _maybe(
            _keys(
                {
                    "number": _text(_NUMBER),
                    "kwh": _number(),
                    "net": _maybe(_amount),
                    "currency": _maybe(_text("[A-Z]{3}")),
                }
            )
        ),
        "issuer": _list(_text(longest=100), 2),
        "customer_id": _text(longest=100),
        "customer_address": _list(_text(longest=100), 2),
        "prices": _maybe(_keys(_PRICES)),
        "customer": _text(),
        "from": _time,
        "to": _time,
        "zone": _text(longest=100),
        "tolerance_kwh": _number(0.0, 1_000.0),
        "tariff_rows": _list(
            _tuple(
                _text(longest=100),
                _list(_whole_number(0, 6), 70),
                _whole_number(0, 1440),
                _whole_number(0, 1440),
            )
        ),
        "carbon_g_per_kwh": _maybe(_number(0.0, 5_000.0)),
        "pue": _maybe(_number(1.0, 10.0)),
        "left_out": _list(_text(longest=5_000)),
        "lines": _list(_keys(_LINE)),
        "total": _keys(_TOTAL),
        "added": _added,
        "limits": _text(re.escape(LIMITS), len(LIMITS)),
    }
)


# ---- words of page and table ---------------------------------------------------------------------

#: controls, blanks but the usual one, marks that are not seen or turn the direction, halves of
#: pairs, private ones. By number: what a Python calls printable changes with its version
_UNSEEN = re.compile(
    "[\0-\x1f\x7f-\xa0\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160"
    "\u1680\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ud800-\uf8ff"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U000110bd\U000110cd\U00013430-\U0001345f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U0010ffff]"
)
#: a spreadsheet may take what begins so for a formula: = + - @, the minus sign, and what folds to
#: one of them (NFKC)
_FORMULA = tuple(
    "=+-@\u2212\u207a\u207b\u207c\u208a\u208b\u208c\u2a75\u2a76\ufb29\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d\uff20"
)


def printable(text: str) -> str:
    """A text from anybody, with what is not seen escaped."""
    return _UNSEEN.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def minute(text: str) -> str:
    """A time of a statement to the minute, with its offset."""
    return datetime.fromisoformat(text).isoformat(" ", "minutes")


def span(begin: str, end: str) -> tuple[str, str]:
    """The first and the last day of a period, or the minute where it begins or ends within one."""
    last = str(date.fromisoformat(end[:10]) - timedelta(days=1))
    is_first, is_last = (time[11:19] == "00:00:00" for time in (begin, end))
    return begin[:10] if is_first else minute(begin), last if is_last else minute(end)


def span_text(begin: str, end: str) -> str:
    """A period in words."""
    first, last = span(begin, end)
    return first if first == last else f"{first} to {last}"


def bounds(energy: Optional[Document], low: str = "low") -> Sequence[str]:
    """Lowest, best and highest; empty for what is not known or cannot be defended."""
    if energy is None:
        return ["", "", ""]
    return [
        "" if energy[bound] is None else f"{energy[bound]:.3f}" for bound in (low, "best", "high")
    ]


def happened(lines: Sequence[Document]) -> Sequence[str]:
    """What happened to outlets; what happened to several of a PDU at a time is said once."""
    outlets: dict[tuple[str, str], list[str]] = {}
    for line in lines:
        for event in line["events"]:
            time = f"{minute(event['from'])} to {minute(event['to'])}"
            text = f"{time}: {event['kind']}: {event['reason']}"
            outlets.setdefault((line["pdu"], text), []).append(line["outlet"])
    return [
        f"{pdu}, outlet{'s' if len(names) > 1 else ''} {', '.join(names)}: {text}"
        for (pdu, text), names in outlets.items()
    ]


def _surcharges(statement: Document) -> Iterator[tuple[str, Document]]:
    """What the provider adds, each with its unit and factor."""
    added = statement["added"]
    if "pue" in added:
        factor = added["pue"]["factor"]
        yield f"share of the building in kWh, PUE {factor:g}", added["pue"]["share_kwh"]
        yield f"kWh with that share, PUE {factor:g}", added["pue"]["with_share_kwh"]
    if "carbon" in added:
        yield f"kg CO2, {added['carbon']['g_per_kwh']:g} g/kWh", added["carbon"]["kg"]


def _names(line: Document) -> str:
    place = f"{line['pdu']}, outlet {line['outlet']}"
    return ", ".join(filter(None, (line["machine"], line["name"], place)))


# ---- the table -----------------------------------------------------------------------------------

_COLUMNS = (
    "row customer machine name pdu outlet from to register_begin register_end kwh_lowest kwh_best"
    " kwh_highest tariff peak_kw p95_kw read grade reason events"
).split()


def table(statement: Document) -> str:
    """`statement.csv`: a row for each outlet, then the sums. With prices, three columns more.

    The lowest of a period of the tariff is its part of the outlet's lowest: so periods add up.
    """
    prices, out = statement["prices"], io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*_COLUMNS, *(("price", "net_amount", "currency") if prices else ())])
    for row, price, amount in _table_rows(statement):
        money = (price, amount, prices["currency"]) if prices else ()
        writer.writerow([_cell(value) for value in (*row, *money)])
    return out.getvalue()


def _cell(value: Any) -> str:
    text = "" if value is None else printable(str(value))
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _table_rows(statement: Document) -> Iterator[tuple[Sequence[Any], Any, Any]]:
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
    for label, energy in _surcharges(statement):
        yield [label, *total_cells, *bounds(energy), *[""] * 7], "", ""


# ---- the page ------------------------------------------------------------------------------------

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
_ENERGY = ("kWh lowest", "kWh best", "kWh highest")
Cell = tuple[str, str]  # classes and HTML


def page(statement: Document) -> str:
    """`statement.html`: who bills whom, what is billed, the bounds and what happened, how all is
    checked. One file without scripts and requests, which prints well.
    """
    is_priced, lines = statement["prices"] is not None, statement["lines"]
    parts = [
        _head(statement),
        *_verdict(statement),
        *_charts(statement),
        *(_billed(statement) if is_priced else ()),
        *_outlets(statement, is_priced),
        *(() if is_priced else _periods(statement)),
        *_section(
            "By your provider's factors",
            ("what", "lowest", "best", "highest"),
            [[_w(label), *_numbers(bounds(energy))] for label, energy in _surcharges(statement)],
        ),
        "<h2>Holes, and what else happened</h2>",
        _list_of(happened(lines)) or "<p>Nothing.</p>",
        *_units(lines),
        *(f"<p>{safe(text)}</p>" for text in statement["left_out"]),
        "<h2>How to check this</h2>",
        "<p>Keep this page together with <code>statement.json</code> and"
        " <code>proof.json.gz</code>, which has all readings of these outlets. <code>pdu energy"
        " check-statement proof.json.gz --root ROOT</code> computes all figures again, with the"
        " root that your provider publishes for all customers; so does"
        " <code>check_statement.py</code>, one file that needs Python alone.</p>",
        "<h2>What nobody can check</h2>",
        f'<p class="limits">{safe(statement["limits"])}</p>',
        '</main><footer id="reading"><h2>How to read this page</h2>',
        *(f"<p>{safe(text)}</p>" for text in _reading(statement)),
        "<p>More: docs/energy.md of the project.</p></footer></body></html>\n",
    ]
    return "\n".join(parts)


def safe(text: str) -> str:
    """A text for HTML."""
    return escape(printable(text))


def _in_style(text: str) -> str:
    """A text within a string of CSS, which drops a blank behind an escaped character: so blanks are
    escaped, too, and only letters and digits of ASCII stand as they are.
    """
    return re.sub("[^A-Za-z0-9]", lambda match: f"\\{ord(match[0]):06x}", printable(text))


def _title(statement: Document) -> str:
    number = statement["number"]
    return "a draft, no bill" if number == DRAFT else f"statement {number}"


def _head(statement: Document) -> str:
    customer, number = statement["customer"], statement["customer_id"]
    running = _in_style(f"{_title(statement)} · {customer}")
    about = f"Annex to a bill: {_title(statement)} of {statement['date']}, for"
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
        yield f'<p class="verdict">{extent}</p>'
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


def _billed(statement: Document) -> Iterator[str]:
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
    unbilled = [line for line in statement["lines"] if line["amounts"] is None]
    if unbilled:
        yield "<h2>What is not billed</h2>"
        yield _list_of(f"{_names(line)}: {line['reason']}" for line in unbilled)


def _money(kwh: str, price: str, amount: str) -> Sequence[Cell]:
    return [("n", kwh), ("n", price), ("n b", amount)]


def _place(line: Document) -> str:
    """An outlet with its days and registers."""
    edges = (line[edge] for edge in ("register_begin", "register_end"))
    begin, end = ("–" if edge is None else f"{edge['kwh']:.3f}" for edge in edges)
    registers = f"{span_text(line['from'], line['to'])}: register {begin} to {end} kWh"
    return f"<span>{safe(_names(line))}<br><small>{safe(registers)}</small></span>"


def _outlets(statement: Document, is_priced: bool) -> Iterator[str]:
    """The bounds; with days and registers where nothing above has them."""
    total = statement["total"]
    rows = [
        [
            ("w", safe(_names(line)) if is_priced else _place(line)),
            *_numbers(bounds(line["kwh"])),
            *_power_cells(line),
            (
                "w",
                f"<span>{line['grade']}<br><small>{safe(line['reason'])}</small></span>",
            ),
        ]
        for line in statement["lines"]
    ]
    foot = [_w("Total"), *_numbers(bounds(total["kwh"])), *_power_cells(total), _s("")]
    yield f"<h2>{'Bounds' if is_priced else 'Outlets'}</h2>"
    heads = ("machine, outlet", *_ENERGY, "peak kW", "95 % kW", "grade")
    yield from _table(heads, rows or [[_w("None"), *[_s("")] * 6]], [foot])
    if total["unread"]:
        yield f"<p>Outlets of which no energy was read, not in the total: {total['unread']}.</p>"
    if total["without_lowest"]:
        yield (
            "<p>Outlets of which no lowest energy can be defended, 0 in the total's:"
            f" {total['without_lowest']}.</p>"
        )


def _power_cells(figures: Document) -> Sequence[Cell]:
    values = (figures["peak_kw"], figures["p95_kw"])
    return [("n", "–" if kilowatts is None else f"{kilowatts:.3f}") for kilowatts in values]


def _periods(statement: Document) -> Iterator[str]:
    rows = [
        [_w(_names(line)), _s(label), *_numbers(bounds(energy, "billed"))]
        for line in statement["lines"]
        for label, energy in line["tariff"].items()
    ]
    foot = [
        [_w("Total"), _s(label), *_numbers(bounds(energy, "billed"))]
        for label, energy in statement["total"]["tariff"].items()
    ]
    yield from _section("Periods of the tariff", ("outlet", "period", *_ENERGY), rows, foot)


def _units(lines: Sequence[Document]) -> Iterator[str]:
    edges = ("first reading", "register kWh", "last reading", "register kWh")
    rows = [
        [
            _w(f"{line['pdu']}, outlet {line['outlet']}"),
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


# ---- pictures ------------------------------------------------------------------------------------

_WIDTH, _HEIGHT, _LEFT, _TOP, _BELOW = 720, 190, 54, 22, 26


def _charts(statement: Document) -> Iterator[str]:
    """Energy by day, split by period, and power by day with the highest quarter hour."""
    total, days = statement["total"], statement["total"]["days"]
    labels = list(dict.fromkeys(label for day in days for label in day["kwh"]))
    if labels:
        most = max((sum(day["kwh"].values()) for day in days), default=0.0)
        yield "<h2>Energy by day, kWh</h2>"
        yield _chart(days, most, "energy by day", lambda *place: _energy_bars(labels, *place))
        yield _key([*((f"p{at % 4}", label or "kWh") for at, label in enumerate(labels))], days)
    if any(day["kw"] for day in days):
        most, peak_day = max(day["kw"][2] for day in days if day["kw"]), total["peak_time"][:10]
        yield "<h2>Power by day, kW</h2>"
        yield _chart(days, most, "power by day", lambda *place: _power_bars(peak_day, *place))
        keys = (("bar", "quarter hours, lowest to highest"), ("mean p1", "mean"))
        marked = f"highest: {total['peak_kw']:.3f} kW, {minute(total['peak_time'])}"
        yield _key([*keys, ("mark", marked)], days)


def _key(entries: Sequence[tuple[str, str]], days: Sequence[Document]) -> str:
    holes = [("hole", "not read")] if any(day["unread"] for day in days) else []
    styles = {"bar": "p0", "mean p1": "p1", "mark": "mark", "hole": "hole"}
    entries_html = "".join(
        f'<span><i class="{styles.get(classes, classes)}"></i>{safe(text)}</span>'
        for classes, text in (*entries, *holes)
    )
    return f'<p class="key soft">{entries_html}</p>'


def _chart(
    days: Sequence[Document],
    most: float,
    title: str,
    bars: Callable[[Document, float, float, float, float], str],
) -> str:
    """A column for each day; a part that was not read is hatched, at its right."""
    step = _tick(most)
    top = step * max(math.ceil(most / step - 1e-9), 1)
    wide, tall = (_WIDTH - _LEFT) / len(days), _HEIGHT - _TOP - _BELOW
    marks = [
        (step * at, _TOP + tall * (1 - step * at / top)) for at in range(round(top / step) + 1)
    ]
    elements = [
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{title}">'
        '<defs><pattern id="hole" width="6" height="6" patternUnits="userSpaceOnUse"'
        ' patternTransform="rotate(45)"><path class="stripe" d="M0 0V6"/></pattern></defs>'
    ]
    for value, y in marks:
        elements.append(
            f'<path class="axis" d="M{_LEFT} {y:.1f}H{_WIDTH}"/>'
            f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>'
        )
    every = math.ceil(len(days) / 8)
    for at, day in enumerate(days):
        x, hole = _LEFT + at * wide, wide * (day["unread"] or 0.0)
        if hole:
            place = f'x="{x + wide - hole:.1f}" y="{_TOP}" width="{hole:.1f}" height="{tall}"'
            elements.append(f'<rect class="hole" {place}/>')
        read_width = wide - hole
        elements.append(
            bars(day, x + 0.12 * read_width, 0.76 * read_width, tall / top, _TOP + tall)
        )
        if at % every == 0:
            elements.append(f'<text x="{x:.1f}" y="{_HEIGHT - 6}">{day["day"][5:]}</text>')
    return "".join([*elements, "</svg>"])


def _energy_bars(
    labels: Sequence[str], day: Document, x: float, wide: float, scale: float, base: float
) -> str:
    bars, y = "", base
    for at, label in enumerate(labels):
        tall = scale * day["kwh"].get(label, 0.0)
        y -= tall
        if tall:
            bars += _rect(f"p{at % 4}", x, y, wide, tall)
    return bars


def _power_bars(
    peak_day: str, day: Document, x: float, wide: float, scale: float, base: float
) -> str:
    if day["kw"] is None:
        return ""
    low, mean, high = (base - scale * kw for kw in day["kw"])
    bars = _rect("bar", x, high, wide, max(low - high, 1.0))
    bars += _rect("mean", x, mean - 1.0, wide, 2.0)
    if day["day"] == peak_day:
        bars += f'<circle class="mark" cx="{x + wide / 2:.1f}" cy="{high:.1f}" r="4.5"/>'
    return bars


def _rect(classes: str, x: float, y: float, wide: float, tall: float) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" width="{max(wide, 0.5):.1f}" height="{tall:.1f}"'
    return f'<rect class="{classes}" {place}/>'


def _tick(most: float) -> float:
    """A round number of which two to five reach the most."""
    if most <= 0.0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(most))
    return next(
        power * factor for factor in (0.2, 0.5, 1.0, 2.0, 5.0) if most / (power * factor) <= 5.0
    )


# ---- what both verifiers look for beside figures ----------------------------------------------


class Trace(NamedTuple):
    """What a proof shows of a line's register. Times in s since 1970."""

    pdu: str
    outlet: str
    #: the time of the line
    begin: float
    end: float
    #: mark of handler and address, and serial number, of each unit
    units: Collection[tuple[str, str]]
    #: when the register was read, and what it showed, in kWh
    readings: Sequence[tuple[float, float]]
    #: texts that stand as hashes before the first reading, and after the last one
    hidden: tuple[int, int]
    #: when the readings began that show no more than the register
    registers: Sequence[float]

    @property
    def name(self) -> str:
        return f"{self.pdu}, outlet {self.outlet}"

    def own_readings(self) -> Sequence[tuple[float, float]]:
        """The readings of the line's own time."""
        return [reading for reading in self.readings if self.begin <= reading[0] < self.end]


def missing(traces: Sequence[Trace]) -> Sequence[str]:
    """What no reading is shown of, by count."""
    outlets: dict[tuple[str, ...], list[str]] = {}
    hidden = []
    for trace in traces:
        days = _days_without(trace)
        if days:
            outlets.setdefault(tuple(days), []).append(trace.name)
        count = _hidden_within(trace)
        if count:
            hidden.append(f"{count} of {trace.name}")
    sentences = [
        f"MISSING: no reading is shown of {len(days)} day{'s' if len(days) > 1 else ''}"
        f" ({', '.join(days[:3])}{', ...' if len(days) > 3 else ''}) of {'; '.join(names)}"
        for days, names in outlets.items()
    ]
    if hidden:
        sentences.append(f"HIDDEN, perhaps of this time: readings, {'; '.join(hidden)}")
    return [printable(text) for text in sentences]


def _days_without(trace: Trace) -> Sequence[str]:
    """Days (UTC) of a line's time, whole or in part, of which no reading is shown."""
    read_days = {int(time // 86400) for time, _ in trace.own_readings()}
    days = range(int(trace.begin // 86400), int(-(-trace.end // 86400)))
    return [str(date(1970, 1, 1) + timedelta(days=day)) for day in days if day not in read_days]


def _hidden_within(trace: Trace) -> int:
    """How many readings are hidden where none before, or after, bounds the line's time, or within
    it but for their registers.
    """
    first_hidden, last_hidden = trace.hidden
    is_open = not trace.readings
    first = first_hidden if is_open or trace.readings[0][0] >= trace.begin else 0
    last = last_hidden if is_open or trace.readings[-1][0] < trace.end else 0
    return first + last + sum(trace.begin <= time < trace.end for time in trace.registers)


def counted_twice(traces: Sequence[Trace]) -> str:
    """Two lines of one register at one time; "" if there are none."""
    by_key: dict[tuple[str, ...], list[Trace]] = {}
    for trace in traces:
        outlet = identity(trace.outlet)
        keys: set[tuple[str, ...]] = {("name", identity(trace.pdu), outlet)}
        for mark, serial in trace.units:
            keys |= {("mark", mark, outlet), *([("serial", serial, outlet)] if serial else [])}
        readings = trace.own_readings()
        rises = tuple(round(b - a, 6) for (_, a), (_, b) in zip(readings, readings[1:]))
        if sum(rise > 0 for rise in rises) >= _CONFIRMING:
            keys.add(("times", repr([time for time, _ in readings]), repr(rises)))
        for key in keys:
            by_key.setdefault(key, []).append(trace)
    for key, some in by_key.items():
        for first, second in itertools.combinations(some, 2):
            if (
                first.begin < second.end
                and second.begin < first.end
                and _are_one(key[0], first, second)
            ):
                return printable(f"{first.name} and {second.name} are one register at one time")
    return ""


#: rises at the same moments that two registers do not have by chance
_CONFIRMING = 20


def _are_one(key: str, first: Trace, second: Trace) -> bool:
    """Whether two lines that share a key are of one register."""
    if key == "name":
        return True
    if key == "times":
        return first.pdu != second.pdu
    shared = set(first.units) & set(second.units)
    if any(serial for _, serial in shared):
        return True
    if key == "mark" and any(serial for _, serial in (*first.units, *second.units)):
        return False  # several units at one address
    together = sorted([*first.own_readings(), *second.own_readings()])
    has_risen = bool(together) and together[-1][1] > together[0][1]
    return has_risen and _falls(together) <= _falls(first.own_readings()) + _falls(
        second.own_readings()
    )


def _falls(readings: Sequence[tuple[float, float]]) -> int:
    return sum(b < a - 1e-9 for (_, a), (_, b) in zip(readings, readings[1:]))


def identity(name: str) -> str:
    """A name in one spelling: "03" is "3"."""
    parts = re.split(r"(\d+)", name.strip().casefold())
    return "".join(part.lstrip("0") or "0" if part.isdigit() else part for part in parts)


def summary(statement: Document, readings: int) -> Sequence[str]:
    """What was checked, in two sentences: number, customer, period, amounts; readings."""
    total, prices, amounts = statement["total"], statement["prices"], statement["total"]["amounts"]
    low, best, high = bounds(total["kwh"])
    period = f"{span_text(statement['from'], statement['to'])} ({statement['zone']})"
    billed = (
        f"{amounts['kwh']:.3f} kWh, {amounts['net']} {prices['currency']} net" if prices else ""
    )
    extent = f"{low} kWh at least, {best} most likely, {high} at most"
    about = f"{_title(statement)}, {statement['customer']}, {period}"
    count = len(statement["lines"])
    return [
        printable(f"{about}: {f'{billed}; ' if billed else ''}{extent}"),
        f"{readings} readings of {count} outlet{'' if count == 1 else 's'} are those of the"
        " published root, and all figures follow from them",
    ]


def unchecked_files(names: Iterable[str]) -> Sequence[str]:
    """What of a folder is not checked, and what is not there. `names`: its files."""
    expected = {HTML, CSV, JSON, "proof.json.gz"}
    there = set(names)
    strangers, absent = sorted(there - expected), sorted(expected - there)
    sentences = [f"NOT CHECKED: other files here: {', '.join(strangers)}"] if strangers else []
    return [
        printable(text)
        for text in (*sentences, *([f"NOT HERE: {', '.join(absent)}"] if absent else []))
    ]
