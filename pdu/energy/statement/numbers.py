"""The numbers of statements, in a journal of the meter's folder: none is given twice.

`statements.jsonl` has a line for the numbers that a run reserves, before its first file, and one
for each statement that it issued: number, customer, period, outlets, and what was billed. A second
statement for a customer and a period is a correction of the first.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Optional
from zoneinfo import ZoneInfo

from handlers.shared.errors import SettingsError, printable

from ...core.cli.output import counted
from ...core.files import journal
from ...core.files.journal import Journal
from ..registers.poll import OWN
from .document import Billed
from .figures import local
from .wording import place_text

STATEMENTS = "statements.jsonl"
#: behind the name of a folder that is not whole yet
PART = ".part"
#: so many overlaps are named
_MOST_NAMED = 5


class BilledReadings(NamedTuple):
    """The readings between which an outlet was billed: when they were taken, in s since 1970, and
    the register in kWh.
    """

    begin: float
    begin_kwh: float
    end: float
    end_kwh: float


class HeldOutlet(NamedTuple):
    """An outlet in a statement; times in s since 1970."""

    pdu: str
    outlet: str
    begin: float
    end: float
    #: None: it was never read
    readings: Optional[BilledReadings] = None


class PeriodKey(NamedTuple):
    """Whose statement it is, and of when, in s since 1970: not in which zone."""

    customer: str
    begin: float
    end: float


class IssuedStatement(NamedTuple):
    """A statement that was issued."""

    key: PeriodKey
    outlets: Sequence[HeldOutlet]
    billed: Billed
    #: SHA-256 of what it says beside number, date and what it corrects
    content: str


class StatementNumber(NamedTuple):
    """A statement's number."""

    number: str
    #: the number of the first statement for this customer and period; None if this is the first
    corrects: Optional[str]
    #: what the statement before it billed; None if this is the first
    previous: Optional[Billed] = None


class _Reserved(NamedTuple):
    """Numbers that a run took for itself."""

    #: the first one, counted over all years, and how many
    first: int
    size: int
    year: str
    #: the folder that it wrote
    into: str

    def numbers(self) -> Sequence[str]:
        return [f"{self.year}-{self.first + at:05d}" for at in range(self.size)]


class Numbers:
    """The journal of statements, while one run writes some. A second run is refused meanwhile."""

    def __init__(self, folder: str) -> None:
        """Raises SettingsError; journal.HashMismatch for a line that is not as it was written."""
        self._path = os.path.join(folder, STATEMENTS)
        self._journal = Journal(self._path)
        self._first = dict[PeriodKey, str]()
        self._latest = dict[PeriodKey, IssuedStatement]()
        self._reserved = list[_Reserved]()
        self._issued = set[str]()
        try:
            for entry in journal.read_entries(self._path):
                if entry.line > 1:
                    self._take(entry)
        except BaseException:
            self.close()
            raise

    def _take(self, entry: journal.JournalEntry) -> None:
        record = entry.record
        try:
            if "reserved" in record:
                self._reserved.append(_Reserved(**record["reserved"]))
                return
            statement = _issued_of(record)
        except (ValueError, TypeError, LookupError):
            raise SettingsError(
                f"{printable(self._path)}, line {entry.line}: not the number of a statement"
            ) from None
        self._first.setdefault(statement.key, statement.billed.number)
        self._latest[statement.key] = statement
        self._issued.add(statement.billed.number)

    def latest(self, key: PeriodKey) -> Optional[IssuedStatement]:
        """The last statement of a customer for a period."""
        return self._latest.get(key)

    def list_customers(self, begin: float, end: float) -> Sequence[str]:
        """The customers whose last statement of exactly this period has an outlet."""
        return [
            key.customer
            for key, statement in self._latest.items()
            if key[1:] == (begin, end) and statement.outlets
        ]

    def correction(self, key: PeriodKey, number: str) -> StatementNumber:
        """A number with what its statement corrects."""
        latest = self._latest.get(key)
        return StatementNumber(number, self._first.get(key), latest and latest.billed)

    def overlaps(self, runs: Mapping[PeriodKey, Sequence[HeldOutlet]]) -> Sequence[str]:
        """Outlets that a statement would bill once more: another customer's at that time, or of
        another period that shares a time, also in another zone. `runs`: those of this run, which
        take the place of the last ones of the same customer and period.
        """
        issued_outlets: dict[str, list[tuple[HeldOutlet, IssuedStatement]]] = {}
        for key, statement in self._latest.items():
            if key not in runs:
                for outlet in statement.outlets:
                    issued_outlets.setdefault(outlet.pdu, []).append((outlet, statement))
        collisions = [
            (key, outlet, statement)
            for key, outlets in runs.items()
            for outlet in outlets
            for issued_outlet, statement in issued_outlets.get(outlet.pdu, ())
            # what an inlet counts is its outlets', too
            if OWN in (outlet.outlet, issued_outlet.outlet) or outlet.outlet == issued_outlet.outlet
            if issued_outlet.begin < outlet.end and outlet.begin < issued_outlet.end
        ]
        return [*_overlap_texts(collisions)]

    def last_readings(self, begin: float) -> Mapping[str, float]:
        """PDU -> when the first of the readings was taken at which its bills until `begin` ended,
        in s. Of outlets that were read in the time of such a bill: others are perhaps no more.
        """
        last_by_pdu: dict[str, float] = {}
        for statement in self._latest.values():
            for pdu, _, since, end, readings in statement.outlets:
                if end == begin and readings is not None and readings.end >= since:
                    last_by_pdu[pdu] = min(last_by_pdu.get(pdu, begin), readings.end)
        return last_by_pdu

    def unbilled(
        self, runs: Mapping[PeriodKey, Sequence[HeldOutlet]], zone: ZoneInfo
    ) -> Sequence[str]:
        """Times between the readings of two bills that follow each other, of which one is of
        `runs`, as sentences: nobody is billed for them. `runs`: as of `overlaps`.
        """
        bills: dict[tuple[str, str], list[HeldOutlet]] = {}
        new = dict.fromkeys(outlet for outlets in runs.values() for outlet in outlets)
        issued = (
            outlet
            for key, statement in self._latest.items()
            if key not in runs
            for outlet in statement.outlets
        )
        for outlet in (*new, *issued):
            bills.setdefault(outlet[:2], []).append(outlet)
        holes: dict[tuple[str, float, float], list[tuple[HeldOutlet, float]]] = {}
        for some in bills.values():
            earlier, *later_bills = sorted(some, key=lambda outlet: outlet.begin)
            for outlet in later_bills:
                last, first = earlier.readings, outlet.readings
                is_new = earlier in new or outlet in new
                if first is None:
                    outlet = outlet._replace(readings=last)
                elif is_new and last and first.begin > last.end:
                    hole = (outlet.pdu, last.end, first.begin)
                    holes.setdefault(hole, []).append((outlet, first.begin_kwh - last.end_kwh))
                earlier = outlet
        return [*_hole_texts(holes, zone)]

    def reserve(self, count: int, date: str, into: str) -> Sequence[str]:
        """Numbers for a run, such as 2026-00017: the year of `date`, and a count over all years.

        They are on the disk when this returns, so that no later run gives one again.
        """
        first = max(
            (reserved_before.first + reserved_before.size for reserved_before in self._reserved),
            default=1,
        )
        reservation = _Reserved(first, count, date[:4], os.path.abspath(into))
        self._journal.append([{"reserved": reservation._asdict()}])
        self._reserved.append(reservation)
        return reservation.numbers()

    def keep(self, statements: Sequence[IssuedStatement]) -> None:
        """Statements that were written. Raises JournalError."""
        self._journal.append([_record(statement) for statement in statements])
        self._issued.update(statement.billed.number for statement in statements)

    def find_unfinished(self) -> Iterator[str]:
        """What runs left that were killed, as sentences. A run that issued nothing is named until
        the next one begins, its folder for as long as it is there.
        """
        for at, reservation in enumerate(self._reserved, start=1):
            numbers, part = reservation.numbers(), f"{reservation.into}{PART}"
            has_part, is_last = os.path.isdir(part), at == len(self._reserved)
            if {*numbers} <= self._issued:
                if has_part:
                    yield f"{printable(part)} is whole: rename it to {printable(reservation.into)}"
            elif has_part or is_last:
                span = numbers[0] if reservation.size == 1 else f"{numbers[0]} to {numbers[-1]}"
                remedy = f": remove {printable(part)}, which is not whole" if has_part else ""
                yield f"a run that did not end left {span} without a statement{remedy}"

    def close(self) -> None:
        self._journal.close()

    def __enter__(self) -> Numbers:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _overlap_texts(
    overlaps: Sequence[tuple[PeriodKey, HeldOutlet, IssuedStatement]],
) -> Iterator[str]:
    for key, outlet, earlier in overlaps[:_MOST_NAMED]:
        yield (
            f"{_place(outlet)}: statement {earlier.billed.number} of"
            f" {printable(earlier.key.customer, 60)} bills a time that this run would bill"
            f" again, of {printable(key.customer, 60)}"
        )
    if len(overlaps) > _MOST_NAMED:
        yield f"{counted(len(overlaps) - _MOST_NAMED, 'outlet')} more"


def _hole_texts(
    holes: Mapping[tuple[str, float, float], Sequence[tuple[HeldOutlet, float]]], zone: ZoneInfo
) -> Iterator[str]:
    """`holes`: PDU, begin and end -> outlets, and by how much their registers rose, in kWh."""
    for (pdu, begin, end), some in holes.items():
        rises = [rise for _, rise in some]
        place = _place(some[0][0])
        if len(some) > 1:
            place = f"{printable(pdu, 60)}, {counted(len(some), 'outlet')}"
        amount = "how much flowed is not known"
        if min(rises) >= 0.0:
            amount = f"the register rose by {sum(rises):.3f} kWh"
        span = " to ".join(local(time, zone) for time in (begin, end))
        yield f"{place}: nobody is billed for {span}: {amount}"


def _place(outlet: HeldOutlet) -> str:
    return place_text({"pdu": printable(outlet.pdu, 60), "outlet": printable(outlet.outlet, 40)})


def _record(statement: IssuedStatement) -> Mapping[str, Any]:
    """A statement for the journal; the time of an outlet only if it is not the whole period."""
    span = statement.key[1:]
    return {
        **statement.billed._asdict(),
        **statement.key._asdict(),
        "content": statement.content,
        "outlets": [
            [*outlet[:2], outlet.readings, *(() if outlet[2:4] == span else outlet[2:4])]
            for outlet in statement.outlets
        ],
    }


def _issued_of(record: Mapping[str, Any]) -> IssuedStatement:
    """What `_record` made. Raises ValueError, TypeError or LookupError."""
    key = PeriodKey(*(record[name] for name in PeriodKey._fields))
    outlets = []
    for pdu, outlet, readings, *span in record["outlets"]:
        begin, end = span or key[1:]
        outlets.append(
            HeldOutlet(pdu, outlet, begin, end, BilledReadings(*readings) if readings else None)
        )
    billed = Billed(*(record[name] for name in Billed._fields))
    return IssuedStatement(key, outlets, billed, record["content"])
