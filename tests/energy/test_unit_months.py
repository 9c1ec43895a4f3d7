"""Months in a wrong unit, as `unit_trial` draws them by thousands: a few of them, each time."""

from __future__ import annotations

from pdu.energy.audit.grades import FIRM

from . import unit_trial
from .unit_months import NOTHING


def test_a_wrong_unit_is_seen_and_a_right_one_is_not_doubted() -> None:
    found = unit_trial.some(0, 12)
    shown = [one for one in found if one.source != NOTHING]
    right = [one for one in shown if one.excuse == "" and not one.is_neighbour]
    wrong = [one for one in shown if one.excuse is None]
    assert len(right) > 20 and len(wrong) >= 5
    assert all(one.lowest is not None and one.is_inside for one in right)
    assert all(one.lowest is None and one.grade != FIRM and one.is_inside for one in wrong)


def test_an_outlet_whose_power_was_not_seen_raises_no_inlet() -> None:
    """One outlet of five counts 1.74 times what flows, and a hole makes the inlet's bounds wide."""
    found = {one.name: one for one in unit_trial.results(5300173)}
    assert "power not seen" in found["1"].events and not found["1"].is_inside
    assert all(one.is_inside for name, one in found.items() if name != "1")


def test_amperes_without_volts_are_at_most_those_of_400_v() -> None:
    """50 W that are counted 4.69 times, shown as 0.2 and 0.3 A: at 480 V that would be allowed."""
    outlets = {result.name: result for result in unit_trial.results(5600249)}
    assert outlets["3"].lowest is None and outlets["4"].lowest is None
    assert all(result.is_inside or result.excuse for result in outlets.values())
