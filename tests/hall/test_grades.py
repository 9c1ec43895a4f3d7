"""The rehearsal against a few halls with a physical life of their own; `python -m
tests.hall.grade_trial` runs more.
"""

from __future__ import annotations

from tests.hall.grade_trial import GradeTrial
from tests.hall.grades import GRADES


def test_no_machine_that_is_drawn_rightly_gets_a_false_verdict() -> None:
    for grade in GRADES:
        trial = GradeTrial(grade)
        for seed in range(8):
            trial.run(seed)
        assert trial.wrong == {"called dark, and runs": [], "said to stay, and went dark": []}
        for verdict in ("dark", "cannot say"):
            assert trial.counts[verdict] > 0, (grade.name, verdict)
