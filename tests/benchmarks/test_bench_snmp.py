"""The SNMP benchmark runs, reads all outlets with every client, and prints its figures."""
from __future__ import annotations

import json

import pytest

from tests.benchmarks import bench_snmp
from tests.needs import program


@pytest.mark.against("Net-SNMP snmpd")
def test_every_client_is_measured_at_both_round_trip_times(capsys: pytest.CaptureFixture[str]) -> None:
    program("snmpbulkwalk")
    assert bench_snmp.main(["--runs", "1", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert len(figures) == 6
    assert all(set(by_delay) == {"0", "20"} and min(by_delay.values()) > 0 for by_delay in figures.values())
    # Each client makes at least three round trips of 20 ms: a GET, and two GETBULKs of 25 rows or (over SNMPv1) more GETNEXTs.
    assert all(by_delay["20"] >= 60 for by_delay in figures.values())


def test_zero_runs_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        bench_snmp.main(["--runs", "0"])
    assert ended.value.code == 2 and "0 is below 1" in capsys.readouterr().err
