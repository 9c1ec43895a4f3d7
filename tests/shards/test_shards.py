"""One of two exporters dies, on a few PDUs and with short intervals; `python -m tests.shards` has
2,000 PDUs and the documented intervals.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.bench_fleet import hall
from tests.needs import program

from .needs import needs
from .programs import Times, running
from .trial import Costs, Counters, Trial
from .year import Disk, measure

PDUS = 12
TIMES = Times(interval_s=2, minute_s=0.4)


@pytest.mark.long
@pytest.mark.against("prometheus")
@pytest.mark.against("victoria-metrics")
@pytest.mark.trial
def test_a_dead_exporter_costs_only_its_share_until_it_is_replaced(tmp_path: Path) -> None:
    for name in ("prometheus", "victoria-metrics"):
        program(name)
    with hall(PDUS) as made, running(tmp_path, made.list, made.logins, TIMES) as setup:
        trial = Trial(setup, made)
        trial.settle()
        costs, (scraped, recorded) = trial.costs(), trial.series()
        seen = trial.death()
    assert 0 < seen.share < PDUS and seen.spared == PDUS - seen.share
    # the exporter is alarmed, and no PDU is blamed for it
    assert seen.alarm_s >= 5 * TIMES.minute_s and seen.blamed == 0
    assert seen.targets == PDUS, "a new Prometheus asks the living exporter for the list"
    assert seen.new_series == 0, "the other exporter goes on with the same series"
    assert seen.missing > 0 and seen.gap_s > seen.alarm_s
    assert seen.readings > 2 * PDUS and seen.lacking == 0, "the storage caught up"
    assert costs.used.probes > 0 and costs.series > 4 * 24 * PDUS
    assert {one["instance"] for one in scraped} >= {one["instance"] for one in recorded}


@pytest.mark.against("victoria-metrics")
@pytest.mark.against("promtool")
def test_bytes_of_a_year_follow_from_what_is_written(tmp_path: Path) -> None:
    for name in ("victoria-metrics", "promtool"):
        program(name)
    names = ("pdu_up", "pdu_outlet_current_amperes", "pdu_outlet_energy_joules_total")
    # so many that the samples outweigh the blocks of 4 KiB that files and an unmerged index take
    series = [
        {"__name__": name, "instance": "a", "outlet": str(outlet)}
        for name in names
        for outlet in range(1, 25)
    ]
    disk = measure(tmp_path, series, [], 1)
    assert disk.samples_a_day == 24 * 3 * 1440 and disk.days == 2
    # a changing current takes at least half a byte a sample, and no sample takes 16
    assert 24 * 1440 / 2 < disk.more_a_day < 16 * disk.samples_a_day
    assert disk.a_year > 365 * 24 * 1440 / 2


def test_needs_are_the_measurements_times_the_number_of_pdus() -> None:
    used = Counters(
        probes=100,
        requests=800,
        device_bytes=1e6,
        exporters_cpu_s=1.0,
        prometheus_cpu_s=0.5,
        victoria_cpu_s=0.1,
        written_samples=1e4,
        written_bytes=2e4,
    )
    costs = Costs(10, used, 50.0, 100.0, 40.0, 1000.0, 500.0, 2000.0)
    disk = Disk(10, 6, 10_000_000, 500_000.0, 150_000, 2.0)
    lines = {one.what: (one.one, one.all) for one in needs(costs, disk, 6000)}
    assert lines["exporters: CPU"] == ("10.00 ms a probe", "1.00 cores")
    assert lines["Prometheus: memory"] == ("10240 KiB", "58.6 GiB")
    assert lines["series that are scraped"] == ("100.0", "600,000")
    assert lines["samples a second"] == ("1.67", "10,000")
    assert lines["requests to PDUs"] == ("8.0 a probe", "800 a second")
    assert lines["PDU and exporter"] == ("10.0 kB a probe", "8.0 Mbit/s")
    # 10 MB in 6 days, and half a MB on each of the other 359 days, of ten PDUs
    assert lines["disk of VictoriaMetrics, a year"] == ("18.9 MB", "114 GB")
