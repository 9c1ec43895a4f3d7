"""Halls as hosters build them: what is said of breakers and times is what a physics of its own
does. `python -m tests.hall.hosters` runs more.
"""

from __future__ import annotations

from tests.hall.hosters import LINE_METERS_AND_WORKS, LOADS, METERING, HosterTrial, shares


def test_no_verdict_and_no_time_is_wrong() -> None:
    trial = HosterTrial()
    for seed in range(20):
        trial.run(seed)
    assert trial.wrong == {
        "a machine's verdict": [],
        "a machine is dark outside its times": [],
        "dark unless a breaker trips, and none did": [],
        "a breaker trips outside its times": [],
        "a breaker trips, and is not named": [],
        "a breaker trips though load was shed": [],
        "a load outside its interval": [],
    }
    for what in (
        "dark at once", "stays", "stays unless a breaker trips", "not before 20 min",
        "dark with a breaker",
    ):  # fmt: skip
        assert trial.counts[what] > 10, what


def test_what_cannot_be_said_is_little() -> None:
    """At most 5 % where all is known, 15 % with line meters and machines that are said to work."""
    by_metering = shares(1)
    assert [*by_metering] == [*METERING]
    for metering, most in ((METERING[0], 0.05), (LINE_METERS_AND_WORKS, 0.15)):
        for load in LOADS:
            counts = by_metering[metering][load]
            assert counts["cannot say"] <= most * sum(counts.values()) + 1, (metering, load, counts)
