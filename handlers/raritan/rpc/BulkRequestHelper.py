"""The vendor's helper for bulk requests, under the vendor's module name.

Source: BulkRequestHelper.py of SDK 4.4.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Callable, Optional

from ._runtime.agent import Agent
from ._runtime.calls import Bulk, Pending


class BulkRequestHelper:
    """A queue of calls, which one request sends.

    helper = BulkRequestHelper(agent)
    helper.add_request(outlet.getState)
    helper.add_request(outlet.setPowerState, Outlet.PowerState.PS_OFF)
    helper.perform_bulk()    > POST /bulk performBulk {"requests": [...]}; [State, 0]
    helper.clear()           else the next perform_bulk sends both again

    `raise_subreq_failure`: whether the error of one call is raised, not returned.
    """

    def __init__(self, agent: Agent, raise_subreq_failure: bool = False) -> None:
        self.agent = agent
        self.raise_subreq_failure = raise_subreq_failure
        self.requests: list[Pending[Any]] = []
        self.responses: list[Any] = []

    def add_request(self, method: Callable[..., Any], *args: object) -> None:
        """Queue one call: the method of a proxy, without parentheses, and its arguments, which are
        encoded now.
        """
        self.requests.append(Pending(method, args, {}))

    def perform_bulk(self, raise_subreq_failure: Optional[bool] = None) -> list[Any]:
        """Send all queued calls. Returns the result or exception of each, and keeps them in
        `responses`. A second call sends everything again, unless `clear` comes first.

        [outlet.getState, outlet.setPowerState]    [State, 0]
        the second one is refused                  [State, JsonRpcErrorException]

        raise_subreq_failure: raises the first exception of a call instead. None: as given to the
        constructor. An error of the whole request is raised in any case.
        """
        Bulk(self.agent, self.requests).perform()
        self.responses = [entry.error or entry.get() for entry in self.requests]
        if raise_subreq_failure is None:
            raise_subreq_failure = self.raise_subreq_failure
        if raise_subreq_failure:
            for entry in self.requests:
                entry.get()
        return self.responses

    def clear(self) -> None:
        """Forget requests and responses."""
        self.requests = []
        self.responses = []


def perform_bulk(
    agent: Agent,
    requests: Iterable[tuple[Callable[..., Any], Sequence[object]]],
    raise_subreq_failure: bool = False,
) -> list[Any]:
    """Send pairs of a method and its arguments in one bulk. Returns each result or exception.

    perform_bulk(agent, [(outlet.getState, ()), (outlet.setPowerState, (PowerState.PS_OFF,))])
    > POST /bulk performBulk {"requests": [...]}
    returned   [State, 0]

    raise_subreq_failure: raises the first exception of a call instead. An error of the whole
    request is raised in any case.
    """
    helper = BulkRequestHelper(agent)
    for method, args in requests:
        helper.add_request(method, *args)
    return helper.perform_bulk(raise_subreq_failure)
