"""The reader's clock: where it jumped, and by how much times may be wrong. Pure.

With the monotonic clock of the reader each jump is known, and times are given as if the clock had
never jumped: on the line of the first of its settings that may be right. Without it, only jumps
back into an earlier poll are seen, and a jump forward looks like a gap.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Collection, Sequence
from typing import NamedTuple

from ..registers.numpy_lazy import median, np
from ..registers.values import Event
from .clock_correction import ALIKE_S, ALIKE_SHARE, OVERLAP_S, SYNCED, correct_times
from .clocks import BORN

#: how many settings back the clock may come to what it was: more would take long
_BACK = 200


class PollClock(NamedTuple):
    """The times of polls."""

    begins: Sequence[float]
    ends: Sequence[float]
    jumps: Sequence[Event] = ()
    #: seconds by which all times may be wrong
    slack: float = 0.0


def jumps_by_monotonic(
    begins: Sequence[float],
    ends: Sequence[float],
    monotonic: Sequence[float],
    boots: Collection[int] = (),
    sync_states: bytes = b"",
) -> PollClock:
    """Jumps by the monotonic clock. It begins again when the reader's machine starts.

    `boots`: numbers of polls before which it did. `sync_states`: as of `correct_times`.
    """
    begins, ends, corrections, loose = correct_times(begins, ends, monotonic, boots, sync_states)
    if not boots and _is_calm(begins, monotonic):
        return PollClock(begins, ends, corrections)
    jumps: list[Event] = []
    shift = 0.0
    settings = [_ClockSetting(0.0, 0.0, -math.inf)]
    doubt = 0.0
    shifted_times: list[float] = []
    unsure = 0.0
    for number, begin in enumerate(begins):
        jump = elapsed_s = doubt = 0.0
        if number in loose:
            pass
        elif number in boots:
            if begin < ends[number - 1] - OVERLAP_S:
                # Nobody knows how long the machine was down: as long as polls usually are apart?
                elapsed_s = usual = max(_usual(begins), 0.0)
                jump, unsure = begin - begins[number - 1] - usual, unsure + usual
                doubt = usual
        elif number and monotonic[number] > monotonic[number - 1]:
            elapsed_s = monotonic[number] - monotonic[number - 1]
            jump = begin - begins[number - 1] - elapsed_s
        settings[-1] = settings[-1].longer(elapsed_s)
        if abs(jump) > ALIKE_S + ALIKE_SHARE * elapsed_s:
            shift += jump
            settings.append(_ClockSetting(shift, 0.0, -math.inf, doubt))
            jumps.append(
                _jump_event(begins[number - 1], begin, jump, "about " if number in boots else "")
            )
        is_synced = settings[-1].is_synced or sync_states[number : number + 1] == bytes([SYNCED])
        settings[-1] = settings[-1]._replace(
            latest=max(settings[-1].latest, begin), is_synced=is_synced
        )
        shifted_times.append(shift)
    if not jumps:
        return PollClock(begins, ends, corrections)
    # One of these settings was right, and nobody says which.
    first, *shifts = (setting.shift for setting in _possible(settings))
    return PollClock(
        array("d", [time - by + first for time, by in zip(begins, shifted_times)]),
        array("d", [time - by + first for time, by in zip(ends, shifted_times)]),
        [*corrections, *jumps],
        max((abs(setting - first) for setting in shifts), default=0.0) + unsure,
    )


def _is_calm(begins: Sequence[float], monotonic: Sequence[float]) -> bool:
    """Whether both clocks agree from each poll to the next: those of most PDUs do."""
    elapsed_s = np.diff(np.asarray(monotonic))
    jumps = np.abs(np.diff(np.asarray(begins)) - elapsed_s)
    return bool(((elapsed_s > 0.0) & (jumps <= ALIKE_S + ALIKE_SHARE * elapsed_s)).all())


def _usual(begins: Sequence[float]) -> float:
    return median(np.diff(np.asarray(begins)))


def _jump_event(old: float, new: float, jump: float, about: str) -> Event:
    begin, end = sorted((old, new))
    direction = "forward" if jump > 0 else "back"
    reason = f"the reader's clock went {direction} by {about}{abs(jump):.0f} s"
    return Event("clock", begin, end, reason)


class _ClockSetting(NamedTuple):
    """What the clock was set to between two jumps."""

    #: from what it was at first, in s
    shift: float
    #: how long it was set so, in s
    duration: float
    #: the latest time that it said at a poll, in s
    latest: float
    #: how far the start of the reader's machine before it leaves open what the jump was, in s
    doubt: float = 0.0
    #: whether the kernel called it synchronised
    is_synced: bool = False

    def longer(self, seconds: float) -> _ClockSetting:
        """The same setting, held so much longer."""
        return self._replace(duration=self.duration + seconds)


def _possible(settings: Sequence[_ClockSetting]) -> Sequence[_ClockSetting]:
    """Settings of which each may be right.

    The clock may go wrong for a while and come back to what it was. If that took less time than the
    setting to which it came back was held, the settings between were wrong. So were those with
    times before this program was written: a machine may start in 1970 or 2000. Where the kernel
    called settings synchronised, others count no more.
    """
    possible: list[_ClockSetting] = []
    for setting in settings:
        between, doubt = 0.0, setting.doubt
        for place in range(len(possible) - 1, max(len(possible) - 1 - _BACK, -1), -1):
            previous = possible[place]
            is_back = abs(previous.shift - setting.shift) <= ALIKE_S + ALIKE_SHARE * between + doubt
            if is_back and between < previous.duration + setting.duration:
                possible[place:] = [
                    previous._replace(
                        duration=previous.duration + setting.duration,
                        latest=max(previous.latest, setting.latest),
                        is_synced=previous.is_synced or setting.is_synced,
                    )
                ]
                break
            between, doubt = between + previous.duration, doubt + previous.doubt
        else:
            possible.append(setting)
    synced_settings = [setting for setting in possible if setting.is_synced]
    return (
        synced_settings or [setting for setting in possible if setting.latest >= BORN] or possible
    )


def jumps_by_begin_times(begins: Sequence[float], ends: Sequence[float]) -> PollClock:
    """Jumps back: a poll that begins before the end of the one before."""
    jumps: list[Event] = []
    slack = 0.0
    early = np.asarray(begins)[1:] < np.asarray(ends)[:-1] - OVERLAP_S
    late = (np.flatnonzero(early) + 1).tolist()
    if late:
        usual = max(_usual(begins), 0.0)
        for number in late:
            # A jump moved the time by what the poll seems to be early.
            jump = begins[number] - begins[number - 1] - usual
            slack -= jump
            jumps.append(_jump_event(begins[number - 1], begins[number], jump, "about "))
    return PollClock(begins, ends, jumps, slack)
