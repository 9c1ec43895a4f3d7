"""Reads many resources in parallel, over a few connections."""

from __future__ import annotations

import collections
import contextlib
import contextvars
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Callable, Generic, TypeVar

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

        5 paths, clients P and Q            P reads 1, 3, 5, Q reads 2, and 4 is not answered
        P, or read_alone at the end         reads 4: the results in the order 1, 2, 3, 4, 5
    """
    queue = _Queue(paths, read)
    futures: list[Future[None]] = []
    try:
        # RuntimeError: the system has no more threads
        with ThreadPoolExecutor(len(clients)) as pool, contextlib.suppress(RuntimeError):
            for client in clients:
                # tools count requests in the caller's context
                run = contextvars.copy_context().run
                futures.append(pool.submit(run, queue.read_by, client))
    finally:
        queue.stop()  # after Ctrl-C, the threads end with their present request
    for future in futures:
        future.result()
    results: list[T] = []
    for path in paths:
        if path in queue.result_by_path:
            results.append(queue.result_by_path[path])
        else:
            results.append(read_alone(path))
    return results


class _Queue(Generic[T]):
    """The paths that wait for a client (`_waiting`), and the results of those that were read
    (`result_by_path`). The threads of several clients use it at the same time.

    >>> queue = _Queue(["/A1", "/A2"], lambda path, client: f"answer to {path}")
    >>> queue.stop()
    >>> queue.result_by_path
    {}
    """

    def __init__(self, paths: Sequence[str], read: Callable[[str, HttpClient], T]) -> None:
        self._read = read
        self._waiting = collections.deque(dict.fromkeys(paths))
        self.result_by_path: dict[str, T] = {}

    def stop(self) -> None:
        """Let no further path be read."""
        self._waiting.clear()

    def read_by(self, client: HttpClient) -> None:
        """Read waiting paths until none is left or the client fails, and put the results into
        `result_by_path`. A path without an answer (HttpUnreachable) waits for another client. Any
        other error is raised, and no client reads a further path.

            waiting /A1, /A2; /A1 is read, /A2 is not answered
            result_by_path {"/A1": ...}, waiting /A2
        """
        while True:
            try:
                path = self._waiting.popleft()
            except IndexError:
                return
            try:
                self.result_by_path[path] = self._read(path, client)
            except HttpUnreachable:
                self._waiting.append(path)
                return
            except BaseException:
                self.stop()
                raise
