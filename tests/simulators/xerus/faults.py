"""Faults on demand: of the unit, of the network, or of a proxy in between."""

from __future__ import annotations

from enum import Enum

from .. import orders


class Fault(Enum):
    """What happens to a request; only DROP_AFTER_WRITE and SLOW carry it out."""

    STATUS = "answers with an HTTP status such as 401 or 503"
    HTML = "answers with status 200 and a page of HTML, as from a proxy"
    EMPTY = "answers with status 200 and no body"
    NOT_JSON = "answers with status 200 and a body that is announced as JSON but is not JSON"
    CLOSE_BEFORE = "closes the connection when a request arrives, and does not carry it out"
    DROP_AFTER_WRITE = "carries out the request and closes without an answer"
    SLOW = "waits before it carries out the request"
    PRIVILEGE = "answers that the user lacks the privilege"


Order = orders.Order[Fault]
Faults = orders.Orders[Fault]


def calls(body: bytes, method: str) -> bool:
    """Whether a body contains the method's name in quotes, escaped or not."""
    return f'"{method}"'.encode() in body.replace(b"\\", b"")
