"""How polls are kept until the audit: by PDU, then by register, as columns.

A source yields blocks of polls in the order in which they were taken. Times are seconds since 1970
in UTC. A figure that a poll does not have is NaN.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from itertools import chain
from typing import NamedTuple, Optional, TypeVar

from handlers.shared.errors import SettingsError, printable

from ..registers.numpy_lazy import Column, median, np
from ..registers.poll import Poll, UnitFacts
from ..registers.values import RegisterReadings
from .clock import OVERLAP_S, WORDS, PollClock, jumps_by_begin_times, jumps_by_monotonic
from .unit_changes import SERIAL, UPTIME, UPTIME_S, UnitIdentity

#: what an audit finds
Found = TypeVar("Found")


class Block(NamedTuple):
    """Polls of a unit that follow each other, as columns. NaN: not read."""

    unit: UnitFacts
    begins: Column
    ends: Column
    monotonic: Column
    uptimes: Column
    #: a row for each register, a column for each poll
    energy_kwh: Column
    current_a: Column
    power_w: Column
    #: more polls, which read nothing
    failures: int = 0

    def poll(self, number: int) -> Poll:
        """A poll without its figures."""
        begin, end, *clocks = (float(column[number]) for column in self[1:5])
        monotonic, up = (None if math.isnan(value) else value for value in clocks)
        return Poll(self.unit, begin, end, monotonic, up)

    def restarts(self) -> Iterator[tuple[Optional[int], int]]:
        """Pairs of polls between which the unit may have begun again: the number of the later one,
        and before it that of the last one with an uptime, None if no poll before has one.
        """
        numbers = self.uptime_polls()
        if len(numbers) and numbers[0]:
            yield None, int(numbers[0])
        starts = (self.uptimes - self.monotonic)[numbers]
        # that of a NaN, too
        for place in np.flatnonzero(~(np.abs(np.diff(starts)) < UPTIME_S / 2.0)).tolist():
            yield int(numbers[place]), int(numbers[place + 1])

    def uptime_polls(self) -> Column:
        """The numbers of polls that read an uptime."""
        return np.flatnonzero(~np.isnan(self.uptimes))

    def identities(self) -> bytes:
        """What each poll read of its unit, as bits of `identity`."""
        serial_bit = SERIAL if self.unit.serial else 0
        is_read = ~np.isnan(self.uptimes)
        return bytes(np.where(is_read, serial_bit | UPTIME, serial_bit).astype("u1"))


class Series(NamedTuple):
    """One register: a row for each poll of its PDU."""

    energy_kwh: Column
    current_a: Column
    power_w: Column


class PduReadings:
    """The readings of one PDU."""

    def __init__(self, name: str, blocks: Iterable[Block]) -> None:
        """`blocks`: each after those before it."""
        self.name = name
        self.begins, self.ends, self.monotonic = array("d"), array("d"), array("d")
        self._identity = UnitIdentity()
        #: of each poll: what it read of its unit, as bits of `identity`
        self.identities = bytearray()
        #: SNMP families, or other names of what its registers are like, that its polls had
        self.families: set[str] = set()
        #: what its polls said of their unit, as `unit_aliases` compares it: the name's meaning, and
        #: serial numbers
        self.units: set[tuple[str, str]] = set()
        #: its unit, and the number of the poll after the last one, of polls that follow each other
        self.stretches: list[tuple[UnitFacts, int]] = []
        #: the greatest error that its unit states, in percent, between changes of the unit
        self._errors: list[Optional[float]] = []
        #: numbers of polls before which the reader's machine started anew
        self.boots: set[int] = set()
        #: of each poll: what the kernel said of the reader's clock, as in `clock`
        self.sync_states = bytearray()
        self._boot: Optional[str] = None
        all_blocks = list[Block]()
        for block in blocks:
            all_blocks.append(block)
            if len(block.begins):
                self._take(block)
        identities, tables = _tables(all_blocks)
        #: kWh, amperes, watts: each with a row for each register
        self.tables: Column = tables
        #: identity of an outlet, or OWN -> its register
        self.registers = {
            identity: Series(*tables[:, row]) for row, identity in enumerate(identities)
        }
        #: polls that failed
        self.failures = sum(block.failures for block in all_blocks)

    def _take(self, block: Block) -> None:
        """Keep when the polls of a block were, and what they say of the unit."""
        polls, new_polls = len(self.begins), len(block.begins)
        self._follow(block.poll(0), polls)
        for last, number in block.restarts():
            if last is not None:
                self._identity.keep(block.poll(last), polls + last)
            self._follow(block.poll(number), polls + number)
        for number in (*block.uptime_polls()[-1:].tolist(), new_polls - 1):
            self._identity.keep(block.poll(number), polls + number)
        self.identities += block.identities()
        self.sync_states += bytes([WORDS[block.unit.is_synced]]) * new_polls
        for column, addition in zip((self.begins, self.ends, self.monotonic), block[1:4]):
            column.frombytes(addition.tobytes())
        self.stretches.append((block.unit, len(self.begins)))

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
        return median(between) if len(between) else 0.0


def _tables(blocks: Sequence[Block]) -> tuple[Sequence[str], Column]:
    """The registers of blocks, and a table of each figure. A register that comes twice in a block
    is not read there: nobody knows which of both it was.
    """
    identities = [*dict.fromkeys(chain.from_iterable(block.unit.registers for block in blocks))]
    rows = {identity: row for row, identity in enumerate(identities)}
    polls = sum(len(block.begins) for block in blocks)
    tables = np.full((len(Series._fields), len(rows), polls), math.nan)
    stop = 0
    for block in blocks:
        first, stop = stop, stop + len(block.begins)
        counts = Counter(block.unit.registers)
        row_by_place = {
            place: rows[identity]
            for place, identity in enumerate(block.unit.registers)
            if counts[identity] == 1
        }
        places, here = [*row_by_place], [*row_by_place.values()]
        is_in_order = places == here == [*range(len(block.energy_kwh))]
        for table, figures in zip(tables, (block.energy_kwh, block.current_a, block.power_w)):
            if is_in_order:
                table[: len(here), first:stop] = figures  # quicker than by numbers
            else:
                table[here, first:stop] = figures[places]
    return identities, tables


def readings_of(
    pdu: PduReadings, series: Series, is_read: Column, clock: PollClock
) -> RegisterReadings:
    """The readings of a register, without polls that did not read it."""
    # Only a change of the unit asks for it.
    idle = _idle(series) if pdu.changes else np.zeros(0, dtype=np.uint8)
    if is_read.all():
        return RegisterReadings(
            clock.begins,
            clock.ends,
            array("d", series.energy_kwh.tobytes()),
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
        _take(series.energy_kwh, here),
        changes,
        clock.slack,
        identities=np.frombuffer(pdu.identities, dtype=np.uint8)[here].tobytes(),
        idle=idle[here].tobytes() if len(idle) else b"",
    )


def _idle(series: Series) -> Column:
    """1 for each poll that read a current of 0 and no power."""
    return ((series.current_a == 0.0) & ~(series.power_w > 0.0)).astype(np.uint8)


def _take(column: Sequence[float], numbers: Column) -> array[float]:
    return array("d", np.asarray(column)[numbers].tobytes())
