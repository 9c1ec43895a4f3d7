from __future__ import annotations

import pytest

from tests.benchmarks import bench_engines


def test_every_layout_is_measured(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    once = tuple(dict(bench_engines._CASES).items())        # only the last case of each layout
    assert {layout for layout, _ in once} == set(bench_engines._LAYOUTS)
    monkeypatch.setattr(bench_engines, "_CASES", once)
    assert bench_engines.main(["--pdus", "3"]) == 0
    shown = capsys.readouterr().out
    assert all(shown.count(layout) == 1 for layout in bench_engines._LAYOUTS)
