"""The SNMP benchmark runs, reads all outlets with every client, and prints what it measured."""
from __future__ import annotations

import json

import pytest

from tests.benchmarks import bench_snmp
from tests.needs import program


@pytest.mark.against("Net-SNMP snmpd")
def test_every_client_is_measured_at_both_round_trips(capsys: pytest.CaptureFixture[str]) -> None:
    program("snmpbulkwalk")
    assert bench_snmp.main(["--runs", "1", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert len(figures) == 6
    assert all(set(by_delay) == {"0", "20"} and min(by_delay.values()) > 0 for by_delay in figures.values())
    # Three datagrams each way, 20 ms apart: no client can be faster, whatever the machine.
    assert all(by_delay["20"] >= 60 for by_delay in figures.values())


def test_a_senseless_number_of_runs_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        bench_snmp.main(["--runs", "0"])
    assert ended.value.code == 2 and "0 is below 1" in capsys.readouterr().err
