"""Single decisions of `checks` and `segments`, each at its edge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

import pytest

from pdu.energy.audit import checks
from pdu.energy.registers import segments
from pdu.energy.registers.numpy_lazy import Column, np
from pdu.energy.registers.values import RegisterLimits, RegisterReadings

HOUR = 3600.0
SUPPLY = checks.CheckParameters(0.001, None, 300.0, 300.0, is_outlet=True)
LIMITS = RegisterLimits(3.6, 0.1)


def rows(times: Column, kwh: Column, amperes: float = np.nan, watts: float = np.nan) -> checks.Rows:
    """Polls of a second each, with the same current and power."""
    flows, power = np.full(len(kwh), amperes), np.full(len(kwh), watts)
    return checks.Rows(times, times + 1.0, kwh, flows, power)


def stood(read: checks.Rows, parameters: checks.CheckParameters) -> Sequence[checks.Standstill]:
    flow = checks.Flow.of(read, parameters)
    assert flow is not None
    return checks.standstills(read, flow, parameters, np.arange(len(read.energy_kwh)))


def broken(
    read: checks.Rows, parameters: checks.CheckParameters = SUPPLY, *, is_believed: bool = True
) -> Optional[float]:
    """The ratio by which a stretch breaks the law; None if it does not."""
    flow = checks.Flow.of(read, parameters)
    assert flow is not None
    numbers = np.arange(len(read.energy_kwh))
    found = checks.compare(read, flow, parameters, numbers, is_believed=is_believed)
    return None if found is None or found.event is None else found.ratio


DAY = 288


@pytest.mark.parametrize(
    ("factor", "ratio"),
    [(0.78, 0.78), (0.82, None), (1.0, None), (1.23, None), (1.27, 1.27), (1000.0, 1000.0)],
)
def test_a_register_counts_what_its_power_says_within_a_fifth(
    factor: float, ratio: Optional[float]
) -> None:
    times = 300.0 * np.arange(5 * DAY)
    found = broken(rows(times, factor * 0.5 * times / HOUR, watts=500.001))
    assert found == (None if ratio is None else pytest.approx(ratio, rel=1e-3))


@pytest.mark.parametrize(
    ("factor", "volts", "is_outlet", "is_broken"),
    [
        (0.47, 230.0, True, True),
        (0.5, 230.0, True, False),
        (1.2, 230.0, True, False),
        (1.3, 230.0, True, True),
        # an inlet's lines may be further apart than the voltage of one
        (0.3, 230.0, False, False),
        (0.25, 230.0, False, True),
        # nobody stated the voltage
        (0.15, None, True, False),
        (2.1, None, True, False),
        (2.3, None, False, True),
        (0.1, None, False, True),
    ],
)
def test_current_shows_a_unit_as_far_as_voltage_and_power_factor_are_known(
    factor: float, volts: Optional[float], is_outlet: bool, is_broken: bool
) -> None:
    """2.001 A at 230 V."""
    times = 300.0 * np.arange(5 * DAY)
    read = rows(times, factor * 0.46023 * times / HOUR, amperes=2.001)
    parameters = SUPPLY._replace(volts=volts, is_outlet=is_outlet)
    assert (broken(read, parameters) is not None) is is_broken


def test_power_that_varies_is_only_sampled() -> None:
    """A job each hour, which one poll of twelve sees: it may be shorter than the polls say."""
    times = 300.0 * np.arange(2 * DAY)
    watts = np.where(np.arange(len(times)) % 12 == 0, 900.0, 100.0)
    read = rows(times, 0.12 * times / HOUR)._replace(power_w=watts)
    assert broken(read) is None
    assert broken(read._replace(energy_kwh=0.5 * times / HOUR)) is not None


def test_what_meters_do_not_count_shows_no_unit() -> None:
    """8 W and 0.1 A may be any power up to that, but no more than it."""
    times = 300.0 * np.arange(5 * DAY)
    for read, most_kw in (
        (rows(times, times * 0.0, watts=8.0), 0.01),
        (rows(times, times * 0.0, amperes=0.1), 0.1),
    ):
        assert broken(read) is None and not stood(read, SUPPLY)
        assert broken(read._replace(energy_kwh=5.0 * most_kw * times / HOUR)) is not None


def readings(times: list[float], values: list[float], age: float = 0.0) -> RegisterReadings:
    return RegisterReadings(times, times, values, proven_age=age)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [(99.0, 0.5, 1.5), (99.0, 2.5, None), (99.0, 2.05, 3.05), (101.0, 0.5, None), (5.0, 6.0, None)],
)
def test_a_wrap_is_no_more_than_the_supply_delivers_and_a_step(
    old: float, new: float, expected: Optional[float]
) -> None:
    limits = LIMITS._replace(modulus=100.0)
    found = segments.wrap_energy(old, new, 3000.0, limits)
    assert found == (None if expected is None else pytest.approx(expected))


def test_three_readings_may_be_wrong_and_differ_and_four_may_not() -> None:
    times = [HOUR * number for number in range(24)]

    def told(wrong: list[float]) -> list[str]:
        values = [1000.0 + number for number in range(24)]
        values[10 : 10 + len(wrong)] = wrong
        return [one.kind for one in segments.history_of(readings(times, values), LIMITS).events]

    assert {*told([5.0, 80.0, 7.0])} == {"momentary"}
    assert "reset" in told([5.0, 5.5, 6.0, 6.5, 7.0])
    # many of 0, or of one higher value, are wrong, too; of a lower value they may be right
    assert told([0.0] * 6) == ["false zero"] and told([4e9] * 6) == ["all ones"]
    assert "unconfirmed" in told([900.0] * 6)


@pytest.mark.parametrize(("slack", "parts"), [(0.0, 2), (3600.0, 1)])
def test_a_clock_that_jumped_explains_what_rose_a_little_too_fast(slack: float, parts: int) -> None:
    """3.6 kW may flow. In each of 20 minutes it rose by 0.06 kWh, and by 0.05 more than a step."""
    times = [60.0 * number for number in range(20)]
    fast = readings(times, [0.11 * number for number in range(20)])._replace(slack=slack)
    found = [*segments._slow_parts(fast, LIMITS, segments.Segment(range(20)))]
    assert len(found) == parts


def test_events_come_in_the_order_of_their_times() -> None:
    """A reset, and a false zero on the line that followed it."""
    values = [100.0, 101.0, 102.0, 103.0, 104.0, 0.0, 1.0, 2.0, 3.0, 4.0, 0.0, 6.0, 7.0]
    story = segments.history_of(readings([HOUR * n for n in range(13)], values), LIMITS)
    assert [one.kind for one in story.events] == ["reset", "false zero"]


@pytest.mark.parametrize("value", [0.0, 1e9])
def test_a_large_register_may_seem_to_fall_by_the_rounding_of_its_doubles(value: float) -> None:
    one = readings([0.0, 300.0], [value + 0.0005, value])
    assert segments.follows(one, LIMITS, 0, 1) is (value > 0.0)
    assert len(segments._runs(one, LIMITS)) == (1 if value else 2)


def exchanged(values: list[float], changed: int, idle: set[int]) -> RegisterReadings:
    """Hourly readings: another unit from `changed` on, and 0 A beside those in `idle`."""
    return readings([HOUR * number for number in range(len(values))], values)._replace(
        changes={changed: "another unit"} if changed else {},
        idle=[int(number in idle) for number in range(len(values))] if idle else (),
    )


STOOD = [0.0, 1.0, 2.0, 3.0, 3.0, 3.0, 3.0, 3.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 3.0]
BEFORE, AFTER = {*range(3, 8)}, {*range(8, 13)}


@pytest.mark.parametrize(
    "idle, first, last",
    [
        (set(), 3, 13),
        (BEFORE | AFTER, 8, 8),
        (BEFORE, 8, 13),
        (AFTER, 3, 8),
        # each of them, and more than three
        (BEFORE | AFTER - {10}, 8, 13),
        (BEFORE - {5} | AFTER, 3, 8),
    ],
)
def test_a_register_that_stands_while_nothing_flows_is_believed_up_to_a_change(
    idle: set[int], first: int, last: int
) -> None:
    history = segments.history_of(exchanged(STOOD, 8, idle), LIMITS)
    assert [[*part.readings] for part in history.segments] == [[*range(first)], [*range(last, 16)]]
    assert [event.kind for event in history.events] == ["changed"]


def test_three_readings_without_current_are_no_proof_that_nothing_flowed() -> None:
    values = [0.0, 1.0, 2.0, 3.0, 3.0, 3.0, 0.0, 0.0, 0.0, 1.0, 2.0, 3.0, 4.0]
    history = segments.history_of(exchanged(values, 6, {3, 4, 5, 6, 7, 8}), LIMITS)
    assert [[*part.readings] for part in history.segments] == [[0, 1, 2], [9, 10, 11, 12]]
    # nor do they count where no unit changed: it may have been set back
    history = segments.history_of(exchanged(STOOD, 0, BEFORE | AFTER), LIMITS)
    assert [event.kind for event in history.events] == ["reset"]
    assert [[*part.readings] for part in history.segments] == [[0, 1, 2], [13, 14, 15]]


@pytest.mark.parametrize("stands", ["before", "after"])
def test_a_unit_whose_register_never_moved_is_believed_if_nothing_flowed_all_its_time(
    stands: str,
) -> None:
    still, moves = [7.0] * 6, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    values = [*still, *moves] if stands == "before" else [*moves, *still]
    numbers = {*range(6)} if stands == "before" else {*range(6, 12)}
    kept = [*sorted(numbers)]
    history = segments.history_of(exchanged(values, 6, numbers), LIMITS)
    assert [event.kind for event in history.events] == ["changed"]
    assert kept in [[*part.readings] for part in history.segments]
    for idle in ({99}, numbers - {min(numbers)}, numbers - {max(numbers)}):
        history = segments.history_of(exchanged(values, 6, idle), LIMITS)
        assert "unconfirmed" in [event.kind for event in history.events]
        assert kept not in [[*part.readings] for part in history.segments]
    # another line within the same unit: what reads 0 may be the current
    values[kept[2]] = 90.0
    history = segments.history_of(exchanged(values, 6, numbers), LIMITS)
    assert kept not in [[*part.readings] for part in history.segments]


FAST = RegisterLimits(3600.0, 0.0)  # 1 kWh in a second


def each_second(values: list[float], age: float = 0.0, units: str = "") -> RegisterReadings:
    """Readings of a second each; `units`: the serial number's bit of each, all one without it."""
    times = [1000.0 + number for number in range(len(values))]
    identities = [int(one) for one in units or "1" * len(values)]
    return RegisterReadings(times, times, values, proven_age=age, identities=identities)


@pytest.mark.parametrize(
    ("values", "age", "units", "kept"),
    [
        ([5000.0, 5001.0, 5002.0, 5003.0], 0.0, "", [0, 1, 2]),
        # it stood, and rose by what the supply delivers since the reading before that
        ([5000.0, 5001.0, 5001.0, 5001.0, 5004.0], 0.0, "", [0]),
        ([5000.0, 5001.0, 5001.0, 5001.0, 5004.5], 0.0, "", None),
        ([5000.0, 5001.0, 5001.0, 5001.0, 5005.0], 1.0, "", [0]),
        # it did not stand, or not after it rose, or fell
        ([5000.0, 5000.5, 5001.9], 0.0, "", None),
        ([5001.0, 5001.0, 5001.0, 5003.0], 0.0, "", None),
        ([5000.0, 5001.0, 5001.0, 5001.0, 5000.5], 0.0, "", None),
        # it may have been set to 0 meanwhile, or be another unit
        ([0.0, 1.0, 1.0, 1.0, 4.0], 0.0, "", None),
        ([5000.0, 5001.0, 5001.0, 5001.0, 5004.0], 0.0, "11112", None),
        ([5000.0, 5001.0, 5001.0, 5001.0, 5004.0], 0.0, "00000", None),
        # more than was delivered since it last moved
        ([5000.0, 5001.0, 5001.0, 5014.0], 0.0, "", None),
    ],
)
def test_a_register_that_stood_goes_on_if_nothing_else_explains_it(
    values: list[float], age: float, units: str, kept: Optional[list[int]]
) -> None:
    one, before = each_second(values, age, units), [*range(len(values) - 1)]
    goes_on = segments._goes_on(one, FAST, before, len(values) - 1)
    assert goes_on is (kept is not None)
    assert before == ([*range(len(values) - 1)] if kept is None else kept)


@pytest.mark.parametrize(
    ("values", "after", "doubtful"),
    [
        ([5.0, 6.0, 7.0], 1.0, True),
        ([0.0] * 4, 1.0, True),
        ([9.0] * 4, 5.0, True),
        ([5.0] * 4, 5.0, False),
        ([4.0] * 4, 5.0, False),
        ([9.0, 9.0, 9.0, 10.0], 5.0, False),
        ([8.0, 9.0, 9.0, 9.0], 5.0, False),
    ],
)
def test_a_few_readings_may_be_wrong_and_many_if_they_are_one_high_value(
    values: list[float], after: float, doubtful: bool
) -> None:
    one = each_second([*values, after])
    assert segments._doubtful(one, [*range(len(values))], len(values)) is doubtful


def test_no_segment_is_too_short_where_none_is_longer() -> None:
    story = segments.history_of(each_second([100.0, 101.0, 102.0, 0.0, 1.0, 2.0]), FAST)
    assert [one.kind for one in story.events] == ["reset"]
