"""The rounds of a meter: its PDUs, when each has its turn, and which of them are being read. Pure.

A PDU that is still being read when its next turn comes misses that turn; no other waits for it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import NamedTuple, Optional

from ...pdus.polling import Target
from ..journal.clocks import Instant
from ..journal.journal_format import LateRounds
from .health import MeterCounts, PduHealth
from .journal_writer import PduHeading, PduLines, PollResult
from .pdu_reading import KnownPdu, known_for_next_poll
from .schedule import Due, following, phase_s


class PolledPdu:
    """What is known of one PDU between polls."""

    def __init__(self, number: int, heading: PduHeading) -> None:
        self.unit = PduLines(number, heading)
        self.health = PduHealth(heading.name)
        self.known: Optional[KnownPdu] = None
        self.is_being_read = False
        #: turns that it missed since its last line
        self.missed = 0
        #: its place among the PDUs that are read now
        self.place = number

    def add_poll(self, poll: PollResult) -> Optional[str]:
        """Its reading has arrived. Returns what is to be said, if anything."""
        self.is_being_read, self.known = False, known_for_next_poll(poll, self.known)
        return self.health.add_poll(poll)


class _Turn(NamedTuple):
    """When a PDU is to be read."""

    #: of the monotonic clock, in s
    mono: float
    pdu: PolledPdu


class Rounds:
    """The PDUs that are read now, and their turns. Counts rounds and turns in `counts`."""

    def __init__(
        self, targets: Sequence[Target], every: float, most: Optional[int], counts: MeterCounts
    ) -> None:
        """`every`: s between two rounds. `most`: rounds; None: no limit."""
        self._every, self._most, self._counts = every, most, counts
        self._numbers = itertools.count()
        #: those of the rounds that have begun, in order
        self._turns: list[_Turn] = []
        self._due: Optional[Due] = None
        self.targets: Sequence[Target] = ()
        self.pdus: Sequence[PolledPdu] = ()
        self.replace_targets(targets)

    def replace_targets(self, targets: Sequence[Target]) -> tuple[int, int]:
        """Use these PDUs. One that the list named before goes on; a new one gets a number that no
        other had. Returns how many are new, and how many are gone.
        """
        pdu_by_heading = {pdu.unit.heading: pdu for pdu in self.pdus}
        headings = [PduHeading(*target.device[:3]) for target in targets]
        self.targets = targets
        self.pdus = [
            pdu_by_heading.get(heading) or PolledPdu(next(self._numbers), heading)
            for heading in headings
        ]
        for place, pdu in enumerate(self.pdus):
            pdu.place = place
        self._turns = [turn for turn in self._turns if turn.pdu in self.pdus]
        return len({*headings} - {*pdu_by_heading}), len({*pdu_by_heading} - {*headings})

    @property
    def next_mono(self) -> Optional[float]:
        """When the next round is due, in s of the monotonic clock; None after the last one, and
        before the first one, which is due at once.
        """
        return None if self._due is None or self._is_last() else self._due.mono

    def _is_last(self) -> bool:
        return self._most is not None and self._counts.rounds >= self._most

    def is_due(self, now: Instant) -> bool:
        """Whether a round is to begin."""
        return not self._is_last() and (self._due is None or now.mono >= self._due.mono)

    def begin(self, now: Instant) -> Optional[LateRounds]:
        """Begin a round: each PDU has its turn at a phase of its own, but in the first round at
        once. Returns the rounds that are left out after it, because their time is over.
        """
        due = self._due or Due(now.mono)
        for pdu in self.pdus:
            phase = phase_s(pdu.health.name, self._every) if self._counts.rounds else 0.0
            self._turns.append(_Turn(due.mono + phase, pdu))
        self._turns.sort(key=lambda turn: turn.mono)
        self._counts.rounds += 1
        self._due = following(due, now, self._every)
        left_out = self._due.left_out
        self._counts.late += left_out
        first = now.utc - (now.mono - due.mono) + self._every
        late = LateRounds(left_out, first, first + (left_out - 1) * self._every)
        return late if left_out else None

    def take_turns(self, now: Instant) -> Sequence[PolledPdu]:
        """The PDUs whose turn has come: they are being read from now on."""
        pdus: list[PolledPdu] = []
        while self._turns and self._turns[0].mono <= now.mono:
            pdu = self._turns.pop(0).pdu
            if pdu.is_being_read:
                pdu.missed += 1
                self._counts.missed += 1
            else:
                pdu.is_being_read = True
                pdus.append(pdu)
        return pdus

    def wait_s(self, now: Instant) -> float:
        """How long until a turn or a round is due, in s; inf if none will be."""
        times = [turn.mono for turn in self._turns[:1]]
        times += [] if self.next_mono is None else [self.next_mono]
        return max(0.0, min(times, default=math.inf) - now.mono)

    def being_read(self) -> Sequence[PolledPdu]:
        """The PDUs that are being read."""
        return [pdu for pdu in self.pdus if pdu.is_being_read]

    def is_done(self) -> bool:
        """Whether the last round has begun, and all its PDUs were read."""
        return self._is_last() and not self._turns and not self.being_read()
