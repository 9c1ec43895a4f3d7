"""Who an outlet, or a whole PDU by its inlet, belongs to: customers from the owner's CSV, machines
from the hall's drawing.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple
from zoneinfo import ZoneInfo

from handlers.shared.errors import SettingsError, printable

from ...core.files import csv_in
from ...site.drawing.drawing import Drawing
from .period import moment
from .poll import OWN

_COLUMNS = ("customer", "pdu", "outlet", "from", "to")
#: PDU and identity of the outlet, or OWN for the PDU by its inlet
Place = tuple[str, str]


class OutletTenancy(NamedTuple):
    """An outlet in the hands of a customer, from `begin` to `end` (s, UTC)."""

    customer: str
    begin: float
    end: float


class _CustomerRow(NamedTuple):
    """A row of the owner's file."""

    place: Place
    tenure: OutletTenancy
    #: `hall.csv: line 7`, for errors
    where: str

    @property
    def is_pattern(self) -> bool:
        return any(mark in part for part in self.place for mark in "*?")

    def fits_pdu(self, pdu: str) -> bool:
        """Whether a PDU is meant; its own name always fits."""
        return _fits(pdu, self.place[0])

    def fits_outlet(self, outlet: str) -> bool:
        """Whether an outlet of the PDU is meant, or its inlet, which no pattern is."""
        return (outlet == OWN) == (self.place[1] == OWN) and _fits(outlet, self.place[1])


def _fits(name: str, pattern: str) -> bool:
    return name == pattern or fnmatchcase(name, pattern)


class Customers(Mapping[Place, Sequence[OutletTenancy]]):
    """The tenures of each outlet, in the order of time. Those that rows name one by one are its
    keys; any other outlet may be meant by patterns. A look-up raises SettingsError for an outlet
    that two customers have at the same time.
    """

    def __init__(self, rows: Iterable[_CustomerRow]) -> None:
        self._named: dict[Place, list[_CustomerRow]] = {}
        self._patterns: list[_CustomerRow] = []
        #: PDU -> the patterns that mean outlets of it, once it was looked up: there may be
        #: thousands of patterns, and each outlet of each PDU is looked up
        self._pdu_patterns: dict[str, Sequence[_CustomerRow]] = {}
        spellings: dict[str, _CustomerRow] = {}
        for row in rows:
            customer = row.tenure.customer
            letters = "".join(filter(str.isprintable, " ".join(customer.casefold().split())))
            first_row = spellings.setdefault(letters, row)
            if first_row.tenure.customer != customer:
                raise SettingsError(
                    f"{row.where}: {printable(customer, 60)!r} is"
                    f" {printable(first_row.tenure.customer, 60)!r} in {first_row.where}: write it"
                    " alike"
                )
            some = self._patterns if row.is_pattern else self._named.setdefault(row.place, [])
            some.append(row)
        for place in self._named:
            self[place]  # raises for two at one time

    def __getitem__(self, place: Place) -> Sequence[OutletTenancy]:
        rows = self._rows(place)
        if not rows:
            raise KeyError(place)
        if place[1] != OWN:  # what an inlet counts is its outlets', too
            _sort_by_time([*rows, *self._rows((place[0], OWN))])
        return [row.tenure for row in _sort_by_time(rows)]

    def _rows(self, place: Place) -> Sequence[_CustomerRow]:
        pdu, outlet = place
        patterns = self._pdu_patterns.get(pdu)
        if patterns is None:
            patterns = self._pdu_patterns[pdu] = [
                row for row in self._patterns if row.fits_pdu(pdu)
            ]
        return [
            *self._named.get(place, ()),
            *(row for row in patterns if row.fits_outlet(outlet)),
        ]

    def __iter__(self) -> Iterator[Place]:
        return iter(self._named)

    def __len__(self) -> int:
        return len(self._named)

    def names(self) -> Collection[str]:
        """All customers of the file."""
        rows = [*self._patterns, *itertools.chain.from_iterable(self._named.values())]
        return {row.tenure.customer for row in rows}

    def unheld(self, begin: float, end: float) -> Iterator[tuple[Place, float, float]]:
        """Times of a period that lie between two tenures of a place, and are nobody's."""
        for place in dict.fromkeys([*self._named, *(row.place for row in self._patterns)]):
            for earlier, later in zip(self[place], self[place][1:]):
                first, last = max(earlier.end, begin), min(later.begin, end)
                if first < last:
                    yield place, first, last

    def check_named(self, outlets: Mapping[str, Collection[str]], begin: float, end: float) -> None:
        """Raises SettingsError for a row of the period that means nothing of which there are
        readings.

        `outlets`: of each PDU, OWN and those that its readings name; none of one that was silent.
        """
        for row in [*itertools.chain.from_iterable(self._named.values()), *self._patterns]:
            pdu, outlet = row.place
            pdus = filter(row.fits_pdu, outlets) if row.is_pattern else outlets.keys() & {pdu}
            is_named = any(
                row.fits_outlet(identity)
                for name in pdus
                for identity in (outlets[name] if {*outlets[name]} - {OWN} else [outlet])
            )
            if not is_named and cut([row.tenure], begin, end):
                what = f"{pdu}, outlet {outlet}" if outlet else f"{pdu}, inlet"
                raise SettingsError(
                    f"{row.where}: no reading of this period names {printable(what, 100)}: write"
                    " PDU and outlet as `pdu outlets` shows them, or see all with --draft"
                )

    def __bool__(self) -> bool:
        return bool(self._named or self._patterns)


def _sort_by_time(rows: Sequence[_CustomerRow]) -> Sequence[_CustomerRow]:
    """By time. Raises SettingsError if two share a time."""
    sorted_rows = sorted(rows, key=lambda row: row.tenure.begin)
    for row, next_row in zip(sorted_rows, sorted_rows[1:]):
        if next_row.tenure.begin < row.tenure.end:
            later, earlier = (
                (row, next_row) if rows.index(row) > rows.index(next_row) else (next_row, row)
            )
            are_inlets = [row.place[1] == OWN for row in (earlier, later)]
            why = ": an inlet counts what its outlets do" if are_inlets[0] != are_inlets[1] else ""
            raise SettingsError(
                f"{later.where}: the outlet belongs to {printable(earlier.tenure.customer, 60)} at"
                f" the same time ({earlier.where}){why}"
            )
    return sorted_rows


def customers(path: str, zone: ZoneInfo) -> Customers:
    """Who has which outlet when.

    The file has the columns customer, pdu, outlet, from, to. An empty outlet is the whole PDU, by
    its inlet. In pdu and outlet, `*` and `?` match.
    The last two are days or moments in the zone; an empty one is open, and `to` itself is not
    counted. Raises SettingsError.
    """
    return Customers(_rows(path, zone))


def _rows(path: str, zone: ZoneInfo) -> Iterator[_CustomerRow]:
    for row in csv_in.read_file_rows(path, csv_in.require_columns(path, _COLUMNS)):
        if not (row["customer"] and row["pdu"]):
            raise SettingsError(
                f"{row.where}: customer and pdu may not be empty; cells are"
                f" parted by {row.delimiter!r}, as in the first line"
            )
        tenancy = OutletTenancy(
            row["customer"],
            _when(row, "from", zone, -math.inf),
            _when(row, "to", zone, math.inf),
        )
        if tenancy.end <= tenancy.begin:
            raise SettingsError(f"{row.where}: `to` must be later than `from`")
        yield _CustomerRow((row["pdu"], row["outlet"]), tenancy, row.where)


def _when(row: csv_in.CsvRow, name: str, zone: ZoneInfo, usual: float) -> float:
    cell = row[name]
    if not cell:
        return usual
    try:
        return moment(cell, zone)
    except SettingsError as error:
        raise SettingsError(f"{row.where}: {name}: {error}") from None


def machines(drawing: Drawing) -> Mapping[str, Sequence[Place]]:
    """The outlets of each machine."""
    return {
        machine.name: [(cord.pdu, cord.outlet) for cord in machine.cords]
        for machine in drawing.machines.values()
    }


def cut(tenures: Iterable[OutletTenancy], begin: float, end: float) -> Sequence[OutletTenancy]:
    """What of the tenures lies in a period."""
    return [
        tenancy._replace(begin=max(tenancy.begin, begin), end=min(tenancy.end, end))
        for tenancy in tenures
        if tenancy.begin < end and tenancy.end > begin
    ]


def fill_gaps(
    tenures: Sequence[OutletTenancy], begin: float, end: float
) -> Sequence[OutletTenancy]:
    """A whole period by its tenures; the customer "" has what nobody else has."""
    tenancies: list[OutletTenancy] = []
    at = begin
    for tenancy in cut(tenures, begin, end):
        if tenancy.begin > at:
            tenancies.append(OutletTenancy("", at, tenancy.begin))
        tenancies.append(tenancy)
        at = tenancy.end
    return [*tenancies, OutletTenancy("", at, end)] if at < end else tenancies
