"""Chains whose outlets are numbered consecutively: an identity is a unit and a number, whatever the
row, and a unit that leaves while a command runs makes no command another unit's.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Mapping
from typing import Optional, Union

import pytest

from handlers.shared.errors import PduHandlerError, ProtocolError
from handlers.snmp import detection
from handlers.snmp.chains import Chain, InChain
from handlers.snmp.objects import Column, Scalar
from handlers.snmp.parts import parts_of
from handlers.snmp.tables import Source, objects_of, tables_of_device
from pdu_common.base_snmp_pdu import Element
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.handlers.snmp.calls import NearPdu, form, near
from tests.handlers.snmp.memory import Memory, Value, of_rows, table, tables_of
from tests.handlers.snmp.units import FAMILIES, FIXTURES, states_on
from tests.simulators.snmp_agent import Agent, Device, Row, ber
from tests.simulators.snmp_agent.ber import Message
from tests.simulators.snmp_agent.device import INTEGER, OCTETS, dotted
from tests.simulators.snmp_units import Fixture

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
NUMBERED = pytest.mark.parametrize("name", ["apc-rpdu2", "apc-easy-epdu", "cyberpower-epdu2"])
VALUES = Column("1.3.1")
CHAIN = Chain(Column("1.3.2"), Column("1.3.3"))


def source_of(unit: Fixture) -> InChain:
    """The states of the family."""
    states_of_family = FAMILIES[unit.key].outlets[0].states
    assert states_of_family is not None
    assert isinstance(states_of_family.source, InChain)
    return states_of_family.source


def columns(*sources: Source) -> list[str]:
    """The OIDs of the columns that these sources read."""
    return list(dict.fromkeys(column.oid for column in objects_of(sources)))


def columns_of(in_chain: InChain) -> list[str]:
    """Those of a column of a chain, of its units and of its numbers."""
    return columns(in_chain.column, in_chain.chain.unit, in_chain.chain.number)


def unit_column(unit: Fixture) -> str:
    (oid,) = columns(source_of(unit).chain.unit)
    return oid


def positions(unit: Fixture, rows: Mapping[str, Row]) -> dict[int, tuple[str, str]]:
    """Row -> unit and number."""
    chain = source_of(unit).chain
    device = tables_of(of_rows(rows))
    units, numbers = device[chain.unit], device[chain.number]
    return {int(row): (str(units[row]), str(numbers[row])) for row in units.keys() & numbers}


def units_of(in_chain: InChain, unit: Fixture) -> dict[int, str]:
    """The name of the unit of each row of a table."""
    units = tables_of(of_rows(unit.rows))[in_chain.chain.unit]
    return {int(row): str(name) for row, name in units.items()}


def without_first_unit(unit: Fixture) -> dict[str, Row]:
    """The unit's objects when the first unit of the chain has left: the rows of the second one have
    moved up in all tables of outlets, and the device counts fewer."""
    objects = dict(unit.rows)
    outlets = FAMILIES[unit.key].outlets[0]
    for in_chain in parts_of(outlets):
        if isinstance(in_chain, InChain):
            rows = units_of(in_chain, unit)
            for column in columns_of(in_chain):
                for row in rows:
                    objects.pop(f"{column}.{row}", None)
                objects.update(moved_up(unit, column, rows, size_of_first(in_chain, unit)))

    source = source_of(unit)
    for count in objects_of([outlets.count]):
        if isinstance(count, Scalar) and count != source.chain.unit_count:
            outlet_count = int(str(unit.rows[count.oid].value))
            objects[count.oid] = Row(INTEGER, outlet_count - size_of_first(source, unit))
    return objects


def size_of_first(in_chain: InChain, unit: Fixture) -> int:
    """The number of rows of the first unit of a table."""
    unit_names = list(units_of(in_chain, unit).values())
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
            if outlets.states is not None and isinstance(outlets.states.source, InChain):
                families.add(key)
    assert {unit.key for unit in CHAINS} == families


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
    rows = tables_of(of_rows(shorter_chain.rows()))[source_of(unit)]

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


@NUMBERED
def test_the_check_of_the_row_is_the_last_request_before_a_command(name: str) -> None:
    """Of an outlet of the first unit, whose number is its row: what a command reads besides is read
    before it. In a chain the walks that show no other row of this outlet are read after it, so it
    is sent again.
    """
    (unit,) = (chain for chain in CHAINS if chain.name == name)
    agent = Logging(unit)
    with agent:
        handler = near(agent, {"switch_unproven": "yes"})
        is_on = states_on(unit, agent)["2"] is UP
        switch_port = handler.port_down if is_on else handler.port_up
        switch_port(PduPortView("2"), pause=0.01)
    assert agent.is_written
    check = f"{unit_column(unit)}.2"
    assert agent.asked[-1] == check
    assert agent.asked.count(check) == 2


@NUMBERED
def test_no_command_goes_to_an_outlet_of_which_a_chain_has_two_rows(name: str) -> None:
    (unit,) = (chain for chain in CHAINS if chain.name == name)
    cells = [oid for oid in unit.rows if oid.startswith(f"{unit_column(unit)}.")]
    device = Device({**unit.rows, **dict.fromkeys(cells, unit.rows[cells[0]])}, unit.rules)
    rows = device.rows()
    with Agent(device) as agent:
        pdu = near(agent, {"switch_unproven": "yes"})
        with pytest.raises(ProtocolError, match="two rows of the device's table are the outlet"):
            pdu.status()
        with pytest.raises(ProtocolError, match="two rows of the device's table are the outlet"):
            pdu.port_down(PduPortView("1"))
    assert device.rows() == rows


@pytest.mark.against("synthetic units, switched with faults")
@pytest.mark.parametrize("is_on_first", [True, False])
@EACH
def test_a_unit_that_leaves_before_any_request_makes_no_command_another_units(
    unit: Fixture, is_on_first: bool
) -> None:
    """A command to an outlet of the first or second unit, once for each of its requests, before
    which the first unit leaves: it writes its own outlet, or nothing and returns no success."""
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


@NUMBERED
def test_a_command_asks_for_the_names_of_all_rows_and_else_for_cells_of_its_own(name: str) -> None:
    """Each walk between the row and the write is a moment in which a unit may leave."""
    (unit,) = (chain for chain in CHAINS if chain.name == name)
    (second, number), _ = SECOND[name]
    row_by_position = {position: row for row, position in positions(unit, unit.rows).items()}
    row = row_by_position[second, number]
    source = source_of(unit)
    names = columns(source.chain.unit, source.chain.number)
    table_prefix = names[0].rpartition(".")[0] + "."
    agent = Logging(unit)
    with agent:
        handler = near(agent, {"switch_unproven": "yes"})
        handler.port_down(PduPortView(f"{second}.{number}"), pause=0.01)
    assert agent.is_written
    for oid in agent.asked:
        is_of_names = oid.startswith(tuple(names))
        is_of_table = oid.startswith(table_prefix)
        assert is_of_names or not is_of_table or oid.endswith(f".{row}"), oid


class Alternating(NearPdu):
    """A handler on a platform at whose calls the first unit of the chain goes and comes."""

    def __init__(self, unit: Fixture, calls_between: int, phase: int) -> None:
        self.agent = Changing(unit)
        super().__init__(form(self.agent, {"switch_unproven": "yes"}, {}), self.agent)
        self.devices = (self.agent.device, Device(without_first_unit(unit), unit.rules))
        self.calls_between, self.calls = calls_between, phase

    def pass_time(self) -> None:
        self.calls += 1
        self.agent.device = self.devices[self.calls // self.calls_between % 2]

    def snmp_get(self, oid: str) -> Element:
        self.pass_time()
        return super().snmp_get(oid)

    def snmp_walk(self, oid: str) -> list[Element]:
        self.pass_time()
        return super().snmp_walk(oid)

    def snmp_set(self, oid: str, value: Union[int, str, bytes]) -> None:
        self.pass_time()
        super().snmp_set(oid, value)


@pytest.mark.parametrize("calls_between", [1, 2, 3])
@EACH
def test_no_command_of_a_chain_whose_first_unit_goes_and_comes_is_another_units(
    unit: Fixture, calls_between: int
) -> None:
    first_unit, _ = positions(unit, unit.rows)[1]
    for position in positions(unit, unit.rows).values():
        identity = position[1] if position[0] == first_unit else ".".join(position)
        for is_up, phase in itertools.product((True, False), range(2 * calls_between)):
            pdu = Alternating(unit, calls_between, phase)
            switch = pdu.port_up if is_up else pdu.port_down
            with pdu.agent, contextlib.suppress(PduHandlerError):
                switch(PduPortView(identity), deadline=0.0, pause=0.0)
            assert pdu.agent.written in (None, position), (identity, is_up, phase)


class Away(Agent):
    """An agent whose relays are stuck, and whose first unit is away for one or several requests
    after a write: the rows of the second one, in its place, all read as was wanted."""

    away_after = 0  #: requests from the write to the first one without the unit
    away_for = 0  #: requests
    since_write: Optional[int] = None

    def __init__(self, unit: Fixture, target: EnumPowerStatus) -> None:
        other_state = DOWN if target is UP else UP
        self.with_all_rows = Device(self._all_reading(unit, unit.rows, other_state), unit.rules)
        self.shorter = Device(self._all_reading(unit, without_first_unit(unit), target))
        super().__init__(self.with_all_rows)

    @staticmethod
    def _all_reading(
        unit: Fixture, rows: Mapping[str, Row], state: EnumPowerStatus
    ) -> Mapping[str, Row]:
        """The objects, with this state of all outlets."""
        states_of_family = FAMILIES[unit.key].outlets[0].states
        assert states_of_family is not None
        (word,) = states_of_family.on if state is UP else states_of_family.off
        column = source_of(unit).oid
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
            self.device = self.shorter if is_away else self.with_all_rows
        if message.pdu.kind == ber.SET:
            self.since_write = 0
            rows_before = self.device.rows()
            answer = super()._answer(message)
            self.with_all_rows = self.device = Device(rows_before)
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
    for column in columns_of(source_of(unit)):
        exchanged_rows[f"{column}.{row}"] = unit.rows[f"{column}.{other_row}"]
        exchanged_rows[f"{column}.{other_row}"] = unit.rows[f"{column}.{row}"]
    changing = MovedByWrite(unit)
    changing.later_rows = exchanged_rows
    identity = ".".join(outlet)
    with changing:
        state_now = states_on(unit, changing)[identity]
        assert state_after_command(changing, identity, state_now) is UNKNOWN
    assert changing.written == other_outlet


def test_a_name_that_is_both_unit_and_number_is_shown_once() -> None:
    unit = next(unit for unit in FIXTURES if unit.name == "wti-power")
    name = unit_column(unit)
    rows = dict(unit.rows)
    rows[f"{name}.2"] = Row(OCTETS, b"Bank B")

    with pytest.raises(ProtocolError) as error_info:
        detection.read_as(of_rows(rows), FAMILIES[unit.key])

    assert str(error_info.value).count("'Bank B'") == 1


def chain(units: Mapping[str, Value], numbers: Mapping[str, Value]) -> dict[str, Value]:
    """The objects of `CHAIN`: each row with its unit and its number, and a value of its own."""
    values: dict[str, Value] = {row: int(row) for row in units}
    return {**table("1.3.1", values), **table("1.3.2", units), **table("1.3.3", numbers)}


@pytest.mark.parametrize("walked_rows", [1, 2, 3])
def test_a_walk_that_ends_early_makes_a_unit_no_shorter(walked_rows: int) -> None:
    """The last row that it shows has its own number, as that of a smaller unit would."""
    rows = ["1", "2", "3", "4"]
    device = Memory(chain(dict.fromkeys(rows, 1), {row: int(row) for row in rows}))
    device.unwalked = {VALUES.oid: rows[walked_rows:]}
    outlets = CHAIN.of(VALUES)
    tables = tables_of_device(device, sources=[outlets])
    assert list(tables[outlets]) == rows[:walked_rows]
    assert list(tables.of_known_family()[outlets]) == rows


def test_whether_a_unit_1_follows_a_unit_0_is_walked_once_in_a_command() -> None:
    objects: dict[str, Value] = {
        **table("1.3.1", {"1": 7, "2": 7}),
        **table("1.3.2", {"1": 0, "2": 0}),
        **table("1.3.3", {"1": 1, "2": 2}),
    }
    device = Memory(objects)
    before = tables_of(device, "2")
    assert CHAIN.row_of(before, "2", VALUES) == "2"
    assert device.asked == ["get 1.3.3.2", "get 1.3.2.2", "walk 1.3.2", "walk 1.3.3"]
    assert CHAIN.row_of(before.again(), "2", VALUES) == "2"
    assert device.asked[4:] == ["get 1.3.3.2", "get 1.3.2.2"]


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
    before = tables_of(device, "2")
    assert CHAIN.row_of(before, "2", VALUES) == "2"
    for oid, value in chain(units, numbers).items():
        device.put(oid, value)
    with pytest.raises(ProtocolError, match="both a unit 0 and a unit 1"):
        CHAIN.row_of(before.again(), "2", VALUES)


def test_a_row_without_a_number_now_is_not_taken_from_walks_made_before() -> None:
    objects = chain({"1": 1, "2": 2}, {"1": 1, "2": 1})
    device = Memory(objects)
    tables = tables_of(device, "2.1")
    assert CHAIN.row_of(tables, "2.1", VALUES) == "2"
    with device.without(oid for oid in objects if oid.endswith(".2")):
        assert CHAIN.row_of(tables, "2.1", VALUES) is None


class ComparedName(str):
    """An identity that counts how often it is compared."""

    comparisons = 0
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        ComparedName.comparisons += 1
        return super().__eq__(other)


def test_the_time_for_a_long_chain_does_not_grow_with_the_square_of_its_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = range(1, 301)
    units = {str(row): 1 + row // 150 for row in rows}
    objects = {**table("1.3.2", units), **table("1.3.3", {str(row): row for row in rows})}
    tables = tables_of(Memory(objects))
    named = Chain._identity

    def identity(chain: Chain, unit: str, number: str) -> str:
        return ComparedName(named(chain, unit, number))

    monkeypatch.setattr(Chain, "_identity", identity)
    assert len(CHAIN.identities(tables, list(map(str, rows)))) == len(rows)
    assert ComparedName.comparisons < len(rows)
