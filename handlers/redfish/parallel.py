"""Reads many resources in parallel, over a few connections."""

from __future__ import annotations

import collections
import contextvars
import threading
from collections.abc import Sequence
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

    Some units serve few connections at a time. If several clients run, each therefore stops at
    HttpUnreachable and leaves its path to the others; at the end, the first client alone fetches
    what is left.
    """
    waiting: collections.deque[tuple[int, str]] = collections.deque(enumerate(paths))
    result_by_number: dict[int, T] = {}
    errors: list[BaseException] = []

    def work(client: HttpClient, alone: bool) -> None:
        """Fetch waiting paths until none is left, a client fails or another one has failed."""
        while not errors:
            try:
                number, path = waiting.popleft()
            except IndexError:
                return
            try:
                result_by_number[number] = fetch(path, client, alone)
            except BaseException as error:
                if isinstance(error, HttpUnreachable) and not alone:
                    waiting.append((number, path))
                else:
                    errors.append(error)
                return

    # Each thread runs in a copy of the caller's context, in which tools count requests.
    threads: list[threading.Thread] = []
    for client in clients[1:]:
        thread = threading.Thread(
            target=contextvars.copy_context().run, args=(work, client, False), daemon=True
        )
        try:
            thread.start()
        except RuntimeError:
            # the system has no more threads: the clients started so far fetch all paths
            break
        threads.append(thread)
    try:
        work(clients[0], not threads)
    finally:
        for thread in threads:
            thread.join()  # ends, because each request has a deadline
    work(clients[0], True)
    if errors:
        raise errors[0]
    return [result_by_number[number] for number in range(len(paths))]
