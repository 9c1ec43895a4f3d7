"""Sums of registers: of machines, of customers, and of a PDU's outlets beside its inlet. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from typing import NamedTuple, Optional

from ..output import counted
from . import checks
from .audit import BOUNDED, LEVELS, NOT_BILLABLE, Audited, AuditedRegister, Share, graded
from .owners import Place, Tenure, cut
from .registers import NOTHING, Event, Kilowatthours


class InvoiceLine(NamedTuple):
    """One outlet of a sum, as an invoice's line."""

    pdu: str
    outlet: str
    begin: float
    end: float
    #: None: no energy was read
    energy: Optional[Kilowatthours]
    read: float
    grade: str
    events: Sequence[Event]

    @property
    def has_lowest(self) -> bool:
        """Whether the lowest energy can be defended."""
        return self.energy is not None and not checks.is_unit_in_doubt(self.events)


def unread_line(place: Place, begin: float, end: float) -> InvoiceLine:
    """The line of a register of which no energy was read."""
    return InvoiceLine(*place, begin, end, None, 0.0, NOT_BILLABLE, ())


class Sum(NamedTuple):
    """The energy of a machine or a customer."""

    name: str
    lines: Sequence[InvoiceLine]
    #: of those lines that were read
    energy: Kilowatthours
    grade: str

    @property
    def level(self) -> int:
        """The exit code of its grade."""
        return LEVELS[self.grade]

    @property
    def has_lowest(self) -> bool:
        """Whether the lowest energy of at least one line can be defended."""
        return any(one.has_lowest for one in self.lines)


def by_machine(
    machines: Mapping[str, Sequence[Place]], pdus: Iterable[Audited], begin: float, end: float
) -> list[Sum]:
    """Each machine with its cords."""
    answers = {(pdu.name, one.outlet): one for pdu in pdus for one in pdu.outlets}
    return [
        _sum(name, [_line(place, answers.get(place), begin, end) for place in places])
        for name, places in machines.items()
    ]


def _line(place: Place, answer: Optional[AuditedRegister], begin: float, end: float) -> InvoiceLine:
    if answer is None:
        return unread_line(place, begin, end)
    return InvoiceLine(*place, begin, end, answer.energy, answer.read, answer.grade, answer.events)


def by_customer(
    tenures: Mapping[Place, Sequence[Tenure]], pdus: Iterable[Audited], begin: float, end: float
) -> list[Sum]:
    """Each customer with the outlets that it had, each for its time; last, what nobody had."""
    shares: dict[Place, Sequence[Share]] = {
        (pdu.name, one.outlet): one.shares for pdu in pdus for one in pdu.outlets
    }
    lines: dict[str, list[InvoiceLine]] = {}
    for place in {**dict.fromkeys(tenures), **dict.fromkeys(shares)}:
        owned = cut(tenures.get(place, ()), begin, end)
        found = shares.get(place)
        if found is None:
            for one in owned:
                unread = unread_line(place, one.begin, one.end)
                lines.setdefault(one.customer, []).append(unread)
            continue
        for share in found:
            lines.setdefault(share.customer, []).append(_share(place, share))
    return [_sum(name, lines[name]) for name in sorted(lines, key=lambda one: (not one, one))]


def _share(place: Place, one: Share) -> InvoiceLine:
    return InvoiceLine(*place, one.begin, one.end, one.energy, one.read, one.grade, one.events)


def _sum(name: str, lines: Sequence[InvoiceLine]) -> Sum:
    read = [one.energy for one in lines if one.energy is not None]
    energy = reduce(Kilowatthours.plus, read, NOTHING)
    events = [event for one in lines for event in one.events]
    grade = graded(energy.best, energy.width, events)
    if len(read) < len(lines):
        grade = NOT_BILLABLE
    elif all(LEVELS[one.grade] == 0 for one in lines):
        # Lines of outlets that were not used are firm, though they have a width.
        grade = lines[0].grade
    return Sum(name, lines, energy, grade)


class Balance(NamedTuple):
    """What a PDU's own register counted beside the sum of its outlets."""

    #: PDU less outlets, in kWh
    difference: Kilowatthours
    #: None if that cannot be said: outlets without a register, or the PDU's own use is not stated
    explained: Optional[bool]
    reason: str


def balance(pdu: Audited) -> Optional[Balance]:
    """The difference of inlet and outlets; None if one of them was not read."""
    if pdu.own is None or pdu.total is None:
        return None
    own, total = pdu.own.energy, pdu.total
    difference = Kilowatthours(own.low - total.high, own.best - total.best, own.high - total.low)
    if not all(one.has_lowest for one in (pdu.own, *pdu.outlets)):
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


def worst(pdus: Iterable[Audited], sums: Iterable[Sum]) -> int:
    """The exit code: the worst grade of any register, machine and customer."""
    return max(0, *map(level_of, pdus), *(one.level for one in sums))


def level_of(pdu: Audited) -> int:
    """The worst grade of a PDU's registers, and of their sum beside the PDU's own."""
    compared = balance(pdu)
    is_odd = compared is not None and compared.explained is False
    return max(pdu.level, LEVELS[BOUNDED] if is_odd else 0)
