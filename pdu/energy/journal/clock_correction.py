"""The times of polls of a clock that was wrong for a while, put right by what it said later. Pure.

Between two starts of the reader's machine the monotonic clock says how far apart polls are, so one
setting of the clock that is right says the times of all. A setting is right if the kernel called it
synchronised; where no poll says so, one is wrong that says a time before this program was written
(a machine may start in 1970 or 2000), or that went back behind an earlier start. If no setting
since a start is right, its polls are between the ones before it and after it, and no more is known.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple, Optional

from ...core.cli.output import counted
from ..registers.numpy_lazy import np
from ..registers.values import Event
from .clocks import BORN

#: what both clocks may differ by between two polls: this, and a share of the time that passed,
#: which is twice as much as NTP may slew (500 ppm, RFC 5905)
ALIKE_S, ALIKE_SHARE = 1.5, 0.001
#: the next round begins after the end of this one; times are exact to a second
OVERLAP_S = 3.0
#: a clock that a start began with, and that was set back by more within less time, was wrong
_FAR_S = 86_400.0
#: what the kernel says of the clock, in a column
NOT_SYNCED, SYNCED, NO_WORD = 0, 1, 2
WORDS: Mapping[Optional[bool], int] = {False: NOT_SYNCED, True: SYNCED, None: NO_WORD}


class CorrectedTimes(NamedTuple):
    """The times of polls, and what was wrong."""

    begins: Sequence[float]
    ends: Sequence[float]
    events: Sequence[Event] = ()
    #: numbers of polls which overlap the one before, because their times are not known better
    loose: Collection[int] = ()


def correct_times(
    begins: Sequence[float],
    ends: Sequence[float],
    monotonic: Sequence[float],
    boots: Collection[int],
    sync_states: bytes,
) -> CorrectedTimes:
    """Times as they must have been; those that are not known better are as they were read.

    `boots`: numbers of polls before which the reader's machine started. `sync_states`: for each
    poll, one of the above; b"" if no poll has a word of the kernel.
    """
    if not begins or not _is_doubtful(begins, boots, sync_states):
        return CorrectedTimes(begins, ends)
    clock = _Clock(begins, ends, monotonic, sync_states)
    edges = [0, *sorted(number for number in boots if 0 < number < len(begins)), len(begins)]
    clock.put_right([range(first, stop) for first, stop in zip(edges, edges[1:])])
    return CorrectedTimes(clock.begins, clock.ends, clock.events, clock.loose)


def _is_doubtful(begins: Sequence[float], boots: Collection[int], sync_states: bytes) -> bool:
    """Whether anything may have to be put right. Of most PDUs nothing has."""
    if NOT_SYNCED in sync_states or min(begins) < BORN:
        return True
    return bool(boots) and bool((np.diff(np.asarray(begins)) < -OVERLAP_S).any())


class _Clock:
    def __init__(
        self,
        begins: Sequence[float],
        ends: Sequence[float],
        monotonic: Sequence[float],
        sync_states: bytes,
    ) -> None:
        self.begins, self.ends = array("d", begins), array("d", ends)
        self._read, self._monotonic, self._sync_states = begins, monotonic, sync_states
        self.events: list[Event] = []
        self.loose: set[int] = set()

    def put_right(self, starts: Sequence[range]) -> None:
        """Put right all polls, by starts of the reader's machine."""
        unknown: list[bool] = []
        earliest, is_sure = -math.inf, False
        for start in starts:
            is_synced = self._is_synced(start)
            is_wrong = self._put_right(start, earliest)
            unknown.append(is_wrong and (is_sure or self._is_old(start)))
            end = self.ends[start[-1]]
            if is_synced or (not is_wrong and end > earliest):
                earliest, is_sure = end, is_synced
        # a start that says a later time than one after it, whose clock was synchronised
        least = math.inf
        for place in range(len(starts) - 1, -1, -1):
            begin = self.begins[starts[place][0]]
            if self._is_synced(starts[place]):
                least = min(least, begin)
            elif begin > least + OVERLAP_S:
                unknown[place] = True
        self._place_between(starts, unknown)

    def _is_synced(self, polls: range) -> bool:
        return SYNCED in self._sync_states[polls.start : polls.stop]

    def _is_old(self, polls: range) -> bool:
        """Whether the clock said a time before this program was written."""
        return max(self._read[polls[0]], self._read[polls[-1]]) < BORN

    def _put_right(self, start: range, earliest: float) -> bool:
        """Put the polls of one start on the line of its settings that are right. Returns whether
        none is right. `earliest`: the end of the last poll of earlier starts.
        """
        parts = [*self._parts(start)]
        right = [part for part in parts if self._is_synced(part)]
        if not right:
            least = max(BORN, earliest - OVERLAP_S)
            right = [part for part in parts if self._read[part[0]] >= least]
            doubtful_parts = [
                part for part in parts if part not in right and not self._is_old(part)
            ]
            if right and self._duration_s(doubtful_parts) > self._duration_s(right):
                return False  # perhaps it was the earlier start that was wrong
            if earliest > -math.inf and self._began_ahead(right):
                del right[0]
        for place, part in enumerate(parts if right else ()):
            if part not in right:
                later = next((part for part in parts[place:] if part in right), None)
                self._move(part, later[0] if later else right[-1][-1])
        return not right

    def _began_ahead(self, parts: Sequence[range]) -> bool:
        """Whether a start began with a clock that was set back soon, and by far, to a time that
        follows the start before, too.
        """
        if len(parts) < 2 or parts[0].stop != parts[1].start:
            return False
        first, second = parts[:2]
        back = self._time(second[0], first[-1]) - self._read[second[0]]
        return back > _FAR_S and self._length(first) < min(_FAR_S, self._length(second))

    def _duration_s(self, parts: Sequence[range]) -> float:
        return sum(map(self._length, parts))

    def _parts(self, start: range) -> Iterator[range]:
        """Polls of one start between which the clock was not set."""
        where = slice(start.start, start.stop)
        elapsed_s = np.diff(np.asarray(self._monotonic)[where])
        jumps = np.abs(np.diff(np.asarray(self._read)[where]) - elapsed_s)
        cuts = np.flatnonzero(jumps > ALIKE_S + ALIKE_SHARE * np.abs(elapsed_s)) + start.start + 1
        edges = [start.start, *cuts.tolist(), start.stop]
        return (range(first, stop) for first, stop in zip(edges, edges[1:]))

    def _move(self, polls: range, anchor: int) -> None:
        """Give polls the times that they have by the monotonic clock from a right one."""
        first = polls[0]
        shift = self._time(first, anchor) - self._read[first]
        for number in polls:
            length_s = max(self.ends[number] - self.begins[number], 0.0)
            begin = self._time(number, anchor)
            # both clocks drift apart, but not by more than the clock was set
            apart = abs(self._monotonic[number] - self._monotonic[anchor])
            doubt = min(ALIKE_SHARE * apart, abs(shift))
            self.begins[number], self.ends[number] = begin - doubt, begin + length_s + doubt
        how = "behind" if shift > 0.0 else "ahead"
        reason = f"the reader's clock was {_apart(shift)} {how}, as it showed when it was set"
        self.events.append(Event("clock", self.begins[first], self.ends[polls[-1]], reason))

    def _time(self, number: int, anchor: int) -> float:
        return self._read[anchor] + self._monotonic[number] - self._monotonic[anchor]

    def _place_between(self, starts: Sequence[range], unknown: Sequence[bool]) -> None:
        """Give the polls of starts of which no setting is right all the time that there is."""
        for place, start in enumerate(starts):
            if not unknown[place]:
                continue
            latest = self._latest(starts, unknown, place)
            if latest is None:
                continue
            earliest, held_s = self._earliest(starts, unknown, place)
            self.loose.update((start.start, start.stop))
            last = self._monotonic[start[-1]]
            for number in start:
                begin = earliest + self._monotonic[number] - self._monotonic[start[0]] + held_s
                end = latest - (last - self._monotonic[number])
                self.begins[number], self.ends[number] = begin, max(begin, end)
            reason = (
                f"the reader's clock was wrong until the next start of its machine:"
                f" {counted(len(start), 'reading')} at unknown times"
            )
            self.events.append(Event("clock", earliest, latest, reason))

    def _earliest(
        self, starts: Sequence[range], unknown: Sequence[bool], place: int
    ) -> tuple[float, float]:
        """When the polls before a start had ended, and how long unknown starts between took."""
        held_s = 0.0
        for number in range(place - 1, -1, -1):
            if not unknown[number]:
                return self.ends[starts[number][-1]], held_s
            held_s += self._length(starts[number])
        return BORN, held_s

    def _latest(
        self, starts: Sequence[range], unknown: Sequence[bool], place: int
    ) -> Optional[float]:
        """When the polls of a start had ended; None if no later one says it."""
        held_s = 0.0
        earliest, since = self._earliest(starts, unknown, place)
        for number in range(place + 1, len(starts)):
            if not unknown[number]:
                latest = self.begins[starts[number][0]] - held_s
                room = latest - earliest - since - self._length(starts[place])
                return latest if room >= -OVERLAP_S else None
            held_s += self._length(starts[number])
        return None

    def _length(self, start: range) -> float:
        return self._monotonic[start[-1]] - self._monotonic[start[0]]


def _apart(seconds: float) -> str:
    days = abs(seconds) / 86_400.0
    return f"{abs(seconds):.0f} s" if days < 2.0 else f"{days:.6g} days"
