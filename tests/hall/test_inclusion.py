"""Some thousand comparisons of stated halls with bounds; `python -m tests.hall.inclusion` makes a
million.
"""

from __future__ import annotations

from tests.hall.inclusion import Inclusion


def test_what_happens_in_a_stated_hall_lies_within_the_bounds() -> None:
    found = Inclusion()
    for seed in range(24):
        found.failure(seed, 4)
        if seed % 3 == 0:
            found.restore(seed, 2)
    assert found.wrong == [] and found.comparisons > 5000
    for what in ("a node is dead", "a machine's verdict", "a node is alive", "what holds"):
        assert found.counts[what] > 0, what


def test_a_trip_that_changes_no_sum_is_followed_by_a_look_at_what_may_trip() -> None:
    found = Inclusion()
    found.failure(201290, 10)
    assert found.wrong == [] and found.comparisons > 500
