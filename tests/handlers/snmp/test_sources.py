from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from handlers.shared.errors import NoSuchOutlet
from handlers.snmp.sources import Column, OfUnits, Span, Spread
from handlers.snmp.sources.filters import lacks_first_row
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


def test_a_digit_outside_ascii_numbers_no_row() -> None:
    assert not lacks_first_row(["1.1", "1.3", "1.\u0664"], 3)
