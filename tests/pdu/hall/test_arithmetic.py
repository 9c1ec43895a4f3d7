"""An operation on intervals holds what the same operation on floats inside them gives, and no more.

Numbers are quarters, so that no sum of theirs is rounded.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from typing import Optional

import pytest
from hypothesis import given, strategies as st

from pdu.hall.walk.arithmetic import (
    Interval,
    IntervalSum,
    KnownCurrents,
    NotAnInterval,
    OutletPool,
    add,
    either,
    share,
)

A, B, C = map(OutletPool, "abc")
_NUMBERS = st.integers(0, 40).map(lambda n: n / 4)
_POOLS = st.lists(st.sampled_from((A, B)), max_size=2).map(tuple)
_INTERVALS = st.tuples(st.tuples(_NUMBERS, _NUMBERS, _NUMBERS).map(sorted), _POOLS).map(
    lambda one: Interval(one[0][0], one[0][2], one[0][1], one[1])
)
_PERHAPS = st.none() | _INTERVALS


def ends(one: Optional[Interval]) -> Sequence[float]:
    """Where the operations, each of which only rises or only falls, have their least and most."""
    return (0.0,) if one is None else (one.low, one.high)


def hull(found: Iterable[float]) -> tuple[float, float]:
    values = [*found]
    return min(values), max(values)


def part_of(total: float, here: float, elsewhere: float) -> float:
    return total * here / (here + elsewhere) if here else 0.0


def expected(one: Optional[Interval]) -> float:
    return 0.0 if one is None else one.likely


@given(_PERHAPS, _INTERVALS)
def test_a_sum_is_the_sum_of_both_ends_and_has_the_pools_of_both(
    one: Optional[Interval], other: Interval
) -> None:
    found = add(one, other)
    pairs = itertools.product(ends(one), ends(other))
    assert found[:2] == hull(a + b for a, b in pairs)
    assert found.likely == expected(one) + expected(other)
    assert found.pools == (*(one.pools if one else ()), *other.pools)


@given(_PERHAPS, _PERHAPS)
def test_one_of_two_is_no_less_than_the_least_and_no_more_than_the_most(
    one: Optional[Interval], other: Optional[Interval]
) -> None:
    found = either(one, other)
    assert found[:2] == hull((*ends(one), *ends(other)))
    assert found.likely == expected(other)
    pools = [each.pools if each else () for each in (one, other)]
    if pools[0] == pools[1]:
        assert found.pools == pools[0]
    else:
        assert sorted(found.pools) == sorted({*pools[0], *pools[1]})


@given(_INTERVALS, _PERHAPS, _PERHAPS)
def test_a_part_lies_between_those_of_the_least_and_the_most_weight(
    total: Interval, here: Optional[Interval], elsewhere: Optional[Interval]
) -> None:
    if here is not None and here.high and not (elsewhere and elsewhere.high):
        # then all flows here; of a machine that may be dark the total may be nothing
        here = here._replace(low=here.high)
    found = share(total, here, elsewhere)
    cases = itertools.product(ends(total), ends(here), ends(elsewhere))
    assert found[:2] == pytest.approx(hull(part_of(*case) for case in cases))
    if here is not None and here.likely:
        middle = part_of(total.likely, here.likely, expected(elsewhere))
        assert found.likely == pytest.approx(middle)
    assert found.pools == (total.pools if here is not None and here.high else ())


def test_a_supply_of_which_nobody_knows_its_share_may_take_all_or_nothing() -> None:
    total, any_share = Interval(4.0, 6.0, 5.0), Interval(1e-9, math.inf, 1.0)
    assert share(total, any_share, None) == total
    assert share(total, any_share, any_share) == Interval(0.0, 6.0, 2.5)


# ---- the sums of carriers ----------------------------------------------------------------------


def state(one: IntervalSum) -> tuple[object, ...]:
    """All that a sum holds; a count of 0 is none."""
    counts = [{pool: n for pool, n in held.items() if n} for held in (one.pools, one.arrivals)]
    return (
        one.low,
        one.high,
        one.likely,
        one.rise,
        one.fall,
        one.rises,
        one.unknown_falls,
        *counts,
    )


_MOVES = st.lists(st.tuples(_PERHAPS, _PERHAPS), max_size=4)


@given(_MOVES, st.data())
def test_what_is_taken_back_leaves_the_sum_as_it_was_in_any_order(
    moves: list[tuple[Optional[Interval], Optional[Interval]]], data: st.DataObject
) -> None:
    total = IntervalSum()
    total.add(Interval(3.0, 4.0, 3.5, (A,)))
    before = state(IntervalSum.of([total]))
    for move in moves:
        total.enter(*move)
    for move in data.draw(st.permutations(moves)):
        total.enter(*move, -1)
    assert state(total) == before


@given(_MOVES, _NUMBERS)
def test_what_a_meter_reads_rises_and_falls_by_no_more_than_comes_and_goes(
    moves: list[tuple[Optional[Interval], Optional[Interval]]], metered: float
) -> None:
    """Each consumer carries something between its ends, before and after."""
    plain = [(one and one._replace(pools=()), other) for one, other in moves]
    total = IntervalSum()
    for before, after in plain:
        total.enter(before, after)
    changes = [[b - a for a in ends(one) for b in ends(other)] for one, other in plain]
    assert total.rise == sum(max(0.0, *each) for each in changes)
    assert total.fall == -sum(min(0.0, *each) for each in changes)
    # where all of its outlets' bounds are wider, the meter alone says it
    total.low, total.high, total.arrivals = 0.0, 1e6, {}
    found = total.now(KnownCurrents(metered, metered + 1.0), {}, 0.5, 2.0)
    assert found[:2] == (
        max(0.0, 0.5 * metered - total.fall),
        2.0 * (metered + 1.0) + total.rise,
    )


def test_unmetered_outlets_add_what_their_pdu_leaves_for_them_once() -> None:
    total = IntervalSum()
    total.add(Interval(2.0, 3.0, 2.5, (A, A)))
    total.add(Interval(1.0, 1.0, 1.0, (B,)))
    plain = KnownCurrents()
    assert total.now(plain, {A: 4.0, B: 1.0}, 0.5, 2.0) == Interval(3.0, 14.0, 3.5)
    assert total.now(plain, {A: 4.0}, 0.5, 2.0).high == math.inf
    # one that may come from elsewhere is not in what the meter reads, nobody knows how much goes
    total.enter(None, Interval(0.0, 0.5, 0.25, (C,)))
    most_of = {A: 4.0, B: 1.0, C: 8.0}
    found = total.now(KnownCurrents(3.0, 3.5), most_of, 1.0, 1.0)
    assert found[:2] == (3.0, 3.5 + 0.5 + 8.0)
    total.enter(Interval(0.0, 0.5, 0.25, (B,)), None)
    assert total.now(KnownCurrents(9.0, 9.5), most_of, 1.0, 1.0).low == 3.0
    assert total.pools[B] == 0 and total.rises == 1
    assert total.now(plain, {A: 4.0, C: 8.0}, 1.0, 1.0).high < math.inf


def test_a_machine_that_runs_takes_nothing_away_though_its_outlet_is_not_metered() -> None:
    before = Interval(0.0, 3.0, 1.5, (A,))
    total = IntervalSum()
    total.add(before)
    total.enter(before, before._replace(keeps=True))
    # the meter errs by half, and at another load the machine draws half as much
    assert total.now(KnownCurrents(4.0, 4.5), {A: 9.0}, 0.5, 1.0).low == 1.0


@pytest.mark.parametrize(
    "figures, found",
    [
        (KnownCurrents(), (4.0, 10.0)),
        # the fullest of three conductors carries a third at least
        (KnownCurrents(part=0.25), (1.0, 10.0)),
        (KnownCurrents(5.0, 6.0), (5.0, 6.0)),
        (KnownCurrents(None, 6.0), (4.0, 6.0)),
        (KnownCurrents(None, 6.0, part=0.0), (0.0, 6.0)),
        (KnownCurrents(1.0, 12.0), (4.0, 10.0)),
        # they contradict each other: one of them holds
        (KnownCurrents(1.0, 3.0), (1.0, 10.0)),
        (KnownCurrents(11.0, 12.0), (4.0, 12.0)),
        # they meet in one number
        (KnownCurrents(1.0, 4.0), (4.0, 4.0)),
        (KnownCurrents(10.0, 12.0), (10.0, 10.0)),
    ],
)
def test_a_meter_narrows_the_sum_or_contradicts_it(
    figures: KnownCurrents, found: tuple[float, float]
) -> None:
    total = IntervalSum()
    total.add(Interval(4.0, 10.0, 20.0))
    now = total.now(figures, {}, 1.0, 1.0)
    assert now == Interval(*found, found[1])
    total.likely = 0.0
    assert total.now(figures, {}, 1.0, 1.0).likely == found[0]


def _sum(low: float, high: float) -> IntervalSum:
    total = IntervalSum()
    total.low, total.high, total.rises = low, high, 1
    return total


def test_sums_of_floats_may_be_rounded_the_wrong_way() -> None:
    """By less than a millionth of an ampere; below zero, nothing flows."""
    assert _sum(1.0 + 5e-7, 1.0).now(KnownCurrents(), {}, 1.0, 1.0)[:2] == (1.0 + 5e-7, 1.0 + 5e-7)
    assert _sum(-1e-9, -1e-9).now(KnownCurrents(), {}, 1.0, 1.0)[:2] == (0.0, 0.0)
    for wrong in (_sum(1.0 + 2e-6, 1.0), _sum(3.0, 2.0)):
        with pytest.raises(NotAnInterval):
            wrong.now(KnownCurrents(), {}, 1.0, 1.0)
    # also if a meter's lower end hides it
    with pytest.raises(NotAnInterval):
        _sum(8.0, 7.0).now(KnownCurrents(1.0, 2.0), {}, 1.0, 1.0)
