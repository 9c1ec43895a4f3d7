"""An audit for programs: JSON, and CSV with the lines of invoices."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Optional

from ...core.files.csv_out import csv_lines
from ..registers.poll import OWN
from ..registers.values import EnergyInterval, Event
from .audit_result import AuditOutcome, kwh, utc
from .groups import InvoiceLine, Sum, balance, level_of, unread_line
from .pdu_audit import Audited, AuditedRegister


def as_json(found: AuditOutcome) -> dict[str, Any]:
    """The whole outcome."""
    lists = {name: [*some] for name, some in _lists(found).items()}
    return {**_head(found), **lists}


def json_pieces(found: AuditOutcome) -> Iterator[str]:
    """`as_json` as the text of one line, PDU by PDU: the values of a large hall need 200 MB."""
    yield json.dumps(_head(found))[:-1]
    for name, some in _lists(found).items():
        yield f", {json.dumps(name)}: ["
        for at, one in enumerate(some):
            yield f"{', ' if at else ''}{json.dumps(one)}"
        yield "]"
    yield "}\n"


def _head(found: AuditOutcome) -> dict[str, Any]:
    return {
        "from": utc(found.begin),
        "to": utc(found.end),
        "zone": found.zone.key,
        "level": found.level,
        "amounts": [
            {
                "grade": amount.grade,
                "registers": amount.registers,
                "kwh": _kwh(amount.energy, amount.has_lowest),
                "kwh_at_risk": float(amount.at_risk),
            }
            for amount in found.amounts()
        ],
        "notes": [*found.notes()],
    }


def _lists(found: AuditOutcome) -> dict[str, Iterator[dict[str, Any]]]:
    return {
        "pdus": map(_pdu, found.pdus),
        "machines": map(_sum, found.machines),
        "customers": map(_sum, found.customers),
    }


def _pdu(pdu: Audited) -> dict[str, Any]:
    compared = balance(pdu)
    return {
        "name": pdu.name,
        "level": level_of(pdu),
        "outlets": [{"identity": one.outlet, **_answer(one)} for one in pdu.outlets],
        "pdu": None if pdu.own is None else _answer(pdu.own),
        "sum_kwh": None if pdu.total is None else _kwh(pdu.total),
        "sum_exceeds_pdu": pdu.exceeded,
        "difference": None
        if compared is None
        else {
            "kwh": _kwh(compared.difference),
            "explained": compared.explained,
            "reason": compared.reason,
        },
        "outlets_without_energy": len(pdu.unread),
        "polls_failed": pdu.failed,
    }


def _answer(one: AuditedRegister) -> dict[str, Any]:
    return {
        **_lowest(_kwh(one.energy, one.has_lowest)),
        "read": one.read,
        "grade": one.grade,
        "reason": one.reason,
        "step_kwh": one.step,
        "step_from": one.origins.step,
        "wrap_from": one.origins.wrap or None,
        "class_from": one.origins.meter_class or None,
        "meter": dataclasses.asdict(one.meter),
        "events": _events(one.events),
    }


def _sum(one: Sum) -> dict[str, Any]:
    return {
        "name": one.name,
        **_lowest(None if one.energy is None else _kwh(one.energy, one.has_lowest, not one.unread)),
        "grade": one.grade,
        "reason": one.reason,
        "outlets": [
            {
                "pdu": line.pdu,
                "identity": line.outlet,
                "from": utc(line.begin),
                "to": utc(line.end),
                "kwh": None if line.energy is None else _kwh(line.energy, line.has_lowest),
                "read": line.read,
                "grade": line.grade,
                "reason": line.reason,
                "events": _events(line.events),
            }
            for line in one.lines
        ],
    }


def _kwh(
    energy: EnergyInterval, has_lowest: bool = True, is_whole: bool = True
) -> dict[str, Optional[float]]:
    """As `audit_result.kwh`, for programs: None for what is empty there."""
    figures = zip(EnergyInterval._fields, kwh(energy, has_lowest, is_whole))
    return {name: float(text) if text else None for name, text in figures}


def _lowest(energy: Optional[dict[str, Optional[float]]]) -> dict[str, Any]:
    lowest = None if energy is None else energy["low"]
    return {"kwh": energy, "lowest_defensible_bill_kwh": lowest}


def _events(events: Iterable[Event]) -> list[dict[str, Any]]:
    return [
        {**dataclasses.asdict(event), "begin": utc(event.begin), "end": utc(event.end)}
        for event in events
    ]


_COLUMNS = (
    "for", "name", "pdu", "outlet", "from", "to", "kwh_lowest", "kwh_best", "kwh_highest", "read",
    "grade", "events", "reason",
)  # fmt: skip


def as_csv(found: AuditOutcome) -> str:
    """The lines of invoices: of customers, of machines, of PDUs. `kwh_lowest` is what can be
    defended."""
    return csv_lines([_COLUMNS, *_rows(found)])


def _rows(found: AuditOutcome) -> Iterator[Sequence[object]]:
    for what, sums in (("customer", found.customers), ("machine", found.machines)):
        for one in sums:
            for line in one.lines:
                yield _row(found, what, one.name, line)
    begin, end = found.begin, found.end
    for pdu in found.pdus:
        if pdu.outlets or pdu.own is None:
            for outlet in pdu.unread:
                yield _row(found, "outlet", "", unread_line((pdu.name, outlet), begin, end))
        if not pdu.outlets and pdu.own is None:
            yield _row(found, "pdu", "", unread_line((pdu.name, OWN), begin, end))
    for pdu, answer in found.answers():
        line = InvoiceLine(
            pdu.name,
            answer.outlet,
            found.begin,
            found.end,
            answer.energy,
            answer.read,
            answer.grade,
            answer.reason,
            answer.events,
        )
        yield _row(found, "outlet" if answer.outlet else "pdu", "", line)


def _row(found: AuditOutcome, what: str, name: str, line: InvoiceLine) -> Sequence[object]:
    begin, end = found.local(line.begin), found.local(line.end)
    figures = kwh(line.energy, line.has_lowest)
    told = "; ".join(found.told(event) for event in line.events)
    return [
        what, name, line.pdu, line.outlet, begin, end, *figures, f"{line.read:.4f}", line.grade,
        told, line.reason,
    ]  # fmt: skip
