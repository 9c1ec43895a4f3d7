"""No lie of a drawing, a relay or a meter is told as off; honest machines with a fine meter are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.pdu.core.machines.lies import (
    BLIND,
    FAIL,
    HONEST,
    LIES,
    Dimensions,
    dimensions,
    run,
)

# one of so many combinations of meter, threshold and load; `python -m` of the module runs all
_EVERY = 97


@pytest.fixture(autouse=True)
def _no_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of a trial is its own, and its thousands of steps need not be on the disk."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.mark.sample(20)
@pytest.mark.parametrize("name", LIES)
def test_a_machine_with_power_is_never_told_as_off(name: str, tmp_path: Path) -> None:
    first = sum(map(ord, name))
    for number, given in enumerate(dimensions(_EVERY, first)):
        outcome = run(LIES[name], given, tmp_path / str(number))
        assert outcome.has_power, "this is no lie"
        assert not outcome.is_told_off, (given, outcome.reasons)


@pytest.mark.parametrize("name", [name for name in LIES if "undrawn" in name])
@pytest.mark.parametrize("renewal_s", [0.0, 1.0])
@pytest.mark.sample(5)
def test_a_coarse_meter_does_not_hide_a_supply_that_nobody_drew(
    name: str, renewal_s: float, tmp_path: Path
) -> None:
    """With whole amperes and hundreds of watts."""
    for seed in range(850, 870):
        given = Dimensions(1.0, renewal_s, 0.02, 1200.0, True, seed)
        outcome = run(LIES[name], given, tmp_path / str(seed))
        assert not outcome.is_told_off, (given, outcome.reasons)


@pytest.mark.parametrize("name", [name for name in HONEST if name not in FAIL])
@pytest.mark.parametrize("has_watts", [False, True])
def test_an_honest_machine_is_proven_off(name: str, has_watts: bool, tmp_path: Path) -> None:
    for number, (step, renewal) in enumerate([(0.01, 0.0), (0.001, 3.0), (0.01, 7.0), (0.1, 5.0)]):
        given = Dimensions(step, renewal, 0.02, 800.0, has_watts, number)
        outcome = run(HONEST[name], given, tmp_path / str(number))
        assert outcome.is_told_off and not outcome.has_power, (given, outcome.reasons)


@pytest.mark.parametrize("name", FAIL)
def test_the_honest_machines_that_fail_are_those_that_the_page_lists(
    name: str, tmp_path: Path
) -> None:
    outcome = run(HONEST[name], Dimensions(0.01, 0.0, 0.02, 350.0, True, 1), tmp_path)
    assert not outcome.is_told_off


@pytest.mark.parametrize("name", BLIND)
def test_what_no_meter_can_tell_is_known(name: str, tmp_path: Path) -> None:
    """docs/doors.md lists these; if one is noticed one day, it is a lie above."""
    outcome = run(BLIND[name], Dimensions(0.01, 0.0, 0.02, 350.0, True, 1), tmp_path)
    assert outcome.is_told_off and outcome.has_power
