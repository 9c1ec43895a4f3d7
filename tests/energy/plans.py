"""Periods and months that Hypothesis draws for the trial, with their faults.

The begins and lengths of the periods are written down from the zones' laws, not computed with the
audit's own functions: a night in which summer time begins or ends makes a month an hour shorter or
longer, on Lord Howe Island half an hour, in Santiago at midnight.
"""

from __future__ import annotations

import datetime
from typing import Any, NamedTuple, Optional

from hypothesis import strategies as st

from .twin import Plan


class Period(NamedTuple):
    """Days in a zone, and what they are in UTC."""

    zone: str
    first: str
    #: the day after the last one
    after: str
    #: when the first day begins
    utc: str
    hours: float

    @property
    def begin(self) -> float:
        """In s since 1970."""
        return datetime.datetime.fromisoformat(f"{self.utc}:00+00:00").timestamp()


MONTHS = (
    Period("UTC", "2026-10-01", "2026-11-01", "2026-10-01T00:00", 744.0),
    Period("Europe/Berlin", "2026-03-01", "2026-04-01", "2026-02-28T23:00", 743.0),
    Period("Europe/Berlin", "2026-10-01", "2026-11-01", "2026-09-30T22:00", 745.0),
    Period("America/New_York", "2026-03-01", "2026-04-01", "2026-03-01T05:00", 743.0),
    Period("America/New_York", "2026-11-01", "2026-12-01", "2026-11-01T04:00", 721.0),
    Period("Australia/Lord_Howe", "2026-04-01", "2026-05-01", "2026-03-31T13:00", 720.5),
    Period("Australia/Lord_Howe", "2026-10-01", "2026-11-01", "2026-09-30T13:30", 743.5),
    Period("America/Santiago", "2026-04-01", "2026-05-01", "2026-04-01T03:00", 721.0),
    Period("Asia/Kathmandu", "2026-02-01", "2026-03-01", "2026-01-31T18:15", 672.0),
)
#: a few days with such a night, or the night's day alone
DAYS = (
    Period("UTC", "2026-10-01", "2026-10-06", "2026-10-01T00:00", 120.0),
    Period("Europe/Berlin", "2026-03-27", "2026-04-01", "2026-03-26T23:00", 119.0),
    Period("Europe/Berlin", "2026-10-23", "2026-10-28", "2026-10-22T22:00", 121.0),
    Period("Europe/Berlin", "2026-10-25", "2026-10-26", "2026-10-24T22:00", 25.0),
    Period("Europe/Berlin", "2026-03-29", "2026-03-30", "2026-03-28T23:00", 23.0),
    Period("Australia/Lord_Howe", "2026-04-03", "2026-04-08", "2026-04-02T13:00", 120.5),
    Period("America/Santiago", "2026-04-02", "2026-04-07", "2026-04-02T03:00", 121.0),
)


class Drawn(NamedTuple):
    """A period, and the plan of an outlet in it."""

    period: Period
    plan: Plan


@st.composite
def drawn(draw: st.DrawFn, periods: tuple[Period, ...] = MONTHS) -> Drawn:
    """One of five has no faults."""
    period = draw(st.sampled_from(periods))
    start = draw(st.just(0.0) | st.floats(0.0, 5.0) | st.floats(0.0, 50_000.0))
    cadence = draw(st.sampled_from((300.0, 300.0, 900.0, 3600.0)))
    jitter = draw(st.sampled_from((0.0, 5.0, 60.0)) | st.floats(0.0, 60.0))
    plan = Plan(
        draw(st.integers(0, 2**32)),
        days=period.hours / 24.0,
        origin=period.begin,
        cadence=cadence,
        jitter=jitter,
        refresh=draw(st.sampled_from((0.0, 0.0, 1.0, 60.0)) | st.floats(1.0, cadence - jitter)),
        # the usual time between two polls is at most so long
        age=cadence + jitter,
        reading=draw(st.sampled_from((0.0, 1.0, 30.0)) | st.floats(0.0, 30.0)),
        step=draw(st.sampled_from((0.001, 0.01, 0.1, 1.0))),
        breaker_kw=draw(st.sampled_from((2.3, 3.68, 7.36))),
        start=start,
        journal=draw(st.integers(0, 9)) < 7,
        serials=draw(st.booleans()),
        unread=draw(st.sampled_from((0.0, 0.0, 0.0, 0.3))),
    )
    if not draw(st.integers(0, 4)):
        return Drawn(period, plan)
    return Drawn(period, plan._replace(modulus=_modulus(draw, start), **_faults(draw)))


def _modulus(draw: st.DrawFn, start: float) -> Optional[float]:
    above = draw(st.none() | st.none() | st.floats(1.0, 500.0))
    return None if above is None else start + above


#: field of Plan -> how often it happens at most
_MOST = {
    "zeros": 4,
    "ones": 3,
    "spikes": 3,
    "freezes": 2,
    "resets": 3,
    "clears": 1,
    "rewinds": 2,
    "replacements": 2,
    "gaps": 4,
    "clock_jumps": 1,
    "losses": 2,
    "outages": 1,
}


def _faults(draw: st.DrawFn) -> dict[str, Any]:
    return {
        name: draw(st.sampled_from((0, 0, 1)) | st.integers(0, most))
        for name, most in _MOST.items()
    }
