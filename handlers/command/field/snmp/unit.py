"""A device made of a recording: it answers its rows, and an outlet follows the commands of the family that the device is.

How the family is commanded and how its states are read is the profile's: a write counts as a command where the family's control
would send it, and the rows that change are those whose change makes the family's states read so, for that outlet alone.
"""
from __future__ import annotations

import bisect
import threading
from typing import Iterator, List, NamedTuple, Optional, Sequence, Set, Tuple

from pdu_common.helper import EnumPowerStatus

from ....errors import PduHandlerError
from ....snmp.controls import Control
from ....snmp.device import Found
from ....snmp.frozen import parts
from ....snmp.reader import Reader
from ....snmp.sources import Packed
from ....snmp.states import State
from .rows import INTEGER, NUMBERS, OCTETS, Arcs, Memory, Row, Rows, arcs, dotted, reading

_MOST_BITS = 512


class Written(NamedTuple):
    """One SET that arrived: the object, the value as text, and what became of it."""

    oid: str
    value: str
    done: str


class Unit:
    """Rows, and the outlets that `found` has. Thread-safe."""

    def __init__(self, rows: Rows, found: Optional[Found] = None) -> None:
        self._rows = dict(rows)
        self._order = sorted(rows)
        self._found = found
        self._lock = threading.Lock()
        self.writes: List[Written] = []

    def get(self, oid: Arcs) -> Optional[Row]:
        return self._rows.get(oid)

    def next(self, oid: Arcs) -> Optional[Tuple[Arcs, Row]]:
        """The first object behind `oid`, None at the end."""
        at = bisect.bisect_right(self._order, oid)
        return (self._order[at], self._rows[self._order[at]]) if at < len(self._order) else None

    def set(self, oid: Arcs, value: Row) -> str:
        """Carry out a SET; "" or the name of the SNMP error (RFC 3416, 4.2.5)."""
        with self._lock:
            error, done = self._set(oid, value)
            self.writes.append(Written(dotted(oid), str(value.raw), done or error))
            return error

    def _set(self, oid: Arcs, value: Row) -> Tuple[str, str]:
        held = self._rows.get(oid)
        if held is not None and held.tag != value.tag:
            return "wrongType", ""
        command = self._command(oid, value)
        if command is None:
            return "notWritable", ""
        if held is not None:
            self._rows[oid] = value
        identity, wanted = command
        if not identity:
            return "", "taken"
        turned = self._turn(identity, wanted)
        done = f"outlet {identity} {'on' if wanted is EnumPowerStatus.UP else 'off'}"
        return "", done if turned else f"{done}: no row shows it"

    # ---- what a write means ----------------------------------------------------------------------------------

    def _command(self, oid: Arcs, value: Row) -> Optional[Tuple[str, EnumPowerStatus]]:
        """Outlet and state that the family commands by this write; no outlet where it only goes before the command."""
        control = self._control
        if control is None or self._found is None:
            return None
        before = False
        reader = reading(self._rows, self._found.reader)
        for identity in self._found.states:
            for up in (True, False):
                try:
                    orders = control.orders(reader, identity, up)
                except PduHandlerError:
                    continue                    # the family would not send this one
                said = [(arcs(at), _typed(written)) for at, written in orders]
                if said and said[-1] == (oid, value):
                    return identity, EnumPowerStatus.UP if up else EnumPowerStatus.DOWN
                before = before or (oid, value) in said
        return ("", EnumPowerStatus.UNKNOWN) if before else None

    @property
    def _control(self) -> Optional[Control]:
        return self._found.outlets.control if self._found and self._found.outlets else None

    # ---- what follows ----------------------------------------------------------------------------------------

    def _turn(self, identity: str, wanted: EnumPowerStatus) -> bool:
        """Change rows so that the family reads `wanted` for this outlet and the same as before for every other one."""
        assert self._found is not None and self._found.outlets is not None and self._found.outlets.states is not None
        states = self._found.outlets.states
        memory = Memory(self._rows)
        before = states.read(Reader(memory, self._found.reader.root))
        after = {**before, identity: wanted}
        if before == after:
            return True
        below = (f"{oid}.{index}" for oid, rows in memory.asked.items() for index in rows if index)
        read = list(map(arcs, (*memory.asked, *below)))
        there = [oid for oid in read if oid in self._rows]
        for change in _changes(states, wanted, identity, there, self._rows):
            changed = {**self._rows, **change}
            if states.read(reading(changed, self._found.reader)) == after:
                self._rows = changed
                return True
        return False


def _changes(states: State, wanted: EnumPowerStatus, identity: str, read: Sequence[Arcs], rows: Rows) -> Iterator[Rows]:
    """Changes that may bring an outlet into a state: its own rows first, then one row after another, then parts of rows."""
    values = states.on if wanted is EnumPowerStatus.UP else states.off
    known = {*states.on, *states.off}
    index = arcs(identity) if identity.replace(".", "").isdigit() else ()
    own = [oid for oid in read if index and oid[-len(index):] == index]
    for value in values:
        yield _put(rows, [oid for oid in own if str(rows[oid].raw).strip() in known], value)    # a state and what confirms it
    for oid in [*own, *(oid for oid in read if oid not in own)]:
        for value in values:
            yield _put(rows, [oid], value)
    separators: Set[str] = {part.separator for part in parts(states) if isinstance(part, Packed)}
    for oid in read:
        row = rows[oid]
        if row.tag != OCTETS or not isinstance(row.value, bytes):
            continue
        for separator in separators:
            held = row.value.decode("utf-8", "surrogateescape").split(separator)
            for at in range(len(held)):
                for value in values:
                    packed = separator.join([*held[:at], value, *held[at + 1:]])
                    yield {oid: Row(OCTETS, packed.encode("utf-8", "surrogateescape"))}
        for bit in range(min(8 * len(row.value), _MOST_BITS)):
            octets = bytearray(row.value)
            octets[bit // 8] ^= 0x80 >> bit % 8
            yield {oid: Row(OCTETS, bytes(octets))}


def _put(rows: Rows, oids: Sequence[Arcs], value: str) -> Rows:
    """These rows with this value, each in its own type; a row that cannot hold it stays."""
    put: Rows = {}
    for oid in oids:
        if rows[oid].tag in NUMBERS and value.lstrip("-").isdigit():
            put[oid] = Row(rows[oid].tag, int(value))
        elif rows[oid].tag == OCTETS:
            put[oid] = Row(OCTETS, value.encode())
    return put


def _typed(value: object) -> Row:
    return Row(INTEGER, value) if isinstance(value, int) else Row(OCTETS, str(value).encode())
