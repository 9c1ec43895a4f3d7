"""An audit as a table for people."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from handlers.shared.errors import printable

from ...core.cli.output import columns, counted
from .audit_result import AuditOutcome, by_event, by_reason, figures, kwh, share
from .grades import FIRM
from .groups import Sum, balance
from .pdu_audit import Audited, AuditedRegister

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
    yield ", ".join(found.counts())
    yield from _wrapped("The lowest kWh are the lowest defensible bill.")
    for note in found.notes():
        yield from _wrapped(note)


def _rows(pdus: Sequence[Audited]) -> Iterator[Sequence[object]]:
    for pdu in pdus:
        for one in pdu.outlets:
            yield [pdu.name, one.outlet, *_figures(one)]
        if pdu.total is not None:
            yield [pdu.name, sum_name(pdu), *kwh(pdu.total), "", "", ""]
        if pdu.own is not None:
            yield [pdu.name, "PDU itself", *_figures(pdu.own)]


def sum_name(pdu: Audited) -> str:
    """What the sum of its outlets is of."""
    return "sum of those read" if pdu.unread else "sum of outlets"


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
    for (grade, reason), those in by_reason(answers).items():
        yield from _wrapped(f"{_where(pdu, those)}: {grade}: {reason}", "    ")
    for event, those in by_event(answers).items():
        yield from _wrapped(f"{_where(pdu, those)}: {found.told(event)}", "    ")


def _where(pdu: Audited, registers: Sequence[AuditedRegister]) -> str:
    where = ", ".join(
        f"outlet {printable(one.outlet, 40)}" if one.outlet else "itself" for one in registers
    )
    return f"{printable(pdu.name, 40)} {where}"


def _sums(what: str, sums: Sequence[Sum]) -> Iterator[str]:
    if not sums:
        return
    rows = [[one.name or NOBODY, len(one.lines), *figures(one), one.grade] for one in sums]
    yield ""
    yield from columns((what, "outlets", "kWh lowest", "best", "highest", "grade"), rows)
    for one in sums:
        if one.name and one.grade != FIRM:
            yield from _wrapped(f"{printable(one.name, 40)}: {one.grade}: {one.reason}", "    ")
    yield ""


def _wrapped(text: str, indent: str = "") -> Sequence[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent=indent)
