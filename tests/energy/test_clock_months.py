"""Months of loads that know the clock, as `clock_months` draws them by thousands: a few of them."""

from __future__ import annotations

from . import clock_months


def test_an_honest_month_keeps_its_bill() -> None:
    found = clock_months.some(None, 0, 12)
    assert len(found) > 60 and all(one.is_inside for one in found)
    assert all(one.has_lowest for one in found)
    loaded = [one for one in found if one.source == clock_months.WATTS and one.truth > 10.0]
    assert sum(one.grade == "firm" for one in loaded) > 0.8 * len(loaded) > 10
    unseen = [one for one in found if "power not seen" in one.kinds]
    assert all(one.grade in ("bounded", "wide") for one in unseen)
