from __future__ import annotations

from handlers import registry
from tests.benchmarks import bench_cold
from tests.benchmarks.path_length import SIMULATED


def test_each_handler_has_a_simulator() -> None:
    assert set(SIMULATED) == set(registry.names())


def test_the_archives_of_nut_and_snmp_read_their_simulators() -> None:
    found = bench_cold.measure(1, ("nut", "snmp"))
    assert set(found) == {bench_cold.REQUESTS, "pdu_nut", "pdu_snmp"}
    assert all(len(one.compiled) == len(one.uncompiled) == 1 and one.modules > 0 for one in found.values())
