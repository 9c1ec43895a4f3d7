"""What goes over HTTP, and the seam that carries it."""
from __future__ import annotations

from typing import Mapping, NamedTuple, Protocol, Union

PORTS = {"http": 80, "https": 443}


class Endpoint(NamedTuple):
    """Scheme, host (IPv6 without brackets) and port."""

    scheme: str
    host: str
    port: int

    @property
    def netloc(self) -> str:
        """`host:port` as in a URL, the scheme's own port left out."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """`scheme://host:port`, the scheme's own port left out."""
        return f"{self.scheme}://{self.netloc}"


class Stream(Protocol):
    """A body that is sent as it is read; `len()` is its exact size in bytes."""

    def read(self, size: int = -1) -> bytes: ...
    def __len__(self) -> int: ...


class Request(NamedTuple):
    """One HTTP request; `target` starts with a slash, `limit` is the largest body that is taken, in bytes.

    `timeout` bounds each wait, `total` the whole answer from the end of sending to its last byte (seconds). The repr shows
    nothing that may hold a login or a password.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: Union[bytes, Stream, None]
    timeout: float
    total: float
    limit: int

    def __repr__(self) -> str:
        return f"Request({self.method}, timeout={self.timeout}, total={self.total}, limit={self.limit})"


class Reply(NamedTuple):
    """Status, headers with lower-case names, and the whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport(Protocol):
    """One kept connection. Raises HttpUnreachable (`reused` set where a kept connection turned out to be closed)."""

    def exchange(self, where: Endpoint, request: Request) -> Reply: ...
    def close(self) -> None: ...
