"""An outlet that knows its joules: its load, its register, its faults, and what a poll reads.

Written apart from the audit, and shares nothing with it. Times in s, energies in kWh, powers in kW.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from typing import NamedTuple, Optional

DAY = 86400.0
HOUR = 3600.0


class Plan(NamedTuple):
    """What an outlet's month is like."""

    seed: int
    days: float = 31.0
    #: when the period begins, in s since 1970
    origin: float = 0.0
    cadence: float = 300.0
    jitter: float = 0.0
    #: how long a reading takes at most
    reading: float = 0.0
    step: float = 0.1
    #: how often the unit refreshes the register that it shows, in s; 0: always
    refresh: float = 0.0
    #: how old a reading may be for all that the audit knows, in s: more changes are hidden from it
    age: float = 0.0
    breaker_kw: float = 3.68
    #: where the register begins
    start: float = 1000.0
    modulus: Optional[float] = None
    #: whether polls report serial number, uptime and the reader's monotonic clock, as a journal's
    #: do; those of other sources do not
    journal: bool = True
    #: whether units have a serial number
    serials: bool = True
    #: the share of polls that read neither serial number nor uptime, though others do
    unread: float = 0.0
    #: how often each happens
    zeros: int = 0
    ones: int = 0
    spikes: int = 0
    freezes: int = 0
    resets: int = 0
    #: a person sets the register to 0, and the unit runs on
    clears: int = 0
    rewinds: int = 0
    replacements: int = 0
    gaps: int = 0
    clock_jumps: int = 0
    #: the register stands for hours, and never counts what flowed meanwhile
    losses: int = 0
    #: the register reads its maximum for a while, then nothing is read for days, then the register
    #: stands for hours and loses what flowed
    outages: int = 0


class Poll(NamedTuple):
    """What a poll recorded."""

    begin: float
    end: float
    value: float
    #: None, "" and None if polls do not report them
    monotonic: Optional[float]
    serial: str
    uptime: Optional[float]
    #: the current at that moment
    amps: float = 0.0


class Month(NamedTuple):
    """The readings of a period, and what is true of it."""

    polls: list[Poll]
    begin: float
    end: float
    truth: float
    #: whether a reset, a replacement, a jump of the clock or a stuck register left no trace in what
    #: polls recorded
    hidden: bool


class _Load:
    """A power that changes every few hours, and its energy."""

    def __init__(self, draw: random.Random, end: float, most: float) -> None:
        self._times, self._sums, self._powers = [0.0], [0.0], [self._power(draw, most)]
        while self._times[-1] < end:
            time = self._times[-1] + draw.uniform(0.5, 48.0) * HOUR
            self._sums.append(self.energy(time))
            self._times.append(time)
            self._powers.append(self._power(draw, most))

    @staticmethod
    def _power(draw: random.Random, most: float) -> float:
        kind = draw.random()
        if kind < 0.1:
            return 0.0
        if kind < 0.2:
            return most * draw.uniform(0.9, 1.0)
        return most * draw.uniform(0.01, 0.4)

    def energy(self, time: float) -> float:
        """The energy from 0 to a time."""
        place = bisect_right(self._times, time) - 1
        passed = time - self._times[place]
        return self._sums[place] + self._powers[place] * passed / HOUR

    def amps(self, time: float) -> float:
        """The current at a time, at 230 V and a power factor of 0.95."""
        return round(self._powers[bisect_right(self._times, time) - 1] / 0.2185, 2)


def month(plan: Plan) -> Month:
    """The month of one outlet, with its faults at random moments."""
    draw = random.Random(plan.seed)
    end = plan.days * DAY
    # A day before and after, so that the period has readings on both sides.
    first, last = -DAY, end + DAY
    load = _Load(draw, last - first, plan.breaker_kw)
    register = _Register(plan, draw, load, first, last)
    bad = _bad(plan, draw, first, last)
    gaps = [
        (start, start + draw.uniform(0.02, 2.0) * DAY)
        for start in (draw.uniform(first, last) for _ in range(plan.gaps))
    ]
    frozen = [
        (start, start + draw.uniform(2.0, 30.0) * plan.cadence)
        for start in (draw.uniform(first, last) for _ in range(plan.freezes))
    ]
    jumps = sorted(
        (draw.uniform(first, last), draw.choice((-3600.0, 3600.0, 90.0, -1.0)))
        for _ in range(plan.clock_jumps)
    )
    dark, lost, full = _outages(plan, random.Random(plan.seed + 2), first, last)
    gaps += dark
    bad = full + bad
    register.lose(lost)
    polls: list[Poll] = []
    hidden = False
    times: list[float] = []
    behind: Optional[float] = None  # what a stuck register shows that should show more
    held: Optional[Poll] = None  # the last reading that was right
    held_events = 0
    unread = random.Random(plan.seed + 1)
    booted = random.Random(plan.seed).uniform(-1e7, -1e5)
    number = 0
    time = first
    while time < last:
        begin = time + draw.uniform(0.0, plan.jitter)
        length = draw.uniform(0.0, plan.reading)
        taken = begin + draw.random() * length
        time = first + (number := number + 1) * plan.cadence
        if any(start <= begin < stop for start, stop in gaps):
            continue
        stuck = next((start for start, stop in frozen if start <= taken < stop), None)
        seen = taken - taken % plan.refresh if plan.refresh else taken
        value, events, unit, since = register.at(seen)
        fresh = _floor(value, plan.step)
        if stuck is not None:
            value = register.at(stuck)[0]
        shown = _floor(value, plan.step)
        if behind is not None and stuck is None:
            # It stood while it should have risen by one step, as a coarse register does.
            hidden = hidden or fresh - behind <= plan.step * (1.0 + 1e-6)
        behind = shown if stuck is not None and fresh != shown else None
        poll = Poll(begin, begin + length, shown, None, "", None, load.amps(taken - first))
        if plan.journal:
            started = booted if since is None else since
            poll = poll._replace(monotonic=begin - first + 1e5)
            if unread.random() >= plan.unread:
                serial = unit if plan.serials else ""
                poll = poll._replace(serial=serial, uptime=taken - started)
        wrong = next((value for start, stop, value in bad if start <= taken < stop), None)
        if wrong is not None:
            polls.append(poll._replace(value=wrong))
            continue
        times.append(taken)
        if held is not None and not (plan.journal and register.restarted(held_events, events)):
            passed = poll.end - held.begin + plan.age
            most = plan.breaker_kw * passed / HOUR + plan.step
            if events != held_events and 0.0 <= shown - held.value <= most:
                hidden = True
        held, held_events = poll, events
        polls.append(poll)
    hidden = hidden or behind is not None  # nobody sees whether it rises again
    hidden = hidden or any(_is_small(plan, load, first, times, span) for span in lost)
    truth = load.energy(end - first) - load.energy(-first)
    if jumps or plan.origin:
        polls = [_shifted(poll, jumps, plan.origin) for poll in polls]
    hidden = hidden or bool(jumps) and not plan.journal
    return Month(polls, plan.origin, plan.origin + end, truth, hidden)


class _Register:
    """The register: what it counts from, and since when."""

    def __init__(
        self, plan: Plan, draw: random.Random, load: _Load, first: float, last: float
    ) -> None:
        self._load, self._first, self._modulus = load, first, plan.modulus
        self._lost: list[tuple[float, float]] = []
        times = sorted(
            [(draw.uniform(first, last), "reset") for _ in range(plan.resets)]
            + [(draw.uniform(first, last), "clear") for _ in range(plan.clears)]
            + [(draw.uniform(first, last), "rewind") for _ in range(plan.rewinds)]
            + [(draw.uniform(first, last), "replaced") for _ in range(plan.replacements)]
        )
        self._kinds = [kind for _, kind in times]
        #: since when, the register there, the number of events, the unit, since when it is up
        self._pieces: list[tuple[float, float, int, str, Optional[float]]] = [
            (first, plan.start, 0, "unit 0", None)
        ]
        for number, (time, kind) in enumerate(times, start=1):
            value, _, unit, up = self.at(time)
            if kind != "clear":
                up = time
            if kind in ("reset", "clear"):
                value = 0.0
            elif kind == "rewind":
                value = max(value - draw.uniform(0.0, 1.0) * plan.breaker_kw, 0.0)
            else:
                value, unit = draw.choice((0.0, draw.uniform(0.0, 5000.0))), f"unit {number}"
                # one that was at another address has been up for a while
                up = draw.choice((time, time - draw.uniform(1e5, 3e7)))
            self._pieces.append((time, value, number, unit, up))

    def lose(self, spans: list[tuple[float, float]]) -> None:
        """Stand in these times, and never count what flows in them."""
        self._lost = spans

    def _counted(self, time: float) -> float:
        """The energy from the first moment to a time, but for what is lost."""
        energy = self._load.energy
        lost = sum(
            energy(min(time, stop) - self._first) - energy(start - self._first)
            for start, stop in self._lost
            if start < time
        )
        return energy(time - self._first) - lost

    def restarted(self, one: int, other: int) -> bool:
        """Whether the unit restarted or was replaced between two numbers of events."""
        return any(kind != "clear" for kind in self._kinds[one:other])

    def at(self, time: float) -> tuple[float, int, str, Optional[float]]:
        """The register, how many events it had, the unit, and since when it is up; None: long."""
        place = len(self._pieces) - 1
        while place and self._pieces[place][0] > time:
            place -= 1
        since, value, events, unit, up = self._pieces[place]
        value += self._counted(time) - self._counted(since)
        if self._modulus is not None:
            value %= self._modulus
        return value, events, unit, up


def _bad(
    plan: Plan, draw: random.Random, first: float, last: float
) -> list[tuple[float, float, float]]:
    """When polls read something wrong, and what."""
    found = []
    for count, value in ((plan.zeros, 0.0), (plan.ones, 4294967295 * max(plan.step, 0.001))):
        for _ in range(count):
            start = draw.uniform(first, last)
            polls = draw.choice((1, 1, 1, 2, 3, 20))
            found.append((start, start + polls * plan.cadence, value))
    for _ in range(plan.spikes):
        start = draw.uniform(first, last)
        found.append((start, start + plan.cadence, draw.uniform(0.0, 100000.0)))
    return found


def _outages(
    plan: Plan, draw: random.Random, first: float, last: float
) -> tuple[list[tuple[float, float]], list[tuple[float, float]], list[tuple[float, float, float]]]:
    """When nothing is read; when the register stands and loses; when it reads its maximum."""
    dark, lost, full = [], [], []
    for _ in range(plan.losses):
        start = draw.uniform(first, last)
        lost.append((start, start + draw.uniform(1.0, 30.0) * HOUR))
    for _ in range(plan.outages):
        start = draw.uniform(first + DAY, last - DAY)
        stop = start + draw.uniform(0.5, 3.5) * DAY
        full.append(
            (start - draw.uniform(0.1, 12.0) * HOUR, start, 4294967295 * max(plan.step, 0.001))
        )
        dark.append((start, stop))
        stood = stop - draw.choice((0.0, 0.0, draw.uniform(0.0, 0.5) * DAY))
        lost.append((stood, stop + draw.uniform(1.0, 30.0) * HOUR))
    lost.sort()
    # two losses at a time would lose the same twice
    apart = [one for at, one in enumerate(lost) if not at or one[0] >= lost[at - 1][1]]
    return dark, apart, full


def _is_small(
    plan: Plan,
    load: _Load,
    first: float,
    times: list[float],
    span: tuple[float, float],
) -> bool:
    """Whether nobody could see a loss: too little flowed between polls at these times."""
    inside = [time for time in times if span[0] <= time < span[1]]
    seen = sum(
        load.energy(after - first) - load.energy(before - first)
        for before, after in zip(inside, inside[1:])
        if after - before < 2.0 * plan.cadence
    )
    return len(inside) < 4 or seen < max(4.0 * plan.step, 0.5)


def _floor(value: float, step: float) -> float:
    return int(value / step + 1e-9) * step if step else value


def _shifted(poll: Poll, jumps: list[tuple[float, float]], origin: float) -> Poll:
    """A poll with the times of a clock that had jumped."""
    shift = origin + sum(jump for time, jump in jumps if time <= poll.begin)
    return poll._replace(begin=poll.begin + shift, end=poll.end + shift)
