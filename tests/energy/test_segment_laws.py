"""What `segments` and `bounds` compute fast is what their definitions say, of small registers.

The supply delivers 1 kWh in a second, and all numbers are halves: nothing is rounded.
"""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given, strategies as st

from pdu.energy.registers import bounds, segments
from pdu.energy.registers.numpy_lazy import np
from pdu.energy.registers.segments import Segment
from pdu.energy.registers.values import Event, RegisterLimits, RegisterReadings

_HALVES = st.integers(0, 8).map(lambda n: n / 2)
_TIMES = st.lists(st.integers(0, 6), min_size=1, max_size=8)
_LIMITS = st.builds(
    RegisterLimits, st.just(3600.0), st.sampled_from((0.0, 0.5)), st.none() | st.just(4.0)
)


@st.composite
def _registers(draw: st.DrawFn) -> RegisterReadings:
    """Readings of up to half a second, in order, and of any values."""
    gaps = draw(_TIMES)
    begins = [sum(gaps[: n + 1]) / 2 for n in range(len(gaps))]
    ends = [one + draw(st.sampled_from((0.0, 0.5))) for one in begins]
    values = draw(st.lists(_HALVES, min_size=len(gaps), max_size=len(gaps)))
    changed = draw(st.sets(st.integers(1, 8), max_size=1)) & {*range(1, len(gaps))}
    return RegisterReadings(
        begins,
        ends,
        values,
        dict.fromkeys(changed, "changed"),
        slack=draw(st.sampled_from((0.0, 0.0, 0.5))),
        proven_age=draw(st.sampled_from((0.0, 0.5))),
    )


@given(_registers(), _LIMITS)
def test_a_reading_follows_one_before_it_if_the_supply_delivers_the_rise(
    one: RegisterReadings, limits: RegisterLimits
) -> None:
    for n, other in enumerate(one.values[1:], 1):
        most = one.ends[n] - one.begins[n - 1] + one.proven_age + limits.step
        rise = other - one.values[n - 1]
        begun_again = limits.modulus is not None and rise + limits.modulus <= most
        assert segments.follows(one, limits, n - 1, n) == (0 <= rise <= most and not begun_again)


@given(_registers(), _LIMITS)
def test_a_run_ends_where_a_reading_does_not_follow_or_the_unit_change_reason(
    one: RegisterReadings, limits: RegisterLimits
) -> None:
    runs = segments._runs(one, limits)
    assert [n for run in runs for n in run] == [*range(len(one.values))]
    cuts = {n for n in range(1, len(one.values)) if not segments.follows(one, limits, n - 1, n)}
    assert {run[0] for run in runs} == {0, *cuts, *one.changes}
    assert segments._runs(RegisterReadings([], [], []), limits) == []


@given(_registers(), _LIMITS)
def test_a_steady_register_has_the_history_that_its_readings_alone_show(
    one: RegisterReadings, limits: RegisterLimits
) -> None:
    begins, ends = np.array(one.begins, float), np.array(one.ends, float)
    rises = np.diff(np.array([one.values], float))
    (is_steady,) = segments.are_steady(rises, begins, ends, np.array([limits.kilowatts]))
    if is_steady and not one.changes and one.values:
        longest_s = float((ends[1:] - begins[:-1]).max(initial=0.0))
        short_history, full_history = (
            segments.history_of(one, limits, longest_s),
            segments.history_of(one, limits),
        )
        assert short_history.events == full_history.events
        assert [[*part.readings] for part in short_history.segments] == [
            [*part.readings] for part in full_history.segments
        ]


def _is_too_fast(
    one: RegisterReadings, limits: RegisterLimits, numbers: tuple[int, ...], slack: float
) -> bool:
    """Whether a reading is further ahead of one before it than the supply and `slack` allow."""
    allowed = one.proven_age + one.slack + limits.step + slack
    return any(
        one.values[j] - one.values[i] > one.ends[j] - one.begins[i] + allowed
        for place, j in enumerate(numbers)
        for i in numbers[:place]
    )


@given(_registers(), _LIMITS, st.sets(st.integers(0, 7)))
def test_what_is_too_fast_in_the_long_run_is_cut_out_and_nothing_else(
    one: RegisterReadings, limits: RegisterLimits, without: set[int]
) -> None:
    numbers = tuple(n for n in range(len(one.values)) if n not in without)
    for kept in (numbers, range(len(one.values))):
        if not kept:
            continue
        parts = [*segments._slow_parts(one, limits, Segment(kept))]
        left = [n for part in parts for n in part.readings]
        assert left == sorted({*left}) and {*left} <= {*kept}
        assert (parts[0].first, parts[-1].last) == (kept[0], kept[-1])
        # each part is slow, and what was slow as a whole stays whole
        assert not any(_is_too_fast(one, limits, tuple(part.readings), 1e-6) for part in parts)
        if not _is_too_fast(one, limits, tuple(kept), -1e-6):
            assert [tuple(part.readings) for part in parts] == [tuple(kept)]


@given(st.lists(_HALVES, max_size=8).map(sorted), _HALVES, st.sets(st.integers(0, 7)))
def test_as_many_readings_have_passed_as_are_not_later(
    times: list[float], moment: float, without: set[int]
) -> None:
    numbers = [n for n in range(len(times)) if n not in without]
    assert bounds.count_until(times, numbers, moment) == sum(times[n] <= moment for n in numbers)
    for first, step in itertools.product(range(len(times) + 1), (1, 2)):
        every = range(first, len(times), step)
        assert bounds.count_until(times, every, moment) == sum(times[n] <= moment for n in every)


@given(_registers(), _LIMITS, st.booleans())
def test_runs_are_joined_as_if_each_one_were_compared_with_all_before_it(
    one: RegisterReadings, limits: RegisterLimits, identified: bool
) -> None:
    one = one._replace(identities=bytes([1]) * len(one.values) if identified else ())
    kept: list[list[int]] = []
    for run in segments._runs(one, limits):
        home = segments._home(one, limits, kept, run, sorted(one.changes))
        if home is None:
            kept.append(list(run))
        else:
            del kept[home + 1 :]
            kept[home].extend(run)
    joined = segments._joined(one, limits, segments._runs(one, limits), [])
    assert [[*part.readings] for part in joined] == kept


_SUPPLY = RegisterLimits(3600.0, 0.5)


def _at(times: list[float], values: list[float], **more: Any) -> RegisterReadings:
    """Readings that take no time."""
    return RegisterReadings(times, times, values, **more)


def test_a_run_comes_home_if_the_supply_and_a_step_deliver_the_rise() -> None:
    for back, home in ((4.5, [[0, 2]]), (5.0, [[0], [1], [2]])):
        one = _at([100.0, 101.0, 102.0], [2.0, 0.0, back])
        joined = segments._joined(one, _SUPPLY, segments._runs(one, _SUPPLY), [])
        assert [[*part.readings] for part in joined] == home


def test_a_change_before_a_reading_is_none_after_it() -> None:
    one = _at([0.0, 1.0, 2.0], [0.0, 0.0, 0.0], changes={1: "serial number"})
    assert [segments._change_reason(one, *pair) for pair in ((0, 1), (0, 2), (1, 2))] == [
        "serial number", "serial number", "",
    ]  # fmt: skip


def test_what_nothing_confirms_is_told_by_its_reason() -> None:
    times = [float(at) for at in range(14)]
    risen = [Segment(range(8))]
    for segment, reason in (
        (Segment(range(8, 11)), "too few readings confirm the register beside a change"),
        (Segment(range(8, 14)), "the register stands beside a change"),
    ):
        events = list[Event]()
        one = _at(times, [*times[:8], *[50.0] * 6])
        assert segments._confirmed(one, [*risen, segment], events) == risen
        assert [event.reason for event in events] == [reason]


@pytest.mark.parametrize(
    ("middle", "kept"),
    [
        ([10.0, 11.0, 12.0, 13.0], [[0, 1], [5, 6, 7], [9, 10, 11]]),
        ([10.0, 11.0, 12.0, 12.0], [[0, 1], [5], [9, 10, 11]]),
        ([10.0] * 4, [[0, 1], [9, 10, 11]]),
    ],
)
def test_readings_at_a_hole_that_may_be_wrong_are_left_out(
    middle: list[float], kept: list[list[int]]
) -> None:
    """Those since which the register stands, and those before it first rose. 36 kW are delivered;
    the last two readings, which are not trusted, could go on from the middle.
    """
    values = [0.0, 1.0, 2.0, 2.0, *middle, 30.0, 31.0, 32.0, 33.0, 11.05, 11.05]
    one = _at([float(at) for at in range(14)], values)
    parts = [Segment(range(first, first + 4)) for first in (0, 4, 8)]
    joined = [*parts, Segment(range(12, 14))]
    found = segments._trimmed(one, RegisterLimits(36.0, 0.0), joined, parts)
    assert [[*part.readings] for part in found] == kept


@pytest.mark.parametrize(("back", "left"), [(2, 5), (3, 4), (4, 3), (5, 6), (6, 6)])
def test_up_to_three_readings_before_a_hole_may_be_wrong(back: int, left: int) -> None:
    """The next segment can have come from the reading `back` places before the end alone."""
    values = [100.0 + at for at in range(6)]
    following = values[-back] + 0.5
    one = _at([float(at) for at in range(7)], [*values, following])
    numbers = segments._trim_end(one, RegisterLimits(0.0, 0.75), range(6), 6)
    assert [*numbers] == [*range(left)]


def test_each_stretch_that_is_too_fast_is_cut_out_alone() -> None:
    """1 kWh is delivered in a second: too fast by 1 kWh once, by 50 after a rest of 10 s."""
    times = [1000.0 + at for at in range(6)] + [1016.0 + at for at in range(4)]
    values = [0.0, 0.9, 1.8, 3.8, 4.7, 5.6, 5.6, 60.0, 60.9, 61.8]
    parts = segments._slow_parts(_at(times, values), _SUPPLY, Segment(range(10)))
    assert [[*part.readings] for part in parts] == [[0, 1, 2], [3, 4, 5, 6], [7, 8, 9]]
