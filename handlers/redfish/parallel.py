"""Reads many resources in parallel, over a few connections."""

from __future__ import annotations

import collections
import contextlib
import contextvars
import functools
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Callable, TypeVar

from ..http.client import HttpClient
from ..http.errors import HttpUnreachable

T = TypeVar("T")


def read_in_parallel(
    paths: Sequence[str],
    clients: Sequence[HttpClient],
    fetch: Callable[[str, HttpClient, bool], T],
) -> list[T]:
    """Calls `fetch` for each path, with the clients in parallel, and tells it whether the client
    runs alone. Returns the results in the order of `paths`, or raises an error of `fetch`, after
    all threads have ended.

    Some units serve few connections at a time. In parallel, a client therefore stops at
    HttpUnreachable and leaves its path to the others; at the end, the first client alone fetches
    what is left.
    """
    waiting: collections.deque[tuple[int, str]] = collections.deque(enumerate(paths))
    result_by_number: dict[int, T] = {}

    def work(client: HttpClient, *, alone: bool) -> None:
        """Fetch waiting paths until none is left or the client fails."""
        while True:
            try:
                number, path = waiting.popleft()
            except IndexError:
                return
            try:
                result_by_number[number] = fetch(path, client, alone)
            except BaseException as error:
                if isinstance(error, HttpUnreachable) and not alone:
                    waiting.append((number, path))
                    return
                waiting.clear()
                raise

    try:
        with ThreadPoolExecutor(len(clients)) as pool:
            futures = []
            # RuntimeError: the system has no more threads
            with contextlib.suppress(RuntimeError):
                for client in clients:
                    # tools count requests in the caller's context
                    run = contextvars.copy_context().run
                    futures.append(pool.submit(run, functools.partial(work, client, alone=False)))
        for future in futures:
            future.result()
        work(clients[0], alone=True)
    finally:
        waiting.clear()  # after Ctrl-C, the threads end with their present request
    return [result_by_number[number] for number in range(len(paths))]
