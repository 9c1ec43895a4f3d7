"""Forged before they were published: both verifiers refuse a statement, or say what they did not
check. `python -m tests.energy.forgeries` prints the table.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from tests.energy import forgeries, plans, trial
from tests.energy.forgeries import FORGERIES, REFUSED, SAID, Forgery
from tests.energy.stand_alone import SECOND
from tests.energy.tampering import World
from tests.energy.twin import Plan, month


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> World:
    return forgeries.month_world(tmp_path_factory.mktemp("month"))


def test_there_are_enough_of_them() -> None:
    assert len({one.name for one in FORGERIES}) == len(FORGERIES) >= 25


@pytest.mark.parametrize("one", FORGERIES, ids=lambda one: one.name)
@pytest.mark.sample(6)
def test_no_forgery_is_accepted_in_silence(one: Forgery, made: World, tmp_path: Path) -> None:
    found = forgeries.judged(one, made.customers[2], tmp_path / "forged")
    first, second = (verdict for verdict, _ in found)
    assert first == (SAID if one.stated and not one.only_second else REFUSED), found
    assert second == REFUSED or (one.stated and second == SAID), found


def test_what_is_right_is_taken_and_the_last_line_says_what_was_not_checked(
    made: World, tmp_path: Path
) -> None:
    for number, issued in enumerate(made.customers):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "proof.json.gz").write_bytes(issued.proof)
        for name, content in issued.files.items():
            (folder / name).write_bytes(content)
        refusal, last = forgeries.second_verifier(folder, made.root)
        assert refusal is None, refusal
        assert "limit_kw" in last and "r1-right, outlet" in last and "the style" not in last
        # outlets that only rose were computed
        assert "r1-left, outlet 4" not in last and "r1-left, outlet 3" not in last


class _Row:
    """A row of a proof, as the second verifier reads it."""

    def __init__(self, poll: Any, watts: float) -> None:
        self.begin, self.end, self.kwh, self.up = poll.begin, poll.end, poll.value, poll.uptime
        self.mono, self.amps, self.watts = poll.monotonic, None, watts
        self.state, self.unit = "1", ["", "", "", "", "", None, None]


@settings(max_examples=12, derandomize=True, deadline=None)
@given(plans.drawn(plans.DAYS))
def test_both_verifiers_compute_the_same_of_registers_that_only_rose(drawn: plans.Drawn) -> None:
    """Months of the trial without faults: 12 here, each cut at three moments."""
    plan = Plan(
        drawn.plan.seed, days=drawn.plan.days, origin=drawn.period.begin,
        cadence=drawn.plan.cadence, jitter=drawn.plan.jitter, reading=drawn.plan.reading,
        step=drawn.plan.step, start=drawn.plan.start,
    )  # fmt: skip
    one = month(plan)
    meter = {
        "limit_kw": plan.breaker_kw, "step_kwh": plan.step, "wrap_kwh": None,
        "class_percent": None, "volts": None, "own_use_w": None,
    }  # fmt: skip
    register = SECOND.Register([_Row(poll, 0.0) for poll in one.polls], meter, False)
    length = one.end - one.begin
    for begin, end in (
        (one.begin, one.end),
        (one.begin + 0.31 * length, one.end - 0.123 * length),
        (one.polls[0].begin - 7000.0, one.end),
        (one.begin, one.polls[-1].end + 5000.0),
    ):
        again = register.energy(begin, end)
        (first,) = [trial.audited(plan, one._replace(begin=begin, end=end)).energy]
        if not register.odd:
            assert again == pytest.approx(list(first), abs=1e-6)
