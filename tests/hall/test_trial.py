"""The rehearsal against the truth on a few hundred random halls; `python -m tests.hall.trial` runs
more.
"""

from __future__ import annotations

import time

import pytest

from tests.hall.halls import LOOSE, TIDY, Habits
from tests.hall.large import measure
from tests.hall.trial import Trial


@pytest.mark.parametrize("habits", [TIDY, LOOSE], ids=["tidy", "loose"])
def test_dark_lies_within_the_truth_and_each_line_within_its_interval(habits: Habits) -> None:
    trial = Trial(habits)
    for seed in range(150):
        trial.run(seed)
    assert trial.wrong == []
    # each verdict occurs, and the meters catch what the drawing alone would miss
    for what in ("dark", "stays", "cannot say", "the drawing alone calls safe", "line fits"):
        assert trial.counts[what] > 0, what


def test_some_breakers_overload() -> None:
    trial = Trial(LOOSE)
    for seed in range(150):
        trial.run(seed)
    assert trial.counts["line overloads"] > 0


def test_a_hall_of_200_pdus_is_computed_in_a_second_of_processor_time() -> None:
    begin = time.process_time()
    found = measure(100)
    spent = time.process_time() - begin
    assert found.pdus == 200 and found.machines > 1800
    # with making the hall, and ten times as slow a machine
    assert spent < 30
