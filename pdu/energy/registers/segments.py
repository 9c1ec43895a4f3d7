"""Which readings of a register can be believed, and between which it is continuous: law 1 of
docs/energy.md.

A register only rises, and never faster than the supply delivers. Readings are cut into runs in
which both hold. Then runs are joined across readings that were wrong for a while: the register
came back to a value that the run before it could have reached. What rises a little too fast from
each reading to the next is too fast in the long run, and is cut out. What remains are segments,
and holes between them, of which nothing is known but their time.

A false reading and a fresh register look alike while the register is below what the supply
delivers between two polls. A segment after a hole therefore begins at its first reading that
rose: by then, both explanations lie inside the hole's bounds.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Optional

from ...core.cli.output import counted
from .numpy_lazy import Column, np
from .values import Event, RegisterLimits, RegisterReadings

#: what rounding may add to a register, as a share of it: the error of a few doubles
ROUNDING = 1e-12
#: how many readings in a row may be wrong and still differ from each other
_FEW = 3
#: a value that means so many times what the supply delivers is the highest that a register has
_RARE = 100.0
#: how many runs back a register may come home: more are no momentary fault, and would take long
_BACK = 200


#: the kinds of events between two segments
CHANGED, TOO_FAST, RESET, WRAP = "changed", "too fast", "reset", "wrap or reset"


class Segment(NamedTuple):
    """Readings between which the register is continuous: their numbers, rising."""

    readings: Sequence[int]

    @property
    def first(self) -> int:
        """The number of the first reading."""
        return self.readings[0]

    @property
    def last(self) -> int:
        """The number of the last reading."""
        return self.readings[-1]


class RegisterHistory(NamedTuple):
    """What happened to a register: its segments, in order, and the events."""

    segments: Sequence[Segment]
    events: Sequence[Event]


def history_of(
    readings: RegisterReadings, limits: RegisterLimits, longest_s: Optional[float] = None
) -> RegisterHistory:
    """The segments and events of a register's readings (law 1).

    `longest_s`: of one that is known to be `are_steady` the longest time from the begin of a
    reading to the end of the next.
    """
    if longest_s is not None:
        most = limits.most(longest_s + readings.proven_age) + limits.step
        if limits.modulus is None or limits.modulus > most:
            return RegisterHistory([Segment(range(len(readings.values)))], [])
    events: list[Event] = []
    joined_segments = _joined(readings, limits, _runs(readings, limits), events)
    confirmed = _confirmed(readings, joined_segments, events)
    trusted = [part for segment in confirmed for part in _slow_parts(readings, limits, segment)]
    events.extend(_breaks(readings, limits, trusted))
    events.sort(key=lambda event: (event.begin, event.end))
    return RegisterHistory(_trimmed(readings, limits, joined_segments, trusted), events)


def are_steady(rises: Column, begins: Column, ends: Column, kilowatts: Column) -> Column:
    """Which registers only rose, and never by more than the supply delivers from the begin of a
    reading to that of the next: each of them is continuous (law 1).

    `rises`: a row for each register. `kilowatts`: of each supply.
    """
    if (ends < begins).any():
        return np.zeros(len(rises), bool)
    most = kilowatts[:, None] / 3600.0 * np.diff(begins)
    return ((rises >= 0.0) & (rises <= most)).all(axis=1)


def follows(readings: RegisterReadings, limits: RegisterLimits, number: int, later: int) -> bool:
    """Whether the register can have gone on from one reading to a later one (law 1)."""
    rise = readings.values[later] - readings.values[number]
    elapsed_s = readings.ends[later] - readings.begins[number] + readings.proven_age
    most = limits.most(elapsed_s) + limits.step
    slack = ROUNDING * max(abs(readings.values[later]), 1.0)
    if limits.modulus is not None and rise + limits.modulus <= most:
        return False  # it can have begun again without a trace
    return -slack <= rise <= most + slack


def _change_reason(readings: RegisterReadings, number: int, later: int) -> str:
    """How a change of the unit between two readings was seen; "" if there was none."""
    if not readings.changes:
        return ""
    return "; ".join(
        dict.fromkeys(how for at, how in sorted(readings.changes.items()) if number < at <= later)
    )


def _runs(readings: RegisterReadings, limits: RegisterLimits) -> Sequence[range]:
    """Longest runs of neighbours that can follow each other, as `follows` says it of two."""
    values = np.asarray(readings.values)
    if not len(values):
        return []
    rises = np.diff(values)
    elapsed_s = (
        np.asarray(readings.ends)[1:] - np.asarray(readings.begins)[:-1] + readings.proven_age
    )
    most = limits.kilowatts / 3600.0 * np.maximum(elapsed_s, 0.0) + limits.step
    slack = ROUNDING * np.maximum(np.abs(values[1:]), 1.0)
    ends = (rises < -slack) | (rises > most + slack)
    if limits.modulus is not None:
        ends |= rises + limits.modulus <= most  # it can have begun again without a trace
    cuts = {*(np.flatnonzero(ends) + 1).tolist(), *readings.changes} - {0, len(values)}
    edges = [0, *sorted(cuts), len(values)]
    return [range(first, stop) for first, stop in zip(edges, edges[1:])]


def _joined(
    readings: RegisterReadings, limits: RegisterLimits, runs: Sequence[range], events: list[Event]
) -> list[Segment]:
    """Runs, joined across such that came and went."""
    if len(runs) < 2:
        return [Segment(numbers) for numbers in runs]
    segments: list[list[int]] = []
    changes = sorted(readings.changes)
    begins, ends, values = readings.begins, readings.ends, readings.values
    rate, origin = limits.most(1.0), begins[0]
    most_kwh = limits.most(readings.proven_age) + limits.step
    pace = np.asarray(values) - rate * (np.asarray(begins) - origin)
    # of all readings before: how far one is ahead of what the supply delivers since the first
    ahead = -math.inf
    for run in runs:
        least = values[run[0]] - rate * (ends[run[0]] - origin) - most_kwh
        least -= ROUNDING * max(abs(values[run[0]]), 1.0)
        # A register that is always too fast follows none of its readings.
        home = None if ahead < least else _home(readings, limits, segments, run, changes)
        ahead = max(ahead, float(np.max(pace[run.start : run.stop])))
        if home is None:
            segments.append(list(run))
            continue
        wrong = [number for numbers in segments[home + 1 :] for number in numbers]
        if wrong:
            events.append(_momentary(readings, limits, segments[home][-1], wrong, run[0]))
        del segments[home + 1 :]
        segments[home].extend(run)
    return [Segment(numbers) for numbers in segments]


def _home(
    readings: RegisterReadings,
    limits: RegisterLimits,
    segments: Sequence[list[int]],
    run: range,
    changes: Sequence[int],
) -> Optional[int]:
    """The place of the segment that goes on with this run, if all after it were wrong readings.

    None goes on across a change of the unit. `changes`: the numbers of readings before which there
    was one, sorted.
    """
    changes_before = bisect_right(changes, run[0])
    for place in range(len(segments) - 1, max(len(segments) - 1 - _BACK, -1), -1):
        if bisect_right(changes, segments[place][-1]) < changes_before:
            return None
        if _goes_on(readings, limits, segments[place], run[0]):
            return place
        if not _doubtful(readings, segments[place], run[0]):
            return None
    return None


def _goes_on(
    readings: RegisterReadings, limits: RegisterLimits, segment: list[int], number: int
) -> bool:
    """Whether a reading continues a segment, perhaps after the register stood for a while.

    The readings while it stood are then cut off: the register bridges them. An exchanged unit looks
    like that too, if nothing flowed before, so polls must say which unit they read; and so does a
    register that was set to 0 and has since come to its value.
    """
    if follows(readings, limits, segment[-1], number):
        return True
    tail = _still_from(readings, segment)
    is_still = 0 < tail < len(segment) - 1
    if not is_still or readings.values[number] < readings.values[segment[-1]]:
        return False
    last_moved = segment[tail - 1]
    elapsed_s = readings.ends[number] - readings.begins[last_moved] + readings.proven_age
    is_new = readings.values[number] <= limits.most(elapsed_s)
    if is_new or not _is_one_unit(readings, last_moved, number):
        return False
    if not follows(readings, limits, last_moved, number):
        return False
    del segment[tail:]
    return True


def _is_one_unit(readings: RegisterReadings, number: int, later: int) -> bool:
    """Whether polls say that two readings, with no change between them, are of one unit."""
    identities = readings.identities
    return bool(identities and identities[number] & identities[later])


def _still_from(readings: RegisterReadings, segment: Sequence[int]) -> int:
    """The place in a segment since which its register stands."""
    place = len(segment) - 1
    while place and readings.values[segment[place - 1]] == readings.values[segment[-1]]:
        place -= 1
    return place


def _doubtful(readings: RegisterReadings, segment: Sequence[int], number: int) -> bool:
    """Whether the readings of `segment` may be wrong, by the reading `number` after them: a few, or
    many of 0 or of one higher value.

    Many of a lower value may be right: the register was set back, or wrapped, and then stood.
    """
    if len(segment) <= _FEW:
        return True
    value = readings.values[segment[0]]
    return _flat(readings, segment) and (value == 0.0 or value > readings.values[number])


def _flat(readings: RegisterReadings, segment: Sequence[int]) -> bool:
    return readings.values[segment[0]] == readings.values[segment[-1]]


def _confirmed(
    readings: RegisterReadings, segments: Sequence[Segment], events: list[Event]
) -> list[Segment]:
    """Segments without those that nothing confirms.

    They are a few readings beside longer segments, or a register that never moved before or after
    it changed.
    """
    if len(segments) < 2:
        return list(segments)
    longest = max(len(segment.readings) for segment in segments)
    trusted: list[Segment] = []
    for segment in segments:
        is_short = len(segment.readings) <= _FEW < longest
        is_still = _flat(readings, segment.readings) and not _was_idle(readings, segment)
        if not is_short and not is_still:
            trusted.append(segment)
            continue
        reason = "too few readings confirm the register" if is_short else "the register stands"
        begin, end = readings.begins[segment.first], readings.ends[segment.last]
        events.append(Event("unconfirmed", begin, end, f"{reason} beside a change"))
    return trusted


def _was_idle(readings: RegisterReadings, segment: Segment) -> bool:
    """Whether the current was 0 beside all readings of a whole unit's time: then the register
    stands because nothing flowed.

    It is not if readings of the same unit before or after them were of another line: then what
    reads 0 may be the current, too.
    """
    following = segment.last + 1
    is_alone = segment.first in (0, *readings.changes) and (
        following in readings.changes or following == len(readings.values)
    )
    return is_alone and _are_idle(readings, segment.readings)


def _are_idle(readings: RegisterReadings, numbers: Sequence[int]) -> bool:
    """Whether the current was 0 beside these readings, and they are more than a few."""
    return (
        len(numbers) > _FEW
        and bool(readings.idle)
        and all(readings.idle[number] for number in numbers)
    )


def _trimmed(
    readings: RegisterReadings,
    limits: RegisterLimits,
    joined: Sequence[Segment],
    segments: Sequence[Segment],
) -> list[Segment]:
    """Segments without the readings at a hole that may be wrong.

    Before a hole: those since which the register stands, and a few without which the register
    could have gone on. After a hole: those before it first rose. There is a hole beside a segment
    that is not trusted, too: `joined` has all of them.
    """
    trimmed: list[Segment] = []
    for place, segment in enumerate(segments):
        numbers = segment.readings
        later = segments[place + 1] if place + 1 < len(segments) else joined[-1]
        if later.first > segment.last:
            numbers = _trim_end(readings, limits, numbers, later.first)
        if joined[0].first < segment.first:
            numbers = _trim_start(readings, numbers)
        if numbers:
            trimmed.append(Segment(numbers))
    return trimmed


def _trim_end(
    readings: RegisterReadings, limits: RegisterLimits, numbers: Sequence[int], following: int
) -> Sequence[int]:
    """The readings of a segment up to the last from which the next segment cannot have come."""
    if numbers[-1] + 1 in readings.changes:
        tail = numbers[_still_from(readings, numbers) :]
        if _are_idle(readings, tail):
            return numbers
    for back in range(2, min(_FEW + 1, len(numbers)) + 1):
        if follows(readings, limits, numbers[-back], following):
            numbers = numbers[: len(numbers) - back + 1]
            break
    place = _still_from(readings, numbers)
    # The first of several equal readings may be stale too.
    return numbers if place == len(numbers) - 1 else numbers[:place]


def _trim_start(readings: RegisterReadings, numbers: Sequence[int]) -> Sequence[int]:
    if not numbers:
        return numbers
    start = readings.values[numbers[0]]
    for place, number in enumerate(numbers):
        if readings.values[number] > start:
            is_new = numbers[0] in readings.changes and _are_idle(readings, numbers[:place])
            return numbers if is_new else numbers[place:]
    return numbers if numbers[0] in readings.changes and _are_idle(readings, numbers) else ()


def _slow_parts(
    readings: RegisterReadings, limits: RegisterLimits, segment: Segment
) -> Iterator[Segment]:
    """A segment without the stretches in which it rose by more than the supply delivers."""
    first = 0
    while (stretch := _fast_stretch(readings, limits, segment.readings, first)) is not None:
        begin, end = stretch
        yield Segment(segment.readings[first : begin + 1])
        first = end
    yield Segment(segment.readings[first:])


def _fast_stretch(
    readings: RegisterReadings, limits: RegisterLimits, numbers: Sequence[int], first: int
) -> Optional[tuple[int, int]]:
    """Places of a segment, from `first` on, between which it rose by more than `follows` allows.

    From each reading to the next it may rise as allowed, and still be too fast in the long run. The
    stretch is as much too fast as it can be; it has ended where the supply could have delivered
    more again by what is allowed.
    """
    rate, origin = limits.most(1.0), readings.begins[numbers[first]]
    most_kwh = limits.most(readings.proven_age + readings.slack) + limits.step
    most_kwh += ROUNDING * max(abs(readings.values[numbers[-1]]), 1.0)
    if not _has_fast_stretch(readings, numbers[first:], rate, most_kwh):
        return None
    lowest, begin, highest, end = math.inf, first, most_kwh, 0
    for place in range(first, len(numbers)):
        number = numbers[place]
        value = readings.values[number]
        ahead = value - rate * (readings.ends[number] - origin) - lowest
        if end and highest - ahead > most_kwh:
            break
        if ahead > highest:
            highest, end = ahead, place
        behind = value - rate * (readings.begins[number] - origin)
        if not end and behind < lowest:
            lowest, begin = behind, place
    return (begin, end) if end else None


def _has_fast_stretch(
    readings: RegisterReadings, numbers: Sequence[int], rate: float, allowed_kwh: float
) -> bool:
    """Whether a reading is by more than `allowed_kwh` ahead of one before it and of what the supply
    delivered since, `rate` kWh in a second.
    """
    is_range = isinstance(numbers, range)
    part: Column = slice(numbers[0], numbers[-1] + 1) if is_range else np.asarray(numbers)
    begins, ends = np.asarray(readings.begins)[part], np.asarray(readings.ends)[part]
    values, origin = np.asarray(readings.values)[part], begins[:1]
    lowest = np.minimum.accumulate(values - rate * (begins - origin))
    ahead = (values - rate * (ends - origin))[1:] - lowest[:-1]
    return bool((ahead > allowed_kwh).any())


def _momentary(
    readings: RegisterReadings, limits: RegisterLimits, last: int, wrong: Sequence[int], back: int
) -> Event:
    begin, end = readings.begins[last], readings.ends[back]
    values = {readings.values[number] for number in wrong}
    if values == {0.0}:
        return Event(
            "false zero", begin, end, f"{counted(len(wrong), 'reading')} of 0, then the old line"
        )
    high = min(values) - readings.values[back]
    if len(values) == 1 and high > _RARE * limits.most(end - begin + readings.proven_age):
        return Event("all ones", begin, end, "one high value, then the old line")
    return Event(
        "momentary", begin, end, f"{counted(len(wrong), 'reading')} left the line and came back"
    )


def _breaks(
    readings: RegisterReadings, limits: RegisterLimits, segments: Sequence[Segment]
) -> Iterator[Event]:
    """What happened between neighbouring segments."""
    for earlier, later in zip(segments, segments[1:]):
        old, new = readings.values[earlier.last], readings.values[later.first]
        begin, end = readings.begins[earlier.last], readings.ends[later.first]
        change = _change_reason(readings, earlier.last, later.first)
        elapsed_s = end - begin + readings.proven_age
        if change:
            yield Event(CHANGED, begin, end, change)
        elif new > old:
            reason = f"rose by {new - old:g} kWh, more than the supply delivers"
            yield Event(TOO_FAST, begin, end, reason)
        elif wrap_energy(old, new, elapsed_s, limits) is not None:
            yield Event(WRAP, begin, end, f"fell from {old:g} to {new:g} kWh")
        else:
            yield Event(RESET, begin, end, f"fell from {old:g} to {new:g} kWh")


def wrap_energy(old: float, new: float, seconds: float, limits: RegisterLimits) -> Optional[float]:
    """The energy between two readings if the register began again at its modulus; else None."""
    if limits.modulus is None or not new < old <= limits.modulus:
        return None
    energy = limits.modulus - old + new
    return energy if energy <= limits.most(seconds) + limits.step else None
