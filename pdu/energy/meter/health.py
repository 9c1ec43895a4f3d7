"""What a meter has done, and which PDUs it cannot read now: as sentences and as metrics. Pure."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Optional

from handlers.shared.errors import printable

from ...core.cli.output import counted
from ...core.web.exposition import MetricFamily, counter, gauge
from ...pdus.reading import CallError
from .journal_writer import PollResult

_REASON = 300  # limit for a reason, in characters


@dataclass
class MeterCounts:
    """What a meter has done so far."""

    rounds: int = 0
    #: polls that were written
    polls: int = 0
    #: those of them that failed
    failed: int = 0
    #: polls that could not be written
    lost: int = 0
    #: turns that PDUs missed
    missed: int = 0
    #: rounds that were left out
    late: int = 0


class PduHealth:
    """How the reading of one PDU goes."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.polls = self.failed = 0
        #: when the last poll that did not fail ended, in s of UTC
        self.success: Optional[float] = None
        #: why it cannot be read; None if it can, or was not read yet
        self.failure: Optional[CallError] = None
        #: polls that failed since it could be read
        self.in_row = 0

    def add_poll(self, poll: PollResult) -> Optional[str]:
        """Take a poll. Returns what is to be said: that it cannot be read, for another kind of
        reason than before, or that it can be read again.
        """
        self.polls += 1
        previous, self.failure = self.failure, poll.reading.failure
        name = printable(self.name, 100)
        if self.failure is None:
            polls, self.in_row = self.in_row, 0
            self.success = poll.end.utc
            if previous is None:
                return None
            return f"{name}: read again, after {counted(polls, 'reading')} that failed"
        self.failed += 1
        self.in_row += 1
        if previous is not None and previous.kind == self.failure.kind:
            return None
        return (
            f"{name}: cannot be read: {printable(self.failure.kind, 40)}:"
            f" {printable(self.failure.reason, _REASON)}"
        )


class MeterHealth(NamedTuple):
    """A meter at one moment."""

    counts: MeterCounts
    pdus: Sequence[PduHealth]
    #: when the next round is due, in s of UTC; None after the last one
    following: Optional[float]

    def line(self) -> str:
        """In one line, for a terminal and for systemd's STATUS=."""
        silent = [pdu.name for pdu in self.pdus if pdu.failure is not None]
        sentence = f"round {self.counts.rounds}: {counted(len(self.pdus), 'PDU')}"
        if silent:
            sentence += f", {len(silent)} cannot be read ({printable(silent[0], 40)}"
            sentence += ", ...)" if len(silent) > 1 else ")"
        if self.counts.lost:
            sentence += f", {counted(self.counts.lost, 'reading')} lost"
        return (
            sentence if self.following is None else f"{sentence}, next {clock_time(self.following)}"
        )

    def metrics(self) -> Iterable[MetricFamily]:
        """For Prometheus."""
        for name, about, value in (
            ("rounds", "Rounds that began.", self.counts.rounds),
            ("rounds_late", "Rounds left out: the machine slept or was busy.", self.counts.late),
            ("readings", "Readings that were written.", self.counts.polls),
            ("readings_failed", "Readings that were written and failed.", self.counts.failed),
            ("readings_lost", "Readings that could not be written.", self.counts.lost),
            ("turns_missed", "Turns that PDUs missed: still being read.", self.counts.missed),
        ):
            yield counter(f"pdu_meter_{name}", about, ((), value))
        yield gauge(
            "pdu_meter_next_round_timestamp_seconds",
            "When the next round is due.",
            ((), self.following),
        )
        pdus_read = [pdu for pdu in self.pdus if pdu.polls]
        yield gauge(
            "pdu_meter_pdu_up",
            "Whether the last reading did not fail.",
            *(((pdu.name,), pdu.failure is None) for pdu in pdus_read),
            labels=("pdu",),
        )
        yield counter(
            "pdu_meter_pdu_failed",
            "Readings that failed.",
            *(((pdu.name,), pdu.failed) for pdu in pdus_read),
            labels=("pdu",),
        )
        yield gauge(
            "pdu_meter_pdu_last_success_timestamp_seconds",
            "When it was read last without a failure.",
            *(((pdu.name,), pdu.success) for pdu in pdus_read),
            labels=("pdu",),
        )


def clock_time(utc: float) -> str:
    """A time in s since 1970, for people."""
    return time.strftime("%H:%M:%S UTC", time.gmtime(utc))


def summary(counts: MeterCounts) -> Iterator[str]:
    """What was done, at the end."""
    yield (
        f"{counted(counts.rounds, 'round')}: {counted(counts.polls, 'reading')} kept,"
        f" {counts.failed} of them failed"
    )
    if counts.lost:
        yield f"{counted(counts.lost, 'reading')} lost: they could not be written"
    if counts.missed:
        yield f"{counted(counts.missed, 'turn')} missed by PDUs that were still being read"
    if counts.late:
        yield f"{counted(counts.late, 'round')} left out: this machine slept, or was too busy"
