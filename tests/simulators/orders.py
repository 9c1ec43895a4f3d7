"""A queue of faults for the requests to a simulated unit."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Callable, Generic, Optional, TypeVar

F = TypeVar("F")


@dataclass
class Order(Generic[F]):
    """A fault for `count` requests (None: all further ones), after the first `skip` ones.

    `method` limits the order to requests that call this JSON-RPC method; for Redfish, to requests
    with this HTTP method or with this text in their target. Other requests are not counted.
    `status` is the HTTP status that STATUS sends. REDIRECT sends it if it is 3xx, else 302.
    `location` is put before the request's target in a redirect's header Location. `seconds` is
    the delay of SLOW.
    """

    fault: F
    count: Optional[int] = 1
    skip: int = 0
    method: str = ""
    status: int = 503
    seconds: float = 0.0
    location: str = ""


class Orders(Generic[F]):
    """A queue of orders, shared by all connections.

    Only the first one applies, until its `count` is used up.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orders: list[Order[F]] = []

    def order(
        self,
        fault: F,
        count: Optional[int] = 1,
        skip: int = 0,
        method: str = "",
        status: int = 503,
        seconds: float = 0.0,
        location: str = "",
    ) -> None:
        """Add an order to the queue. Without a `count`, it applies until `clear`."""
        assert count is None or count > 0
        order = Order(
            fault=fault,
            count=count,
            skip=skip,
            method=method,
            status=status,
            seconds=seconds,
            location=location,
        )
        with self._lock:
            self._orders.append(order)

    def clear(self) -> None:
        with self._lock:
            self._orders.clear()

    def take(self, calls: Callable[[str], bool]) -> Optional[Order[F]]:
        """Returns the first order if it applies to this request, else None.

        `calls(method)`: whether the request matches this `method` of an order.
        """
        with self._lock:
            if not self._orders:
                return None
            order = self._orders[0]
            if order.method and not calls(order.method):
                return None
            if order.skip:
                order.skip -= 1
                return None
            if order.count is not None:
                order.count -= 1
                if order.count <= 0:
                    self._orders.pop(0)
            return order
