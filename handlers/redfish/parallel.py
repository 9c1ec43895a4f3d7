"""Many readings side by side, over a few connections."""
from __future__ import annotations

import collections
import threading
from typing import Callable, Deque, Dict, List, Sequence, Tuple, TypeVar

from ..http.client import HttpClient
from ..http.failures import HttpUnreachable

T = TypeVar("T")


def side_by_side(paths: Sequence[str], clients: Sequence[HttpClient], fetch: Callable[[str, HttpClient], T]) -> List[T]:
    """`fetch` of each path, in order; each client is used by one thread. Raises the first error, after all have ended.

    Some units serve few connections at a time: what the second and later ones cannot fetch is left to the first.
    """
    waiting: Deque[Tuple[int, str]] = collections.deque(enumerate(paths))
    found: Dict[int, T] = {}
    failed: List[BaseException] = []

    def work(client: HttpClient, spare: bool) -> None:
        while not failed:
            try:
                number, path = waiting.popleft()
            except IndexError:
                return
            try:
                found[number] = fetch(path, client)
            except BaseException as error:
                if spare and isinstance(error, HttpUnreachable):
                    waiting.append((number, path))
                else:
                    failed.append(error)
                return

    threads = [threading.Thread(target=work, args=(client, True), daemon=True) for client in clients[1:]]
    for thread in threads:
        thread.start()
    try:
        work(clients[0], False)
    finally:
        for thread in threads:
            thread.join()               # each request has its deadline
    work(clients[0], False)             # what others gave back
    if failed:
        raise failed[0]
    return [found[number] for number in range(len(paths))]
