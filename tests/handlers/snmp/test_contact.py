"""`Condition`: an object of an SNMP device says whether the device can still tell of a unit of its
chain, such as "communication lost". Its value is the unit's mark. Where the mark is not good,
nothing that the device tells of the unit counts: no state, no figure and no command is left.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Optional, Union

import pytest

from handlers.shared.errors import PduHandlerError, Unsupported
from handlers.shared.meter_figures import MeterFigures
from handlers.snmp import metering
from handlers.snmp.arcs import Arcs
from handlers.snmp.device import SnmpDevice
from handlers.snmp.figures import Measurement
from handlers.snmp.objects import Column, Scalar
from handlers.snmp.parts import parts_of
from handlers.snmp.read_scope import FIGURES
from handlers.snmp.rows import is_unidentified
from handlers.snmp.sources import IfMatches, Part
from handlers.snmp.states import Condition
from handlers.snmp.tables import Tables
from pdu_common.helper import EnumPowerStatus
from tests.handlers.snmp.memory import Memory, Value, plain
from tests.handlers.snmp.units import FAMILIES, FIXTURES, find, memory, unit_id
from tests.rows import each_row
from tests.simulators.snmp_units import Fixture

#: family -> why an object that makes several states UNKNOWN leaves the family's figures right
DOUBTS_WITHOUT_CONTACT = {
    "apc-masterswitch": "the states and the outlets do not agree; there are no figures",
    "apc-rpdu": "as apc-masterswitch, in the same table",
    "apc-rpdu2": "as apc-masterswitch, in the same table",
    "baytech": "an open breaker: what flows is measured before it, and is 0",
    "riello-mdu": "a bypass around the relays: the currents are measured all the same",
}
CONTACTS = [
    pytest.param(unit, contact, id=f"{unit_id(unit)} {contact.object}")
    for unit in FIXTURES
    for contact in (
        *FAMILIES[unit.key].contact,
        *(mark for outlets in FAMILIES[unit.key].outlets for mark in outlets.contact),
    )
]


def number_outside(values: Collection[str], lowest: int = 0) -> int:
    """The lowest number from `lowest` on that is none of these values."""
    number = lowest
    while str(number) in values:
        number += 1
    return number


def units_of(contact: Condition, unit: Fixture, reader: Tables) -> set[str]:
    """The units of all rows of the family's states and figures."""
    if contact.unit is None:
        return {"1"}
    profile = FAMILIES[unit.key]
    sources = [outlets.states.source for outlets in profile.outlets if outlets.states]
    sources += [part.source for part in parts_of(profile) if isinstance(part, Measurement)]
    rows: set[str] = set()
    for source in sources:
        rows.update(source.rows(reader))
    names = {contact.unit.of(row) for row in rows if not is_unidentified(row)}
    return names - {""}


def put_bad_marks(contact: Condition, unit: Fixture, device: Memory) -> None:
    """Make every mark bad: those that the recording has, else one of each unit."""
    reader = find(unit, device).tables
    bad_value = number_outside(contact.good)
    objects = [part for part in parts_of(contact.mark) if isinstance(part, (Column, Scalar))]
    oids_of_marks: list[str] = []
    for part in objects:
        if isinstance(part, Column):
            oids_of_marks += [part.instance_oid(reader, row) for row in part.rows(reader)]
    if not oids_of_marks:
        (part,) = objects
        oids_of_marks = oids_of_absent_marks(contact, part, unit, reader)
    for oid in oids_of_marks:
        device.put(tables.resolve(oid), bad_value)


def oids_of_absent_marks(
    contact: Condition, mark: Union[Column, Scalar], unit: Fixture, reader: Tables
) -> list[str]:
    """Where a unit that has no marks would have them: one of each unit of its chain."""
    if isinstance(mark, Scalar):
        return [mark.oid]
    rows = list(units_of(contact, unit, reader))
    if contact.part != Arcs():
        rows = [f"{row}.1" for row in rows]
    return [mark.instance_oid(reader, row) for row in rows]


def figures_left(figures: MeterFigures) -> list[float]:
    values = (figures.current_a, figures.power_w, figures.energy_kwh)
    return [value for value in values if isinstance(value, float)]


def refusal(device: SnmpDevice, identity: str) -> Optional[str]:
    """Why the outlet is not commanded, None if it has no control."""
    if device.outlets is None or device.outlets.control is None:
        return None
    with pytest.raises(Unsupported) as error:
        device.outlets.control.orders(device.tables.fresh_reader(), identity, up=False)
    return error.value.reason


@each_row("unit, contact", CONTACTS)
def test_without_contact_nothing_is_left(unit: Fixture, contact: Condition) -> None:
    device = memory(unit)
    put_bad_marks(contact, unit, device)
    assert_nothing_is_left(unit, contact, device)


def assert_nothing_is_left(unit: Fixture, contact: Condition, device: Memory) -> None:
    status = find(unit, device)
    for identity, state in status.states.items():
        assert state is EnumPowerStatus.UNKNOWN
        reason = refusal(status, identity)
        assert reason is None or contact.object in reason

    figures = metering.read_statistic(find(unit, device, FIGURES))
    for port in figures.ports.values():
        assert not figures_left(port)
    if contact in FAMILIES[unit.key].contact:
        assert not isinstance(figures.load_a, float)
        assert not isinstance(figures.power_w, float)
        assert not isinstance(figures.energy_kwh, float)


class EmptyWalk(Memory):
    """A device of which one column has no rows for a walk, while GETs answer it."""

    column = ""

    def walk(self, oid: str) -> Mapping[str, Value]:
        return {} if oid == self.column else super().walk(oid)


@each_row("unit, contact", CONTACTS)
def test_one_empty_walk_of_marks_is_no_proof_that_there_are_none(
    unit: Fixture, contact: Condition
) -> None:
    if not isinstance(contact.mark, Column):
        return
    device = EmptyWalk({oid: plain(row) for oid, row in unit.rows.items()})
    put_bad_marks(contact, unit, device)
    device.column = contact.mark.oid
    try:
        find(unit, device)
    except PduHandlerError:  # the marks list the outlets, too
        return
    assert_nothing_is_left(unit, contact, device)


def optional_doubts(unit: Fixture) -> list[tuple[Condition, str]]:
    """The doubts about a column that the family's devices may lack, each with the column."""
    outlets = FAMILIES[unit.key].outlets
    if not outlets or outlets[0].states is None:
        return []
    doubts: list[tuple[Condition, str]] = []
    for doubt in outlets[0].states.conditions:
        columns = [part for part in parts_of(doubt.test) if isinstance(part, Column)]
        if doubt.optional and columns:
            doubts.append((doubt, columns[0].oid))
    return doubts


def test_one_empty_walk_of_a_doubts_column_leaves_each_state_as_it_is_with_its_rows() -> None:
    """The device has the column, whose values make states UNKNOWN: that a walk of it has no rows
    does not show that the device lacks it.
    """
    for unit in FIXTURES:
        for doubt, oid in optional_doubts(unit):
            device = EmptyWalk({oid: plain(row) for oid, row in unit.rows.items()})
            column = find(unit, device).tables.resolve(oid)
            doubtful_value = number_outside(doubt.quiet, lowest=90)
            for row in device.walk(column):
                device.put(f"{column}.{row}", doubtful_value)
            try:
                states_by_whole_walk = find(unit, device).states
                device.column = column
                states_by_empty_walk = find(unit, device).states
            except PduHandlerError:  # the column is that of the states, too
                continue
            for outlet, state in states_by_empty_walk.items():
                assert state == states_by_whole_walk[outlet], (unit.name, column, outlet)


def test_a_mark_that_the_device_lacks_is_asked_once_in_a_call() -> None:
    column = "1.3.9.2.1"
    contact = Condition(Column(column, "mark"), ("1",), unit=Arcs(stop=1), optional=True)
    device = Memory({"1.3.9.1.1.2.1": 1})
    first = Tables(device)
    for reader in (first, first, first.fresh_reader(), first.fresh_reader().whole()):
        assert contact.refusal(reader, "2.1") == ""
    assert device.asked == [f"get {column}.2", f"walk {column}"]


def is_of_several_outlets(doubt: Condition) -> bool:
    """Whether one object decides for all outlets of a unit or of the device."""
    return isinstance(doubt.test, (Part, IfMatches))


def test_an_object_that_makes_several_states_unknown_is_declared_as_a_contact() -> None:
    """A `Condition` concerns states alone, a `Condition` the figures and commands, too. So a profile may
    say a fact about a whole unit as a `Condition` only if the unit's figures stay right.
    """
    families = set()
    for profile in FAMILIES.values():
        for outlets in profile.outlets:
            if outlets.states is None:
                continue
            if any(map(is_of_several_outlets, outlets.states.conditions)):
                families.add(profile.key)
    assert families == DOUBTS_WITHOUT_CONTACT.keys()
