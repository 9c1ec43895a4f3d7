"""Simulated SNMP units for the trials of a handler: from a recording, or the synthetic unit of the
family whose objects it asks for; also with faults.
"""

from __future__ import annotations

import json
import re
import secrets
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Callable, NamedTuple, Optional

from handlers.shared.errors import SettingsError, printable
from handlers.snmp.device import SnmpDevice
from handlers.snmp.figures import Measurement
from handlers.snmp.profile import is_below
from handlers.snmp.profiles import PROFILE_BY_KEY, PROFILES
from handlers.snmp.reader import Reader
from pdu_common.helper import EnumPowerStatus
from pdu_common.snmp_client.tool_api import OCTETS

from ...cli.states import DOWN, UNKNOWN, UP
from ...recordings.simulated_pdu import SimulatedPdu, UnitFault
from ...recordings.snmp import snmprec
from ...recordings.snmp.recorded_rows import (
    NUMBERS,
    Arcs,
    RecordedRows,
    Rows,
    SnmpRow,
    arcs,
    dotted,
)
from ...recordings.snmp.recording_format import find_device
from ...recordings.snmp.unit import RecordedUnit
from .comparisons import MeasuredSums
from .known_units import KnownUnit
from .larger_snmp_units import (
    energy_figures,
    larger_unit,
    load_figures,
    objects_with_index,
    raised_meters,
)

#: a synthetic unit of each family, KEY.snmprec; the wheel has them at the same place
UNITS = Path(__file__).resolve().parents[3] / "tests" / "recordings"
#: a word that nothing else holds, so that the trials find where a handler shows it
COMMUNITY = f"community-{secrets.token_hex(8)}"
WRONG_COMMUNITY = f"community-{secrets.token_hex(8)}"
_WRITE = re.compile(r"(?P<oid>[0-9]+(\.[0-9]+)+)\.\{outlet\}\s*=\s*(?P<value>\S+)")
_SYSTEM = "1.3.6.1.2.1.1"  # objects that every device has
# after so many requests since a command, each answer takes this long
_MOST_AFTER_COMMAND, _BUSY_S = 100, 0.25


class LostObjects(NamedTuple):
    """Objects of which a device says that it failed while it read them (genErr)."""

    oids: frozenset[Arcs] = frozenset()
    #: whether a walk fails there too
    in_walks: bool = True


class _Silence(Exception):
    """Ends a request without an answer."""


class TrialUnit(RecordedUnit, KnownUnit):
    """A recorded unit with a fault, of which none may sleep: one thread serves all units. Notes
    requests and commands.
    """

    refuses_unknown_outlets = True

    def __init__(
        self,
        rows: Rows,
        key: str,
        fault: UnitFault = UnitFault.NONE,
    ) -> None:
        device = find_device(rows, key).device if key else None
        super().__init__(rows, device)
        self._key = key
        self._fault = fault
        self.lost_objects = LostObjects()
        self._timers: list[threading.Timer] = []
        self._walked: set[Arcs] = set()
        self._is_silent = False
        self.requests: list[Arcs] = []
        #: the objects that were written, with the value
        self.commands: list[tuple[Arcs, SnmpRow]] = []
        #: the line of the handler's code that wrote last
        self.place = ""
        #: the line of the handler's code that asks now
        self.place_of_request: Callable[[], str] = str
        self._requests_after_command = 0

    @classmethod
    def empty_unit(cls) -> TrialUnit:
        """A unit that has no object but sysDescr."""
        return cls({arcs("1.3.6.1.2.1.1.1.0"): SnmpRow(OCTETS, b"trial")}, "")

    def requested_oids(self) -> frozenset[str]:
        """The objects that were asked for."""
        return frozenset(map(dotted, self.requests))

    @property
    def delay_s(self) -> float:
        """How late it answers: a handler that asks without a pause until an outlet switches would
        take all of a processor.
        """
        return _BUSY_S if self._requests_after_command > _MOST_AFTER_COMMAND else 0.0

    def get(self, oid: Arcs) -> Optional[SnmpRow]:
        self._note(oid)
        if oid in self.lost_objects.oids:
            raise _gen_error(oid)
        return super().get(oid)

    def next(self, oid: Arcs) -> Optional[tuple[Arcs, SnmpRow]]:
        """The row after `oid`, unless the walk breaks off there."""
        self._note(oid)
        step = super().next(oid)
        if step is None:
            return None
        next_oid, _ = step
        if self.lost_objects.in_walks and next_oid in self.lost_objects.oids:
            raise _gen_error(next_oid)
        # the second row of a table and those after it
        if self._fault is UnitFault.HALF and oid in self._walked:
            raise _gen_error(oid)
        self._walked.add(next_oid)
        return step

    def _note(self, oid: Arcs) -> None:
        """Note a request. Raises _Silence after a command that is not answered."""
        if self._is_silent:
            raise _Silence
        self.requests.append(oid)
        if self.commands:
            self._requests_after_command += 1

    def set(self, pairs: Sequence[tuple[Arcs, SnmpRow]]) -> tuple[str, int]:
        """Take a command: carry it out, late or never, as the unit's fault says."""
        if self._is_silent:
            raise _Silence
        self.commands += pairs
        self.place = self.place_of_request()
        self._requests_after_command = 0
        is_absent = any(oid not in self._rows for oid, _ in pairs)
        if is_absent or self._fault in (UnitFault.NONE, UnitFault.HALF):
            return super().set(pairs)
        if self._fault is UnitFault.REFUSES:
            return "notWritable", 0
        if self._fault is UnitFault.ANSWER_LOST:
            super().set(pairs)
            raise _Silence
        if self._fault is UnitFault.PENDING:
            self._make_pending(pairs)
        elif self._fault is UnitFault.LATE:
            self._set_later(pairs)
        elif self._fault is UnitFault.SILENT_AFTER:
            self._is_silent = True
        return "", 0

    def _make_pending(self, pairs: Sequence[tuple[Arcs, SnmpRow]]) -> None:
        """Give the commanded outlets a state that is neither on nor off."""
        for outlet in self.outlets_of(pairs):
            if outlet:
                self.turn(outlet, UNKNOWN)

    def _set_later(self, pairs: Sequence[tuple[Arcs, SnmpRow]]) -> None:
        """Carry a command out after LATE_S."""
        timer = threading.Timer(SimulatedPdu.LATE_S, super().set, [pairs])
        timer.daemon = True
        timer.start()
        self._timers.append(timer)

    def rows(self) -> Rows:
        """All rows as they are now."""
        return dict(self._rows)

    def states(self) -> Mapping[str, EnumPowerStatus]:
        """The states that the family reads now."""
        device = find_device(self.rows(), self._key).device
        return {} if device is None else device.states

    def switchable_outlets(self, target_state: EnumPowerStatus) -> list[str]:
        """Of a chain those of the first unit, if there are any: others than this pack name those of
        a chain anew.
        """
        outlets = super().switchable_outlets(target_state)
        plain_outlets = [identity for identity in outlets if "." not in identity]
        return plain_outlets or outlets

    def outlets_of(self, commands: Sequence[tuple[Arcs, SnmpRow]]) -> list[str]:
        outlets = []
        for oid, value in commands:
            effect = self._command(oid, value)
            if effect is not None:
                outlets.append(effect[0])
        return outlets

    def foreign_commands(self, start: int = 0) -> list[str]:
        """The writes to objects that no command of this family writes: another unit may have
        them. From the command at the place `start`.
        """
        objects = set()
        for identity in self.states():
            for oid, _ in (*self.orders(identity, UP), *self.orders(identity, DOWN)):
                objects.add(oid)
        foreign_commands = []
        for oid, row in self.commands[start:]:
            if oid not in objects:
                foreign_commands.append(f"{dotted(oid)} = {row.raw!r}")
        return foreign_commands

    def reset(self, rows: Rows) -> None:
        """Have these rows."""
        self._rows = dict(rows)

    def raise_meters(self) -> None:
        """Let each meter count on, by a tenth."""
        device = find_device(self.rows(), self._key).device
        if device is not None:
            self._rows = raised_meters(self._rows, device)

    def measured_sums(self) -> MeasuredSums:
        """What the unit measures, as the family reads it."""
        device = find_device(self.rows(), self._key).device
        if device is None:
            return MeasuredSums()
        outlet_kwh = {}
        if device.outlets is not None and device.outlets.energy is not None:
            for identity, kwh in device.outlets.energy.read_from(device.reader).items():
                outlet_kwh[identity] = float(kwh)
        return MeasuredSums(
            load_a=_sums(device, load_figures(device)),
            energy_kwh=_sums(device, energy_figures(device)),
            outlet_kwh=outlet_kwh,
        )

    def close(self) -> None:
        """Drop what is still to come."""
        for timer in self._timers:
            timer.cancel()


def _gen_error(oid: Arcs) -> Exception:
    """The error with which an agent fails while it reads an object (RFC 3416)."""
    from pysnmp.smi.error import GenError  # imported late: 60 ms, with the agent

    error: Exception = GenError(name=oid, idx=0)
    return error


def _sums(device: SnmpDevice, figures: Sequence[Measurement]) -> list[float]:
    """The sum of each table of the meters of one quantity."""
    sums = []
    for figure in figures:
        values = figure.read_from(device.reader)
        if values:
            sums.append(float(sum(values.values())))
    return sums


class Device(NamedTuple):
    """What the trials run against."""

    rows: Rows
    #: the family that reads it
    key: str
    #: for people
    about: str


def recorded_device(text: str, key: str = "") -> Device:
    """The device of an SNMP recording. `key`: the family that reads it, or the file of a profile;
    "" for the one that is detected. Raises SettingsError if none reads it.
    """
    rows = snmprec.parse(text).rows
    device, why, _ = find_device(rows, key)
    if device is None and key:
        raise SettingsError(f"--replay: {why}")
    if device is None:
        raise SettingsError(
            "--replay: no family reads this device: give --profile FILE.json"
            " (docs/own-pdu.md), or say what is written, such as"
            " --on '1.3.6.1.4.1.99999.2.1.3.{outlet} = 1'"
            " --off '1.3.6.1.4.1.99999.2.1.3.{outlet} = 0'"
        )
    key = key or device.profile.key
    about = f"the recording, {device.profile.key}"
    return Device(rows, key, about)


def profile_of_words(on: Sequence[str], off: Sequence[str], folder: Path) -> str:
    """The file of a profile of which `OID.{outlet} = VALUE` switches an outlet, where its state is
    read, too; "" without words. Raises SettingsError.
    """
    if not on and not off:
        return ""
    if len(on) != 1 or len(off) != 1:
        raise SettingsError("over SNMP, give --on and --off once each: OID.{outlet} = VALUE")
    on_match, off_match = _write_of_words(on[0]), _write_of_words(off[0])
    oid = on_match["oid"]
    if off_match["oid"] != oid:
        raise SettingsError(
            "--on and --off are writes to two objects: describe the PDU by --profile FILE.json"
        )
    on_value, off_value = on_match["value"], off_match["value"]
    column = {"kind": "Column", "oid": oid, "object": "outletState"}
    control = {
        "kind": "Write",
        "at": column,
        "on": int(on_value) if on_value.isdecimal() else on_value,
        "off": int(off_value) if off_value.isdecimal() else off_value,
    }
    states = {"source": column, "on": [on_value], "off": [off_value]}
    profile = {
        "key": "own-words",
        "vendor": "Unknown",
        "models": ["unknown"],
        "mib": "unknown",
        "sys_object_ids": [],
        "outlets": [{"states": states, "control": control}],
        "evidence": {"state": "MIB", "switching": "MIB"},
    }
    file = folder / "own-words.json"
    file.write_text(json.dumps(profile), "utf-8")
    return str(file)


def _write_of_words(words: str) -> re.Match[str]:
    """The `oid` and the `value` of a write. Raises SettingsError."""
    match = _WRITE.fullmatch(words.strip())
    if match is None:
        shown_words = printable(words, 80)
        raise SettingsError(f"{shown_words!r} is no write over SNMP: give OID.{{outlet}} = VALUE")
    return match


def family_device(key: str) -> Optional[Device]:
    """The synthetic unit of a family, with an outlet in a state that no MIB has; None for a family
    without states.
    """
    profile = PROFILE_BY_KEY.get(key)
    if profile is None or not any(outlets.states for outlets in profile.outlets):
        return None
    small_unit_rows = _with_unknown_outlet(TrialUnit(_family_rows(key), key))
    return Device(
        rows=larger_unit(small_unit_rows, key),
        key=key,
        about=f"a simulated {profile.vendor}, {key}",
    )


def _with_unknown_outlet(unit: TrialUnit) -> Rows:
    """The unit's rows, with its last outlet in a state that no MIB has, unless one is. Two outlets
    stay: one for each state."""
    states = unit.states()
    if UNKNOWN not in states.values() and len(states) > 2:
        last_outlet = list(states)[-1]
        unit.turn(last_outlet, UNKNOWN)
    return unit.rows()


def _family_rows(key: str) -> Rows:
    """The rows of the family's unit, as they were written down."""
    text = (UNITS / f"{key}.snmprec").read_text("utf-8")
    return snmprec.parse(text).rows


class UnitObjects(NamedTuple):
    """The objects of a unit from which the family reads it."""

    #: of the state of one outlet that is on, between others if there is one
    middle_outlet_state: frozenset[Arcs] = frozenset()
    #: of all outlets' states
    states: frozenset[Arcs] = frozenset()
    #: of the meters of load, and of energy
    load: frozenset[Arcs] = frozenset()
    energy: frozenset[Arcs] = frozenset()
    #: one of each table of those
    load_row: frozenset[Arcs] = frozenset()
    energy_row: frozenset[Arcs] = frozenset()


class _MeterObjects(NamedTuple):
    """The objects of the meters of one quantity."""

    oids: frozenset[Arcs]
    #: one of each table
    rows: frozenset[Arcs]


def unit_objects(device: Device) -> UnitObjects:
    """Which objects hold the states and the figures of a unit."""
    read_device = find_device(device.rows, device.key).device
    if read_device is None or read_device.outlets is None:
        return UnitObjects()
    state_oids = [arcs(oid) for oid in _state_objects(read_device, device.rows)]
    root = read_device.reader.root
    load = _meter_objects(device.rows, root, load_figures(read_device))
    energy = _meter_objects(device.rows, root, energy_figures(read_device))
    return UnitObjects(
        middle_outlet_state=_objects_of_middle_outlet(read_device, state_oids),
        states=frozenset(state_oids),
        load=load.oids,
        energy=energy.oids,
        load_row=load.rows,
        energy_row=energy.rows,
    )


def _meter_objects(rows: Rows, root: str, figures: Sequence[Measurement]) -> _MeterObjects:
    """The objects from which these figures are read."""
    oids: list[Arcs] = []
    middle_oids: list[Arcs] = []
    for figure in figures:
        memory = RecordedRows(rows)
        figure.read_from(Reader(memory, root))
        oids_of_table = memory.oids_in_answers()
        oids += oids_of_table
        if oids_of_table:
            middle_oids.append(oids_of_table[len(oids_of_table) // 2])
    return _MeterObjects(frozenset(oids), frozenset(middle_oids))


def _objects_of_middle_outlet(device: SnmpDevice, state_oids: Sequence[Arcs]) -> frozenset[Arcs]:
    """The objects of the state of an outlet that is on, and has such before and after it."""
    outlets = [name for name, state in device.states.items() if state is UP]
    if not outlets:
        return frozenset()
    return frozenset(objects_with_index(state_oids, outlets[len(outlets) // 2]))


class _Hits(NamedTuple):
    """How many of the objects that were asked for a family's unit has. More states go before more
    objects.
    """

    states: int = 0
    objects: int = 0


def requested_device(requests: frozenset[str]) -> Optional[Device]:
    """The unit of the family that has most of these objects, its states first; None if no family
    has one.
    """
    objects = {oid for oid in requests if not is_below(oid, _SYSTEM)}
    best_key = ""
    most_hits = _Hits()
    for profile in PROFILES:
        path = UNITS / f"{profile.key}.snmprec"
        text = path.read_text("utf-8") if path.exists() else ""
        # most units have none of the objects: their rows need not be read
        if not any(f"\n{oid}" in text for oid in objects):
            continue
        hits = _hits(profile.key, objects)
        if hits > most_hits:
            best_key = profile.key
            most_hits = hits
    return family_device(best_key) if best_key else None


def _hits(key: str, objects: set[str]) -> _Hits:
    """How many of the objects the unit of this family has."""
    rows = _family_rows(key)
    device = find_device(rows, key).device
    if device is None or not device.states:
        return _Hits()
    oids = [dotted(oid) for oid in rows]
    return _Hits(
        states=_count_with_rows(objects, _state_objects(device, rows)),
        objects=_count_with_rows(objects, oids),
    )


def _count_with_rows(objects: set[str], oids: Sequence[str]) -> int:
    """How many of the objects have one of these rows."""
    count = 0
    for item in objects:
        if any(is_below(oid, item) for oid in oids):
            count += 1
    return count


def _state_objects(device: SnmpDevice, rows: Rows) -> list[str]:
    """The objects from which the family reads the states of this device."""
    memory = RecordedRows(rows)
    if device.outlets is not None and device.outlets.states is not None:
        device.outlets.states.source.rows(Reader(memory, device.reader.root))
    return [dotted(oid) for oid in memory.oids_in_answers()]


def without_figures(device: Device, oids: frozenset[Arcs]) -> Rows:
    """The device's rows, with 0 in each of these that is a number."""
    rows = dict(device.rows)
    for oid in oids:
        if rows[oid].tag in NUMBERS:
            rows[oid] = rows[oid]._replace(value=0)
    return rows
