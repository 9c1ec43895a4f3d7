"""Faults on demand: of the service, of the network, or of a proxy in between."""

from __future__ import annotations

import json
from email.message import Message
from enum import Enum
from typing import Callable, Optional

from .. import orders
from .answer import JSON, Answer
from .errors import error


class Fault(Enum):
    STATUS = "answers with the order's HTTP status and does not carry out the request"
    HTML = "answers 200 with a page of HTML, as a proxy does"
    EMPTY = "answers 200 with no body"
    NOT_JSON = "answers 200 with a body that is announced as JSON but is not JSON"
    CLOSE_BEFORE = "closes the connection when a request arrives, and does not carry it out"
    DROP_AFTER_WRITE = "carries out the request and closes without an answer"
    SLOW = "waits before it carries out the request"
    REDIRECT = "answers with a redirect and does not carry out the request"
    ECHO = (
        "answers 400 with an extended message that repeats the client's headers Authorization and"
        " X-Auth-Token"
    )
    PRIVILEGE = "answers 403: the account lacks the privilege"
    HUGE = "answers 200 with a body of 100 MB"


Order = orders.Order[Fault]
Faults = orders.Orders[Fault]
HUGE_BYTES = 100_000_000
_PAGE = (
    b"<!DOCTYPE html><html><head><title>Gateway</title></head><body>Sign in to the"
    b" network</body></html>"
)


def instead(order: Order, target: str, headers: Message) -> Optional[Answer]:
    """The answer that replaces the service's own; None if this fault does not replace it."""
    table: dict[Fault, Callable[[], Answer]] = {
        Fault.STATUS: lambda: _refused(order.status, "GeneralError"),
        Fault.HTML: lambda: Answer(200, _PAGE, "text/html"),
        Fault.EMPTY: lambda: Answer(200, b"", JSON),
        Fault.NOT_JSON: lambda: Answer(200, b'{"@odata.id": "/redfish/v1/', JSON),
        Fault.REDIRECT: lambda: Answer(
            order.status if order.status // 100 == 3 else 302,
            headers=(("Location", order.location + target),),
        ),
        Fault.ECHO: lambda: _refused(
            400,
            "ActionParameterUnknown",
            "",
            f"{headers.get('Authorization')} {headers.get('X-Auth-Token')}",
        ),
        Fault.PRIVILEGE: lambda: _refused(403, "InsufficientPrivilege"),
        Fault.HUGE: lambda: Answer(200, b'{"Members": [', JSON, padding=HUGE_BYTES),
    }
    make = table.get(order.fault)
    return make() if make else None


def _refused(status: int, key: str, *arguments: str) -> Answer:
    return Answer(status, json.dumps(error(key, *arguments)).encode(), JSON)
