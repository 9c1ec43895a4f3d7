"""The simulated PDU of a recording over SNMP. It answers with the recorded rows. Its outlets follow
the family's commands.

A write is a command if the family's control would send it; any other write is refused. The PDU
keeps the written value if the recording has the object. It then looks for a change of rows after
which the family reads the new state for the command's outlet, and the old states for all others. If
it finds none, it changes nothing else.

row        type and value of one object, SnmpRow(INTEGER, 1), by its OID as a tuple: (1, 3, 6, 1)
family     the SNMP profile that fits a device, such as apc-rpdu: which objects it reads and writes
figure     a number that a meter measures, such as a current in tenths of an A
contents   the rows from which a simulated PDU answers, and the objects that it cannot read
varbinds   pairs of OID and row, which a command writes
"""

from __future__ import annotations

import bisect
import itertools
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property, partial
from typing import Callable, NamedTuple, Optional

from handlers.shared.errors import PduHandlerError
from handlers.shared.meter_figures import NotMetered
from handlers.snmp.device import SnmpDevice
from handlers.snmp.measurements import Measurement
from handlers.snmp.states import State
from handlers.snmp.totals import Total
from pdu_common.helper import EnumPowerStatus
from pdu_common.snmp_client.tool_api import INTEGER, OCTETS

from ..simulated_pdu import (
    THIRD_NUMBERS,
    CommandRefused,
    MeasuredSums,
    SimulatedPdu,
    States,
    UnitCommand,
    UnitFault,
)
from .recorded_rows import (
    ANY_FAMILY,
    NUMBERS,
    Arcs,
    RecordedRows,
    Rows,
    SnmpRow,
    arcs,
    detect_device,
    dotted,
    reading,
)
from .unit_objects import (
    UnitObjects,
    energy_figures,
    load_figures,
    objects_with_index,
    unit_objects,
)

_MOST_BITS = 512  # limit for the bits of one row that _changes tries
_SEPARATOR = re.compile(r"[^\w.-]")  # between the fields of a text with several states
# states that are neither on nor off, first one that no MIB has
_THIRD_STATES = ("97", "undocumented", *map(str, THIRD_NUMBERS[1:]))
# after so many requests since a command, each answer takes this long
_MOST_AFTER_COMMAND, _BUSY_S = 100, 0.25
_ON = {EnumPowerStatus.UP: True, EnumPowerStatus.DOWN: False}
_STATES: Mapping[Optional[bool], EnumPowerStatus] = {
    True: EnumPowerStatus.UP,
    False: EnumPowerStatus.DOWN,
    None: EnumPowerStatus.UNKNOWN,
}
_COMMANDED_STATES = (EnumPowerStatus.UP, EnumPowerStatus.DOWN)
# in the place of outlet and state, for a write that is accepted and switches nothing
_NO_COMMAND = ("", EnumPowerStatus.UNKNOWN)


class LostObjects(NamedTuple):
    """Objects that a device has and cannot read: it answers genErr to a request for one of them.

    LostObjects({1.3.6.1.4.1.318.9.1})                    a GET and a walk fail there
    LostObjects({1.3.6.1.4.1.318.9.1}, in_walks=False)    a GET alone fails there
    """

    oids: frozenset[Arcs] = frozenset()
    #: whether a walk fails there too
    in_walks: bool = True


class SnmpContents(NamedTuple):
    """What a simulated PDU answers from: its rows, and those of them that it cannot read."""

    rows: Rows
    lost_objects: LostObjects = LostObjects()


class SnmpUnit(SimulatedPdu):
    """A simulated PDU over SNMP. `_rows` are its objects as they are now, `_order` their OIDs
    sorted; `_device` is the device as its family read it in the recorded rows, None if no family
    did, and `_control` how that family switches outlets. `_lost_objects` are those that it cannot
    read, `_answered_oids` those that GETNEXT requests have got; `_requests_after_command` counts
    requests since the last SET. It may not sleep: one thread serves all simulated PDUs.

        >  GET 1.3.6.1.4.1.318.1.1.12.3.5.1.1.4.1       a recorded row
        <  1 (on)
        >  SET 1.3.6.1.4.1.318.1.1.12.3.3.1.1.4.1 = 2   the family's command "off" of outlet 1
        <  no error; the row above is 2 from now on

    `writes` lists each write with its effect; of a failed SET, only the write that was refused.
    """

    refuses_unknown_outlets = True
    rule_of_login = "community"

    def __init__(
        self,
        rows: Rows,
        device: Optional[SnmpDevice],
        fault: UnitFault = UnitFault.NONE,
        *,
        is_writable: bool = False,
    ) -> None:
        """`device`: these rows as their family reads them; None for none, which has no outlets.
        `is_writable`: it takes any write to an object that it has, also without a family.
        """
        super().__init__(fault)
        self._rows = dict(rows)
        self._order = sorted(rows)
        self._device = device
        self._control = device.outlets.control if device and device.outlets else None
        self._is_writable = is_writable
        self._lost_objects = LostObjects()
        #: the rows of a unit of the same family with fewer outlets; {} if none is known
        self.smaller_rows: Rows = {}
        self._answered_oids: set[Arcs] = set()
        self._requests_after_command = 0
        self.begin(fault)

    def begin(self, fault: UnitFault) -> None:
        """Have this fault from now on. With DENIES it gives no answer, as an agent that does not
        know the community.
        """
        super().begin(fault)
        self.is_mute = self.is_mute or fault is UnitFault.DENIES

    # ---- requests --------------------------------------------------------------------------------

    @property
    def delay_s(self) -> float:
        """How late it answers, in seconds: longer after many requests since a command, because a
        handler that waits without a pause for an outlet to switch would take a whole processor.
        """
        return _BUSY_S if self._requests_after_command > _MOST_AFTER_COMMAND else 0.0

    def get(self, oid: Arcs) -> Optional[SnmpRow]:
        """The row at `oid`, for a GET; None if there is none. The request is added to `requests`.
        Raises pysnmp's genErr for a lost object, and ConnectionAbortedError for no answer.

            (1, 3, 6, 1, 2, 1, 1, 5, 0)    SnmpRow(OCTETS, b"pdu-1")
        """
        self._note(oid)
        if oid in self._lost_objects.oids:
            raise _gen_error(oid)
        return self._rows.get(oid)

    def next(self, oid: Arcs) -> Optional[tuple[Arcs, SnmpRow]]:
        """OID and row of the first object after `oid`, for a GETNEXT; None behind the last one. The
        request is noted in `requests`, which raises ConnectionAbortedError if the PDU is not to
        answer. Raises pysnmp's genErr for a lost object, if such objects stop walks (`in_walks`),
        and with the fault HALF for the second row of a walk.

            (1, 3, 6, 1, 2, 1, 1, 1)    ((1, 3, 6, 1, 2, 1, 1, 1, 0), SnmpRow(OCTETS, b"APC"))
        """
        self._note(oid)
        index = bisect.bisect_right(self._order, oid)
        if index == len(self._order):
            return None
        next_oid = self._order[index]
        if self._lost_objects.in_walks and next_oid in self._lost_objects.oids:
            raise _gen_error(next_oid)
        # a client that asks for what follows an answer walks on
        if self.fault is UnitFault.HALF and oid in self._answered_oids:
            raise _gen_error(oid)
        self._answered_oids.add(next_oid)
        return next_oid, self._rows[next_oid]

    def _note(self, oid: Arcs) -> None:
        """Add a request to `requests`. Raises ConnectionAbortedError if it is not answered."""
        self.note_request(dotted(oid))
        if self.commands:
            self._requests_after_command += 1

    def set(self, pairs: Sequence[tuple[Arcs, SnmpRow]]) -> tuple[str, int]:
        """Take the writes of one SET: carry them out, all or none, late or never, as the fault
        says; add its commands to `commands`. Raises ConnectionAbortedError for no answer.

        Returns the name of the SNMP error (RFC 3416, 4.2.5) and the position of the write that
        caused it, counted from 0; ("", 0) for no error.

            SET 1.3.6.1.4.1.318...4.1.5.1 = 2    ("", 0)               outlet 1 is off
            SET 1.3.6.1.2.1.1.5.0 = "web"        ("notWritable", 0)    nothing changes
        """
        for oid, _ in pairs:
            self.note_request(dotted(oid))
        self._requests_after_command = 0
        commands = self._commands_in(pairs)
        known_commands = [command for command in commands if command.is_known]
        if not known_commands or self.fault in (UnitFault.NONE, UnitFault.HALF):
            self.commands += commands
            return self._write(pairs)
        try:
            self.obey(known_commands, partial(self._write, pairs))
        except CommandRefused:
            return "notWritable", 0
        return "", 0

    def _commands_in(self, pairs: Sequence[tuple[Arcs, SnmpRow]]) -> list[UnitCommand]:
        """The commands in the writes of one SET. A write that only prepares a command, such as one
        of a delay, is none; any other that switches nothing is an unknown command.

        controlOutlet.1 = 2 (off)     [UnitCommand("1", on=False, ...)]
        controlOutlet.1 = 5 (cycle)   [UnitCommand.unknown(..., is_similar=True)]
        sysName.0 = "web"             [UnitCommand.unknown(..., is_similar=False)]
        """
        commands: list[UnitCommand] = []
        for oid, value in pairs:
            text = f"{dotted(oid)} = {value.raw!r}"
            command = self._command(oid, value)
            if command is None:
                is_similar = self._is_written_by_commands(oid)
                commands.append(UnitCommand.unknown(text, is_similar=is_similar))
            elif command != _NO_COMMAND:
                identity, state = command
                on = state is EnumPowerStatus.UP
                commands.append(UnitCommand(identity, on=on, text=text))
        return commands

    def _is_written_by_commands(self, oid: Arcs) -> bool:
        """Whether a command that switches an outlet of this PDU on or off writes this object."""
        for identity, state in itertools.product(self.outlet_states(), _COMMANDED_STATES):
            if any(oid == written_oid for written_oid, _ in self.varbinds(identity, state)):
                return True
        return False

    def _write(self, pairs: Sequence[tuple[Arcs, SnmpRow]]) -> tuple[str, int]:
        """Carry out the writes of one SET, all or none, and add a line for each to `writes`; after
        an error, a line for the refused write alone. Returns the name of the SNMP error and the
        position of the write that caused it, counted from 0; ("", 0) for no error.

            controlOutlet.1 = 2                       ("", 0), and outlet 1 is off
            controlOutlet.1 = 2, sysName.0 = "web"    ("notWritable", 1), and outlet 1 stays on
        """
        with self._contents_lock:
            rows_before = dict(self._rows)
            lines: list[str] = []
            for position, (oid, value) in enumerate(pairs):
                error, effect = self._write_object(oid, value)
                line = f"SET {dotted(oid)} = {value.raw!s}: {effect or error}"
                if error:
                    self._rows = rows_before
                    self.writes.append(line)
                    return error, position
                lines.append(line)
            self.writes += lines
            return "", 0

    def _write_object(self, oid: Arcs, value: SnmpRow) -> tuple[str, str]:
        """Carry out one write. Returns the name of the SNMP error, "" for none, and the effect in
        words, "" after an error.

        controlOutlet.1 = 2        ("", "outlet 1 off")
        controlDelay.1 = 5         ("", "accepted"), as it prepares a command
        controlOutlet.1 = "off"    ("wrongType", "")
        sysName.0 = "web"          ("notWritable", "")
        """
        row = self._rows.get(oid)
        if row is not None and row.tag != value.tag:
            return "wrongType", ""
        command = self._command(oid, value)
        if command is None:
            return "notWritable", ""
        if row is not None:
            self._rows[oid] = value
        if command == _NO_COMMAND:
            return "", "accepted"
        identity, state = command
        effect = f"outlet {identity} {'on' if state is EnumPowerStatus.UP else 'off'}"
        is_switched = self._turn(identity, state, oid)
        if not is_switched:
            effect += ": accepted, but the recording cannot show this state"
        return "", effect

    # ---- commands --------------------------------------------------------------------------------

    def _command(self, oid: Arcs, value: SnmpRow) -> Optional[tuple[str, EnumPowerStatus]]:
        """The outlet and state that this write commands: it is the last write of such a command.
        _NO_COMMAND for an earlier write of one, which prepares it, and for any object of a PDU that
        takes every write (`_is_writable`). None for a write that is refused.

            controlOutlet.1 = 2    ("1", DOWN)
            controlDelay.1 = 5     _NO_COMMAND
            sysName.0 = "web"      None
        """
        is_taken = self._is_writable and oid in self._rows
        if self._control is None or self._device is None:
            return _NO_COMMAND if is_taken else None
        write = (oid, value)
        for identity, state in itertools.product(self._device.states, _COMMANDED_STATES):
            varbinds = self.varbinds(identity, state)
            if varbinds and varbinds[-1] == write:
                return identity, state
            if write in varbinds:
                is_taken = True
        return _NO_COMMAND if is_taken else None

    def varbinds(self, identity: str, state: EnumPowerStatus) -> Sequence[tuple[Arcs, SnmpRow]]:
        """The writes by which the family switches an outlet to this state now; [] if it refuses the
        command, or if there is no family.
        """
        return self._varbinds_in(self._rows, identity, state)

    def _varbinds_in(
        self, rows: Rows, identity: str, state: EnumPowerStatus
    ) -> Sequence[tuple[Arcs, SnmpRow]]:
        """The writes by which the family would switch an outlet of a PDU with these rows; [] if it
        refuses the command, or if there is no family.

            "1", DOWN    [((1, 3, 6, ..., 4, 1), SnmpRow(INTEGER, 2))]
        """
        if self._device is None or self._device.outlets is None:
            return []
        tables = reading(RecordedRows(rows), self._device.tables)
        is_up = state is EnumPowerStatus.UP
        try:
            varbinds = self._device.outlets.varbinds(tables, identity, up=is_up)
        except PduHandlerError:
            return []
        return [(arcs(oid), _value_row(value)) for oid, value in varbinds]

    def can_switch(self, identity: str, *, on: bool) -> bool:
        return bool(self.varbinds(identity, _STATES[on]))

    def command_words(self, identity: str, *, on: bool) -> str:
        varbinds = self.varbinds(identity, _STATES[on])
        return ", ".join(f"{dotted(oid)} = {row.raw!r}" for oid, row in varbinds)

    # ---- outlets and meters ----------------------------------------------------------------------

    @property
    def contents(self) -> SnmpContents:
        """The rows and the lost objects as they are now."""
        return SnmpContents(dict(self._rows), self._lost_objects)

    @contents.setter
    def contents(self, contents: SnmpContents) -> None:
        self._rows = dict(contents.rows)
        self._order = sorted(contents.rows)
        self._lost_objects = contents.lost_objects

    def _current_device(self) -> Optional[SnmpDevice]:
        """The device as its family reads it in the rows as they are now; None if the family cannot
        read them, or if there is no family.
        """
        if self._device is None:
            return None
        own_family = ANY_FAMILY._replace(profiles=(self._device.profile,), is_fixed=True)
        return detect_device(self._rows, own_family)

    def outlet_states(self) -> States:
        """The states that the family reads now, None for UNKNOWN; {} if it cannot read the rows.

        {"1": True, "2": False, "3": None}
        """
        device = self._current_device()
        states = {} if device is None else device.states
        return {identity: _ON.get(state) for identity, state in states.items()}

    def turn_outlet(self, identity: str, *, on: Optional[bool]) -> bool:
        return self._turn(identity, _STATES[on])

    def _turn(
        self,
        identity: str,
        state: EnumPowerStatus,
        command_oid: Arcs = (),
        third_states: Sequence[str] = _THIRD_STATES[:2],
    ) -> bool:
        """Change `_rows` so that the family reads `state` for this outlet, and the states of all
        others as before. False if no such change is found. A change after which the outlet can be
        switched as before is preferred. `command_oid`: the object that a command wrote, () for a
        change without a command; `third_states`: the values that mean UNKNOWN.

            before:  state column 1, 1, 2    outlets on, on, off
            after:   state column 2, 1, 2    outlets off, on, off
        """
        assert self._device is not None and self._device.outlets is not None
        states = self._device.outlets.states
        assert states is not None
        recorded_rows = RecordedRows(self._rows)
        states_before = self._states_in(recorded_rows)
        if states_before is None:  # the written value may make the states unreadable
            return False
        states_after = {**states_before, identity: state}
        if states_before == states_after:
            return True
        oids = recorded_rows.oids_in_answers()
        is_switchable = bool(self._varbinds_in(self._rows, identity, EnumPowerStatus.UP))
        rows_without_command: Optional[Rows] = None
        values_by_state = {
            EnumPowerStatus.UP: states.on,
            EnumPowerStatus.DOWN: states.off,
            EnumPowerStatus.UNKNOWN: third_states,
        }
        values = values_by_state[state]
        for change in _changes(states, values, identity, command_oid, oids, self._rows):
            new_rows = {**self._rows, **change}
            if self._states_in(RecordedRows(new_rows)) != states_after:
                continue
            varbinds = self._varbinds_in(new_rows, identity, EnumPowerStatus.UP)
            if bool(varbinds) == is_switchable:
                self._rows = new_rows
                return True
            rows_without_command = rows_without_command or new_rows
        self._rows = rows_without_command or self._rows
        return rows_without_command is not None

    def _states_in(self, rows: RecordedRows) -> Optional[dict[str, EnumPowerStatus]]:
        """The state of each outlet as the family reads it in these rows; None if it cannot read
        them, as where a count is not that of the rows of its table.

            state column 1, 1, 2    {"1": UP, "2": UP, "3": DOWN}
        """
        assert self._device is not None and self._device.outlets is not None
        assert self._device.outlets.states is not None
        with suppress(PduHandlerError):
            tables = reading(rows, self._device.tables)
            decisions = self._device.outlets.states.decisions(tables)
            return {identity: decision.state for identity, decision in decisions.items()}
        return None

    def measured_sums(self) -> MeasuredSums:
        """The sums in A and kWh of each table of meters that the family reads now, and the energy
        in kWh of each outlet. All empty if the family cannot read the rows.

            currents of phases 1.0, 1.2, 0.8, of banks 1.6, 1.4    load_a [3.0, 3.0]
        """
        device = self._current_device()
        if device is None:
            return MeasuredSums()
        outlet_energy = device.outlets.energy if device.outlets is not None else None
        try:
            energies = {} if outlet_energy is None else outlet_energy.measured_rows(device.tables)
            return MeasuredSums(
                load_a=_sums_of_tables(device, load_figures(device), device.profile.load),
                energy_kwh=_sums_of_tables(device, energy_figures(device), device.profile.energy),
                outlet_kwh={identity: float(kwh) for identity, kwh in energies.items()},
            )
        except PduHandlerError:  # a table that its family does not read
            return MeasuredSums()

    # ---- contents that lack something ------------------------------------------------------------

    @cached_property
    def _objects(self) -> UnitObjects:
        """The objects of states and figures in the rows, as they were when this was first asked;
        none without a family.
        """
        return UnitObjects() if self._device is None else unit_objects(self._rows, self._device)

    def with_third_states(self, identity: str) -> Sequence[SnmpContents]:
        """Contents in which an outlet has a state that is neither on nor off: one for each value
        that means neither, if the family then reads the outlet as UNKNOWN and all others as before.
        This PDU itself is not changed.

            1 is on, 2 is off    contents with 97, "undocumented", -1 and so on
        """
        assert self._device is not None and self._device.outlets is not None
        states = self._device.outlets.states
        rows = self._rows
        third_rows: list[Rows] = []
        for value in _THIRD_STATES:
            # another row may have one of these values, such as a mark of a pending command
            is_third = states is not None and value not in (*states.on, *states.off)
            if is_third and self._turn(identity, EnumPowerStatus.UNKNOWN, third_states=[value]):
                third_rows.append(self._rows)
            self._rows = rows
        return [SnmpContents(rows) for rows in third_rows]

    def without_state(self, identity: str) -> Sequence[SnmpContents]:
        """Contents in which the state of the middle outlet that is on cannot be read: in GETs and
        walks, and in GETs alone. [] for another outlet.
        """
        if identity != self._objects.middle_outlet:
            return []
        oids = self._objects.middle_outlet_state
        lost_objects = [LostObjects(oids, in_walks=in_walks) for in_walks in (True, False)]
        return [SnmpContents(self._rows, objects) for objects in lost_objects]

    def without_row(self) -> Sequence[tuple[str, SnmpContents]]:
        """The middle one of the outlets that are on, and the contents without the rows of its
        state; [] if no outlet is on.
        """
        oids = self._objects.middle_outlet_state
        return [(self._objects.middle_outlet, self._without(oids))] if oids else []

    def with_empty_names(self) -> Sequence[SnmpContents]:
        """Contents in which the last outlet that is on and has a name has an empty text in its
        place, one for each row that may be the name. The family reads the same states in them.

            before:  name.1 = "web", name.2 = "db"
            after:   name.1 = "web", name.2 = ""
        """
        states = self.outlet_states()
        for outlet in reversed([name for name, state in states.items() if state]):
            contents: list[SnmpContents] = []
            for oid in filter(self._may_be_name, objects_with_index(self._order, outlet)):
                rows = {**self._rows, oid: SnmpRow(OCTETS, b"")}
                if SnmpUnit(rows, self._device).outlet_states() == states:
                    contents.append(SnmpContents(rows))
            if contents:
                return contents
        return []

    def _may_be_name(self, oid: Arcs) -> bool:
        """Whether the row at `oid` may be the name of an outlet: it is a text with a letter, and in
        its column a text is there twice at most.

            column "web", "db"           True
            column "on", "on", "on"      False
        """
        row = self._rows[oid]
        column = [self._rows[other].value for other in self._order if other[:-1] == oid[:-1]]
        # the second unit of a chain may have the names of the first one
        is_varied = len(column) > 1 and len(column) <= 2 * len(set(column))
        return is_varied and row.tag == OCTETS and bool(re.search("[A-Za-z]", str(row.raw)))

    def without_figures(self) -> Sequence[SnmpContents]:
        """The contents in which one row of each table of load meters cannot be read, then those in
        which one of each table of energy meters cannot.
        """
        return [SnmpContents(self._rows, LostObjects(oids)) for oids in self._objects.meter_rows]

    def without_figure_rows(self) -> Sequence[SnmpContents]:
        """The contents without one row of each table of load meters, then of energy meters."""
        return [self._without(oids) for oids in self._objects.meter_rows]

    def with_fewer_outlets(self) -> Sequence[SnmpContents]:
        return [SnmpContents(self.smaller_rows)] if self.smaller_rows else []

    def with_other_figures(self) -> Sequence[SnmpContents]:
        """The contents with half of each figure."""
        return [self._with_figures(self._figure_objects, lambda number: number // 2)]

    def with_zero_figures(self) -> Sequence[SnmpContents]:
        """The contents with 0 in place of all figures."""
        return [self._with_figures(self._figure_objects, lambda number: 0)]

    @cached_property
    def _figure_objects(self) -> Sequence[Arcs]:
        """The objects of meters that hold one figure and no scale, status or the like."""
        return [oid for oid in itertools.chain(*self._objects.meters) if self._is_of_figure(oid)]

    def _is_of_figure(self, oid: Arcs) -> bool:
        """Whether the object holds a figure: with half of its number, all figures that change are
        half as large.

            a current in tenths, 15 -> 7     1.5 A becomes 0.7 A: True
            a status, 2 -> 1                 no figure changes: False
            an exponent, 2 -> 1              1.5 A becomes 15 A: False
        """
        number = self._rows[oid].value
        if self._rows[oid].tag not in NUMBERS or not isinstance(number, int) or number < 2:
            return False
        half = number // 2
        figures = self._figures_of(self._rows)
        new_figures = self._figures_of(self._with_figures([oid], lambda _: half).rows)
        if figures.keys() != new_figures.keys():
            return False
        ratios = {new_figures[key] / figures[key] for key in figures if figures[key]} - {1.0}
        return len(ratios) == 1 and math.isclose(ratios.pop(), half / number, rel_tol=1e-6)

    def _figures_of(self, rows: Rows) -> dict[tuple[int, str], float]:
        """The figures, in A and kWh, that the family reads in these rows, by the number of the
        table of meters and the row's index in it; {} if it reads none.

        {(0, "1"): 1.5, (0, "2"): 0.7, (1, "1"): 812.0}    two currents of table 0, an energy
        """
        if self._device is None:
            return {}
        figures: dict[tuple[int, str], float] = {}
        meters = [*load_figures(self._device), *energy_figures(self._device)]
        with suppress(PduHandlerError):
            for number, meter in enumerate(meters):
                tables = reading(RecordedRows(rows), self._device.tables)
                for index, value in meter.measured_rows(tables).items():
                    figures[number, index] = float(value)
        return figures

    def without_outlets(self) -> Sequence[SnmpContents]:
        """The contents without all states, then without all load meters, then without all energy
        meters, as far as the PDU has such.
        """
        tables = [self._objects.states, *self._objects.meters]
        return [self._without(oids) for oids in tables if oids]

    def _without(self, oids: frozenset[Arcs]) -> SnmpContents:
        """The contents whose rows are those of this PDU without these objects."""
        return SnmpContents({oid: row for oid, row in self._rows.items() if oid not in oids})

    def _with_figures(self, oids: Iterable[Arcs], change: Callable[[int], int]) -> SnmpContents:
        """The contents with `change(number)` in each of these objects that is a number.

        before:  ampere.1 = 15, ampere.2 = 7
        after:   ampere.1 = 7,  ampere.2 = 3      with half of each number
        """
        rows = dict(self._rows)
        for oid in oids:
            value = rows[oid].value
            if rows[oid].tag in NUMBERS and isinstance(value, int):
                rows[oid] = rows[oid]._replace(value=change(value))
        return SnmpContents(rows)

    def close(self) -> None:
        self.drop_timers()


def _gen_error(oid: Arcs) -> Exception:
    """pysnmp's error for an agent that fails while it reads an object: genErr of RFC 3416."""
    from pysnmp.smi.error import GenError  # imported late: 60 ms, with the agent

    error: Exception = GenError(name=oid, idx=0)
    return error


def _sums_of_tables(
    device: SnmpDevice, figures: Sequence[Measurement], total: Optional[Total]
) -> list[float]:
    """The sum of each table of meters in `figures`, which all measure A or all kWh. `total`: how
    the family reads the sum of the whole PDU. [] if a unit of a chain has no meter, so that a sum
    would be that of a part.

        phases 1.0, 1.2, 0.8, banks 1.6, 1.4    [3.0, 3.0]
    """
    outlets = dict.fromkeys(device.states)
    # a total that is the sum of meters of each unit of a chain
    if total is not None and total.unit is not None and not total.else_outlets:
        if isinstance(total.read(device.tables, device.valid_rows, outlets), NotMetered):
            return []
    tables_of_values = [figure.measured_rows(device.tables).values() for figure in figures]
    return [float(sum(values)) for values in tables_of_values if values]


def _changes(
    states: State,
    values: Sequence[str],
    identity: str,
    command_oid: Arcs,
    oids: Sequence[Arcs],
    rows: Rows,
) -> Iterator[Rows]:
    """Changes to try, each as new rows by OID, so that the family reads another state of an outlet,
    the one that each of `values` means. `states`: how it reads states; `oids`: the objects from
    which it does; `command_oid`: the object that a command wrote, or ().

    outlet 1, off is 2:
    all rows of the outlet with a state, or of the command    {state.1: 2, control.1: 2}
    then each single row                                      {state.1: 2}, {control.1: 2}, ...
    then each field or bit of a row of octets                 {states: b"2,1,1"}, ...
    """
    own_oids = objects_with_index(oids, identity)
    state_oids = [oid for oid in own_oids if oid == command_oid or _holds_state(states, rows[oid])]
    for value in values:
        yield _rows_with(rows, state_oids, value)
    other_oids = [oid for oid in oids if oid not in own_oids]
    for oid, value in itertools.product((*own_oids, *other_oids), values):
        yield _rows_with(rows, [oid], value)
    for oid in oids:
        octets = rows[oid].value
        if rows[oid].tag == OCTETS and isinstance(octets, bytes):
            for new_octets in _changed_octets(octets, values):
                yield {oid: SnmpRow(OCTETS, new_octets)}


def _holds_state(states: State, row: SnmpRow) -> bool:
    """Whether the row's value is one of those that the family knows for on and off."""
    return str(row.raw).strip() in (*states.on, *states.off)


def _changed_octets(octets: bytes, values: Sequence[str]) -> Iterator[bytes]:
    r"""Changed copies of the octets of a row: first one for each field between commas or the like
    and each of `values`, which takes its place; then one for each bit, which is inverted.

    >>> list(_changed_octets(b"1,0", ["2"]))[:2]
    [b'2,0', b'1,2']
    >>> list(_changed_octets(b"\x80", []))[:2]
    [b'\x00', b'\xc0']
    """
    text = octets.decode("utf-8", "surrogateescape")
    for separator in dict.fromkeys(_SEPARATOR.findall(text)):
        fields = text.split(separator)
        for index, value in itertools.product(range(len(fields)), values):
            changed_fields = list(fields)
            changed_fields[index] = value
            changed_text = separator.join(changed_fields)
            yield changed_text.encode("utf-8", "surrogateescape")
    bit_count = min(8 * len(octets), _MOST_BITS)
    for bit in range(bit_count):
        changed_octets = bytearray(octets)
        changed_octets[bit // 8] ^= 0x80 >> bit % 8  # bit 0 is the highest of the first octet
        yield bytes(changed_octets)


def _rows_with(rows: Rows, oids: Sequence[Arcs], value: str) -> Rows:
    """The rows of these objects with another value, which becomes a number or octets as the old
    value is. A row that cannot hold it is left out.

    >>> rows = {(1, 3, 6, 1): SnmpRow(INTEGER, 1), (1, 3, 6, 2): SnmpRow(OCTETS, b"on")}
    >>> [row.value for row in _rows_with(rows, list(rows), "2").values()]
    [2, b'2']
    >>> [row.value for row in _rows_with(rows, list(rows), "off").values()]
    [b'off']
    """
    is_number = re.fullmatch("-?[0-9]+", value) is not None
    changed_rows: Rows = {}
    for oid in oids:
        tag = rows[oid].tag
        if tag in NUMBERS and is_number and (tag == INTEGER or int(value) >= 0):
            changed_rows[oid] = SnmpRow(tag, int(value))
        elif tag == OCTETS:
            changed_rows[oid] = SnmpRow(OCTETS, value.encode())
    return changed_rows


def _value_row(value: object) -> SnmpRow:
    """The row for a value that a family writes: INTEGER for a number, else OCTETS.

    >>> _value_row(2), _value_row("off")
    (SnmpRow(tag=2, value=2), SnmpRow(tag=4, value=b'off'))
    """
    if isinstance(value, int):
        return SnmpRow(INTEGER, value)
    return SnmpRow(OCTETS, str(value).encode())
