"""The truth lies inside the audit's bounds, and they are narrow where nothing happened."""

from __future__ import annotations

from typing import Optional

import pytest
from hypothesis import assume, given, settings, strategies as st

from pdu.energy.registers import resolution
from pdu.energy.registers.bounds import BoundedRegister, BoundedRegisters, EnergyColumns
from pdu.energy.registers.numpy_lazy import np
from pdu.energy.registers.segments import Segment, history_of
from pdu.energy.registers.values import EnergyInterval, Event, RegisterLimits, RegisterReadings

from . import plans, trial
from .twin import Plan, month


# Thousands of whole months: `python -m tests.energy.trial`.
@settings(max_examples=15, derandomize=True)
@given(plans.drawn(plans.DAYS))
def test_truth_is_inside_with_the_known_and_with_the_guessed_step(drawn: plans.Drawn) -> None:
    one = month(drawn.plan)
    assume(not one.hidden)
    # of a register that moves by less than 20 steps, little is known of what an ampere makes
    assume(not drawn.plan.losses or one.truth >= 20 * drawn.plan.step)
    step = resolution.typical_step(np.diff([poll.value for poll in one.polls]))
    said_steps = [drawn, drawn._replace(plan=drawn.plan._replace(step=step))]
    # a guessed step may be hundreds of times too coarse, and a loss of three steps leaves no trace
    if step > drawn.plan.step and (drawn.plan.losses or drawn.plan.outages):
        del said_steps[1]
    for said in said_steps:
        result = trial.Result(said, one, trial.answered(said, one).energy, ())
        assert result.inside, (one.truth, result.answer)


@settings(max_examples=15, derandomize=True)
@given(plans.drawn(), st.lists(st.tuples(st.floats(-0.2, 1.2), st.floats(-0.2, 1.2)), min_size=2))
def test_periods_together_say_what_each_says_alone(
    drawn: plans.Drawn, shares: list[tuple[float, float]]
) -> None:
    one = month(drawn.plan)
    polls = [poll for poll in one.polls if poll.value is not None]
    begins, ends = ([getattr(poll, name) for poll in polls] for name in ("begin", "end"))
    values = [poll.value for poll in polls]
    readings = RegisterReadings(begins, ends, values, {}, 10.0, 300.0, 300.0)
    limits = RegisterLimits(drawn.plan.breaker_kw, drawn.plan.step, drawn.plan.modulus)
    segments = history_of(readings, limits).segments
    bounded = BoundedRegister.alone(readings, segments, limits)
    length = one.end - one.begin
    periods = [(one.begin + min(pair) * length, one.begin + max(pair) * length) for pair in shares]
    alone = [
        BoundedRegister.alone(readings, segments, limits).energy(*period) for period in periods
    ]
    assert bounded.energies(periods) == alone


@settings(max_examples=15, derandomize=True)
@given(
    st.lists(st.lists(st.sampled_from((0.0, 0.01, 0.2)), min_size=9, max_size=9), min_size=2),
    st.lists(st.tuples(st.floats(-600.0, 3500.0), st.floats(0.0, 3500.0)), min_size=1),
    st.floats(0.0, 400.0),
)
def test_registers_together_say_what_each_says_alone(
    rises: list[list[float]], spans: list[tuple[float, float]], age: float
) -> None:
    begins = [T0 + 300.0 * number for number in range(10)]
    ends = [begin + 2.0 for begin in begins]
    columns = [np.cumsum([100.0, *some]).tolist() for some in rises]
    readings = [RegisterReadings(begins, ends, values, {}, 5.0, age) for values in columns]
    limits = [RegisterLimits(3.0 + number, 0.01) for number in range(len(columns))]
    segments = [Segment(range(10))]
    together = BoundedRegisters(readings, segments, limits)
    periods = [(T0 + begin, T0 + begin + length) for begin, length in spans]
    for row, pair in enumerate(zip(readings, limits)):
        alone = BoundedRegister.alone(pair[0], segments, pair[1])
        assert BoundedRegister(together, row).energies(periods) == alone.energies(periods)


def test_a_register_that_loses_may_have_stopped_and_begun_again_between_two_readings() -> None:
    day = plans.Period("Europe/Berlin", "2026-03-29", "2026-03-30", "2026-03-28T23:00", 23.0)
    plan = Plan(1, days=23 / 24, origin=1774738800.0, cadence=3600.0, age=3600.0, losses=1)
    one = month(plan)
    drawn = plans.Drawn(day, plan)

    result = trial.Result(drawn, one, trial.answered(drawn, one).energy, ())

    assert not one.hidden and result.inside, (one.truth, result.answer)


@pytest.mark.parametrize(("step", "cadence"), [(0.001, 300.0), (1.0, 900.0)])
def test_a_clean_month_is_two_steps_and_its_ends_wide(step: float, cadence: float) -> None:
    for seed in range(2):
        plan = Plan(seed, cadence=cadence, step=step, days=8.0)
        one = month(plan)
        answer = trial.audited(plan, one).energy
        ends = 2.0 * plan.breaker_kw * cadence / 3600.0
        assert answer.low <= one.truth <= answer.high
        assert answer.width <= 2.0 * step + ends + 1e-9


#: hourly readings -> kinds of events, numbers of the readings in each segment
CASES = {
    "clean": ([0, 1, 2, 3, 4], [], [[0, 1, 2, 3, 4]]),
    "a false zero": ([100, 101, 0, 103, 104], ["false zero"], [[0, 1, 3, 4]]),
    "all ones": ([100, 101, 4294967, 103, 104], ["all ones"], [[0, 1, 3, 4]]),
    "a reset": (
        [100, 101, 102, 103, 104, 0, 1, 2, 3, 4],
        ["reset"],
        [[0, 1, 2, 3, 4], [6, 7, 8, 9]],
    ),
    "too fast": (
        [100, 101, 102, 103, 104, 200, 201, 202, 203, 204],
        ["too fast"],
        [[0, 1, 2, 3, 4], [6, 7, 8, 9]],
    ),
    "it stands": ([7, 7, 7, 7], [], [[0, 1, 2, 3]]),
    "nothing": ([], [], []),
}


@pytest.mark.parametrize("case", CASES)
def test_what_happened(case: str) -> None:
    values, kinds, segments = CASES[case]
    times = [3600.0 * number for number in range(len(values))]
    story = history_of(RegisterReadings(times, times, values), RegisterLimits(1.5, 0.1))
    assert [event.kind for event in story.events] == kinds
    assert [list(one.readings) for one in story.segments] == segments


# ---- each decision of `bounds` alone -------------------------------------------------------------

#: the supply of these tests, and the step of its registers
SUPPLY = RegisterLimits(3.6, 0.1)
T0 = 1_790_812_800.0


def register(
    times: list[float],
    values: list[float],
    numbers: Optional[list[list[int]]] = None,
    slack: float = 0.0,
    age: float = 0.0,
    limits: RegisterLimits = SUPPLY,
) -> BoundedRegister:
    """A register read at these moments, in s after T0; `numbers`: its segments."""
    at = [T0 + time for time in times]
    readings = RegisterReadings(at, at, values, slack=slack, max_age=age, proven_age=age)
    segments = [Segment(one) for one in numbers or [[*range(len(times))]]]
    return BoundedRegister.alone(readings, segments, limits)


def only(energies: Optional[EnergyColumns]) -> EnergyInterval:
    """The energy of one register in one period."""
    if energies is None:
        return EnergyInterval(0.0, 0.0, 0.0)
    return EnergyInterval(*(float(column[0, 0]) for column in energies))


def register_at(one: BoundedRegister, moment: float) -> EnergyInterval:
    """What the first segment of a register says of a moment."""
    return only(one._registers._segments[0].registers_at(np.array([moment])))


def inside(one: BoundedRegister, begin: float, end: float) -> EnergyInterval:
    """What the first segment of a register says of a period."""
    return only(one._registers._segments[0].inside(np.array([begin]), np.array([end])))


def between(
    one: BoundedRegister, places: tuple[Optional[int], Optional[int]], begin: float, end: float
) -> EnergyInterval:
    """What the hole between two segments of a register says of a period."""
    segments = one._registers._segments
    earlier, later = (None if place is None else segments[place] for place in places)
    hole = one._registers._hole_energy(earlier, later, np.array([begin]), np.array([end]))
    return only(hole)


def counted_twice(one: BoundedRegister, begin: float, end: float) -> float:
    """What the first two segments of a register may count too much in a period."""
    earlier, later = one._registers._segments[:2]
    return float(one._registers._counted_twice(earlier, later, begin, end)[0])


def test_the_bound_of_the_supply_is_that_of_the_period_and_of_nothing_before_it() -> None:
    """No readings, readings beside the period, and readings that allow more."""
    empty = BoundedRegister.alone(RegisterReadings([], [], []), [], RegisterLimits(3.6))
    assert empty.energy(T0, T0 + 3600.0) == (0.0, 0.0, 3.6)
    assert empty.energy(T0, T0 + 0.5).high == pytest.approx(0.0005)
    before = register([0.0, 300.0], [10.0, 10.1])
    assert before.energy(T0 + 7200.0, T0 + 10800.0) == (0.0, 0.0, 3.6)
    # a segment of a larger supply: no more than this one delivers
    fast = register([0.0, 3600.0], [10.0, 30.0])
    assert fast.energy(T0, T0 + 3600.0).high == pytest.approx(3.6)


def test_a_reading_that_may_be_old_says_something_of_the_time_before_it() -> None:
    """It ended before the period, but by less than its age: then it is not beside it."""
    one = register([-3600.0, -100.0], [10.0, 13.5], age=300.0)
    near = one.energy(T0, T0 + 3600.0)
    assert near.best == pytest.approx(3.6) and near.high == pytest.approx(3.6)
    assert one.energy(T0 + 200.0, T0 + 3600.0).best == 0.0
    far = one.energy(T0 + 201.0, T0 + 3600.0)
    assert far.best == 0.0 and far.high == pytest.approx(3399.0 * 3.6 / 3600.0)
    # the slack of a clock that jumped counts in the same direction, and at the end of a period, too
    loose = register([-3600.0, -100.0], [10.0, 13.5], slack=200.0, age=100.0)
    assert loose.energy(T0 + 199.0, T0 + 3600.0).best > 0.0
    after = register([3700.0, 7200.0], [10.0, 13.5], age=300.0)
    assert after.energy(T0, T0 + 3600.0).best > 0.0
    assert after.energy(T0, T0 + 3400.0).best == after.energy(T0, T0 + 3399.0).best == 0.0


def test_a_register_that_stands_at_its_first_readings_may_have_been_stale_before_them() -> None:
    one = register([0.0, 300.0, 600.0], [10.0, 10.0, 10.5])
    assert inside(one, T0 - 100.0, T0 + 600.0).low == 0.0
    assert register_at(one, T0 - 100.0).high == pytest.approx(10.6)


def test_the_best_is_on_the_line_between_two_readings() -> None:
    one = register([0.0, 3600.0, 7200.0], [10.0, 11.0, 14.0])
    moments = {-60.0: 10.0, 1800.0: 10.5, 4500.0: 11.75, 7260.0: 14.0}
    for moment, best in moments.items():
        assert register_at(one, T0 + moment).best == pytest.approx(best)
    # ten minutes before the last reading: the supply delivers 0.6 kWh until then
    assert register_at(one, T0 + 6600.0).low == pytest.approx(13.4)


def test_a_hole_begins_as_much_earlier_as_the_reading_before_it_may_be_old() -> None:
    """What the register had not yet shown flowed before the hole, and is not counted there."""
    times, values = [0.0, 300.0, 7500.0, 7800.0], [10.0, 10.3, 0.0, 0.3]
    parts = [[0, 1], [2, 3]]
    period = (T0, T0 + 7800.0)
    plain = register(times, values, parts)
    assert between(plain, (0, 1), *period).high == pytest.approx(7.2)
    # what the register had not shown yet at its last reading
    old = register(times, values, parts, age=240.0)
    assert between(old, (0, 1), *period).high == pytest.approx(7.2 + 0.24)
    # a clock that jumped leaves both ends open
    loose = register(times, values, parts, slack=60.0)
    assert between(loose, (0, 1), *period).high == pytest.approx(7.2 + 0.12)
    assert between(plain, (0, 1), T0 + 600.0, T0 + 7200.0).high == pytest.approx(6.6)
    assert between(plain, (0, 1), T0, T0 + 300.0) == (0.0, 0.0, 0.0)
    assert between(plain, (None, 0), T0 - 600.0, T0 + 60.0).high == pytest.approx(0.6)
    assert between(plain, (1, None), T0, T0 + 8400.0).high == pytest.approx(0.6)


def test_a_small_fall_may_have_been_counted_twice_within_the_age_of_a_reading() -> None:
    """Before the period by less than its age, the register rose to what it fell from: the rise may
    be of the period.
    """
    times = [0.0, 300.0, 600.0, 900.0, 1200.0]
    values = [10.0, 10.3, 10.05, 10.1, 10.1]
    parts = [[0, 1], [2, 3, 4]]
    one = register(times, values, parts, age=200.0)
    found = {begin: counted_twice(one, T0 + begin, T0 + 1200.0) for begin in (0.0, 499.0, 501.0)}
    assert found[0.0] == pytest.approx(0.3) and found[499.0] == pytest.approx(0.3)
    # of this time, the rise of 0.05 kWh and a step are too small to explain the fall
    assert found[501.0] == 0.0
    loose = register(times, values, parts, slack=150.0, age=50.0)
    assert counted_twice(loose, T0 + 499.0, T0 + 1200.0) > 0.2
    # the end of a period, too: the rise after the fall is of it if the reading may be so old
    values = [10.0, 10.05, 9.85, 10.2]
    late = register([0.0, 300.0, 600.0, 900.0], values, [[0, 1], [2, 3]], age=200.0)
    assert counted_twice(late, T0, T0 + 401.0) == pytest.approx(0.35)
    assert counted_twice(late, T0, T0 + 399.0) == 0.0
    # a larger fall was none of that, and is no more than it can have been
    deep = register(times, [10.0, 10.3, 1.0, 1.1, 1.1], parts)
    assert counted_twice(deep, T0, T0 + 1200.0) == 0.0
    low = RegisterLimits(0.06, 0.1)
    slow = register(times, [10.0, 10.3, 10.05, 10.1, 10.1], parts, limits=low)
    twice = counted_twice(slow, T0, T0 + 1200.0)
    assert twice == pytest.approx(0.25 + 0.06 * 300.0 / 3600.0)
    rising = register(times, [10.0, 10.3, 10.4, 10.5, 10.6], parts)
    assert counted_twice(rising, T0, T0 + 1200.0) == 0.0


def test_what_may_have_been_counted_twice_is_not_in_the_lowest() -> None:
    times, parts = [0.0, 300.0, 600.0, 900.0, 1200.0], [[0, 1], [2, 3, 4]]
    one = register(times, [10.0, 10.3, 10.05, 10.1, 10.4], parts, limits=RegisterLimits(3.6, 0.0))
    assert one.energy(T0, T0 + 1200.0).low == pytest.approx(0.3 + 0.35 - 0.3)


def test_the_share_of_time_that_was_read() -> None:
    one = register([0.0, 400.0, 600.0, 1000.0], [1.0, 1.1, 1.2, 1.3], [[0, 1], [2, 3]])
    assert one.covered_share(T0, T0 + 1000.0) == pytest.approx(0.8)
    assert one.covered_share(T0 - 1000.0, T0 + 1000.0) == pytest.approx(0.4)
    assert one.covered_share(T0 + 200.0, T0 + 700.0) == pytest.approx(0.6)
    gap = Event("gap", T0 + 300.0, T0 + 700.0, "")
    assert one.covered_share(T0, T0 + 1000.0, [gap]) == pytest.approx(0.6)
    assert one.covered_share(T0 + 10.0, T0 + 10.0) == 0.0
    # nothing is read in the hole, and a gap takes no more than what was read in it
    assert one.covered_share(T0 + 450.0, T0 + 550.0) == 0.0
    hole = Event("gap", T0 + 450.0, T0 + 550.0, "")
    assert one.covered_share(T0, T0 + 1000.0, [hole]) == pytest.approx(0.8)
    assert one.covered_share(T0, T0 + 1000.0, [Event("gap", T0, T0 + 1000.0, "")]) == 0.0
    assert one.spans() == [(T0, T0 + 400.0), (T0 + 600.0, T0 + 1000.0)]


def test_between_two_readings_the_register_is_bounded_by_both_and_by_the_supply() -> None:
    one = register([0.0, 3600.0, 7200.0], [10.0, 13.0, 16.0])
    # a minute after the begin: at least what it must have been to reach 13.0, at most 0.06 more
    found = one.energy(T0 + 60.0, T0 + 7200.0)
    assert found.best == pytest.approx(6.0 - 0.05)
    assert found.low == pytest.approx(16.0 - (10.0 + 0.1 + 0.06))
    assert found.high == pytest.approx(16.1 - 10.0)
    # the power of the last hour is another one
    bent = register([0.0, 3600.0, 7200.0], [10.0, 13.0, 14.0])
    assert bent.energy(T0 + 5400.0, T0 + 7200.0).best == pytest.approx(0.5)
    late = one.energy(T0 + 3540.0, T0 + 7200.0)
    assert late.high == pytest.approx(16.1 - (13.0 - 0.06))
    # a register that stood before it rose may have been stale: it was up to what it then showed
    stale = register([0.0, 300.0, 600.0, 900.0], [10.0, 10.0, 10.0, 10.9])
    assert stale.energy(T0 + 450.0, T0 + 900.0).low == pytest.approx(10.9 - (10.0 + 0.1 + 0.45))


def test_the_mean_power_of_all_segments_is_the_best_of_a_hole() -> None:
    one = register([0.0, 3600.0, 7200.0, 10800.0], [10.0, 12.0, 0.0, 1.0], [[0, 1], [2, 3]])
    # 3 kWh in two hours that were read; an hour between them
    assert one.energy(T0, T0 + 10800.0).best == pytest.approx(3.0 + 1.5)
    assert one.energy(T0 - 1800.0, T0).best == pytest.approx(0.0)
    assert one.energy(T0 - 1800.0, T0 + 3600.0).best == pytest.approx(2.0 + 0.75)
    fast = register([0.0, 3600.0, 7200.0, 10800.0], [10.0, 20.0, 0.0, 10.0], [[0, 1], [2, 3]])
    assert fast.energy(T0 + 3600.0, T0 + 7200.0).best <= 3.6


def test_a_moment_is_as_early_as_the_clock_may_be_wrong() -> None:
    """All times may be 120 s wrong: at 600 s, the register can be that of 480 s, or of 720 s."""
    one = register([0.0, 300.0, 600.0, 900.0, 1200.0], [10.0, 10.3, 10.6, 10.9, 11.2], slack=120.0)
    found = register_at(one, T0 + 600.0)
    assert found.low == pytest.approx(10.6 - 0.12) and found.high == pytest.approx(
        10.6 + 0.1 + 0.12
    )


def test_a_segment_beside_a_period_counts_as_far_as_the_clock_may_be_wrong() -> None:
    one = register([0.0, 3600.0], [10.0, 13.0], slack=60.0)
    near = inside(one, T0 - 600.0, T0 - 59.0)
    assert near.high > 0.0
    assert inside(one, T0 - 600.0, T0 - 60.0) == (0.0, 0.0, 0.0)
    assert inside(one, T0 + 3659.0, T0 + 7200.0).high > 0.0
    assert inside(one, T0 + 3660.0, T0 + 7200.0) == (0.0, 0.0, 0.0)


def test_two_equal_readings_before_a_jump_may_both_be_stale() -> None:
    one = register([0.0, 300.0, 600.0], [10.0, 10.0, 10.5])
    # between them and the jump, the register was up to what it then showed
    found = register_at(one, T0 + 250.0)
    assert found.high == pytest.approx(10.0 + 0.1 + 0.25)
    assert register_at(one, T0 + 50.0).high == pytest.approx(10.15)


def mean_power(one: BoundedRegister) -> float:
    """In kW."""
    return float(one._registers._power[0, 0])


def test_the_mean_power_needs_a_time_that_was_read() -> None:
    once = register([0.0], [10.0])
    assert mean_power(once) == 0.0 and once.energy(T0 - 3600.0, T0).best == 0.0
    assert mean_power(register([0.0, 1.0], [10.0, 10.001])) == pytest.approx(3.6)
    # a hole of which the readings at its ends leave nothing probably had nothing
    old = register([0.0, 3600.0], [10.0, 13.0], age=60.0)
    hole = between(old, (0, None), T0 + 3530.0, T0 + 3590.0)
    assert hole == pytest.approx((0.0, 0.0, 0.05))


def test_a_wrap_is_the_best_of_its_whole_hole_alone_and_no_more_than_the_supply() -> None:
    limits, parts = RegisterLimits(3.6, 0.1, modulus=100.0), [[0, 1], [2, 3]]
    times = [0.0, 600.0, 4200.0, 4800.0]
    one = register(times, [99.0, 99.4, 0.2, 0.5], parts, limits=limits)
    power = 0.7 / 1200.0
    assert between(one, (0, 1), T0, T0 + 4800.0).best == pytest.approx(0.8)
    for begin, end in ((900.0, 4800.0), (0.0, 3900.0)):
        part = between(one, (0, 1), T0 + begin, T0 + end)
        assert part.best == pytest.approx(3300.0 * power)
    far = register(times, [99.0, 99.4, 5.2, 5.5], parts, limits=limits)
    assert between(far, (0, 1), T0, T0 + 4800.0).best == pytest.approx(3600.0 * power)


def test_what_did_not_fall_was_not_counted_twice_and_a_step_explains_a_fall() -> None:
    times, parts = [0.0, 300.0, 600.0, 900.0], [[0, 1], [2, 3]]
    period = (T0, T0 + 900.0)
    assert counted_twice(register(times, [10.0, 10.3, 10.3, 10.6], parts), *period) == 0.0
    quarters = RegisterLimits(3.6, 0.25)
    one = register(times, [10.0, 10.5, 9.75, 10.25], parts, limits=quarters)
    assert counted_twice(one, *period) == 0.5
    # rises that touch the period are not in it
    assert counted_twice(one, T0 + 300.0, T0 + 600.0) == 0.0


def test_a_register_that_stood_and_rose_by_more_than_a_step_may_have_been_stale() -> None:
    for rise, highest in ((0.1, 10.1), (0.15, 10.25)):
        one = register([0.0, 300.0, 600.0, 900.0], [10.0, 10.0, 10.0, 10.0 + rise])
        assert register_at(one, T0 + 450.0).high == pytest.approx(highest)


def test_the_first_of_several_equal_readings_may_be_stale_too() -> None:
    limits = RegisterLimits(72.0, 0.1)
    one = register([0.0, 300.0, 600.0, 900.0], [9.0, 10.0, 10.0, 10.5], limits=limits)
    assert register_at(one, T0 + 150.0).high == pytest.approx(10.6)


def test_the_register_at_a_moment_is_bounded_by_the_nearest_readings() -> None:
    old = register([0.0, 300.0, 600.0, 900.0, 1200.0], [10.0, 10.3, 10.6, 10.9, 11.2], age=120.0)
    found = register_at(old, T0 + 600.0)
    assert (found.low, found.high) == pytest.approx((10.6, 10.6 + 0.1 + 0.12))
    # the supply since the last reading before, not since an earlier one
    steep = register([0.0, 300.0, 600.0], [8.0, 10.0, 11.0])
    assert register_at(steep, T0 + 450.0).high == pytest.approx(10.25)
    # one that rises at each reading was never stale, nor is one that stands at its end
    large = RegisterLimits(72.0, 0.1)
    rising = register([0.0, 300.0, 600.0], [10.0, 10.3, 10.9], limits=large)
    assert register_at(rising, T0 + 150.0).high == pytest.approx(10.4)
    standing = register([0.0, 300.0, 600.0], [10.0, 10.3, 10.3], limits=large)
    assert register_at(standing, T0 + 150.0).high == pytest.approx(10.4)
    assert [register_at(rising, T0 + at).best for at in (-10.0, 900.0)] == [10.0, 10.9]
    short = register([0.0, 300.0], [10.0, 10.3])
    assert inside(short, T0, T0 + 300.0).high == pytest.approx(0.4)


def test_a_wrap_may_take_as_long_as_both_clocks_were_off() -> None:
    """3.6 kW is 0.001 kWh a second: 1.05 kWh need 1,050 s, and the hole is 1,000 s long."""
    begins = [0.0, 1000.0, 2000.0, 3000.0]
    readings = RegisterReadings(begins, begins, [998.9, 999.5, 0.55, 1.0], slack=50.0)
    segments = [Segment(range(2)), Segment(range(2, 4))]
    limits = RegisterLimits(3.6, 0.01, 1000.0)
    energy = BoundedRegister.alone(readings, segments, limits).energy(900.0, 2100.0)
    assert energy.best == pytest.approx(1.05 + 0.06 + 0.045, abs=1e-6)
