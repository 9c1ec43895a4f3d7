"""The transport on `requests`, for hosts that have it with urllib3 2 or newer below; else importing this fails."""
from __future__ import annotations

import http.client
import socket
import ssl
from typing import Any, Callable, Dict, List, Optional, Tuple, Type, TypeVar, Union

import requests
import requests.adapters
import requests.exceptions
from requests.structures import CaseInsensitiveDict

from ... import tls
from ...errors import Unreachable
from .deadline import Deadline
from .errors import HttpUnreachable, JsonRpcSyntaxException
from .transport import Endpoint, Reply, Request, Trust, drain
from .transport_standard import broken_off, closed_early, no_http, unreachable

_URLLIB3: str = getattr(getattr(requests, "urllib3", None), "__version__", "0")
if int(_URLLIB3.partition(".")[0]) < 2:
    raise ImportError(f"urllib3 {_URLLIB3} does not check the certificate of a unit that is addressed by its IP address")

E = TypeVar("E", bound=BaseException)
# What urllib3 raises below requests' own translation while a body is read; requests keeps it under this name.
_BELOW: Type[Exception] = getattr(requests.exceptions, "BaseHTTPError", OSError)


class RequestsTransport:
    """One of requests' adapters, whose pool keeps one connection.

    No session stands above it: what a session adds (redirects, cookies, proxies, netrc) is what must not happen here.
    """

    def __init__(self, trust: Trust) -> None:
        self._trust = trust
        self._adapter: Optional[requests.adapters.HTTPAdapter] = None
        self._where: Optional[Endpoint] = None
        self._kept = False
        self._deadline = Deadline()

    def close(self) -> None:
        """Close the connection; the next exchange opens one."""
        adapter: Any = self._adapter            # the types of requests for Python 3.9 leave some methods untyped
        if adapter is not None:
            adapter.close()
        self._adapter, self._where, self._kept = None, None, False

    def exchange(self, where: Endpoint, request: Request) -> Reply:
        """Send and read, once."""
        if self._where != where:
            self.close()
        try:
            if self._adapter is None:
                self._adapter, self._where = _Adapter(where, self._trust, self._deadline), where
            reply = self._send(self._adapter, where, request)
        except BaseException:
            self.close()
            raise
        self._kept = reply.headers.get("connection", "").lower() != "close"
        return reply

    def _send(self, adapter: requests.adapters.HTTPAdapter, where: Endpoint, request: Request) -> Reply:
        self._deadline.expect(request)
        try:
            response = adapter.send(_prepared(where, request), stream=True, timeout=request.timeout)
        except Unreachable as error:        # our own word from the handshake
            raise HttpUnreachable(error.reason) from None
        except (requests.RequestException, _BELOW, UnicodeError) as error:
            raise _translated(error, where, self._kept) from None
        with response:
            headers = {name.lower(): value for name, value in response.headers.items()}
            read: Callable[[int], bytes] = getattr(response.raw, "read1", response.raw.read)
            try:
                content = drain(read, headers, request)
            except (_BELOW, OSError, http.client.HTTPException) as error:
                raise unreachable(socket.timeout(), where) if _timed_out(error) else broken_off(error) from None
        return Reply(response.status_code, headers, content)


def _prepared(where: Endpoint, request: Request) -> requests.PreparedRequest:
    prepared: Any = requests.PreparedRequest()      # its annotations do not know a body that is read as it is sent
    prepared.method, prepared.url, prepared.body = request.method, where.url + request.target, request.body
    prepared.headers = CaseInsensitiveDict(request.headers)
    prepared.headers["Content-Length"] = str(len(request.body or b""))
    ready: requests.PreparedRequest = prepared
    return ready


class _Adapter(requests.adapters.HTTPAdapter):
    """One connection with our deadline, and over HTTPS exactly our TLS context: requests would add its own authorities."""

    def __init__(self, where: Endpoint, trust: Trust, deadline: Deadline) -> None:
        self._deadline, self._fingerprint = deadline, trust.fingerprint
        self._tls = {"ssl_context": tls.client_context(trust.verify, trust.ca_pem, trust.fingerprint)} \
            if where.scheme == "https" else {}
        self._pool: Any = None              # the one of `where`; requests would work out which at every request
        super().__init__(pool_connections=1, pool_maxsize=1)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        parent: Any = super()
        parent.init_poolmanager(*args, **{**kwargs, **self._tls})

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Nothing to add: the context decides."""

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
        where, _ = super().build_connection_pool_key_attributes(request, False, None)
        return where, self._tls

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        return self._pool or self._ours(super().get_connection_with_tls_context(*args, **kwargs))

    def get_connection(self, *args: Any, **kwargs: Any) -> Any:
        return self._pool or self._ours(super().get_connection(*args, **kwargs))        # requests before 2.32

    def _ours(self, pool: Any) -> Any:
        """Let the pool make connections that keep the deadline, and check the fingerprint before anything is sent."""
        plain, pinned = pool.ConnectionCls, self._pinned(pool.ConnectionCls) if self._tls else {}
        pool.ConnectionCls = type("Connection", (plain,), {"response_class": self._deadline.response_class, **pinned})
        self._pool = pool
        return pool

    def _pinned(self, plain: Any) -> Dict[str, Callable[[Any], None]]:
        """The method that connects. `is_verified` also keeps urllib3 from warning about what the owner asked for."""
        wanted = self._fingerprint

        def connect(connection: Any) -> None:
            plain.connect(connection)
            tls.check_fingerprint(connection.sock.getpeercert(binary_form=True), wanted)
            connection.is_verified = True

        return {"connect": connect}


def _translated(error: Exception, where: Endpoint, kept: bool) -> Union[HttpUnreachable, JsonRpcSyntaxException]:
    if isinstance(error, requests.exceptions.InvalidURL):
        return unreachable(ValueError(), where)
    if _timed_out(error):
        return unreachable(socket.timeout(), where)
    for kind in (ssl.SSLEOFError, ssl.SSLZeroReturnError, ConnectionRefusedError, ConnectionError):
        found = _inner(error, kind)
        if found is not None:
            return unreachable(found, where) if kind is ConnectionRefusedError else closed_early(found, kept)
    garbage = _inner(error, http.client.HTTPException)
    if garbage is not None:
        return no_http(garbage)
    system = _inner(error, OSError)
    return unreachable(system or error, where)


def _timed_out(error: BaseException) -> bool:
    return isinstance(error, requests.Timeout) or any("Timeout" in type(one).__name__ for one in _chain(error))


def _inner(error: BaseException, kind: Type[E]) -> Optional[E]:
    return next((one for one in _chain(error) if isinstance(one, kind)), None)


def _chain(error: BaseException) -> List[BaseException]:
    """The errors that requests and urllib3 wrapped into one another, without requests' own."""
    queue: List[BaseException] = [error]
    seen: List[BaseException] = []
    while queue:
        one = queue.pop(0)
        if any(one is other for other in seen):
            continue
        seen.append(one)
        inner: Tuple[object, ...] = (one.__cause__, one.__context__, getattr(one, "reason", None), *one.args)
        queue += [item for item in inner if isinstance(item, BaseException)]
    return [one for one in seen if not isinstance(one, requests.RequestException)]
