"""How polls are kept until the audit: by PDU, then by register.

A source is a module with a function that yields polls in the order in which they were taken, PDU by
PDU or mixed. Times are seconds since 1970 in UTC. A figure that a poll does not have is NaN in a
column.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from typing import Callable, NamedTuple, Optional, Protocol, TypeVar

from handlers.shared.errors import SettingsError, printable

from ...core.states import DOWN, UNKNOWN, UP
from ..registers.numpy_lazy import Column, np
from ..registers.poll import OutletFigures, Poll
from ..registers.values import RegisterReadings
from .clock import PollClock, jumps_by_begin_times, jumps_by_monotonic
from .clock_correction import OVERLAP_S, WORDS
from .unit_changes import SERIAL, UPTIME, UPTIME_S, UnitIdentity

#: what an audit finds
Found = TypeVar("Found")
_NAN = math.nan
#: states of outlets in a column
OFF, ON, NO_STATE = 0, 1, 2
_STATES = {DOWN: OFF, UP: ON, UNKNOWN: NO_STATE}


class UnitFacts(NamedTuple):
    """What many polls of a journal have in common; see Poll."""

    pdu: str
    unit: str
    serial: str
    firmware: str
    family: str
    boot: str
    accuracy_percent: Optional[float]
    #: whether the kernel of the reader's machine called its clock synchronised; None: no word
    is_synced: Optional[bool]
    #: OWN, then the identities of the outlets
    registers: tuple[str, ...]


class Block(NamedTuple):
    """Polls of a unit that follow each other, as columns. NaN: not read.

    The columns are for one PDU, which may keep and extend them.
    """

    unit: UnitFacts
    begins: array[float]
    ends: array[float]
    monotonic: array[float]
    uptimes: array[float]
    #: a column for each register
    kwh: Sequence[array[float]]
    amperes: Sequence[array[float]]
    watts: Sequence[array[float]]
    states: Sequence[bytearray]
    #: more polls, which read nothing
    failures: int

    def poll(self, number: int) -> Poll:
        """A poll without its figures."""
        up = self.uptimes[number]
        return Poll(
            self.unit.pdu,
            self.begins[number],
            self.ends[number],
            monotonic=self.monotonic[number],
            boot=self.unit.boot,
            unit=self.unit.unit,
            serial=self.unit.serial,
            firmware=self.unit.firmware,
            uptime=up if up == up else None,
            family=self.unit.family,
            accuracy_percent=self.unit.accuracy_percent,
        )

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

    def __init__(self, polls: int = 0) -> None:
        self.kwh = array("d", [_NAN]) * polls
        self.amperes = array("d", [_NAN]) * polls
        self.watts = array("d", [_NAN]) * polls
        self.states = bytearray([NO_STATE]) * polls

    def append(self, figures: OutletFigures) -> None:
        """Keep a poll."""
        self.kwh.append(_NAN if figures.kwh is None else figures.kwh)
        self.amperes.append(_NAN if figures.amperes is None else figures.amperes)
        self.watts.append(_NAN if figures.watts is None else figures.watts)
        self.states.append(_STATES[figures.state])

    def keep_none(self, polls: int) -> None:
        """Replace all rows after so many polls by one in which nothing was read."""
        for column in (self.kwh, self.amperes, self.watts, self.states):
            del column[polls:]
        self.append(OutletFigures(""))

    def extend(
        self,
        kwh: array[float],
        amperes: array[float],
        watts: array[float],
        states: bytearray,
    ) -> None:
        """Keep the columns of a block; the first ones become this register's own."""
        if not self.kwh:
            self.kwh, self.amperes, self.watts, self.states = kwh, amperes, watts, states
            return
        self.kwh.extend(kwh)
        self.amperes.extend(amperes)
        self.watts.extend(watts)
        self.states += states

    def skip(self, polls: int) -> None:
        """Keep that so many polls did not read this register."""
        nothing = array("d", [_NAN]) * polls
        for column in (self.kwh, self.amperes, self.watts):
            column.extend(nothing)
        self.states += bytes([NO_STATE]) * polls


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

    def append(self, poll: Poll) -> None:
        """Keep a poll. One without energy, current and power counts as failed."""
        polls = len(self.begins)
        for outlet in poll.outlets:
            if outlet.identity not in self.registers:
                self.registers[outlet.identity] = Series(polls)
        if all({outlet.kwh, outlet.amperes, outlet.watts} == {None} for outlet in poll.outlets):
            self.failures += 1
            return
        self._follow(poll, polls)
        serial_bit = SERIAL if poll.serial else 0
        self.identities.append(serial_bit if poll.uptime is None else serial_bit | UPTIME)
        self.sync_states.append(WORDS[poll.is_synced])
        self.begins.append(poll.begin)
        self.ends.append(poll.end)
        self.monotonic.append(_NAN if poll.monotonic is None else poll.monotonic)
        for outlet in poll.outlets:
            self.registers[outlet.identity].append(outlet)
        for series in self.registers.values():
            if len(series.kwh) != polls + 1:
                # not read, or read twice: nobody knows which of both it was
                series.keep_none(polls)

    def extend(self, block: Block) -> None:
        """Keep the polls of a block, as `append` would."""
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
        columns = zip(unit.registers, block.kwh, block.amperes, block.watts, block.states)
        for identity, kwh, amperes, watts, states in columns:
            # one that comes twice is not read: see `append`
            if unit.registers.count(identity) == 1:
                self.registers[identity].extend(kwh, amperes, watts, states)
        for series in self.registers.values():
            if len(series.kwh) == polls:
                series.skip(new_polls)

    def _follow(self, poll: Poll, number: int) -> None:
        """Keep what a poll says of the unit. `number`: its own."""
        self._identity.follow(poll, number)
        if self._boot is not None and self._boot != poll.boot:
            self.boots.add(number)
        self._boot = poll.boot
        self.units.add((poll.unit, poll.serial))
        if poll.family:
            self.families.add(poll.family)
        is_another = number in self.changes or self._identity.is_doubted(number)
        if is_another or not self._errors:
            self._errors.append(None)
        errors = (self._errors[-1], poll.accuracy_percent)
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


class ReadingSource(Protocol):
    """Where readings come from."""

    def audit_each(
        self, begin: float, end: float, audit: Callable[[PduReadings], Found]
    ) -> Iterator[Found]:
        """What `audit` finds of each PDU, which comes once, with what it needs for the period;
        readings before and after it help. `audit` may be called in other processes.

        Raises SettingsError for a file, PduHandlerError for a server.
        """
        ...

    def close(self) -> None:
        """Let go of connections and files."""
        ...

    def origin(self) -> Sequence[str]:
        """Lines that say which readings these are, with their hash, once `audit_each` has ended."""
        ...


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
