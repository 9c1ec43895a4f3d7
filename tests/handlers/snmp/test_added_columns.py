"""A device has one column more than the recording, with a row for each outlet and one value for
all, as newer firmware has it: a layout is not proven by one column, so no outlet that is on is told
off. Only another column of states may say so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
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
from tests.handlers.snmp.memory import Memory, Value, of_rows
from tests.needs import ROOT
from tests.recordings import Fixture, fixture
from tests.simulators.snmp_agent.device import dotted

UP, DOWN, UNKNOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN, EnumPowerStatus.UNKNOWN
States = Mapping[str, EnumPowerStatus]
VALUES = (0, 1, 2, 230)  # off, on, another state, a voltage
PAGE = ROOT / "docs" / "certain.md"


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
                states = detected(more)
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
                assert column in OF_STATES and not column.startswith(layout), (
                    column,
                    turned_outlets,
                )
    text = PAGE.read_text("utf-8").partition("two tables of states")[2].partition("\n\n")[0]
    assert names_found and set(re.findall("`([a-z0-9-]+)`", text)) == names_found


def dpi(version: str, columns: Mapping[int, tuple[int, ...]]) -> Memory:
    """IBM-PDU-MIB: a unit with two outlets and these columns of ibmPduOutletTable."""
    device = of_rows(fixture("ibm-dpi_doubtful").rows)
    table = LAYOUTS["ibm-dpi"]
    objects: dict[str, Value] = {
        dotted(oid): value
        for oid, value in device._objects.items()
        if not dotted(oid).startswith(table) or dotted(oid).startswith(f"{table}2.")
    }
    objects["1.3.6.1.4.1.2.6.223.7.3.0"] = version
    for column, values in columns.items():
        objects.update((f"{table}{column}.{row}", value) for row, value in enumerate(values, 1))
    return Memory(objects)


CURRENT = {9: (1120, 5)}
STATES, WATTS, VOLTS, THRESHOLDS = (1, 0), (217, 1), (230, 230), (9600, 9600)


@pytest.mark.parametrize(
    "version, columns, states",
    [
        # the newer layout: 11 is a threshold, 13 the state, 15 the power
        ("sIBM_v01.3_3", {**CURRENT, 11: THRESHOLDS, 13: STATES, 15: WATTS}, (UP, DOWN)),
        ("sLEN_v02.1_1", {**CURRENT, 11: (0, 0), 13: STATES, 15: WATTS}, (UP, DOWN)),
        # thresholds that could be states, and no mark: it may be the older layout
        ("sIBM_v01.3_3", {**CURRENT, 11: (0, 0), 13: STATES, 15: WATTS}, (UNKNOWN, UNKNOWN)),
        # the older layout: 11 is the state, 13 the power; with two columns appended, 15 the volts
        ("sIBM_v01.3_8", {7: (1120, 5), 8: (1200, 230), 11: STATES, 13: WATTS}, (UP, DOWN)),
        ("sIBM_v01.3_8", {7: (1120, 5), 11: STATES, 13: WATTS, 15: VOLTS}, (UNKNOWN, UNKNOWN)),
        ("sIBM_v01.3_8", {7: (5, 5), 11: STATES, 13: (1, 0), 15: VOLTS}, (UNKNOWN, UNKNOWN)),
        # a layout whose column is missing: 8, 11 or 15
        ("sIBM_v01.3_8", {7: (1120, 5), 11: STATES, 13: WATTS}, (UNKNOWN, UNKNOWN)),
        ("sIBM_v01.3_8", {7: (5, 5), 13: (1, 0), 15: VOLTS}, (UNKNOWN, UNKNOWN)),
        ("sIBM_v01.3_3", {**CURRENT, 8: VOLTS, 11: (1, 1), 13: STATES}, (UNKNOWN, UNKNOWN)),
        ("sIBM_v01.3_3", {**CURRENT, 8: (230, 0), 11: (0, 0), 13: STATES}, (UNKNOWN, UNKNOWN)),
        # a mark of newer firmware, and a row that is not possible under its layout
        ("sLEN_v02.1_1", {**CURRENT, 11: THRESHOLDS, 13: (1, 7), 15: WATTS}, (UNKNOWN, UNKNOWN)),
    ],
)
def test_a_layout_holds_only_if_every_row_fits_and_nothing_speaks_against_it(
    version: str,
    columns: Mapping[int, tuple[int, ...]],
    states: tuple[EnumPowerStatus, EnumPowerStatus],
) -> None:
    device = detection.detect(dpi("OPDP_" + version, columns), PROFILES)
    assert tuple(device.states.values()) == states
    figures = read_exactly(device)
    if UNKNOWN in states:
        assert not figures.currents and not figures.powers and figures.load_a is None
        assert device.outlets is not None and device.outlets.control is None
    else:
        assert [figures.currents["1"], figures.powers["1"]] == [Decimal("1.120"), 217]
