"""A request and an answer, both whole. Pure values."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from typing import Callable, NamedTuple, Optional


class WebRequest(NamedTuple):
    """A request of which the last byte has arrived, within the server's limits."""

    #: as it was sent
    method: str
    #: the path and the query as they were sent
    target: bytes
    #: of HTTP, such as "1.1"
    version: str
    #: names in lower case, in the order in which they were sent, also those that are repeated
    headers: Sequence[tuple[bytes, bytes]]
    body: bytes = b""
    #: the client's address
    peer: str = "?"


class WebResponse(NamedTuple):
    """An answer. The server adds Date, Content-Length and, where it is needed, Connection; it
    leaves the body out for HEAD."""

    #: of HTTP
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = {}
    #: whether the connection ends with this answer
    is_last: bool = False
    #: called once: whether the client was still there when the answer was sent
    report_delivery: Optional[Callable[[bool], None]] = None


Application = Callable[[WebRequest], Awaitable[WebResponse]]
