"""A device simulated from a recording. It answers with the recorded rows. Its outlets follow the
family's commands.

A write is a command if the family's control would send it; any other write is refused. The unit
keeps the written value if the recording has the object. It then looks for a change of rows after
which the family reads the new state for the command's outlet, and the old states for all others. If
it finds none, it changes nothing else.
"""

from __future__ import annotations

import bisect
import itertools
import re
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from typing import Optional

from handlers.shared.errors import PduHandlerError
from handlers.snmp.device import SnmpDevice
from handlers.snmp.frozen_value import parts_of
from handlers.snmp.reader import Reader
from handlers.snmp.sources import Packed
from handlers.snmp.states import State
from pdu_common.helper import EnumPowerStatus
from pdu_common.snmp_client.tool_api import INTEGER, OCTETS

from .recorded_rows import NUMBERS, Arcs, RecordedRows, Rows, SnmpRow, arcs, dotted, reading

_MOST_BITS = 512  # limit for the bits of one row that _changes tries
_UNDOCUMENTED = ("97", "undocumented")  # states that no MIB has
_COMMANDED_STATES = (EnumPowerStatus.UP, EnumPowerStatus.DOWN)
# what a write commands that is accepted and switches nothing
_NO_OUTLET = ("", EnumPowerStatus.UNKNOWN)


class RecordedUnit:
    """A simulated device: its rows, and the outlets of the family in `device`.

    `writes` lists each write with its effect; of a failed SET, only the write that was refused.
    """

    def __init__(self, rows: Rows, device: Optional[SnmpDevice]) -> None:
        self._rows = dict(rows)
        self._order = sorted(rows)
        self._device = device
        self._control = device.outlets.control if device and device.outlets else None
        self._lock = threading.Lock()
        self.writes: list[str] = []

    @property
    def delay_s(self) -> float:
        """How late it answers, in seconds."""
        return 0.0

    def get(self, oid: Arcs) -> Optional[SnmpRow]:
        return self._rows.get(oid)

    def next(self, oid: Arcs) -> Optional[tuple[Arcs, SnmpRow]]:
        """The first object after `oid`, None at the end."""
        place = bisect.bisect_right(self._order, oid)
        if place == len(self._order):
            return None
        next_oid = self._order[place]
        return next_oid, self._rows[next_oid]

    def set(self, pairs: Sequence[tuple[Arcs, SnmpRow]]) -> tuple[str, int]:
        """Carry out the writes of one SET, all or none.

        Returns the name of the SNMP error (RFC 3416, 4.2.5) and the position of the write that
        caused it, counted from 0; or "" and 0.
        """
        with self._lock:
            rows_before = dict(self._rows)
            lines: list[str] = []
            for position, (oid, value) in enumerate(pairs):
                error, effect = self._set(oid, value)
                line = f"SET {dotted(oid)} = {value.raw!s}: {effect or error}"
                if error:
                    self._rows = rows_before
                    self.writes.append(line)
                    return error, position
                lines.append(line)
            self.writes += lines
            return "", 0

    def _set(self, oid: Arcs, value: SnmpRow) -> tuple[str, str]:
        """Carry out one SET. Returns SNMP's error ("" for none), and the effect in words."""
        row = self._rows.get(oid)
        if row is not None and row.tag != value.tag:
            return "wrongType", ""
        command = self._command(oid, value)
        if command is None:
            return "notWritable", ""
        if row is not None:
            self._rows[oid] = value
        if command == _NO_OUTLET:
            return "", "accepted"
        identity, state = command
        effect = f"outlet {identity} {'on' if state is EnumPowerStatus.UP else 'off'}"
        is_switched = self.turn(identity, state, oid)
        if not is_switched:
            effect += ": accepted, but the recording cannot show this state"
        return "", effect

    def _command(self, oid: Arcs, value: SnmpRow) -> Optional[tuple[str, EnumPowerStatus]]:
        """The outlet and state that this write commands; _NO_OUTLET if it only prepares a command,
        None if it does neither.
        """
        if self._control is None or self._device is None:
            return None
        write = (oid, value)
        prepares = False
        for identity, state in itertools.product(self._device.states, _COMMANDED_STATES):
            orders = self.orders(identity, state)
            if orders and orders[-1] == write:
                return identity, state
            if write in orders:
                prepares = True
        return _NO_OUTLET if prepares else None

    def orders(self, identity: str, state: EnumPowerStatus) -> Sequence[tuple[Arcs, SnmpRow]]:
        """The writes that command this state; none if the family refuses the command."""
        if self._control is None or self._device is None:
            return []
        reader = reading(self._rows, self._device.reader)
        try:
            orders = self._control.orders(reader, identity, up=state is EnumPowerStatus.UP)
        except PduHandlerError:
            return []
        return [(arcs(oid), _value_row(value)) for oid, value in orders]

    def turn(self, identity: str, state: EnumPowerStatus, command_oid: Arcs = ()) -> bool:
        """Change rows so that the family reads `state` for this outlet, and no other state
        changes. False if no such change is found. `command_oid` is the object of the command, ()
        for a change without one."""
        assert self._device is not None and self._device.outlets is not None
        states = self._device.outlets.states
        assert states is not None
        recorded_rows = RecordedRows(self._rows)
        try:
            states_before = states.read_from(Reader(recorded_rows, self._device.reader.root))
        except PduHandlerError:
            # the written value may make the states unreadable
            return False
        states_after = {**states_before, identity: state}
        if states_before == states_after:
            return True
        oids = recorded_rows.oids_in_answers()
        for change in _changes(states, state, identity, command_oid, oids, self._rows):
            new_rows = {**self._rows, **change}
            # a count that no longer matches its table, for instance
            with suppress(PduHandlerError):
                if states.read_from(reading(new_rows, self._device.reader)) == states_after:
                    self._rows = new_rows
                    return True
        return False


class WritableUnit(RecordedUnit):
    """A simulated device that keeps what is written to an object that it has. Its outlets follow
    the family's commands, if a family reads it.
    """

    def _command(self, oid: Arcs, value: SnmpRow) -> Optional[tuple[str, EnumPowerStatus]]:
        """As that of the family; any other write to an object of the unit commands no outlet."""
        command = super()._command(oid, value)
        return _NO_OUTLET if command is None and oid in self._rows else command


def _changes(
    states: State,
    state: EnumPowerStatus,
    identity: str,
    command_oid: Arcs,
    oids: Sequence[Arcs],
    rows: Rows,
) -> Iterator[Rows]:
    """Changes that may give an outlet this state: to all of its rows that hold a state or were
    written, which may have to agree; then to any single row; then to a part of a row.
    """
    values_by_state = {
        EnumPowerStatus.UP: states.on,
        EnumPowerStatus.DOWN: states.off,
        EnumPowerStatus.UNKNOWN: _UNDOCUMENTED,
    }
    values = values_by_state[state]
    own_oids = _oids_of_outlet(oids, identity)
    state_oids = [oid for oid in own_oids if oid == command_oid or _holds_state(states, rows[oid])]
    for value in values:
        yield _rows_with(rows, state_oids, value)
    other_oids = [oid for oid in oids if oid not in own_oids]
    for oid, value in itertools.product((*own_oids, *other_oids), values):
        yield _rows_with(rows, [oid], value)
    separators = {part.separator for part in parts_of(states) if isinstance(part, Packed)}
    for oid in oids:
        octets = rows[oid].value
        if rows[oid].tag == OCTETS and isinstance(octets, bytes):
            for new_octets in _changed_octets(octets, separators, values):
                yield {oid: SnmpRow(OCTETS, new_octets)}


def _holds_state(states: State, row: SnmpRow) -> bool:
    """Whether the row's value is one of those for on and off."""
    return str(row.raw).strip() in (*states.on, *states.off)


def _oids_of_outlet(oids: Sequence[Arcs], identity: str) -> list[Arcs]:
    """Those that end with the index of an outlet; none for an identity that is no index."""
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)*", identity):
        return []
    index = arcs(identity)
    return [oid for oid in oids if oid[-len(index) :] == index]


def _changed_octets(
    octets: bytes, separators: Collection[str], values: Sequence[str]
) -> Iterator[bytes]:
    """The octets with one of the values in the place of each field between separators, then with
    each bit inverted.
    """
    text = octets.decode("utf-8", "surrogateescape")
    for separator in separators:
        fields = text.split(separator)
        for at, value in itertools.product(range(len(fields)), values):
            changed_fields = list(fields)
            changed_fields[at] = value
            changed_text = separator.join(changed_fields)
            yield changed_text.encode("utf-8", "surrogateescape")
    bit_count = min(8 * len(octets), _MOST_BITS)
    for bit in range(bit_count):
        changed_octets = bytearray(octets)
        changed_octets[bit // 8] ^= 0x80 >> bit % 8  # bit 0 is the highest of the first octet
        yield bytes(changed_octets)


def _rows_with(rows: Rows, oids: Sequence[Arcs], value: str) -> Rows:
    """The rows at `oids` with `value`, as a number or as octets like the old one.

    Rows that can hold neither are left out.
    """
    is_number = re.fullmatch("-?[0-9]+", value) is not None
    changed_rows: Rows = {}
    for oid in oids:
        tag = rows[oid].tag
        if tag in NUMBERS and is_number:
            changed_rows[oid] = SnmpRow(tag, int(value))
        elif tag == OCTETS:
            changed_rows[oid] = SnmpRow(OCTETS, value.encode())
    return changed_rows


def _value_row(value: object) -> SnmpRow:
    """A value that a family writes, as a row."""
    if isinstance(value, int):
        return SnmpRow(INTEGER, value)
    return SnmpRow(OCTETS, str(value).encode())
