"""Times of polls whose reader had a wrong clock."""

from __future__ import annotations

from itertools import chain

import pytest

from pdu.energy.clock import PollBounds, PollTime, poll_bounds

BEGIN = 1790812800.0


def polls(offset_at: dict[int, float], count: int = 1000, boot: str = "a") -> list[PollTime]:
    """Polls each 5 minutes. `offset_at`: by how much the wall clock is wrong from that poll on."""
    times, offset = [], 0.0
    for number in range(count):
        offset = offset_at.get(number, offset)
        true = BEGIN + 300.0 * number
        times.append(PollTime(true + offset, true + offset + 2.0, 7.0 + 300.0 * number, boot))
    return times


def true_times(count: int = 1000) -> list[tuple[float, float]]:
    return [(BEGIN + 300.0 * number, BEGIN + 300.0 * number + 2.0) for number in range(count)]


def bounds(polls: list[PollTime]) -> list[PollBounds]:
    """Those of polls that are all believed."""
    return [time for time in poll_bounds(polls) if time is not None]


@pytest.mark.parametrize("error_s", [-7200.0, 3600.0, 3650 * 86_400.0])
def test_a_clock_that_comes_back_was_wrong_meanwhile(error_s: float) -> None:
    times = bounds(polls({100: error_s, 140: 0.0}))
    assert [*chain(*times)] == pytest.approx([*chain(*true_times())])


def test_a_machine_that_starts_in_2000_is_put_right() -> None:
    times = bounds(polls({0: -8e8, 6: 0.0}))
    assert [*chain(*times)] == pytest.approx([*chain(*true_times())])


@pytest.mark.parametrize("at", [150, 850])
def test_of_a_clock_that_stays_set_either_may_be_right(at: int) -> None:
    times = bounds(polls({at: 90.0}))
    assert len(times) == 1000
    for (earliest, latest), (begin, end) in zip(times, true_times()):
        assert earliest <= begin + 0.1 and latest >= end - 0.1
        assert latest - earliest == pytest.approx(92.0)


def runs(errors: dict[str, float], each: int = 200) -> list[PollTime]:
    """Runs of the machine, each longer than the one before, with a wrong clock in some of them."""
    times, true = [], BEGIN
    for place, (boot, error_s) in enumerate(errors.items()):
        for number in range(each * (2 if place != 1 else 1)):
            times.append(
                PollTime(true + error_s, true + error_s + 2.0, 50.0 + 300.0 * number, boot)
            )
            true += 300.0
    return times


def test_each_run_of_the_machine_has_its_own_clock() -> None:
    times = runs({"a": 0.0, "b": 0.0, "c": 0.0})
    assert bounds(times) == [PollBounds(time.begin, time.end) for time in times]


@pytest.mark.parametrize("error_s", [-7200.0, -3e8, 7200.0, 3e8])
def test_a_run_that_contradicts_its_neighbours_lies_between_them(error_s: float) -> None:
    true = runs({"a": 0.0, "b": 0.0, "c": 0.0})
    times = bounds(runs({"a": 0.0, "b": error_s, "c": 0.0}))
    assert len(times) == len(true)
    for (earliest, latest), time in zip(times, true):
        assert earliest - 1.0 <= time.begin and time.end <= latest + 301.0
        assert latest - earliest < 700.0


def test_a_suspended_machine_is_where_its_wall_clock_is() -> None:
    """Files of older releases have a clock that stands meanwhile."""
    pause_s = 3 * 86_400.0
    times = [
        PollTime(BEGIN + at, BEGIN + at + 1.0, at - (pause_s if at > 5 * pause_s else 0.0), "a")
        for at in (900.0 * number for number in range(4000))
        if not 4 * pause_s < at <= 5 * pause_s
    ]
    assert bounds(times) == [PollBounds(time.begin, time.end) for time in times]


@pytest.mark.parametrize("error_s", [-3 * 86_400.0, -7200.0, 7200.0, 3 * 86_400.0])
@pytest.mark.parametrize("wrong", [0, 1, 2])
def test_bounds_rise_and_hold_each_other(wrong: int, error_s: float) -> None:
    """Also where a run does not fit between its neighbours."""
    offsets = {boot: error_s if place == wrong else 0.0 for place, boot in enumerate("abc")}
    for each in (20, 200):
        times = bounds(runs(offsets, each))
        assert all(time.earliest <= time.latest for time in times)
        assert times == sorted(times) == sorted(times, key=lambda time: time.latest)


def test_a_run_that_does_not_fit_between_its_neighbours_has_no_times() -> None:
    first = [PollTime(BEGIN + at, BEGIN + at + 1.0, at, "a") for at in range(0, 36_000, 900)]
    wrong = [PollTime(at, at + 1.0, at, "b") for at in range(0, 17_100, 900)]
    last = [PollTime(BEGIN + at, BEGIN + at + 1.0, at, "c") for at in range(40_000, 99_000, 900)]
    times = poll_bounds([*first, *wrong, *last])
    assert [time is None for time in times] == [False] * 40 + [True] * 19 + [False] * 66


def test_a_last_run_that_contradicts_the_others_has_no_times() -> None:
    times = poll_bounds(runs({"a": 0.0, "b": -3e8}))
    assert None not in times[:400] and {*times[400:]} == {None}
