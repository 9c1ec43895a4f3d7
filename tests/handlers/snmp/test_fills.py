"""No number that a meter shows when it has no value becomes a current or a power, in any family."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Optional

import pytest

from handlers.shared.errors import PduHandlerError
from handlers.shared.meter_figures import NotKnown
from handlers.snmp.decoding import number
from handlers.snmp.measurements import Ceilings, Measurement
from handlers.snmp.objects import Column
from handlers.snmp.read_scope import FIGURES
from handlers.snmp.totals import Total
from tests.handlers.snmp import units
from tests.handlers.snmp.exact_figures import ExactFigures, read_exactly
from tests.handlers.snmp.memory import Memory, tables
from tests.simulators.snmp_units import Fixture

FILLS = (2**15 - 1, 2**16 - 1, 2**31 - 1, -(2**31), 2**32 - 1, 2**63 - 1, -(2**63), 2**64 - 1)
RACK = Ceilings()


def largest(*figures: Optional[Decimal]) -> Decimal:
    """The largest figure that is measured, 0 without one."""
    return max((figure for figure in figures if figure is not None), default=Decimal(0))


def larger_figures(figures: ExactFigures, whole: ExactFigures) -> Iterator[str]:
    """The currents and powers that are larger than before."""
    if largest(figures.load_a) > largest(whole.load_a):
        yield f"load {figures.load_a}"
    if largest(figures.power_w) > largest(whole.power_w):
        yield f"power {figures.power_w}"
    if largest(*figures.currents.values()) > largest(*whole.currents.values()):
        yield f"currents {figures.currents}"
    if largest(*figures.powers.values()) > largest(*whole.powers.values()):
        yield f"powers {figures.powers}"


def first_numbers(device: Memory) -> Iterator[str]:
    """The first object of each column that was walked, if it holds a number."""
    for column, rows in device.walked_columns().items():
        if rows and number(device.get(f"{column}.{rows[0]}")) is not None:
            yield f"{column}.{rows[0]}"


@pytest.mark.sample(8)
@units.EACH_MECHANISM
def test_a_device_with_a_fill_shows_no_figure_that_no_pdu_carries(unit: Fixture) -> None:
    """A fill only takes figures away, also where another meter then serves for it."""
    device = units.memory(unit)
    whole = read_exactly(units.find(unit, device, FIGURES))
    for oid in list(first_numbers(device)):
        is_text = not isinstance(device.get(oid), int)
        for fill in FILLS:
            with device.holding({oid: str(fill) if is_text else fill}):
                try:
                    figures = read_exactly(units.find(unit, device, FIGURES))
                except PduHandlerError:
                    continue
            assert list(larger_figures(figures, whole)) == [], (oid, fill)


@pytest.mark.parametrize(
    "name, most", [("outlet_a", 64), ("outlet_w", 30_000), ("part_a", 300), ("part_w", 200_000)]
)
def test_a_figure_above_the_ceiling_is_not_measured(name: str, most: int) -> None:
    ceiling = getattr(RACK, name)
    figure = Measurement(Column("1.3.1"), Decimal("0.01"))
    above = NotKnown(f"row 1 of 1.3.1 reads '{100 * most + 1}'")
    for raw, expected in ((0, 0), (100 * most, most), (100 * most + 1, above)):
        device = tables({"1.3.1.1": raw})
        assert figure.rows(device, ceiling) == {"1": expected}
        assert Total((figure,)).read(device, None, most=ceiling) == expected
        # without a ceiling
        assert figure.measured_rows(device) == {"1": Decimal(raw) / 100}
