"""Reads many resources in parallel, over a few connections."""

from __future__ import annotations

import collections
import contextlib
import contextvars
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Callable, TypeVar

from ..http.client import HttpClient
from ..http.errors import HttpUnreachable

T = TypeVar("T")


def read_in_parallel(
    paths: Sequence[str],
    clients: Sequence[HttpClient],
    read: Callable[[str, HttpClient], T],
    read_alone: Callable[[str], T],
) -> list[T]:
    """The result of `read` for each path, in the order of `paths`, by the clients in parallel.

    Some units serve few connections at a time: a client stops at HttpUnreachable and leaves its
    path to the others. `read_alone` reads what is left when all have ended. Raises another error of
    `read` after all threads have ended, and each error of `read_alone`.
    """
    waiting = collections.deque(dict.fromkeys(paths))
    result_by_path: dict[str, T] = {}

    def read_waiting(client: HttpClient) -> None:
        """Read waiting paths until none is left or the client fails."""
        while True:
            try:
                path = waiting.popleft()
            except IndexError:
                return
            try:
                result_by_path[path] = read(path, client)
            except HttpUnreachable:
                waiting.append(path)
                return
            except BaseException:
                waiting.clear()
                raise

    futures: list[Future[None]] = []
    try:
        # RuntimeError: the system has no more threads
        with ThreadPoolExecutor(len(clients)) as pool, contextlib.suppress(RuntimeError):
            for client in clients:
                # tools count requests in the caller's context
                run = contextvars.copy_context().run
                futures.append(pool.submit(run, read_waiting, client))
    finally:
        waiting.clear()  # after Ctrl-C, the threads end with their present request
    for future in futures:
        future.result()
    return [result_by_path[path] if path in result_by_path else read_alone(path) for path in paths]
