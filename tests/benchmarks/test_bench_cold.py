from __future__ import annotations

from handlers import registry
from tests.benchmarks import bench_cold


def test_every_archive_is_imported_and_reads_its_simulator() -> None:
    found = bench_cold.measure(1)
    assert set(found) == {bench_cold.REQUESTS, *(f"pdu_{name}" for name in registry.names())}
    assert all(len(one.compiled) == len(one.uncompiled) == 1 and one.modules > 0 for one in found.values())
