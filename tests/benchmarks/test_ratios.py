"""The table of `make bench`."""
from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Mapping, Sequence

import pytest

from . import __main__ as bench
from .ratios import VARIABLE, Ratio, note, noted


def test_noted_ratios_become_a_table_with_verdicts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    note("NUT", "without the variable", 1.0)
    monkeypatch.setenv(VARIABLE, str(tmp_path / "ratios"))
    note("NUT", "near", 26.7, 20)
    note("fleet", "memory", 1.5, 1.25, at_least=False)
    note("SNMP", "tools", 2.0)
    found = noted(tmp_path / "ratios")
    assert found[0] == Ratio("NUT", "near", 26.7, 20) and len(found) == 3
    assert bench.table(found)[2:] == ["| NUT | near | 26.70 | ≥ 20: met |", "| fleet | memory | 1.50 | ≤ 1.25: missed |",
                                      "| SNMP | tools | 2.00 |  |"]


def test_every_benchmark_of_the_table_has_a_module_that_notes_ratios() -> None:
    folder = Path(bench.__file__).parent
    assert all("note(" in (folder / f"bench_{name}.py").read_text("utf-8") for name in bench.ALL)


@pytest.mark.parametrize("failing", [True, False])
def test_the_page_is_written_only_if_each_benchmark_has_figures(failing: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                                capsys: pytest.CaptureFixture[str]) -> None:
    def run(command: Sequence[str], cwd: Path, env: Mapping[str, str]) -> SimpleNamespace:
        monkeypatch.setenv(VARIABLE, env[VARIABLE])
        if not failing or "bench_nut" not in command[-1]:
            note("area", "goal missed", 1.0, 2.0)
        return SimpleNamespace(returncode=1)
    page = tmp_path / "docs" / "benchmarks.md"
    page.parent.mkdir()
    page.write_text("before")
    monkeypatch.setattr(bench, "ROOT", tmp_path)
    monkeypatch.setattr(bench, "PAGE", page)
    monkeypatch.setattr(bench, "subprocess", SimpleNamespace(run=run))
    assert bench.main([]) == 1
    assert (page.read_text() == "before") is failing
    assert capsys.readouterr().err == ("no figures of nut, so docs/benchmarks.md is not written\n" if failing else "")
    assert bench.main(["nut"]) == 1
    assert capsys.readouterr().err == ("no figures of nut\n" if failing else "")


def test_the_machine_is_described_by_cores_and_python() -> None:
    assert "cores" in bench.machine() and "Python" in bench.machine()
