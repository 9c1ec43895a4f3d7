"""Sums of registers: of machines, of customers, and of a PDU's outlets beside its inlet. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, Optional

from ...core.cli.output import counted
from ..registers.customers import OutletTenancy, Place, cut
from ..registers.poll import OWN
from ..registers.rounding import summed
from ..registers.values import EnergyInterval, Event
from . import checks, grades
from .grades import BOUNDED, LEVELS, NOT_BILLABLE, USUAL_TOLERANCE_KWH
from .pdu_audit import AuditedRegister, OutletShare, PduAudit

_NO_NAMES: Mapping[str, str] = MappingProxyType({})


class InvoiceLine(NamedTuple):
    """One outlet of a sum, as an invoice's line."""

    pdu: str
    outlet: str
    begin: float
    end: float
    #: None: no energy was read
    energy: Optional[EnergyInterval]
    read: float
    grade: str
    reason: str
    events: Sequence[Event]
    #: what its power says, if no energy was read; never billed
    estimate: Optional[EnergyInterval] = None

    @property
    def has_lowest(self) -> bool:
        """Whether the lowest energy can be defended."""
        return self.energy is not None and not checks.is_unit_in_doubt(self.events)


def unread_line(
    place: Place, begin: float, end: float, estimate: Optional[EnergyInterval] = None
) -> InvoiceLine:
    """The line of a register of which no energy was read. `estimate`: what its power says."""
    grade = grades.grade_unread(estimate)
    return InvoiceLine(*place, begin, end, None, 0.0, *grade, (), estimate)


class GroupSum(NamedTuple):
    """The energy of a machine or a customer."""

    name: str
    lines: Sequence[InvoiceLine]
    #: of those lines that were read; None if none was
    energy: Optional[EnergyInterval]
    grade: str
    reason: str

    @property
    def level(self) -> int:
        """The exit code of its grade."""
        return LEVELS[self.grade]

    @property
    def unread(self) -> int:
        """How many of its lines were not read: then nobody knows its best and highest energy."""
        return sum(line.energy is None for line in self.lines)

    @property
    def has_lowest(self) -> bool:
        """Whether the lowest energy of at least one line can be defended."""
        return any(line.has_lowest for line in self.lines)


def sum_machines(
    machines: Mapping[str, Sequence[Place]],
    pdus: Iterable[PduAudit],
    begin: float,
    end: float,
    tolerance_kwh: float = USUAL_TOLERANCE_KWH,
    names: Mapping[str, str] = _NO_NAMES,
) -> list[GroupSum]:
    """Each machine with its cords. `names`: of PDUs that count under another name -> that one."""
    answers = {(pdu.name, register.outlet): register for pdu in pdus for register in pdu.outlets}
    return [
        _sum(
            name,
            _once(
                [line_of(register, answers.get(register), begin, end) for register in places], names
            ),
            tolerance_kwh,
        )
        for name, places in machines.items()
    ]


def _once(
    lines: Sequence[InvoiceLine],
    names: Mapping[str, str],
    counted_lines: Iterable[InvoiceLine] = (),
) -> Sequence[InvoiceLine]:
    """Lines without those of an outlet that is among them, or among the others, at the same time by
    another name of its PDU.
    """
    if not names:
        return lines
    numbers: list[int] = []
    lines_by_place: dict[Place, list[InvoiceLine]] = {}
    for line in counted_lines:
        lines_by_place.setdefault((names.get(line.pdu, line.pdu), line.outlet), []).append(line)
    for place in sorted(range(len(lines)), key=lambda at: lines[at].pdu in names):
        line = lines[place]
        same = lines_by_place.setdefault((names.get(line.pdu, line.pdu), line.outlet), [])
        if not any(two.begin < line.end and two.end > line.begin for two in same):
            same.append(line)
            numbers.append(place)
    return [lines[place] for place in sorted(numbers)]


def line_of(
    place: Place, answer: Optional[AuditedRegister], begin: float, end: float
) -> InvoiceLine:
    """The line of a register. `answer`: of the audit; None if no energy was read."""
    if answer is None:
        return unread_line(place, begin, end)
    return InvoiceLine(
        *place, begin, end, answer.energy, answer.read, answer.grade, answer.reason, answer.events
    )


def sum_customers(
    tenures: Mapping[Place, Sequence[OutletTenancy]],
    pdus: Sequence[PduAudit],
    begin: float,
    end: float,
    tolerance_kwh: float = USUAL_TOLERANCE_KWH,
    names: Mapping[str, str] = _NO_NAMES,
) -> list[GroupSum]:
    """Each customer with the outlets that it had, each for its time; last, what nobody had.

    `names`: of PDUs that count under another name -> that one.
    """
    shares: dict[Place, Sequence[OutletShare]] = {}
    for pdu in pdus:
        by_inlet = tenures.get((pdu.name, OWN), ())
        for register in (*pdu.outlets, *filter(None, [pdu.own] if by_inlet else [])):
            # what is nobody's of a PDU that somebody has by its inlet is in what the inlet counted
            shares[pdu.name, register.outlet] = [
                share for share in register.shares if share.customer or not by_inlet
            ]
    lines: dict[str, list[InvoiceLine]] = {}
    whole = (begin, end)
    estimates = {(pdu.name, name): energy for pdu in pdus for name, energy in pdu.estimates.items()}
    silent = ((pdu.name, item) for pdu in pdus for item in pdu.unread)
    for place in dict.fromkeys((*tenures, *shares, *silent)):
        own_tenures = cut(tenures.get(place, ()), begin, end)
        outlet_shares = shares.get(place)
        if outlet_shares is None:
            for item in own_tenures:
                estimate = estimates.get(place) if (item.begin, item.end) == whole else None
                unread = unread_line(place, item.begin, item.end, estimate)
                lines.setdefault(item.customer, []).append(unread)
            continue
        for share in outlet_shares:
            lines.setdefault(share.customer, []).append(_share(place, share))
    owned_lines = [item for name, some in lines.items() if name for item in some]
    once = {name: _once(some, names, () if name else owned_lines) for name, some in lines.items()}
    return [
        _sum(name, once[name], tolerance_kwh)
        for name in sorted(once, key=lambda item: (not item, item))
        if once[name]
    ]


def _share(place: Place, share: OutletShare) -> InvoiceLine:
    if not share.is_read:
        return unread_line(place, share.begin, share.end)
    return InvoiceLine(
        *place,
        share.begin,
        share.end,
        share.energy,
        share.read,
        share.grade,
        share.reason,
        share.events,
    )


def _sum(name: str, lines: Sequence[InvoiceLine], tolerance_kwh: float) -> GroupSum:
    energies = [line.energy for line in lines if line.energy is not None]
    energy = summed(energies)
    doubt_count = sum(checks.is_unit_in_doubt(line.events) for line in lines)
    unread = len(lines) - len(energies)
    grade = grades.grade_sum(energy, len(lines), unread, doubt_count, tolerance_kwh)
    return GroupSum(name, lines, energy if energies else None, *grade)


def places_unread(
    pdus: Iterable[PduAudit], machines: Iterable[GroupSum], customers: Iterable[GroupSum]
) -> Collection[Place]:
    """What was not read: outlets of machines, of customers, and of PDUs of which other outlets were
    read; and PDUs of which nothing was.
    """
    lines = (line for item in (*machines, *customers) for line in item.lines)
    places = {(line.pdu, line.outlet) for line in lines if line.energy is None}
    for pdu in pdus:
        if pdu.outlets or pdu.own is None:
            places.update((pdu.name, item) for item in pdu.unread)
        if not pdu.outlets and pdu.own is None and not pdu.unread:
            places.add((pdu.name, OWN))
    return places


class Balance(NamedTuple):
    """What a PDU's own register counted beside the sum of its outlets."""

    #: PDU less outlets, in kWh
    difference: EnergyInterval
    #: None if that cannot be said: outlets without a register, or the PDU's own use is not stated
    is_explained: Optional[bool]
    reason: str


def balance(pdu: PduAudit) -> Optional[Balance]:
    """The difference of inlet and outlets; None if one of them was not read."""
    if pdu.own is None or pdu.total is None:
        return None
    inlet, total = pdu.own.energy, pdu.total
    difference = EnergyInterval(
        inlet.low - total.high, inlet.best - total.best, inlet.high - total.low
    )
    if not all(register.has_lowest for register in (pdu.own, *pdu.outlets)):
        return Balance(difference, None, "the unit of a register is in doubt")
    if difference.high < 0.0:
        return Balance(difference, False, "the outlets took more than the PDU itself")
    if difference.low <= 0.0:
        return Balance(difference, True, "the bounds of both meet")
    if pdu.unread:
        reason = f"no energy was read of {counted(len(pdu.unread), 'outlet')}"
        return Balance(difference, None, reason)
    watts = 3_600_000.0 * difference.low / pdu.seconds
    if pdu.own.meter.own_use_w is None:
        reason = f"at least {watts:.3g} W on average; nobody stated the PDU's own use"
        return Balance(difference, None, reason)
    if watts <= pdu.own.meter.own_use_w:
        return Balance(difference, True, "the PDU's own use")
    reason = f"at least {watts:.3g} W on average, more than the PDU's own use"
    return Balance(difference, False, reason)


def grade_exit_code(
    pdus: Sequence[PduAudit], machines: Sequence[GroupSum], customers: Sequence[GroupSum]
) -> int:
    """The exit code: the worst grade of what is billed, which is customers; without them machines,
    and without those outlets. That of what is not billable if anything was not read.
    """
    if places_unread(pdus, machines, customers):
        return LEVELS[NOT_BILLABLE]
    sums = [total for total in customers if total.name] or machines
    return max(0, *(total.level for total in sums)) if sums else max(0, *map(level_of, pdus))


def level_of(pdu: PduAudit) -> int:
    """The worst grade of a PDU's outlets, and of their sum beside the PDU's own register."""
    comparison = balance(pdu)
    is_odd = comparison is not None and comparison.is_explained is False
    return max(pdu.level, LEVELS[BOUNDED] if is_odd else 0)
