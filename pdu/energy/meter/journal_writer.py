"""What a meter writes of each PDU: its polls, and what they describe, where that changed. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Optional

from ...pdus.adapters.nameplate import Nameplate
from ...pdus.outlet_figures import JOURNAL_FIGURES
from ...pdus.reading import Reading
from ..journal.clocks import Instant
from ..journal.journal_format import JournalPoll, UnitDeclaration


class PollResult(NamedTuple):
    """One reading of a PDU, and when it was taken."""

    begin: Instant
    end: Instant
    reading: Reading
    #: whether the kernel called the clock synchronised at the begin; None where it does not say
    is_synced: Optional[bool] = None


class PduHeading(NamedTuple):
    """What the list says of a PDU."""

    name: str
    handler: str
    address: str


class PduLines:
    """The lines of one PDU: its polls, and before them what they describe, where that changed."""

    def __init__(self, number: int, heading: PduHeading) -> None:
        self._number, self.heading = number, heading
        self._plate = Nameplate()
        self._outlets: Sequence[str] = ()
        self._names: Sequence[str] = ()
        self._meters: Sequence[Sequence[Any]] = ()
        self._declared: Optional[UnitDeclaration] = None

    def forget(self) -> None:
        """Declare the unit again before its next poll: a new file begins."""
        self._declared = None

    def lines(self, poll: PollResult, missed: int = 0) -> Iterator[dict[str, Any]]:
        """The records of a poll. What a failed poll did not read of the unit stays as it was."""
        reading = poll.reading
        self._keep(reading)
        declaration = self._declaration()
        if declaration != self._declared:
            self._declared = declaration
            yield declaration.record()
        yield self._poll(poll, missed).record()

    def _keep(self, reading: Reading) -> None:
        new = reading.plate
        # Of a unit that runs on, only family and uptime are read.
        is_whole = new.serial or new.firmware or (new.family and new.uptime_s is None)
        plate = new if is_whole else self._plate
        family = new.family or self._plate.family
        self._plate = plate._replace(family=family, uptime_s=None)
        if reading.answered:
            self._outlets = [item.identity for item in reading.outlets]
        if reading.labelled:
            self._names = [item.name or item.number for item in reading.outlets]
        if reading.meters:
            self._meters = [[item.kind, item.label, item.rating_a] for item in reading.meters]

    def _declaration(self) -> UnitDeclaration:
        plate = self._plate
        return UnitDeclaration(
            self._number,
            *self.heading,
            plate.family,
            plate.serial,
            plate.firmware,
            plate.accuracy_percent,
            self._outlets,
            self._names,
            self._meters,
        )

    def _poll(self, poll: PollResult, missed: int) -> JournalPoll:
        begin, end, reading, is_synced = poll
        outlets = reading.outlets
        return JournalPoll(
            self._number,
            (begin.utc, end.utc),
            (begin.mono, end.mono),
            is_synced,
            reading.plate.uptime_s,
            reading.load_a,
            reading.energy_kwh,
            {
                figure: [getattr(outlet.figures, figure.key) for outlet in outlets]
                for figure in JOURNAL_FIGURES
            },
            [item.current_a for item in reading.meters],
            [item.state for item in outlets] if reading.answered else None,
            missed,
            None if reading.failure is None else (reading.failure.kind, reading.failure.reason),
            reading.power_w,
        )
