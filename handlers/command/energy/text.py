"""An audit as a table for people."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from ...errors import printable
from ..output import columns, counted
from .audit import FIRM, LEVELS, Audited, AuditedRegister
from .groups import Sum, balance
from .outcome import AuditOutcome, by_event, kwh, share
from .pue import CATEGORIES, ItEnergy

WIDTH = 80
_HEAD = ("PDU", "outlet", "kWh lowest", "best", "highest", "read", "events", "grade")
EXPLAINED = {True: "explained", False: "NOT explained", None: "reason not known"}
NOBODY = "(nobody)"


def lines(found: AuditOutcome) -> Iterator[str]:
    """The whole output."""
    yield f"{found.local(found.begin)} to {found.local(found.end)}, {found.zone.key}"
    yield from columns(_HEAD, [*_rows(found.pdus)])
    for pdu in found.pdus:
        yield from _findings(pdu)
        yield from _events(found, pdu)
    yield from _sums("Machine", found.machines)
    yield from _sums("Customer", found.customers)
    if found.pue is not None:
        yield from _pue(found.pue)
    grades = [one.grade for _, one in found.answers()]
    yield ", ".join(
        f"{grades.count(grade)} {grade}" for grade in LEVELS if grade in grades or grade == FIRM
    )
    yield from _wrapped("The lowest kWh are the lowest defensible bill.")
    for note in found.notes():
        yield from _wrapped(note)


def _rows(pdus: Sequence[Audited]) -> Iterator[Sequence[object]]:
    for pdu in pdus:
        for one in pdu.outlets:
            yield [pdu.name, one.outlet, *_figures(one)]
        if pdu.total is not None:
            yield [pdu.name, "sum of outlets", *kwh(pdu.total), "", "", ""]
        if pdu.own is not None:
            yield [pdu.name, "PDU itself", *_figures(pdu.own)]


def _figures(one: AuditedRegister) -> Sequence[object]:
    return [*kwh(one.energy, one.has_lowest), share(one.read), len(one.events) or "", one.grade]


def _findings(pdu: Audited) -> Iterator[str]:
    name = printable(pdu.name, 40)
    if pdu.own is None and pdu.total is None:
        yield f"{name}: no energy was read: not billable"
    elif pdu.unread:
        more = ": not billable" if pdu.outlets else ""
        yield f"{name}: no energy was read of {counted(len(pdu.unread), 'outlet')}{more}"
    compared = balance(pdu)
    if compared is not None:
        low, _, high = kwh(compared.difference)
        yield from _wrapped(
            f"{name}: PDU less outlets: {low} to {high} kWh,"
            f" {EXPLAINED[compared.explained]}: {compared.reason}",
            "    ",
        )


def _events(found: AuditOutcome, pdu: Audited) -> Iterator[str]:
    answers = [*pdu.outlets, *filter(None, [pdu.own])]
    for event, those in by_event(answers).items():
        where = ", ".join(
            f"outlet {printable(one.outlet, 40)}" if one.outlet else "itself" for one in those
        )
        yield from _wrapped(f"{printable(pdu.name, 40)} {where}: {found.told(event)}", "    ")


def _sums(what: str, sums: Sequence[Sum]) -> Iterator[str]:
    if not sums:
        return
    rows = []
    for one in sums:
        unread = sum(line.energy is None for line in one.lines)
        note = f"{unread} not read" if unread else ""
        rows.append(
            [one.name or NOBODY, len(one.lines), *kwh(one.energy, one.has_lowest), one.grade, note]
        )
    yield ""
    head = (what, "outlets", "kWh lowest", "best", "highest", "grade", "")
    yield from columns(head, rows)
    yield ""


def _pue(one: ItEnergy) -> Iterator[str]:
    low, best, high = kwh(one.energy)
    yield from _wrapped(
        f"PUE, {one.category} ({CATEGORIES[one.category]}) of ISO/IEC 30134-2: PDU output of"
        f" {counted(one.outlets, 'outlet')}: {low} / {best} / {high} kWh. Not known:"
        f" {'; '.join(one.unknowns)}."
    )


def _wrapped(text: str, indent: str = "") -> Sequence[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent=indent)
