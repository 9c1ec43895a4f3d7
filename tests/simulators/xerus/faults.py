"""Faults on demand: what a unit, its network or something in between can do to a client."""
from __future__ import annotations

import threading
from dataclasses import dataclass
from enum import Enum
from typing import Callable, List, Optional


class Fault(Enum):
    STATUS = "answers an HTTP status instead (401, 403, 408, 500, 503), without doing what was asked"
    HTML = "status 200 with a page of HTML, as a proxy would"
    EMPTY = "status 200 with no body"
    NOT_JSON = "status 200, announced as JSON, that is none"
    WRONG_ID = "does what was asked and answers with another id"
    HALF_ANSWER = "does what was asked and closes after half the body"
    CLOSE_AFTER = "closes the connection after the answer, without announcing it"
    CLOSE_BEFORE = "closes the connection when a request comes, without doing what was asked"
    DROP_AFTER_WRITE = "does what was asked and closes without an answer"
    SLOW = "waits before it does what was asked"
    REDIRECT = "sends the client to another address, without doing what was asked"
    DONE_STATUS = "does what was asked and answers an HTTP status that does not say so"
    DONE_ERROR = "does what was asked and answers a JSON-RPC error with another id"
    DONE_NO_ID = "does what was asked and answers a JSON-RPC error without an id"
    DONE_TWICE = "does what was asked and answers with every key of each object twice, the second time with another value"
    ECHO = "answers a JSON-RPC error that holds the login as the client sent it"
    PRIVILEGE = "answers that the user lacks the privilege"


@dataclass
class Order:
    """`count` requests get the fault (None: all), after `skip` that do not.

    With `method` only requests count that call it, alone or in a bulk. `status` is the HTTP status of STATUS, DONE_STATUS and,
    where it is a redirect's, of REDIRECT.
    """

    fault: Fault
    count: Optional[int] = 1
    skip: int = 0
    method: str = ""
    status: int = 503
    seconds: float = 0.0
    location: str = ""


class Faults:
    """Orders in a queue, taken up request by request, whichever connection they come by."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orders: List[Order] = []

    def order(self, fault: Fault, count: Optional[int] = 1, skip: int = 0, method: str = "", status: int = 503,
              seconds: float = 0.0, location: str = "") -> None:
        with self._lock:
            self._orders.append(Order(fault, count, skip, method, status, seconds, location))

    def clear(self) -> None:
        with self._lock:
            self._orders.clear()

    def take(self, body: Callable[[], bytes]) -> Optional[Order]:
        """The fault for the request that has just come; its body is looked at only where an order asks for a method."""
        with self._lock:
            if not self._orders:
                return None
            order = self._orders[0]
            if order.method and f'"{order.method}"'.encode() not in body():
                return None
            if order.skip:
                order.skip -= 1
                return None
            if order.count is not None:
                order.count -= 1
                if order.count <= 0:
                    self._orders.pop(0)
            return order
