"""One answer of the service, before it is sent."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

JSON = "application/json; charset=utf-8"
Headers = tuple[tuple[str, str], ...]


class Answer(NamedTuple):
    """`kind` is the media type of the body.

    `padding` is the number of spaces sent after the body.
    """

    status: int
    body: bytes = b""
    kind: str = JSON
    headers: Headers = ()
    padding: int = 0


def of(status: int, body: dict[str, Any], headers: Headers = ()) -> Answer:
    return Answer(status, json.dumps(body, separators=(",", ":")).encode(), JSON, headers)
