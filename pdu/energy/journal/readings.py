"""How polls are kept until the audit: by PDU, then by register, as columns.

A source yields blocks of polls in the order in which they were taken. Times are seconds since 1970
in UTC. A figure that a poll does not have is NaN.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from typing import NamedTuple, Optional, TypeVar

from handlers.shared.errors import SettingsError, printable

from ..registers.numpy_lazy import Column, np
from ..registers.poll import Poll, UnitFacts
from ..registers.values import RegisterReadings
from .clock import PollClock, jumps_by_begin_times, jumps_by_monotonic
from .clock_correction import OVERLAP_S, WORDS
from .unit_changes import SERIAL, UPTIME, UPTIME_S, UnitIdentity

#: what an audit finds
Found = TypeVar("Found")
#: states of outlets in a column
OFF, ON, NO_STATE = 0, 1, 2


class Block(NamedTuple):
    """Polls of a unit that follow each other, as columns. NaN: not read."""

    unit: UnitFacts
    begins: array[float]
    ends: array[float]
    monotonic: array[float]
    uptimes: array[float]
    #: a column for each register
    kwh: Sequence[array[float]]
    amperes: Sequence[array[float]]
    watts: Sequence[array[float]]
    #: of each outlet; () where nobody asks for them
    states: Sequence[bytearray] = ()
    #: more polls, which read nothing
    failures: int = 0

    def poll(self, number: int) -> Poll:
        """A poll without its figures."""
        monotonic, up = (
            None if math.isnan(column[number]) else column[number]
            for column in (self.monotonic, self.uptimes)
        )
        return Poll(self.unit, self.begins[number], self.ends[number], monotonic, up)

    def restarts(self) -> Iterator[tuple[Optional[int], int]]:
        """Pairs of polls between which the unit may have begun again: the number of the later one,
        and before it that of the last one with an uptime, None if no poll before has one.
        """
        numbers = self.uptime_polls()
        if len(numbers) and numbers[0]:
            yield None, int(numbers[0])
        starts = (np.asarray(self.uptimes) - np.asarray(self.monotonic))[numbers]
        # that of a NaN, too
        for place in np.flatnonzero(~(np.abs(np.diff(starts)) < UPTIME_S / 2.0)).tolist():
            yield int(numbers[place]), int(numbers[place + 1])

    def uptime_polls(self) -> Column:
        """The numbers of polls that read an uptime."""
        return np.flatnonzero(~np.isnan(np.asarray(self.uptimes)))

    def identities(self) -> bytes:
        """What each poll read of its unit, as bits of `identity`."""
        serial_bit = SERIAL if self.unit.serial else 0
        is_read = ~np.isnan(np.asarray(self.uptimes))
        return bytes(np.where(is_read, serial_bit | UPTIME, serial_bit).astype("u1"))


class Series:
    """One register: a row for each poll of its PDU."""

    def __init__(self, polls: int) -> None:
        self.kwh, self.amperes, self.watts = (array("d", [math.nan]) * polls for _ in range(3))

    def extend(self, *columns: array[float]) -> None:
        """Keep what polls read: kWh, amperes and watts."""
        for column, addition in zip((self.kwh, self.amperes, self.watts), columns):
            column.extend(addition)


class PduReadings:
    """The readings of one PDU."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.begins, self.ends, self.monotonic = array("d"), array("d"), array("d")
        #: identity of an outlet, or OWN -> its register
        self.registers: dict[str, Series] = {}
        self._identity = UnitIdentity()
        #: of each poll: what it read of its unit, as bits of `identity`
        self.identities = bytearray()
        #: SNMP families, or other names of what its registers are like, that its polls had
        self.families: set[str] = set()
        #: what its polls said of their unit, as `unit_aliases` compares it: the name's meaning, and
        #: serial numbers
        self.units: set[tuple[str, str]] = set()
        #: the greatest error that its unit states, in percent, between changes of the unit
        self._errors: list[Optional[float]] = []
        #: numbers of polls before which the reader's machine started anew
        self.boots: set[int] = set()
        #: polls that failed
        self.failures = 0
        #: of each poll: what the kernel said of the reader's clock, as in `clock_correction`
        self.sync_states = bytearray()
        self._boot: Optional[str] = None

    def extend(self, block: Block) -> None:
        """Keep the polls of a block, which are after those before it."""
        unit, polls, new_polls = block.unit, len(self.begins), len(block.begins)
        for identity in unit.registers:
            if identity not in self.registers:
                self.registers[identity] = Series(polls)
        self.failures += block.failures
        if not new_polls:
            return
        self._follow(block.poll(0), polls)
        for last, number in block.restarts():
            if last is not None:
                self._identity.keep(block.poll(last), polls + last)
            self._follow(block.poll(number), polls + number)
        for number in (*block.uptime_polls()[-1:].tolist(), new_polls - 1):
            self._identity.keep(block.poll(number), polls + number)
        self.identities += block.identities()
        self.sync_states += bytes([WORDS[unit.is_synced]]) * new_polls
        self.begins.extend(block.begins)
        self.ends.extend(block.ends)
        self.monotonic.extend(block.monotonic)
        for identity, *columns in zip(unit.registers, block.kwh, block.amperes, block.watts):
            # one that comes twice is not read: nobody knows which of both it was
            if unit.registers.count(identity) == 1:
                self.registers[identity].extend(*columns)
        nothing = array("d", [math.nan]) * new_polls
        for series in self.registers.values():
            if len(series.kwh) == polls:
                series.extend(nothing, nothing, nothing)

    def _follow(self, poll: Poll, number: int) -> None:
        """Keep what a poll says of the unit. `number`: its own."""
        self._identity.follow(poll, number)
        unit = poll.unit
        if self._boot is not None and self._boot != unit.boot:
            self.boots.add(number)
        self._boot = unit.boot
        self.units.add((unit.unit, unit.serial))
        if unit.family:
            self.families.add(unit.family)
        is_another = number in self.changes or self._identity.is_doubted(number)
        if is_another or not self._errors:
            self._errors.append(None)
        errors = (self._errors[-1], unit.accuracy_percent)
        self._errors[-1] = max((error for error in errors if error is not None), default=None)

    @property
    def changes(self) -> Mapping[int, str]:
        """Number of a poll before which the unit changed or began again -> how that was seen."""
        return self._identity.changes

    @property
    def family(self) -> str:
        """The family of all polls; "" if none is known, or if it changed."""
        return next(iter(self.families)) if len(self.families) == 1 else ""

    @property
    def accuracy_percent(self) -> Optional[float]:
        """The greatest error that its units state, in percent; None if one of them states none."""
        known_errors = [error for error in self._errors if error is not None]
        return (
            max(known_errors) if known_errors and len(known_errors) == len(self._errors) else None
        )

    def clock(self) -> PollClock:
        """The times of the polls, and what is known of the clock that they are from. After all
        polls: by these times it is decided what changed while the reader's machine started.

        Raises SettingsError if both clocks went back between two starts: polls are there twice.
        """
        self._check_order()
        if np.isnan(np.asarray(self.monotonic)).any():
            poll_clock = jumps_by_begin_times(self.begins, self.ends)
        else:
            poll_clock = jumps_by_monotonic(
                self.begins, self.ends, self.monotonic, self.boots, bytes(self.sync_states)
            )
        self._identity.decide(poll_clock.begins, poll_clock.ends, poll_clock.slack)
        return poll_clock

    def _check_order(self) -> None:
        """That no poll is before the one above it by both clocks of the reader. Raises
        SettingsError.
        """
        is_back = np.diff(np.asarray(self.monotonic)) < 0.0
        is_back &= np.diff(np.asarray(self.begins)) < -OVERLAP_S
        for number in (np.flatnonzero(is_back) + 1).tolist():
            if number not in self.boots:
                first, second = (
                    datetime.fromtimestamp(self.begins[at], timezone.utc).isoformat(" ", "seconds")
                    for at in (number - 1, number)
                )
                raise SettingsError(
                    f"{printable(self.name)}: after the poll at {first} comes one at {second}, by"
                    " both clocks of the reader: leave lines out by --without"
                )

    def usual_gap(self) -> float:
        """The usual time between two polls, in s; 0 for fewer than two."""
        between = np.diff(np.asarray(self.begins))
        between = between[between > 0.0]
        return float(np.median(between)) if len(between) else 0.0


def readings_of(pdu: PduReadings, series: Series, clock: PollClock) -> RegisterReadings:
    """The readings of a register, without polls that did not read it."""
    is_read = ~np.isnan(np.asarray(series.kwh))
    # Only a change of the unit asks for it.
    idle = _idle(series) if pdu.changes else np.zeros(0, dtype=np.uint8)
    if is_read.all():
        return RegisterReadings(
            clock.begins,
            clock.ends,
            series.kwh,
            pdu.changes,
            clock.slack,
            identities=pdu.identities,
            idle=idle.tobytes(),
        )
    here = np.flatnonzero(is_read)
    changes: dict[int, str] = {}
    for at, how in sorted(pdu.changes.items()):
        place = int(np.searchsorted(here, at))
        changes[place] = f"{changes[place]}; {how}" if place in changes else how
    return RegisterReadings(
        _take(clock.begins, here),
        _take(clock.ends, here),
        _take(series.kwh, here),
        changes,
        clock.slack,
        identities=np.frombuffer(pdu.identities, dtype=np.uint8)[here].tobytes(),
        idle=idle[here].tobytes() if len(idle) else b"",
    )


def _idle(series: Series) -> Column:
    """1 for each poll that read a current of 0 and no power."""
    amperes, watts = np.asarray(series.amperes), np.asarray(series.watts)
    return ((amperes == 0.0) & ~(watts > 0.0)).astype(np.uint8)


def _take(column: Sequence[float], numbers: Column) -> array[float]:
    return array("d", np.asarray(column)[numbers].tobytes())
