"""Halls of several voltages; `python -m tests.hall.voltages` runs more."""

from __future__ import annotations

from tests.hall.voltages import VoltageTrial


def test_no_current_is_outside_its_interval_at_any_voltage() -> None:
    trial = VoltageTrial()
    for seed in range(120):
        trial.run(seed)
    assert trial.wrong == {
        "a current outside its interval": [],
        "a breaker that holds carries more than its rating": [],
        "a machine is dark, and was said to stay": [],
    }
    assert trial.several > 100 and trial.compared > 200
