"""The meter itself: a pool of processes reads each PDU at its turn (`rounds`), and its lines are
written when its reading arrives (`poll_writer`).

Readings that arrive within a moment of each other are written and synced together, so 1,000 PDUs
do not cost 1,000 syncs.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from typing import Callable, NamedTuple, Optional, Protocol

from handlers.shared.errors import printable

from ...core.cli.output import counted
from ...core.network.service_signals import ServiceSignals, reread
from ...pdus.polling import Target
from ...pdus.reader_pool import PATIENCE_S, ReaderPool, ReadFunction
from ...pdus.reading import CallError, Reading
from ..journal.clocks import Instant
from ..journal.days import Days, EndedDay
from .health import MeterCounts, MeterHealth, clock_time
from .journal_writer import PollResult
from .pdu_reading import KnownPdu, take
from .poll_writer import PollWriter
from .rounds import Rounds

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
        return {}

    def turn(self, meter: MeterService) -> None:
        """The meter goes on; called each `MeterSettings.longest_wait_s` at least. Does not wait."""
        ...


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
        self.counts = MeterCounts()
        self._rounds = Rounds(targets, settings.every, settings.rounds, self.counts)
        self._writer = PollWriter(days, settings.every, say)
        #: polls since the processes that read are new
        self._polled = 0

    @property
    def health(self) -> MeterHealth:
        """How it goes."""
        next_utc, mono = None, self._rounds.next_mono
        if mono is not None:
            now = self._now()
            next_utc = now.utc + mono - now.mono
        return MeterHealth(self.counts, [pdu.health for pdu in self._rounds.pdus], next_utc)

    def ended_days(self) -> Sequence[EndedDay]:
        """The days that have ended since this was asked before."""
        days = [*self._days.ended]
        self._days.ended.clear()
        return days

    def run(self, signals: ServiceSignals, read_targets: Callable[[], Sequence[Target]]) -> None:
        """Run until it is asked to end, or the rounds are done. `read_targets` reads the PDUs'
        files again.

        Raises SettingsError if no process starts, or if the journal was changed by others.
        """
        read_function = ReadFunction(
            self._settings.take, lambda poll: poll.reading, self._add_failure
        )
        readers: ReaderPool[PollResult] = ReaderPool(
            self._rounds.targets, read_function, self._settings.parallel
        )
        with contextlib.closing(readers):
            while signals.ending is None and not self._rounds.is_done():
                now = self._now()
                if self._rounds.is_due(now):
                    self._begin_round(readers, now)
                    now = self._now()
                for pdu in self._rounds.take_turns(now):
                    readers.ask(pdu.place, pdu.known)
                for companion in self._companions:
                    companion.turn(self)
                wait_s = min(self._rounds.wait_s(now), self._settings.longest_wait_s)
                self._write(self._receive(readers, wait_s, signals))
                if signals.take_reload():
                    self._reload(readers, read_targets)
                hanging = [*readers.hanging(self._settings.patience_s)]
                if hanging:
                    self._write(hanging)
                    self._renew(readers)

    def _begin_round(self, readers: ReaderPool[PollResult], now: Instant) -> None:
        if self._polled >= self._settings.fresh_after:
            self._renew(readers)
        late = self._rounds.begin(now)
        if late is not None:
            self._writer.keep_late(late)
            rounds = counted(late.rounds, "round")
            self._say(f"{rounds} left out: this machine slept, or was too busy")
        if self.counts.rounds == 1:
            self._say_start()

    def _say_start(self) -> None:
        """What is read, how often, where to, and when next."""
        pdus, every = counted(len(self._rounds.pdus), "PDU"), self._settings.every
        sentence = f"{pdus} read now and every {every:g} s, into {printable(self._days.folder)}"
        next_utc = self.health.following
        if next_utc is not None:
            sentence += f"; next round at {clock_time(next_utc)}"
        self._say(sentence)

    def _renew(self, readers: ReaderPool[PollResult]) -> None:
        """New processes. What the others were reading is read anew."""
        self._polled = 0
        again = [(pdu.place, pdu.known) for pdu in self._rounds.being_read()]
        readers.renew(self._rounds.targets, again)

    def _reload(
        self, readers: ReaderPool[PollResult], read_targets: Callable[[], Sequence[Target]]
    ) -> None:
        """Take over what the files say now. What was being read is read by new processes."""
        targets = reread(read_targets, self._say)
        if targets is None:
            return
        new_count, gone_count = self._rounds.replace_targets(targets)
        self._say(
            f"the list was read again: {counted(len(targets), 'PDU')}, {new_count} new,"
            f" {gone_count} gone"
        )
        self._renew(readers)

    def _receive(
        self, readers: ReaderPool[PollResult], wait_s: float, signals: ServiceSignals
    ) -> list[tuple[int, PollResult]]:
        """The readings that arrive within `wait_s` seconds, and shortly after the first of them.
        A signal ends the wait.
        """
        polls: list[tuple[int, PollResult]] = []
        end = self._now().mono + wait_s
        while not signals.pipe.poll():
            count_before = len(polls)
            other_pipes: dict[Connection, Callable[[], None]] = {signals.pipe: lambda: None}
            for companion in self._companions:
                other_pipes.update(companion.pipes())
            polls += readers.turn(max(end - self._now().mono, 0.0), other_pipes)
            now = self._now().mono
            if polls and not count_before:
                end = now + TOGETHER_S
            is_all = len(polls) == len(self._rounds.being_read())
            if now >= end or len(polls) >= _MOST_TOGETHER or (polls and is_all):
                break
        return polls

    def _add_failure(self, poll: Optional[PollResult], failure: CallError) -> PollResult:
        """A reading that failed, also one of which nothing is known."""
        if poll is not None:
            return poll._replace(reading=poll.reading._replace(failure=failure))
        now = self._now()
        return PollResult(now, now, Reading(failure=failure))

    def _write(self, arrivals: Sequence[tuple[int, PollResult]]) -> None:
        """Write the lines of readings, all or none."""
        if not arrivals:
            return
        polls = [(self._rounds.pdus[place], poll) for place, poll in arrivals]
        for pdu, poll in polls:
            sentence = pdu.add_poll(poll)
            if sentence is not None:
                self._say(sentence)
        self._polled += len(polls)
        if self._writer.write(self._now(), polls, self._rounds.pdus):
            self.counts.polls += len(polls)
            self.counts.failed += sum(poll.reading.failure is not None for _, poll in polls)
        else:
            self.counts.lost += len(polls)
