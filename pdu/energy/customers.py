"""Who has which outlet, from the owner's CSV: `customer,pdu,outlet,from,to`, and perhaps
`commitment_kw`, the power that a customer has agreed to pay for.

An empty outlet is the whole PDU, by its inlet. `*` and `?` match in pdu and outlet. Days begin at
midnight of the owner's time zone; `to` is not counted, and an empty cell is open.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import chain
from typing import NamedTuple, Optional
from zoneinfo import ZoneInfo

from handlers.shared.errors import SettingsError, printable

from ..cli.output import report
from ..files import csv_in
from ..files.whole_files import decoded_table, read_file
from .readings import INLET

_ISO_TIME = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)([T ](?P<time>\d\d:\d\d(:\d\d)?)"
    r"(?P<offset>[+-]\d\d:\d\d)?)?",
    re.ASCII,
)
#: as Excel writes it in many countries, such as Germany and Russia
_DOTTED_TIME = re.compile(
    r"(?P<day>\d\d)\.(?P<month>\d\d)\.(?P<year>\d{4})( (?P<time>\d?\d:\d\d(:\d\d)?))?", re.ASCII
)
_COLUMNS = ("customer", "pdu", "outlet", "from", "to")
_COMMITMENT = "commitment_kw"
_MOST_KW = 100_000.0


class Period(NamedTuple):
    """A time from `begin` to `end`, in s since 1970."""

    begin: float
    end: float

    def cut(self, begin: float, end: float) -> Period:
        """What of it lies between two moments."""
        return Period(max(self.begin, begin), min(self.end, end))


class Tenancy(NamedTuple):
    """A row of the file: outlets that a customer has."""

    customer: str
    #: patterns; an outlet of INLET is the whole PDU
    pdu: str
    outlet: str
    period: Period
    #: `customers.csv: line 7`, for errors
    where: str
    #: of the customer, in W; None if this row says none
    commitment: Optional[float] = None

    def has_outlet(self, outlet: str) -> bool:
        """Whether it has a register of a PDU that it names."""
        if INLET in (outlet, self.outlet):
            return outlet == self.outlet
        return _matches(outlet, self.outlet)


def _matches(name: str, pattern: str) -> bool:
    """Whether a name is meant by a pattern with `*` and `?`."""
    return fnmatchcase(name, pattern.replace("[", "[[]"))


def time_zone(name: str) -> ZoneInfo:
    """A time zone of the IANA's database. Raises SettingsError."""
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        raise SettingsError(
            f"no time zone {printable(name, 40)!r}: give one such as Europe/Berlin"
        ) from None


def month(text: str, zone: ZoneInfo) -> Period:
    """A month such as 2026-10. Raises SettingsError."""
    try:
        first = datetime.datetime.strptime(text, "%Y-%m").replace(tzinfo=zone)
        following = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
        return Period(first.timestamp(), following.timestamp())
    except (ValueError, OverflowError):
        raise SettingsError(f"{printable(text, 40)!r} is no month: give such as 2026-10") from None


def moment(text: str, zone: ZoneInfo) -> float:
    """When a day begins, or a time, in s since 1970. Raises SettingsError.

    Where summer time ends, the first of two hours is meant.
    """
    try:
        time = datetime.datetime.fromisoformat(_iso_time(text))
        return (time if time.tzinfo else time.replace(tzinfo=zone)).timestamp()
    except (ValueError, OverflowError, OSError):
        raise SettingsError(
            f"{printable(text, 40)!r} is no day or time: give 2026-10-12, 2026-10-12T14:00 or"
            " 12.10.2026"
        ) from None


def _iso_time(text: str) -> str:
    """A day or time in the one form that each Python reads. Raises ValueError."""
    match = _ISO_TIME.fullmatch(text) or _DOTTED_TIME.fullmatch(text)
    if match is None:
        raise ValueError(text)
    cells = match.groupdict()
    hour, _, rest = (cells["time"] or "00:00").partition(":")
    day = "-".join((cells["year"], cells["month"], cells["day"]))
    return f"{day}T{hour:0>2}:{rest}{cells.get('offset') or ''}"


def _is_pattern(name: str) -> bool:
    return any(mark in name for mark in "*?")


class Tenancies:
    """All rows of a file. A PDU's are found by its name, because a hall has thousands."""

    def __init__(self, rows: Iterable[Tenancy]) -> None:
        self._named: dict[str, list[Tenancy]] = {}
        self._patterns: list[Tenancy] = []
        for row in rows:
            (
                self._patterns if _is_pattern(row.pdu) else self._named.setdefault(row.pdu, [])
            ).append(row)

    @classmethod
    def read(cls, path: str, zone: ZoneInfo) -> Tenancies:
        """Those of a file. Raises SettingsError, which names the line, and for an empty file."""
        rows = [*_rows(path, zone)]
        if not rows:
            raise SettingsError(f"{printable(path)} names no customer")
        return cls(rows)

    def _rows(self) -> Iterator[Tenancy]:
        return chain(self._patterns, *self._named.values())

    def commitments(self) -> Mapping[str, float]:
        """The commitment of each customer who has one, in W. Raises SettingsError for two."""
        commitments: dict[str, float] = {}
        for row in self._rows():
            if row.commitment is not None:
                if commitments.setdefault(row.customer, row.commitment) != row.commitment:
                    raise SettingsError(
                        f"{row.where}: {printable(row.customer, 60)} has another {_COMMITMENT} in"
                        " another line: give it once, for all that he has"
                    )
        return commitments

    def rows_of_pdu(self, pdu: str) -> Sequence[Tenancy]:
        """Those of a PDU, its outlets and its inlet."""
        return [
            *self._named.get(pdu, ()),
            *(row for row in self._patterns if _matches(pdu, row.pdu)),
        ]

    def check_one_customer(self, period: Period) -> None:
        """Raises SettingsError for two customers that have one register at one time. It looks at
        the file alone, so that an error is told also of a PDU that was not read.
        """
        for pdu in [*self._named, *dict.fromkeys(row.pdu for row in self._patterns)]:
            rows = self.rows_of_pdu(pdu)
            # of the whole PDU, or of a pattern: each may hold any outlet
            wide_rows = [row for row in rows if not row.outlet or _is_pattern(row.outlet)]
            by_outlet: dict[str, list[Tenancy]] = {row.outlet: [] for row in rows}
            for row in rows:
                if row not in wide_rows:
                    by_outlet[row.outlet].append(row)
            for outlet, tenancies in by_outlet.items():
                # raises for two customers
                tenancies_of_register([*tenancies, *wide_rows], outlet, period)

    def rows_in_period(self, period: Period) -> Iterator[Tenancy]:
        """Those of a period, cut to it."""
        for row in self._rows():
            part = row.period.cut(*period)
            if part.begin < part.end:
                yield row._replace(period=part)


def _rows(path: str, zone: ZoneInfo) -> Iterator[Tenancy]:
    """The tenancies of a CSV file. Raises SettingsError, which names the line."""

    def check(head: Sequence[str]) -> Collection[str]:
        if {*head} - {_COMMITMENT} != {*_COLUMNS}:
            raise SettingsError(
                f"{printable(path)}: the first line must be {','.join(_COLUMNS)}"
                + (f", not {printable(','.join(head), 100)}" if head else "; it is empty")
            )
        return ()

    text, encoding = decoded_table(read_file(path), path)
    if encoding:
        report(encoding)
    for row in csv_in.rows(text, printable(path), check):
        if not (row["customer"] and row["pdu"]):
            raise SettingsError(f"{row.where}: customer and pdu may not be empty")
        period = Period(_when(row, "from", zone, -math.inf), _when(row, "to", zone, math.inf))
        if period.end <= period.begin:
            raise SettingsError(f"{row.where}: `to` must be later than `from`")
        yield Tenancy(
            *(row["customer"], row["pdu"], row["outlet"]), period, row.where, _commitment(row)
        )


def _commitment(row: csv_in.CsvRow) -> Optional[float]:
    """In W. Raises SettingsError."""
    text = row[_COMMITMENT].replace(",", ".")
    if not text:
        return None
    try:
        kw = float(text)
    except ValueError:
        kw = math.nan
    if not 0.0 <= kw <= _MOST_KW:
        raise SettingsError(f"{row.where}: {_COMMITMENT} must be a number of kW, such as 4.5")
    return kw * 1000.0


def _when(row: csv_in.CsvRow, name: str, zone: ZoneInfo, usual: float) -> float:
    try:
        return moment(row[name], zone) if row[name] else usual
    except SettingsError as error:
        raise SettingsError(f"{row.where}: {name}: {error.reason}") from None


def tenancies_of_register(
    rows: Sequence[Tenancy], outlet: str, period: Period
) -> Sequence[Tenancy]:
    """Who has a register in a period, in the order of time, each cut to it. `rows`: of its PDU.

    Raises SettingsError for a register that two rows give away at one time: also an outlet of a PDU
    that a row has as a whole, because the inlet counts what its outlets do.
    """
    tenancies = sorted(
        (
            row._replace(period=row.period.cut(*period))
            for row in rows
            if (row.has_outlet(outlet) or row.outlet == INLET)
            and row.period.begin < period.end
            and row.period.end > period.begin
        ),
        key=lambda row: row.period,
    )
    for earlier, later in zip(tenancies, tenancies[1:]):
        if later.period.begin < earlier.period.end:
            raise SettingsError(
                f"{later.where}: outlet {outlet or '(inlet)'} belongs to"
                f" {printable(earlier.customer, 60)} at the same time ({earlier.where})"
            )
    return [row for row in tenancies if row.has_outlet(outlet)]
