from __future__ import annotations

from pathlib import Path
from typing import Dict, List

import pytest

from tests.benchmarks import bench_page
from tests.benchmarks.hall import OUTLETS
from tests.dcimanager.manager import DciManager

PAGES: Dict[str, List[float]] = {"list of all PDUs": [0.1, 0.1, 0.9], "log": [0.01]}


def test_a_slow_page_or_a_missed_poll_misses_the_goals() -> None:
    grown = bench_page.Growth(4e5, 5e5)
    assert bench_page._report(PAGES, 200, 10.0, 400, 0, ["time-out", "died"], grown) == 0
    assert bench_page._report(PAGES, 200, 10.0, 400, 1, ["time-out", "died"], grown) == 1
    assert bench_page._report({**PAGES, "log": [0.3]}, 200, 10.0, 400, 0, ["time-out", "died"], grown) == 1


def test_all_pdus_are_polled_and_all_pages_opened(tmp_path: Path) -> None:
    with bench_page.hall((1, 1, 1)) as forms, DciManager(page_port=0, processes=4) as manager:
        good, bad = bench_page.filled(manager, forms, tmp_path)
        bad[0].call_seconds = 0.5
        manager.poll()
        assert [len(pdu.ports) for pdu in good] == [OUTLETS] * 3 and bench_page.polled(good) == [1, 1, 1]
        assert [pdu.calls[-1].kind for pdu in bad] == ["time-out", "died"]
        assert set(bench_page.visited(manager, good, 0.01)) == set(bench_page._PAGES)


@pytest.mark.parametrize("words, reason", [(["--pdus", "2"], "must be at least 3"), (["--seconds", "2401"], "at most 2400")])
def test_a_hall_without_a_working_pdu_and_too_long_a_run_are_refused(
        words: List[str], reason: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        bench_page.main(words)
    assert ended.value.code == 2 and reason in capsys.readouterr().err


def test_forty_days_of_readings_take_less_space_thinned_than_two_days_unthinned() -> None:
    # With a quarter of the usual readings, an unthinned day takes a quarter of its space, hence the factor 4. Thinning keeps
    # one or two readings of each stretch (TIERS in readings.py). Each stretch still has a reading: the thinned size is usual.
    grown = bench_page.growth(outlets=4, beat_s=4 * bench_page.BEAT_S)
    assert 0 < grown.kept < 2 * 4 * grown.day
