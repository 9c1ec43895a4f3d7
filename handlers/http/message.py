"""What goes over HTTP: an endpoint, a request, a reply; and the seam that carries them. Pure.

A transport makes exactly one attempt. Whether it may be repeated, where a redirect may lead and what a status means is decided
above it, in `client`.
"""
from __future__ import annotations

from typing import Mapping, NamedTuple, Optional, Protocol, Union

from ..address import host_and_port, is_address
from ..errors import SettingsError

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


def endpoint(scheme: str, host: str, port: Optional[int] = None) -> Endpoint:
    """From `host`, `host:port`, `[v6]:port` or a bare IPv6 address; `port` wins over one in the text. SettingsError."""
    if scheme not in PORTS:
        raise SettingsError(f"the protocol is {scheme[:20]!r}; give https or http")
    name, written = host_and_port(host)
    if (not is_address(name) or set("/?#@[]") & set(name) or name.count(":") == 1
            or written is not None and not 1 <= written <= 65535):
        shown = "a text with an @," if "@" in host else repr(host[:60])          # it may hold a password
        raise SettingsError(f"{shown} is no address; give a host name or an IP address, with :port if needed")
    return Endpoint(scheme, name, port or written or PORTS[scheme])


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
