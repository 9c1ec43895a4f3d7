"""The benchmark of the SNMP double reads every PDU in each layout."""
from __future__ import annotations

import pytest

from tests.benchmarks import bench_engines


def test_every_layout_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench_engines.main(["--pdus", "3"]) == 0
    shown = capsys.readouterr().out
    assert all(shown.count(layout) == times for layout, times in (("one after the other", 1), ("threads", 3), ("coroutines", 1)))
