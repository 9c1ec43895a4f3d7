"""A transport on the caller's own session of `requests`, for scripts that need its proxies,
certificates or retries.

    session = requests.Session()
    session.proxies = {"https": "http://proxy.example:3128"}
    session.cert = ("client.pem", "client.key")
    session.verify = "ca.pem"
    agent = rpc.Agent("https", "pdu.example", "admin", "password",
    transport=RequestsTransport(session))

Handlers and tools never use it: their traffic must not depend on a proxy, `.netrc` or
REQUESTS_CA_BUNDLE. The handlers' archives do not contain this module, and `requests` stays
optional.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Optional, TypeVar

import requests
import requests.adapters
import urllib3

from ..shared.errors import PduHandlerError, SettingsError
from .errors import (
    BROKEN_OFF,
    FIRST_WITHOUT_RESULT,
    ErrorRow,
    HttpSyntax,
    HttpUnreachable,
    error_of,
    too_long,
)
from .message import Endpoint, Request, Response

T = TypeVar("T")
# bytes of a body that are read at once; `total` may be exceeded meanwhile
_CHUNK = 1 << 10
_INCOMPLETE = "the answer was not complete in time; try again"
_UNUSABLE = (
    requests.exceptions.InvalidHeader,
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
)
_ROWS: Sequence[ErrorRow] = (
    (
        requests.Timeout,
        HttpUnreachable,
        "no answer from {at} in time: check address, port and the network",
    ),
    (requests.exceptions.ChunkedEncodingError, HttpUnreachable, BROKEN_OFF),
    (
        requests.exceptions.SSLError,
        HttpUnreachable,
        "the TLS handshake failed: check the session's `verify` and `cert`",
    ),
    (
        requests.exceptions.ProxyError,
        HttpUnreachable,
        "the session's proxy cannot be reached, or refuses the request",
    ),
    (
        requests.exceptions.RetryError,
        HttpUnreachable,
        "{at} answered each of the session's retries with an error; try again later",
    ),
    (
        (ValueError, requests.exceptions.ContentDecodingError),
        HttpSyntax,
        "the answer is not HTTP ({words}); is this the PDU's HTTP(S) port?",
    ),
    (
        requests.RequestException,
        HttpUnreachable,
        "no HTTP answer from {at} ({words}): check address, port and the network",
    ),
)


class RequestsTransport:
    """Sends each request with the proxies, certificates, adapters and retries of `session`, which
    the caller closes.

    The session's `verify` and `cert` are used instead of the agent's trust. If the session has an
    `auth`, give the agent no login: `auth` may replace that login, or both are sent. `.netrc` is
    not read. Redirects are left to the agent. A request that is sent `once`, such as a command, is
    sent without the retries; an adapter that is not derived from HTTPAdapter must not repeat it by
    itself. A request's `total` covers only the body of the
    answer, and is checked after each part of it. An answer that ends within its headers counts as
    complete and empty, unless a header has already announced a body.
    """

    def __init__(self, session: requests.Session) -> None:
        self._session = session

    def close(self) -> None:
        """Do nothing: the caller closes the session."""

    def exchange(self, where: Endpoint, request: Request) -> Response:
        """Send the request and read the reply. Raises HttpException, and SettingsError for an
        invalid header, login, proxy or host name, a missing file of `verify` or `cert`, or an
        OSError of `auth` or a hook."""
        # raised outside `except`: errors of requests may hold the proxy's password
        handler_error: PduHandlerError
        arrival = _Arrival()
        try:
            with self._send(where, request, arrival) as response:
                return _read(response, request, arrival.location)
        except requests.RequestException as error:
            handler_error = _error_of(error, where.netloc)
        except ValueError as error:
            if arrival.has_come:
                handler_error = error_of(error, _ROWS, where.netloc)
            elif isinstance(error, (UnicodeEncodeError, urllib3.exceptions.LocationValueError)):
                handler_error = _unusable(error)
            else:
                # raised by the file to upload, or by the session's own `auth` or hook
                raise
        except OSError as error:
            # a file of `verify` or `cert` is missing, or the session's own `auth` or hook failed
            raise SettingsError(
                f"the session's `verify`, `cert`, `auth` or hook cannot be used: {error}"
            ) from None
        raise handler_error

    def _send(self, where: Endpoint, request: Request, arrival: _Arrival) -> requests.Response:
        """Send the request. Returns the answer, which the caller closes: its body is not read yet,
        and the session's own hooks and `arrival` were called with it.
        """
        # a request's hooks replace those of its session, so these are given again
        own_hooks: Any = self._session.hooks.get("response") or ()
        if callable(own_hooks):  # scripts also set one function in place of a list
            own_hooks = (own_hooks,)
        session = _without_retries(self._session) if request.once else self._session
        return session.request(
            request.method,
            where.url + request.target,
            data=request.body,
            headers=dict(request.headers),
            auth=self._session.auth or _unchanged,
            # else REQUESTS_CA_BUNDLE would replace a `verify` that is a file or False
            verify=self._session.verify,
            timeout=request.timeout,
            allow_redirects=False,
            stream=True,
            hooks={"response": [*own_hooks, arrival.note]},
        )


class _Arrival:
    """A hook that requests calls when the head of an answer has come.

    It takes the header Location out of it: else requests fails if it cannot parse this address.
    """

    def __init__(self) -> None:
        self.has_come = False
        #: the header Location, None without one
        self.location: Optional[str] = None

    def note(self, response: requests.Response, **_: object) -> None:
        self.has_come = True
        self.location = response.headers.pop("location", None)


def _without_retries(session: requests.Session) -> requests.Session:
    """A copy of the session, for one request, whose HTTPAdapters repeat nothing. It uses the
    session's own cookies, connections, certificates, and adapters of another kind; the session
    itself is not changed.
    """
    copy = _shallow_copy(session)
    copy.adapters = {}
    for prefix, adapter in session.adapters.items():
        copy.adapters[prefix] = adapter
        if isinstance(adapter, requests.adapters.HTTPAdapter):
            once = _shallow_copy(adapter)
            # as in an adapter that was made without retries
            once.max_retries = urllib3.Retry(0, read=False)
            copy.adapters[prefix] = once
    return copy


def _shallow_copy(item: T) -> T:
    """Another object with the same attributes. `copy.copy` would keep only those that requests
    pickles, and open new connections.
    """
    copy = object.__new__(type(item))
    vars(copy).update(vars(item))
    return copy


def _unchanged(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """An `auth` that adds nothing. Without any `auth`, requests would read `.netrc`."""
    return request


def _error_of(error: requests.RequestException, at: str) -> PduHandlerError:
    """Our error for one of requests. `at`: the address for its text."""
    # urllib3's, while the body is read
    if any(type(cause).__name__ == "ReadTimeoutError" for cause in error.args):
        return HttpUnreachable(_INCOMPLETE)
    # before it connects, unless it is a header of the answer
    is_of_answer = (
        isinstance(error, requests.exceptions.InvalidHeader) and error.request is not None
    )
    if isinstance(error, _UNUSABLE) and not is_of_answer:
        return _unusable(error)
    return error_of(error, _ROWS, at)


def _unusable(error: Exception) -> SettingsError:
    """The error for a request that cannot be written. It does not show `error`, which may hold a
    password.
    """
    return SettingsError(
        f"the session cannot send this request ({type(error).__name__}): check its headers, `auth`"
        " and proxies, and the host name"
    )


def _read(response: requests.Response, request: Request, location: Optional[str]) -> Response:
    """The whole answer, with its `location`. The body of an error or a redirect that breaks off or
    is too long is left out: the status says enough. Raises as `_read_body`.
    """
    headers = {name.lower(): value for name, value in response.headers.items()}
    if location is not None:
        headers["location"] = location
    try:
        body = _read_body(response, request)
    except (requests.RequestException, PduHandlerError):
        if response.status_code < FIRST_WITHOUT_RESULT:
            raise
        body = b""
    return Response(response.status_code, headers, body)


def _read_body(response: requests.Response, request: Request) -> bytes:
    """The whole body. Raises HttpSyntax if it is longer than the request's limit, HttpUnreachable
    if it breaks off or is not complete in the request's time."""
    end = time.monotonic() + request.total
    body = bytearray()
    chunks: Any = response.iter_content(_CHUNK)
    for part in chunks:
        body += part
        if len(body) > request.limit:
            raise too_long(request.limit)
        if time.monotonic() > end:
            raise HttpUnreachable(_INCOMPLETE)
    # urllib3 before version 2 does not raise for it
    if getattr(response.raw, "length_remaining", None):
        raise HttpUnreachable(BROKEN_OFF)
    return bytes(body)
