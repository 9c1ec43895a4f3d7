"""Chains whose outlets are numbered consecutively: an identity is a unit and a number, whatever the
row, and a unit that leaves while a command runs makes no command another unit's.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Mapping
from typing import Callable, Optional

import pytest

from handlers.shared.errors import PduHandlerError, ProtocolError
from handlers.snmp import detection, schema
from handlers.snmp.frozen_value import parts_of
from handlers.snmp.handler import SnmpPdu
from handlers.snmp.reader import Reader
from handlers.snmp.sources import ByUnit, Column, Scalar, UnitOf
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.handlers.snmp.calls import near
from tests.handlers.snmp.memory import Memory, Value, filled, of_rows, reader, table
from tests.handlers.snmp.units import FAMILIES, FIXTURES, states, states_on, switching
from tests.recordings import Fixture
from tests.simulators.snmp_agent import Agent, Device, Row, ber
from tests.simulators.snmp_agent.ber import Message
from tests.simulators.snmp_agent.device import INTEGER, OCTETS, dotted

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
    objects = dict(unit.rows)
    outlets = FAMILIES[unit.key].outlets[0]
    for by_unit in parts_of(outlets):
        if isinstance(by_unit, ByUnit):
            rows = units_of(by_unit, unit)
            parts = parts_of((by_unit.source, by_unit.unit, by_unit.number))
            for column in [part.oid for part in parts if isinstance(part, Column)]:
                removed_rows = size_of_first(by_unit, unit)
                for row in rows:
                    objects.pop(f"{column}.{row}", None)
                objects.update(moved_up(unit, column, rows, removed_rows))

    source = source_of(unit)
    for count in parts_of(outlets.count):
        if isinstance(count, Scalar) and count != source.unit_count:
            outlet_count = int(str(unit.rows[count.oid].value))
            objects[count.oid] = Row(INTEGER, outlet_count - size_of_first(source, unit))
    return objects


def size_of_first(by_unit: ByUnit, unit: Fixture) -> int:
    """The number of rows of the first unit of a table."""
    unit_names = list(units_of(by_unit, unit).values())
    return unit_names.count(unit_names[0])


def moved_up(unit: Fixture, column: str, rows: Iterable[int], removed_rows: int) -> dict[str, Row]:
    """The objects of a column whose first rows are removed: the others have lower indexes."""
    objects: dict[str, Row] = {}
    for row in rows:
        value = unit.rows.get(f"{column}.{row + removed_rows}")
        if value is not None:
            objects[f"{column}.{row}"] = value
    return objects


class Changing(Agent):
    """An agent whose rows are others from a request on."""

    later_rows: Mapping[str, Row] = {}
    change_at = 0  #: the request, counted from 1
    requests = 0
    #: unit and number of the row that was written, at that moment
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
    families = set()
    for key, profile in FAMILIES.items():
        for outlets in profile.outlets:
            if outlets.states is not None and isinstance(outlets.states.source, ByUnit):
                families.add(key)
    assert {unit.key for unit in CHAINS} == families


def read_and_command(handler: SnmpPdu) -> tuple[Callable[[], object], Callable[[], object]]:
    """A status, and a command to outlet 2."""
    return handler.status, lambda: handler.port_down(PduPortView("2"))


@EACH
def test_the_second_units_outlets_keep_their_identities_when_the_first_leaves(
    unit: Fixture,
) -> None:
    with Agent(Device(unit.rows, unit.rules)) as agent:
        identities = list(states_on(unit, agent))
    second, _ = SECOND[unit.key][0]
    expected = [identity for identity in identities if identity.startswith(f"{second}.")]
    assert expected

    shorter_chain = Device(without_first_unit(unit), unit.rules)
    rows = source_of(unit).rows(Reader(of_rows(shorter_chain.rows())))

    # the last row of an Easy PDU is no outlet
    outlets = [identity for identity in rows if not identity.endswith(".")]
    assert outlets == expected


class Logging(Agent):
    """An agent with the objects that it was asked for before it was first written."""

    def __init__(self, unit: Fixture) -> None:
        super().__init__(Device(unit.rows, unit.rules))
        self.asked: list[str] = []
        self.is_written = False

    def _answer(self, message: Message) -> Optional[bytes]:
        self.is_written = self.is_written or message.pdu.kind == ber.SET
        if not self.is_written:
            self.asked += [dotted(oid) for oid, _ in message.pdu.bindings]
        return super()._answer(message)


@pytest.mark.parametrize("name", ["apc-rpdu2", "apc-easy-epdu", "cyberpower-epdu2"])
def test_the_check_of_the_row_is_the_last_request_before_a_command(name: str) -> None:
    """Of an outlet of the first unit, whose number is its row: what a command reads besides is read
    before it. In `apc-easy-epdu` a table beside is read after it, so it is sent again.
    """
    (unit,) = (chain for chain in CHAINS if chain.name == name)
    agent = Logging(unit)
    with agent:
        handler = near(agent, {"switch_unproven": "yes"})
        is_on = states_on(unit, agent)["2"] is UP
        switch_port = handler.port_down if is_on else handler.port_up
        switch_port(PduPortView("2"), pause=0.01)
    assert agent.is_written
    unit_column = source_of(unit).unit
    assert isinstance(unit_column, Column)
    check = f"{unit_column.oid}.2"
    assert agent.asked[-1] == check
    assert agent.asked.count(check) == (2 if name == "apc-easy-epdu" else 1)


@pytest.mark.against("synthetic units, switched with faults")
@pytest.mark.parametrize("is_on_first", [True, False])
@EACH
def test_a_unit_that_leaves_before_any_request_makes_no_command_another_units(
    unit: Fixture, is_on_first: bool
) -> None:
    position = positions(unit, unit.rows)[1] if is_on_first else SECOND[unit.key][0]
    identity = position[1] if is_on_first else ".".join(position)
    with Agent(Device(unit.rows, unit.rules)) as agent:
        target = DOWN if states_on(unit, agent)[identity] is UP else UP
    for change_at in itertools.count(1):
        changing = Changing(unit)
        changing.later_rows = without_first_unit(unit)
        changing.change_at = change_at
        state = UNKNOWN
        with changing, contextlib.suppress(PduHandlerError):
            state = state_after_command(changing, identity, target)
        if changing.written != position:
            # nothing, or what no handler can see: the unit left right at the write
            assert changing.written is None or changing.is_changed_by_write, change_at
            assert state is not target, change_at
        if changing.requests < change_at:  # the command had ended before
            return


def state_after_command(agent: Agent, identity: str, target: EnumPowerStatus) -> EnumPowerStatus:
    """What a command to the outlet returns as its state. Raises PduHandlerError."""
    handler = near(agent, {"switch_unproven": "yes"})
    switch = handler.port_up if target is UP else handler.port_down
    return switch(PduPortView(identity), deadline=0.0, pause=0.0).power_status


class Away(Agent):
    """An agent whose relays are stuck, and whose first unit is away for one or several requests
    after a write: the rows of the second one, in its place, all read as was wanted."""

    away_after = 0  #: requests from the write to the first one without the unit
    away_for = 0  #: requests
    since_write: Optional[int] = None

    def __init__(self, unit: Fixture, target: EnumPowerStatus) -> None:
        other_state = DOWN if target is UP else UP
        self.whole = Device(self._all_reading(unit, unit.rows, other_state), unit.rules)
        self.shorter = Device(self._all_reading(unit, without_first_unit(unit), target))
        super().__init__(self.whole)

    @staticmethod
    def _all_reading(
        unit: Fixture, rows: Mapping[str, Row], state: EnumPowerStatus
    ) -> Mapping[str, Row]:
        """The objects, with this state of all outlets."""
        states_of_family = FAMILIES[unit.key].outlets[0].states
        assert states_of_family is not None
        (word,) = states_of_family.on if state is UP else states_of_family.off
        column = columns(unit)[0]
        changed_rows = dict(rows)
        for oid in rows:
            if oid.startswith(f"{column}."):
                changed_rows[oid] = Row(INTEGER, int(word))
        return changed_rows

    def _answer(self, message: Message) -> Optional[bytes]:
        if self.since_write is not None:
            self.since_write += 1
            last_request = self.away_after + self.away_for
            is_away = self.away_after < self.since_write <= last_request
            self.device = self.shorter if is_away else self.whole
        if message.pdu.kind == ber.SET:
            self.since_write = 0
            rows_before = self.device.rows()
            answer = super()._answer(message)
            self.whole = self.device = Device(rows_before)
            return answer
        return super()._answer(message)


@EACH
def test_a_unit_that_is_away_for_some_requests_proves_no_command(unit: Fixture) -> None:
    """The relay of an outlet on the first unit did not follow."""
    _, number = positions(unit, unit.rows)[1]
    for target, away_after, away_for in itertools.product((UP, DOWN), range(6), (1, 2, 3)):
        agent = Away(unit, target)
        agent.away_after, agent.away_for = away_after, away_for
        with agent, contextlib.suppress(PduHandlerError):
            assert state_after_command(agent, number, target) is not target


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
    """The rows of two outlets are exchanged right at the write."""
    row_by_position = {position: row for row, position in positions(unit, unit.rows).items()}
    outlet, other_outlet = SECOND[unit.key]
    row, other_row = row_by_position[outlet], row_by_position[other_outlet]
    exchanged_rows = dict(unit.rows)
    for column in columns(unit):
        exchanged_rows[f"{column}.{row}"] = unit.rows[f"{column}.{other_row}"]
        exchanged_rows[f"{column}.{other_row}"] = unit.rows[f"{column}.{row}"]
    changing = MovedByWrite(unit)
    changing.later_rows = exchanged_rows
    identity = ".".join(outlet)
    with changing:
        state_now = states_on(unit, changing)[identity]
        assert state_after_command(changing, identity, state_now) is UNKNOWN
    assert changing.written == other_outlet


@EACH
def test_a_row_without_its_unit_or_its_number_is_an_error_and_is_not_switched(
    unit: Fixture,
) -> None:
    _states, *names = columns(unit)
    for column in names:
        rows = dict(unit.rows)
        del rows[f"{column}.2"]
        with Agent(Device(rows, unit.rules)) as agent:
            for call in read_and_command(near(agent)):
                with pytest.raises(ProtocolError, match="lacks a row"):
                    call()
            assert agent.writes() == []


@EACH
def test_a_name_of_another_form_is_an_error_that_shows_it_and_is_not_switched(
    unit: Fixture,
) -> None:
    """Another poll would not help."""
    last_name = columns(unit)[-1]
    rows = dict(unit.rows)
    rows[f"{last_name}.2"] = Row(OCTETS, b"Bank B")
    sentence = "does not read .*'Bank B'.*pdu record"
    with Agent(Device(rows, unit.rules)) as agent:
        for call in read_and_command(near(agent)):
            with pytest.raises(ProtocolError, match=sentence) as error_info:
                call()
            assert "poll it again" not in str(error_info.value)
        assert agent.writes() == []


def test_a_name_that_is_both_unit_and_number_is_shown_once() -> None:
    """Read from a file, the two columns of a profile are two objects."""
    unit = next(unit for unit in FIXTURES if unit.name == "wti-power")
    profile = schema.loads(schema.dumps(FAMILIES[unit.key]))
    name = columns(unit)[1]
    rows = dict(unit.rows)
    rows[f"{name}.2"] = Row(OCTETS, b"Bank B")

    with pytest.raises(ProtocolError) as error_info:
        detection.read_as(of_rows(rows), profile)

    assert str(error_info.value).count("'Bank B'") == 1


@EACH
def test_a_name_without_a_value_is_an_error_that_the_next_poll_may_not_have(unit: Fixture) -> None:
    """-1 is what many agents show for no value."""
    _states, *names = columns(unit)
    rows = dict(unit.rows)
    for name in names:
        rows[f"{name}.2"] = Row(INTEGER, -1)
    with Agent(Device(rows, unit.rules)) as agent:
        for call in read_and_command(near(agent)):
            with pytest.raises(ProtocolError, match="lacks a row or its number; poll it again"):
                call()
        assert agent.writes() == []


@EACH
def test_a_unit_that_tells_no_units_has_the_rows_as_identities_if_its_profile_says_so(
    unit: Fixture,
) -> None:
    columns_of_positions: list[Column] = []
    for by_unit in parts_of(FAMILIES[unit.key].outlets[0]):
        if isinstance(by_unit, ByUnit):
            parts = parts_of((by_unit.unit, by_unit.number))
            columns_of_positions += [part for part in parts if isinstance(part, Column)]
    absent_oids = {column.oid for column in columns_of_positions}
    rows = {oid: row for oid, row in unit.rows.items() if oid.rpartition(".")[0] not in absent_oids}

    with Agent(Device(rows, unit.rules)) as agent:
        handler = near(agent, {"switch_unproven": "yes"})
        if all(column.optional for column in columns_of_positions):
            check_that_rows_are_identities(unit, agent, handler)
            return
        with pytest.raises(ProtocolError, match="lacks a row or its number"):
            handler.status()
        with pytest.raises(PduHandlerError):
            handler.port_down(PduPortView("1"), deadline=0.0, pause=0.0)
        assert agent.writes() == []


def check_that_rows_are_identities(unit: Fixture, agent: Agent, handler: SnmpPdu) -> None:
    numbers = range(1, len(unit.expected.outlets) + 1)
    assert list(states(handler.status())) == [str(number) for number in numbers]
    handler.port_down(PduPortView("1"), deadline=0.0, pause=0.0)
    (write,) = agent.writes()
    column_of_commands, _, _ = switching(unit).off[0].oid.rpartition(".")
    assert write.oid == f"{column_of_commands}.1"


def chain(units: Mapping[str, Value], numbers: Mapping[str, Value]) -> dict[str, Value]:
    """The objects of `BY_UNIT`: each row with its unit and its number, and a value of its own."""
    values: dict[str, Value] = {row: int(row) for row in units}
    return {**table("1.3.1", values), **table("1.3.2", units), **table("1.3.3", numbers)}


@pytest.mark.parametrize(
    "units, numbers, row_by_identity",
    [
        pytest.param(
            {"1": "1", "2": "1", "3": "2"},
            {"1": "1", "2": "2", "3": "1"},
            {"1": "1", "2": "2", "2.1": "3"},
            id="two units",
        ),
        pytest.param(
            {"1": "0", "2": "0", "3": "2"},
            {"1": "1", "2": "2", "3": "1"},
            {"1": "1", "2": "2", "2.1": "3"},
            id="two units, of which some firmware calls the first one 0",
        ),
        pytest.param(
            {"1": "0", "2": "0"},
            {"1": "1", "2": "2"},
            {"1": "1", "2": "2"},
            id="the unit 0 alone",
        ),
        pytest.param(
            {"1": "2", "2": "2"},
            {"1": "1", "2": "2"},
            {"2.1": "1", "2.2": "2"},
            id="the unit 2 alone, when the first one has left",
        ),
        pytest.param(
            {"1": "1", "2": "1", "3": "1"},
            {"1": "1", "2": "x", "3": ""},
            {"1": "1", "2.": "2", "3.": "3"},
            id="numbers that are none",
        ),
        pytest.param(
            {"1": "1", "2": "1"}, {"1": "1", "2": ""}, {"1": "1", "2.": "2"}, id="no number"
        ),
    ],
)
def test_an_outlet_is_named_by_its_unit_and_its_number(
    units: Mapping[str, Value], numbers: Mapping[str, Value], row_by_identity: Mapping[str, str]
) -> None:
    """`units` and `numbers`: those of each row. An identity that ends with a dot is no outlet."""
    objects = chain(units, numbers)
    rows = {identity: int(row) for identity, row in row_by_identity.items()}
    assert BY_UNIT.rows(reader(objects)) == rows
    assert BY_UNIT.value_of(reader(objects), "3.1") is None
    for identity, row in row_by_identity.items():
        value = BY_UNIT.value_of(reader(objects), identity)
        if identity.endswith("."):
            assert value is None
        else:
            assert value == int(row)
            assert BY_UNIT.instance_oid(reader(objects), identity) == f"1.3.1.{row}"


@pytest.mark.parametrize("first", [0, 1])
def test_a_single_unit_costs_two_gets(first: int) -> None:
    device = Memory(
        {
            **table("1.3.1", {"1": 7, "2": 7, "3": 7}),
            **table("1.3.2", {"1": first, "2": first, "3": first}),
            **table("1.3.3", {"1": 1, "2": 2, "3": 3}),
        }
    )
    units = UnitOf(BY_UNIT).rows(Reader(device))
    assert units == {"1": str(first), "2": str(first), "3": str(first)}
    assert device.asked == ["walk 1.3.1", "get 1.3.3.3", "get 1.3.2.3"]


@pytest.mark.parametrize("first", [0, 1])
def test_a_chain_costs_two_walks(first: int) -> None:
    device = Memory(
        {
            **table("1.3.1", {"1": 7, "2": 7, "3": 7}),
            **table("1.3.2", {"1": first, "2": first, "3": 2}),
            **table("1.3.3", {"1": 1, "2": 2, "3": 1}),
        }
    )
    units = UnitOf(BY_UNIT).rows(Reader(device))
    assert units == {"1": first, "2": first, "2.1": 2}
    assert device.asked == ["walk 1.3.1", "get 1.3.3.3", "walk 1.3.2", "walk 1.3.3"]


@pytest.mark.parametrize("units", [(0, 1), (1, 0), (2, 2)])
def test_two_rows_of_one_outlet_are_an_error(units: tuple[int, int]) -> None:
    """A chain has a unit 0 or a unit 1. Else an identity would depend on other rows: the outlets of
    unit 1 would be those of unit 0 to a table that lists unit 1 alone, and to a command that reads
    its own row."""
    objects = {
        **table("1.3.1", {"1": 1, "2": 1}),
        **table("1.3.2", {"1": units[0], "2": units[1]}),
        **table("1.3.3", {"1": 1, "2": 1}),
    }
    for read in (BY_UNIT.rows, lambda device: BY_UNIT.value_of(device, "3.1")):
        with pytest.raises(ProtocolError, match="two rows .* both a unit 0 and a unit 1"):
            read(reader(objects))


def test_a_unit_0_before_a_unit_1_is_an_error_of_a_command_as_of_a_status() -> None:
    """The outlet 2 of both is "2", though the row 2 alone says that it is the one of unit 0."""
    objects = {
        **table("1.3.1", {"1": 7, "2": 7, "3": 7, "4": 7}),
        **table("1.3.2", {"1": 0, "2": 0, "3": 1, "4": 1}),
        **table("1.3.3", {"1": 1, "2": 2, "3": 1, "4": 2}),
    }
    with pytest.raises(ProtocolError, match="both a unit 0 and a unit 1"):
        BY_UNIT.rows(reader(objects))
    with pytest.raises(ProtocolError, match="both a unit 0 and a unit 1"):
        BY_UNIT.row_of(reader(objects), "2")


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
    """None: the device does not have the columns of units and numbers at all."""
    objects = table("1.3.1", {"1": 5, "2": 6})
    if cell is not None:
        objects.update(table("1.3.2", {"1": cell, "2": cell}))
        objects.update(table("1.3.3", {"1": cell, "2": cell}))
    unit = Column("1.3.2", optional=True)
    number = Column("1.3.3", optional=True)
    optional = ByUnit(Column("1.3.1"), unit, number)

    assert optional.rows(reader(objects)) == {"1": 5, "2": 6}
    # no row has a known outlet
    assert BY_UNIT.rows(reader(objects)) == {"1.": 5, "2.": 6}
    assert BY_UNIT.value_of(reader(objects), "1") is None


def test_another_table_with_the_two_columns_is_needed_if_one_has_them() -> None:
    """The rows of the tables may be others."""
    unit = Column("1.3.5", optional=True)
    number = Column("1.3.6", optional=True)
    other_table = (Column("1.3.2"),)
    metered = ByUnit(Column("1.3.4"), unit, number, others=other_table)

    alone = reader({"1.3.4.1": 5})
    beside_units = reader({"1.3.4.1": 5, "1.3.2.1": 1})

    assert metered.rows(alone) == {"1": 5}
    assert metered.rows(beside_units) == {}


@pytest.mark.parametrize(
    "units, numbers",
    [
        pytest.param(
            {"1": 0, "2": 1, "3": 1}, {"1": 1, "2": 1, "3": 2}, id="a unit 0 with one outlet"
        ),
        pytest.param(
            {"1": 0, "2": 0, "3": 1, "4": 1},
            {"1": 1, "2": 2, "3": 1, "4": 2},
            id="a unit 0 with two outlets",
        ),
    ],
)
def test_a_row_of_unit_1_is_another_outlets_when_a_unit_0_joins(
    units: Mapping[str, Value], numbers: Mapping[str, Value]
) -> None:
    """Before, the chain has the unit 1 alone, with two outlets."""
    device = Memory(chain({"1": 1, "2": 1}, {"1": 1, "2": 2}))
    before = Reader(device)
    assert BY_UNIT.row_of(before, "2") == "2"
    for oid, value in chain(units, numbers).items():
        device.put(oid, value)
    with pytest.raises(ProtocolError, match="both a unit 0 and a unit 1"):
        BY_UNIT.row_of(before.fresh_reader(), "2")


def test_a_row_that_another_column_shows_is_found_beside_a_single_unit() -> None:
    objects = {**table("1.3.1", {"1": 7}), **table("1.3.2", {"1": 1}), **table("1.3.3", {"1": 1})}
    assert filled(BY_UNIT, objects) == {"1": 7}
