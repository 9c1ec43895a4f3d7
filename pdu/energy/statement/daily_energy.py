"""Energy by day and period of the tariff, as registers rose between readings: what the pictures of
a statement show. Pure.

What rose while nothing was read belongs to no day, and so does a rise that is faster than the
supply: that time is a hole.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from ..audit.checks import GAP_FACTOR
from ..registers.meter_facts import RegisterFacts
from ..registers.numpy_lazy import Column, np
from .tariffs import TariffRow, TariffSpan, spans

_PLACES = 3  # of kWh


class DayPart(NamedTuple):
    """The time of one period of the tariff on one day; times in s since 1970."""

    #: such as 2026-10-01
    day: str
    #: "" without a tariff
    period: str
    begin: float
    end: float


class DayEnergy(NamedTuple):
    """An outlet on a part of a day."""

    day: str
    period: str
    kwh: float
    #: s in which it was read, and in which somebody had it
    read_s: float
    held_s: float


@functools.lru_cache(maxsize=256)
def local_days(begin: float, end: float, zone: ZoneInfo) -> Sequence[DayPart]:
    """The days of a period by the clock on the wall, whole or in part."""
    days = list[DayPart]()
    day = datetime.datetime.fromtimestamp(begin, zone).date()
    start = begin
    while start < end:
        next_day = day + datetime.timedelta(days=1)
        midnight = datetime.datetime(
            next_day.year, next_day.month, next_day.day, tzinfo=zone
        ).timestamp()
        days.append(DayPart(day.isoformat(), "", start, min(midnight, end)))
        day, start = next_day, midnight
    return days


@functools.lru_cache(maxsize=256)
def day_parts(
    rows: tuple[TariffRow, ...], begin: float, end: float, zone: ZoneInfo
) -> Sequence[DayPart]:
    """The days of a period, each cut where a period of the tariff begins."""
    pieces = spans(rows, begin, end, zone) if rows else [TariffSpan("", begin, end)]
    return [
        DayPart(day.day, piece.period, max(day.begin, piece.begin), min(day.end, piece.end))
        for day in local_days(begin, end, zone)
        for piece in pieces
        if piece.begin < day.end and piece.end > day.begin
    ]


def daily(
    begins: Column,
    ends: Column,
    kwh: Column,
    parts: Sequence[DayPart],
    meter: RegisterFacts,
    usual_gap: float,
) -> Sequence[DayEnergy]:
    """One register. `begins`, `ends`, `kwh`: its readings, in the order of time."""
    edges = np.array([*(part.begin for part in parts), parts[-1].end])
    curve = seconds = np.zeros(len(edges))
    if len(begins) > 1:
        between, rises = np.diff(begins), np.diff(kwh)
        limit = (meter.limit_kw or 0.0) * (1.0 + (meter.class_percent or 0.0) / 100.0) / 3600.0
        most = limit * (ends[1:] - begins[:-1]) + (meter.step_kwh or 0.0)
        is_near = (between > 0.0) & (between <= GAP_FACTOR * usual_gap)
        is_read = is_near & (rises >= 0.0) & (rises <= most)
        times = np.maximum.accumulate(begins)
        curve = np.interp(edges, times, _running_sum(np.where(is_read, rises, 0.0)))
        seconds = np.interp(edges, times, _running_sum(np.where(is_read, between, 0.0)))
    return [
        DayEnergy(part.day, part.period, energy, read_s, part.end - part.begin)
        for part, energy, read_s in zip(parts, np.diff(curve).tolist(), np.diff(seconds).tolist())
    ]


def _running_sum(column: Column) -> Column:
    return np.concatenate([np.zeros(1), np.cumsum(column)])


def documents(
    days: Sequence[DayPart],
    energies: Iterable[DayEnergy],
    power: Mapping[str, Sequence[float]],
    periods: Sequence[str],
) -> Sequence[Mapping[str, Any]]:
    """The days of a statement for JSON. `power`: day -> lowest, mean and highest quarter hour."""
    kwh: dict[tuple[str, str], float] = {}
    read_s, held_s = dict[str, float](), dict[str, float]()
    for energy in energies:
        key = (energy.day, energy.period)
        kwh[key] = kwh.get(key, 0.0) + energy.kwh
        read_s[energy.day] = read_s.get(energy.day, 0.0) + energy.read_s
        held_s[energy.day] = held_s.get(energy.day, 0.0) + energy.held_s
    return [
        {
            "day": day,
            "kwh": {
                period: round(kwh[day, period], _PLACES)
                for period in periods
                if (day, period) in kwh
            },
            "kw": [*power[day]] if day in power else None,
            "unread": _share(read_s[day], held_s[day]) if held_s.get(day) else None,
        }
        for day in (part.day for part in days)
    ]


def _share(read_s: float, held_s: float) -> float:
    """The part of a time in which nothing was read."""
    return round(min(max(1.0 - read_s / held_s, 0.0), 1.0), 4)
