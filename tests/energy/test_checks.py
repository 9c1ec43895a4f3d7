"""What flowed, as an interval, and how it is compared: each figure by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Optional

import pytest

from pdu.energy.audit.checks import (
    UNIT,
    UNKNOWN_UNIT,
    CheckParameters,
    ComparedRegister,
    Comparison,
    Flow,
    Rows,
    Standstill,
    compare,
    compare_together,
    estimate,
    gaps,
    standstills,
    uncounted_s,
    unknown_unit,
    unmoved_kwh,
)
from pdu.energy.registers.numpy_lazy import np
from pdu.energy.registers.values import Event

NAN = math.nan
PARAMETERS = CheckParameters(0.01, None, 300.0, 300.0, is_outlet=True)


def gaps_of(table: Rows, begin: float, end: float, usual_gap: float = 300.0) -> list[Event]:
    """The gaps of a register in a period."""
    is_read = ~np.isnan(table.energy_kwh)
    return [*gaps(table.begins[is_read], table.ends[is_read], usual_gap, begin, end)]


def rows(
    watts: Sequence[float],
    kwh: Sequence[float] = (),
    times: Sequence[float] = (),
    amps: float = NAN,
) -> Rows:
    begins = np.array(times or [300.0 * at for at in range(len(watts))], float)
    register = np.array(kwh or [0.0] * len(watts), float)
    return Rows(begins, begins + 1.0, register, np.full(len(watts), amps), np.array(watts, float))


@pytest.mark.parametrize(
    ("watts", "least", "most"),
    [
        # shown in 1 W: up to 10 W may be anything between none and that
        ([5.0, 10.0, 20.0, 25.0], [0.0, 0.0, 19.0, 24.0], [11.0, 11.0, 21.0, 26.0]),
        ([10.0, 20.0, NAN], [0.0, 10.0, NAN], [20.0, 30.0, NAN]),
        ([10.5, 20.0], [10.5, 20.0], [10.5, 20.0]),
    ],
)
def test_watts_are_off_by_their_resolution(
    watts: list[float], least: list[float], most: list[float]
) -> None:
    flow = Flow.of(rows(watts), PARAMETERS)
    assert flow is not None and flow.source == "the power"
    assert [*flow.least * 1000.0] == pytest.approx(least, nan_ok=True)
    assert [*flow.most * 1000.0] == pytest.approx(most, nan_ok=True)


@pytest.mark.parametrize(
    ("volts", "is_outlet", "least", "most"),
    [
        (230.0, True, 0.6 * 0.23 * 1.04, 0.23 * 1.06),
        (230.0, False, 0.6 * 0.23 / 3.0**0.5 * 1.04, 0.23 * 1.06),
        (None, True, 0.03 * 1.04, 0.4 * 1.06),
    ],
)
def test_a_current_is_an_interval_of_power(
    volts: float, is_outlet: bool, least: float, most: float
) -> None:
    parameters = PARAMETERS._replace(volts=volts, is_outlet=is_outlet)
    flow = Flow.of(rows([NAN], amps=1.05), parameters)
    assert flow is not None
    assert [flow.least[0], flow.most[0]] == pytest.approx([least, most])
    assert Flow.of(rows([NAN]), parameters) is None


@pytest.mark.parametrize("begin", [0.0, 84300.0], ids=["a day", "two days"])
def test_a_comparison_has_the_figures_that_are_computed_by_hand(begin: float) -> None:
    """13 pairs of polls with 1,000 and 1,400 W in turn, shown in 10 W, and a rise of 0.1 kWh."""
    watts = [1000.0 + 400.0 * (at % 2) for at in range(14)]
    times = [begin + 300.0 * at for at in range(14)]
    table = rows(watts, [0.1 * at for at in range(14)], times)
    flow = Flow.of(table, PARAMETERS)
    assert flow is not None
    found = compare(table, flow, PARAMETERS, slice(0, 14))
    assert found is not None and found.event is None and found.ratio == 1.0
    # 65 minutes; two steps and 1.21 kW for as long as a reading may be old; 0.952 kW at least and
    # 1.5125 kW at most, less and more three standard errors of a mean of 13, 0.16641 kW
    assert found[:4] == pytest.approx((begin, begin + 3901.0, 1.3, 0.120833), abs=1e-6)
    assert found[4:6] == pytest.approx((0.851056, 1.818819), abs=1e-6)
    # 1.289167 kWh at least and 1.310833 at most, less and more 0.180278
    ratios = (1.179167 / 1.491111, 1.420833 / 1.108889)
    assert (found.lowest_ratio, found.highest_ratio) == pytest.approx(ratios, abs=1e-5)


def test_a_ratio_of_less_than_a_kilowatt_hour_is_as_exact() -> None:
    """An hour of 600 W, shown in 10 W; two steps, and 0.61 kW for as long as a reading is old."""
    table = rows([600.0] * 13, [0.05 * at for at in range(13)])
    flow = Flow.of(table, PARAMETERS)
    assert flow is not None
    found = compare(table, flow, PARAMETERS, slice(0, 13))
    assert found is not None
    ratios = ((0.6 - 0.02 - 0.61 / 12.0) / 0.61, (0.6 + 0.02 + 0.61 / 12.0) / 0.59)
    assert (found.lowest_ratio, found.highest_ratio) == pytest.approx(ratios)


def test_twelve_pairs_show_another_unit_and_a_day_puts_all_that_was_compared_in_doubt() -> None:
    table = rows([1200.0] * 13, [float(at) for at in range(13)])
    flow = Flow.of(table, PARAMETERS)
    assert flow is not None
    found = compare(table, flow, PARAMETERS, slice(0, 13))
    assert found is not None and found.event is not None and found.event.kind == UNIT
    # ten times what flowed on the first of two days: in all five times, and until the end
    hours = [3600.0 * at for at in range(48)]
    kwh = [1.2 * (10 * min(at, 23) + max(at - 23, 0)) for at in range(48)]
    hourly = PARAMETERS._replace(usual_gap=3600.0)
    table = rows([1200.0] * 48, kwh, hours)
    flow = Flow.of(table, hourly)
    assert flow is not None
    found = compare(table, flow, hourly, slice(0, 48))
    assert found is not None and found.event is not None
    assert (found.event.begin, found.event.end) == (0.0, hours[-1] + 1.0)


def test_after_a_gap_a_register_may_be_off_by_a_step_again() -> None:
    times = [300.0 * at for at in range(8)] + [3101.0 + 300.0 * at for at in range(8)]
    table = rows([1200.0] * 16, [0.1 * at for at in range(16)], times)
    flow = Flow.of(table, PARAMETERS)
    assert flow is not None
    found = compare(table, flow, PARAMETERS, slice(0, 16))
    assert found is not None and found.kwh == pytest.approx(1.4)
    assert found.error == pytest.approx(3.0 * 0.01 + 1.21 / 12.0)
    # a pair that is just three usual times apart is no gap
    times = [300.0 * at for at in range(8)] + [3000.0 + 300.0 * at for at in range(8)]
    table = rows([1200.0] * 16, [0.1 * at for at in range(16)], times)
    found = compare(table, flow, PARAMETERS, slice(0, 16))
    assert found is not None and found.kwh == pytest.approx(1.5)


def test_a_standstill_counts_for_as_long_as_it_is_in_the_period() -> None:
    stood = [Standstill(100.0, 200.0, 1.0, False), Standstill(300.0, 400.0, 1.0, True)]
    assert uncounted_s(stood, 0.0, 1000.0) == 100.0
    assert uncounted_s(stood, 150.0, 180.0) == 30.0
    assert uncounted_s(stood, 200.0, 1000.0) == uncounted_s(stood, 0.0, 100.0) == 0.0


@pytest.mark.parametrize(
    ("watts", "volts", "gap", "kwh"),
    [
        (100.0, None, 300.0, 0.125),
        (NAN, 230.0, 300.0, 0.2875),
        (NAN, None, 300.0, 0.5),
        (100.0, None, 900.0, 0.125 + 100.0 * 1.25 * 600.0 / 3.6e6),
        # nothing is known of what flowed in a gap
        (100.0, None, 901.0, math.inf),
    ],
)
def test_of_a_register_that_stood_no_more_flowed_than_the_power_says(
    watts: float, volts: Optional[float], gap: float, kwh: float
) -> None:
    """An hour of 100 W, or of 1 A, and a quarter more."""
    times = [*(300.0 * at for at in range(12)), 3300.0 + gap]
    parameters, period = PARAMETERS._replace(volts=volts), (0.0, times[-1] + 1e-3)
    table = rows([watts] * 13, [7.0] * 13, times, 1.0)
    assert unmoved_kwh(table, parameters, [period]) == pytest.approx([kwh])
    moved = rows([watts] * 13, [7.0] * 12 + [7.01], times, 1.0)
    assert unmoved_kwh(moved, parameters, [period]) == [0.0]
    # a register that fell has moved, too, and of a time after all polls nothing is known
    for fallen in ([7.01] + [7.0] * 12, [7.01] * 12 + [7.0]):
        assert unmoved_kwh(rows([watts] * 13, fallen, times, 1.0), parameters, [period]) == [0.0]
    assert unmoved_kwh(table, parameters, [(times[-1] + 1.0, times[-1] + 9.0)]) == [0.0]


@pytest.mark.parametrize(
    ("gap_s", "kwh"), [(300.0, 0.01), (900.0, 0.03), (901.0, 0.0), (0.0, 0.0)], ids=repr
)
def test_an_estimate_is_the_power_between_polls_that_are_near(gap_s: float, kwh: float) -> None:
    """Two polls of 100 W and 140 W, 300 s usually apart, on a supply of 3.6 kW."""
    table = rows([100.0, 140.0], times=[600.0, 600.0 + gap_s])
    assert estimate(table, 300.0, 3.6, 0.0, 3600.0) == pytest.approx((0.0, kwh, 3.6))
    assert estimate(table, 300.0, 3.6, 0.0, 600.0 + gap_s) is None


def test_a_poll_that_read_no_power_leaves_a_register_that_stood_without_a_highest() -> None:
    table = rows([100.0] * 12 + [NAN], [7.0] * 13, [300.0 * at for at in range(13)], NAN)
    assert unmoved_kwh(table, PARAMETERS, [(0.0, 3601.0)]) == [math.inf]
    assert unmoved_kwh(table, PARAMETERS, [(0.0, 3600.0)]) == pytest.approx([0.125])
    # to the next poll after 300 s, and half as long again to the end
    two = rows([100.0] * 2, [7.0] * 2, [0.0, 300.0], NAN)
    periods = [(0.0, 450.0), (-901.0, 450.0), (0.0, 1201.0)]
    assert unmoved_kwh(two, PARAMETERS, periods) == pytest.approx([0.015625, math.inf, math.inf])
    idle = rows([0.0] * 12 + [NAN], [7.0] * 13, [900.0 * at for at in range(13)], NAN)
    assert unmoved_kwh(idle, PARAMETERS, [(0.0, 9e4)]) == [0.0]


def test_the_law_is_broken_on_the_day_on_which_it_is() -> None:
    """1.5 times of what flowed on the second of three days is 1.17 times in all."""
    parameters = PARAMETERS._replace(usual_gap=3600.0, max_age=3600.0)
    rises = [1.8 if 24 <= at < 48 else 1.2 for at in range(1, 72)]
    kwh = [sum(rises[:at]) for at in range(72)]
    table = rows([1200.0] * 72, kwh, [3600.0 * at for at in range(72)])
    flow = Flow.of(table, parameters)
    assert flow is not None
    found = compare(table, flow, parameters, slice(0, 72))
    assert found is not None and found.event is not None
    assert (found.event.kind, found.event.begin, found.event.end) == (UNIT, 86400.0, 172800.0)
    assert found.event.reason == "counts 1.5 times what the power says"
    assert found.ratio == pytest.approx(1.5) and found.excludes(1.5) and not found.excludes(1.17)
    # 98 of 84 kWh, each off by what they may be
    assert 1.1 < found.lowest_ratio < 98.4 / 85.2 < found.highest_ratio < 1.3
    assert found.kwh == pytest.approx(sum(rises))


@pytest.mark.parametrize(
    ("rise", "begin", "end", "caught_up"),
    [(0.5, 1200.0, 2401.0, True), (0.48, 900.0, 2701.0, False)],
)
def test_a_register_that_stands_has_caught_up_if_it_rises_by_what_flowed(
    rise: float, begin: float, end: float, caught_up: bool
) -> None:
    """Four pairs of polls, 1,190 W at least."""
    rises = [0.1] * 4 + [0.0] * 4 + [rise] + [0.1] * 5
    table = rows([1200.0] * 15, [sum(rises[:at]) for at in range(15)])
    flow = Flow.of(table, PARAMETERS)
    assert flow is not None
    (stood,) = standstills(table, flow, PARAMETERS, slice(0, 15))
    assert stood[:2] == (begin, end) and stood.caught_up == caught_up
    assert ("and then rose by that" in stood.event.reason) == caught_up
    assert stood.kwh == pytest.approx(4 * 1.19 / 12.0)
    # for no longer than a reading may be old, nothing shows it
    older = PARAMETERS._replace(max_age=800.0)
    assert not standstills(table, flow, older, slice(0, 15))
    assert not standstills(table, flow, PARAMETERS, slice(0, 4))


@pytest.mark.parametrize(("gap", "caught_up"), [(900.0, True), (901.0, False)])
def test_beside_a_gap_no_rise_shows_that_a_register_caught_up(gap: float, caught_up: bool) -> None:
    times = [300.0 * at for at in range(9)]
    times += [times[-1] + gap + 300.0 * at for at in range(6)]
    rises = [0.1] * 4 + [0.0] * 4 + [3.0] + [0.1] * 5
    table = rows([1200.0] * 15, [sum(rises[:at]) for at in range(15)], times)
    flow = Flow.of(table, PARAMETERS)
    assert flow is not None
    (stood,) = standstills(table, flow, PARAMETERS, slice(0, 15))
    assert stood.caught_up == caught_up


@pytest.mark.parametrize(
    ("rise", "kwh"), [(0.4, 0.75 * 0.44 * 4.0 / (11 * 0.44)), (0.005, 0.027), (0.0099, 0.027)]
)
def test_what_a_stretch_counted_says_how_much_of_an_ampere_flowed(rise: float, kwh: float) -> None:
    """1 A, shown in 0.1 A, is 0.027 to 0.44 kW. Where at least 20 steps were counted, three
    quarters of what they are of the most.
    """
    parameters = CheckParameters(0.005, None, 3600.0, 600.0, is_outlet=True)
    rises = [rise] * 9 + [0.0] + [rise]
    times = [3600.0 * at for at in range(12)]
    table = rows([NAN] * 12, [sum(rises[:at]) for at in range(12)], times, 1.0)
    flow = Flow.of(table, parameters)
    assert flow is not None
    (stood,) = standstills(table, flow, parameters, slice(0, 12))
    assert stood.kwh == pytest.approx(kwh)


@pytest.mark.parametrize("gap_s", [300.0, 900.0, 901.0, 3000.0])
@pytest.mark.parametrize("place", [3, 8], ids=["before", "after"])
def test_beside_a_gap_a_register_is_not_said_to_have_caught_up(gap_s: float, place: int) -> None:
    """1,200 W; it stands for four polls, and then rises by what flowed since."""
    kwh = [0.0, 0.1, 0.2, 0.7, 0.7, 0.7, 0.7, 0.7, 1.2, 1.3, 1.4]
    steps = [300.0] * 10
    steps[place - 1] = gap_s
    table = rows([1200.0] * 11, kwh, [sum(steps[:at]) for at in range(11)])
    flow = Flow.of(table, PARAMETERS)
    assert flow is not None
    (stood,) = standstills(table, flow, PARAMETERS, slice(0, 11))
    assert stood.caught_up == (gap_s <= 900.0 and not (place == 8 and gap_s > 300.0))


def test_a_register_without_power_or_current_has_no_known_unit() -> None:
    (event,) = unknown_unit(rows([NAN] * 3))
    assert (event.kind, event.begin, event.end) == (UNKNOWN_UNIT, 0.0, 601.0)
    assert not [*unknown_unit(rows([NAN, 1.0]))] and not [*unknown_unit(rows([]))]


@pytest.mark.parametrize(
    ("begin", "end", "expected"),
    [
        (0.0, 2000.0, [(301.0, 1202.0)]),
        (302.0, 1201.0, [(301.0, 1202.0)]),
        (1202.0, 2000.0, []),
        (-100.0, 301.0, []),
        (-900.0, 2000.0, [(301.0, 1202.0)]),
        (-901.0, 2403.0, [(-901.0, 0.0), (301.0, 1202.0), (1503.0, 2403.0)][:2]),
    ],
)
def test_a_gap_is_longer_than_three_usual_times_and_touches_the_period(
    begin: float, end: float, expected: list[tuple[float, float]]
) -> None:
    """The register was read at 0, 300, 1202 and 1502 s, each time for 1 s, and at 600 s not."""
    table = rows([1.0] * 5, [1.0, 1.0, NAN, 1.0, 1.0], [0.0, 300.0, 600.0, 1202.0, 1502.0])
    found = [(event.begin, event.end) for event in gaps_of(table, begin, end)]
    assert found == expected


def test_what_was_never_read_and_a_single_poll_have_no_gaps() -> None:
    assert not gaps_of(rows([1.0], [NAN]), 0.0, 9000.0)
    assert not gaps_of(rows([1.0]), 0.0, 9000.0, usual_gap=0.0)


@pytest.mark.parametrize(
    ("lowest", "highest", "ratio", "is_excluded"),
    [
        (0.98, 1.02, 0.75, True),
        (0.98, 1.02, 1000.0, True),
        (0.9, 0.92, 0.75, True),  # nearer to 1
        (0.8, 0.82, 0.75, False),
        (0.7, 1.1, 0.75, False),  # may be either
        (0.7, 0.9, 0.75, False),
        (0.0, math.inf, 10.0, False),  # nothing was seen
        (1.0, 1.0, 1.0, False),
        (0.9, 1.1, 0.0, True),  # of a register that counted nothing
        (0.0, 0.5, 0.0, False),  # it may have counted nothing, too
    ],
)
def test_a_ratio_is_compared_as_an_interval(
    lowest: float, highest: float, ratio: float, is_excluded: bool
) -> None:
    one = Comparison(0.0, 1.0, 1.0, 0.0, 1.0, 1.0, None, 1.0, lowest, highest)
    assert one.excludes(ratio) == is_excluded


@pytest.mark.parametrize(
    ("lowest", "highest", "confirms", "is_loaded"),
    [
        (1.0, 2.0, True, False),
        (1.0, 2.55, True, False),
        (1.0, 2.56, False, False),
        (0.9, 1.79, True, True),
    ],
)
def test_evidence_that_is_four_times_wide_confirms_nothing(
    lowest: float, highest: float, confirms: bool, is_loaded: bool
) -> None:
    """The tolerance is 1.5625 times wide."""
    one = Comparison(0.0, 1.0, 1.0, 0.0, 1.0, 1.0, None, 1.0, lowest, highest)
    assert one.confirms == confirms and one.is_loaded == is_loaded


def test_two_polls_at_one_moment_say_nothing_of_what_flowed() -> None:
    times = [300.0 * at for at in range(14)] + [300.0 * 13]
    table = rows([1200.0] * 15, [0.1 * at for at in range(14)] + [9.0], times)
    flow = Flow.of(table, PARAMETERS)
    assert flow is not None
    found = compare(table, flow, PARAMETERS, slice(0, 15))
    assert found is not None and found.event is None and found.kwh == pytest.approx(1.3)


def test_a_standstill_leaves_out_the_pairs_within_it_alone() -> None:
    """Twelve pairs are compared, eleven are not."""
    table = rows([1200.0] * 16, [0.1 * at for at in range(16)])
    flow = Flow.of(table, PARAMETERS)
    assert flow is not None
    stood = Standstill(1200.0, 2100.0, 1.0, True)
    found = compare(table, flow, PARAMETERS, slice(0, 16), [stood])
    assert found is not None and found.kwh == pytest.approx(1.2)
    longer = stood._replace(end=2101.0)
    assert compare(table, flow, PARAMETERS, slice(0, 16), [longer]) is None


def test_the_two_greatest_rises_of_a_register_that_is_not_believed_are_left_out() -> None:
    kwh = [0.1 * at + 50.0 * (at > 3) + 90.0 * (at > 9) for at in range(15)]
    table = rows([1200.0] * 15, kwh)
    flow = Flow.of(table, PARAMETERS)
    assert flow is not None
    found = compare(table, flow, PARAMETERS, slice(0, 15), is_believed=False)
    assert found is not None and found.event is None and found.kwh == pytest.approx(1.2)
    assert compare(table, flow, PARAMETERS, slice(0, 14), is_believed=False) is None


def test_a_register_may_stand_from_its_first_reading_and_more_than_once() -> None:
    rises = [0.0] * 3 + [0.3] + [0.0] + [0.1] * 3 + [0.0] * 4 + [0.5]
    table = rows([1200.0] * 14, [sum(rises[:at]) for at in range(14)])
    flow = Flow.of(table, PARAMETERS)
    assert flow is not None
    older = PARAMETERS._replace(max_age=400.0)
    first, second = standstills(table, flow, older, slice(0, 14))
    assert (first.begin, second.begin) == (0.0, 2400.0)


def test_an_energy_above_the_most_adds_no_more_than_three_quarters_of_it() -> None:
    """1 A is 0.44 kW at most; the register counts 2 kWh an hour."""
    parameters = CheckParameters(0.005, None, 3600.0, 600.0, is_outlet=True)
    rises = [2.0] * 9 + [0.0] + [2.0]
    times = [3600.0 * at for at in range(12)]
    table = rows([NAN] * 12, [sum(rises[:at]) for at in range(12)], times, 1.0)
    flow = Flow.of(table, parameters)
    assert flow is not None
    (stood,) = standstills(table, flow, parameters, slice(0, 12))
    assert stood.kwh == pytest.approx(0.75 * 0.44)


@pytest.mark.parametrize(
    ("gap", "kwh"), [(900.0, 3 * 1.19 / 12 + 1.19 / 4), (901.0, 3 * 1.19 / 12)]
)
def test_nothing_is_known_of_what_flows_in_a_gap(gap: float, kwh: float) -> None:
    times = [0.0, 300.0, 600.0, 600.0 + gap, 900.0 + gap, 900.5 + gap]
    table = rows([1200.0] * 6, [1.0] * 6, times)
    flow = Flow.of(table, PARAMETERS)
    assert flow is not None
    (stood,) = standstills(table, flow, PARAMETERS, slice(0, 6))
    assert stood.kwh == pytest.approx(kwh + 1.19 * 0.5 / 3600, abs=1e-9)


def test_registers_together_are_compared_as_each_alone() -> None:
    """Loads of a week, one counted twice, and one of which few polls are of the first day."""
    draw, registers = np.random.default_rng(7), list[ComparedRegister]()
    times = 300.0 * np.arange(2000.0) + 86_000.0 + draw.uniform(0.0, 2.0, 2000)
    for number in range(6):
        watts = 100.0 * (number + 1) + draw.uniform(0.0, 40.0, 2000)
        energy = np.cumsum(watts / 1000.0 * 300.0 / 3600.0) * (2.0 if number == 4 else 1.0)
        kwh, parameters = energy // 0.01 * 0.01, PARAMETERS._replace(max_age=300.0 + number)
        table = Rows(times, times + 1.0, kwh, np.full(2000, NAN), watts)
        flow = Flow.of(table, parameters)
        assert flow is not None
        registers.append(ComparedRegister(table, flow, parameters))
    alone = [compare(*register, slice(None)) for register in registers]
    assert [*compare_together(registers, slice(None))] == alone
    assert [one is not None and one.event is not None for one in alone].count(True) == 1
