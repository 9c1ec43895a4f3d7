"""How much energy a register counted in a period: between which bounds, and why. Pure.

`energy` is the one law of a month. A register shows at a time what had flowed up to AGE_S before
it, cut to its steps. So between a reading before a moment and one AGE_S after it, what had flowed
until that moment lies between their values. Energies are in Wh until they are shown.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple, Optional

from .segments import AGE_S, Event, Segment

FIRM, BOUNDED, WIDE, NOT_BILLABLE = "firm", "bounded", "wide", "not billable"
#: how far the bounds of a grade may be apart: a share of the best figure, or so many Wh
_FIRM, _BOUNDED = 0.01, 0.1
TOLERANCE_WH = 100.0
#: the share of readings that may be left out
_LEFT_OUT = 0.02
#: a register that stands so many times longer than usual, and at least so long, may be stale
_USUAL, _STALE_S = 4.0, 3600.0


class Missed(NamedTuple):
    """Energy that flowed while the register stood, by the power that was read, and that it did not
    count later.
    """

    begin: float
    end: float
    wh: float


class Register(NamedTuple):
    """What is known of a register."""

    segments: Sequence[Segment]
    events: Sequence[Event]
    #: the most that its supply delivers, in W
    watts: float
    missed: Sequence[Missed] = ()
    #: why nothing that it counts can be billed, such as a unit that nothing shows; "" if it can
    doubt: str = ""


class MeterReading(NamedTuple):
    """A value that a customer can compare with the unit's display."""

    time: float
    wh: int


class Edges(NamedTuple):
    """The last readings until both ends of a period, of a register that went on between them."""

    first: MeterReading
    last: MeterReading
    #: the difference of the two, in Wh, by which months add up to the register
    rise: int


class Energy(NamedTuple):
    """What flowed in a period, in Wh: between `low` and `high`, most likely `best`."""

    low: float
    best: float
    high: float
    grade: str
    #: what widens the bounds, or forbids a figure, in words
    reasons: Sequence[str]
    #: None if the register did not go on
    edges: Optional[Edges] = None
    #: whether so many readings were left out that the others may be another unit's
    is_disputed: bool = False

    @property
    def billable(self) -> Optional[float]:
        """What can be billed, in Wh: the difference of two readings if the register went on, within
        the bounds; else the least that flowed; None if nothing can be.
        """
        if self.grade == NOT_BILLABLE:
            return None
        return self.low if self.edges is None else min(max(self.edges.rise, self.low), self.high)

    def lower_high(self, most: float) -> Energy:
        """The same, where something else shows that no more than `most` can have flowed."""
        high = max(most, self.low)
        best = min(self.best, high)
        grade = self.grade
        if grade != NOT_BILLABLE:
            grade = grade_of(self.low, best, high, is_disputed=self.is_disputed)
        return self._replace(high=high, best=best, grade=grade)


def energy(register: Register, begin: float, end: float) -> Optional[Energy]:
    """What flowed from `begin` to `end`, in Wh; None if the register was not read near this period.
    Not billable if what was read is not believed. Times are Unix times in s.

    For the time that no segment covers, `high` takes what the supply can deliver.
    """
    segments = [
        segment
        for segment in register.segments
        if segment.latest[0] < end and segment.latest[-1] > begin
    ]
    reasons = [event.text for event in register.events if event.begin < end and event.end > begin]
    watts = register.watts
    most = watts * (end - begin) / 3600.0
    if not segments:
        return Energy(0.0, 0.0, most, NOT_BILLABLE, _distinct(reasons)) if reasons else None
    low, best, high = _rise(segments, begin, end, watts)
    seconds = _uncovered_s(segments, begin, end)
    hole = watts * seconds / 3600.0
    missed = sum(gap.wh for gap in register.missed if gap.begin < end and gap.end > begin)
    high = min(high + missed + hole, most)
    best = min(max(best, low), high)
    if hole:
        reasons.append(f"for {seconds / 3600.0:.1f} h its register is not known")
    if missed:
        reasons.append("it stood still while power flowed")
    if register.doubt:
        reasons.append(register.doubt)
    share = _left_out_share(segments, begin, end)
    is_disputed = share > _LEFT_OUT
    if is_disputed:
        reasons.append(f"{100.0 * share:.0f} % of its readings were left out")
    grade = NOT_BILLABLE if register.doubt else grade_of(low, best, high, is_disputed=is_disputed)
    edges = _edges(segments, begin, end)
    return Energy(low, best, high, grade, _distinct(reasons), edges, is_disputed)


def _rise(
    segments: Sequence[Segment], begin: float, end: float, watts: float
) -> tuple[float, float, float]:
    """What the register rose in its segments, in Wh: low, best and high. What it may have lost by a
    set-back is in `high`.
    """
    low = best = high = 0.0
    for segment in segments:
        since, until = _position(segment, begin, watts), _position(segment, end, watts)
        low += max(until.low - since.high, 0.0)
        best += max(until.best - since.best, 0.0)
        high += max(until.high - since.low, 0.0)
        high += sum(
            fall.wh for fall in segment.set_back if fall.end > begin and fall.begin - AGE_S < end
        )
    return low, best, high


def _uncovered_s(segments: Sequence[Segment], begin: float, end: float) -> float:
    """How much of a period no segment covers, in s."""
    seconds, covered = 0.0, begin
    for segment in segments:
        seconds += max(min(segment.latest[0], end) - covered, 0.0)
        covered = max(covered, segment.earliest[-1] - AGE_S)
    if segments[-1].earliest[-1] < end:
        seconds += end - covered
    return min(seconds, end - begin)


def _left_out_share(segments: Sequence[Segment], begin: float, end: float) -> float:
    """The share of the readings of a period that are left out."""
    believed = sum(_count_between(segment.latest, begin, end) for segment in segments)
    left_out = sum(_count_between(sorted(segment.left_out), begin, end) for segment in segments)
    return left_out / max(believed + left_out, 1)


def _count_between(times: Sequence[float], begin: float, end: float) -> int:
    """How many of some rising times are in a period."""
    return bisect_right(times, end) - bisect_left(times, begin)


def _distinct(reasons: Sequence[str]) -> Sequence[str]:
    return [*dict.fromkeys(reasons)]


def grade_of(low: float, best: float, high: float, *, is_disputed: bool = False) -> str:
    """The grade of bounds in Wh by their width; `is_disputed`: too many readings deny them."""
    if is_disputed:
        return WIDE
    width = high - low
    if width <= max(_FIRM * best, TOLERANCE_WH):
        return FIRM
    return BOUNDED if width <= max(_BOUNDED * best, TOLERANCE_WH) else WIDE


class _Position(NamedTuple):
    """What a register had counted at a moment, in Wh."""

    low: float
    best: float
    high: float


def _position(segment: Segment, at: float, watts: float) -> _Position:
    """Where the register of a segment was at a moment; outside of the segment, where it was at the
    end of it that is nearer.
    """
    before = bisect_right(segment.latest, at) - 1
    after = bisect_left(segment.earliest, at + AGE_S)
    if before == len(segment.wh) - 1:  # after the last reading
        value = segment.wh[-1]
        return _Position(value, value, value + segment.step)
    if before >= 0 and after < len(segment.wh):
        after = _past_stale(segment, before, after)
    low = float(segment.wh[max(before, 0)])
    high = float(segment.wh[min(after, len(segment.wh) - 1)] + segment.step)
    following = before + 1
    if before >= 0:
        # in a long gap, what the supply delivers says more than the readings around it
        wh_after = watts * (segment.latest[following] - at) / 3600.0
        low = max(low, segment.wh[following] - wh_after)
        wh_before = watts * (at - segment.earliest[before] + AGE_S) / 3600.0
        most_wh = segment.wh[before] + segment.step + wh_before
        high = min(high, most_wh) if after < len(segment.wh) else most_wh
    return _Position(low, _interpolated(segment, before, at), max(low, high))


def _interpolated(segment: Segment, before: int, at: float) -> float:
    """The value at a moment, on the line between two readings."""
    if before < 0:
        return float(segment.wh[0])
    value, following = segment.wh[before], segment.wh[before + 1]
    since, until = segment.latest[before], segment.latest[before + 1]
    return value + (following - value) * (at - since) / (until - since)


def _past_stale(segment: Segment, before: int, after: int) -> int:
    """The reading that bounds a moment from above, where the register stands around it: the next
    one that shows another value, if it stands longer than it usually does.
    """
    wh, value = segment.wh, segment.wh[before]
    stop = bisect_right(wh, value)
    if wh[after] != value or stop == len(wh):
        return after
    first = bisect_left(wh, value)
    stood_s = segment.latest[stop - 1] - segment.latest[first]
    if stood_s <= _STALE_S:
        return after
    span_s = segment.latest[-1] - segment.latest[0]
    usual_s = span_s / max(len(set(wh)) - 1, 1)
    return stop if stood_s > _USUAL * usual_s else after


def _edges(segments: Sequence[Segment], begin: float, end: float) -> Optional[Edges]:
    """The last readings until both ends of the period, if one segment has both."""
    for segment in segments:
        first = bisect_right(segment.latest, begin) - 1
        last = bisect_right(segment.latest, end) - 1
        if first >= 0 and segment.latest[-1] >= end:
            rise = segment.wh[last] - segment.wh[first]
            return Edges(_meter_reading(segment, first), _meter_reading(segment, last), rise)
    return None


def _meter_reading(segment: Segment, place: int) -> MeterReading:
    wh = segment.wh[place]
    return MeterReading(segment.latest[place], wh % segment.wrap if segment.wrap else wh)
