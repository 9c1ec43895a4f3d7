"""Writes the lines of polls into the files of days, all lines of a moment or none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Callable, Optional

from handlers import VERSION

from ...core.cli.output import counted
from ...core.files.journal import JournalError
from ..journal.clocks import Instant, boot, is_synchronised
from ..journal.days import Days
from ..journal.file_naming import DAY_S, FileClock
from ..journal.journal_format import LateRounds, LostPolls, MeterStart
from .journal_writer import PollResult
from .rounds import PolledPdu

_PduPoll = tuple[PolledPdu, PollResult]


class PollWriter:
    """Where a meter's lines go, and what keeps them from there."""

    def __init__(self, days: Days, every: float, say: Callable[[str], object]) -> None:
        """`every`: s between two rounds. `say` tells an administrator what is wrong."""
        self._days, self._every, self._say = days, every, say
        self._boot, self._files = boot(), FileClock(days.last)
        self._is_ahead = False
        #: lines that go before the next polls
        self._head: list[dict[str, Any]] = []
        self._lost: Optional[LostPolls] = None
        self._repaired_bytes = 0

    def keep_late(self, late: LateRounds) -> None:
        """Write before the next polls that rounds were left out."""
        self._head.append(late.record())

    def write(self, now: Instant, polls: Sequence[_PduPoll], pdus: Iterable[PolledPdu]) -> bool:
        """Write the lines of polls; whether that was done. `pdus`: all of the meter.

        Raises SettingsError if the journal was changed by others.
        """
        self._days.check()
        file_time = self._name_file(now)
        head = [*self._begin_file(now, file_time, pdus), *self._head]
        if self._lost is not None:
            head.append(self._lost.record())
        lines = [line for pdu, poll in polls for line in pdu.unit.lines(poll, pdu.missed)]
        try:
            self._days.append([*head, *lines], file_time)
        except JournalError as error:
            self._keep_lost(polls, error.reason)
            return False
        for pdu, _ in polls:
            pdu.missed = 0
        if self._lost is not None:
            self._say(f"writing again; {counted(self._lost.polls, 'reading')} lost")
        self._head, self._lost = [], None
        if self._days.repaired > self._repaired_bytes:
            self._say_repaired()
        for why in self._days.anew:
            self._say(f"a new chain begins: {why}")
        self._days.anew.clear()
        return True

    def _name_file(self, now: Instant) -> float:
        """The time that names the file of these lines."""
        file_time = self._files.time(now, is_synchronised())
        is_ahead = self._files.ahead > 0.0
        if is_ahead and not self._is_ahead:
            self._say(
                f"the clock is {self._files.ahead / DAY_S:.1f} days ahead of the last line, and the"
                " kernel does not call it synchronised: no file is named by it until it is, or has"
                " been so for a day"
            )
        elif self._is_ahead and not is_ahead:
            self._say("the clock names files again")
        self._is_ahead = is_ahead
        return file_time

    def _begin_file(
        self, now: Instant, file_time: float, pdus: Iterable[PolledPdu]
    ) -> Iterator[dict[str, Any]]:
        """The first line of a new file, in which each unit is declared anew."""
        if not self._days.is_new(file_time):
            return
        for pdu in pdus:
            pdu.unit.forget()
        repaired_bytes = self._days.repaired - self._repaired_bytes
        yield MeterStart(VERSION, self._boot, *now, self._every, repaired_bytes).record()

    def _say_repaired(self) -> None:
        removed_bytes = self._days.repaired - self._repaired_bytes
        self._repaired_bytes = self._days.repaired
        self._say(f"removed a line that was not written to its end ({removed_bytes} bytes)")

    def _keep_lost(self, polls: Sequence[_PduPoll], reason: str) -> None:
        first = min(poll.begin.utc for _, poll in polls)
        last = max(poll.end.utc for _, poll in polls)
        old = self._lost
        if old is None:
            self._say(f"readings are lost: {reason}")
            self._lost = LostPolls(len(polls), first, last, reason)
        else:
            self._lost = LostPolls(old.polls + len(polls), old.first, max(old.last, last), reason)
