"""The report of a period: a row for each outlet of each customer, the customers' sums, and what a
PDU's inlet counted beside its outlets. Energies are in Wh.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple, Optional

from ..cli.output import counted
from .customers import Period, Tenancies, Tenancy, tenancies_of_register
from .demand import Demand, HourlyEnergy
from .law import FIRM, NOT_BILLABLE, Energy, energy, grade_of
from .pdu_law import FactsOfFamily, Supply, narrow_by_inlet, no_facts, registers_of
from .readings import INLET, FailedPoll, PduReadings, Readings

NOBODY = "(nobody)"
NOT_READ = "its register was not read"
NOT_POLLED = "no PDU of this name was polled"
_NO_INLET = "no register of its inlet was read"
_NO_OUTLET = "the unit has no such outlet"


class Row(NamedTuple):
    """What one customer has of one register."""

    customer: str
    pdu: str
    #: INLET for the whole PDU
    outlet: str
    period: Period
    #: None if the register was not read
    energy: Optional[Energy]
    #: why there is no energy
    missing: str = NOT_READ
    #: what the unit gave as reason for figures that were not known; "" for none
    unit_reason: str = ""

    @property
    def grade(self) -> str:
        """Of its bounds."""
        return NOT_BILLABLE if self.energy is None else self.energy.grade

    @property
    def reasons(self) -> Sequence[str]:
        """What widens its bounds, or why there is no figure."""
        reasons = [self.missing] if self.energy is None else self.energy.reasons
        if self.unit_reason and self.grade != FIRM:
            return [*reasons, self.unit_reason]
        return reasons


class Sum(NamedTuple):
    """The sum of rows. Of what was not read whole, only the lowest has a figure."""

    billable: Optional[float]
    low: float
    high: Optional[float]
    grade: str
    rows: int
    #: rows that have no figure
    missing: int


def sum_of(energies: Collection[Optional[Energy]]) -> Sum:
    """The sum of the energies of rows."""
    known = [value for value in energies if value is not None and value.grade != NOT_BILLABLE]
    low = sum(value.low for value in known)
    missing = len(energies) - len(known)
    if missing:
        return Sum(None, low, None, NOT_BILLABLE, len(energies), missing)
    high = sum(value.high for value in known)
    is_disputed = any(value.is_disputed for value in known)
    grade = grade_of(low, sum(value.best for value in known), high, is_disputed=is_disputed)
    billable = sum(value.billable or 0.0 for value in known)
    return Sum(billable, low, high, grade, len(energies), 0)


class PduSum(NamedTuple):
    """What the inlet of a PDU counted beside its outlets."""

    pdu: str
    #: None if it was not read
    inlet: Optional[Energy]
    outlets: Sum

    @property
    def difference(self) -> Optional[float]:
        """What the inlet counted more than the outlets; None if one of them has no figure."""
        if self.inlet is None or self.inlet.billable is None or self.outlets.billable is None:
            return None
        return self.inlet.billable - self.outlets.billable


class Report(NamedTuple):
    """Everything that a period's report shows."""

    period: Period
    #: also those of NOBODY
    rows: Sequence[Row]
    pdus: Sequence[PduSum]
    #: a PDU, why it was not read, and how often
    failed: Sequence[tuple[str, str, int]]
    #: of each customer, if it was asked for
    demands: Mapping[str, Optional[Demand]] = {}

    def rows_by_customer(self) -> dict[str, list[Row]]:
        """The rows of each customer, sorted by name."""
        rows: dict[str, list[Row]] = {}
        for row in sorted(self.rows, key=lambda row: row.customer):
            if row.customer != NOBODY:
                rows.setdefault(row.customer, []).append(row)
        return rows

    def sums(self) -> dict[str, Sum]:
        """The sum of each customer."""
        return {
            customer: sum_of([row.energy for row in rows])
            for customer, rows in self.rows_by_customer().items()
        }

    def is_firm(self) -> bool:
        """Whether there is a customer, and the sum of each is firm."""
        sums = self.sums()
        return bool(sums) and all(total.grade == FIRM for total in sums.values())


class PduReport(NamedTuple):
    """The part of a report that one PDU gives."""

    rows: Sequence[Row]
    total: PduSum
    failed: Sequence[tuple[str, str, int]]
    #: of each customer, if it was asked for
    hours: Mapping[str, HourlyEnergy]


class Terms(NamedTuple):
    """What the report of each PDU needs besides its readings. It can be sent to a process."""

    period: Period
    tenancies: Tenancies
    supply: Supply
    facts_of: FactsOfFamily = no_facts
    #: of PDUs whose limits are not those of `supply`
    supply_by_pdu: Mapping[str, Supply] = {}
    with_demand: bool = False


def report_of(source: Readings, terms: Terms) -> Report:
    """The report of all PDUs that were polled. Raises PduHandlerError, also for a register that two
    customers have at one time.
    """
    pdus = source.pdus(*terms.period)
    return join_reports(terms, pdus, (report_of_pdu(source, pdu, terms) for pdu in pdus))


def join_reports(terms: Terms, pdus: Sequence[str], parts: Iterable[PduReport]) -> Report:
    """The whole report of PDUs by their parts, with the rows that mean no PDU."""
    polled = {row.where for pdu in pdus for row in terms.tenancies.rows_of_pdu(pdu)}
    rows: list[Row] = []
    totals: list[PduSum] = []
    failed: list[tuple[str, str, int]] = []
    hours = _Hours(terms.period)
    for part in parts:
        rows += part.rows
        totals.append(part.total)
        failed += part.failed
        for customer, energies in part.hours.items():
            hours[customer].add(energies)
    for row in terms.tenancies.rows_in_period(terms.period):
        if row.where not in polled:
            rows.append(Row(row.customer, row.pdu, row.outlet, row.period, None, NOT_POLLED))
            if terms.with_demand:
                hours[row.customer].add_register(None, row.period)
    commitments = terms.tenancies.commitments()
    demands = {
        customer: energies.demand(commitments.get(customer)) for customer, energies in hours.items()
    }
    return Report(terms.period, rows, totals, failed, demands)


class _Hours(dict[str, HourlyEnergy]):
    """The hours of each customer, none at first."""

    def __init__(self, period: Period) -> None:
        self._period = period

    def __missing__(self, customer: str) -> HourlyEnergy:
        return self.setdefault(customer, HourlyEnergy(self._period))


def report_of_pdu(source: Readings, pdu: str, terms: Terms) -> PduReport:
    """The report of one PDU. Raises as `report_of`."""
    period = terms.period
    readings = source.read_pdu(pdu, *period)
    supply = terms.supply_by_pdu.get(pdu, terms.supply)
    registers = registers_of(readings, supply, terms.facts_of)
    energies = narrow_by_inlet(
        {name: energy(register, *period) for name, register in registers.items()}
    )
    rows_of_pdu = terms.tenancies.rows_of_pdu(pdu)
    tenancies_by_outlet = {
        outlet: tenancies_of_register(rows_of_pdu, outlet, period)
        for outlet, register in registers.items()
        # a PDU may have no meter at its inlet
        if outlet != INLET or register.segments or register.events
    }
    rows: list[Row] = []
    for outlet, tenancies in tenancies_by_outlet.items():
        for tenancy in _filled(tenancies, pdu, outlet, period):
            value = energies[outlet]
            if tenancy.period != period:
                value = energy(registers[outlet], *tenancy.period)
            reason = _unit_reason(readings, outlet, tenancy.period)
            rows.append(
                Row(tenancy.customer, pdu, outlet, tenancy.period, value, unit_reason=reason)
            )
    with_register = {row.where for row in chain.from_iterable(tenancies_by_outlet.values())}
    without_register = [row for row in rows_of_pdu if row.where not in with_register]
    rows += _rows_without_register(readings, without_register, period)
    hours = _Hours(period)
    if terms.with_demand:
        for row in rows:
            if row.customer != NOBODY:
                hours[row.customer].add_register(registers.get(row.outlet), row.period)
    outlets = [value for name, value in energies.items() if name != INLET]
    total = PduSum(pdu, energies.get(INLET), sum_of(outlets))
    return PduReport(rows, total, [*_failed(pdu, readings.failed)], dict(hours))


def _rows_without_register(
    readings: PduReadings, tenancies: Iterable[Tenancy], period: Period
) -> Iterator[Row]:
    """Rows of customers for what a PDU has no register of."""
    for tenancy in tenancies:
        part = tenancy.period.cut(*period)
        if part.begin < part.end:
            missing = _missing(tenancy.outlet, readings)
            reason = _unit_reason(readings, tenancy.outlet, part)
            yield Row(tenancy.customer, readings.pdu, tenancy.outlet, part, None, missing, reason)


def _missing(outlet: str, readings: PduReadings) -> str:
    """Why a PDU has no register for a customer's row."""
    if not readings.latest:
        causes = Counter(poll.reason for poll in readings.failed).most_common(1)
        return f"never read: {causes[0][0]}" if causes else NOT_READ
    return _NO_INLET if outlet == INLET else _NO_OUTLET


def _unit_reason(readings: PduReadings, outlet: str, period: Period) -> str:
    """The most frequent reason that the unit gave for a figure of a register in a period, and how
    often it gave it; "" for none.
    """
    register = readings.registers.get(outlet)
    counts = Counter(
        reason
        for time, reason in zip(readings.latest, register.reasons if register else ())
        if reason and period.begin <= time <= period.end
    )
    return "".join(
        f"{reason} ({counted(count, 'poll')})" for reason, count in counts.most_common(1)
    )


def _filled(
    tenancies: Sequence[Tenancy], pdu: str, outlet: str, period: Period
) -> Iterator[Tenancy]:
    """The tenancies of a register, and NOBODY's for the times between them."""
    end = period.begin
    for tenancy in tenancies:
        if tenancy.period.begin > end:
            yield Tenancy(NOBODY, pdu, outlet, Period(end, tenancy.period.begin), "")
        yield tenancy
        end = tenancy.period.end
    if end < period.end:
        yield Tenancy(NOBODY, pdu, outlet, Period(end, period.end), "")


def _failed(pdu: str, polls: Sequence[FailedPoll]) -> Iterator[tuple[str, str, int]]:
    for reason, count in Counter(poll.reason for poll in polls).items():
        yield pdu, reason, count
