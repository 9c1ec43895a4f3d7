"""What an audit says to people, on a terminal and as a page: the verdict and the amounts at risk
first, what is not firm, customers and machines, then each PDU, and what the figures rest on.

A PDU's parts are made alone, so that the page of a hall needs no more memory than one of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence

from ...core.cli.output import counted
from ...core.cli.report import (
    BAD,
    DOUBTFUL,
    GOOD,
    Cell,
    Headline,
    Items,
    Part,
    Section,
    Table,
    html_lines,
    link,
    number,
    row_header,
    text_lines,
    verdict_cell,
    words,
)
from ...core.files.html import Frame
from ..registers.period import span_text
from .audit_result import AuditOutcome, AuditPeriod, figures, group_by_event, kwh, percent
from .grades import BOUNDED, ESTIMATE, FIRM, LEVELS, NOT_BILLABLE, WIDE
from .groups import GroupSum, balance, level_of
from .pdu_audit import AuditedRegister, PduAudit

_LOOKS = {FIRM: GOOD, BOUNDED: DOUBTFUL, WIDE: DOUBTFUL, ESTIMATE: BAD, NOT_BILLABLE: BAD}
_VERDICTS = {
    0: "All that is billed is firm.",
    1: "All that is billed is firm or bounded.",
    2: "Some of what is billed is wide or not billable.",
}
_EXPLANATIONS = {True: "explained", False: "NOT explained", None: "reason not known"}
NOBODY = "(nobody)"
_ENERGY = ("kWh lowest", "kWh best", "kWh highest")
_HEADS = ("outlet", *_ENERGY, "read %", "grade", "reason")
_SUM_HEADS = ("name", "outlets", *_ENERGY, "grade", "reason")
_LINE_HEADS = ("name", "PDU", "outlet", "kWh best", "grade")
#: of a PDU; `--json` has all
_MOST_EVENTS = 15
#: limit for outlets of customers and machines on a terminal
_MOST_LINES = 12
_GUIDE = "docs/energy.md"
_READING = (
    "The lowest kWh are the lowest defensible bill: the meter cannot have counted less. The best"
    " are the most likely, the highest the most that it can have counted. At risk is what lies"
    " between lowest and highest; of what has no lowest, all.",
    "Firm: the bounds are at most 1 % apart. Bounded: at most 10 %. Wide: more; the lowest is"
    " billed still. Not billable: the power contradicts the register, its unit is unknown, or it"
    " was not read.",
    "Read is the share of the time that has readings, in percent. Of a sum that was read in part,"
    " only the lowest is known.",
)


def page(outcome: AuditOutcome, sections: Iterable[str]) -> Iterator[str]:
    """The whole file in parts. `sections`: of each PDU, in their order."""
    period = outcome.period
    when = span_text(period.local(period.begin), period.local(period.end))
    question = f"pdu energy audit: what can be billed of {when}, {period.zone.key}"
    frame = Frame(f"Energy, {when}", question, _READING, _GUIDE)
    yield frame.begin()
    yield from (f"{line}\n" for line in html_lines(_summary(outcome)))
    yield from sections
    yield from (f"{line}\n" for line in html_lines(_notes(outcome)))
    yield frame.end()


def section(times: AuditPeriod, pdu: PduAudit) -> str:
    """The part of one PDU on the page."""
    return "".join(f"{line}\n" for line in html_lines(_pdu(times, pdu)))


def lines(outcome: AuditOutcome) -> Iterator[str]:
    """For a terminal."""
    period = outcome.period
    yield f"{period.local(period.begin)} to {period.local(period.end)}, {period.zone.key}"
    yield from text_lines(_summary(outcome))
    for pdu in outcome.pdus:
        yield from text_lines(_pdu(period, pdu))
    yield from text_lines(_notes(outcome))


def _summary(outcome: AuditOutcome) -> Iterator[Part]:
    yield Headline(_verdict(outcome), (GOOD, DOUBTFUL, BAD)[outcome.level])
    counts = ", ".join(outcome.counts())
    yield (
        f"Registers: {counts}. The lowest kWh are the lowest defensible bill; a statement bills"
        " what each counted between its readings."
    )
    amounts = [
        [
            Cell(amount.grade, f"name {_LOOKS[amount.grade]}"),
            number(str(amount.registers)),
            *map(number, kwh(amount.energy, amount.has_lowest)),
            number(amount.kwh_at_risk),
        ]
        for amount in outcome.amounts()
    ]
    yield Table("Amounts at risk", ("grade", "registers", *_ENERGY, "kWh at risk"), amounts)
    yield Table("What to look at", ("where", "what"), [*_exceptions(outcome)])
    yield from _sums("Customers", outcome.customers)
    yield from _sums("Machines", outcome.machines)


def _verdict(outcome: AuditOutcome) -> str:
    grades = [register.grade for _, register in outcome.answers()]
    if outcome.level == 2 and outcome.unread and NOT_BILLABLE not in grades:
        were, whose = ("was", "its") if outcome.unread == 1 else ("were", "their")
        registers = counted(outcome.unread, "register")
        return f"{registers} {were} not read: {whose} energy is not billable."
    return _VERDICTS[outcome.level]


def _exceptions(outcome: AuditOutcome) -> Iterator[Sequence[Cell]]:
    """PDUs with something that is not firm, and what was not read."""
    for title, sums in (("Customers", outcome.customers), ("Machines", outcome.machines)):
        unread = [item.name or NOBODY for item in sums if item.energy is None]
        if unread:
            reason = f"{len(unread)} not read, {NOT_BILLABLE}: {', '.join(unread)}"
            yield [row_header(title), words(reason)]
    for pdu in outcome.pdus:
        if not level_of(pdu):
            continue
        grades = [item.grade for item in pdu.billed]
        worst_first = [grade for grade in [*LEVELS][::-1] if grade != FIRM]
        parts = [f"{grades.count(grade)} {grade}" for grade in worst_first if grade in grades]
        if pdu.unread or not grades:
            parts.append(f"{counted(len(pdu.unread), 'outlet')} not read")
        if pdu.outlets_exceed_pdu:
            parts.append("the outlets took more than the PDU itself")
        yield [link(pdu.name, _anchor(pdu.name)), words("; ".join(parts))]


def _sums(title: str, sums: Sequence[GroupSum]) -> Iterator[Part]:
    rows = [
        [
            row_header(total.name or NOBODY),
            number(str(len(total.lines))),
            *map(number, figures(total)),
            verdict_cell(total.grade, _LOOKS[total.grade]),
            words(total.reason),
        ]
        for total in sorted(sums, key=lambda total: -total.level)
    ]
    yield Table(title, _SUM_HEADS, rows)
    outlets = [
        [
            row_header(total.name or NOBODY),
            words(line.pdu),
            link(line.outlet or "inlet", _anchor(line.pdu, line.outlet)),
            number(kwh(line.energy, line.has_lowest)[1]),
            verdict_cell(line.grade, _LOOKS[line.grade]),
        ]
        for total in sums
        for line in total.lines
    ]
    yield Table(f"{title}: each outlet", _LINE_HEADS, outlets, most=_MOST_LINES, folded=True)


def _pdu(times: AuditPeriod, pdu: PduAudit) -> Iterator[Part]:
    answers = pdu.registers
    yield Section(pdu.name, _anchor(pdu.name))
    if pdu.unread or not answers:
        whose = f" of {counted(len(pdu.unread), 'outlet')}" if answers else ""
        is_lost = not answers or pdu.outlets
        yield f"No energy was read{whose}{f': {NOT_BILLABLE}' if is_lost else ''}."
    if pdu.estimates:
        power_kwh = sum(energy.best for energy in pdu.estimates.values())
        registers = counted(len(pdu.estimates), "register")
        yield f"An estimate by power alone, never billable, of {registers}: {power_kwh:.1f} kWh."
    if pdu.total is not None:
        low, best, high = kwh(pdu.total)
        name = "Sum of those read" if pdu.unread else "Sum of outlets"
        yield f"{name}: {low} kWh at least; {best} most likely, {high} at most."
    comparison = balance(pdu)
    if comparison is not None:
        low, _, high = kwh(comparison.difference)
        explanation = _EXPLANATIONS[comparison.is_explained]
        yield f"PDU less outlets: {low} to {high} kWh, {explanation}: {comparison.reason}"
    worst_first = sorted(answers, key=lambda register: -LEVELS[register.grade])
    doubtful = [register for register in worst_first if register.grade != FIRM]
    firm = [register for register in answers if register.grade == FIRM]
    yield _table(pdu, "", doubtful)
    yield _table(pdu, f"{len(firm)} firm", firm)
    events = [
        f"{_names(registers)}: {times.sentence(event, 'minutes')}"
        for event, registers in group_by_event(answers).items()
    ]
    rest_of_events = (
        [f"and {len(events) - _MOST_EVENTS} more"] if len(events) > _MOST_EVENTS else []
    )
    yield Items("Events", [*events[:_MOST_EVENTS], *rest_of_events])


def _names(registers: Sequence[AuditedRegister]) -> str:
    outlets = [register.outlet for register in registers if register.outlet]
    parts = [f"outlet{'s' if len(outlets) > 1 else ''} {', '.join(outlets)}"] if outlets else []
    return " and ".join([*parts, *(["PDU itself"] if len(outlets) < len(registers) else [])])


def _table(pdu: PduAudit, title: str, registers: Sequence[AuditedRegister]) -> Table:
    rows = [
        [
            row_header(register.outlet or "PDU itself"),
            *map(number, kwh(register.energy, register.has_lowest)),
            number(percent(register.read)),
            verdict_cell(register.grade, _LOOKS[register.grade]),
            words(register.reason),
        ]
        for register in registers
    ]
    anchors = [_anchor(pdu.name, register.outlet) for register in registers]
    return Table(title, _HEADS, rows, anchors=anchors, folded=bool(title))


def _notes(outcome: AuditOutcome) -> Iterator[Part]:
    yield Section("How it was computed")
    yield Items("What the figures rest on", [*outcome.notes()])


def _anchor(pdu: str, outlet: str = "") -> str:
    """A name inside the page, of any text."""
    digest = hashlib.sha256(f"{pdu}\n{outlet}".encode(errors="backslashreplace")).hexdigest()
    return f"x{digest[:12]}"
