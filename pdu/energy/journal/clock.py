"""The reader's clock: which of its settings may be right, and by how much times may be wrong. Pure.

A setting is how the clock was set between two jumps, which the reader's monotonic clock shows: it
says how far apart polls are, but not across a start of the reader's machine. Times are given as if
the clock had never been set: on the line of the first of its settings that may be right.

Between two starts, a setting is right if the kernel called it synchronised; where no poll says so,
one is wrong that says a time before this program was written (a machine may start in 1970 or 2000),
or that went back behind an earlier start. If no setting since a start is right, its polls are
between the ones before it and after it, and no more is known.

Without the monotonic clock, only jumps back into an earlier poll are seen, and a jump forward looks
like a gap.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple, Optional

from ...core.cli.output import counted
from ..registers.numpy_lazy import Column, median, np
from ..registers.values import Event
from .clocks import BORN

#: what both clocks may differ by between two polls: this, and a share of the time that passed,
#: which is twice as much as NTP may slew (500 ppm, RFC 5905)
_ALIKE_S, _ALIKE_SHARE = 1.5, 0.001
#: the next round begins after the end of this one; times are exact to a second
OVERLAP_S = 3.0
#: a clock that a start began with, and that was set back by more within less time, was wrong
_FAR_S = 86_400.0
#: how many settings back the clock may come to what it was: more would take long
_BACK = 200
#: what the kernel says of the clock, in a column
NOT_SYNCED, SYNCED, NO_WORD = 0, 1, 2
WORDS: Mapping[Optional[bool], int] = {False: NOT_SYNCED, True: SYNCED, None: NO_WORD}


class PollClock(NamedTuple):
    """The times of polls."""

    begins: Sequence[float]
    ends: Sequence[float]
    jumps: Sequence[Event] = ()
    #: seconds by which all times may be wrong
    slack: float = 0.0


class _Setting(NamedTuple):
    """How the clock was set between two jumps."""

    #: numbers of the polls
    polls: range
    #: from what it was at first, in s
    shift: float
    #: how long it was set so, in s
    duration: float
    #: the latest time that it said at a poll, in s
    latest: float
    #: whether the kernel called it synchronised
    is_synced: bool
    #: how far the start of the reader's machine before it leaves open what the jump was, in s
    doubt: float = 0.0

    def joined(self, later: _Setting) -> _Setting:
        """The same setting, to which the clock came back."""
        return self._replace(
            duration=self.duration + later.duration,
            latest=max(self.latest, later.latest),
            is_synced=self.is_synced or later.is_synced,
        )


def jumps_by_monotonic(
    begins: Sequence[float],
    ends: Sequence[float],
    monotonic: Sequence[float],
    boots: Collection[int] = (),
    sync_states: bytes = b"",
) -> PollClock:
    """Jumps by the monotonic clock. It begins again when the reader's machine starts.

    `boots`: numbers of polls before which it did. `sync_states`: for each poll, one of the above;
    b"" if no poll has a word of the kernel.
    """
    clock = _Clock(begins, ends, monotonic, boots, sync_states)
    if clock.is_doubtful():
        clock.put_starts_right()
    return clock.continuous()


class _Clock:
    """The polls, and the times that are known of them so far."""

    def __init__(
        self,
        begins: Sequence[float],
        ends: Sequence[float],
        monotonic: Sequence[float],
        boots: Collection[int],
        sync_states: bytes,
    ) -> None:
        self._read, self._monotonic = np.asarray(begins), np.asarray(monotonic)
        self._begins, self._ends, self._sync_states = np.array(begins), np.array(ends), sync_states
        self._boots = sorted(number for number in boots if 0 < number < len(begins))
        self._events: list[Event] = []
        #: numbers of polls which overlap the one before, because their times are not known better
        self._loose: set[int] = set()

    def is_doubtful(self) -> bool:
        """Whether a start of the machine may have to be put right. Of most PDUs none has."""
        if not len(self._read):
            return False
        if NOT_SYNCED in self._sync_states or self._read.min() < BORN:
            return True
        return bool(self._boots) and bool((np.diff(self._read) < -OVERLAP_S).any())

    def _settings(
        self, times: Column, jumps: Column, elapsed_s: Column, polls: range
    ) -> Iterator[_Setting]:
        """The settings of polls that follow each other.

        `times`: of all polls. `jumps`, `elapsed_s`: from each of these polls to the next, in s.
        """
        places = np.flatnonzero(np.abs(jumps) > _ALIKE_S + _ALIKE_SHARE * np.abs(elapsed_s))
        edges = [polls.start, *(places + polls.start + 1).tolist(), polls.stop]
        shifts = [0.0, *np.cumsum(jumps[places]).tolist()]
        for shift, first, stop in zip(shifts, edges, edges[1:]):
            duration = float(elapsed_s[first - polls.start : stop - polls.start].sum())
            latest = float(times[first:stop].max())
            is_synced = SYNCED in self._sync_states[first:stop]
            yield _Setting(range(first, stop), shift, duration, latest, is_synced)

    # ---- each start of the reader's machine alone ------------------------------------------------

    def put_starts_right(self) -> None:
        """Put the polls of each start on the line of its settings that are right."""
        starts = [*map(range, [0, *self._boots], [*self._boots, len(self._begins)])]
        are_synced = [SYNCED in self._sync_states[polls.start : polls.stop] for polls in starts]
        are_unknown: list[bool] = []
        earliest, is_sure = -math.inf, False
        for place, polls in enumerate(starts):
            is_wrong = not self._put_right(polls, earliest)
            is_old = max(self._read[polls[0]], self._read[polls[-1]]) < BORN
            are_unknown.append(is_wrong and bool(is_sure or is_old))
            end = self._ends[polls[-1]]
            if are_synced[place] or (not is_wrong and end > earliest):
                earliest, is_sure = end, are_synced[place]
        # a start that says a later time than one after it, whose clock was synchronised
        least = math.inf
        for place in range(len(starts) - 1, -1, -1):
            begin = self._begins[starts[place][0]]
            if are_synced[place]:
                least = min(least, begin)
            elif begin > least + OVERLAP_S:
                are_unknown[place] = True
        self._place_between(starts, are_unknown)

    def _put_right(self, start: range, earliest: float) -> bool:
        """Put the polls of one start on the line of its settings that are right. Returns whether
        one is right. `earliest`: the end of the last poll of earlier starts.
        """
        elapsed_s = np.diff(self._monotonic[start.start : start.stop])
        jumps = np.diff(self._read[start.start : start.stop]) - elapsed_s
        settings = [*self._settings(self._read, jumps, elapsed_s, start)]
        right = [setting for setting in settings if setting.is_synced]
        if not right:
            least = max(BORN, earliest - OVERLAP_S)
            right = [setting for setting in settings if self._read[setting.polls[0]] >= least]
            behind_settings = [
                setting for setting in settings if setting not in right and setting.latest >= BORN
            ]
            if right and self._length_s(*behind_settings) > self._length_s(*right):
                return True  # perhaps it was the earlier start that was wrong
            if earliest > -math.inf and self._began_ahead(right):
                del right[0]
        for setting in settings if right else ():
            if setting not in right:
                later = (other.polls[0] for other in right if other.polls[0] > setting.polls[0])
                self._move(setting.polls, next(later, right[-1].polls[-1]))
        return bool(right)

    def _began_ahead(self, settings: Sequence[_Setting]) -> bool:
        """Whether a start began with a clock that was set back soon, and by far, to a time that
        follows the start before, too.
        """
        if len(settings) < 2 or settings[0].polls.stop != settings[1].polls.start:
            return False
        first, second = settings[:2]
        back = self._time(second.polls[0], first.polls[-1]) - self._read[second.polls[0]]
        length_s = self._length_s(first)
        return bool(back > _FAR_S) and length_s < min(_FAR_S, self._length_s(second))

    def _length_s(self, *settings: _Setting) -> float:
        return sum(self._span_s(setting.polls) for setting in settings)

    def _span_s(self, polls: range) -> float:
        return float(self._monotonic[polls[-1]] - self._monotonic[polls[0]])

    def _move(self, polls: range, anchor: int) -> None:
        """Give polls the times that they have by the monotonic clock from a right one."""
        here = slice(polls.start, polls.stop)
        times, lengths_s = self._time(here, anchor), self._ends[here] - self._begins[here]
        shift = float(times[0] - self._read[polls[0]])
        # both clocks drift apart, but not by more than the clock was set
        drifts_s = _ALIKE_SHARE * np.abs(self._monotonic[here] - self._monotonic[anchor])
        doubts_s = np.minimum(drifts_s, abs(shift))
        self._begins[here] = times - doubts_s
        self._ends[here] = times + np.maximum(lengths_s, 0.0) + doubts_s
        how = "behind" if shift > 0.0 else "ahead"
        self._note(
            self._begins[here][0],
            self._ends[here][-1],
            f"the reader's clock was {_apart(shift)} {how}, as it showed when it was set",
        )

    def _note(self, begin: float, end: float, reason: str) -> None:
        self._events.append(Event("clock", float(begin), float(end), reason))

    def _time(self, numbers: Column, anchor: int) -> Column:
        return self._read[anchor] + self._monotonic[numbers] - self._monotonic[anchor]

    def _place_between(self, starts: Sequence[range], are_unknown: Sequence[bool]) -> None:
        """Give the polls of starts of which no setting is right all the time that there is."""
        known_starts = [place for place in range(len(starts)) if not are_unknown[place]]
        for place in (place for place in range(len(starts)) if are_unknown[place]):
            place_before = max((at for at in known_starts if at < place), default=-1)
            place_after = min((at for at in known_starts if at > place), default=-1)
            if place_after < 0:
                continue
            # how long the unknown starts beside it took at least
            held_before_s = sum(map(self._span_s, starts[place_before + 1 : place]))
            held_after_s = sum(map(self._span_s, starts[place + 1 : place_after]))
            earliest = BORN if place_before < 0 else self._ends[starts[place_before][-1]]
            latest = self._begins[starts[place_after][0]] - held_after_s
            span_s, polls = self._span_s(starts[place]), starts[place]
            if latest - earliest - held_before_s - span_s < -OVERLAP_S:
                continue  # what comes later does not say it
            self._loose.update((polls.start, polls.stop))
            here = slice(polls.start, polls.stop)
            since_s = self._monotonic[here] - self._monotonic[polls[0]]
            self._begins[here] = earliest + since_s + held_before_s
            self._ends[here] = np.maximum(self._begins[here], latest - (span_s - since_s))
            self._note(
                earliest,
                latest,
                "the reader's clock was wrong until the next start of its machine:"
                f" {counted(len(polls), 'reading')} at unknown times",
            )

    # ---- all polls -------------------------------------------------------------------------------

    def continuous(self) -> PollClock:
        """The times as if the clock had never been set."""
        times, count = self._begins, len(self._begins)
        elapsed_s = np.diff(self._monotonic)
        elapsed_s[elapsed_s <= 0.0] = 0.0
        jumps = np.where(elapsed_s > 0.0, np.diff(times) - elapsed_s, 0.0)
        boots_back = list[int]()
        for number in self._boots:
            elapsed_s[number - 1] = jumps[number - 1] = 0.0
            if number not in self._loose and times[number] < self._ends[number - 1] - OVERLAP_S:
                boots_back.append(number)
        usual_s = max(_usual(times), 0.0) if boots_back else 0.0
        for number in boots_back:
            # Nobody knows how long the machine was down: as long as polls usually are apart?
            elapsed_s[number - 1] = usual_s
            jumps[number - 1] = times[number] - times[number - 1] - usual_s
        for number in self._loose:
            elapsed_s[number - 1 : number] = jumps[number - 1 : number] = 0.0
        settings = [*self._settings(times, jumps, elapsed_s, range(count))] if count else []
        if len(settings) < 2:
            return PollClock(_float_array(times), _float_array(self._ends), self._events)
        for at in (setting.polls[0] for setting in settings[1:]):
            about = "about " if at in self._boots else ""
            self._events.append(_jump_event(times[at - 1], times[at], float(jumps[at - 1]), about))
        # One of these settings was right, and nobody says which.
        doubts = (usual_s if setting.polls[0] in boots_back else 0.0 for setting in settings)
        first, *shifts = (
            setting.shift
            for setting in _possible(
                [setting._replace(doubt=doubt) for setting, doubt in zip(settings, doubts)]
            )
        )
        shifts_s = np.repeat(
            [setting.shift for setting in settings], [len(setting.polls) for setting in settings]
        )
        begins, ends = (_float_array(column - shifts_s + first) for column in (times, self._ends))
        slack = max((abs(shift - first) for shift in shifts), default=0.0)
        return PollClock(begins, ends, self._events, slack + usual_s * len(boots_back))


def _possible(settings: Sequence[_Setting]) -> Sequence[_Setting]:
    """Settings of which each may be right.

    The clock may go wrong for a while and come back to what it was. If that took less time than the
    setting to which it came back was held, the settings between were wrong. So were those with
    times before this program was written. Where the kernel called settings synchronised, others
    count no more.
    """
    possible: list[_Setting] = []
    for setting in settings:
        between, doubt = 0.0, setting.doubt
        for place in range(len(possible) - 1, max(len(possible) - 1 - _BACK, -1), -1):
            previous = possible[place]
            apart_s = abs(previous.shift - setting.shift)
            is_back = apart_s <= _ALIKE_S + _ALIKE_SHARE * between + doubt
            if is_back and between < previous.duration + setting.duration:
                possible[place:] = [previous.joined(setting)]
                break
            between, doubt = between + previous.duration, doubt + previous.doubt
        else:
            possible.append(setting)
    synced_settings = [setting for setting in possible if setting.is_synced]
    return (
        synced_settings or [setting for setting in possible if setting.latest >= BORN] or possible
    )


def _float_array(column: Column) -> array[float]:
    return array("d", column.tobytes())


def _usual(begins: Column) -> float:
    return median(np.diff(begins))


def _jump_event(old: float, new: float, jump: float, about: str) -> Event:
    begin, end = sorted((float(old), float(new)))
    direction = "forward" if jump > 0 else "back"
    reason = f"the reader's clock went {direction} by {about}{abs(jump):.0f} s"
    return Event("clock", begin, end, reason)


def _apart(seconds: float) -> str:
    days = abs(seconds) / 86_400.0
    return f"{abs(seconds):.0f} s" if days < 2.0 else f"{days:.6g} days"


def jumps_by_begin_times(begins: Sequence[float], ends: Sequence[float]) -> PollClock:
    """Jumps back: a poll that begins before the end of the one before."""
    jumps: list[Event] = []
    slack = 0.0
    early = np.asarray(begins)[1:] < np.asarray(ends)[:-1] - OVERLAP_S
    late = (np.flatnonzero(early) + 1).tolist()
    if late:
        usual = max(_usual(np.asarray(begins)), 0.0)
        for number in late:
            # A jump moved the time by what the poll seems to be early.
            jump = begins[number] - begins[number - 1] - usual
            slack -= jump
            jumps.append(_jump_event(begins[number - 1], begins[number], jump, "about "))
    return PollClock(begins, ends, jumps, slack)
