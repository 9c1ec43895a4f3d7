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
