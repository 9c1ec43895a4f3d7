"""The transport on `requests`, for hosts that have it with urllib3 2 or newer below; else importing this fails."""
from __future__ import annotations

import http.client
import socket
import ssl
from typing import Any, Callable, Dict, List, Optional, Tuple, Type

import requests
import requests.adapters
import requests.exceptions
from requests.structures import CaseInsensitiveDict

from ... import tls
from .connection import connection_class
from .deadline import Deadline
from .transport import Endpoint, Reply, Request, Trust, drain
from .trouble import CLOSED, Trouble, before_answer, in_answer, no_http

_URLLIB3: str = getattr(getattr(requests, "urllib3", None), "__version__", "0")
if int(_URLLIB3.partition(".")[0]) < 2:
    raise ImportError(f"urllib3 {_URLLIB3} does not check the certificate of a unit that is addressed by its IP address")

# What urllib3 raises below requests' own translation while a body is read; requests keeps it under this name.
_BELOW: Type[Exception] = getattr(requests.exceptions, "BaseHTTPError", OSError)
# What tells most, first; each kind's own errors stand somewhere in what requests raises.
_TELLING: Tuple[Tuple[Type[BaseException], ...], ...] = (
    (ConnectionRefusedError,), CLOSED, (http.client.HTTPException,), (ssl.SSLError,), (socket.gaierror, ValueError), (OSError,))


class RequestsTransport:
    """One of requests' adapters, whose pool keeps one connection.

    No session stands above it: what a session adds (redirects, cookies, proxies, netrc) is what must not happen here.
    """

    def __init__(self, trust: Trust) -> None:
        self._trust = trust
        self._adapter: Optional[_Adapter] = None
        self._where: Optional[Endpoint] = None
        self._deadline = Deadline()

    def close(self) -> None:
        """Close the connection; the next exchange opens one."""
        adapter: Any = self._adapter            # the types of requests for Python 3.9 leave some methods untyped
        if adapter is not None:
            adapter.close()
        self._adapter = self._where = None

    def exchange(self, where: Endpoint, request: Request) -> Reply:
        """Send and read, once."""
        if self._where != where:
            self.close()
        try:
            if self._adapter is None:
                self._adapter, self._where = _Adapter(where, self._trust, self._deadline), where
            return self._send(self._adapter, where, request)
        except _BELOW as error:             # a name of which requests makes no pool
            raise _translated(error, where, False) from None
        except BaseException:
            self.close()
            raise

    def _send(self, adapter: _Adapter, where: Endpoint, request: Request) -> Reply:
        self._deadline.expect(request)
        adapter.opened = False
        try:
            response = adapter.send(_prepared(where, request), stream=True, timeout=request.timeout)
        except (requests.RequestException, _BELOW, UnicodeError) as error:
            raise _translated(error, where, not adapter.opened) from None
        with response:
            read: Callable[[int], bytes] = getattr(response.raw, "read1", response.raw.read)
            try:
                body = drain(read, request)
            except (_BELOW, OSError, http.client.HTTPException) as error:
                raise in_answer(socket.timeout() if _timed_out(error) else error, where) from None
        return Reply(response.status_code, {name.lower(): value for name, value in response.headers.items()}, body)


def _prepared(where: Endpoint, request: Request) -> requests.PreparedRequest:
    prepared: Any = requests.PreparedRequest()      # its annotations do not know a body that is read as it is sent
    prepared.method, prepared.url, prepared.body = request.method, where.url + request.target, request.body
    prepared.headers = CaseInsensitiveDict(request.headers)
    prepared.headers["Content-Length"] = str(len(request.body or b""))
    ready: requests.PreparedRequest = prepared
    return ready


class _Adapter(requests.adapters.HTTPAdapter):
    """One connection of our class, and over HTTPS exactly our TLS context: requests would add its own authorities."""

    poolmanager: Any

    def __init__(self, where: Endpoint, trust: Trust, deadline: Deadline) -> None:
        self._where, self._trust, self._deadline = where, trust, deadline
        self.opened = False                 # for the present exchange
        super().__init__(pool_connections=1, pool_maxsize=1)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        parent: Any = super()
        where, trust = self._where, self._trust
        context: Dict[str, Any] = {}
        if where.scheme == "https":
            context = {"ssl_context": tls.client_context(trust.verify, trust.ca_pem, trust.fingerprint)}
        parent.init_poolmanager(*args, **kwargs, **context)
        pool = self.poolmanager.connection_from_url(where.url.replace("%", "%25"))      # the zone of an IPv6 address
        pool.ConnectionCls = connection_class(pool.ConnectionCls, self._deadline, trust.fingerprint, self._opening)
        self.poolmanager = _OnlyPool(pool)

    def _opening(self) -> None:
        self.opened = True

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Nothing to add: the context decides."""


class _OnlyPool:
    """Where requests looks for a pool, differently in each release, it finds ours or nothing: never one of its own making,
    which would know other authorities and no fingerprint."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    def connection_from_host(self, *args: Any, **kwargs: Any) -> Any:
        return self._pool

    connection_from_url = connection_from_host          # requests before 2.32

    def clear(self) -> None:
        """Closing the adapter closes the connection."""
        self._pool.close()


def _translated(error: Exception, where: Endpoint, kept: bool) -> Trouble:
    if isinstance(error, requests.exceptions.InvalidHeader):
        return no_http(error)
    if _timed_out(error):
        return before_answer(socket.timeout(), where, kept)
    chain = _chain(error)
    found = next((one for kinds in _TELLING for one in chain if isinstance(one, kinds) and isinstance(one, Exception)), error)
    return before_answer(found, where, kept)


def _timed_out(error: BaseException) -> bool:
    return isinstance(error, requests.Timeout) or any("Timeout" in type(one).__name__ for one in _chain(error))


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
