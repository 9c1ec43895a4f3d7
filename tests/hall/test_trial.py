"""The rehearsal against what happens in some random halls; `python -m tests.hall.trial` runs
more.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hall.trial import FAILURE_LAWS, RETURN_LAWS, Trial


def run_failures(folder: Path, seeds: range) -> Trial:
    trial = Trial(str(folder))
    for seed in seeds:
        trial.fail(seed)
    return trial


def run_returns(folder: Path, seeds: range) -> Trial:
    trial = Trial(str(folder), RETURN_LAWS)
    for seed in seeds:
        trial.come_back(seed)
    return trial


def test_no_answer_about_a_failure_is_false(tmp_path: Path) -> None:
    trial = run_failures(tmp_path, range(60))
    assert trial.wrong == {law: [] for law in FAILURE_LAWS}
    assert trial.counts["failures"] == 60
    for what in ("dark at once", "stays", "stays unless a breaker trips", "breaker fits",
                 "breaker overloads", "breakers that tripped"):  # fmt: skip
        assert trial.counts[what] > 5, what


def test_no_answer_about_a_return_is_false(tmp_path: Path) -> None:
    trial = run_returns(tmp_path, range(24))
    assert trial.wrong == {law: [] for law in RETURN_LAWS}
    assert trial.counts["returns"] > 15
    for what in ("machine stays dark", "breaker fits"):
        assert trial.counts[what] > 5, what


@pytest.mark.trial
def test_no_answer_about_more_failures_is_false(tmp_path: Path) -> None:
    assert run_failures(tmp_path, range(60, 360)).wrong == {law: [] for law in FAILURE_LAWS}


@pytest.mark.trial
def test_no_answer_about_more_returns_is_false(tmp_path: Path) -> None:
    assert run_returns(tmp_path, range(24, 104)).wrong == {law: [] for law in RETURN_LAWS}
