"""A register's step, from the unit that the MIB says and the rises that were read."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from typing import Optional

import pytest
from hypothesis import assume, given, settings

from pdu.energy.audit import checks, pdu_audit
from pdu.energy.journal.readings import PduReadings
from pdu.energy.registers import resolution
from pdu.energy.registers.meter_facts import (
    MIB,
    NOT_STATED,
    OWNER,
    READINGS,
    MibFacts,
    RegisterFacts,
    first_of,
    mib_facts,
)
from pdu.energy.registers.numpy_lazy import np
from pdu.energy.registers.poll import OWN

from . import plans, trial
from .polls import OutletFigures, Poll, read
from .test_findings import answered
from .twin import Plan, month

LIMIT = RegisterFacts(limit_kw=3.68)
DRAWN = plans.Drawn(plans.DAYS[0], Plan(0))
Register = Callable[[int], float]


def rising(step: float, watts: float = 1000.0) -> Register:
    """A register of a load at each poll, in kWh."""
    draw = random.Random(7)
    shown = [1000.0]
    for _ in range(600):
        shown.append(shown[-1] + watts * draw.uniform(0.5, 1.5) / 12_000.0)
    return lambda number: round(math.floor(shown[number] / step) * step, 2)


def wrong(register: Register, values: Mapping[int, float]) -> Register:
    """The register with false readings."""
    return lambda number: values.get(number, register(number))


def polled(
    register: Register,
    family: str = "apc-rpdu2",
    later: Optional[str] = None,
    exchanged: int = 1000,
) -> PduReadings:
    """Outlet 1 for two days. `later`: the family from the middle on; `exchanged`: at this poll."""
    polls = list[Poll]()
    for number in range(577):
        time, figures = 300.0 * number, [OutletFigures("1", register(number), 4.0)]
        serial = "A" if number < exchanged else "B"
        this_family = family if later is None or number < 300 else later
        polls.append(Poll("rack1", time, time, figures, serial=serial, family=this_family))
    return read("rack1", polls)


@pytest.mark.parametrize("step", [0.1, 0.5, 1.0])
def test_the_unit_and_the_rises_say_the_step(step: float) -> None:
    found = answered(polled(rising(step)), LIMIT)
    assert found.step == pytest.approx(step) and found.origins.step == MIB
    assert found.meter.step_kwh == found.step and not found.events


def test_false_readings_do_not_make_it_smaller() -> None:
    false = wrong(rising(0.5), {100: 0.0, 200: 1003.3, 300: 5000.1, 301: 5000.1})
    found = answered(polled(false), LIMIT)
    assert found.step == pytest.approx(0.5) and found.origins.step == MIB
    # an event has the times of the readings beside it, however old these may be
    assert (found.events[0].begin, found.events[0].end) == (99 * 300.0, 101 * 300.0)


def test_of_two_units_the_greater_step_counts() -> None:
    coarse, fine = rising(0.5), rising(0.1)

    def register(number: int) -> float:
        return coarse(number) if number < 300 else fine(number)

    found = answered(polled(register, exchanged=300), RegisterFacts(7.36))
    assert found.step == pytest.approx(0.5) and found.origins.step == MIB
    assert [event.kind for event in found.events] == ["changed"]


@pytest.mark.parametrize(
    "case",
    {
        "no whole number of units": lambda: polled(rising(0.01)),
        "it never rose": lambda: polled(lambda _: 7.0),
        "no SNMP family": lambda: polled(rising(0.1), "xerus"),
        "no family": lambda: polled(rising(0.1), ""),
        "another family later": lambda: polled(rising(0.1), later="eaton-epdu"),
        "an exponent": lambda: polled(rising(0.1), "raritan-px2"),
    }.items(),
    ids=lambda case: case[0],
)
def test_else_the_middle_rise_counts(case: tuple[str, Callable[[], PduReadings]]) -> None:
    found = answered(case[1](), LIMIT)
    assert found.origins.step == READINGS and found.meter.step_kwh is None
    pdu = case[1]()
    assert found.step == resolution.typical_step(np.diff(pdu.registers["1"].energy_kwh))


def test_the_owner_knows_better() -> None:
    found = answered(polled(rising(0.1)), RegisterFacts(3.68, step_kwh=0.3, wrap_kwh=99_999.0))
    assert (found.step, found.meter.wrap_kwh) == (0.3, 99_999.0)
    assert found.origins == (OWNER, OWNER, NOT_STATED)


def test_a_wrap_of_the_mib_is_one_of_the_register(monkeypatch: pytest.MonkeyPatch) -> None:
    modulus = 1020.0
    monkeypatch.setattr(pdu_audit, "mib_facts", lambda *_: MibFacts(0.1, modulus))
    register = rising(0.1)
    found = answered(polled(lambda number: round(register(number) % modulus, 1)), LIMIT)
    (event,) = found.events
    assert event.kind == "wrap or reset" and found.meter.wrap_kwh == modulus
    assert found.origins == (MIB, MIB, NOT_STATED)


def test_who_says_it_first() -> None:
    assert first_of({OWNER: 0.0, MIB: 2.0}) == (0.0, OWNER)
    assert first_of({OWNER: None, MIB: 2.0}) == (2.0, MIB)
    assert first_of({OWNER: None, MIB: None}) == (None, NOT_STATED)


def test_outlets_and_the_pdu_itself_have_registers_of_their_own() -> None:
    assert (
        mib_facts("apc-rpdu2", "1") == MibFacts(0.1) and mib_facts("apc-rpdu2", OWN) == MibFacts()
    )
    assert mib_facts("cyberpower-ats", OWN) == MibFacts(0.1)


@settings(max_examples=15, derandomize=True)
@given(plans.drawn(plans.DAYS))
def test_the_truth_is_inside_whatever_the_step_and_the_refreshing(drawn: plans.Drawn) -> None:
    one = month(drawn.plan)
    assume(not one.hidden)
    for said in (MIB, READINGS):
        answer = trial.answered(drawn, one, said)
        if answer.origins.step == MIB:
            assert answer.step >= drawn.plan.step * (1.0 - 1e-9)
        assert trial.Result(drawn, one, answer.energy, ()).inside, (one.truth, answer.energy)


@pytest.mark.parametrize("said", [OWNER, MIB, READINGS])
@pytest.mark.parametrize("refresh", [240.0, 299.0, 600.0, 750.0, 1800.0])
def test_a_register_that_is_refreshed_seldom_is_as_old_as_that(refresh: float, said: str) -> None:
    """Without that, most bounds of a register in Wh would not have the truth."""
    for seed in range(2):
        plan = Plan(seed, days=2.0, step=0.001, refresh=refresh, origin=77.0)
        one = month(plan)
        answer = trial.audited(plan, one, said)
        # one that catches up is a finding, and widens nothing
        assert {one.kind for one in answer.events} <= {checks.STANDING}
        assert answer.origins.step == said
        assert trial.Result(DRAWN, one, answer.energy, ()).inside, (one.truth, answer.energy)


#: polls of five minutes -> how old a reading may be, in s
AGES: Mapping[str, tuple[Register, float]] = {
    "in each poll": (rising(0.1), 300.0),
    "coarse": (lambda number: rising(0.1)(number - number % 7) // 1.0, 300.0),
    "in every third": (lambda number: rising(0.1)(number - number % 3), 1200.0),
    "more in some polls": (lambda number: number + number // 7, 300.0),
    "too few rises": (lambda number: number // 40 * 5.0, 300.0),
}
STEPS = {"coarse": 1.0, "in every third": 0.1}


@pytest.mark.parametrize("case", AGES)
def test_how_old_a_reading_may_be(case: str) -> None:
    register, expected = AGES[case]
    values = [float(register(number)) for number in range(300)]
    begins = [300.0 * number for number in range(300)]
    assert resolution.max_age(np.diff(values), begins, STEPS.get(case, 1.2), 300.0) == expected


def test_only_a_register_that_stands_for_longer_is_told() -> None:
    def register(number: int) -> float:
        return rising(0.1)(number - number % 3 if number < 400 else 400)

    pdu = polled(register)
    pdu.registers["1"].current_a[:] = 4.5
    (event,) = answered(pdu, LIMIT).events
    assert event.kind == checks.STANDING and event.begin >= 396 * 300.0


def test_values_beyond_whole_doubles_say_nothing() -> None:
    assert resolution.step_of_readings([[0.0, 3.0, 9.0]], 1.0) == 3.0
    assert resolution.step_of_readings([[0.0, 3.0], [10.0, 14.0]], 1.0) == 1.0
    assert resolution.step_of_readings([[0.0] * 100 + [3.0, 9.5]], 1.0) is None
    assert resolution.step_of_readings([[0.0] * 100 + [3.0, 2.0**41]], 1.0) is None
    assert resolution.step_of_readings([[2.0**41, 2.0**41 + 3.0]], 1.0) is None
    assert resolution.step_of_readings([[5.0, 5.0], [], [4.0]], 1.0) is None
    assert resolution.step_of_readings([[float(7 * number) for number in range(500)]], 1.0) == 7.0
