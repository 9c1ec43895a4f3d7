from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from handlers.shared.errors import NoSuchOutlet
from handlers.snmp import metering
from handlers.snmp.device import SnmpDevice
from handlers.snmp.figures import Measurement
from handlers.snmp.outlets import Outlets
from handlers.snmp.profiles import PROFILES
from handlers.snmp.sources import Column, Complete, OfUnits, Span, Spread
from handlers.snmp.sources.filters import lacks_first_row
from pdu_common.helper import EnumPowerStatus
from tests.handlers.snmp.memory import reader


@given(st.text("0123456789.-+ ", max_size=5))
def test_a_spread_never_leaves_its_bounds_on_either_side(identity: str) -> None:
    spread = Spread("1.3.9", (Span(1, 24, 2),))
    inside = [str(number) for number in range(1, 25)]
    if identity in inside:
        # outlet 1 has the instance 2
        oid = spread.instance_oid(reader({}), identity)
        assert oid == f"1.3.9.{int(identity) + 1}.0"
    else:
        with pytest.raises(NoSuchOutlet):
            spread.instance_oid(reader({}), identity)


def test_the_units_of_a_hostile_table_are_found_row_by_row() -> None:
    """Comparing each row with each would take an hour."""
    column = Column("1.3.1")
    objects = reader({})
    many = {str(n): n for n in range(60_000)}
    objects.walked[column.oid] = many
    assert OfUnits(column, column).rows(objects) == many
    assert Complete(column, count=column, gaps=True).rows(objects).keys() > many.keys()


def test_the_meters_of_a_hostile_table_are_found_row_by_row() -> None:
    """Of outlets that have none, comparing each with each row would take an hour."""
    objects = reader({})
    outlets = Outlets(rows=Column("1.3.1"), current=Measurement(Column("1.4.1")))
    objects.walked["1.3.1"] = {f"1.{n}": 1 for n in range(30_000)}
    objects.walked["1.4.1"] = {f"2.{n}": 1 for n in range(30_000)}
    states = dict.fromkeys(objects.walked["1.3.1"], EnumPowerStatus.UNKNOWN)
    device = SnmpDevice(PROFILES[0], outlets, states, objects)
    assert metering.read_statistic(device).ports == {}


def test_a_digit_outside_ascii_numbers_no_row() -> None:
    assert not lacks_first_row(["1.1", "1.3", "1.\u0664"], 3)
