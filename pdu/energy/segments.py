"""Which readings of a register can be believed, and where it went on counting. Pure.

One law: the register of one unit rises, in steps, and never faster than its supply delivers. Where
it does, neighbouring readings form a segment. Readings that left the line for a moment and came
back are left out. Between two segments is a hole, of which nothing is known but its time.

A counter of a known width begins again at 0 when it is full. That is no hole.

Energies in Wh, powers in W, times in s.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from operator import sub
from typing import NamedTuple, Optional

from .readings import PduReadings

#: how old the value of a register may be when it is read: units renew theirs every 1 s to 15 min
AGE_S = 900.0
#: how many readings in a row may be wrong, and the register still goes on
FEW = 3
#: a unit that started later than before, by more, has restarted: clocks of units drift
_RESTART_S = 60.0
_DRIFT = 0.01
#: TimeTicks count hundredths of a second in 32 bits (RFC 2578, 7.1.8): 497 days
_UPTIME_WRAP_S = 2**32 / 100.0
#: the coarsest step of a register
_COARSEST_WH = 1000


class RegisterLimits(NamedTuple):
    """What limits a register."""

    #: the most that its supply delivers
    watts: float
    #: where it begins again at 0; 0 if that is not known
    wrap: int = 0


class Event(NamedTuple):
    """Something that happened to a register, for the reader of a report."""

    begin: float
    end: float
    text: str


class Era(NamedTuple):
    """The polls `first` to `stop` - 1, which one unit answered in one run of it."""

    first: int
    stop: int
    #: how it began; "" for the first one
    reason: str


class Column(NamedTuple):
    """The polls of an era that read a register."""

    earliest: Sequence[float]
    latest: Sequence[float]
    wh: Sequence[int]

    def select(self, places: Sequence[int]) -> Column:
        """Some of them."""
        earliest, latest, wh = self
        return Column(
            [earliest[place] for place in places],
            [latest[place] for place in places],
            [wh[place] for place in places],
        )


class SetBack(NamedTuple):
    """A register may have been set back between two readings, and then counted `wh` less."""

    begin: float
    end: float
    wh: float


class Segment(NamedTuple):
    """Readings between which a register went on counting."""

    #: one for each poll that is believed
    earliest: Sequence[float]
    latest: Sequence[float]
    #: without wraps: the unit shows the rest of a division by `wrap`
    wh: Sequence[int]
    #: the smallest rise that the register shows
    step: int
    wrap: int = 0
    #: where it may have been set back unseen
    set_back: Sequence[SetBack] = ()
    #: when readings were made that are not believed
    left_out: Sequence[float] = ()


def eras(readings: PduReadings) -> list[Era]:
    """Cuts the polls of a PDU where another unit answered, or the unit restarted."""
    parts = [Era(0, len(readings.units), "")]
    unit, uptime, uptime_place = "", None, 0
    for place, (name, uptime_now) in enumerate(zip(readings.units, readings.uptimes)):
        reason = ""
        if unit and name and name != unit:
            reason = "another unit answered"
        elif uptime is not None and uptime_now is not None:
            elapsed_s = readings.earliest[place] - readings.earliest[uptime_place]
            if _is_restart(uptime, uptime_now, elapsed_s):
                reason = "the unit restarted"
        if reason:
            parts[-1] = parts[-1]._replace(stop=place)
            parts.append(Era(place, len(readings.units), reason))
        unit = name or unit
        if uptime_now is not None:
            uptime, uptime_place = uptime_now, place
    return parts


def _is_restart(uptime: float, uptime_now: float, elapsed_s: float) -> bool:
    """Whether a unit restarted in a time: its uptime is less than it must be, and it did not pass
    the end of its counter.
    """
    missing_s = uptime + elapsed_s - uptime_now
    slack_s = _RESTART_S + _DRIFT * elapsed_s
    return missing_s > slack_s and abs(missing_s - _UPTIME_WRAP_S) > slack_s


def step_of(columns: Sequence[Sequence[int]]) -> int:
    """The step of registers that one unit serves from one table: the greatest that fits all their
    values, from 1 Wh to 1 kWh.
    """
    step = _COARSEST_WH
    for values in columns:
        # the first few usually say it
        step = math.gcd(step, *values[:100])
        if step > 1:
            step = math.gcd(step, *{*values})
    return step


def segments_of(
    column: Column, limits: RegisterLimits, *, has_identity: bool, step: int = 0
) -> tuple[list[Segment], list[Event]]:
    """The segments of a register in one era, and what happened between them.

    `has_identity`: whether the unit says which it is, so that an exchange would have been seen.
    `step`: of the register; 0: as its values say.
    """
    if not column.wh:
        return [], []
    step = step or step_of([column.wh])
    if _is_plain(column, limits.watts, step):
        return [Segment(*column, step, limits.wrap)], []
    if limits.wrap:
        column = _unwrapped(column, limits, step)
    walk = _Walk(column, limits.watts, step, has_identity=has_identity)
    for place in range(len(column.wh)):
        walk.add(place)
    longest = max(len(part.places) for part in walk.parts)
    step_of_long_parts = step_of(
        [column.select(part.places).wh for part in walk.parts if len(part.places) > FEW]
    )
    if step < step_of_long_parts and longest > FEW:
        # wrong readings had digits that the register has not
        return segments_of(column, limits, has_identity=has_identity, step=step_of_long_parts)
    segments = []
    for part in walk.parts:
        if len(part.places) <= FEW < longest:
            walk.note(part.places[0], part.places[-1], "too few readings confirm the register")
        else:
            columns = column.select(part.places)
            segments.append(Segment(*columns, step, limits.wrap, part.set_back, part.left_out))
    return segments, walk.events


def _most_wh(column: Column, earlier: int, later: int, watts: float, step: int) -> float:
    """The most by which a register can have risen from one reading to another."""
    elapsed_s = column.latest[later] - column.earliest[earlier] + AGE_S
    return watts * elapsed_s / 3600.0 + step


def _is_plain(column: Column, watts: float, step: int) -> bool:
    """Whether the register only rose, and never by more than the supply delivers in the shortest
    time between two polls: most do, and need no walk.
    """
    wh, count = column.wh, len(column.wh)
    if count < 2 or wh[-1] < wh[0]:
        return count < 2
    rises = [*map(sub, wh[1:], wh)]
    shortest_s = min(map(sub, column.latest[1:], column.earliest))
    return bool(min(rises) >= 0 and max(rises) <= watts * (shortest_s + AGE_S) / 3600.0 + step)


def _unwrapped(column: Column, limits: RegisterLimits, step: int) -> Column:
    """The readings of a counter with its full turns added.

    A fall is a wrap if the supply can have filled the counter since, and the readings on both sides
    are its own: more of them than can be wrong in a row.
    """
    wh, turns = [column.wh[0]], 0
    for later in range(1, len(column.wh)):
        before, value = column.wh[later - 1], column.wh[later]
        most = _most_wh(column, later - 1, later, limits.watts, step)
        if value < before and value + limits.wrap - before <= most < limits.wrap / 2:
            old = column.wh[max(later - 1 - FEW, 0) : later]
            new = column.wh[later : later + 1 + FEW]
            if min(len(old), len(new)) > FEW and new[-1] < old[0]:
                turns += limits.wrap if [*new, *old] == sorted([*new, *old]) else 0
        wh.append(value + turns)
    return column._replace(wh=wh)


class _Part:
    """A segment while it grows: places in the column."""

    def __init__(self, place: int) -> None:
        self.places = [place]
        self.set_back: list[SetBack] = []
        self.left_out: list[float] = []


class _Walk:
    """Goes through the readings of a register in the order of time."""

    def __init__(self, column: Column, watts: float, step: int, *, has_identity: bool) -> None:
        self._column, self._watts, self._step = column, watts, step
        self._has_identity = has_identity
        self._skip_until = 0
        self.parts: list[_Part] = []
        self.events: list[Event] = []

    def add(self, place: int) -> None:
        """Take the next reading."""
        if place < self._skip_until:
            return
        if not self.parts:
            self.parts.append(_Part(place))
            return
        part = self.parts[-1]
        last = part.places[-1]
        if self._follows(last, place):
            part.places.append(place)
        elif (back := self._returns(last, place)) is not None:
            # this reading, and perhaps the next ones, left the line and came back
            self._leave_out(part, last, back, (last, place))
            self._skip_until = back
        elif (last_place := self._follows_earlier(part, place)) is not None:
            # the last readings had left the line, and this one is on it
            del part.places[last_place + 1 :]
            self._leave_out(part, part.places[-1], place, (last, place))
            part.places.append(place)
        else:
            self._begin_part(part, place)

    def _begin_part(self, part: _Part, place: int) -> None:
        """There is a hole before this reading, or the register stood before it."""
        column, last = self._column, part.places[-1]
        fell = column.wh[place] < column.wh[last]
        moved = last if fell else self._last_moved(part)
        if moved != last and self._follows(moved, place):
            self.note(moved, place, "the register stood still")
            del part.places[part.places.index(moved) + 1 :]
            if self._has_identity:
                part.places.append(place)
                return
        else:
            rise = column.wh[place] - column.wh[last]
            how = f"fell by {-rise / 1000:g} kWh" if fell else f"rose by {rise / 1000:g} kWh"
            why = "it began again" if fell else "more than its supply delivers"
            self.note(last, place, f"the register {how}: {why}")
        self.parts.append(_Part(place))

    def _follows(self, earlier: int, later: int) -> bool:
        """Whether the register can have gone on from one reading to the other."""
        rise = self._column.wh[later] - self._column.wh[earlier]
        return 0 <= rise <= _most_wh(self._column, earlier, later, self._watts, self._step)

    def _returns(self, last: int, place: int) -> Optional[int]:
        """The next reading that goes on from `last`, if it is one of the next few."""
        following = range(place + 1, min(place + FEW + 1, len(self._column.wh)))
        return next((later for later in following if self._follows(last, later)), None)

    def _follows_earlier(self, part: _Part, place: int) -> Optional[int]:
        """The index in `part.places` of a reading shortly before the last from which this one goes
        on.
        """
        count = len(part.places)
        for index in range(count - 2, max(count - 2 - FEW, -1), -1):
            if self._follows(part.places[index], place):
                return index
        return None

    def _leave_out(self, part: _Part, before: int, back: int, fall: tuple[int, int]) -> None:
        """The readings between `before` and `back` are left out: the register bridges them.

        `fall`: two readings between which it was set back, if they were right after all. Then more
        has flowed than it shows: what it lost by that, and what flowed meanwhile.
        """
        column, (high, low) = self._column, fall
        fall_wh = column.wh[high] - column.wh[low]
        if fall_wh > 0 and self._follows(low, back):
            hole_s = column.latest[low] - column.earliest[high] + AGE_S
            lost_wh = fall_wh + self._watts * hole_s / 3600.0
            part.set_back.append(SetBack(column.earliest[before], column.latest[back], lost_wh))
        part.left_out += column.latest[before + 1 : back]
        self.note(before, back, "the register left its line for a moment, and came back")

    def _last_moved(self, part: _Part) -> int:
        """The first reading of those that show the same as the last one."""
        wh, places = self._column.wh, part.places
        index = len(places) - 1
        while index and wh[places[index - 1]] == wh[places[-1]]:
            index -= 1
        return places[index]

    def note(self, begin: int, end: int, text: str) -> None:
        """Note an event between two readings."""
        self.events.append(Event(self._column.earliest[begin], self._column.latest[end], text))
