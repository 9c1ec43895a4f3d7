"""The one rounding of audit and statement, and parts that add up."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from pdu.energy.registers import rounding
from pdu.energy.registers.values import NOTHING, EnergyInterval


def test_a_bound_is_rounded_away_and_the_best_to_the_nearest() -> None:
    found = rounding.round_to_wh(EnergyInterval(1.0009, 1.0012, 1.0021))
    assert found == (1000, 1001, 1003)
    # 0.0625 lies exactly between two thousandths: to the even one, as Python's formats have it
    assert [rounding.nearest_wh(one) for one in (0.0625, 0.1875, 0.0636)] == [62, 188, 64]


def test_the_error_of_doubles_is_not_rounded_away() -> None:
    third = 0.1 + 0.1 + 0.1  # 0.30000000000000004
    assert rounding.round_to_wh(EnergyInterval(third - 2e-16, third, third)) == (300, 300, 300)
    assert rounding.round_to_wh(EnergyInterval(1.0 - 1e-12, 1.0, 1.0 + 1e-12)) == (1000, 1000, 1000)
    assert rounding.round_to_wh(EnergyInterval(1.0 - 1e-8, 1.0, 1.0 + 1e-8)) == (999, 1000, 1001)


def test_a_sum_adds_what_was_rounded() -> None:
    one = EnergyInterval(0.0009, 0.0014, 0.0011)
    assert rounding.summed([one] * 3) == (0.0, 0.003, 0.006)
    assert rounding.summed([EnergyInterval(0.1, 0.1, 0.1)] * 3) == (0.3, 0.3, 0.3)
    assert rounding.summed([]) == NOTHING


@pytest.mark.parametrize(
    ("whole", "weights", "parts"),
    [
        (10, [1.0, 1.0, 1.0], [4, 3, 3]),
        (10, [0.0, 5.0], [0, 10]),
        (11, [0.0, 0.0], [6, 5]),
        (100, [1.0, 2.0, 4.0], [14, 29, 57]),
        (0, [3.0, 1.0], [0, 0]),
        (0, [], []),
    ],
)
def test_what_is_left_goes_to_those_that_lost_most(
    whole: int, weights: list[float], parts: list[int]
) -> None:
    assert rounding.split(whole, weights) == parts


@given(st.integers(0, 10**9), st.lists(st.floats(0.0, 1e6), min_size=1, max_size=6))
def test_parts_add_up_exactly_and_are_near_their_proportion(
    whole: int, weights: list[float]
) -> None:
    parts = rounding.split(whole, weights)
    assert sum(parts) == whole
    total = sum(map(Fraction, weights))
    if total:
        shares = [whole * Fraction(one) / total for one in weights]
        assert all(abs(part - share) < 1 for part, share in zip(parts, shares))
