"""DCImanager's API over HTTPS: one call, repeated only where the server has done nothing.

A call is tried six times at most: again if the connection did not come about, or if the server
answers 503, as a service that slept does. An error after the request was sent ends it, because the
server may have carried it out (`may_have_executed`).
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
import urllib.parse
from collections.abc import Iterator
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Callable, Optional, Union

import requests
import requests.adapters
import requests.utils
import urllib3
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from handlers.shared.errors import PduHandlerError, ProtocolError, SettingsError, Unreachable

from ..cli.known_secrets import note_secret, without_secrets
from .replies import Reply

_REPEATS = 5
_LONGEST_PAUSE = 16  # the last one, in units of the first; urllib3 alone ends at 120 s
_NOT_READY = 503
_NO_CONTENT = 204
_CONNECT_SECONDS = 10.0
_MOST_BYTES = 1_000_000  # of an answer
_PART = 1 << 16  # bytes of an answer that are read at once
_AT_ADDRESS = "check that DCImanager is at this address and port"
# no request was sent; to urllib3, any error behind a proxy is the proxy's, also after a request
_BEFORE_REQUEST = (
    ConnectTimeoutError,
    ConnectionRefusedError,
    socket.gaierror,
    ssl.SSLCertVerificationError,
)


class InterruptedBetweenTries(KeyboardInterrupt):
    """Ctrl+C in the pause before another try: the server has done nothing."""


class _Session(requests.Session):
    """A session that follows no redirect: the password and the token are for this server alone."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None: to requests, no reply is a redirect."""
        return None


class _Retry(urllib3.Retry):
    """The tries of one call, for urllib3, which makes a `new` one after each try. A call is
    repeated if its connection did not come about, or if it was answered 503 (DCImanager's API
    guide: a service that slept answers so, and the request is repeated). Whatever else went wrong
    may have been carried out, or goes wrong again: a name that is not known, a proxy, whose errors
    are ProxyError. `say` prints a line before each pause.
    """

    say: Callable[[str], None]

    def new(self, **changes: Any) -> _Retry:
        """The tries that are left, as of urllib3, with the same `say`."""
        retry = super().new(**changes)
        retry.say = self.say
        return retry

    def sleep(self, response: Any = None) -> None:
        """Waits before another try. Raises InterruptedBetweenTries for Ctrl+C meanwhile."""
        try:
            super().sleep(response)
        except KeyboardInterrupt:
            raise InterruptedBetweenTries from None

    def increment(
        self,
        method: Optional[str] = None,
        url: Optional[str] = None,
        response: Any = None,
        error: Optional[Exception] = None,
        _pool: Any = None,
        _stacktrace: Any = None,
    ) -> _Retry:
        """The tries that are left after one that had this `response`, 503, or this `error`; prints
        that another one follows. Raises MaxRetryError if none is left, and for an error after which
        none is made.

        the server is not ready (503); trying again in 2 s
        """
        # the error of a name that is not known is derived from it
        if error is not None and type(error) is not NewConnectionError:
            raise MaxRetryError(_pool, url, error)
        retry = super().increment(method, url, response, error, _pool, _stacktrace)
        if response is not None:
            response.close()  # urllib3 would read its body to the end, which may not come
        state = "refuses the connection" if response is None else f"is not ready ({_NOT_READY})"
        self.say(f"  the server {state}; trying again in {retry.get_backoff_time():g} s")
        return retry


class Server:
    """One DCImanager, which is called through `_session`, by way of the proxy `_proxy`, "" for
    none. Raises the errors of handlers/shared/errors.py; none holds a secret.

    `verify`: as of requests. `pause`: the pauses before another try are 0, 2, 4, 8 and 16 times as
    many seconds as this.
    """

    def __init__(
        self,
        url: str,
        *,
        verify: Union[bool, str],
        say: Callable[[str], None],
        pause: float = 1.0,
    ) -> None:
        self.url = url
        self._verify = verify
        if verify is False:
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
            say(f"The certificate of {url} is not checked: others can listen.")
        self._proxy = _proxy_place(url)
        retry = _Retry(
            total=_REPEATS,
            allowed_methods=None,
            status_forcelist=[_NOT_READY],
            raise_on_status=False,
            respect_retry_after_header=False,
            backoff_factor=pause,
            backoff_max=_LONGEST_PAUSE * pause,
        )
        retry.say = say
        self._session = _Session()
        self._session.mount("https://", requests.adapters.HTTPAdapter(max_retries=retry))
        # without any, requests would send a login of `.netrc`
        self._session.auth = lambda request: request
        # as the vendor's calls by curl
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers.update(
            {
                "Accept": "application/json",
                "Accept-Encoding": "identity",
                "Connection": "close",
                "isp-box-instance": "true",
            }
        )

    def use_token(self, token: str) -> None:
        """Send this token with every further call."""
        note_secret(token)
        self._session.headers["x-xsrf-token"] = token

    def call(self, method: str, path: str, seconds: float = 60.0, **content: Any) -> Reply:
        """The reply to a call, of any status. `path`: of the URL. `seconds`: for each wait, and for
        the whole of its body. `content`: `json`, or `data` and `files`, as of requests.

        Raises Unreachable without a whole reply, ProtocolError for one that is too long, and
        SettingsError for a proxy or a file of authorities that cannot be used.

        server.call("POST", "/api/eservice/v3/custom_equipment", json={"handler": "pdu_snmp"})
        > POST /api/eservice/v3/custom_equipment {"handler": "pdu_snmp"}
        < 503                           again after 0, 2, 4, 8 and 16 s
        < 201 {"id": 7}                 Reply(status=201, body=b'{"id": 7}')
        """
        # raised outside `except`: an error of requests may hold a secret
        try:
            with self._session.request(
                method,
                self.url + path,
                timeout=(_CONNECT_SECONDS, seconds),
                verify=self._verify,
                stream=True,
                **content,
            ) as response:
                return Reply(
                    status=response.status_code,
                    body=_body_of(response, seconds),
                    location=response.headers.get("location", ""),
                )
        except PduHandlerError as error:
            error.at(self.url)
            raise
        except (OSError, ValueError, urllib3.exceptions.HTTPError) as error:
            handler_error = self._error_of(error)
        finally:
            self._session.close()  # its connections; it goes on
        raise handler_error

    def _error_of(self, error: Exception) -> PduHandlerError:
        """The error of handlers/shared/errors.py for one of requests, urllib3 or the system, with
        the words of the system, OpenSSL or http.client, without a secret. Its `may_have_executed`
        says whether the request may have been sent; if a proxy is used, its text names it.

        a certificate that is not trusted     Unreachable, not sent
        Connection refused, an unknown name   Unreachable, not sent
        a connection that ends, a time-out    Unreachable, may have been sent
        a CA file that does not exist         SettingsError
        """
        causes = list(_causes(error))
        cause = causes[-1]
        words = getattr(cause, "verify_message", "") or getattr(cause, "strerror", "")
        words = without_secrets(words or str(cause) or type(cause).__name__)
        hint = ""
        if self._proxy:
            hint = (
                f"; it is reached through the proxy {self._proxy} (variable https_proxy or"
                " all_proxy): check that too, or name the server in no_proxy"
            )
        is_of_call = isinstance(error, (requests.RequestException, urllib3.exceptions.HTTPError))
        is_of_answer = isinstance(error, requests.exceptions.InvalidHeader)  # with two lengths
        is_of_arguments = isinstance(error, ValueError) and not is_of_answer
        if not is_of_call or is_of_arguments:
            return SettingsError(f"no call can be made ({words}){hint}", self.url)
        if isinstance(cause, ssl.SSLCertVerificationError):
            reason = (
                f"its certificate is not trusted ({words}): give its authority in"
                " CURL_CA_BUNDLE=/path/to/ca.pem, or set DCI_INSECURE=1 to accept any certificate"
                " (others can then listen)"
            )
        elif isinstance(cause, ssl.SSLError):
            reason = f"the TLS handshake failed ({words}): {_AT_ADDRESS}"
        else:
            reason = f"there is no whole answer ({words}): {_AT_ADDRESS}, and the network"
        handler_error = Unreachable(reason + hint, self.url)
        is_before_request = any(isinstance(link, _BEFORE_REQUEST) for link in causes)
        handler_error.may_have_executed = not is_before_request
        return handler_error


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, then the one that caused it, and so on; the first cause last. Libraries keep it in
    `reason`, in the arguments or in __cause__.

    >>> refusal = ConnectionRefusedError(111, "Connection refused")
    >>> [type(link).__name__ for link in _causes(requests.ConnectionError(refusal))]
    ['ConnectionError', 'ConnectionRefusedError']
    """
    yield error
    candidates = (getattr(error, "reason", None), *error.args, error.__cause__)
    for candidate in candidates:
        if isinstance(candidate, BaseException):
            yield from _causes(candidate)
            return


def _body_of(response: requests.Response, seconds: float) -> bytes:
    """The whole body of a reply. Raises Unreachable for one that is not complete in this time or
    ends early, ProtocolError for one of more than 1 MB, and the errors of urllib3.
    """
    end = time.monotonic() + seconds
    body = b""
    while part := response.raw.read1(_PART):
        body += part
        if len(body) > _MOST_BYTES:
            raise ProtocolError(f"the answer is longer than {_MOST_BYTES // 1_000_000} MB")
        if time.monotonic() > end:
            raise Unreachable("the answer was not complete in time: try again")
    # to http.client, an answer that ends within its headers is whole
    has_length = "Content-Length" in response.headers or "Transfer-Encoding" in response.headers
    if not body and not has_length and response.status_code != _NO_CONTENT:
        raise Unreachable(f"there is no whole answer (it ends early): {_AT_ADDRESS}, and try again")
    return body


def _proxy_place(url: str) -> str:
    """Name and port of the proxy that the environment names for the server at `url`, "" for none.
    No output of the program shows the proxy's password. Raises SettingsError for what is no address
    of a proxy.

    >>> from unittest import mock
    >>> with mock.patch.dict("os.environ", {"https_proxy": "http://user:s3cr3t@192.0.2.9:3128"}):
    ...     _proxy_place("https://dci.example.com")
    '192.0.2.9:3128'
    """
    proxies = requests.utils.get_environ_proxies(url)
    text = requests.utils.select_proxy(url, proxies)
    if not text:
        return ""
    is_address = False
    with contextlib.suppress(ValueError):  # whose text may hold the login
        parts = urllib.parse.urlsplit(text if "://" in text else f"//{text}")
        # a slash in a password is the end of the host: what is before it is no place then
        text_behind_host = parts.path.strip("/") + parts.query + parts.fragment
        is_address = bool(parts.hostname) and parts.port != 0 and not text_behind_host
    if not is_address:
        raise SettingsError(
            "https_proxy or all_proxy is no address such as http://proxy.example.com:3128; in its"
            " login, signs such as / are written as %2F"
        )
    password = parts.password or ""
    note_secret(password)
    note_secret(urllib.parse.unquote(password))
    return parts.netloc.rpartition("@")[2]
