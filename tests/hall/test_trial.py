"""The rehearsal against the truth on some random halls; `python -m tests.hall.trial` runs
more.
"""

from __future__ import annotations

import pytest

from tests.hall.halls import LOOSE, TIDY, Habits
from tests.hall.trial import Trial


@pytest.mark.parametrize("habits", [TIDY, LOOSE], ids=["tidy", "loose"])
def test_dark_lies_within_the_truth_and_each_line_within_its_interval(habits: Habits) -> None:
    trial = Trial(habits)
    for seed in range(40):
        trial.run(seed)
    assert trial.wrong == {
        "called dark, and runs": [],
        "said to stay, and went dark": [],
        "a load above its interval": [],
        "a load below its interval": [],
        "said to trip, and did not": [],
        "a load rose, and is not shown": [],
    }
    # each verdict occurs, and the meters catch what the drawing alone would miss
    for what in ("dark", "stays", "cannot say", "the drawing alone calls safe", "line fits"):
        assert trial.counts[what] > 0, what
    if habits is LOOSE:
        assert trial.counts["line overloads"] > 0
