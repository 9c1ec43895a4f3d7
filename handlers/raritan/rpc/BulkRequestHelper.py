"""The documented helper for bulk requests, in a module with the same name as the vendor's."""
from __future__ import annotations

from typing import Any, Callable, Iterable, List, Optional, Sequence, Tuple

from ._runtime.agent import Agent
from ._runtime.calls import Bulk, Pending


class BulkRequestHelper:
    """The documented helper: queue with `add_request`, send with `perform_bulk`, empty with `clear`."""

    def __init__(self, agent: Agent, raise_subreq_failure: bool = False) -> None:
        self.agent, self.raise_subreq_failure = agent, raise_subreq_failure
        self.requests: List[Pending[Any]] = []
        self.responses: List[Any] = []

    def add_request(self, method: Callable[..., Any], *args: object) -> None:
        """Queue one call: the method of a proxy, without parentheses, and its arguments, which are encoded now."""
        self.requests.append(Pending(method, args, {}))

    def perform_bulk(self, raise_subreq_failure: Optional[bool] = None) -> List[Any]:
        """Send the queue and keep it. Returns the result or exception of each request.

        raise_subreq_failure: raises the first exception instead. None: as given to the constructor.
        """
        Bulk(self.agent, self.requests).perform()
        self.responses = [entry.error or entry.get() for entry in self.requests]
        if self.raise_subreq_failure if raise_subreq_failure is None else raise_subreq_failure:
            for entry in self.requests:
                entry.get()
        return self.responses

    def clear(self) -> None:
        """Forget requests and responses."""
        self.requests, self.responses = [], []


def perform_bulk(agent: Agent, requests: Iterable[Tuple[Callable[..., Any], Sequence[object]]],
                 raise_subreq_failure: bool = False) -> List[Any]:
    """Send pairs of a method and its arguments in one bulk. Returns and raises like `BulkRequestHelper.perform_bulk`."""
    helper = BulkRequestHelper(agent)
    for method, args in requests:
        helper.add_request(method, *args)
    return helper.perform_bulk(raise_subreq_failure)
