from __future__ import annotations

from typing import Dict

import pytest

from tests.benchmarks import bench_raritan
from tests.benchmarks.bench_raritan import BULK, LOOP, OURS, Figures, Key
from tests.servers import sdk


def figures(ours: Figures, loop: Figures, bulk: Figures) -> Dict[Key, Figures]:
    return {(way, at): one for at in ("near", "far") for way, one in ((OURS, ours), (LOOP, loop), (BULK, bulk))}


def met(found: Dict[Key, Figures]) -> int:
    return sum(figure <= goal if how == "<=" else figure >= goal for _, figure, how, goal in bench_raritan.goals(found))


def one(requests: float, connections: float, first: float, again: float) -> Figures:
    return Figures(requests, connections, [first, first], [again, again], [1.0, 1.0])


def test_the_goals_are_counts_and_ratios_and_each_can_be_missed() -> None:
    loop, bulk = one(289, 1, 200.0, 200.0), one(2, 1, 2.0, 1.0)
    assert met(figures(one(2, 1, 2.0, 1.0), loop, bulk)) == 8
    assert met(figures(one(3, 1, 2.0, 1.0), loop, bulk)) == 7
    assert met(figures(one(2, 2, 2.0, 1.0), loop, bulk)) == 7
    assert met(figures(one(2, 1, 2.1, 1.0), loop, bulk)) == 5
    assert met(figures(one(2, 1, 2.0, 1.1), loop, bulk)) == 6
    assert met(figures(one(2, 1, 2.0, 2.1), loop, bulk)) == 5


@pytest.mark.against("the vendor's SDK")
def test_this_client_and_the_sdk_read_the_same_and_this_one_in_two_requests_on_one_connection() -> None:
    sdk.needed(sdk.RELEASES["4.4"])
    with bench_raritan.bench() as unit:
        ours, bulk, loop = unit.measure("near", {OURS: 1, BULK: 1, LOOP: 1}).values()
    assert (ours.requests, ours.connections) == (bulk.requests, bulk.connections) == (2, 1)
    assert loop.requests == 1 + 48 * 6
