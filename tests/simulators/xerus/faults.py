"""Faults on demand: of the unit, or of a proxy in between."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from enum import Enum
from typing import Optional


class Fault(Enum):
    """What happens to a request; only DROP_AFTER_WRITE carries it out."""

    STATUS = "answers with an HTTP status such as 401 or 503"
    CLOSE_BEFORE = "closes the connection when a request arrives, and does not carry it out"
    DROP_AFTER_WRITE = "carries out the request and closes without an answer"


@dataclass
class Order:
    """A fault for `count` requests (None: all further ones), after the first `skip` ones. `status`
    is the HTTP status that STATUS sends.
    """

    fault: Fault
    count: Optional[int] = 1
    skip: int = 0
    status: int = 503


class Faults:
    """A queue of orders, shared by all connections.

    Only the first one applies, until its `count` is used up.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orders: list[Order] = []

    def order(
        self, fault: Fault, count: Optional[int] = 1, skip: int = 0, status: int = 503
    ) -> None:
        """Add an order to the queue."""
        assert count is None or count > 0
        with self._lock:
            self._orders.append(Order(fault=fault, count=count, skip=skip, status=status))

    def take(self) -> Optional[Order]:
        """The first order, if it applies to this request."""
        with self._lock:
            if not self._orders:
                return None
            order = self._orders[0]
            if order.skip:
                order.skip -= 1
                return None
            if order.count is not None:
                order.count -= 1
                if order.count <= 0:
                    self._orders.pop(0)
            return order
