"""The lines of a meter's journal: a poll and what it names, as records. docs/dev/energy.md has
their form. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Optional

from ...core.adapters.nameplate import Nameplate
from ...core.cli.states import SPELLED
from ...core.inventory.reading import Reading
from .clocks import Instant

FORM = 1
_PLACES = 3  # of currents, watts and times: mA, mW, ms


class PollResult(NamedTuple):
    """One reading of a PDU, and when it was taken."""

    begin: Instant
    end: Instant
    reading: Reading
    #: whether the kernel called the clock synchronised at the begin; None where it does not say
    synchronised: Optional[bool] = None


class PduHeading(NamedTuple):
    """What the list says of a PDU."""

    name: str
    handler: str
    address: str


class PduLines:
    """The lines of one PDU: its polls, and before them what they describe, where that changed."""

    def __init__(self, number: int, named: PduHeading) -> None:
        self._number, self.named = number, named
        self._plate = Nameplate()
        self._outlets: Sequence[str] = ()
        self._names: Sequence[str] = ()
        self._meters: Sequence[Sequence[Any]] = ()
        self._declared: Mapping[str, Any] = {}

    def forget(self) -> None:
        """Declare the unit again before its next poll: a new file begins."""
        self._declared = {}

    def lines(self, taken: PollResult, missed: int = 0) -> Iterator[dict[str, Any]]:
        """The records of a poll. What a failed poll did not read of the unit stays as it was."""
        reading = taken.reading
        self._keep(reading)
        declared = self._declaration()
        if declared != self._declared:
            self._declared = declared
            yield declared
        yield {key: value for key, value in self._poll(taken, missed) if value is not None}

    def _keep(self, reading: Reading) -> None:
        new = reading.plate
        # Of a unit that runs on, only family and uptime are read.
        is_whole = new.serial or new.firmware or (new.family and new.uptime_s is None)
        plate = new if is_whole else self._plate
        family = new.family or self._plate.family
        self._plate = plate._replace(family=family, uptime_s=None)
        if reading.answered:
            self._outlets = [one.identity for one in reading.outlets]
        if reading.labelled:
            self._names = [one.name or one.number for one in reading.outlets]
        if reading.meters:
            self._meters = [[one.kind, one.label, one.rating_a] for one in reading.meters]

    def _declaration(self) -> dict[str, Any]:
        plate = self._plate
        declared = {
            "unit": self._number,
            **self.named._asdict(),
            "family": plate.family,
            "serial": plate.serial,
            "firmware": plate.firmware,
            "accuracy": plate.accuracy_percent,
            "outlets": self._outlets,
            "names": self._names,
            "meters": self._meters,
        }
        return {key: value for key, value in declared.items() if value is not None}

    def _poll(self, taken: PollResult, missed: int) -> Iterator[tuple[str, Any]]:
        begin, end, reading, synchronised = taken
        yield "of", self._number
        yield "utc", [round(begin.utc, _PLACES), round(end.utc, _PLACES)]
        yield "mono", [round(begin.mono, _PLACES), round(end.mono, _PLACES)]
        yield "sync", synchronised
        yield "up", _short(reading.plate.uptime_s)
        yield "load", _short(reading.load_a)
        yield "total", reading.energy_kwh
        outlets = reading.outlets
        yield "kwh", _listed([one.energy_kwh for one in outlets])
        yield "amps", _listed([_short(one.current_a) for one in outlets])
        yield "watts", _listed([_short(one.power_w) for one in outlets])
        yield "meters", _listed([_short(one.current_a) for one in reading.meters])
        if reading.answered:
            yield "on", "".join(SPELLED[one.state].sign for one in outlets)
        yield "missed", missed or None
        yield "error", None if reading.failure is None else [*reading.failure]


def start(begin: Instant, version: str, boot: str, every: float, repaired: int) -> dict[str, Any]:
    """The line of a start, and of the head of a file."""
    return {
        "meter": FORM,
        "version": version,
        "boot": boot,
        "utc": round(begin.utc, _PLACES),
        "mono": round(begin.mono, _PLACES),
        "every": every,
        "repaired": repaired,
    }


def lost(polls: int, first: float, last: float, reason: str) -> dict[str, Any]:
    """The line of polls that could not be written; times in s of UTC."""
    return {"lost": polls, "utc": [round(first, _PLACES), round(last, _PLACES)], "reason": reason}


def late(rounds: int, first: float, last: float) -> dict[str, Any]:
    """The line of rounds that were left out; the times at which they were due, in s of UTC."""
    return {"late": rounds, "utc": [round(first, _PLACES), round(last, _PLACES)]}


def _listed(values: Sequence[Optional[float]]) -> Optional[Sequence[Optional[float]]]:
    """None if there is no value at all."""
    return values if any(value is not None for value in values) else None


def _short(value: Optional[float]) -> Optional[float]:
    return None if value is None else round(value, _PLACES)
