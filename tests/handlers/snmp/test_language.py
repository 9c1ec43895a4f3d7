"""The defaults of the functions that make the entries of profiles."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from handlers.shared.errors import ProtocolError
from handlers.snmp.device import read_states
from handlers.snmp.evidence import DRIVER
from handlers.snmp.profile import Profile
from handlers.snmp.profiles.language import column, outlets, scalar
from handlers.snmp.states import State
from handlers.snmp.tables import Source
from tests.handlers.snmp.memory import Value, table, tables

STATES = State(column("9.1.3", "state"), on=("1",), off=("2",), absent=("0",))
OF_ALL, OF_UNITS = scalar("9.2.0", "count"), column("9.2", "count")


def read(
    count: Source, states: Mapping[str, Value], counts: Mapping[str, Value], if_empty: bool = False
) -> list[str]:
    """The outlets of a device with these objects; none if it is of another family."""
    profile = Profile(
        "acme",
        "",
        ("",),
        "",
        outlets=outlets(STATES, count=count, checks_empty_table=if_empty),
        evidence=DRIVER.of("state"),
    )
    objects = {**table("1.3.6.1.4.1.9.1.3", states), **table("1.3.6.1.4.1.9.2", counts)}
    device = read_states(profile, tables(objects))
    if device is None:
        return []
    return list(device.states)


@pytest.mark.parametrize("states", [{}, {"1": 0}], ids=["no rows", "padding alone"])
def test_a_count_says_nothing_without_rows_in_the_table_of_states(states: dict[str, Value]) -> None:
    assert read(OF_ALL, states, {"0": 8}) == read(OF_UNITS, states, {"1": 8}) == []
    with pytest.raises(ProtocolError, match="counts 8 outlets, but it listed 0"):
        read(OF_ALL, states, {"0": 8}, if_empty=True)


def test_a_count_is_compared_with_the_rows_of_all_units_or_of_each_that_lists_an_outlet() -> None:
    assert read(OF_ALL, {"1": 1, "2": 2}, {"0": 2}) == ["1", "2"]
    with pytest.raises(ProtocolError, match="counts 3 outlets, but it listed 2"):
        read(OF_ALL, {"1": 1, "2": 2}, {"0": 3})
    assert read(OF_UNITS, {"1.1": 1, "1.2": 2}, {"1": 2, "2": 8}) == ["1.1", "1.2"]
    with pytest.raises(ProtocolError, match="counts 3 outlets, but it listed 2"):
        read(OF_UNITS, {"1.1": 1, "1.2": 2}, {"1": 3, "2": 8})
