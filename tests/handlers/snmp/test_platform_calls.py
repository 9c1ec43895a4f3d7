"""What DCImanager pays for a family: the calls of the platform, and their datagrams."""

from __future__ import annotations

import pytest

from handlers.dcimanager.snmp import LONGEST_SECONDS
from handlers.snmp.switching import PLAN_SECONDS
from tests import platform_calls
from tests.platform_calls import all_costs

_ROUND_TRIP_S = 0.1


def test_the_page_has_the_calls_of_each_family() -> None:
    """`make devices` writes them."""
    assert platform_calls.markdown() in platform_calls.PAGE.read_text("utf-8")


@pytest.mark.parametrize(
    "method, limit_s",
    [
        ("status", LONGEST_SECONDS),
        ("statistic", LONGEST_SECONDS),
        ("command", PLAN_SECONDS),
    ],
)
def test_no_family_of_48_outlets_walked_by_getnext_from_100_ms_away_ends_for_a_deadline(
    method: str, limit_s: float
) -> None:
    for family, cost_by_method in all_costs().items():
        if method in cost_by_method:
            assert cost_by_method[method].next * _ROUND_TRIP_S < limit_s, family


def test_a_command_reads_no_table_where_the_identity_is_a_row() -> None:
    """Others: packed words, named rows, and families of which an empty table must be told."""
    costs = [cost["command"] for cost in all_costs().values() if "command" in cost]
    assert sum(cost.next <= 15 for cost in costs) > 0.8 * len(costs)
