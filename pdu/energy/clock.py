"""Puts right the times of polls that were taken while the reader's clock was wrong. Pure.

CLOCK_BOOTTIME counts while a machine runs or is suspended (clock_gettime(2)). The wall clock minus
it is therefore constant, but where somebody sets the wall clock. Of all offsets of one run of the
machine, the one that held longest is right. Another one may be right too, if the clock did not come
back from it: it began or ended the run, and held for an hour. Then a poll was taken at either time.

Files of older releases have CLOCK_MONOTONIC, which stands while a machine is suspended: an offset
that steps forward by more than a day, and never comes back, begins a new run.

Polls are stored in their order. Where the times of two runs contradict it, the longer run is right,
and the other one lies between its neighbours, if it fits there.

What it cannot see: a clock that was wrong in a whole run of the machine, and contradicts no other.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import accumulate, groupby
from typing import NamedTuple, Optional

#: offsets that differ less are one clock: NTP slews it by 0.05 % at most, and reading takes time
SAME_CLOCK_S = 2.0
#: how long a second offset must hold to be believed: NTP sets a clock sooner after a start
HELD_S = 3600.0
#: nobody sets a right clock by more
MOST_S = 86_400.0


class PollTime(NamedTuple):
    """When a poll was taken, by the clocks of the reader. In s."""

    #: of the wall clock
    begin: float
    end: float
    #: of CLOCK_BOOTTIME, at `begin`
    monotonic: float
    #: which run of the machine the monotonic clock belongs to
    boot: str


class PollBounds(NamedTuple):
    """The earliest and the latest moment at which a poll can have been taken."""

    earliest: float
    latest: float


class _Run(NamedTuple):
    """The polls of one run of the machine."""

    polls: Sequence[PollTime]
    bounds: Sequence[PollBounds]

    @property
    def span(self) -> PollBounds:
        """From its first poll to its last."""
        return PollBounds(self.bounds[0].earliest, self.bounds[-1].latest)

    def bounds_between(
        self, begin: Optional[float], end: Optional[float]
    ) -> Sequence[Optional[PollBounds]]:
        """The bounds by the monotonic clock alone, if all polls were taken between `begin` and
        `end` of the right time, in s; all None if one of these is not known, or they are too near.
        """
        first, last = self.polls[0].monotonic, self.polls[-1].monotonic
        if begin is None or end is None or end - begin < last - first:
            return [None] * len(self.polls)
        return [
            PollBounds(begin + poll.monotonic - first, end - (last - poll.monotonic))
            for poll in self.polls
        ]


def poll_bounds(polls: Sequence[PollTime]) -> list[Optional[PollBounds]]:
    """For each poll when it can have been taken; None if its clocks do not say. `polls`: in the
    order in which they were taken.
    """
    groups = ([*group] for _, group in groupby(polls, key=lambda poll: poll.boot))
    runs = [_Run(part, _bounds_of_run(part)) for group in groups for part in _parts(group)]
    span_by_run: dict[int, PollBounds] = {}
    # longer runs first
    for place in sorted(range(len(runs)), key=lambda at: -_length(runs[at].span)):
        span, (begin, end) = runs[place].span, _neighbours(span_by_run, place)
        is_after = begin is None or begin <= span.earliest + SAME_CLOCK_S
        if is_after and (end is None or span.latest <= end + SAME_CLOCK_S):
            span_by_run[place] = span
    bounds: list[Optional[PollBounds]] = []
    for place, run in enumerate(runs):
        is_believed = place in span_by_run
        bounds += (
            run.bounds if is_believed else run.bounds_between(*_neighbours(span_by_run, place))
        )
    return _rising(bounds)


def _rising(bounds: Sequence[Optional[PollBounds]]) -> list[Optional[PollBounds]]:
    """The bounds widened where those of two runs overlap, so that both rise."""
    latest = [*accumulate((-math.inf if poll is None else poll.latest for poll in bounds), max)]
    backwards = (math.inf if poll is None else poll.earliest for poll in reversed(bounds))
    earliest = [*accumulate(backwards, min)][::-1]
    return [
        None if poll is None else PollBounds(earliest[place], latest[place])
        for place, poll in enumerate(bounds)
    ]


def _parts(polls: Sequence[PollTime]) -> list[Sequence[PollTime]]:
    """A run, cut where the machine was suspended for more than a day."""
    offsets = [poll.begin - poll.monotonic for poll in polls]
    most_before = [*accumulate(offsets, max)]
    least_behind = [*accumulate(offsets[::-1], min)][::-1]
    cuts = [
        place
        for place in range(1, len(polls))
        if least_behind[place] - most_before[place - 1] > MOST_S
        and polls[place - 1].monotonic - polls[0].monotonic >= HELD_S
    ]
    edges = [0, *cuts, len(polls)]
    return [polls[begin:end] for begin, end in zip(edges, edges[1:])]


def _length(span: PollBounds) -> float:
    return span.latest - span.earliest


def _neighbours(
    span_by_run: Mapping[int, PollBounds], place: int
) -> tuple[Optional[float], Optional[float]]:
    """When the run before a place ended, and the one behind it began; None if there is none."""
    ends = [span.latest for other, span in span_by_run.items() if other < place]
    begins = [span.earliest for other, span in span_by_run.items() if other > place]
    return max(ends, default=None), min(begins, default=None)


def _bounds_of_run(polls: Sequence[PollTime]) -> list[PollBounds]:
    """The times of the polls of one run, by the wall clock if nobody set it; else by the monotonic
    clock and the offset that was held longest. The offset that was held first, and that held last,
    widen the bounds if they were held for long and are near it: which was right is not known.
    """
    offsets = [poll.begin - poll.monotonic for poll in polls]
    if max(offsets) - min(offsets) < SAME_CLOCK_S:
        return [PollBounds(poll.begin, poll.end) for poll in polls]
    times = [poll.monotonic for poll in polls]
    right = _longest_held(offsets, times)
    possible_offsets = [right]
    for offset, held_s in (
        _first_held(offsets, times),
        _first_held(offsets[::-1], times[::-1]),  # the offset that was held last
    ):
        if held_s >= HELD_S and abs(offset - right) < MOST_S:
            possible_offsets.append(offset)
    least, most = min(possible_offsets), max(possible_offsets)
    return [
        PollBounds(poll.monotonic + least, poll.monotonic + most + poll.end - poll.begin)
        for poll in polls
    ]


def _longest_held(offsets: Sequence[float], times: Sequence[float]) -> float:
    """The offset that held for most of the time between polls."""
    held_s: dict[int, float] = {}
    for offset, time, next_time in zip(offsets, times, times[1:]):
        key = round(offset / SAME_CLOCK_S)
        held_s[key] = held_s.get(key, 0.0) + next_time - time
    best = max(held_s, key=lambda key: held_s[key])
    # next to it, as a clock that drifts over the edge of a key is one clock
    near_offsets = sorted(
        offset for offset in offsets if abs(round(offset / SAME_CLOCK_S) - best) <= 1
    )
    return near_offsets[len(near_offsets) // 2]


def _first_held(offsets: Sequence[float], times: Sequence[float]) -> tuple[float, float]:
    """The first offset, and how long it held at first, in s."""
    count = next(
        (place for place, offset in enumerate(offsets) if abs(offset - offsets[0]) > SAME_CLOCK_S),
        len(offsets),
    )
    return offsets[0], abs(times[count - 1] - times[0])
