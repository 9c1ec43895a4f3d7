"""The rehearsal against a few halls with a physical life of their own; `python -m
tests.hall.grade_trial` runs more.
"""

from __future__ import annotations

import pytest

from tests.hall.grade_trial import GradeTrial
from tests.hall.grades import GRADES, Grade


@pytest.mark.parametrize("grade", GRADES, ids=[one.name for one in GRADES])
def test_no_machine_that_is_drawn_rightly_gets_a_false_verdict(grade: Grade) -> None:
    trial = GradeTrial(grade)
    for seed in range(60):
        trial.run(seed)
    assert trial.wrong == []
    for verdict in ("dark", "cannot say"):
        assert trial.counts[verdict] > 0, verdict
