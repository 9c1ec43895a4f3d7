"""What a register counted in a month, with each fault that a register has: the truth is inside the
bounds, and the reason is named.
"""

from __future__ import annotations

import random
from typing import Callable, Optional

import pytest

from pdu.energy.law import BOUNDED, FIRM, NOT_BILLABLE, WIDE, Energy, energy, grade_of
from pdu.energy.pdu_law import (
    UNKNOWN_UNIT,
    CounterFacts,
    Supply,
    narrow_by_inlet,
    no_facts,
    registers_of,
)
from pdu.energy.readings import RegisterReadings
from pdu.energy.report import sum_of
from pdu.energy.segments import AGE_S

from .months import BEGIN, DAY, EVERY, INLET, OCTOBER, START_WH, pdu, register, times

WATTS = 203.7
TRUE_WH = WATTS * 31 * 24
SUPPLY = Supply(3680.0, 22_000.0)
Shown = Callable[[float, int], Optional[int]]


def energy_of(readings: RegisterReadings, supply: Supply = SUPPLY, **polls: object) -> Energy:
    """The energy of the only outlet."""
    at = times()
    result = energy(registers_of(pdu({"1": readings}, at, **polls), supply)["1"], *OCTOBER)  # type: ignore[arg-type]
    assert result is not None
    return result


def month(shown: Optional[Shown] = None, **polls: object) -> Energy:
    result = energy_of(register(WATTS, times(), shown=shown), **polls)  # type: ignore[arg-type]
    assert result.low <= TRUE_WH <= result.high, result
    return result


def test_a_plain_month_is_firm_and_billed_by_its_readings() -> None:
    result = month()
    assert result.grade == FIRM and not result.reasons
    assert result.high - result.low < 2 * WATTS * (AGE_S + 2 * EVERY) / 3600.0
    assert result.edges is not None
    first, last, rise = result.edges
    assert result.billable == rise == last.wh - first.wh
    assert first.time <= OCTOBER.begin and last.time <= OCTOBER.end


def test_months_add_up_to_the_register() -> None:
    at = times()
    known = registers_of(pdu({"1": register(WATTS, at, step=100)}, at), SUPPLY)["1"]
    middle = BEGIN + 12.3 * DAY
    parts = [energy(known, BEGIN, middle), energy(known, middle, OCTOBER.end)]
    whole = energy(known, *OCTOBER)
    assert whole is not None
    assert whole.billable == sum(part.billable or 0.0 for part in parts if part is not None)


@pytest.mark.parametrize("step", [1, 10, 100, 1000])
def test_a_coarse_register_widens_the_bounds_by_its_steps(step: int) -> None:
    result = energy_of(register(WATTS, times(), step=step))
    assert result.low <= TRUE_WH <= result.high
    assert 2 * step <= result.high - result.low <= 4 * step + 300


def test_each_end_may_hide_a_step() -> None:
    draw = random.Random(3)
    for _ in range(60):
        watts = draw.uniform(5.0, 700.0)
        result = energy_of(register(watts, times(), step=1000))
        assert result.low <= watts * 744 <= result.high, watts


def test_a_register_may_be_a_quarter_of_an_hour_old() -> None:
    """A load that ends with the old month is not the new one's."""
    at = times()
    wh = [START_WH + int(min(time - 840.0 - BEGIN, 0.0)) for time in at]
    load = [3600.0 if time < BEGIN else 0.0 for time in at]
    assert energy_of(RegisterReadings(wh, load, [None] * len(at))).low == 0.0


def between(begin: float, end: float, value: Callable[[int], Optional[int]]) -> Shown:
    """A fault between two times, in days."""
    return lambda since, wh: value(wh) if begin * DAY <= since < end * DAY else wh


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("zero", between(5.0, 5.02, lambda wh: 0)),
        ("all ones", between(5.0, 5.02, lambda wh: 4_294_967_295)),
        ("spike", between(5.0, 5.01, lambda wh: wh + 50_000)),
        ("dip", between(5.0, 5.02, lambda wh: wh // 3)),
    ],
)
def test_a_reading_that_leaves_the_line_costs_nothing(name: str, shown: Shown) -> None:
    result = month(shown)
    assert result.grade == FIRM and result.billable == month().billable, name
    assert any("left its line" in reason for reason in result.reasons)


def test_a_gap_is_bridged_by_the_register() -> None:
    result = month(between(5.0, 8.0, lambda wh: None))
    assert result.grade == FIRM and not result.reasons


def test_a_gap_at_the_end_is_bounded_by_what_the_supply_delivers() -> None:
    result = month(between(30.9, 31.5, lambda wh: None))
    assert result.grade in (FIRM, BOUNDED, WIDE)
    assert result.high - result.low < 3680.0 * 0.6 * 24


def test_a_register_that_begins_again_leaves_a_hole() -> None:
    result = month(lambda since, wh: wh - START_WH - 80_000 if since > 16 * DAY else wh)
    hole = 3680.0 * (EVERY + AGE_S + 2.0) / 3600.0
    assert any("began again" in reason for reason in result.reasons)
    assert result.high - result.low < hole + 400
    assert result.billable == result.low and result.edges is None


def test_a_small_set_back_is_in_the_highest() -> None:
    """It looks like a dip, but the readings that come back are the register's own."""
    lost = 150
    result = energy_of(
        register(WATTS, times(), shown=lambda since, wh: wh - lost if since > 9 * DAY else wh)
    )
    assert result.low <= TRUE_WH <= result.high


def test_another_unit_is_another_register() -> None:
    units = ["A1" if time < BEGIN + 9 * DAY else "B2" for time in times()]
    result = month(lambda since, wh: wh + 70 if since > 9 * DAY else wh, units=units)
    assert "another unit answered" in result.reasons and result.edges is None


def test_a_restart_is_seen_by_the_uptime() -> None:
    uptimes = [time - BEGIN - 9 * DAY if time > BEGIN + 9 * DAY else 1e7 + time for time in times()]
    assert "the unit restarted" in month(uptimes=uptimes).reasons


def test_an_uptime_that_passes_its_end_is_no_restart() -> None:
    """TimeTicks begin again at 0 after 497 days."""
    end_s = 2**32 / 100.0
    uptimes = [(end_s + time - BEGIN - 9 * DAY) % end_s for time in times()]
    result = month(uptimes=uptimes)
    assert result.grade == FIRM and not result.reasons
    early = [value + 5000.0 if value < DAY else value for value in uptimes]
    assert "the unit restarted" in month(uptimes=early).reasons


def test_what_is_left_out_too_often_is_not_firm() -> None:
    """Two units that answer in turn under one name: one of them is no fault of the other."""
    at = times()
    turns = [place % 2 for place in range(len(at))]
    right = register(WATTS, at)
    mixed = [(wh or 0) + 900_000 * turn for wh, turn in zip(right.wh, turns)]
    result = energy_of(right._replace(wh=mixed))
    assert result.grade == WIDE and result.lower_high(result.high).grade == WIDE
    assert any("of its readings were left out" in reason for reason in result.reasons)
    assert sum_of([result]).grade == WIDE


def test_a_jump_that_the_rating_cannot_explain_is_a_hole() -> None:
    result = month(lambda since, wh: wh + 900_000 if since > 9 * DAY else wh)
    assert any("more than its supply delivers" in reason for reason in result.reasons)


def test_energy_that_a_standing_register_lost_is_in_the_highest() -> None:
    lost_wh = int(WATTS * 12)

    def shown(since: float, wh: int) -> int:
        stood = START_WH + int(WATTS * (9 * DAY + DAY) / 3600)
        if 9.0 * DAY < since < 9.5 * DAY:
            return stood
        return wh - lost_wh if since >= 9.5 * DAY else wh

    result = month(shown)
    assert "it stood still while power flowed" in result.reasons


def test_a_register_that_catches_up_lost_nothing() -> None:
    stood = START_WH + int(WATTS * (9 * DAY + DAY) / 3600)
    result = month(between(9.0, 9.5, lambda wh: stood))
    assert result.grade == FIRM


def test_a_register_that_stands_at_the_end_of_the_month_is_bounded_by_where_it_goes_on() -> None:
    at = times()
    stood = START_WH + int(WATTS * 31.9 * 24)
    blind = register(WATTS, at, shown=between(30.9, 31.3, lambda wh: stood))
    result = energy_of(
        blind._replace(watts=[None] * len(at)), SUPPLY._replace(is_unit_checked=True)
    )
    assert result.low <= TRUE_WH <= result.high


@pytest.mark.parametrize("factor", [0.001, 0.278, 0.577, 1.3, 3.6, 1000])
def test_a_unit_that_the_power_contradicts_is_not_billed(factor: float) -> None:
    at = times()
    wrong = {name: register(WATTS * factor, at, read_watts=WATTS) for name in ("1", "2")}
    wrong["3"] = register(0.8 * factor, at, read_watts=0.8)
    for name, known in registers_of(pdu(wrong, at), SUPPLY).items():
        result = energy(known, *OCTOBER)
        assert result is not None
        if name == "3" or factor == 1000:  # this one never rises by what its supply delivers
            assert result.billable is None or result.low <= 0.8 * 744
        else:
            assert result.grade == NOT_BILLABLE and result.billable is None
            assert "differ" in result.reasons[0] or "a wrong unit" in result.reasons[0]


@pytest.mark.parametrize("factor", [0.9, 1.0, 1.1])
def test_a_meter_within_its_tolerance_is_billed(factor: float) -> None:
    result = energy_of(register(WATTS * factor, times(), read_watts=WATTS))
    assert result.grade == FIRM and result.billable == pytest.approx(TRUE_WH * factor, abs=100)


@pytest.mark.parametrize("factor", [0.42, 0.7, 1.3, 2.4])
def test_a_register_that_alone_differs_from_its_power_is_not_billed(factor: float) -> None:
    """A right one beside it does not make it right."""
    at = times()
    registers = {
        "1": register(WATTS, at),
        "2": register(WATTS * factor, at, read_watts=WATTS),
    }
    right, differing = (
        energy(known, *OCTOBER) for known in registers_of(pdu(registers, at), SUPPLY).values()
    )
    assert right is not None and right.grade == FIRM
    assert differing is not None and differing.billable is None
    assert "differ" in differing.reasons[0]


def test_a_unit_that_nothing_shows_needs_the_owners_word() -> None:
    at = times()
    blind = register(WATTS, at)._replace(watts=[None] * len(at))
    result = energy_of(blind)
    assert result.grade == NOT_BILLABLE and result.billable is None
    assert result.reasons == [UNKNOWN_UNIT]
    assert energy_of(blind, SUPPLY._replace(is_unit_checked=True)).grade == FIRM


def test_an_idle_outlet_is_nothing_and_firm() -> None:
    """The step of a table is known by the outlets that count."""
    at = times()
    registers = {"1": register(0.0, at), "2": register(WATTS, at)}
    result = energy(registers_of(pdu(registers, at), SUPPLY)["1"], *OCTOBER)
    assert result is not None and (result.low, result.billable, result.grade) == (0.0, 0.0, FIRM)


def test_what_was_not_read_has_no_figure() -> None:
    at = times()
    silent = RegisterReadings([None] * len(at), [None] * len(at), [None] * len(at))
    assert energy(registers_of(pdu({"1": silent}, at), SUPPLY)["1"], *OCTOBER) is None


def test_an_outlet_takes_at_most_what_the_inlet_counted() -> None:
    at = times()
    hole = between(9.0, 12.0, lambda wh: None)
    broken = register(
        WATTS, at, shown=lambda since, wh: hole(since, wh - 4_900_000 if since > 9 * DAY else wh)
    )
    registers = {"1": broken, "2": register(300.0, at), INLET: register(505.0, at)}
    results = {
        name: energy(known, *OCTOBER)
        for name, known in registers_of(pdu(registers, at), SUPPLY).items()
    }
    before, after = results["1"], narrow_by_inlet(results)["1"]
    assert before is not None and after is not None
    assert after.low <= TRUE_WH <= after.high < before.high / 1.5


WRAP = 4_294_967_296


def facts(family: str, _: bool) -> CounterFacts:
    """A family whose MIB says Counter32 and a unit of 1 Wh."""
    return CounterFacts(1, WRAP) if family == "counter32" else CounterFacts()


def wrapped(family: str, fault: Optional[Shown] = None) -> Energy:
    """A month of a counter that is full on the ninth day."""
    full = START_WH + int(WATTS * 10 * 24) + 50

    def shown(since: float, wh: int) -> Optional[int]:
        value: Optional[int] = (wh + WRAP - full) % WRAP
        return fault(since, value or 0) if fault is not None else value

    at = times()
    polls = pdu({"1": register(WATTS, at, shown=shown)}, at, family=family)
    result = energy(registers_of(polls, SUPPLY, facts)["1"], *OCTOBER)
    assert result is not None and result.low <= TRUE_WH <= result.high
    return result


def test_a_counter_that_wraps_is_no_hole() -> None:
    result = wrapped("counter32")
    assert result.grade == FIRM and not result.reasons and result.edges is not None
    first, last, rise = result.edges
    assert result.billable == rise == WRAP + last.wh - first.wh and last.wh < first.wh < WRAP
    assert wrapped("").edges is None


@pytest.mark.parametrize("day", [8.99, 9.0, 9.01])
@pytest.mark.parametrize("value", [0, WRAP - 1])
def test_a_wrong_reading_is_no_wrap(day: float, value: int) -> None:
    result = wrapped("counter32", between(day, day + 0.02, lambda _: value))
    assert result.high - result.low < 4_000


def test_a_step_of_the_mib_counts_where_a_table_hardly_moves() -> None:
    at = times()
    idle = pdu({"1": register(0.0, at)}, at, family="counter32")
    by_values, by_mib = (
        energy(registers_of(idle, SUPPLY, known)["1"], *OCTOBER) for known in (no_facts, facts)
    )
    assert by_values is not None and by_mib is not None
    assert (by_values.high, by_values.grade) == (1000.0, WIDE)
    assert (by_mib.high, by_mib.grade) == (1.0, FIRM)


def test_grades_are_of_the_width() -> None:
    assert grade_of(1000.0, 1050.0, 1100.0) == FIRM  # 0.1 kWh
    assert grade_of(99_500.0, 100_000.0, 100_400.0) == FIRM
    assert grade_of(95_000.0, 100_000.0, 103_000.0) == BOUNDED
    assert grade_of(0.0, 100_000.0, 100_000.0) == WIDE
