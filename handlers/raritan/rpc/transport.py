"""The seam between JSON-RPC and the network: one request, one answer, over one connection that is kept.

A transport makes exactly one attempt. Whether an attempt may be repeated, whom a redirect may lead to and what a status
means is decided above it (carrier.py), so both transports behave alike.
"""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Callable, List, Mapping, Optional, Protocol, Union
from urllib.parse import urlsplit

from ...errors import SettingsError
from .errors import JsonRpcSyntaxException

PORTS = {"http": 80, "https": 443}
CHUNK = 1 << 16


class Stream(Protocol):
    """A body that is sent as it is read; `len()` is its exact size in bytes."""

    def read(self, size: int = -1) -> bytes: ...
    def __len__(self) -> int: ...


@dataclass(frozen=True)
class Trust:
    """What makes a device's certificate good: see handlers/tls.py."""

    verify: bool = True
    ca_pem: str = ""
    fingerprint: str = ""


@dataclass(frozen=True)
class Endpoint:
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
        return f"{self.scheme}://{self.netloc}"


def endpoint(scheme: str, host: str, port: Optional[int] = None) -> Endpoint:
    """From `host`, `host:port`, `[v6]:port` or a bare IPv6 address; `port` wins over one in the text. SettingsError."""
    if scheme not in PORTS:
        raise SettingsError(f"the protocol is {scheme[:20]!r}; give https or http")
    bare_v6 = host.count(":") > 1 and not host.startswith("[")
    try:
        parts = urlsplit(f"//[{host}]" if bare_v6 else f"//{host}")
        name, written = parts.hostname, parts.port
    except ValueError:
        name, written = None, None
    if not name or parts.path or parts.query or parts.username is not None or not host.isprintable() or " " in host:
        shown = "what stands there, with an @," if "@" in host else repr(host[:60])         # it may hold a password
        raise SettingsError(f"{shown} is no address; give a host name or an IP address, with :port if needed")
    return Endpoint(scheme, name, port or written or PORTS[scheme])


@dataclass(frozen=True)
class Request:
    """One HTTP request; `target` starts with a slash, `timeout` bounds each wait, `total` the whole answer (seconds),
    from the end of sending to its last byte. What may hold a login or a password is not in its repr."""

    method: str
    target: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: Union[bytes, Stream, None] = field(repr=False)
    timeout: float
    total: float
    limit: int                              # the largest answer in bytes that is taken


@dataclass(frozen=True)
class Reply:
    """Status, headers with lower-case names, and the whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport(Protocol):
    """One kept connection. Raises HttpUnreachable (`reused` set where a kept connection turned out to be closed)."""

    def exchange(self, where: Endpoint, request: Request) -> Reply: ...
    def close(self) -> None: ...


def drain(read: Callable[[int], bytes], request: Request) -> bytes:
    """The whole body. Raises a syntax error when it is too long, and whatever `read` raises.

    `read` gives what is there, up to a size, and b"" at the end.
    """
    parts: List[bytes] = []
    size = 0
    while True:
        part = read(CHUNK)
        if not part:
            return b"".join(parts)
        parts.append(part)
        size += len(part)
        if size > request.limit:
            raise JsonRpcSyntaxException(f"the answer is longer than {request.limit} bytes")


def default_transport(trust: Trust) -> Transport:
    """On `requests` where the host has one that will do, else on the standard library."""
    try:
        from .transport_requests import RequestsTransport
    except ImportError:
        from .transport_standard import StandardTransport
        return StandardTransport(trust)
    return RequestsTransport(trust)
