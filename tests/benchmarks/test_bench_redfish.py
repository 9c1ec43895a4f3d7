from __future__ import annotations

from typing import Dict

import pytest

from tests.benchmarks import bench_redfish
from tests.benchmarks.bench_redfish import LIBRARY, PROCESS, SCRIPT, SERVICES, STATISTIC, STATUS, TOOL, Figure, Row


def figures(ours: float, theirs: float) -> Dict[Row, Dict[str, Figure]]:
    """Figures for every service. The handler needs ten times as long for the one that does not expand."""
    times = {"expands": ours, "plain": 10 * ours}
    return {(service, at): {name: Figure(seconds, 1, 1) for name, seconds in (
        (STATISTIC, times[service]), (STATUS, times[service]), (LIBRARY, theirs), (TOOL, 2 * theirs))}
            for service in SERVICES for at in ("near", "far")}


def test_the_goals_are_ratios_for_the_service_that_expands() -> None:
    assert [ratio for _, ratio in bench_redfish.goals(figures(1.0, 2.0))] == [2.0, 4.0, 2.0, 4.0]


@pytest.mark.against("DMTF's redfish library and redfish-utilities")
def test_every_client_runs_and_reads_all_outlets() -> None:
    with bench_redfish.places() as where, bench_redfish.clients() as works:
        processes = {name: works.pop(name) for name in (PROCESS, SCRIPT)}
        found = bench_redfish.measure({row: place for row, place in where.items() if row[1] == "near"}, works, 1)
        assert all(read(where["expands", "near"]) > 0 for read in processes.values())
    assert {name: one.requests for name, one in found["expands", "near"].items() if name in (STATUS, STATISTIC)} == {
        STATUS: 3, STATISTIC: 5}
    assert found["expands", "near"][STATUS].connections == 1 and found["plain", "near"][STATUS].connections == 4
    assert all(figure.seconds > 0 for one in found.values() for figure in one.values())
