"""A device has one column more than the recording, with a row for each outlet and one value for
all, as newer firmware has it: a layout is not proven by one column, so no outlet that is on is told
off. Only another column of states may say so.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import pytest

from handlers.shared.errors import PduHandlerError
from handlers.snmp import detection
from handlers.snmp.profile import oids
from handlers.snmp.profiles import PROFILES
from handlers.snmp.reader import Reader
from pdu_common.helper import EnumPowerStatus
from tests.handlers.snmp import units
from tests.handlers.snmp.exact_figures import read_exactly
from tests.handlers.snmp.memory import Memory, of_rows
from tests.needs import ROOT
from tests.simulators.snmp_units import Fixture

UP, DOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN
States = Mapping[str, EnumPowerStatus]
VALUES = (0, 1, 2, 230)  # off, on, another state, a voltage
PAGE = ROOT / "docs" / "dev" / "families.md"


class Addition(NamedTuple):
    """A column that the unit lacks, and the outlets that are returned as off instead of on, or as
    on instead of off, if it has one."""

    column: str
    turned: tuple[str, ...]


def states_with_figures(device: Memory) -> States:
    """The states that are returned while the figures are read, too. Raises PduHandlerError."""
    snmp_device = detection.detect(device, PROFILES, metered_only=True)
    read_exactly(snmp_device)
    return snmp_device.states


def additions(unit: Fixture) -> Iterator[Addition]:
    """The walked columns that the unit does not have, each filled with each of VALUES."""
    device = of_rows(unit.rows)
    try:
        whole = states_with_figures(device)
    except PduHandlerError:
        return
    walks = [request for request in device.asked if request.startswith("walk ")]
    indexes_by_column: dict[str, list[str]] = {}
    for walk in walks:
        column = walk.removeprefix("walk ")
        indexes_by_column[column] = list(device.walk(column))
    indexes = likely_indexes(list(indexes_by_column.values()), len(whole))
    absent_columns = [column for column, rows in indexes_by_column.items() if not rows]
    for column, value in itertools.product(absent_columns if indexes else (), VALUES):
        larger_device = of_rows(unit.rows)
        for index in indexes:
            larger_device.put(f"{column}.{index}", value)
        try:
            states = detection.detect(larger_device, PROFILES, metered_only=True).states
        except PduHandlerError:
            continue
        yield Addition(column, turned_outlets(whole, states))


def likely_indexes(columns: Sequence[list[str]], outlet_count: int) -> list[str]:
    """The indexes of the first column with a row for each outlet, else of the first with rows; []
    if there is none."""
    filled_columns = [indexes for indexes in columns if indexes]
    for indexes in filled_columns:
        if len(indexes) == outlet_count:
            return indexes
    return filled_columns[0] if filled_columns else []


def turned_outlets(before: States, after: States) -> tuple[str, ...]:
    """The outlets that were on and are off, or the other way round."""
    outlets: list[str] = []
    for identity, state in before.items():
        if {state, after.get(identity)} == {UP, DOWN}:
            outlets.append(identity)
    return tuple(outlets)


def columns_of_states() -> frozenset[str]:
    """All columns that a family reads as the states of outlets, with each root of the family."""
    columns: set[str] = set()
    for profile in PROFILES:
        states = [outlets.states for outlets in profile.outlets if outlets.states is not None]
        sources = tuple(states_of_list.source for states_of_list in states)
        for root in profile.roots_for(""):
            reader = Reader(Memory({}), root)
            columns.update(map(reader.resolve, oids(sources)))
    return frozenset(columns)


OF_STATES = columns_of_states()
# its condition is a column that the same family reads as the state of other units
LAYOUTS = {"ibm-dpi": "1.3.6.1.4.1.2.6.223.8.2.2.1."}


@pytest.mark.sample(1)
def test_a_column_turns_no_state_unless_the_page_names_its_family_and_it_is_one_of_states() -> None:
    """Each of these has two columns of states, of which the first with rows is read: the other
    would cost a request."""
    families: set[str] = set()
    for unit in units.FIXTURES:
        layout = LAYOUTS.get(unit.key, "-")
        for addition in additions(unit):
            if not addition.turned:
                continue
            families.add(unit.key)
            assert addition.column in OF_STATES, addition
            assert not addition.column.startswith(layout), addition
    _, _, section = PAGE.read_text("utf-8").partition("Two tables of states")
    paragraph, _, _ = section.partition("\n\n")
    assert families
    assert set(re.findall("`([a-z0-9-]+)`", paragraph)) == families
