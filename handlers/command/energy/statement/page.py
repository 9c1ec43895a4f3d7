"""A statement as one HTML file that prints well, without scripts and requests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

from ....errors import printable
from .table import additions, three, told

_STYLE = """
:root { color-scheme: light; } body { font: 13px/1.4 system-ui, sans-serif; margin: 1.5rem auto;
max-width: 62rem; padding: 0 1rem; color: #111; background: #fff; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; margin-bottom: .2rem; } h2 { font-size: 1.05rem; margin: 1.4rem 0 .3rem; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #bbb; padding: .25rem .5rem; text-align: left;
vertical-align: top; } th { font-weight: 600; } .n { text-align: right; white-space: nowrap;
font-variant-numeric: tabular-nums; } .b { font-weight: 700; } tr { break-inside: avoid; }
.t { white-space: nowrap; } tfoot td { border-top: 2px solid #111; font-weight: 700; }
small { color: #444; } .limits { border-left: 3px solid #8a5a00; padding-left: .7rem; }
@page { size: A4; margin: 14mm; } @media print { body { margin: 0; max-width: none; padding: 0;
font-size: 11px; } thead { display: table-header-group; } .scroll { overflow: visible; } }
"""
_MINUTE = len("2026-10-01 00:00")
_ENERGY = ("kWh lowest", "best", "highest")
_FIGURES, _RIGHT = frozenset({*_ENERGY, "lowest", "register", "peak, 95 % kW"}), ' class="n"'


def page(statement: Mapping[str, Any]) -> str:
    """The whole file. Texts from devices and files are escaped."""
    title = f"Energy of {statement['customer']}"
    period = f"{minute(statement['from'])} to {minute(statement['to'])}, {statement['zone']}"
    total = statement["total"]
    low, best, high = three(total["kwh"])
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta http-equiv="Content-Security-Policy"'
        " content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>{_safe(title)}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{_safe(title)}</h1><p>{_safe(period)}</p>",
        f"<p><b>{low} kWh</b> at least; {best} most likely, {high} at most.",
        *_power(total),
        "</p>",
        *_lines(statement),
        *_tariff(statement),
        *_added(statement),
        *_events(statement["lines"]),
        *_units(statement["lines"]),
        "<h2>How to check this</h2>",
        "<p>Keep this page together with <code>statement.json</code> and <code>proof.json</code>,"
        " which has all readings of these outlets. <code>pdu energy check-statement proof.json"
        " --root ROOT</code> computes all figures again, with the root that your provider"
        " publishes for all customers.</p>",
        f'<p class="limits">{_safe(statement["limits"])}</p>',
        "</body></html>",
        "",
    ]
    return "\n".join(parts)


def _power(said: Mapping[str, Any]) -> Iterator[str]:
    if said["peak_kw"] is not None:
        yield (
            f" Highest quarter hour {said['peak_kw']:.3f} kW; 95 % of them up to"
            f" {said['p95_kw']:.3f} kW."
        )


def _lines(statement: Mapping[str, Any]) -> Iterator[str]:
    yield "<h2>Outlets</h2>"
    head = ("machine, outlet", "from, to", "register", *_ENERGY, "peak, 95 % kW", "grade")
    rows = [
        "<td>"
        + "<br>".join(_safe(one) for one in _names(line))
        + f"</td><td class=t>{_safe(minute(line['from']))}<br>{_safe(minute(line['to']))}</td>"
        + f'<td class="n">{_register(line["register_begin"])}<br>'
        + f"{_register(line['register_end'])}</td>"
        + _three(line["kwh"])
        + f'<td class="n">{_kw(line["peak_kw"])}<br>{_kw(line["p95_kw"])}</td>'
        + f"<td>{_safe(line['grade'])}<br><small>{_safe(line['reason'])}</small></td>"
        for line in statement["lines"]
    ]
    total = statement["total"]
    foot = (
        f'<td colspan="3">Total</td>{_three(total["kwh"])}'
        f'<td class="n">{_kw(total["peak_kw"])}<br>{_kw(total["p95_kw"])}</td><td></td>'
    )
    yield from _table(head, rows, foot)
    if total["unread"]:
        yield f"<p>Outlets of which no energy was read, not in the total: {total['unread']}.</p>"
    if total["without_lowest"]:
        yield (
            "<p>Outlets of which no lowest energy can be defended, 0 in the total's:"
            f" {total['without_lowest']}.</p>"
        )
    yield (
        "<p><small>The register at begin and end is what the unit showed at the last reading until"
        " then. The peak is the highest mean of a quarter hour, of all outlets together in the"
        " total.</small></p>"
    )


def _names(line: Mapping[str, Any]) -> Sequence[str]:
    place = f"{line['pdu']}, outlet {line['outlet']}"
    return [one for one in (line["machine"], line["name"], place) if one]


def _tariff(statement: Mapping[str, Any]) -> Iterator[str]:
    periods = statement["total"]["tariff"]
    if not periods:
        return
    yield "<h2>Periods of the tariff</h2>"
    rows = []
    for line in statement["lines"]:
        for name, energy in line["tariff"].items():
            names = ", ".join(_names(line))
            rows.append(f"<td>{_safe(names)}</td><td>{_safe(name)}</td>{_three(energy)}")
    foot = [
        f"<td>Total</td><td>{_safe(name)}</td>{_three(energy)}" for name, energy in periods.items()
    ]
    yield from _table(("outlet", "period", *_ENERGY), rows, "</tr><tr>".join(foot))


def _added(statement: Mapping[str, Any]) -> Iterator[str]:
    rows = [f"<td>{_safe(name)}</td>{_three(one)}" for name, one in additions(statement)]
    if rows:
        yield "<h2>By your provider's factors</h2>"
        yield from _table(("", "lowest", "best", "highest"), rows)


def _events(lines: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    listed = [
        f"<li>{_safe(line['pdu'])}, outlet {_safe(line['outlet'])}: {_safe(told(event))}</li>"
        for line in lines
        for event in line["events"]
    ]
    yield "<h2>Holes, and what else happened</h2>"
    yield from (["<ul>", *listed, "</ul>"] if listed else ["<p>Nothing.</p>"])


def _units(lines: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    rows = [
        f"<td>{_safe(line['pdu'])}, outlet {_safe(line['outlet'])}</td>"
        f"<td>{_safe(one['serial'] or 'not read')}</td>"
        + "".join(
            f'<td>{_safe(minute(one[edge]["time"]))}</td><td class="n">{one[edge]["kwh"]!r}</td>'
            for edge in ("first", "last")
        )
        for line in lines
        if len(line["units"]) > 1
        for one in line["units"]
    ]
    if rows:
        yield "<h2>Exchanged units</h2>"
        head = ("outlet", "serial number", "first reading", "register", "last reading", "register")
        yield from _table(head, rows)


def _table(head: Iterable[str], rows: Iterable[str], foot: str = "") -> Iterator[str]:
    heads = "".join(f"<th{_RIGHT if one in _FIGURES else ''}>{_safe(one)}</th>" for one in head)
    yield f'<div class="scroll"><table><thead><tr>{heads}</tr></thead><tbody>'
    for row in rows:
        yield f"<tr>{row}</tr>"
    yield "</tbody>"
    if foot:
        yield f"<tfoot><tr>{foot}</tr></tfoot>"
    yield "</table></div>"


def _three(energy: Any) -> str:
    low, best, high = three(energy)
    return f'<td class="n b">{low or "–"}</td><td class="n">{best}</td><td class="n">{high}</td>'


def _register(said: Any) -> str:
    return "–" if said is None else repr(said["kwh"])


def _kw(value: Any) -> str:
    return "–" if value is None else f"{value:.3f}"


def minute(text: str) -> str:
    """A time to the minute, with its offset."""
    return text[:_MINUTE] + (text[-len("+02:00") :] if len(text) > _MINUTE else "")


def _safe(text: str) -> str:
    """Text for HTML, from anybody: without controls and marks that change its direction."""
    return escape(printable(text))
