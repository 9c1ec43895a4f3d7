"""The meter itself: rounds that begin on time, PDUs that are read by a pool of processes, each at a
phase of its own within a round, and lines that are written as their readings arrive.

A PDU that is still being read when its next turn comes misses that turn; no other waits for it.
Readings that arrive within a moment of each other are written and synced together, so 1,000 PDUs
do not cost 1,000 syncs.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from typing import Callable, NamedTuple, Optional, Protocol

from handlers.shared.errors import printable

from ...core.cli.output import counted
from ...core.inventory.polling import Target
from ...core.inventory.reader_pool import PATIENCE_S, ReaderPool, ReadFunction
from ...core.inventory.reading import CallError, Reading
from ...core.network.service_signals import ServiceSignals, reread
from ..journal.clocks import Instant
from ..journal.days import Days, EndedDay
from ..journal.journal_format import LateRounds
from .health import MeterCounts, MeterHealth, PduHealth, clock_time
from .journal_writer import PduHeading, PduLines, PollResult
from .pdu_reading import KnownPdu, known_for_next_poll, take
from .poll_writer import PollWriter, WrittenPoll
from .schedule import Due, following, phase_s

#: how long readings wait for others, to be written together, in s
TOGETHER_S = 0.2
_MOST_TOGETHER = 500
# the longest wait, in s: a machine that slept does not know it earlier
LONGEST_WAIT_S = 10.0


class MeterSettings(NamedTuple):
    """How a meter runs."""

    #: in s
    every: float
    #: PDUs to read at a time
    parallel: int
    #: how many; None: until it is stopped
    rounds: Optional[int] = None
    patience_s: float = PATIENCE_S
    #: polls after which new processes read: libraries for devices keep a little of each
    fresh_after: int = 10_000
    take: Callable[[Target, Optional[KnownPdu]], PollResult] = take
    #: how often companions have a turn, in s
    longest_wait_s: float = LONGEST_WAIT_S


class Companion(Protocol):
    """What goes along with a meter, in its own process."""

    def pipes(self) -> Mapping[Connection, Callable[[], None]]:
        """What may have something to read, and what takes it."""
        ...

    def turn(self, meter: MeterService) -> None:
        """The meter goes on; called each `MeterSettings.longest_wait_s` at least. Does not wait."""
        ...


class _PolledPdu:
    """What is known of one PDU between polls."""

    def __init__(self, number: int, heading: PduHeading) -> None:
        self.unit = PduLines(number, heading)
        self.health = PduHealth(heading.name)
        self.known: Optional[KnownPdu] = None
        #: whether it is being read
        self.is_out = False
        #: turns that it missed since its last line
        self.missed = 0
        #: its place among the PDUs that are read now
        self.place = number


class _Turn(NamedTuple):
    """When a PDU is to be read."""

    #: of the monotonic clock, in s
    mono: float
    pdu: _PolledPdu


class MeterService:
    """Reads PDUs and writes their lines, until it is stopped."""

    def __init__(
        self,
        targets: Sequence[Target],
        days: Days,
        settings: MeterSettings,
        say: Callable[[str], object],
        now: Callable[[], Instant] = Instant.now,
        companions: Sequence[Companion] = (),
    ) -> None:
        """`say` tells an administrator what is wrong."""
        self._companions = companions
        self._days, self._settings, self._say, self._now = days, settings, say, now
        self._targets: Sequence[Target] = ()
        self._pdus: list[_PolledPdu] = []
        self._numbers = itertools.count()
        #: those of the rounds that have begun, in order
        self._turns: list[_Turn] = []
        self._take_over(targets)
        self._writer = PollWriter(days, settings.every, say)
        #: polls since the processes that read are new
        self._polled = 0
        self._is_stopped = self._is_reloading = False
        self.counts = MeterCounts()
        self._due: Optional[Due] = None

    @property
    def health(self) -> MeterHealth:
        """How it goes."""
        following: Optional[float] = None
        if self._due is not None and self._may_begin():
            now = self._now()
            following = now.utc + self._due.mono - now.mono
        return MeterHealth(self.counts, [pdu.health for pdu in self._pdus], following)

    def ended_days(self) -> Sequence[EndedDay]:
        """The days that have ended since this was asked before."""
        ended = [*self._days.ended]
        self._days.ended.clear()
        return ended

    def run(self, signals: ServiceSignals, read_targets: Callable[[], Sequence[Target]]) -> None:
        """Run until it is asked to end, or the rounds are done. `read` reads the PDUs' files again.

        Raises SettingsError if no process starts, or if the journal was changed by others.
        """
        read_function = ReadFunction(
            self._settings.take, lambda poll: poll.reading, self._make_failed
        )
        readers: ReaderPool[PollResult] = ReaderPool(
            self._targets, read_function, self._settings.parallel
        )
        try:
            due = Due(self._now().mono)
            while not self._is_done():
                now = self._now()
                if self._may_begin() and now.mono >= due.mono:
                    if self._polled >= self._settings.fresh_after:
                        self._renew(readers)
                    is_first = self._due is None
                    due = self._due = self._begin_round(due, now)
                    if is_first:
                        self._say_start()
                    now = self._now()
                self._take_turns(readers, now)
                for companion in self._companions:
                    companion.turn(self)
                following_mono = self._turns[0].mono if self._turns else due.mono
                wait_s = min(due.mono, following_mono) - now.mono
                wait = min(max(wait_s, 0.0), self._settings.longest_wait_s)
                self._write(self._receive(readers, wait, signals))
                if self._is_reloading:
                    self._is_reloading = False
                    self._reload(readers, read_targets)
                hanging = [*readers.hanging(self._settings.patience_s)]
                if hanging:
                    self._write(hanging)
                    self._renew(readers)
        finally:
            readers.close()

    def _say_start(self) -> None:
        """What is read, how often, where to, and when next."""
        pdus, every = counted(len(self._pdus), "PDU"), self._settings.every
        sentence = f"{pdus} read now and every {every:g} s, into {printable(self._days.folder)}"
        following = self.health.following
        if following is not None:
            sentence += f"; next round at {clock_time(following)}"
        self._say(sentence)

    def _renew(self, readers: ReaderPool[PollResult]) -> None:
        """New processes. What the others were reading is read anew."""
        self._polled = 0
        pdus = enumerate(self._pdus)
        readers.renew(self._targets, [(place, pdu.known) for place, pdu in pdus if pdu.is_out])

    def _reload(
        self, readers: ReaderPool[PollResult], read_targets: Callable[[], Sequence[Target]]
    ) -> None:
        """Take over what the files say now. What was being read is read by new processes."""
        targets = reread(read_targets, self._say)
        if targets is None:
            return
        new_count, gone_count = self._take_over(targets)
        self._say(
            f"the list was read again: {counted(len(targets), 'PDU')}, {new_count} new,"
            f" {gone_count} gone"
        )
        self._renew(readers)

    def _take_over(self, targets: Sequence[Target]) -> tuple[int, int]:
        """Use these PDUs. One that the list named before goes on; a new one gets a number that no
        other had. Returns how many are new, and how many are gone.
        """
        pdu_by_heading = {pdu.unit.named: pdu for pdu in self._pdus}
        headings = [PduHeading(*target.device[:3]) for target in targets]
        self._pdus = [
            pdu_by_heading.get(pdu) or _PolledPdu(next(self._numbers), pdu) for pdu in headings
        ]
        for place, pdu in enumerate(self._pdus):
            pdu.place = place
        self._turns = [turn for turn in self._turns if turn.pdu in self._pdus]
        self._targets = targets
        return len(set(headings).difference(pdu_by_heading)), len(
            set(pdu_by_heading).difference(headings)
        )

    # ---- rounds ----------------------------------------------------------------------------------

    def _may_begin(self) -> bool:
        return self._settings.rounds is None or self.counts.rounds < self._settings.rounds

    def _is_done(self) -> bool:
        is_reading = bool(self._turns) or any(pdu.is_out for pdu in self._pdus)
        return self._is_stopped or not (self._may_begin() or is_reading)

    def _begin_round(self, due: Due, now: Instant) -> Due:
        """Begin a round: each PDU has its turn at a phase of its own, but in the first round at
        once. Returns when the next round is due.
        """
        every = self._settings.every
        for pdu in self._pdus:
            phase = phase_s(pdu.health.name, every) if self.counts.rounds else 0.0
            self._turns.append(_Turn(due.mono + phase, pdu))
        self._turns.sort(key=lambda turn: turn.mono)
        self._add(rounds=1)
        following_one = following(due, now, every)
        left_out = following_one.left_out
        if left_out:
            first = now.utc - (now.mono - due.mono) + every
            late = LateRounds(left_out, first, first + (left_out - 1) * every)
            self._writer.keep_late(late)
            self._add(late=left_out)
            self._say(f"{counted(left_out, 'round')} left out: this machine slept, or was too busy")
        return following_one

    def _take_turns(self, readers: ReaderPool[PollResult], now: Instant) -> None:
        """Begin to read the PDUs whose turn has come. One that is still being read misses it."""
        count = sum(turn.mono <= now.mono for turn in self._turns)
        turns, self._turns = self._turns[:count], self._turns[count:]
        for turn in turns:
            if turn.pdu.is_out:
                turn.pdu.missed += 1
                self._add(missed=1)
            else:
                turn.pdu.is_out = True
                readers.ask(turn.pdu.place, turn.pdu.known)

    # ---- readings --------------------------------------------------------------------------------

    def _receive(
        self, readers: ReaderPool[PollResult], wait: float, signals: ServiceSignals
    ) -> list[tuple[int, PollResult]]:
        """The readings that arrive within `wait` seconds, and shortly after the first of them."""
        polls: list[tuple[int, PollResult]] = []
        end = self._now().mono + wait
        while not (self._is_stopped or self._is_reloading):
            count_before = len(polls)
            other_pipes = {signals.pipe: lambda: self._hear(signals)}
            for companion in self._companions:
                other_pipes.update(companion.pipes())
            polls += readers.turn(max(end - self._now().mono, 0.0), other_pipes)
            now = self._now().mono
            if polls and not count_before:
                end = now + TOGETHER_S
            if now >= end or len(polls) >= _MOST_TOGETHER or self._is_done_with(polls):
                break
        return polls

    def _is_done_with(self, polls: Sequence[tuple[int, PollResult]]) -> bool:
        return bool(polls) and sum(pdu.is_out for pdu in self._pdus) == len(polls)

    def _hear(self, signals: ServiceSignals) -> None:
        self._is_reloading = signals.take_reload() or self._is_reloading
        self._is_stopped = signals.ending is not None

    def _make_failed(self, poll: Optional[PollResult], failure: CallError) -> PollResult:
        """A reading that failed, also one of which nothing is known."""
        if poll is not None:
            return poll._replace(reading=poll.reading._replace(failure=failure))
        now = self._now()
        return PollResult(now, now, Reading(failure=failure))

    # ---- lines -----------------------------------------------------------------------------------

    def _write(self, arrivals: Sequence[tuple[int, PollResult]]) -> None:
        """Write the lines of readings, all or none."""
        for place, poll in arrivals:
            pdu = self._pdus[place]
            pdu.is_out, pdu.known = False, known_for_next_poll(poll, pdu.known)
            sentence = pdu.health.polled(poll)
            if sentence is not None:
                self._say(sentence)
        self._polled += len(arrivals)
        if not arrivals:
            return
        polls = [
            WrittenPoll(self._pdus[place].unit, poll, self._pdus[place].missed)
            for place, poll in arrivals
        ]
        if not self._writer.write(self._now(), polls, (pdu.unit for pdu in self._pdus)):
            self._add(lost=len(arrivals))
            return
        for place, _ in arrivals:
            self._pdus[place].missed = 0
        failures = sum(poll.reading.failure is not None for _, poll in arrivals)
        self._add(polls=len(arrivals), failed=failures)

    def _add(self, **counts: int) -> None:
        self.counts = dataclasses.replace(
            self.counts, **{name: getattr(self.counts, name) + by for name, by in counts.items()}
        )
