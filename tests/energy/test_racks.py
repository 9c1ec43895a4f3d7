"""A small trial of whole PDUs: the truth lies inside the bounds where readings show what happened.

`python -m tests.energy.rack_trial` has the long one.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from . import rack_trial
from .rack_trial import Result


@pytest.fixture(scope="module")
def found() -> Sequence[Result]:
    return rack_trial.some(0, 30)


def test_the_truth_is_inside(found: Sequence[Result]) -> None:
    assert not [one for one in found if not one.hidden and not one.inside]
    assert {one.what for one in found} == {"outlet", "inlet", "sum", "share"}


def test_nothing_is_firm_that_is_wrong_but_a_loss_that_nothing_shows(
    found: Sequence[Result],
) -> None:
    wrong = [one for one in found if one.grade == "firm" and not one.inside]
    assert all(any("loss" in cause or "clock" in cause for cause in one.hidden) for one in wrong)


def test_most_of_what_is_usual_is_firm_or_bounded_by_amperes(found: Sequence[Result]) -> None:
    usual = [one for one in found if not one.faults and one.what == "inlet"]
    assert sum(one.grade in ("firm", "bounded") for one in usual) >= 0.7 * len(usual) > 5
