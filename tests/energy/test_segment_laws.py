"""What `segments` and `bounds` compute fast is what their definitions say, of small registers.

The supply delivers 1 kWh in a second, and all numbers are halves: nothing is rounded.
"""

from __future__ import annotations

import itertools
import math
from typing import Optional

from hypothesis import given, strategies as st

from pdu.energy.registers import bounds, segments
from pdu.energy.registers.segments import Segment
from pdu.energy.registers.values import RegisterLimits, RegisterReadings

_HALVES = st.integers(0, 16).map(lambda n: n / 2)
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
def test_a_run_ends_where_a_reading_does_not_follow_or_the_unit_changed(
    one: RegisterReadings, limits: RegisterLimits
) -> None:
    runs = segments._runs(one, limits)
    assert [n for run in runs for n in run] == [*range(len(one.values))]
    cuts = {n for n in range(1, len(one.values)) if not segments.follows(one, limits, n - 1, n)}
    assert {run[0] for run in runs} == {0, *cuts, *one.changes}
    assert segments._runs(RegisterReadings([], [], []), limits) == []


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
    assert bounds._count_until(times, numbers, moment) == sum(times[n] <= moment for n in numbers)
    for first, step in itertools.product(range(len(times) + 1), (1, 2)):
        every = range(first, len(times), step)
        assert bounds._count_until(times, every, moment) == sum(times[n] <= moment for n in every)


@given(st.lists(_HALVES, min_size=1, max_size=6))
def test_a_register_stands_since_the_first_of_its_last_equal_readings(values: list[float]) -> None:
    one = RegisterReadings([*range(len(values))], [*range(len(values))], values)
    stands: Optional[int] = segments._standing(one, range(len(values)))
    expected = next(n for n in range(len(values)) if {*values[n:]} == {values[-1]})
    assert stands == expected and not math.isnan(values[0])


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
