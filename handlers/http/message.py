"""HTTP requests and replies, and the protocol classes of streamed bodies and transports."""
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
        """`host:port`, IPv6 in brackets, without the scheme's usual port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """`scheme://host:port`, without the scheme's usual port."""
        return f"{self.scheme}://{self.netloc}"


class Stream(Protocol):
    """A body that is read while it is sent; `len()` is its exact size in bytes."""

    def read(self, size: int = -1) -> bytes: ...
    def __len__(self) -> int: ...


class Request(NamedTuple):
    """One HTTP request. `target` starts with a slash; `limit` is the largest accepted body of the answer in bytes.

    `timeout`: seconds for one wait. `total`: seconds for the exchange, without the sending of the body. `once`: it must not be
    repeated, so it needs a connection that is known to be open. The repr leaves out every field that may hold a login.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: Union[bytes, Stream, None]
    timeout: float
    total: float
    limit: int
    once: bool = False

    def __repr__(self) -> str:
        return f"Request({self.method}, timeout={self.timeout}, total={self.total}, limit={self.limit})"


class Reply(NamedTuple):
    """Status, headers with lower-case names (the values of a repeated one joined by commas), and the whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport(Protocol):
    """Sends requests. Raises HttpException or SettingsError."""

    def exchange(self, where: Endpoint, request: Request) -> Reply: ...
    def close(self) -> None: ...
