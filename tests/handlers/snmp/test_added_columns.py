"""A device has one column more than the recording, with a row for each outlet and one value for
all, as newer firmware has it: a layout is not proven by one column, so no outlet that is on is told
off. Only another column of states may say so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
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
from tests.recordings import Fixture

UP, DOWN, UNKNOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN, EnumPowerStatus.UNKNOWN
States = Mapping[str, EnumPowerStatus]
VALUES = (0, 1, 2, 230)  # off, on, another state, a voltage
PAGE = ROOT / "docs" / "dev" / "families.md"


class Addition(NamedTuple):
    """A column that the unit lacks, and the outlets that are told off instead of on, or the other
    way round, if it has one."""

    column: str
    turned: tuple[str, ...]


def detected(device: Memory) -> States:
    """The states that are told while the figures are read too."""
    snmp_device = detection.detect(device, PROFILES, metered_only=True)
    read_exactly(snmp_device)
    return snmp_device.states


def additions(unit: Fixture) -> Iterator[Addition]:
    device = of_rows(unit.rows)
    try:
        whole = detected(device)
    except PduHandlerError:
        return
    walks = dict.fromkeys(ask[len("walk ") :] for ask in device.asked if ask.startswith("walk "))
    rows = {column: list(device.walk(column)) for column in walks}
    filled_rows = [row for row in rows.values() if row]
    fitting = [held for held in filled_rows if len(held) == len(whole)] or filled_rows
    indexes = fitting[0] if fitting else []
    for column, values in rows.items():
        for value in VALUES if not values and indexes else ():
            more = of_rows(unit.rows)
            for index in indexes:
                more.put(f"{column}.{index}", value)
            try:
                states = detection.detect(more, PROFILES, metered_only=True).states
            except PduHandlerError:
                continue
            turned_outlets = [
                identity
                for identity in whole
                if {whole[identity], states.get(identity)} == {UP, DOWN}
            ]
            yield Addition(column, tuple(turned_outlets))


def columns_of_states() -> frozenset[str]:
    """All columns that a family reads as the states of outlets, with each root of the family."""
    names_found: set[str] = set()
    for profile in PROFILES:
        for root in profile.roots_for(""):
            reader = Reader(Memory({}), root)
            for outlets in profile.outlets:
                if outlets.states is not None:
                    names_found.update(map(reader.resolve, oids(outlets.states.source)))
    return frozenset(names_found)


OF_STATES = columns_of_states()
# its condition is a column that the same family reads as the state of other units
LAYOUTS = {"ibm-dpi": "1.3.6.1.4.1.2.6.223.8.2.2.1."}


@pytest.mark.sample(1)
def test_a_column_turns_no_state_unless_the_page_names_its_family_and_it_is_one_of_states() -> None:
    """Each of these has two columns of states, of which the first with rows is read: the other
    would cost a request."""
    names_found: set[str] = set()
    for unit in units.FIXTURES:
        layout = LAYOUTS.get(unit.key, "-")
        for column, turned_outlets in additions(unit):
            if turned_outlets:
                names_found.add(unit.key)
                assert column in OF_STATES, (
                    column,
                    turned_outlets,
                )
                assert not column.startswith(layout), (
                    column,
                    turned_outlets,
                )
    text = PAGE.read_text("utf-8").partition("Two tables of states")[2].partition("\n\n")[0]
    assert names_found
    assert set(re.findall("`([a-z0-9-]+)`", text)) == names_found
