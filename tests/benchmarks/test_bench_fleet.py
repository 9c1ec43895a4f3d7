from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import List

import pytest

from handlers.command.fleet.listing import Device
from tests.benchmarks import bench_fleet, fleet_hall, fleet_loop
from tests.needs import ROOT, program
from tests.simulators.snmp_agent import Row, ber
from tests.waiting import PATIENCE_S


@pytest.mark.against("prometheus-snmp-exporter")
def test_every_way_is_measured_and_pdu_check_reads_all_pdus(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("prometheus-snmp-exporter", "snmpbulkwalk"):
        program(name)
    # Both exit codes are right: the goals are for an idle machine and a long list.
    assert bench_fleet.main(["--pdus", "10", "--more", "20", "--sample", "5", "--json"]) in (0, 1)
    shown = capsys.readouterr()
    found = json.loads(shown.out)
    snmp = fleet_hall.kinds(10).count("snmp")
    assert [way["pdus"] for way in found["ways"]] == [10, 10, snmp, snmp, 20] and shown.err == ""
    assert all(way["seconds"] > 0 for way in found["ways"])
    first, last = found["ways"][0], found["ways"][-1]
    assert first["requests"] / 10 == pytest.approx(last["requests"] / 20, rel=0.5) and last["memory"] > 10


def test_an_error_ends_the_thread_that_measures_memory() -> None:
    before = threading.enumerate()
    with pytest.raises(OSError), bench_fleet._watched(os.getpid()):
        raise OSError
    assert threading.enumerate() == before


def test_the_end_of_the_simulated_pdus_is_reported() -> None:
    with bench_fleet.hall(1) as running:
        running._process.kill()
        running._process.wait(PATIENCE_S)
        with pytest.raises(SystemExit, match="the process of simulated PDUs has ended"):
            running.requests()


def test_the_hall_mixes_handlers_and_every_fiftieth_pdu_is_dead(tmp_path: Path) -> None:
    assert Counter(fleet_hall.kinds(100)) == dict(fleet_hall.SHARES)
    assert set(fleet_hall.kinds(1000)[49::50]) == set(dict(fleet_hall.SHARES))
    done = subprocess.run([sys.executable, "-m", "tests.benchmarks.fleet_hall", str(tmp_path), "100", "0"], cwd=ROOT,
                          input="\n", capture_output=True, text=True, timeout=PATIENCE_S)
    lines = (tmp_path / "list.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in lines if line.startswith("dead")] == ["dead 00049", "dead 00099"] and len(lines) == 101
    assert done.stdout == "ready\n{}\n"


@pytest.mark.parametrize("step, dead", [(7, ["dead 49"]), (10, ["dead 49"]), (11, ["dead 99"])])
def test_the_sample_of_the_plain_loop_has_a_dead_pdu(step: int, dead: List[str]) -> None:
    devices = [Device(f"{'dead' if number % 50 == 49 else 'rack'} {number}", "snmp", "192.0.2.1") for number in range(100)]
    chosen = [device.name for device in fleet_loop.sample(devices, step)]
    assert [name for name in chosen if name.startswith("dead")] == dead
    assert [name for name in chosen if name.startswith("rack")] == [
        device.name for device in devices[::step] if device.name.startswith("rack")]


@pytest.mark.parametrize("number", [0, 127, 128, 70_000, 2**31 - 1])
@pytest.mark.parametrize("community", [b"public", b"x" * 200])
def test_the_place_of_the_request_id_is_found(number: int, community: bytes) -> None:
    pdu = ber.Pdu(ber.GET, number, 0, 0, (((1, 3, 6, 1), Row(4, b"y" * 300)),))
    data = ber.encode(ber.Message(1, community, pdu))
    begin, end = fleet_hall.request_id(data)
    assert int.from_bytes(data[begin:end], "big") == number
