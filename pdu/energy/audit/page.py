"""An audit as one self-contained HTML file that prints well, without scripts and requests.

The verdict and what is not firm come first, then customers and machines with links to their
outlets, then each PDU, of which what is firm is folded. A PDU's part is made alone, so that a hall
needs no more memory than one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence

from ...core.cli.output import counted
from ...core.files import html
from ...core.files.html import safe
from ..registers.period import days
from . import plots
from .audit_result import AuditOutcome, Times, by_event, figures, kwh, percent
from .grades import BOUNDED, FIRM, LEVELS, NOT_BILLABLE, WIDE
from .groups import InvoiceLine, Sum, balance, level_of
from .pdu_audit import Audited, AuditedRegister
from .text import EXPLAINED, NOBODY, sum_name

_CLASSES = {FIRM: "soft", BOUNDED: "doubtful", WIDE: "doubtful", NOT_BILLABLE: "bad"}
_VERDICTS = {
    0: "All that is billed is firm.",
    1: "All that is billed lies within its bounds; some of it is not firm.",
    2: "Some of what is billed is not billable.",
}
_ENERGY = ("kWh lowest", "kWh best", "kWh highest")
#: of a PDU; `--json` has all
_MOST_EVENTS = 15
_HEADS = ("outlet", *_ENERGY, "read %", "grade", "reason")
_SUM_HEADS = ("name", "outlets", *_ENERGY, "grade", "reason")
#: heads of columns with words
_WORDS = frozenset({"outlet", "name", "grade", "reason"})
_GUIDE = "docs/energy.md"
_READING = (
    "The lowest kWh are the lowest defensible bill: the meter cannot have counted less. The best"
    " are the most likely, the highest the most that it can have counted.",
    "Firm: the bounds are at most 1 % apart, and nothing happened. Bounded: something happened, and"
    " lies within the bounds. Not billable: the bounds are more than 10 % apart, the unit is in"
    " doubt, or it was not read.",
    "Read is the share of the time that has readings, in percent. Of a sum that was read in part,"
    " only the lowest is known.",
)


def _narrow(kind: str, heads: Sequence[str]) -> str:
    """Rules that show the head of a column beside its cell, once and not in each of them."""
    return "".join(
        f'.{kind} td:nth-child({place})::before {{ content: "{head}"; color: var(--soft);'
        " font-weight: 400; }\n"
        for place, head in enumerate(heads, start=1)
        if head not in ("outlet", "name", "reason")
    )


_STYLE = (
    "@media screen and (max-width: 44rem) {"
    f"{_narrow('registers', _HEADS)}{_narrow('sums', _SUM_HEADS)}}}{plots.STYLE}"
)


def page(found: AuditOutcome, sections: Iterable[str]) -> Iterator[str]:
    """The whole file in parts. `sections`: of each PDU, in their order.

    Texts from devices and files are escaped.
    """
    when = days(found.local(found.begin), found.local(found.end)).text
    asked = f"pdu energy audit: what can be billed of {when}, {found.zone.key}"
    frame = html.Frame(f"Energy, {when}", asked, _READING, _GUIDE)
    look = ("good", "doubtful", "bad")[found.level]
    yield (
        frame.begin(_STYLE)
        + html.verdict(_verdict(found), look)
        + f"<p>Registers: {', '.join(found.counts())}.</p>\n"
    )
    yield from _exceptions(found)
    yield from _sums("Customers", found.customers)
    yield from _sums("Machines", found.machines)
    yield "<h2>PDUs</h2>\n"
    yield from sections
    yield f"<h2>How it was computed</h2>\n{_list(found.notes())}{frame.end()}"


def _verdict(found: AuditOutcome) -> str:
    grades = [one.grade for _, one in found.answers()]
    if found.level == LEVELS[NOT_BILLABLE] and found.unread and NOT_BILLABLE not in grades:
        were, whose = ("was", "its") if found.unread == 1 else ("were", "their")
        those = counted(found.unread, "register")
        return f"{those} {were} not read: {whose} energy is not billable."
    return _VERDICTS[found.level]


def _exceptions(found: AuditOutcome) -> Iterator[str]:
    """PDUs with something that is not firm, and what was not read."""
    items = [
        f'<li><a href="#{_anchor(title)}">{title}</a>: {unread} not read'
        for title, sums in (("Customers", found.customers), ("Machines", found.machines))
        for unread in [sum(one.energy is None for one in sums)]
        if unread
    ]
    for pdu in found.pdus:
        if not level_of(pdu):
            continue
        grades = [one.grade for one in pdu.outlets or [*filter(None, [pdu.own])]]
        parts = [
            f"{grades.count(one)} {one}" for one in (NOT_BILLABLE, WIDE, BOUNDED) if one in grades
        ]
        if pdu.unread or not grades:
            parts.append(f"{counted(len(pdu.unread), 'outlet')} not read")
        if pdu.exceeded:
            parts.append("the outlets took more than the PDU itself")
        link = f'<a href="#{_anchor(pdu.name)}">{safe(pdu.name)}</a>'
        items.append(f"<li>{link}: {'; '.join(parts)}")
    if items:
        yield f"<h2>What to look at</h2>\n<ul>{''.join(items)}</ul>\n"


def _sums(title: str, sums: Sequence[Sum]) -> Iterator[str]:
    if not sums:
        return
    read = [one for one in sums if one.energy is not None]
    yield f'<h2 id="{_anchor(title)}">{title}</h2>\n'
    yield f'<table class="sums">{_head(_SUM_HEADS)}' if read else ""
    for one in read:
        outlets = "".join(f"<li>{_line(line)}" for line in one.lines)
        name = safe(one.name or NOBODY)
        yield _row(
            f"<details><summary>{name}</summary><ul>{outlets}</ul></details>",
            [str(len(one.lines)), *figures(one)],
            one.grade,
            one.reason,
        )
    yield "</table>\n" if read else ""
    unread = [one.name or NOBODY for one in sums if one.energy is None]
    if unread:
        those = safe(", ".join(unread))
        yield f'<p><span class="bad">Not read</span>, {NOT_BILLABLE}: {those}.</p>\n'


def _line(line: InvoiceLine) -> str:
    where = f"{safe(line.pdu)} {safe(line.outlet)}"
    energy = "not read" if line.energy is None else f"{kwh(line.energy, line.has_lowest)[1]} kWh"
    return f'<a href="#{_anchor(line.pdu, line.outlet)}">{where}</a>: {energy}, {line.grade}'


def section(times: Times, pdu: Audited) -> str:
    """The part of one PDU."""
    return "".join(_pdu(times, pdu))


def _pdu(times: Times, pdu: Audited) -> Iterator[str]:
    answers = [*pdu.outlets, *filter(None, [pdu.own])]
    doubtful = [one for one in answers if one.grade != FIRM]
    firm = [one for one in answers if one.grade == FIRM]
    yield f'<h3 id="{_anchor(pdu.name)}">{safe(pdu.name)}</h3>\n'
    if pdu.unread or not answers:
        whose = f" of {counted(len(pdu.unread), 'outlet')}" if answers else ": not billable"
        yield f"<p>No energy was read{whose}.</p>\n"
    if pdu.total is not None:
        low, best, high = kwh(pdu.total)
        name = sum_name(pdu).capitalize()
        yield f"<p>{name}: {low} kWh at least; {best} most likely, {high} at most.</p>\n"
    compared = balance(pdu)
    if compared is not None:
        low, _, high = kwh(compared.difference)
        said = EXPLAINED[compared.explained]
        text = f"PDU less outlets: {low} to {high} kWh, {said}: {compared.reason}"
        yield f"<p>{safe(text)}</p>\n"
    if doubtful:
        yield _table(pdu, doubtful)
    if firm:
        yield f"<details><summary>{len(firm)} firm</summary>{_table(pdu, firm)}</details>\n"
    events = [
        f"{_those(those)}: {times.told_to_minute(event)}"
        for event, those in by_event(answers).items()
    ]
    more = [f"and {len(events) - _MOST_EVENTS} more"] if len(events) > _MOST_EVENTS else []
    yield _list([*events[:_MOST_EVENTS], *more])
    for one in doubtful:
        if one.drawn is not None:
            name = f"Outlet {one.outlet}" if one.outlet else "PDU itself"
            yield f'<div class="whole"><h3>{safe(name)}</h3>'
            yield plots.register(times, one, one.drawn)
            yield f"{plots.energy(times, one, one.drawn)}</div>\n"


def _those(registers: Sequence[AuditedRegister]) -> str:
    outlets = [one.outlet for one in registers if one.outlet]
    parts = [f"outlet{'s' if len(outlets) > 1 else ''} {', '.join(outlets)}"] if outlets else []
    return " and ".join([*parts, *(["PDU itself"] if len(outlets) < len(registers) else [])])


def _table(pdu: Audited, registers: Sequence[AuditedRegister]) -> str:
    rows = (
        _row(
            safe(one.outlet or "PDU itself"),
            [*kwh(one.energy, one.has_lowest), percent(one.read)],
            one.grade,
            one.reason,
            _anchor(pdu.name, one.outlet) if one.outlet else "",
        )
        for one in registers
    )
    return f'<table class="registers">{_head(_HEADS)}{"".join(rows)}</table>\n'


def _head(heads: Sequence[str]) -> str:
    cells = "".join(f"<th>{one}" if one in _WORDS else f'<th class="n">{one}' for one in heads)
    return f'<tr class="head">{cells}\n'


def _row(name: str, numbers: Sequence[str], grade: str, reason: str, anchor: str = "") -> str:
    """One row; `name` is HTML."""
    place = f' id="{anchor}"' if anchor else ""
    cells = "".join(f'<td class="n">{safe(one)}' for one in numbers)
    grade_cell = f'<td class="{_CLASSES[grade]}">{grade}'
    return f'<tr{place}><td class="wide">{name}{cells}{grade_cell}<td class="wide">{safe(reason)}\n'


def _anchor(pdu: str, outlet: str = "") -> str:
    """A name inside the page, of any text."""
    digest = hashlib.sha256(f"{pdu}\n{outlet}".encode(errors="backslashreplace")).hexdigest()
    return f"x{digest[:12]}"


def _list(texts: Iterable[str]) -> str:
    items = [f"<li>{safe(one)}" for one in texts]
    return f"<ul>{''.join(items)}</ul>\n" if items else ""
