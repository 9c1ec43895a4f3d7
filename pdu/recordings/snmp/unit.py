"""The simulated PDU of a recording over SNMP. It answers with the recorded rows. Its outlets follow
the family's commands.

A write is a command if the family's control would send it; any other write is refused. The PDU
keeps the written value if the recording has the object. It then looks for a change of rows after
which the family reads the new state for the command's outlet, and the old states for all others. If
it finds none, it changes nothing else.
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
from handlers.snmp.tables import Tables
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
# what a write commands that is accepted and switches nothing
_NO_OUTLET = ("", EnumPowerStatus.UNKNOWN)


class LostObjects(NamedTuple):
    """Objects of which a device says that it failed while it read them (genErr).

    LostObjects({1.3.6.1.4.1.318.9.1})                    a GET and a walk fail there
    LostObjects({1.3.6.1.4.1.318.9.1}, in_walks=False)    a GET alone fails there
    """

    oids: frozenset[Arcs] = frozenset()
    #: whether a walk fails there too
    in_walks: bool = True


class SnmpContents(NamedTuple):
    """What a simulated PDU answers from."""

    rows: Rows
    lost_objects: LostObjects = LostObjects()


class SnmpUnit(SimulatedPdu):
    """A simulated PDU: its rows, and the outlets of the family in `device`. It may not sleep: one
    thread serves all simulated PDUs.

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
        """`is_writable`: it takes any write to an object that it has."""
        super().__init__(fault)
        self._rows = dict(rows)
        self._order = sorted(rows)
        self._device = device
        self._control = device.outlets.control if device and device.outlets else None
        self._is_writable = is_writable
        self._lost_objects = LostObjects()
        #: of a unit of the family with fewer outlets; none if there is none
        self.smaller_rows: Rows = {}
        self._walked_oids: set[Arcs] = set()
        self._requests_after_command = 0
        self.begin(fault)

    def begin(self, fault: UnitFault) -> None:
        super().begin(fault)
        # an agent does not answer a community that it does not know
        self.is_mute = self.is_mute or fault is UnitFault.DENIES

    # ---- requests --------------------------------------------------------------------------------

    @property
    def delay_s(self) -> float:
        """How late it answers, in seconds: longer after many requests since a command, because a
        handler that waits without a pause for an outlet to switch would take a whole processor.
        """
        return _BUSY_S if self._requests_after_command > _MOST_AFTER_COMMAND else 0.0

    def get(self, oid: Arcs) -> Optional[SnmpRow]:
        """The row at `oid`, None if there is none; the request is added to `requests`. Raises
        pysnmp's error of a read that failed.
        """
        self._note(oid)
        if oid in self._lost_objects.oids:
            raise _gen_error(oid)
        return self._rows.get(oid)

    def next(self, oid: Arcs) -> Optional[tuple[Arcs, SnmpRow]]:
        """The first object after `oid`, None at the end; the request is added to `requests`. Raises
        pysnmp's error of a read that failed: of a lost object, and with the fault HALF behind the
        first row.

            >  GETNEXT 1.3.6.1.2.1.1.1      1.3.6.1.2.1.1.1.0, its row
        """
        self._note(oid)
        index = bisect.bisect_right(self._order, oid)
        if index == len(self._order):
            return None
        next_oid = self._order[index]
        if self._lost_objects.in_walks and next_oid in self._lost_objects.oids:
            raise _gen_error(next_oid)
        # the second row of a table and those after it
        if self.fault is UnitFault.HALF and oid in self._walked_oids:
            raise _gen_error(oid)
        self._walked_oids.add(next_oid)
        return next_oid, self._rows[next_oid]

    def _note(self, oid: Arcs) -> None:
        """Note a request. Raises ConnectionAbortedError if it is not answered."""
        self.note_request(dotted(oid))
        if self.commands:
            self._requests_after_command += 1

    def set(self, pairs: Sequence[tuple[Arcs, SnmpRow]]) -> tuple[str, int]:
        """Take the writes of one SET: carry them out, all or none, late or never, as the fault
        says. Raises ConnectionAbortedError if it is not answered.

        Returns the name of the SNMP error (RFC 3416, 4.2.5) and the position of the write that
        caused it, counted from 0; or "" and 0.

            SET 1.3.6.1.4.1.318...4.1.5.1 = 2    "", 0               outlet 1 is off
            SET 1.3.6.1.2.1.1.5.0 = "web"        "notWritable", 0    nothing changes
        """
        for oid, _ in pairs:
            self.note_request(dotted(oid))
        self._requests_after_command = 0
        commands = self._commands_in(pairs)
        switching_commands = [command for command in commands if command.is_known]
        if not switching_commands or self.fault in (UnitFault.NONE, UnitFault.HALF):
            self.commands += commands
            return self._write(pairs)
        try:
            self.obey(switching_commands, partial(self._write, pairs))
        except CommandRefused:
            return "notWritable", 0
        return "", 0

    def _commands_in(self, pairs: Sequence[tuple[Arcs, SnmpRow]]) -> list[UnitCommand]:
        """What these writes command; none for one that only prepares a command.

        controlOutlet.1 = 2 (off)     outlet 1, off
        controlOutlet.1 = 5 (cycle)   an unknown one, which is like a command
        sysName.0 = "web"             an unknown one
        """
        commands: list[UnitCommand] = []
        for oid, value in pairs:
            text = f"{dotted(oid)} = {value.raw!r}"
            command = self._command(oid, value)
            if command is None:
                is_similar = self._is_written_by_commands(oid)
                commands.append(UnitCommand.unknown(text, is_similar=is_similar))
            elif command != _NO_OUTLET:
                identity, state = command
                on = state is EnumPowerStatus.UP
                commands.append(UnitCommand(identity, on=on, text=text))
        return commands

    def _is_written_by_commands(self, oid: Arcs) -> bool:
        """Whether a command of this PDU writes the object."""
        for identity, state in itertools.product(self.outlet_states(), _COMMANDED_STATES):
            if any(oid == own_oid for own_oid, _ in self.varbinds(identity, state)):
                return True
        return False

    def _write(self, pairs: Sequence[tuple[Arcs, SnmpRow]]) -> tuple[str, int]:
        """Carry out the writes of one SET, all or none. Returns the name of the SNMP error and the
        position of the write that caused it; or "" and 0.

            controlOutlet.1 = 2, sysName.0 = "web"    ("notWritable", 1), and outlet 1 stays on
        """
        with self._contents_lock:
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
        """Carry out one SET. Returns SNMP's error ("" for none), and the effect in words.

        controlOutlet.1 = 2        ("", "outlet 1 off")
        controlOutlet.1 = "off"    ("wrongType", "")
        """
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
        is_switched = self._turn(identity, state, oid)
        if not is_switched:
            effect += ": accepted, but the recording cannot show this state"
        return "", effect

    # ---- commands --------------------------------------------------------------------------------

    def _command(self, oid: Arcs, value: SnmpRow) -> Optional[tuple[str, EnumPowerStatus]]:
        """The outlet and state that this write commands; _NO_OUTLET if it only prepares a command,
        or writes an object of a writable PDU; None if it does neither.

            controlOutlet.1 = 2    ("1", DOWN)
            sysName.0 = "web"      None
        """
        prepares = self._is_writable and oid in self._rows
        if self._control is None or self._device is None:
            return _NO_OUTLET if prepares else None
        write = (oid, value)
        for identity, state in itertools.product(self._device.states, _COMMANDED_STATES):
            varbinds = self.varbinds(identity, state)
            if varbinds and varbinds[-1] == write:
                return identity, state
            if write in varbinds:
                prepares = True
        return _NO_OUTLET if prepares else None

    def varbinds(self, identity: str, state: EnumPowerStatus) -> Sequence[tuple[Arcs, SnmpRow]]:
        """The writes that command this state; none if the family refuses the command."""
        return self._varbinds_in(self._rows, identity, state)

    def _varbinds_in(
        self, rows: Rows, identity: str, state: EnumPowerStatus
    ) -> Sequence[tuple[Arcs, SnmpRow]]:
        """The values that a command writes to a PDU with these rows; [] if it is refused."""
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
        return SnmpContents(dict(self._rows), self._lost_objects)

    @contents.setter
    def contents(self, contents: SnmpContents) -> None:
        self._rows = dict(contents.rows)
        self._order = sorted(contents.rows)
        self._lost_objects = contents.lost_objects

    def _read(self) -> Optional[SnmpDevice]:
        """The device as its family reads it now; None if it does not."""
        if self._device is None:
            return None
        profiles = (self._device.profile,)
        return detect_device(self._rows, ANY_FAMILY._replace(profiles=profiles, is_fixed=True))

    def outlet_states(self) -> States:
        device = self._read()
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
        """Change rows so that the family reads `state` for this outlet, and no other state changes.
        False if no change is found. A change after which the outlet can be switched as before is
        preferred. `command_oid`: the object of the command, () for a change without one;
        `third_states`: what may be written for UNKNOWN.

            before:  state column 1, 1, 2    outlets on, on, off
            after:   state column 2, 1, 2    outlets off, on, off
        """
        assert self._device is not None and self._device.outlets is not None
        states = self._device.outlets.states
        assert states is not None
        recorded_rows = RecordedRows(self._rows)
        try:
            states_before = _states(states, reading(recorded_rows, self._device.tables))
        except PduHandlerError:
            # the written value may make the states unreadable
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
            # a count that no longer matches its table, for instance
            with suppress(PduHandlerError):
                tables = reading(RecordedRows(new_rows), self._device.tables)
                if _states(states, tables) != states_after:
                    continue
                varbinds = self._varbinds_in(new_rows, identity, EnumPowerStatus.UP)
                if bool(varbinds) == is_switchable:
                    self._rows = new_rows
                    return True
                rows_without_command = rows_without_command or new_rows
        self._rows = rows_without_command or self._rows
        return rows_without_command is not None

    def measured_sums(self) -> MeasuredSums:
        """The sums in A and kWh of each table of meters that the family reads now; none for rows
        that it does not read.

            currents of phases 1.0, 1.2, 0.8, of banks 1.6, 1.4    load_a [3.0, 3.0]
        """
        device = self._read()
        if device is None:
            return MeasuredSums()
        outlet_energy = device.outlets.energy if device.outlets is not None else None
        try:
            energies = (
                outlet_energy.measured_rows(device.tables) if outlet_energy is not None else {}
            )
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
        """The objects of states and figures in the recorded rows."""
        return UnitObjects() if self._device is None else unit_objects(self._rows, self._device)

    def with_third_states(self, identity: str) -> Sequence[SnmpContents]:
        """Contents in which an outlet has a state that is neither on nor off, one for each value
        that its family does not know.

            on 1, off 2    contents with 97, "undocumented", -1 and so on, if they are read
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
        """The contents without the state of the middle outlet that is on; [] for another one."""
        if identity != self._objects.middle_outlet:
            return []
        oids = self._objects.middle_outlet_state
        lost_objects = [LostObjects(oids, in_walks=in_walks) for in_walks in (True, False)]
        return [SnmpContents(self._rows, objects) for objects in lost_objects]

    def without_row(self) -> Sequence[tuple[str, SnmpContents]]:
        """The middle one of the outlets that are on, and the contents without its state."""
        oids = self._objects.middle_outlet_state
        return [(self._objects.middle_outlet, self._without(oids))] if oids else []

    def with_empty_names(self) -> Sequence[SnmpContents]:
        """Of the last outlet that is on and has a name: without it in each column of texts that
        differ from outlet to outlet, and that its family does not need.
        """
        states = self.outlet_states()
        for outlet in reversed([name for name, state in states.items() if state]):
            contents: list[SnmpContents] = []
            for oid in objects_with_index(self._order, outlet):
                rows = {**self._rows, oid: SnmpRow(OCTETS, b"")}
                if self._is_name(oid) and SnmpUnit(rows, self._device).outlet_states() == states:
                    contents.append(SnmpContents(rows))
            if contents:
                return contents
        return []

    def _is_name(self, oid: Arcs) -> bool:
        """Whether a row is a text with a letter, in a column of texts that are not all alike."""
        row = self._rows[oid]
        values = [self._rows[other].value for other in self._order if other[:-1] == oid[:-1]]
        # the second unit of a chain may have the names of the first one
        is_varied = len(values) > 1 and len(values) <= 2 * len(set(values))
        return is_varied and row.tag == OCTETS and bool(re.search("[A-Za-z]", str(row.raw)))

    def without_figures(self) -> Sequence[SnmpContents]:
        return [SnmpContents(self._rows, LostObjects(oids)) for oids in self._objects.meter_rows]

    def without_figure_rows(self) -> Sequence[SnmpContents]:
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
        """The objects that hold a figure: with half of the number, one figure is half as large."""
        return [oid for oid in itertools.chain(*self._objects.meters) if self._is_of_figure(oid)]

    def _is_of_figure(self, oid: Arcs) -> bool:
        """Whether an object holds one figure and nothing else: with half of its number, all figures
        that change are half as large.

            current in tenths, 15 -> 7    the load 1.5 A becomes 0.7 A: yes
            a scale, 100 -> 50            each current is another one: no
        """
        number = self._rows[oid].value
        if self._rows[oid].tag not in NUMBERS or not isinstance(number, int) or number < 2:
            return False
        figures = self._figures_of(self._rows)
        changed_figures = self._figures_of(
            self._with_figures([oid], lambda number: number // 2).rows
        )
        if figures.keys() != changed_figures.keys():
            return False
        ratios = {changed_figures[key] / figures[key] for key in figures if figures[key]} - {1.0}
        return len(ratios) == 1 and math.isclose(ratios.pop(), number // 2 / number, rel_tol=1e-6)

    def _figures_of(self, rows: Rows) -> dict[tuple[int, str], float]:
        """The figure of each row of each table of meters; {} for rows that are not read.

        {(0, "1"): 1.5, (0, "2"): 0.7, (1, "1"): 812.0}    two currents of a table, an energy
        """
        if self._device is None:
            return {}
        figures: dict[tuple[int, str], float] = {}
        tables = [*load_figures(self._device), *energy_figures(self._device)]
        with suppress(PduHandlerError):
            for number, table in enumerate(tables):
                for name, value in table.measured_rows(
                    reading(RecordedRows(rows), self._device.tables)
                ).items():
                    figures[number, name] = float(value)
        return figures

    def without_outlets(self) -> Sequence[SnmpContents]:
        """The contents without the table of states, and without a table of meters each."""
        tables = [self._objects.states, *self._objects.meters]
        return [self._without(oids) for oids in tables if oids]

    def _without(self, oids: frozenset[Arcs]) -> SnmpContents:
        """The rows without these."""
        return SnmpContents({oid: row for oid, row in self._rows.items() if oid not in oids})

    def _with_figures(self, oids: Iterable[Arcs], change: Callable[[int], int]) -> SnmpContents:
        """The rows with a changed number in each of these objects that is one.

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


def _states(states: State, tables: Tables) -> dict[str, EnumPowerStatus]:
    """The state of each outlet."""
    decisions = states.decisions(tables)
    return {identity: decision.state for identity, decision in decisions.items()}


def _gen_error(oid: Arcs) -> Exception:
    """The error with which an agent fails while it reads an object (RFC 3416)."""
    from pysnmp.smi.error import GenError  # imported late: 60 ms, with the agent

    error: Exception = GenError(name=oid, idx=0)
    return error


def _sums_of_tables(
    device: SnmpDevice, figures: Sequence[Measurement], total: Optional[Total]
) -> list[float]:
    """The sum of each table of the meters of one quantity; none where it would be a part, because a
    unit of the chain has no meter.

        phases 1.0, 1.2, 0.8, banks 1.6, 1.4    [3.0, 3.0]
    """
    outlets = dict.fromkeys(device.states)
    if total is not None and total.unit is not None and not total.else_outlets:
        if isinstance(total.read(device.tables, device.valid_rows, outlets), NotMetered):
            return []
    sums = []
    for figure in figures:
        values = figure.measured_rows(device.tables)
        if values:
            sums.append(float(sum(values.values())))
    return sums


def _changes(
    states: State,
    values: Sequence[str],
    identity: str,
    command_oid: Arcs,
    oids: Sequence[Arcs],
    rows: Rows,
) -> Iterator[Rows]:
    """Changes that may give an outlet a state with one of these values: to all of its rows that
    hold a state or were written, which may have to agree; then to any single row; then to a part of
    a row.

        outlet 1, off is 2    {state.1: 2, control.1: 2}, {state.1: 2}, {control.1: 2}, ...
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
    """Whether the row's value is one of those for on and off."""
    return str(row.raw).strip() in (*states.on, *states.off)


def _changed_octets(octets: bytes, values: Sequence[str]) -> Iterator[bytes]:
    r"""The octets with one of the values as each field between commas or the like, then with each
    bit inverted.

    >>> list(_changed_octets(b"1,0", ["2"]))[:2]
    [b'2,0', b'1,2']
    >>> list(_changed_octets(b"\x80", []))[:2]
    [b'\x00', b'\xc0']
    """
    text = octets.decode("utf-8", "surrogateescape")
    for separator in dict.fromkeys(_SEPARATOR.findall(text)):
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
    """A value that a family writes, as a row."""
    if isinstance(value, int):
        return SnmpRow(INTEGER, value)
    return SnmpRow(OCTETS, str(value).encode())
