"""Grades by width, and what they say a width comes from."""

from __future__ import annotations

from typing import Optional

import pytest

from pdu.energy.audit import checks
from pdu.energy.audit.grades import (
    BOUNDED,
    FIRM,
    NOT_BILLABLE,
    WIDE,
    Grade,
    GradeBasis,
    grade_register,
    grade_sum,
)
from pdu.energy.registers.values import EnergyInterval, Event

BASIS = GradeBasis(0.001, None)


def wide(width: float, best: float = 100.0) -> EnergyInterval:
    return EnergyInterval(best - width / 2.0, best, best + width / 2.0)


@pytest.mark.parametrize(
    ("width", "grade", "level"),
    [(1.1, FIRM, 0), (1.11, BOUNDED, 1), (10.1, BOUNDED, 1), (10.11, WIDE, 2)],
)
def test_a_grade_is_of_the_width_and_tolerates_what_it_may(
    width: float, grade: str, level: int
) -> None:
    graded = grade_register(wide(width), (), BASIS, 0.1)
    assert (graded.name, graded.level) == (grade, level)
    # each register of a sum is tolerated
    assert grade_sum(wide(width + 0.1), 2, 0, 0, 0.1).name == grade


def test_two_steps_are_a_firm_width_whatever_doubles_make_of_them() -> None:
    low = EnergyInterval(0.0, 0.0, 0.1 + 1e-13)
    assert grade_register(low, (), BASIS, 0.1).name == FIRM
    assert grade_register(low._replace(high=0.1 + 1e-6), (), BASIS, 0.1).name == WIDE


@pytest.mark.parametrize(
    ("energy", "events", "basis", "reason"),
    [
        (
            wide(2.0, 0.5), (), GradeBasis(0.5, None),
            "2 kWh apart, 400 %: the register's step of 0.5 kWh is 100 % of this period",
        ),
        (
            EnergyInterval(0.0, 0.0, 2.0), (), GradeBasis(0.5, None),
            "2 kWh apart: the register's step of 0.5 kWh is all of this period",
        ),
        (wide(2.01), (), GradeBasis(0.5, None), "2.01 kWh apart, 2 %: the readings around"),
        (wide(2.01), (), GradeBasis(0.5, 0.5), "2.01 kWh apart, 2 %: the meter's error"),
        (
            wide(20.0),
            [Event("gap", 0.0, 1.0, ""), Event("reset", 0.0, 1.0, ""), Event("gap", 2.0, 3.0, "")],
            GradeBasis(0.5, 0.5), "20 kWh apart, 20 %: gap, reset",
        ),
    ],
)  # fmt: skip
def test_a_width_says_what_most_of_it_comes_from(
    energy: EnergyInterval, events: list[Event], basis: GradeBasis, reason: str
) -> None:
    assert f"the bounds are {reason}" in grade_register(energy, events, basis, 0.0).reason


def test_a_register_that_stood_at_0_a_is_bounded_at_worst() -> None:
    idle = GradeBasis(0.1, None, is_idle=True)
    assert grade_register(EnergyInterval(0.0, 0.0, 0.2), (), idle, 0.0) == Grade(
        BOUNDED, "it stood at 0 A; its step is 0.1 kWh"
    )
    assert grade_register(wide(5.0), (), idle, 0.0).reason.startswith("the bounds are 5 kWh apart")
    assert grade_register(wide(0.5), (), idle, 0.0).name == FIRM


@pytest.mark.parametrize(
    ("unread", "in_doubt", "reason"),
    [(1, 1, "1 outlet not read"), (0, 2, "the unit of 2 outlets is in doubt"), (0, 0, None)],
)
def test_a_sum_of_what_was_not_read_or_is_in_doubt_is_not_billable(
    unread: int, in_doubt: int, reason: Optional[str]
) -> None:
    grade = grade_sum(wide(0.5), 3, unread, in_doubt, 0.1)
    assert (reason is None) == (grade.name == FIRM)
    assert reason is None or grade == Grade(NOT_BILLABLE, reason)


@pytest.mark.parametrize("kind", [checks.UNIT, checks.UNKNOWN_UNIT])
def test_a_unit_in_doubt_is_not_billable_however_narrow(kind: str) -> None:
    events = [Event("gap", 0.0, 1.0, "none"), Event(kind, 0.0, 1.0, "counts twice")]
    grade = grade_register(wide(0.0), events, BASIS, 0.1)
    assert grade.name == NOT_BILLABLE and grade.reason.endswith("counts twice")
