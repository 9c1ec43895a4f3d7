"""The truth lies inside the audit's bounds, and they are narrow where nothing happened."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings

from handlers.command.energy import steps
from handlers.command.energy.bounds import BoundedRegister
from handlers.command.energy.identity import SERIAL
from handlers.command.energy.registers import RegisterLimits, RegisterReadings
from handlers.command.energy.segments import story_of

from . import plans, trial
from .twin import Plan, month


# Thousands of whole months: `python -m tests.energy.trial`.
@settings(max_examples=30, derandomize=True)
@given(plans.drawn(plans.DAYS))
def test_truth_is_inside_with_the_known_and_with_the_guessed_step(drawn: plans.Drawn) -> None:
    one = month(drawn.plan)
    assume(not one.hidden)
    step = steps.usual([poll.value for poll in one.polls])
    for said in (drawn, drawn._replace(plan=drawn.plan._replace(step=step))):
        result = trial.Result(said, one, trial.answered(said, one).energy, ())
        assert result.inside, (one.truth, result.answer)


@pytest.mark.parametrize("step", [0.001, 0.1, 1.0])
@pytest.mark.parametrize("cadence", [300.0, 900.0])
def test_a_clean_month_is_two_steps_and_its_ends_wide(step: float, cadence: float) -> None:
    for seed in range(5):
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
    story = story_of(RegisterReadings(times, times, values), RegisterLimits(1.5, 0.1))
    assert [event.kind for event in story.events] == kinds
    assert [list(one.readings) for one in story.segments] == segments


def test_another_unit_ends_a_segment_though_the_register_rose() -> None:
    times = [3600.0 * number for number in range(10)]
    values = [float(number) for number in range(10)]
    readings = RegisterReadings(times, times, values, changes={5: "another unit"})
    story = story_of(readings, RegisterLimits(1.5, 0.1))
    assert [event.kind for event in story.events] == ["changed"]
    energy = BoundedRegister(readings, story.segments, RegisterLimits(1.5, 0.1)).energy(
        0.0, times[-1]
    )
    assert energy.low <= 8.0 and energy.high >= 9.0 and energy.width < 5.0


@pytest.mark.parametrize(
    "start, identified, bridged",
    [
        (1000.0, True, True),
        (1000.0, False, False),  # another unit, exchanged while nothing flowed?
        (0.0, True, False),  # set to 0 in that time?
    ],
)
def test_a_jump_after_standing_counts_only_if_nothing_else_explains_it(
    start: float, identified: bool, bridged: bool
) -> None:
    shown = [0, 1, 2, 3, 4, *[5] * 20, 20, 21, 22, 23, 24]
    times = [3600.0 * number for number in range(len(shown))]
    values = [start + one for one in shown]
    limits = RegisterLimits(1.5, 0.1)
    identities = bytes([SERIAL]) * len(shown) if identified else ()
    readings = RegisterReadings(times, times, values, identities=identities)
    story = story_of(readings, limits)
    assert [event.kind for event in story.events] == ([] if bridged else ["too fast"])
    energy = BoundedRegister(readings, story.segments, limits).energy(0.0, times[-1])
    assert (energy.low > 23.5) == bridged and energy.low < 24.0 < energy.high


def test_many_readings_of_a_lower_value_may_be_right() -> None:
    # set back by 2 kWh, and exchanged 29 hours later, while nothing flowed?
    shown = [70, 71, 72, 73, *[73] * 9, *[71] * 29, *[113] * 4, 114, 115, 116]
    times = [3600.0 * number for number in range(len(shown))]
    values, limits = [float(one) for one in shown], RegisterLimits(1.5, 0.1)
    for lower, low in ((71.0, 6.0), (0.0, 46.0)):
        changed = [
            lower if value == 71.0 and place > 5 else value for place, value in enumerate(values)
        ]
        readings = RegisterReadings(times, times, changed)
        story = story_of(readings, limits)
        energy = BoundedRegister(readings, story.segments, limits).energy(0.0, times[-1])
        assert low - 2.5 < energy.low <= low and energy.high > 46.0


def test_without_readings_the_supply_is_the_only_bound() -> None:
    energy = BoundedRegister(RegisterReadings([], [], []), [], RegisterLimits(3.68)).energy(
        0.0, 3600.0
    )
    assert energy == (0.0, 0.0, 3.68)
