"""An audit as one self-contained HTML file that prints well, without scripts and requests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from ...errors import printable
from ..output import counted
from . import plots
from .audit import Audited, AuditedRegister
from .grades import BOUNDED, FIRM, NOT_BILLABLE
from .groups import Sum, balance
from .outcome import AuditOutcome, kwh, share
from .text import EXPLAINED, NOBODY

_CLASSES = {FIRM: "firm", BOUNDED: "bounded", NOT_BILLABLE: "not"}
_STYLE = """
:root { color-scheme: light; } body { font: 14px/1.4 system-ui, sans-serif; margin: 1.5rem auto;
max-width: 75rem; padding: 0 1rem; color: #111; background: #fff; overflow-wrap: anywhere; }
h1 { font-size: 1.3rem; } h2 { font-size: 1.1rem; margin-top: 1.5rem; } h3 { font-size: .95rem;
margin: .8rem 0 .2rem; } table { border-collapse: collapse; } th, td { border-bottom: 1px solid
#bbb; padding: .15rem .6rem; text-align: left; vertical-align: top; } .n { text-align: right;
font-variant-numeric: tabular-nums; } tr, .register { break-inside: avoid; }
td.firm { color: #1d6b3f; } td.bounded { color: #8a5a00; font-weight: 600; }
td.not { color: #b00020; font-weight: 600; } ul { margin: .2rem 0; padding-left: 1.2rem; }
@media print { body { margin: 0; max-width: none; print-color-adjust: exact;
-webkit-print-color-adjust: exact; } }
"""
_HEAD = ("kWh lowest", "best", "highest", "read", "events", "grade")


def page(found: AuditOutcome) -> str:
    """The whole file. Texts from devices and files are escaped."""
    when = f"{found.local(found.begin)} to {found.local(found.end)}, {found.zone.key}"
    title = f"Energy, {when}"
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta http-equiv="Content-Security-Policy"'
        " content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>{_safe(title)}</title><style>{_STYLE}{plots.STYLE}</style></head><body>",
        f"<h1>{_safe(title)}</h1>",
        "<p>The lowest kWh are the lowest defensible bill.</p>",
        "<p>Left of each two pictures: what the register said; red dots were left out. Right: the"
        " energy since the first day, most likely and between its bounds. Bars are events.</p>",
        *_sums("Customers", found.customers),
        *_sums("Machines", found.machines),
        *(line for pdu in found.pdus for line in _pdu(found, pdu)),
    ]
    parts += ["<h2>Notes</h2>", *_list(found.notes()), "</body></html>", ""]
    return "\n".join(parts)


def _sums(title: str, sums: Sequence[Sum]) -> Iterator[str]:
    if not sums:
        return
    yield f"<h2>{title}</h2>"
    yield from _table(
        ("", "outlets", *_HEAD[:3], "grade"),
        [
            (
                [one.name or NOBODY, str(len(one.lines)), *kwh(one.energy, one.has_lowest)],
                one.grade,
            )
            for one in sums
        ],
    )


def _pdu(found: AuditOutcome, pdu: Audited) -> Iterator[str]:
    yield f"<h2>{_safe(pdu.name)}</h2>"
    answers = [*pdu.outlets, *filter(None, [pdu.own])]
    if pdu.unread or not answers:
        whose = f" of {counted(len(pdu.unread), 'outlet')}" if answers else ": not billable"
        yield f"<p>No energy was read{whose}.</p>"
    if not answers:
        return
    rows = [
        (
            [
                one.outlet or "PDU itself",
                *kwh(one.energy, one.has_lowest),
                share(one.read),
                str(len(one.events) or ""),
            ],
            one.grade,
        )
        for one in answers
    ]
    yield from _table(("outlet", *_HEAD), rows)
    if pdu.total is not None:
        low, best, high = kwh(pdu.total)
        yield f"<p>Sum of outlets: {low} / {best} / {high} kWh.</p>"
    compared = balance(pdu)
    if compared is not None:
        low, _, high = kwh(compared.difference)
        text = (
            f"PDU less outlets: {low} to {high} kWh, {EXPLAINED[compared.explained]}:"
            f" {compared.reason}"
        )
        yield f"<p>{_safe(text)}</p>"
    for one in answers:
        yield from _register(found, one)


def _register(found: AuditOutcome, one: AuditedRegister) -> Iterator[str]:
    if one.drawn is None:
        return
    name = f"Outlet {one.outlet}" if one.outlet else "PDU itself"
    yield f'<div class="register"><h3>{_safe(name)}</h3>'
    yield plots.register(found, one, one.drawn)
    yield plots.energy(found, one, one.drawn)
    yield from _list(found.told(event) for event in one.events)
    yield "</div>"


def _safe(text: str) -> str:
    """Text for HTML, from anybody: without controls and marks that change its direction."""
    return escape(printable(text))


def _list(texts: Iterable[str]) -> Sequence[str]:
    items = [f"<li>{_safe(one)}</li>" for one in texts]
    return ["<ul>", *items, "</ul>"] if items else []


def _table(head: Sequence[str], rows: Sequence[tuple[Sequence[str], str]]) -> Iterator[str]:
    """Rows of cells, each with its grade as the last one."""
    yield f"<table><tr>{''.join(f'<th>{one}</th>' for one in head)}</tr>"
    for cells, grade in rows:
        first = f"<td>{_safe(cells[0])}</td>"
        figures = "".join(f'<td class="n">{_safe(cell)}</td>' for cell in cells[1:])
        yield f'<tr>{first}{figures}<td class="{_CLASSES[grade]}">{grade}</td></tr>'
    yield "</table>"
