"""Chains whose outlets are numbered consecutively: an identity is a unit and a number, whatever the
row, and a unit that leaves while a command runs makes no command another unit's.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Optional

import pytest

from handlers.shared.errors import PduHandlerError, ProtocolError
from handlers.snmp import detection, schema
from handlers.snmp.frozen_value import parts_of
from handlers.snmp.reader import Reader
from handlers.snmp.sources import ByUnit, Column, Scalar, UnitOf
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.handlers.snmp.calls import near
from tests.handlers.snmp.memory import Memory, Value, filled, of_rows, reader, table
from tests.handlers.snmp.units import FAMILIES, FIXTURES, states, states_on, switching
from tests.recordings import Fixture
from tests.simulators.snmp_agent import Agent, Device, Row, ber
from tests.simulators.snmp_agent.ber import Message
from tests.simulators.snmp_agent.device import INTEGER, OCTETS

UP, DOWN, UNKNOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN, EnumPowerStatus.UNKNOWN
#: the first two outlets of the second unit, by unit and number
SECOND = {
    "apc-rpdu2": (("2", "1"), ("2", "2")),
    "apc-easy-epdu": (("2", "1"), ("2", "2")),
    "cyberpower-epdu2": (("2", "1"), ("2", "2")),
    "wti-power": (("AUX1", "A1"), ("AUX1", "A2")),
}
CHAINS = [unit for unit in FIXTURES if unit.name in SECOND]
EACH = pytest.mark.parametrize("unit", CHAINS, ids=lambda unit: unit.name)
BY_UNIT = ByUnit(Column("1.3.1"), Column("1.3.2"), Column("1.3.3"))


def source_of(unit: Fixture) -> ByUnit:
    """The states of the family."""
    states_of_family = FAMILIES[unit.key].outlets[0].states
    assert states_of_family is not None
    assert isinstance(states_of_family.source, ByUnit)
    return states_of_family.source


def columns(unit: Fixture) -> list[str]:
    """The OIDs of the column of the states, and of those that have the units and the numbers."""
    source = source_of(unit)
    parts = parts_of((source.source, source.unit, source.number))
    return list(dict.fromkeys(part.oid for part in parts if isinstance(part, Column)))


def positions(unit: Fixture, rows: Mapping[str, Row]) -> dict[int, tuple[str, str]]:
    """Row -> unit and number."""
    source = source_of(unit)
    device = Reader(of_rows(rows))
    units = source.unit.rows(device)
    numbers = source.number.rows(device)
    return {int(row): (str(units[row]), str(numbers[row])) for row in units.keys() & numbers}


def units_of(by_unit: ByUnit, unit: Fixture) -> dict[int, str]:
    """The name of the unit of each row of a table."""
    units = by_unit.unit.rows(Reader(of_rows(unit.rows)))
    return {int(row): str(name) for row, name in units.items()}


def without_first_unit(unit: Fixture) -> dict[str, Row]:
    """The unit's objects when the first unit of the chain has left: the rows of the second one have
    moved up in all tables of outlets, and the device counts fewer."""
    rows = dict(unit.rows)
    outlets = FAMILIES[unit.key].outlets[0]
    for by_unit in parts_of(outlets):
        if not isinstance(by_unit, ByUnit):
            continue
        units = units_of(by_unit, unit)
        moved_by = list(units.values()).count(units[1])
        parts = parts_of((by_unit.source, by_unit.unit, by_unit.number))
        for column in [part.oid for part in parts if isinstance(part, Column)]:
            for row in units:
                moved = unit.rows.get(f"{column}.{row + moved_by}")
                rows.pop(f"{column}.{row}", None)
                if moved is not None:
                    rows[f"{column}.{row}"] = moved
    units = units_of(source_of(unit), unit)
    for count in parts_of(outlets.count):
        if isinstance(count, Scalar):
            counted = int(str(unit.rows[count.oid].value))
            rows[count.oid] = Row(INTEGER, counted - list(units.values()).count(units[1]))
    return rows


class Changing(Agent):
    """An agent whose rows are others from a request on. `written` has the unit and the number of
    the row that was written, at that moment."""

    later_rows: Mapping[str, Row] = {}
    change_at = 0  #: the request, counted from 1
    requests = 0
    written: Optional[tuple[str, str]] = None
    is_changed_by_write = False

    def __init__(self, unit: Fixture) -> None:
        super().__init__(Device(unit.rows, unit.rules))
        self.unit = unit

    def _answer(self, message: Message) -> Optional[bytes]:
        self.requests += 1
        is_write = message.pdu.kind == ber.SET
        if self.requests == self.change_at:
            self.is_changed_by_write = is_write
            self.device = Device(self.later_rows, self.unit.rules)
        if is_write:
            row = message.pdu.bindings[0][0][-1]
            self.written = positions(self.unit, self.device.rows())[row]
        return super()._answer(message)


def test_four_families_number_the_outlets_of_a_chain_consecutively() -> None:
    assert {unit.key for unit in CHAINS} == {
        key
        for key, profile in FAMILIES.items()
        if any(
            outlets.states is not None and isinstance(outlets.states.source, ByUnit)
            for outlets in profile.outlets
        )
    }


@EACH
def test_the_second_units_outlets_keep_their_identities_when_the_first_leaves(
    unit: Fixture,
) -> None:
    with Agent(Device(unit.rows, unit.rules)) as agent:
        state_by_outlet = states_on(unit, agent)
    shorter_chain = Device(without_first_unit(unit), unit.rules)
    remaining = source_of(unit).rows(Reader(of_rows(shorter_chain.rows())))
    second, _ = SECOND[unit.key][0]
    of_second = [identity for identity in state_by_outlet if identity.startswith(f"{second}.")]
    # the last row of an Easy PDU is no outlet
    outlets = [identity for identity in remaining if not identity.endswith(".")]
    assert of_second
    assert outlets == of_second


@pytest.mark.against("synthetic units, switched with faults")
@pytest.mark.parametrize("is_on_first", [True, False])
@EACH
def test_a_unit_that_leaves_before_any_request_makes_no_command_another_units(
    unit: Fixture, is_on_first: bool
) -> None:
    place = positions(unit, unit.rows)[1] if is_on_first else SECOND[unit.key][0]
    identity = place[1] if is_on_first else ".".join(place)
    with Agent(Device(unit.rows, unit.rules)) as agent:
        target = DOWN if states_on(unit, agent)[identity] is UP else UP
    change_at, requests = 0, 1
    while change_at <= requests:
        change_at += 1
        changing = Changing(unit)
        changing.later_rows = without_first_unit(unit)
        changing.change_at = change_at
        with changing:
            handler = near(changing, {"switch_unproven": "yes"})
            port = PduPortView(identity)
            switch = handler.port_up if target is UP else handler.port_down
            try:
                switch(port, deadline=0.0, pause=0.0)
            except PduHandlerError:
                port.power_status = UNKNOWN
            requests = changing.requests
        if changing.written != place:
            # nothing, or what no handler can see: the unit left right at the write
            assert changing.written is None or changing.is_changed_by_write, change_at
            assert port.power_status is not target, change_at


def told_apart(unit: Fixture) -> Fixture:
    """The unit, with all outlets of the first unit on, and those of the second one off; their
    energies are 1,000 and 5,000."""
    outlets = FAMILIES[unit.key].outlets[0]
    assert outlets.states is not None
    rows = dict(unit.rows)
    values = [(source_of(unit), int(outlets.states.on[0]), int(outlets.states.off[0]))]
    if outlets.energy is not None:
        assert isinstance(outlets.energy.source, ByUnit)
        values.append((outlets.energy.source, 1000, 5000))
    for by_unit, of_first, of_second in values:
        assert isinstance(by_unit.source, Column)
        units = units_of(by_unit, unit)
        value_by_unit = {units[1]: of_first, SECOND[unit.key][0][0]: of_second}
        for row, name in units.items():
            if name in value_by_unit:
                rows[f"{by_unit.source.oid}.{row}"] = Row(INTEGER, value_by_unit[name])
    return unit._replace(rows=rows)


@EACH
def test_no_reading_shows_an_outlets_state_or_energy_as_anothers_while_a_unit_leaves(
    unit: Fixture,
) -> None:
    """By GETNEXT, so that the unit also leaves while a column is walked."""
    unit = told_apart(unit)
    change_at = 0
    requests = 1
    answers = 0
    while change_at <= requests:
        change_at += 1
        changing = Changing(unit)
        changing.later_rows = without_first_unit(unit)
        changing.change_at = change_at
        handler = near(changing, {"switch_unproven": "yes"}, version="1")
        for read in (handler.status, handler.statistic):
            changing.requests = 0
            changing.device = Device(unit.rows, unit.rules)
            try:
                ports = read().ports
            except PduHandlerError:
                continue
            finally:
                requests = max(requests, changing.requests)
            answers += bool(ports)
            for port in ports:
                is_second = port.identity.startswith(f"{SECOND[unit.key][0][0]}.")
                if isinstance(port, PduPortView):
                    assert port.power_status in (DOWN if is_second else UP, UNKNOWN), change_at
                else:  # tenths of a kWh
                    assert port.consumption == (500 if is_second else 100), change_at
    assert answers > 2


class MovedByWrite(Changing):
    """An agent whose rows are others from a write on."""

    def _answer(self, message: Message) -> Optional[bytes]:
        if message.pdu.kind == ber.SET:
            self.change_at = self.requests + 1
        return super()._answer(message)


@EACH
def test_a_write_to_a_row_that_became_anothers_proves_nothing_though_both_read_as_wanted(
    unit: Fixture,
) -> None:
    row_of = {position: row for row, position in positions(unit, unit.rows).items()}
    first, second = SECOND[unit.key]
    identity = ".".join(first)
    row_1 = row_of[first]
    row_2 = row_of[second]
    changing = MovedByWrite(unit)
    swapped = dict(unit.rows)
    for column in columns(unit):
        swapped[f"{column}.{row_1}"] = unit.rows[f"{column}.{row_2}"]
        swapped[f"{column}.{row_2}"] = unit.rows[f"{column}.{row_1}"]
    changing.later_rows = swapped
    with changing:
        handler = near(changing, {"switch_unproven": "yes"})
        port = PduPortView(identity)
        is_on = states_on(unit, changing)[identity] is UP
        switch = handler.port_up if is_on else handler.port_down
        assert switch(port, deadline=0.0, pause=0.0).power_status is UNKNOWN
    assert changing.written == second


@EACH
def test_a_row_without_its_unit_or_its_number_is_an_error_and_is_not_switched(
    unit: Fixture,
) -> None:
    for column in columns(unit)[1:]:
        rows = {oid: row for oid, row in unit.rows.items() if oid != f"{column}.2"}
        with Agent(Device(rows, unit.rules)) as agent:
            handler = near(agent)
            for call in (handler.status, lambda: handler.port_down(PduPortView("2"))):
                with pytest.raises(ProtocolError, match="lacks a row"):
                    call()
            assert agent.writes() == []


@EACH
def test_a_name_of_another_form_is_an_error_that_shows_it_and_is_not_switched(
    unit: Fixture,
) -> None:
    """Another poll would not help."""
    names = columns(unit)[1:]
    rows = {**unit.rows, f"{names[-1]}.2": Row(OCTETS, b"Bank B")}
    with Agent(Device(rows, unit.rules)) as agent:
        handler = near(agent)
        for call in (handler.status, lambda: handler.port_down(PduPortView("2"))):
            with pytest.raises(ProtocolError, match="does not read .*'Bank B'.*pdu record") as told:
                call()
            assert "poll it again" not in str(told.value)
        assert agent.writes() == []


def test_a_name_that_is_both_unit_and_number_is_shown_once() -> None:
    """Read from a file, the two columns of a profile are two objects."""
    unit = next(unit for unit in FIXTURES if unit.name == "wti-power")
    profile = schema.loads(schema.dumps(FAMILIES[unit.key]))
    name = columns(unit)[1]
    device = of_rows({**unit.rows, f"{name}.2": Row(OCTETS, b"Bank B")})
    with pytest.raises(ProtocolError) as told:
        detection.read_as(device, profile)
    assert str(told.value).count("'Bank B'") == 1


@EACH
def test_a_name_without_a_value_is_an_error_that_the_next_poll_may_not_have(unit: Fixture) -> None:
    """-1 is what many agents show for no value."""
    names = columns(unit)[1:]
    rows = {**unit.rows, **{f"{name}.2": Row(INTEGER, -1) for name in names}}
    with Agent(Device(rows, unit.rules)) as agent:
        handler = near(agent)
        for call in (handler.status, lambda: handler.port_down(PduPortView("2"))):
            with pytest.raises(ProtocolError, match="lacks a row or its number; poll it again"):
                call()
        assert agent.writes() == []


@EACH
def test_a_unit_that_tells_no_units_has_the_rows_as_identities_if_its_profile_says_so(
    unit: Fixture,
) -> None:
    first_outlets = FAMILIES[unit.key].outlets[0]
    columns_of_units = [
        part
        for by_unit in parts_of(first_outlets)
        if isinstance(by_unit, ByUnit)
        for part in parts_of((by_unit.unit, by_unit.number))
        if isinstance(part, Column)
    ]
    removed = {column.oid for column in columns_of_units}
    rows = {oid: row for oid, row in unit.rows.items() if oid.rpartition(".")[0] not in removed}
    with Agent(Device(rows, unit.rules)) as agent:
        handler = near(agent, {"switch_unproven": "yes"})
        if not all(column.optional for column in columns_of_units):
            with pytest.raises(ProtocolError, match="lacks a row or its number"):
                handler.status()
            with pytest.raises(PduHandlerError):
                handler.port_down(PduPortView("1"), deadline=0.0, pause=0.0)
            assert agent.writes() == []
            return
        assert list(states(handler.status())) == [
            str(row) for row in range(1, len(unit.expected.outlets) + 1)
        ]
        handler.port_down(PduPortView("1"), deadline=0.0, pause=0.0)
        (write,) = agent.writes()
        assert write.oid == switching(unit).off[0].oid.rpartition(".")[0] + ".1"


@pytest.mark.parametrize(
    "positions, identities",
    [
        (["1 1", "1 2", "2 1"], ["1", "2", "2.1"]),
        # the unit that is asked is called 0 by some firmware
        (["0 1", "0 2", "2 1"], ["1", "2", "2.1"]),
        (["0 1", "0 2"], ["1", "2"]),
        # what is left of a chain keeps its identities
        (["2 1", "2 2"], ["2.1", "2.2"]),
        (["1 1", "1 x", "1 "], ["1", "2.", "3."]),
        (["1 1", "1 "], ["1", "2."]),
    ],
)
def test_an_outlet_is_named_by_its_unit_and_its_number(
    positions: list[str], identities: list[str]
) -> None:
    objects: dict[str, Value] = {}
    for row, position in enumerate(positions, 1):
        unit, _, number = position.partition(" ")
        objects.update({f"1.3.1.{row}": row, f"1.3.2.{row}": unit, f"1.3.3.{row}": number})
    assert BY_UNIT.rows(reader(objects)) == {
        identity: row for row, identity in enumerate(identities, 1)
    }
    for row, identity in enumerate(identities, 1):
        is_known = not identity.endswith(".")
        assert BY_UNIT.value_of(reader(objects), identity) == (row if is_known else None)
        if is_known:
            assert BY_UNIT.instance_oid(reader(objects), identity) == f"1.3.1.{row}"
    assert BY_UNIT.value_of(reader(objects), "3.1") is None


@pytest.mark.parametrize("units", [(0, 1), (1, 0), (2, 2)])
def test_two_rows_of_one_outlet_are_an_error(units: tuple[int, int]) -> None:
    """A chain has a unit 0 or a unit 1. Else an identity would depend on other rows: the outlets of
    unit 1 would be those of unit 0 to a table that lists unit 1 alone, and to a command that reads
    its own row."""
    objects = {
        **table("1.3.1", {"1": 1, "2": 1}),
        **table("1.3.2", dict(zip("12", units))),
        **table("1.3.3", {"1": 1, "2": 1}),
    }
    for read in (BY_UNIT.rows, lambda device: BY_UNIT.value_of(device, "3.1")):
        with pytest.raises(ProtocolError, match="two rows .* both a unit 0 and a unit 1"):
            read(reader(objects))


def test_a_unit_0_before_a_unit_1_is_an_error_of_a_command_as_of_a_status() -> None:
    """The outlet 2 of both is "2", though the row 2 alone says that it is the one of unit 0."""
    positions = [(0, 1), (0, 2), (1, 1), (1, 2)]
    objects: dict[str, Value] = {}
    for row, (unit, number) in enumerate(positions, 1):
        objects.update({f"1.3.1.{row}": 7, f"1.3.2.{row}": unit, f"1.3.3.{row}": number})
    reads = (BY_UNIT.rows, partial(BY_UNIT.row_of, identity="2"))
    for read in reads:
        with pytest.raises(ProtocolError, match="both a unit 0 and a unit 1"):
            read(reader(objects))


def test_whether_a_unit_1_follows_a_unit_0_is_walked_once_in_a_command() -> None:
    objects: dict[str, Value] = {
        **table("1.3.1", {"1": 7, "2": 7}),
        **table("1.3.2", {"1": 0, "2": 0}),
        **table("1.3.3", {"1": 1, "2": 2}),
    }
    device = Memory(objects)
    before = Reader(device)
    assert BY_UNIT.row_of(before, "2") == "2"
    assert device.asked == ["get 1.3.3.2", "get 1.3.2.2", "walk 1.3.2", "walk 1.3.3"]
    assert BY_UNIT.row_of(before.fresh_reader(), "2") == "2"
    assert device.asked[4:] == ["get 1.3.3.2", "get 1.3.2.2"]


def test_walks_that_end_early_make_no_row_of_another_unit_the_outlet() -> None:
    class EndsEarly(Memory):
        def walk(self, oid: str) -> Mapping[str, Value]:
            return {}

    device = EndsEarly({"1.3.1.1": 1, "1.3.2.1": 2, "1.3.3.1": 1})
    assert BY_UNIT.value_of(Reader(device), "1") is None


@pytest.mark.parametrize("cell", [None, ""])
def test_a_row_is_an_outlet_without_unit_and_number_only_if_the_profile_says_so(
    cell: Optional[str],
) -> None:
    objects: dict[str, Value] = table("1.3.1", {"1": 5, "2": 6})
    if cell is not None:
        objects.update({f"1.3.{column}.{row}": cell for column in (2, 3) for row in (1, 2)})
    unit = Column("1.3.2", optional=True)
    number = Column("1.3.3", optional=True)
    assert ByUnit(Column("1.3.1"), unit, number).rows(reader(objects)) == {"1": 5, "2": 6}
    assert BY_UNIT.rows(reader(objects)) == {"1.": 5, "2.": 6}
    assert BY_UNIT.value_of(reader(objects), "1") is None


def test_another_table_with_the_two_columns_is_needed_if_one_has_them() -> None:
    """The rows of the tables may be others."""
    unit = Column("1.3.5", optional=True)
    number = Column("1.3.6", optional=True)
    metered = ByUnit(Column("1.3.4"), unit, number, (Column("1.3.2"),))
    values = table("1.3.4", {"1": 5})
    assert metered.rows(reader(values)) == {"1": 5}
    assert metered.rows(reader({**values, "1.3.2.1": 1})) == {}


@pytest.mark.parametrize("first", [0, 1])
def test_a_single_unit_costs_two_gets_and_a_chain_two_walks(first: int) -> None:
    objects = {
        **table("1.3.1", dict.fromkeys("123", 7)),
        **table("1.3.2", dict.fromkeys("123", first)),
        **table("1.3.3", {n: n for n in "123"}),
    }
    device = Memory(objects)
    assert UnitOf(BY_UNIT).rows(Reader(device)) == dict.fromkeys("123", str(first))
    assert device.asked == ["walk 1.3.1", "get 1.3.3.3", "get 1.3.2.3"]
    chain = Memory({**objects, "1.3.2.3": 2, "1.3.3.3": 1})
    assert UnitOf(BY_UNIT).rows(Reader(chain)) == {"1": first, "2": first, "2.1": 2}
    assert chain.asked == ["walk 1.3.1", "get 1.3.3.3", "walk 1.3.2", "walk 1.3.3"]


@pytest.mark.parametrize("size", [1, 2])
def test_a_row_of_unit_1_is_another_outlets_when_a_unit_0_joins(size: int) -> None:
    objects = {
        **table("1.3.1", dict.fromkeys("1234", 7)),
        **table("1.3.2", {"1": 1, "2": 1}),
        **table("1.3.3", {"1": 1, "2": 2}),
    }
    device = Memory(objects)
    before = Reader(device)
    assert BY_UNIT.row_of(before, "2") == "2"
    positions = [(0, number) for number in range(1, size + 1)] + [(1, 1), (1, 2)]
    for row, (unit, number) in enumerate(positions, 1):
        device.put(f"1.3.2.{row}", unit)
        device.put(f"1.3.3.{row}", number)
    with pytest.raises(ProtocolError, match="both a unit 0 and a unit 1"):
        BY_UNIT.row_of(before.fresh_reader(), "2")


def test_a_row_that_another_column_shows_is_found_beside_a_single_unit() -> None:
    objects = {**table("1.3.1", {"1": 7}), **table("1.3.2", {"1": 1}), **table("1.3.3", {"1": 1})}
    assert filled(BY_UNIT, objects) == {"1": 7}
