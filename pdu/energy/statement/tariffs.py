"""The periods of a tariff: which hours of which days of the week, in the zone of the statement."""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Optional
from zoneinfo import ZoneInfo

from handlers.shared.errors import SettingsError, printable

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-4]):([0-5][0-9])")
DAY_MINUTES = 24 * 60


class TariffRow(NamedTuple):
    """Hours of some days of the week; `to` may be earlier than `since`: then it is of the next day.

    In minutes after midnight by the clock on the wall.
    """

    period: str
    #: 0 for Monday
    days: tuple[int, ...]
    since: int
    to: int

    def has(self, weekday: int, minute: int) -> bool:
        """Whether a minute of a day belongs to it."""
        if self.since < self.to:
            return weekday in self.days and self.since <= minute < self.to
        return (weekday in self.days and minute >= self.since) or (
            (weekday - 1) % len(DAYS) in self.days and minute < self.to
        )


_ALL = tuple(range(len(DAYS)))
#: the tariff that needs no file
DAY_NIGHT: tuple[TariffRow, ...] = (
    TariffRow("day", _ALL, 6 * 60, 22 * 60),
    TariffRow("night", _ALL, 22 * 60, 6 * 60),
)


def minutes_of(name: str, cell: str) -> Optional[int]:
    """Minutes after midnight of such as 22:00; None for "". Raises SettingsError."""
    if not cell:
        return None
    match = _CLOCK.fullmatch(cell)
    minutes = int(match[1]) * 60 + int(match[2]) if match else DAY_MINUTES + 1
    if minutes > DAY_MINUTES:
        raise SettingsError(f"{name} is {printable(cell, 20)!r}: give such as 22:00")
    return minutes


def weekdays_of(cell: str) -> tuple[int, ...]:
    """Days of the week of such as mon-fri, or sat sun; "": all. Raises SettingsError."""
    days = list[int]()
    for part in re.split(r"[\s,]+", cell.lower() or "mon-sun"):
        first, _, last = part.partition("-")
        if first not in DAYS or (last or first) not in DAYS:
            raise SettingsError(
                f"days is {printable(cell, 40)!r}: give such as mon-fri, or sat sun"
            )
        begin, end = DAYS.index(first), DAYS.index(last or first)
        days += [day % len(DAYS) for day in range(begin, end + (begin > end) * len(DAYS) + 1)]
    return tuple(days)


class TariffSpan(NamedTuple):
    """A time of one period, in s since 1970."""

    period: str
    begin: float
    end: float


@functools.lru_cache(maxsize=256)  # most outlets are in the same hands for the whole period
def spans(
    rows: tuple[TariffRow, ...], begin: float, end: float, zone: ZoneInfo
) -> Sequence[TariffSpan]:
    """The periods from `begin` to `end`, in order; those that follow each other are one."""
    tariff_spans: list[TariffSpan] = []
    edges = [begin, *(edge for edge in _edges(rows, begin, end, zone) if begin < edge < end), end]
    for first, last in zip(edges, edges[1:]):
        period = _period(rows, first, zone)
        if tariff_spans and tariff_spans[-1].period == period:
            tariff_spans[-1] = tariff_spans[-1]._replace(end=last)
        else:
            tariff_spans.append(TariffSpan(period, first, last))
    return tariff_spans


def _period(rows: Sequence[TariffRow], time: float, zone: ZoneInfo) -> str:
    wall = datetime.datetime.fromtimestamp(time, zone)
    minute = wall.hour * 60 + wall.minute
    period = next((row.period for row in rows if row.has(wall.weekday(), minute)), None)
    if period is None:
        raise ValueError("a minute that no period of the tariff has")
    return period


def _edges(rows: Sequence[TariffRow], begin: float, end: float, zone: ZoneInfo) -> Iterator[float]:
    """When a period may begin, in order, in UTC; an hour that comes twice has both."""
    minutes = sorted({0, *(minute % DAY_MINUTES for row in rows for minute in (row.since, row.to))})
    day = datetime.datetime.fromtimestamp(begin, zone).date() - datetime.timedelta(days=1)
    last = datetime.datetime.fromtimestamp(end, zone).date() + datetime.timedelta(days=1)
    times = set[float]()
    while day <= last:
        midnight = datetime.datetime(day.year, day.month, day.day)
        for minute in minutes:
            wall = midnight + datetime.timedelta(minutes=minute)
            times.update(wall.replace(tzinfo=zone, fold=fold).timestamp() for fold in (0, 1))
        times.update(_shifts(day, zone))
        day += datetime.timedelta(days=1)
    yield from sorted(times)


def _shifts(day: datetime.date, zone: ZoneInfo) -> Iterator[float]:
    """When the clock of the zone is put forward or back on a day: the minute on the wall jumps."""
    first = datetime.datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()
    for number in range(26 * 4):
        begin, end = first + number * 900.0, first + (number + 1) * 900.0
        offsets = (datetime.datetime.fromtimestamp(time, zone).utcoffset() for time in (begin, end))
        if len(set(offsets)) > 1:
            yield end
