"""What contradicts the supply, the power or itself is never a firm figure."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from typing import Optional

import pytest

from pdu.energy.audit import checks, grades, pdu_audit
from pdu.energy.journal.clock import jumps_by_monotonic
from pdu.energy.registers.meter_facts import Meters, RegisterFacts

from .polls import OutletFigures, Poll, read

DAY, HOUR = 86400.0, 3600.0
KNOWN = RegisterFacts(limit_kw=3.68)


def answered(
    register: Callable[[float], Optional[float]],
    watts: Optional[float] = None,
    facts: RegisterFacts = KNOWN,
    days: float = 7.0,
    amperes: Optional[float] = None,
) -> pdu_audit.AuditedRegister:
    """The answer for a register, of which `register` says what it shows at a time in h.

    It is polled each five minutes, from an hour before the period to an hour after it.
    """
    polls = list[Poll]()
    for number in range(-12, int(days * 288) + 13):
        time = 300.0 * number
        figures = OutletFigures("1", register(time / HOUR), amperes, watts)
        polls.append(Poll("rack1", time, time + 1.0, [figures], monotonic=time + 1e6, serial="A1"))
    pdu = read("rack1", polls)
    asked = pdu_audit.AuditScope(0.0, days * DAY, Meters(facts))
    (answer,) = pdu_audit.audit_registers(pdu, asked).outlets
    return answer


def cut(value: float, step: float = 0.01) -> float:
    return math.floor(value / step + 1e-6) * step


def kinds(answer: pdu_audit.AuditedRegister) -> list[str]:
    return [event.kind for event in answer.events]


@pytest.mark.parametrize("kilowatts", [3.75, 400.0])
@pytest.mark.parametrize("step", [None, 0.01])
def test_a_register_that_is_always_too_fast_is_not_firm(
    kilowatts: float, step: Optional[float]
) -> None:
    facts = dataclasses.replace(KNOWN, step_kwh=step)
    answer = answered(lambda hour: cut(1000.0 + kilowatts * hour), facts=facts)
    assert answer.grade in (grades.WIDE, grades.NOT_BILLABLE)
    assert answer.energy.low < 0.1 * 7 * 24 * 3.68
    assert answer.energy.high <= 7 * 24 * 3.68


def test_a_register_at_the_supplys_limit_is_firm() -> None:
    facts = dataclasses.replace(KNOWN, volts=230.0)
    answer = answered(lambda hour: cut(1000.0 + 3.68 * hour), amperes=16.0, facts=facts)
    assert answer.grade == grades.FIRM and not answer.events
    assert answer.energy.low <= 7 * 24 * 3.68 <= answer.energy.high + 1e-9


@pytest.mark.parametrize("percent", [None, 1.0])
def test_what_the_supply_cannot_deliver_in_an_hour_is_no_lowest_energy(
    percent: Optional[float],
) -> None:
    facts = dataclasses.replace(KNOWN, step_kwh=0.001, class_percent=percent)
    for kilowatts in (3.72, 3.76, 3.8, 3.9, 4.1):
        answer = answered(lambda hour: cut(1000.0 + kilowatts * hour, 0.001), None, facts, 1 / 24)
        assert answer.events or answer.energy.low < 3.68


def test_a_unit_mistake_of_a_register_that_few_polls_read() -> None:
    def register(hour: float) -> Optional[float]:
        return cut(1000.0 + 2.0 * hour) if round(hour * 12) % 2 else None

    assert checks.UNIT in kinds(answered(register, watts=200.0, amperes=1.0))


@pytest.mark.parametrize("start", [50.0, 90.0, 9000.0])
def test_a_false_zero_is_no_unit_mistake(start: float) -> None:
    def register(hour: float) -> Optional[float]:
        if not 0.0 <= hour < 24.0:
            return None
        return 0.0 if hour == 12.0 else cut(start + 0.4 * hour)

    answer = answered(register, watts=400.0, days=1.0)
    assert kinds(answer) == ["false zero"] and answer.energy.low <= 9.6 <= answer.energy.high


@pytest.mark.parametrize("depth", [-0.58, -0.3, 0.7])
@pytest.mark.parametrize("wrong", [1, 6])
@pytest.mark.parametrize("step", [None, 0.01])
def test_a_small_momentary_error_is_inside_the_bounds(
    depth: float, wrong: int, step: Optional[float]
) -> None:
    """The register is too low, or too high, by less than what a poll delivers."""

    def register(hour: float) -> float:
        return cut(1000.0 + 0.4 * hour + (depth if 50.0 <= hour < 50.0 + wrong / 12.0 else 0.0))

    answer = answered(register, facts=dataclasses.replace(KNOWN, step_kwh=step))
    assert answer.energy.low <= 67.2 <= answer.energy.high, answer
    assert answer.energy.width < 5.0


def test_a_register_that_was_set_back_a_little_is_inside_the_bounds() -> None:
    answer = answered(lambda hour: cut(1000.0 + 0.4 * hour - (0.5 if hour >= 50.0 else 0.0)))
    assert answer.energy.low <= 67.2 <= answer.energy.high and answer.energy.width < 2.0


def clock(*settings: tuple[float, float]) -> Sequence[float]:
    """Times of polls by a clock with this shift from that time on, in s."""
    return [
        time + [shift for since, shift in settings if since <= time][-1]
        for time in map(float, range(0, 86400, 300))
    ]


def test_a_clock_that_was_wrong_for_a_while_is_right_again() -> None:
    monotonic = clock((0.0, 0.0))
    year = 365 * DAY
    shown = jumps_by_monotonic(clock((0.0, 0.0), (3e4, year), (3.12e4, 1.0)), monotonic, monotonic)
    assert len(shown.jumps) == 2 and shown.slack == 0.0
    # It was set so for longer than to what it came back: that may have been right.
    longer = clock((0.0, 0.0), (3e4, year), (8e4, 0.0))
    assert jumps_by_monotonic(longer, longer, monotonic).slack == pytest.approx(year)
    # Each poll has another setting.
    times = [300.0 * number for number in range(9000)]
    restless = [time + 7.0 * number**2 for number, time in enumerate(times)]
    assert len(jumps_by_monotonic(restless, restless, times).jumps) > 8000
    last = clock((0.0, 0.0), (3e4, year))
    assert jumps_by_monotonic(last, last, monotonic).slack == pytest.approx(year)


def test_a_clock_that_was_set_back_while_its_machine_started_is_seen() -> None:
    """It was an hour ahead; the machine started between two polls, half an hour apart."""
    begins, monotonic = [], []
    for number in range(49):
        time = 1800.0 * number
        begins.append(time + (3600.0 if number < 26 else 0.0))
        monotonic.append(1e5 + time if number < 26 else time - 46800.0 + 60.0)
    shown = jumps_by_monotonic(begins, begins, monotonic, {26})
    (event,) = shown.jumps
    assert "back by about 3600 s" in event.reason and shown.slack >= 3600.0


def bursts(hour: float) -> float:
    """0.1 kWh each six hours."""
    return 1000.0 + 0.1 * math.floor(hour / 6.0)


def test_a_load_in_bursts_does_not_explain_a_jump() -> None:
    fine = dataclasses.replace(KNOWN, step_kwh=0.001)
    answer = answered(
        lambda hour: round(bursts(hour) + (20.0 if hour > 41.0 else 0.0), 3), None, fine
    )
    assert "too fast" in kinds(answer) and answer.energy.low <= 2.9 <= answer.energy.high
    calm = answered(bursts, facts=fine, amperes=0.1)
    assert not calm.events and calm.energy.low <= 2.8 <= calm.energy.high


@pytest.mark.parametrize(
    "values",
    [
        [3.0] * 60 + [33819.0, 36000.0] + [3.0] * 60,
        [7.0] * 35 + [0.0] + [7.0] * 78 + [30558.0] + [7.0] * 5,
    ],
)
def test_false_values_of_an_idle_outlet_are_no_energy(values: list[float]) -> None:
    last = len(values) - 1
    answer = answered(lambda hour: values[min(max(round(hour * 12.0), 0), last)], days=0.5)
    assert answer.energy.low == 0.0 and answer.energy.high < 4.0


def test_a_unit_that_seems_exchanged_at_each_poll_takes_no_longer() -> None:
    polls = list[Poll]()
    for number in range(3000):
        figures = [OutletFigures("1", round(1000.0 + 0.01 * number, 2))]
        polls.append(Poll("rack1", 300.0 * number, 300.0 * number, figures, uptime=3e5 * number))
    pdu = read("rack1", polls)
    asked = pdu_audit.AuditScope(0.0, 31 * DAY, Meters(KNOWN))
    (answer,) = pdu_audit.audit_registers(pdu, asked).outlets
    assert answer.grade == grades.NOT_BILLABLE


def test_a_wrong_reading_does_not_end_a_time_in_which_a_register_stands() -> None:
    """A false zero each two hours; ten hours, in which 10 kWh are lost."""

    def shown(hour: float) -> float:
        if 50.0 <= hour < 60.0 and round(hour * 12.0) % 24 == 0:
            return 0.0
        return cut(1000.0 + (hour if hour < 50.0 else max(50.0, hour - 10.0)), 1.0)

    answer = answered(shown, facts=dataclasses.replace(KNOWN, step_kwh=1.0), amperes=4.5)
    assert answer.energy.low <= 168.0 <= answer.energy.high
