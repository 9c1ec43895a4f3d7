"""Faults on demand: what a unit, its network or something in between can do to a client."""
from __future__ import annotations

from enum import Enum

from .. import orders


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


Order = orders.Order[Fault]
Faults = orders.Orders[Fault]


def calls(body: bytes, method: str) -> bool:
    """Whether a request calls the method, alone or in a bulk."""
    return f'"{method}"'.encode() in body
