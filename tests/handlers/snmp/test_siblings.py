"""Objects of the same MIB that contradict the state of an outlet or forbid its commands, at every
documented value.
"""

from __future__ import annotations

import re

import pytest

from handlers.shared.errors import ProtocolError, Unsupported
from handlers.snmp.controls import Guard
from handlers.snmp.parts import parts_of
from handlers.snmp.states import Condition, State
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.handlers.snmp.calls import near
from tests.handlers.snmp.memory import of_rows
from tests.handlers.snmp.units import (
    FAMILIES,
    FIXTURES,
    UNPROVEN,
    expected_states,
    find,
    rows_without,
    unit_id,
)
from tests.needs import ROOT
from tests.simulators.snmp_agent import Agent, Device, Row
from tests.simulators.snmp_agent.device import INTEGER, OCTETS
from tests.simulators.snmp_units import Fixture, Sibling

OF_FAMILIES = [unit for unit in FIXTURES if "_" not in unit.name]  # one unit of each family
WITH_SIBLINGS = [unit for unit in FIXTURES if unit.siblings]
OPTIONAL = [
    pytest.param(unit, sibling, id=f"{unit.name}-{sibling.object}")
    for unit in FIXTURES
    for sibling in unit.siblings
    if sibling.optional
]


def _with(unit: Fixture, sibling: Sibling, value: str) -> dict[str, Row]:
    """The unit's rows with this value at the sibling."""
    row = unit.rows.get(sibling.oid)
    like = INTEGER if value.lstrip("-").isdecimal() else OCTETS
    tag = row.tag if row else like
    return {**unit.rows, sibling.oid: Row(tag, value.encode() if tag == OCTETS else int(value))}


@pytest.mark.parametrize("unit", WITH_SIBLINGS, ids=unit_id)
def test_no_state_is_reported_and_no_command_sent_against_a_sibling(unit: Fixture) -> None:
    for sibling in unit.siblings:
        expected_state = expected_states(unit)[sibling.identity]
        for value, _, right in sibling.values:
            case = f"{sibling.object} is {value}"
            rows = _with(unit, sibling, value)
            state = find(unit, of_rows(rows)).states[sibling.identity]
            if right == "refused":
                assert state in (expected_state, EnumPowerStatus.UNKNOWN), case
                assert _commands(unit, sibling, rows) == [(True, [])] * 2, case
            else:
                assert right in ("told", "unknown")
                assert state is (expected_state if right == "told" else EnumPowerStatus.UNKNOWN), (
                    case
                )


def _commands(
    unit: Fixture, sibling: Sibling, rows: dict[str, Row]
) -> list[tuple[bool, list[object]]]:
    """The outcome of each command: whether it is refused, and the writes that the agent saw."""
    outcomes: list[tuple[bool, list[object]]] = []
    for name in ("port_up", "port_down"):
        with Agent(Device(rows, unit.rules)) as agent:
            handler = near(agent, UNPROVEN, version=unit.versions[0][0])
            is_refused = False
            try:
                getattr(handler, name)(PduPortView(sibling.identity), deadline=0.0)
            except Unsupported:
                is_refused = True
            outcomes.append((is_refused, list(agent.writes())))
    return outcomes


def column_of(sibling: Sibling) -> str:
    """The sibling's column; of an object of the outlet's unit, the OID above it."""
    column = sibling.oid.removesuffix(f".{sibling.identity}")
    return sibling.oid.rpartition(".")[0] if column == sibling.oid else column


def is_cell_of_condition(unit: Fixture, sibling: Sibling) -> bool:
    """Whether the unit has the sibling in a column of several rows, and one of its values makes the
    state UNKNOWN."""
    if sibling.oid not in unit.rows:
        return False
    column = column_of(sibling)
    rows = [oid for oid in unit.rows if oid.startswith(f"{column}.")]
    expected_states_by_value = [state for _, _, state in sibling.values]
    return len(rows) > 1 and "unknown" in expected_states_by_value


CONDITIONAL = [
    pytest.param(unit, sibling, id=f"{unit.name}-{sibling.object}")
    for unit in FIXTURES
    for sibling in unit.siblings
    if is_cell_of_condition(unit, sibling)
]


@pytest.mark.parametrize("unit, sibling", CONDITIONAL)
def test_no_state_is_told_if_the_row_that_could_contradict_it_is_missing(
    unit: Fixture, sibling: Sibling
) -> None:
    """A walk may end early: the unit is refused, or the outlet is missing or UNKNOWN."""
    rows = dict(unit.rows)
    rows.pop(sibling.oid, None)
    try:
        states = find(unit, of_rows(rows)).states
    except ProtocolError:
        return
    assert states.get(sibling.identity) in (None, EnumPowerStatus.UNKNOWN)


@pytest.mark.parametrize("unit, sibling", OPTIONAL)
def test_a_unit_without_an_optional_sibling_reports_its_states(
    unit: Fixture, sibling: Sibling
) -> None:
    rows = rows_without(unit, column_of(sibling))
    assert len(rows) < len(unit.rows)
    assert dict(find(unit, of_rows(rows)).states) == expected_states(unit)


def test_the_fixture_of_every_family_with_states_lists_the_siblings_of_its_mib() -> None:
    for unit in OF_FAMILIES:
        parts = list(parts_of(FAMILIES[unit.key]))
        states = [part for part in parts if isinstance(part, State)]
        if not states:
            continue
        assert unit.siblings or unit.no_siblings, (
            f"{unit.name}: list the siblings, or say in a sentence which tables were read and have"
            " none"
        )
        has_objection = any(isinstance(part, (Condition, Guard)) for part in parts)
        has_crosscheck = any(state.crosscheck for state in states)
        if has_objection or has_crosscheck:
            assert unit.siblings, (
                f"{unit.name}: the profile reads an object that can contradict a state: list its"
                " values"
            )


def test_every_value_of_a_sibling_is_given_once() -> None:
    for unit in FIXTURES:
        for sibling in unit.siblings:
            values = [value for value, _, _ in sibling.values]
            assert len(values) == len(set(values)) >= 2
            assert sibling.source


def test_the_families_whose_conditions_may_have_no_object_are_documented() -> None:
    """An optional Condition, whose object some models lack, denies nothing where it is empty."""
    optional = set()
    for profile in FAMILIES.values():
        for part in parts_of(profile):
            if isinstance(part, Condition) and part.optional:
                optional.add(profile.key)
    page = (ROOT / "docs" / "dev" / "families.md").read_text()
    (line,) = [line for line in page.splitlines() if "is told without it" in line]
    assert set(re.findall("`(.+?)`", line)) == optional
