"""The rehearsal against a few halls with a physical life of their own; `python -m
tests.hall.grade_trial` runs more.
"""

from __future__ import annotations

from tests.hall.grade_trial import GradeTrial
from tests.hall.grades import GRADES


def test_no_machine_that_is_drawn_rightly_gets_a_false_verdict_and_worlds_are_calibrated() -> None:
    count = lived = 0.0
    for grade in GRADES:
        trial = GradeTrial(grade, worlds=20)
        for seed in range(8):
            trial.run(seed)
        assert trial.wrong == {"called dark, and runs": [], "said to stay, and went dark": []}
        for verdict in ("dark", "cannot say"):
            assert trial.counts[verdict] > 0, (grade.name, verdict)
        for name in (" 90-99", "100"):
            found = trial.lived.get(name, [0.0, 0.0, 0.0])
            count, lived = count + found[0], lived + found[1]
    # of what lives in at least 90 % of the worlds, nearly as much lives in truth
    assert count > 60 and lived >= 0.9 * count
