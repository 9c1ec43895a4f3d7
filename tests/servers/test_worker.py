from __future__ import annotations

from pathlib import Path

import pytest

from tests.servers.worker import Worker
from tests.waiting import until


def test_an_order_to_a_process_that_has_ended_is_a_runtime_error() -> None:
    with Worker(Path(), "tests.servers.process") as worker:         # this module does nothing, so its process ends at once
        assert until(lambda: not worker.is_alive)
        for _ in range(2):
            with pytest.raises(RuntimeError, match="the process ended"):
                worker.order("anything")


def test_a_result_that_is_not_json_and_an_answer_that_is_cut_off_are_runtime_errors(tmp_path: Path) -> None:
    (tmp_path / "gives_a_set.py").write_text("from tests.servers import orders\norders.take(lambda: {1})\n")
    with Worker(tmp_path, "gives_a_set") as worker, pytest.raises(RuntimeError, match="set is not JSON serializable"):
        worker.order()
    (tmp_path / "gives_half.py").write_text("print('{', end='', flush=True)\n")
    with Worker(tmp_path, "gives_half") as worker, pytest.raises(RuntimeError, match="the process ended"):
        worker.order()


def test_a_process_that_does_not_answer_in_time_is_killed_and_the_error_says_so(tmp_path: Path) -> None:
    (tmp_path / "is_silent.py").write_text("import sys\nsys.stdin.read()\n")
    with Worker(tmp_path, "is_silent") as worker, pytest.raises(RuntimeError, match="killed after 0.1 s without an answer"):
        worker.order(seconds=0.1)
