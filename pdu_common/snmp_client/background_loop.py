"""One event loop in its own thread, kept between calls, because pysnmp has no synchronous calls.

A pysnmp engine belongs to the loop in which it was made, and waits forever in another one. All
threads run their coroutines in this loop, so their calls run at the same time. A forked child makes
a new thread and a new loop at its first call. In a process that gevent has patched, the loop's
thread is a greenlet of the thread that made the first call, and runs only while that thread waits:
calls from other native threads raise LoopBlocked.
"""

from __future__ import annotations

import asyncio
import atexit
import concurrent.futures
import os
import threading
import time
from collections.abc import Coroutine
from typing import Any, Callable, Generic, Optional, TypeVar

S = TypeVar("S")
T = TypeVar("T")

# The loop ends a call at its deadline. The caller waits this much longer before it gives up.
_GRACE_S = 2.0
_ALL: list[BackgroundLoop[Any]] = []


class LoopBlocked(Exception):
    """The loop's thread does not run."""


class BackgroundLoop(Generic[S]):
    """Runs coroutines that share a state.

    `make` makes the state once per loop, in the loop's thread; `close` closes it.
    """

    def __init__(self, make: Callable[[], S], close: Callable[[S], None]) -> None:
        self._make, self._close = make, close
        self._abandoned: list[object] = []
        self._lock = threading.Lock()
        self._loop: Optional[asyncio.AbstractEventLoop] = None
        self._thread: Optional[threading.Thread] = None
        self._state: Optional[S] = None
        self._asked: Optional[float] = None
        os.register_at_fork(after_in_child=self._after_fork)
        atexit.register(self.stop)
        _ALL.append(self)

    def run(self, work: Callable[[S], Coroutine[Any, Any, T]], deadline_s: float) -> T:
        """The result of `work`, whose errors pass through. Raises asyncio.TimeoutError after
        `deadline_s` seconds.

        Raises LoopBlocked if the loop itself does not end the call at its deadline.
        """
        with self._lock:
            loop = self._started()
        future = asyncio.run_coroutine_threadsafe(self._bounded(work, deadline_s), loop)
        try:
            return future.result(deadline_s + _GRACE_S)
        except concurrent.futures.TimeoutError:
            # from Python 3.11 on, the loop's own TimeoutError is the same class
            if future.done():
                raise asyncio.TimeoutError from None
            future.cancel()
            raise LoopBlocked from None

    def behind(self) -> float:
        """How long the loop has not come round, in seconds; 0 if it runs in time or not at all.

        Looks at what the last call of this method left in the loop.
        """
        with self._lock:
            loop, asked_at, now = self._loop, self._asked, time.monotonic()
            if asked_at is not None:
                return now - asked_at
            if loop is not None:
                self._asked = now
                loop.call_soon_threadsafe(self._came_round)
            return 0.0

    def _came_round(self) -> None:
        self._asked = None

    def stop(self) -> None:
        """End the thread and close the shared state. The next call starts a new thread."""
        with self._lock:
            loop, thread, state = self._loop, self._thread, self._state
            self._loop = self._thread = self._state = self._asked = None
        if loop is None or thread is None:
            return
        if state is not None:
            loop.call_soon_threadsafe(self._close, state)
        asyncio.run_coroutine_threadsafe(_cancel_others(), loop).result(_GRACE_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(_GRACE_S)
        loop.close()

    async def _bounded(self, work: Callable[[S], Coroutine[Any, Any, T]], deadline_s: float) -> T:
        with self._lock:
            # `stop` came first: no state of the old loop may be kept
            if asyncio.get_running_loop() is not self._loop:
                raise asyncio.CancelledError
            state = self._state = self._state or self._make()
        return await asyncio.wait_for(work(state), deadline_s)

    def _started(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            loop = asyncio.new_event_loop()

            def serve() -> None:
                asyncio.set_event_loop(loop)
                loop.run_forever()

            self._thread = threading.Thread(target=serve, name="snmp", daemon=True)
            self._thread.start()
            self._loop = loop
        return self._loop

    def _after_fork(self) -> None:
        # Closing the inherited loop would remove the parent's sockets from the epoll set that both
        # processes share. A reference is kept, so that no finalizer closes anything.
        self._abandoned.append((self._loop, self._thread, self._state))
        self._lock = threading.Lock()
        self._loop = self._thread = self._state = self._asked = None


def lag_s() -> float:
    """How long the loop that is latest has not come round, in seconds; 0 without loops."""
    return max((loop.behind() for loop in _ALL), default=0.0)


async def _cancel_others() -> None:
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
