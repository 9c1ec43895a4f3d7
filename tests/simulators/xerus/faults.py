"""Faults on demand, of the unit, of the network or of a proxy in between."""
from __future__ import annotations

from enum import Enum

from .. import orders


class Fault(Enum):
    STATUS = "answers with an HTTP status (401, 403, 408, 500, 503) and does not carry out the request"
    HTML = "status 200 with a page of HTML, as a proxy would"
    EMPTY = "status 200 with no body"
    NOT_JSON = "status 200 with a body that is announced as JSON but is none"
    WRONG_ID = "carries out the request and answers with another id"
    HALF_ANSWER = "carries out the request and closes after half of the body"
    CLOSE_AFTER = "closes the connection after the answer, without announcing it"
    CLOSE_BEFORE = "closes the connection when a request comes, and does not carry it out"
    DROP_AFTER_WRITE = "carries out the request and closes without an answer"
    SLOW = "waits before it carries out the request"
    REDIRECT = "redirects the client to another address and does not carry out the request"
    DONE_STATUS = "carries out the request and answers with an HTTP status for something else"
    DONE_ERROR = "carries out the request and answers with a JSON-RPC error with another id"
    DONE_NO_ID = "carries out the request and answers with a JSON-RPC error without an id"
    DONE_TWICE = "carries out the request and gives every 0 or 1 of an object twice, the second time inverted"
    ECHO = "answers with a JSON-RPC error that repeats the client's login"
    PRIVILEGE = "answers that the user lacks the privilege"


Order = orders.Order[Fault]
Faults = orders.Orders[Fault]


def calls(body: bytes, method: str) -> bool:
    """Whether a request calls the method, alone or in a bulk."""
    return f'"{method}"'.encode() in body
