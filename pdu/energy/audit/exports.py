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
from .groups import GroupSum, InvoiceLine, balance, level_of, line_of, unread_line
from .pdu_audit import AuditedRegister, PduAudit


def as_json(outcome: AuditOutcome) -> dict[str, Any]:
    """The whole outcome."""
    lists = {name: [*some] for name, some in _lists(outcome).items()}
    return {**_head(outcome), **lists}


def json_pieces(outcome: AuditOutcome) -> Iterator[str]:
    """`as_json` as the text of one line, PDU by PDU: the values of a large hall need 200 MB."""
    yield json.dumps(_head(outcome))[:-1]
    for name, some in _lists(outcome).items():
        yield f", {json.dumps(name)}: ["
        for at, value in enumerate(some):
            yield f"{', ' if at else ''}{json.dumps(value)}"
        yield "]"
    yield "}\n"


def _head(outcome: AuditOutcome) -> dict[str, Any]:
    return {
        "from": utc(outcome.period.begin),
        "to": utc(outcome.period.end),
        "zone": outcome.period.zone.key,
        "level": outcome.level,
        "amounts": [
            {
                "grade": amount.grade,
                "registers": amount.registers,
                "kwh": _kwh(amount.energy, amount.has_lowest),
                "kwh_at_risk": float(amount.kwh_at_risk),
            }
            for amount in outcome.amounts()
        ],
        "notes": [*outcome.notes()],
    }


def _lists(outcome: AuditOutcome) -> dict[str, Iterator[dict[str, Any]]]:
    return {
        "pdus": map(_pdu, outcome.pdus),
        "machines": map(_sum, outcome.machines),
        "customers": map(_sum, outcome.customers),
    }


def _pdu(pdu: PduAudit) -> dict[str, Any]:
    comparison = balance(pdu)
    return {
        "name": pdu.name,
        "level": level_of(pdu),
        "outlets": [{"identity": outlet.outlet, **_answer(outlet)} for outlet in pdu.outlets],
        "pdu": None if pdu.own is None else _answer(pdu.own),
        "sum_kwh": None if pdu.total is None else _kwh(pdu.total),
        "sum_exceeds_pdu": pdu.outlets_exceed_pdu,
        "difference": None
        if comparison is None
        else {
            "kwh": _kwh(comparison.difference),
            "explained": comparison.is_explained,
            "reason": comparison.reason,
        },
        "outlets_without_energy": len(pdu.unread),
        "estimates": {name or "pdu": _kwh(energy) for name, energy in pdu.estimates.items()},
        "polls_failed": pdu.failures,
    }


def _answer(register: AuditedRegister) -> dict[str, Any]:
    return {
        **_lowest(_kwh(register.energy, register.has_lowest)),
        "read": register.read,
        "grade": register.grade,
        "reason": register.reason,
        "step_kwh": register.step,
        "step_from": register.origins.step,
        "wrap_from": register.origins.wrap or None,
        "class_from": register.origins.meter_class or None,
        "meter": dataclasses.asdict(register.meter),
        "events": _events(register.events),
    }


def _sum(total: GroupSum) -> dict[str, Any]:
    return {
        "name": total.name,
        **_lowest(
            None if total.energy is None else _kwh(total.energy, total.has_lowest, not total.unread)
        ),
        "grade": total.grade,
        "reason": total.reason,
        "outlets": [
            {
                "pdu": line.pdu,
                "identity": line.outlet,
                "from": utc(line.begin),
                "to": utc(line.end),
                "kwh": None if line.energy is None else _kwh(line.energy, line.has_lowest),
                "estimate": None if line.estimate is None else _kwh(line.estimate, False),
                "read": line.read,
                "grade": line.grade,
                "reason": line.reason,
                "events": _events(line.events),
            }
            for line in total.lines
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


def as_csv(outcome: AuditOutcome) -> str:
    """The lines of invoices: of customers, of machines, of PDUs. `kwh_lowest` is what can be
    defended."""
    return csv_lines([_COLUMNS, *_rows(outcome)])


def _rows(outcome: AuditOutcome) -> Iterator[Sequence[object]]:
    for what, sums in (("customer", outcome.customers), ("machine", outcome.machines)):
        for total in sums:
            for line in total.lines:
                yield _row(outcome, what, total.name, line)
    begin, end, _ = outcome.period
    for pdu in outcome.pdus:
        if pdu.outlets or pdu.own is None:
            for outlet in pdu.unread:
                estimate = pdu.estimates.get(outlet)
                line = unread_line((pdu.name, outlet), begin, end, estimate)
                yield _row(outcome, "outlet", "", line)
        if not pdu.outlets and pdu.own is None:
            line = unread_line((pdu.name, OWN), begin, end, pdu.estimates.get(OWN))
            yield _row(outcome, "pdu", "", line)
    for pdu, answer in outcome.answers():
        line = line_of((pdu.name, answer.outlet), answer, begin, end)
        yield _row(outcome, "outlet" if answer.outlet else "pdu", "", line)


def _row(outcome: AuditOutcome, what: str, name: str, line: InvoiceLine) -> Sequence[object]:
    begin, end = map(outcome.period.local, (line.begin, line.end))
    figures = kwh(line.estimate or line.energy, line.has_lowest)
    sentences = "; ".join(outcome.period.sentence(event) for event in line.events)
    return [
        what, name, line.pdu, line.outlet, begin, end, *figures, f"{line.read:.4f}", line.grade,
        sentences, line.reason,
    ]  # fmt: skip
