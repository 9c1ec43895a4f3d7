"""Simulated SNMP units for the trials of a handler, from a recording or made from a family of this
pack, also with faults.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from itertools import zip_longest
from typing import NamedTuple, Optional

from handlers.shared.errors import SettingsError
from handlers.snmp.figures import Figure, Total
from handlers.snmp.frozen_value import parts_of
from handlers.snmp.profile import Profile
from handlers.snmp.profiles import PROFILES
from handlers.snmp.sources.objects import Column, Scalar
from handlers.snmp.states import State
from pdu_common.helper import EnumPowerStatus
from pdu_common.snmp_client.tool_api import GAUGE, INTEGER, OCTETS

from ...cli.states import DOWN, UP
from ...recordings.snmp import snmprec
from ...recordings.snmp.agent import SimulatedAgent
from ...recordings.snmp.recorded_rows import Arcs, Rows, SnmpRow, arcs, dotted
from ...recordings.snmp.recording_format import find_device
from ...recordings.snmp.unit import RecordedUnit
from .method_trials import MeasuredSums

COMMUNITY = "check"
# a state that no MIB has
_UNDOCUMENTED_NUMBER, _UNDOCUMENTED_TEXT = "97", "unknown"
LATE_S = 2.0  # how late a device reports a new state


class Fault(Enum):
    """What is wrong with a simulated device."""

    NONE = "none"
    #: it carries a command out later
    LATE = "late"
    #: it accepts a command and does nothing
    STUCK = "stuck"
    #: a walk breaks off in the middle
    SHORT = "short"


class TrialUnit(RecordedUnit):
    """A recorded unit with a fault. Notes requests and commands."""

    def __init__(self, rows: Rows, key: str, fault: Fault = Fault.NONE) -> None:
        device = find_device(rows, key).device if key else None
        super().__init__(rows, device)
        self._key, self._fault = key, fault
        self._last = max((oid for oid in rows), default=())
        self._timers: list[threading.Timer] = []
        self._walked: set[Arcs] = set()
        self.requests: set[Arcs] = set()
        self.commands: list[tuple[Arcs, object]] = []

    @classmethod
    def empty_unit(cls) -> TrialUnit:
        """A unit that has no object but sysDescr."""
        return cls({arcs("1.3.6.1.2.1.1.1.0"): SnmpRow(OCTETS, b"trial")}, "")

    def oids(self) -> set[str]:
        """The objects that were asked for."""
        return {dotted(oid) for oid in self.requests}

    def get(self, oid: Arcs) -> Optional[SnmpRow]:
        self.requests.add(oid)
        return super().get(oid)

    def next(self, oid: Arcs) -> Optional[tuple[Arcs, SnmpRow]]:
        self.requests.add(oid)
        row = super().next(oid)
        # the second row of a table and those after it
        if self._fault is Fault.SHORT and row is not None and oid in self._walked:
            from pysnmp.smi.error import GenError  # imported late: 60 ms, with the agent

            raise GenError(name=oid, idx=0)
        if row is not None:
            self._walked.add(row[0])
        return row

    def set(self, pairs: Sequence[tuple[Arcs, SnmpRow]]) -> tuple[str, int]:
        """Take a command: carry it out, late or never, as the unit's fault says."""
        self.commands += [(oid, row.raw) for oid, row in pairs]
        if any(oid not in dict(self.rows()) for oid, _ in pairs) or self._fault is Fault.NONE:
            return super().set(pairs)
        if self._fault is Fault.LATE:
            timer = threading.Timer(LATE_S, super().set, [pairs])
            timer.daemon = True
            timer.start()
            self._timers.append(timer)
        return "", 0

    def rows(self) -> Rows:
        """All rows as they are now."""
        rows: Rows = {}
        step = RecordedUnit.next(self, ())
        while step is not None:
            oid, row = step
            rows[oid] = row
            step = RecordedUnit.next(self, oid)
        return rows

    def states(self) -> Mapping[str, EnumPowerStatus]:
        """The states that the family reads now."""
        device = find_device(self.rows(), self._key).device
        return {} if device is None else device.states

    def measured_sums(self) -> MeasuredSums:
        """What the unit measures, as the family reads it."""
        device = find_device(self.rows(), self._key).device
        if device is None:
            return MeasuredSums()
        profile, outlets = device.profile, device.outlets
        meters = (outlets.current, outlets.energy) if outlets else (None, None)

        def sums(totals: Sequence[Optional[Total]], of_outlets: Optional[Figure]) -> list[float]:
            rows = [figure.read_from(device.reader) for figure in _figures(totals, of_outlets)]
            return [float(sum(row.values())) for row in rows if row]

        outlet_kwh = meters[1].read_from(device.reader) if meters[1] else {}
        return MeasuredSums(
            sums((profile.load, profile.inlet), meters[0]),
            sums((profile.energy,), meters[1]),
            {identity: float(kwh) for identity, kwh in outlet_kwh.items()},
        )

    def close(self) -> None:
        """Drop what is still to come."""
        for timer in self._timers:
            timer.cancel()


class Device(NamedTuple):
    """What the trials run against."""

    rows: Rows
    #: the family that reads it
    key: str
    #: for people
    about: str


def recorded_device(text: str) -> Device:
    """The device of an SNMP recording. Raises SettingsError if no family reads it."""
    rows = snmprec.parse(text).rows
    device, why, _ = find_device(rows, "")
    if device is None:
        raise SettingsError(f"--replay: {why}")
    return Device(rows, device.profile.key, f"the recording, {device.profile.key}")


def requested_device(requests: set[str]) -> Optional[Device]:
    """A device of the family that has most of these objects; None if no family has one."""
    profiles = sorted(PROFILES, key=lambda profile: -_requested_columns(profile, requests))
    for profile in profiles:
        if not _requested_columns(profile, requests):
            return None
        rows = _made_rows(profile)
        device = find_device(rows, profile.key).device
        if device is not None and {*device.states.values()} >= {UP, DOWN}:
            return Device(rows, profile.key, f"a simulated {profile.vendor}, {profile.key}")
    return None


def _columns(value: object) -> Iterator[Column]:
    """The columns in a profile or a part of it."""
    for part in parts_of(value):
        if isinstance(part, Column) and not part.suffix:
            yield part


def _requested_columns(profile: Profile, requests: set[str]) -> int:
    """How many of the family's state columns are asked for, then how many of its objects."""
    states: set[str] = set()
    for outlets in profile.outlets:
        parts = parts_of(outlets.states) if outlets.states is not None else ()
        states.update(part.oid for part in parts if isinstance(part, Column))
    other_columns = {column.oid for column in _columns(profile)}
    return 100 * _hits(states, requests) + (
        _hits(other_columns, requests) if _hits(states, requests) else 0
    )


def _hits(columns: set[str], requests: set[str]) -> int:
    return sum(any(f"{oid}.".startswith(f"{column}.") for oid in requests) for column in columns)


def _figures(totals: Sequence[Optional[Total]], of_outlets: Optional[Figure]) -> list[Figure]:
    """All tables of the meters of one quantity."""
    figures = [figure for total in totals if total is not None for figure in total.figures]
    return [*figures, *([of_outlets] if of_outlets else [])]


def _made_rows(profile: Profile) -> Rows:
    """Rows of a unit of this family: an outlet for each documented value of a state, and one with
    another; each meter shows some A and some hundred kWh.
    """
    rows: Rows = {arcs("1.3.6.1.2.1.1.1.0"): SnmpRow(OCTETS, profile.key.encode())}
    outlets = profile.outlets[0] if profile.outlets else None
    if outlets is None or outlets.states is None:
        return rows
    values = _state_values(outlets.states)
    numbers = range(1, len(values) + 1)
    rows.update(_rows_of(outlets, numbers))
    for figure in _figures((profile.load, profile.inlet), outlets.current):
        rows.update(_meter_rows(figure, numbers, Decimal(2)))
    for figure in _figures((profile.energy,), outlets.energy):
        rows.update(_meter_rows(figure, numbers, Decimal(300)))
    rows.update(_rows_of(outlets.count, [len(values), *[0 for _ in values[1:]]]))
    for column in _columns(outlets.states):
        for number, value in zip(numbers, values):
            row = SnmpRow(OCTETS, value.encode())
            if value.lstrip("-").isdigit():
                row = SnmpRow(INTEGER, int(value))
            rows[arcs(f"{column.oid}.{number}")] = row
    return rows


def _meter_rows(figure: Figure, numbers: Sequence[int], amount: Decimal) -> Rows:
    """Rows in which meter N shows `amount` + N, in A or kWh, without an exponent or factor."""
    scale = figure.scale_of_integers or figure.scale
    rows = _rows_of((figure.exponent, figure.factor), [0 for _ in numbers])
    rows.update(_rows_of(figure.source, [int((amount + number) / scale) for number in numbers]))
    return rows


def _rows_of(value: object, numbers: Sequence[int]) -> Rows:
    """The columns and scalars in a part of a profile, with these numbers."""
    rows: Rows = {}
    for part in parts_of(value):
        if isinstance(part, Scalar):
            rows[arcs(part.oid)] = SnmpRow(GAUGE, numbers[0])
        elif isinstance(part, Column) and not part.suffix:
            for index, number in enumerate(numbers, 1):
                rows[arcs(f"{part.oid}.{index}")] = SnmpRow(GAUGE, number)
    return rows


def _state_values(states: State) -> list[str]:
    """On and off by turns, each value that the family documents, and one that it does not."""
    first_on, first_off = states.on[0], states.off[0]
    values: list[str] = []
    # the shorter list goes on with its first value
    for on, off in zip_longest(states.on, states.off):
        values += [on or first_on, off or first_off]
    values += [first_on, first_off]
    is_number = all(value.lstrip("-").isdigit() for value in values)
    return [*values, _UNDOCUMENTED_NUMBER if is_number else _UNDOCUMENTED_TEXT]


@contextlib.contextmanager
def serving(unit: TrialUnit) -> Iterator[int]:
    """The UDP port at which an agent serves the unit."""
    agent = SimulatedAgent(unit, 0, COMMUNITY)
    try:
        yield agent.port
    finally:
        agent.close()
        unit.close()
