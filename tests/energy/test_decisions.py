"""Single decisions of `checks` and `segments`, each at its edge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

import pytest

from pdu.energy.audit import checks
from pdu.energy.journal.unit_changes import SERIAL
from pdu.energy.registers import segments
from pdu.energy.registers.numpy_lazy import Column, np
from pdu.energy.registers.values import RegisterLimits, RegisterReadings

HOUR = 3600.0
SUPPLY = checks.CheckParameters(0.001, None, 300.0, 300.0, is_outlet=True)
LIMITS = RegisterLimits(3.6, 0.1)


def rows(
    times: Column, kwh: Column, amperes: float = np.nan, watts: float = np.nan, state: int = 2
) -> checks.Rows:
    """Polls of a second each, with the same current, power and state."""
    flows, power = np.full(len(kwh), amperes), np.full(len(kwh), watts)
    states = np.full(len(kwh), state, dtype=np.uint8)
    return checks.Rows(times, times + 1.0, kwh, flows, power, states)


@pytest.mark.parametrize(("length", "told"), [(890.0, 0), (960.0, 1)])
def test_a_gap_is_longer_than_three_turns(length: float, told: int) -> None:
    times = np.asarray([0.0, 300.0, 300.0 + length, 600.0 + length])
    found = [*checks.gaps(rows(times, times / HOUR), SUPPLY, 0.0, 601.0 + length)]
    assert [(one.begin, one.end) for one in found] == [(301.0, 300.0 + length)] * told
    # the ends of the period are gaps, too
    late = [*checks.gaps(rows(times[:2], times[:2] / HOUR), SUPPLY, 0.0, 301.0 + length)]
    assert [(one.begin, one.end) for one in late] == [(301.0, 301.0 + length)][: len(late)]
    assert len(late) == (length > 900.0)


@pytest.mark.parametrize("is_before", [True, False])
def test_a_rise_beside_a_time_without_readings_shows_no_catching_up(is_before: bool) -> None:
    """190 W; the register stands for two hours, and rises by 1 kWh then: more than what flowed."""
    stood = 300.0 * np.arange(25)
    far = 20 * HOUR
    if is_before:
        times = np.concatenate(([-far], stood, [7500.0]))
        kwh = np.concatenate(([9.0], np.full(25, 10.0), [11.0]))
    else:
        times = np.concatenate(([-300.0], stood, [7200.0 + far]))
        kwh = np.concatenate(([9.9], np.full(25, 10.0), [11.0]))
    (found,) = checks.standstills(rows(times, kwh, watts=190.0), SUPPLY)
    assert not found.caught_up
    assert (found.begin, found.end) == ((-far, 7501.0) if is_before else (-300.0, 7201.0 + far))
    assert checks.uncounted_s([found], 0.0, HOUR) == HOUR
    (plain,) = checks.standstills(rows(times[1:-1], kwh[1:-1], watts=190.0), SUPPLY)
    assert (plain.begin, plain.end) == (0.0, 7201.0)


def test_what_a_register_caught_up_with_is_not_uncounted() -> None:
    times = 300.0 * np.arange(27)
    kwh = np.concatenate((np.full(25, 10.0), [11.0, 11.0]))
    (found,) = checks.standstills(rows(times, kwh, watts=190.0), SUPPLY)
    assert found.caught_up and checks.uncounted_s([found], 0.0, 1e5) == 0.0


@pytest.mark.parametrize(("hours", "amperes", "stood"), [(2.0, 1.0, True), (0.1, 1.0, False)])
def test_a_register_stands_for_longer_than_its_readings_may_be_old(
    hours: float, amperes: float, stood: bool
) -> None:
    times = 60.0 * np.arange(int(60 * hours) + 1)
    supply = SUPPLY._replace(usual_gap=60.0, age=300.0)
    found = checks.standstills(rows(times, np.full(len(times), 5.0), amperes=amperes), supply)
    assert bool(found) is stood
    few = supply._replace(step=1.0)  # three of its steps are more than what flowed
    assert not checks.standstills(rows(times, np.full(len(times), 5.0), amperes=amperes), few)


def test_current_while_off_takes_two_polls_and_more_than_an_idle_current() -> None:
    times = 300.0 * np.arange(6)
    off = rows(times, times / HOUR, amperes=0.5, state=0)
    assert [one.kind for one in checks.current_while_off(off)] == [checks.OFF_CURRENT]
    assert not [*checks.current_while_off(rows(times, times / HOUR, amperes=0.1, state=0))]
    once = off._replace(states=np.asarray([1, 1, 0, 1, 1, 1], dtype=np.uint8))
    assert not [*checks.current_while_off(once)]
    twice = off._replace(states=np.asarray([1, 1, 0, 0, 1, 1], dtype=np.uint8))
    (found,) = checks.current_while_off(twice)
    assert (found.begin, found.end) == (600.0, 901.0)


def readings(times: list[float], values: list[float], age: float = 0.0) -> RegisterReadings:
    return RegisterReadings(times, times, values, sure_age=age)


@pytest.mark.parametrize(
    ("rise", "age", "expected"),
    [
        (0.39, 0.0, True),
        (0.41, 0.0, False),
        # a reading that may be five minutes old explains a rise of so much more
        (0.69, 300.0, True),
        (0.71, 300.0, False),
        (0.0, 0.0, True),
        (-0.001, 0.0, False),
    ],
)
def test_a_register_goes_on_by_no_more_than_the_supply_delivers(
    rise: float, age: float, expected: bool
) -> None:
    one = readings([0.0, 300.0], [10.0, 10.0 + rise], age)
    assert segments.follows(one, LIMITS, 0, 1) is expected
    assert len(segments._runs(one, LIMITS)) == (1 if expected else 2)


def test_a_register_that_can_have_begun_again_unseen_does_not_go_on() -> None:
    wraps = LIMITS._replace(modulus=5.0)
    hours = readings([0.0, 7200.0], [1.0, 2.0])
    assert segments.follows(hours, LIMITS, 0, 1) and not segments.follows(hours, wraps, 0, 1)
    assert [len(segments._runs(hours, one)) for one in (LIMITS, wraps)] == [1, 2]
    minutes = readings([0.0, 600.0], [1.0, 1.5])
    assert segments.follows(minutes, wraps, 0, 1)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [(99.0, 0.5, 1.5), (99.0, 2.5, None), (99.0, 2.05, 3.05), (101.0, 0.5, None), (5.0, 6.0, None)],
)
def test_a_wrap_is_no_more_than_the_supply_delivers_and_a_step(
    old: float, new: float, expected: Optional[float]
) -> None:
    limits = LIMITS._replace(modulus=100.0)
    found = segments.wrapped(old, new, 3000.0, limits)
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


def test_three_readings_of_another_line_confirm_nothing_and_four_do() -> None:
    """Three in the middle, that rise, left the line; three at the end are too few for a reset."""
    times = [HOUR * number for number in range(24)]
    line = [1000.0 + number for number in range(24)]

    def told(values: list[float]) -> list[str]:
        return [one.kind for one in segments.history_of(readings(times, values), LIMITS).events]

    assert told([*line[:10], 5.0, 5.5, 6.0, *line[13:]]) == ["momentary"]
    assert told([*line[:21], 5.0, 5.5, 6.0]) == ["unconfirmed"]
    assert told([*line[:20], 5.0, 5.5, 6.0, 6.5]) == ["reset"]


@pytest.mark.parametrize(("steps", "told"), [(19.0, 0), (24.0, 1)])
def test_a_unit_mistake_shows_after_twenty_steps(steps: float, told: int) -> None:
    """A day of a register of 0.1 kWh that counts ten times what the power says."""
    times = 300.0 * np.arange(288)
    kwh = np.floor(times / times[-1] * steps + 1e-9) * 0.1
    watts = 1000.0 * steps * 0.1 / 10.0 / 24.0
    supply = SUPPLY._replace(step=0.1)
    found = [*checks.unit_mismatch_days(rows(times, kwh, watts=watts), supply, [range(288)])]
    assert [one.kind for one in found] == [checks.UNIT] * told


@pytest.mark.parametrize(("steps", "told"), [(19.0, 0), (24.0, 1)])
def test_a_unit_mistake_beside_a_change_shows_after_twenty_steps_besides_the_largest_rise(
    steps: float, told: int
) -> None:
    """Five hours of a register of 0.1 kWh that counts ten times what the power says."""
    times = 300.0 * np.arange(61)
    kwh = np.floor(times / times[-1] * (steps + 1.0) + 1e-9) * 0.1
    watts = 1000.0 * (steps + 1.0) * 0.1 / 10.0 / 5.0
    supply = SUPPLY._replace(step=0.1)
    found = [*checks.unit_beside_changes(rows(times, kwh, watts=watts), supply, [], [])]
    assert [one.kind for one in found] == [checks.UNIT] * told


def test_rates_are_compared_across_a_change_from_the_last_day_before_to_the_first_after() -> None:
    """Nothing else was read. The rate doubles before the change, and then is ten times as high."""
    times = 300.0 * np.arange(6 * 288)
    kwh = np.cumsum(np.repeat([0.01, 0.02, 0.02, 0.2, 0.2, 0.4], 288))
    changed = [3 * 288]
    (found,) = checks.unit_beside_changes(rows(times, kwh), SUPPLY, changed, [])
    assert found.kind == checks.UNIT and "counts 10 times" in found.reason


@pytest.mark.parametrize(("slack", "parts"), [(0.0, 2), (3600.0, 1)])
def test_a_clock_that_jumped_explains_what_rose_a_little_too_fast(slack: float, parts: int) -> None:
    """3.6 kW may flow. In each of 20 minutes it rose by 0.06 kWh, and by 0.05 more than a step."""
    times = [60.0 * number for number in range(20)]
    fast = readings(times, [0.11 * number for number in range(20)])._replace(slack=slack)
    found = [*segments._slow_parts(fast, LIMITS, segments.Segment(range(20)))]
    assert len(found) == parts


def test_half_a_day_after_a_change_is_compared_by_its_rate() -> None:
    times = 300.0 * np.arange(288 + 144)
    kwh = np.cumsum(np.repeat([0.01, 0.1], [288, 144]))
    (found,) = checks.unit_beside_changes(rows(times, kwh), SUPPLY, [288], [])
    assert "counts 10 times as much for each hour" in found.reason


def test_where_a_pdus_current_was_read_beside_a_change_it_counts_for_each_ampere() -> None:
    """1 A before the change and 2 A after it: for each hour it rose by 20 times as much."""
    times = 300.0 * np.arange(2 * 288)
    kwh = np.cumsum(np.repeat([0.01, 0.2], 288))
    read = rows(times, kwh)._replace(amperes=np.repeat([1.0, 2.0], 288))
    supply = SUPPLY._replace(is_outlet=False)
    (found,) = checks.unit_beside_changes(read, supply, [288], [])
    assert "counts 10 times as much for each ampere" in found.reason
    steady = rows(times, np.cumsum(np.repeat([0.01, 0.02], 288)))._replace(amperes=read.amperes)
    assert not [*checks.unit_beside_changes(steady, supply, [288], [])]


def stretch(
    times: list[float], kwh: list[float], amperes: float = np.nan
) -> Optional[checks._Stretch]:
    at = np.asarray(times)
    read = rows(at, np.asarray(kwh), amperes=amperes)
    return checks._Stretch.of(read, SUPPLY, np.arange(len(at)))


@pytest.mark.parametrize(
    ("polls", "rise", "compared"),
    [(4, 9.0, False), (5, 0.02, True), (5, 0.0199, False), (90, 0.0199, False), (90, 9.0, True)],
)
def test_a_stretch_is_compared_if_it_has_five_polls_and_twenty_steps(
    polls: int, rise: float, compared: bool
) -> None:
    kwh = [rise * number / (polls - 1) for number in range(polls)]
    found = stretch([300.0 * number for number in range(polls)], kwh)
    assert (found is not None) is compared


def test_the_rate_of_a_day_needs_six_hours_and_twenty_steps() -> None:
    six, days = 6 * HOUR, 24 * HOUR

    def rates(times: list[float], kwh: list[float]) -> list[Optional[float]]:
        found = stretch(times, kwh)
        assert found is not None and (found.begin, found.end) == (times[0], times[-1])
        return [None if np.isnan(one) else round(one, 9) for one in (found.first, found.last)]

    exact = [0.0, HOUR, 2 * HOUR, 3 * HOUR, six]
    assert rates(exact, [0.0, 0.5, 1.0, 1.5, 3.0]) == [0.5, 0.5]
    assert rates([*exact[:-1], six - 1.0], [0.0, 0.5, 1.0, 1.5, 3.0]) == [None, None]
    # the first day rises by 20 steps, the last one by less; both days are 24 hours with their ends
    times = [0.0, six, days, 2 * days, 3 * days - six, 3 * days]
    assert rates(times, [0.0, 0.01, 0.02, 1.0, 1.01, 1.0199]) == [round(0.02 / 24, 9), None]
    assert rates(times, [0.0, 0.01, 0.0199, 1.0, 1.01, 1.02]) == [None, round(0.02 / 24, 9)]
    assert rates(times, [0.0, 1.0, 2.4, 5.0, 6.0, 9.8]) == [0.1, 0.2]


def test_the_power_of_an_ampere_is_of_the_time_in_which_both_were_read() -> None:
    times = [300.0 * number for number in range(13)]
    kwh = [0.1 * number for number in range(13)]
    found = stretch(times, kwh, amperes=2.0)
    assert found is not None and found.of_current == pytest.approx(1.2 / 2.0)
    # beside a gap of more than three turns, nothing is known of the current
    late = [*times[:-1], times[-1] + 601.0]
    gap = stretch(late, [*kwh[:-1], 9.0], amperes=2.0)
    assert gap is not None and gap.of_current == pytest.approx(1.1 / (2.0 * 11 / 12))
    just = stretch([*times[:-1], times[-1] + 600.0], kwh, amperes=2.0)
    assert just is not None and just.of_current == pytest.approx(1.2 / (2.0 * 14 / 12))
    for amperes in (0.0, np.nan):
        none = stretch(times, kwh, amperes=amperes)
        assert none is not None and none.of_current is None


@pytest.mark.parametrize("place", [0, 1])
def test_where_current_was_read_on_one_side_of_a_change_the_rates_are_compared(place: int) -> None:
    times = 300.0 * np.arange(2 * 288)
    kwh = np.cumsum(np.repeat([0.01, 0.1], 288))
    sides = [np.nan, np.nan]
    sides[place] = 1.0
    read = rows(times, kwh)._replace(amperes=np.repeat(sides, 288))
    supply = SUPPLY._replace(is_outlet=False)
    (found,) = checks.unit_beside_changes(read, supply, [288], [])
    assert "counts 10 times as much for each hour" in found.reason
    assert (found.begin, found.end) == (times[0], times[-1])


def test_a_unit_mistake_is_told_of_the_hours_that_show_it() -> None:
    """A register of 0.001 kWh that stands for six hours, then counts ten times what flows."""
    times = 300.0 * np.arange(72 * 3)  # three times six hours
    watts = np.full(len(times), 1200.0)
    kwh = 12.0 * times / HOUR * (times >= 6 * HOUR)
    read = rows(times, kwh)._replace(watts=watts)
    found = [*checks.unit_beside_changes(read, SUPPLY, [], [])]
    assert [one.kind for one in found] == [checks.UNIT] * 2
    assert [(one.begin, one.end) for one in found] == [
        (6 * HOUR + 300.0, 12 * HOUR - 300.0),
        (12 * HOUR, 18 * HOUR - 300.0),
    ]
    right = rows(times, 1.2 * times / HOUR)._replace(watts=watts)
    assert not [*checks.unit_beside_changes(right, SUPPLY, [], [])]


def test_one_wrong_rise_is_no_unit_mistake() -> None:
    """It alone makes the sum of its hours ten times what flowed."""
    times = 300.0 * np.arange(71)
    kwh = 1.2 * times / HOUR
    kwh[30:] += 9.0 * 1.2 * times[-1] / HOUR
    # rises of twenty times their neighbours part stretches, and rises on the way do not
    supply = SUPPLY._replace(step=10.0 / checks.COMPARED_STEPS / 20.0)
    read = rows(times, kwh, watts=1200.0)
    flow = checks._Flow.of(read, supply)
    assert flow is not None
    assert not [*checks._mistaken_hours(flow, read, supply, np.arange(71))]
    few = rows(times[:4], 12.0 * times[:4] / HOUR, watts=1200.0)
    assert not [*checks._mistaken_hours(flow, few, supply._replace(step=1e-6), np.arange(4))]
    several = rows(times[:5], 12.0 * times[:5] / HOUR, watts=1200.0)
    assert [*checks._mistaken_hours(flow, several, supply._replace(step=1e-6), np.arange(5))]


def test_hours_that_are_too_short_to_be_compared_hide_no_later_ones() -> None:
    """A stretch that begins two polls before six hours end, and counts ten times too much."""
    times = 300.0 * np.arange(70, 144)
    read = rows(times, 12.0 * times / HOUR, watts=1200.0)
    flow = checks._Flow.of(read, SUPPLY)
    assert flow is not None
    (found,) = checks._mistaken_hours(flow, read, SUPPLY, np.arange(len(times)))
    assert (found.begin, found.end) == (6 * HOUR, 12 * HOUR - 300.0)


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


def test_a_register_that_can_have_begun_again_to_the_last_unit_does_not_go_on() -> None:
    """A supply of 1 kWh in a second, and a register that begins again after 8 kWh."""
    fast = RegisterLimits(3600.0, 0.0, modulus=8.0)
    for seconds, goes_on in ((7.0, True), (8.0, False)):
        one = readings([0.0, seconds], [1.0, 1.0])
        assert segments.follows(one, fast, 0, 1) is goes_on
        assert len(segments._runs(one, fast)) == (1 if goes_on else 2)
    assert segments.wrapped(7.0, 1.0, 2.0, fast) == 2.0
    assert segments.wrapped(7.0, 1.0, 1.0, fast) is None
    assert (
        segments.wrapped(8.0, 1.0, 2.0, fast) == 1.0
        and segments.wrapped(1.0, 1.0, 9.0, fast) is None
    )


def idle_story(
    values: list[float], changed: int, idle: set[int], identities: Sequence[int] = ()
) -> tuple[list[list[int]], list[str]]:
    """The segments and the kinds of events of hourly readings; another unit begins at `changed`."""
    times = [HOUR * number for number in range(len(values))]
    one = readings(times, values)._replace(
        changes={changed: "another unit"} if changed else {},
        idle=[int(number in idle) for number in range(len(values))] if idle else (),
        identities=identities,
    )
    story = segments.history_of(one, LIMITS)
    return [[*part.readings] for part in story.segments], [event.kind for event in story.events]


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
    assert idle_story(STOOD, 8, idle) == ([[*range(first)], [*range(last, 16)]], ["changed"])


def test_three_readings_without_current_are_no_proof_that_nothing_flowed() -> None:
    values = [0.0, 1.0, 2.0, 3.0, 3.0, 3.0, 0.0, 0.0, 0.0, 1.0, 2.0, 3.0, 4.0]
    parts, _ = idle_story(values, 6, {3, 4, 5, 6, 7, 8})
    assert parts == [[0, 1, 2], [9, 10, 11, 12]]
    # nor do they count where no unit changed: it may have been set back
    parts, kinds = idle_story(STOOD, 0, BEFORE | AFTER)
    assert kinds == ["reset"] and parts == [[0, 1, 2], [13, 14, 15]]


@pytest.mark.parametrize("stands", ["before", "after"])
def test_a_unit_whose_register_never_moved_is_believed_if_nothing_flowed_all_its_time(
    stands: str,
) -> None:
    still, moves = [7.0] * 6, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    values = [*still, *moves] if stands == "before" else [*moves, *still]
    numbers = {*range(6)} if stands == "before" else {*range(6, 12)}
    kept = [*sorted(numbers)]
    parts, kinds = idle_story(values, 6, numbers)
    assert kinds == ["changed"] and kept in parts
    for idle in (set[int](), numbers - {min(numbers)}, numbers - {max(numbers)}):
        parts, kinds = idle_story(values, 6, idle or {99})
        assert "unconfirmed" in kinds and kept not in parts
    # another line within the same unit: what reads 0 may be the current
    values[kept[2]] = 90.0
    parts, kinds = idle_story([*values], 6, numbers)
    assert kept not in parts


def test_a_register_that_stood_does_not_go_on_by_more_than_the_supply_since_then() -> None:
    values = [1000.0, 1001.0, 1002.0, 1003.0, 1003.0, 1003.0, 1010.0, 1011.0, 1012.0, 1013.0]
    parts, kinds = idle_story(values, 0, set(), bytes([SERIAL]) * 10)
    assert kinds == [] and parts == [[0, 1, 2, 6, 7, 8, 9]]
    far = [*values[:6], *(value + 20.0 for value in values[6:])]
    parts, kinds = idle_story(far, 0, set(), bytes([SERIAL]) * 10)
    assert kinds == ["too fast"] and parts[0] == [0, 1, 2]


FAST = RegisterLimits(3600.0, 0.0)  # 1 kWh in a second


def each_second(values: list[float], age: float = 0.0, units: str = "") -> RegisterReadings:
    """Readings of a second each; `units`: the serial number's bit of each, all one without it."""
    times = [1000.0 + number for number in range(len(values))]
    identities = [int(one) for one in units or "1" * len(values)]
    return RegisterReadings(times, times, values, sure_age=age, identities=identities)


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
