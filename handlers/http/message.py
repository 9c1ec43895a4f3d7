"""HTTP requests and replies, and the protocol classes of streamed bodies and transports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol, Union

PORTS = {"http": 80, "https": 443}


class Endpoint(NamedTuple):
    """Where a device's web service is.

    >>> Endpoint("https", "192.0.2.7", 8443).url, Endpoint("http", "2001:db8::7", 80).netloc
    ('https://192.0.2.7:8443', '[2001:db8::7]')
    """

    #: "https" or "http"
    scheme: str
    #: name or address, IPv6 without brackets
    host: str
    port: int

    @property
    def netloc(self) -> str:
        """`host:port`, IPv6 in brackets, without the scheme's usual port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """`scheme://host:port`, without the scheme's usual port."""
        return f"{self.scheme}://{self.netloc}"


class BodyStream(Protocol):
    """A body that is read while it is sent; `len()` is its exact size in bytes."""

    def read(self, size: int = -1) -> bytes: ...
    def __len__(self) -> int: ...


class Request(NamedTuple):
    """One HTTP request. The repr leaves out every field that may hold a login.

    >>> Request("GET", "/relay/0", {"Authorization": "x"}, None, timeout=5, total=10, limit=1024)
    Request(GET, timeout=5, total=10, limit=1024)
    """

    method: str
    #: the path, which starts with a slash, and the query
    target: str
    headers: Mapping[str, str]
    body: Union[bytes, BodyStream, None]
    #: seconds for one wait
    timeout: float
    #: seconds for the exchange, without the sending of the body
    total: float
    #: the largest accepted body of the answer, in bytes
    limit: int
    #: whether it must be neither repeated nor sent elsewhere, as each write, with any method; it
    #: needs a connection that is known to be open
    once: bool = False

    def __repr__(self) -> str:
        return (
            f"Request({self.method}, timeout={self.timeout}, total={self.total},"
            f" limit={self.limit})"
        )


class Response(NamedTuple):
    """One HTTP reply.

    >>> Response(200, {"content-type": "application/json"}, b'{"ison": true}').status
    200
    """

    status: int
    #: by lower-case name; the values of a repeated header are joined by commas
    headers: Mapping[str, str]
    #: the whole body
    body: bytes
    #: the headers as they came: each Set-Cookie is one of its own (RFC 6265, 3)
    fields: Sequence[tuple[str, str]] = ()


class Transport(Protocol):
    """Sends requests. Its errors are HttpException and SettingsError."""

    def exchange(self, where: Endpoint, request: Request) -> Response: ...
    def close(self) -> None: ...
