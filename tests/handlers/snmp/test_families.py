"""Every declared family, on its synthetic units: detection, states, figures,
switching and faults.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from decimal import Decimal
from typing import Optional

import pytest

from handlers.dcimanager import Label
from handlers.shared.errors import Denied, PduHandlerError, ProtocolError, Refused, Unsupported
from handlers.snmp import detection
from handlers.snmp.labels import outlet_labels
from handlers.snmp.objects import Column, Scalar, Spread
from handlers.snmp.parts import parts_of
from handlers.snmp.profiles import PROFILES
from handlers.snmp.read_scope import FIGURES
from handlers.snmp.tables import objects_of
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.handlers.snmp.calls import near, pdu
from tests.handlers.snmp.exact_figures import read_exactly
from tests.handlers.snmp.memory import of_rows
from tests.handlers.snmp.units import (
    EACH,
    EACH_MECHANISM,
    FAMILIES,
    FIXTURES,
    REACHED,
    SWITCHED,
    UNPROVEN,
    WIRED,
    WIRED_KINDS,
    Reach,
    about,
    chosen_by_hand,
    expected_states,
    find,
    handler_of,
    memory,
    port_of,
    rows_without,
    states,
    states_on,
    switching,
    unit_id,
    varbinds,
)
from tests.needs import ROOT
from tests.simulators.snmp_agent import Agent, Device, Faults, Row, Rule
from tests.simulators.snmp_units import Fixture, VarBind, fixture, fixtures

_OCTETS = 4


def test_as_many_families_are_declared_as_the_readme_says() -> None:
    assert len(FAMILIES) == len(PROFILES) > 100
    assert f"{len(PROFILES)} families" in (ROOT / "README.md").read_text("utf-8")


def test_every_family_has_a_synthetic_unit_and_every_unit_a_family() -> None:
    assert {unit.key for unit in fixtures()} == set(FAMILIES)


def test_a_unit_is_detected_as_its_family() -> None:
    key_by_name = {unit.name: find(unit, memory(unit)).profile.key for unit in FIXTURES}
    assert key_by_name == {unit.name: unit.key for unit in FIXTURES}


def test_a_unit_fits_only_its_own_family_and_those_named_in_its_fixture() -> None:
    for unit in FIXTURES:
        device = memory(unit)
        fitting = set()
        for other in PROFILES:
            try:
                detection.detect(device, [other], metered_only=unit.metered_only)
            except ProtocolError:  # the device has objects of the family
                pass
            except Unsupported:
                continue
            fitting.add(other.key)

        expected = set(unit.also)
        if not chosen_by_hand(unit):
            expected.add(unit.key)
        assert fitting == expected, unit.name


def test_the_profile_setting_reads_a_unit_as_its_family() -> None:
    for unit in FIXTURES:
        device = detection.read_as(memory(unit), FAMILIES[unit.key], metered_only=unit.metered_only)
        assert dict(device.states) == expected_states(unit), unit.name


def test_outlets_and_states_are_listed_in_the_units_order() -> None:
    for unit in FIXTURES:
        device = find(unit, memory(unit))
        assert list(device.states.items()) == list(expected_states(unit).items()), unit.name


def test_numbers_and_names_agree_with_the_unit() -> None:
    for unit in FIXTURES:
        labels = outlet_labels(find(unit, memory(unit)))
        expected = [
            Label(identity, outlet.number, outlet.name)
            for identity, outlet in unit.expected.outlets.items()
        ]
        assert labels == expected, unit.name


def renamed(value: bytes, names: set[str]) -> bytes:
    """The value with another name in place of one of these. A DigiPower text begins with it."""
    name, comma, rest = value.decode("utf-8", "replace").partition(",")
    if name not in names:
        return value
    return f"renamed{comma}{rest}".encode()


def as_float(figure: Optional[Decimal]) -> Optional[float]:
    """A figure, with which one from a fixture can be compared."""
    return None if figure is None else float(figure)


def test_figures_of_outlets_agree_with_the_unit_and_none_is_invented() -> None:
    for unit in FIXTURES:
        reading = read_exactly(find(unit, memory(unit), FIGURES))
        for identity, expected in unit.expected.outlets.items():
            where = f"{unit.name}, outlet {identity}"
            current_a = as_float(reading.currents.get(identity))
            power_w = as_float(reading.powers.get(identity))
            energy_kwh = as_float(reading.energies.get(identity))
            assert current_a == about(expected.current_a), where
            assert power_w == about(expected.power_w), where
            assert energy_kwh == about(expected.energy_kwh), where


def test_totals_agree_with_the_unit_and_count_no_current_twice() -> None:
    for unit in FIXTURES:
        reading = read_exactly(find(unit, memory(unit), FIGURES))
        expected = unit.expected
        assert as_float(reading.load_a) == about(expected.load_a), unit.name
        assert as_float(reading.power_w) == about(expected.power_w), unit.name
        assert as_float(reading.energy_kwh) == about(expected.energy_kwh), unit.name


def names_of(unit: Fixture) -> set[str]:
    return {outlet.name for outlet in unit.expected.outlets.values()} - {""}


def test_identities_do_not_depend_on_names() -> None:
    units = [unit for unit in FIXTURES if names_of(unit)]
    assert len(units) > 100
    for unit in units:
        rows = dict(unit.rows)
        names = names_of(unit)
        for oid, row in unit.rows.items():
            if row.tag == _OCTETS and isinstance(row.value, bytes):
                rows[oid] = row._replace(value=renamed(row.value, names))
        assert rows != unit.rows, f"{unit.name}: no name was changed: the test would prove nothing"

        device = find(unit, of_rows(rows))
        assert dict(device.states) == expected_states(unit), unit.name


def test_a_status_costs_the_requests_that_the_fixture_expects() -> None:
    for unit in FIXTURES:
        device = memory(unit)
        find(unit, device)
        request_kinds = [question.partition(" ")[0] for question in device.asked]
        assert request_kinds.count("get") == unit.expected.gets, unit.name
        assert request_kinds.count("walk") == unit.expected.walks, unit.name


def counted_states(unit: Fixture) -> list[str]:
    """Return the outlets that have a state if the unit's count equals their number,
    otherwise [].
    """
    device = find(unit, memory(unit))
    outlets = device.outlets
    if outlets is None or outlets.states is None or outlets.count is None:
        return []
    states = list(outlets.states.rows(device.tables))
    counts = device.tables[outlets.count].values()
    total = sum(int(str(count)) for count in counts)
    return states if len(states) == total else []


def state_columns(unit: Fixture) -> list[str]:
    """Return the columns that are walked to read the states of this unit."""
    device = memory(unit)
    snmp_device = find(unit, device)
    device.asked.clear()
    assert snmp_device.outlets is not None
    assert snmp_device.outlets.states is not None
    snmp_device.outlets.states.decisions(snmp_device.tables.again())
    return list(device.walked_columns())


def state_objects(unit: Fixture, identity: str) -> list[str]:
    """Return the objects that are walked to read the state of one outlet."""
    device = find(unit, memory(unit))
    assert device.outlets is not None
    assert device.outlets.states is not None
    objects = [f"{column}.{identity}" for column in state_columns(unit)]
    # of a function, the index may lack what the identity begins with
    source = next(objects_of([device.outlets.states.source]))
    cell = source.cell(device.tables, identity)
    if cell is not None:
        objects.append(device.tables.resolve(cell))
    return objects


# These families index relays and meters differently: without states, a unit lists its metered
# outlets instead, all UNKNOWN.
METERS_APART = ("geist-v5", "riedo-updu")


def without_state_rows(unit: Fixture) -> dict[str, Row]:
    """Return the unit's objects except those that hold its states: walked columns, and objects that
    a `Spread` gets.
    """
    device = find(unit, memory(unit))
    assert device.outlets is not None
    assert device.outlets.states is not None
    oids = list(state_columns(unit))
    for part in parts_of(device.outlets.states):
        if isinstance(part, Spread) and part.by_get:
            cells = [part.cell(device.tables, number) for number, _ in part.numbers()]
            oids += [device.tables.resolve(cell) for cell in cells if cell is not None]
    return rows_without(unit, *oids)


def test_a_switched_unit_without_states_is_never_shown_without_outlets() -> None:
    """A missing table does not prove that a PDU has no outlets, even if the unit still has its
    meters.
    """
    for unit in SWITCHED:
        expected = expected_states(unit)
        try:
            states = dict(find(unit, of_rows(without_state_rows(unit))).states)
        except PduHandlerError as error:
            assert error.kind in ("protocol", "unsupported"), unit.name
            continue
        if unit.key in METERS_APART:
            assert states, unit.name
            assert set(states.values()) == {EnumPowerStatus.UNKNOWN}, unit.name
            continue
        assert list(states) == list(expected), (
            f"{unit.name}: a shorter view, or the outlets of another table"
        )
        for identity, state in states.items():
            assert state in (EnumPowerStatus.UNKNOWN, expected[identity]), unit.name


@pytest.mark.parametrize("name", ["apc-rpdu_total", "cyberpower-epdu"])
def test_metered_only_is_refused_for_a_unit_that_counts_controlled_outlets(name: str) -> None:
    """A metered unit counts 0 controlled outlets.

    This unit counts more, so the setting `metered_only` is wrong.
    """
    unit = fixture(name)
    with pytest.raises(ProtocolError, match="counts [0-9]+ outlets"):
        detection.detect(of_rows(without_state_rows(unit)), PROFILES, metered_only=True)


@pytest.mark.against("synthetic units, served by the project's agent")
@pytest.mark.parametrize("name", ["gude-epc", "netio", "apc-rpdu_total", "digipower"])
def test_an_empty_table_of_states_is_an_error_of_a_status_and_of_a_command_over_the_wire(
    name: str,
) -> None:
    unit = fixture(name)
    rows = without_state_rows(unit)
    if name == "digipower":  # each unit's string of states is empty
        rows = dict(unit.rows)
        for oid, row in unit.rows.items():
            if oid.endswith(".13.0"):
                rows[oid] = row._replace(value=b"")
    with Agent(Device(rows, rules=None)) as agent:
        check_that_no_outlet_is_an_error(unit, agent)
        metered_only = pdu(agent, {"metered_only": "yes"}, version=unit.versions[0][0])
        counts_switched_outlets = name == "apc-rpdu_total"
        if counts_switched_outlets:
            with pytest.raises(ProtocolError, match="is not a unit that only meters"):
                metered_only.status()
        else:
            assert metered_only.status().ports == []


def check_that_no_outlet_is_an_error(unit: Fixture, agent: Agent) -> None:
    """A status and both commands raise an error, and write nothing."""
    handler = handler_of(unit, agent)
    for call in (
        handler.status,
        lambda: handler.port_up(port_of(unit)),
        lambda: handler.port_down(port_of(unit)),
    ):
        with pytest.raises(ProtocolError, match="lists no outlet|but it listed 0"):
            call()
    assert agent.writes() == []


def test_a_newer_netbooter_without_its_table_is_not_read_by_the_older_tree() -> None:
    """The older tree counts from 1, the newer one from 0, so the same identity names neighbouring
    outlets in them.
    """
    newer, older = map(fixture, ("synaccess-netbooter", "synaccess-netbooter_older"))
    with pytest.raises(ProtocolError, match="lists no outlet"):
        find(newer, of_rows({**older.rows, **without_state_rows(newer)}))


def test_a_count_of_zero_proves_that_a_unit_has_no_outlets() -> None:
    unit = fixture("apc-rpdu_total")
    rows = without_state_rows(unit)
    count = "1.3.6.1.4.1.318.1.1.12.3.1.3.0"
    with pytest.raises(ProtocolError):
        find(unit, of_rows(rows))
    assert find(unit, of_rows({**rows, count: rows[count]._replace(value=0)})).states == {}


COUNTING = [
    unit for unit in FIXTURES if any(outlets.count for outlets in FAMILIES[unit.key].outlets)
]
COUNTED = [unit for unit in COUNTING if counted_states(unit)]


def test_a_truncated_table_of_states_never_shortens_the_list_of_outlets() -> None:
    for unit in COUNTED:
        whole = expected_states(unit)
        lost = counted_states(unit)[-1]
        rows = rows_without(unit, *state_objects(unit, lost))
        try:
            states = dict(find(unit, of_rows(rows)).states)
        except ProtocolError as error:
            sentence = f"counts {len(whole)} outlets, but it listed {len(whole) - 1}"
            assert sentence in str(error), unit.name
            continue
        if unit.name == "ibm-dpi_older":  # each row of the table tells its layout
            whole = dict.fromkeys(whole, EnumPowerStatus.UNKNOWN)
        assert states == {**whole, lost: EnumPowerStatus.UNKNOWN}, unit.name


def test_a_unit_of_each_family_with_a_count_has_this_count() -> None:
    """A count whose OID no unit has, such as a scalar without its .0, would not reveal a table that
    ended early.
    """
    with_count = set()
    for unit in COUNTING:
        device = find(unit, memory(unit))
        if device.outlets is not None and device.outlets.count is not None:
            if device.tables[device.outlets.count]:
                with_count.add(unit.key)
    assert with_count == {unit.key for unit in COUNTING}


def count_oid(unit: Fixture) -> str:
    """Return the OID of the count if it is a column or a scalar and the unit's `Outlets` have
    `rows`, else "".
    """
    device = find(unit, memory(unit))
    if device.outlets is None or not device.outlets.rows:
        return ""
    count = device.outlets.count
    if not isinstance(count, (Column, Scalar)):
        return ""
    return device.tables.resolve(count.oid)


def test_a_unit_whose_count_is_lost_lists_all_outlets() -> None:
    trials = 0
    for unit in COUNTING:
        count = count_oid(unit)
        if not count:
            continue
        trials += 1
        device = find(unit, of_rows(rows_without(unit, count)))
        assert device.states == expected_states(unit), unit.name
    assert trials >= 20


def test_devices_of_at_least_thirty_families_count_their_outlets() -> None:
    assert len({unit.key for unit in COUNTED}) >= 30


def each_version(units: Sequence[Fixture]) -> pytest.MarkDecorator:
    pairs = [(unit, version) for unit in units for version in unit.versions]
    return pytest.mark.parametrize("unit, version", pairs, ids=unit_id)


#: units with a figure that is not known now: a bank without a current, a lost PDU of a chain, an
#: agent without a link to its device
NOT_KNOWN = ("aten-pe2_metered", "delta-pdu_lost", "delta-sts_unlinked", "ibm-dpi_doubtful")


def check_readings(unit: Fixture, version: str, reach: Reach) -> None:
    """Asserts that status and statistics from an agent agree with the unit."""
    expected = unit.expected
    with Agent(unit.device(), versions=(int(version[0]),)) as agent:
        status = handler_of(unit, agent, reach, version=version).status()
        assert states(status) == expected_states(unit), unit.name
        assert agent.counts["get"] == expected.gets, unit.name

        handler = handler_of(unit, agent, reach, version=version)
        if unit.name in NOT_KNOWN:
            with pytest.raises(ProtocolError, match="cannot be read now.*unknown_figures=unset"):
                handler.statistic()
            handler.pdu_data.custom_params["unknown_figures"] = "unset"
        statistic = handler.statistic()
        assert agent.writes() == []

    # A total that the unit does not meter keeps the view's default, 0.0.
    assert statistic.load == about(expected.load_a or 0.0), unit.name
    assert statistic.total_consumption == about(expected.energy_kwh or 0.0), unit.name
    energies = {port.identity: port.consumption for port in statistic.ports}
    expected_energies = {}
    for identity, outlet in expected.outlets.items():
        if outlet.energy_kwh is not None:
            expected_energies[identity] = about(outlet.energy_kwh)
    assert energies == expected_energies, unit.name


@pytest.mark.against("synthetic units, served by the project's agent")
def test_status_and_statistics_in_memory_agree_with_each_unit() -> None:
    for unit in FIXTURES:
        check_readings(unit, unit.versions[0], near)


@each_version(WIRED)
@pytest.mark.against("synthetic units, served by the project's agent")
def test_status_and_statistics_over_the_wire_agree_with_the_unit(
    unit: Fixture, version: str
) -> None:
    check_readings(unit, version, pdu)


def check_commands(unit: Fixture, version: str, reach: Reach) -> None:
    """Asserts that a command writes exactly its outlet's objects and moves no other outlet."""
    identity = switching(unit).identity
    with Agent(unit.device(), versions=(int(version[0]),)) as agent:
        at_first = states_on(unit, agent)
        for up in (False, True, True):  # also an outlet that is on already
            before = len(agent.writes())
            handler = handler_of(unit, agent, reach, version=version)
            command = handler.port_up if up else handler.port_down
            expected = EnumPowerStatus.UP if up else EnumPowerStatus.DOWN
            port = port_of(unit)

            answer = command(port, pause=0.01)

            assert answer is port, unit.name
            assert port.identity == identity, unit.name
            assert port.power_status == expected, unit.name
            writes = agent.writes()[before:]
            received_varbinds = [VarBind(write.oid, write.tag, write.value) for write in writes]
            assert received_varbinds == varbinds(unit, up), unit.name
            assert {write.answer for write in writes} == {""}, unit.name
            assert states_on(unit, agent) == {**at_first, identity: expected}, unit.name


@pytest.mark.against("synthetic units, served by the project's agent")
def test_a_command_writes_exactly_its_outlets_objects_and_moves_no_other_outlet() -> None:
    for unit in SWITCHED:
        check_commands(unit, unit.versions[-1], near)


@each_version(WIRED_KINDS)
@pytest.mark.against("synthetic units, served by the project's agent")
def test_a_command_over_the_wire_writes_exactly_its_outlets_objects(
    unit: Fixture, version: str
) -> None:
    check_commands(unit, version, pdu)


@REACHED
@pytest.mark.against("synthetic units, switched with faults")
def test_a_command_that_is_accepted_and_ignored_leaves_the_state_unknown(
    unit: Fixture, reach: Reach
) -> None:
    switch = switching(unit)
    ignored_oids = [varbind.oid for varbind in (*switch.off, *switch.on)]
    device = Device(unit.rows, [Rule(oid, ignore=True) for oid in ignored_oids])
    with Agent(device) as agent:
        before = states_on(unit, agent)[switch.identity]
        for up in (True, False):
            target = EnumPowerStatus.UP if up else EnumPowerStatus.DOWN
            if target is before:
                continue
            handler = handler_of(unit, agent, reach)
            command = handler.port_up if up else handler.port_down
            port = command(port_of(unit), deadline=0.02, pause=0.01)
            assert port.power_status is EnumPowerStatus.UNKNOWN
            assert agent.writes()


@REACHED
@pytest.mark.against("synthetic units, switched with faults")
def test_a_refused_command_is_an_error_and_switches_nothing(unit: Fixture, reach: Reach) -> None:
    with Agent(unit.device(), faults=Faults(set_error="wrongValue")) as agent:
        before = states_on(unit, agent)
        for up in (True, False):
            handler = handler_of(unit, agent, reach)
            switch = handler.port_up if up else handler.port_down
            with pytest.raises((Refused, Denied)):
                switch(port_of(unit), pause=0.01)
        assert states_on(unit, agent) == before


READ_ONLY = [unit for unit in FIXTURES if not unit.switch or not FAMILIES[unit.key].is_proven]


@pytest.mark.parametrize("unit", READ_ONLY, ids=unit_id)
def test_a_unit_with_unproven_or_no_switching_is_read_only(unit: Fixture) -> None:
    """The error names the setting that allows a command, unless the family has none: then the
    setting does not help either."""
    settings = {"profile": unit.key} if chosen_by_hand(unit) else {}
    remedy = "switch_unproven=yes" if unit.switch else None
    all_settings = [settings] if unit.switch else [settings, {**settings, **UNPROVEN}]
    outlets = list(unit.expected.outlets)[:2]
    version = unit.versions[-1].replace("2c", "2")
    with Agent(Device(unit.rows, rules=None)) as agent:
        for identity, settings_of_pdu in itertools.product(outlets, all_settings):
            handler = near(agent, settings_of_pdu, version=version)
            for command in (handler.port_up, handler.port_down):
                with pytest.raises(Unsupported, match=remedy):
                    command(PduPortView(identity, EnumPowerStatus.UNKNOWN))
        assert agent.writes() == []


@pytest.mark.sample(10)
@EACH_MECHANISM
def test_an_unknown_outlet_is_an_error_and_nothing_is_written(unit: Fixture) -> None:
    with Agent(Device(unit.rows, rules=None)) as agent:
        for identity in ("999", "", "-1", "1.3.6.1", "1; drop", *unit.padding[:1]):
            with pytest.raises(PduHandlerError):
                handler_of(unit, agent, near).port_down(
                    PduPortView(identity, EnumPowerStatus.UNKNOWN)
                )
        assert agent.writes() == []


def test_recordings_are_in_the_order_of_oids() -> None:
    """A foreign agent, such as snmpsim, looks rows up by bisection."""
    for path in sorted((ROOT / "tests" / "simulators" / "snmp_units").glob("*.snmprec")):
        lines = path.read_text("utf-8", "surrogateescape").splitlines()
        oids = [tuple(map(int, line.partition("|")[0].split("."))) for line in lines]
        assert oids == sorted(oids), path.name


@EACH
def test_names_that_are_missing_cost_no_outlet_its_label(unit: Fixture) -> None:
    device = memory(unit)
    snmp_device = find(unit, device)
    device.asked.clear()
    identities = [label.identity for label in outlet_labels(snmp_device)]
    read_for_names = tuple(f"{request.partition(' ')[2]}." for request in device.asked)
    names = [oid for oid in unit.rows if f"{oid}.".startswith(read_for_names)]

    with device.without(names):
        labels = outlet_labels(find(unit, device))

    assert [label.identity for label in labels] == identities


@EACH
def test_no_two_outlets_have_the_same_printed_number(unit: Fixture) -> None:
    numbers = [label.number for label in outlet_labels(find(unit, memory(unit)))]
    # their identities do not show the unit in an arc of its own
    is_twice = unit.key in ("cpi-econnect", "didactum", "vutlan") and len(numbers) > 1
    assert is_twice or len(set(numbers)) == len(numbers)
