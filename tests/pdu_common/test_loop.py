"""The event loop of the doubles: a state belongs to the loop for which it was made."""
from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from typing import List

import pytest

from pdu_common._loop import KeptLoop
from tests.waiting import PATIENCE_S


def test_a_state_that_is_made_while_the_loop_stops_is_not_used_by_the_next_loop() -> None:
    made: List[asyncio.AbstractEventLoop] = []
    begun, go_on = threading.Event(), threading.Event()

    def make() -> asyncio.AbstractEventLoop:
        begun.set()
        assert go_on.wait(PATIENCE_S)
        made.append(asyncio.get_running_loop())
        return made[-1]

    async def work(state: asyncio.AbstractEventLoop) -> bool:
        return state is asyncio.get_running_loop()

    loop: KeptLoop[asyncio.AbstractEventLoop] = KeptLoop(make, lambda state: None)
    with concurrent.futures.ThreadPoolExecutor(2) as threads:
        first = threads.submit(loop.run, work, PATIENCE_S)
        assert begun.wait(PATIENCE_S)
        stopped = threads.submit(loop.stop)
        go_on.set()
        stopped.result(PATIENCE_S)
        try:
            assert first.result(PATIENCE_S)
        except (asyncio.CancelledError, concurrent.futures.CancelledError):
            pass                        # `stop` came before the work
    assert loop.run(work, PATIENCE_S) and len(made) == 2
    loop.stop()


def test_a_call_that_the_stop_of_its_loop_overtakes_is_cancelled() -> None:
    loop: KeptLoop[object] = KeptLoop(object, lambda state: None)

    async def work(state: object) -> object:
        return state

    async def late() -> None:
        await loop._bounded(work, PATIENCE_S)

    with pytest.raises(asyncio.CancelledError):         # asyncio.run's loop stands for one that `stop` has ended
        asyncio.run(late())
    assert loop._state is None
