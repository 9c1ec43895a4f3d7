from __future__ import annotations

from typing import Dict, List

import pytest

from tests.benchmarks import bench_raritan
from tests.benchmarks.bench_raritan import BULK, FITTED, LOOP, OURS, Figures, Key
from tests.servers import sdk


def figures(ours: Figures, loop: Figures, bulk: Figures) -> Dict[Key, Figures]:
    return {**{(way, at): one for at in ("near", "far") for way, one in ((OURS, ours), (LOOP, loop), (BULK, bulk))},
            (FITTED, "refusing"): ours._replace(requests=ours.requests + 1)}


def missed(found: Dict[Key, Figures]) -> List[str]:
    return [line.what for line in bench_raritan.goals(found) if not line.met]


def one(requests: float, connections: float, first: float, again: float) -> Figures:
    return Figures(requests, connections, [first, first], [again, again], [1.0, 1.0])


def test_each_goal_can_be_met_and_missed() -> None:
    loop, bulk = one(289, 1, 200.0, 200.0), one(2, 1, 2.0, 2.0)
    assert missed(figures(one(2, 1, 2.0, 2.0), loop, bulk)) == []
    assert missed(figures(one(3, 1, 2.0, 2.0), loop, bulk)) == [
        "requests of one reading", "requests where well-known sensor ids are refused"]
    assert missed(figures(one(2, 2, 2.0, 2.0), loop, bulk)) == ["connections"]
    assert [what.partition(":")[0] for what in missed(figures(one(2, 1, 2.1, 2.0), loop, bulk))] == [
        "0 ms, first reading, TLS handshake included", "20 ms, first reading, TLS handshake included"]
    assert [what.partition(" ÷")[0].rpartition("the ")[2] for what in missed(figures(one(2, 1, 2.0, 2.1), loop, bulk))] == [
        "SDK's loop", "SDK's leanest bulk", "SDK's leanest bulk"]


def test_a_goal_is_missed_only_if_the_whole_interval_misses_it() -> None:
    spread = [0.90 + 0.01 * number for number in range(21)]                 # the median is 1.00
    line = bench_raritan._between("x", spread, [1.0] * 21)._replace(at_least=1)
    assert (round(line.figure, 2), round(line.low, 2), round(line.high, 2), line.met) == (1.0, 0.95, 1.05, True)
    assert "1.00 (0.95 to 1.05): goal >= 1, met" in str(line)
    slower = bench_raritan._between("x", spread, [1.06] * 21)._replace(at_least=1)
    assert not slower.met and "MISSED" in str(slower)


@pytest.mark.against("the vendor's SDK")
def test_this_client_reads_the_states_and_energies_in_two_requests_on_one_connection() -> None:
    sdk.needed(sdk.RELEASES["4.4"])
    with bench_raritan.bench() as unit:
        ours, bulk, loop = unit.measure("near", {OURS: 1, BULK: 1, LOOP: 0}).values()       # 0: only the first round
        (fitted,) = unit.measure("refusing", {FITTED: 0}).values()
    assert (ours.requests, ours.connections) == (bulk.requests, bulk.connections) == (2, 1)
    assert loop.requests == 1 + 48 * 6
    assert (fitted.requests, fitted.connections) == (3, 1)
