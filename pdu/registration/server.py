"""DCImanager's API over HTTPS: one call, repeated only where the server has done nothing."""

from __future__ import annotations

import base64
import errno
import secrets
import socket
import ssl
import time
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from typing import Callable, NamedTuple, Optional, Union

from handlers.http import login
from handlers.http.connection import StandardTransport, dial
from handlers.http.errors import CLOSED, HttpException
from handlers.http.message import Endpoint, Request
from handlers.shared.errors import (
    PduHandlerError,
    SettingsError,
    Unreachable,
    printable,
)
from handlers.shared.tls import Trust

from ..cli.known_secrets import note_secret
from .replies import Reply

_TRIES = 6
_NOT_READY = 503
_CONNECT_SECONDS = 10.0
_PROXY_PORT = 1080  # curl's, for a proxy without one
_MOST_BYTES = 1_000_000  # of an answer
_CERTIFICATE_ADVICE = (
    "give its authority in CURL_CA_BUNDLE=/path/to/ca.pem, or set DCI_INSECURE=1 to accept any"
    " certificate (others can then listen)"
)
# no connection came about, and another try may help
_NO_CONNECTION = (
    errno.ECONNREFUSED,
    errno.EHOSTUNREACH,
    errno.ENETUNREACH,
    errno.EADDRNOTAVAIL,
)


#: why an exchange failed, by what the system said; the sentences of the transport are about PDUs
_REASONS: Sequence[tuple[Union[type[OSError], tuple[type[OSError], ...]], str]] = (
    (socket.timeout, "DCImanager did not answer in time: check the address and the network"),
    (
        ConnectionRefusedError,
        "the connection is refused: check address and port, and that DCImanager runs",
    ),
    (socket.gaierror, "the name cannot be resolved: check the address, and the name server"),
    (
        CLOSED,
        "the connection was closed before an answer was complete: check that DCImanager is at this"
        " address and port, and try again",
    ),
    (
        ssl.SSLError,
        "the TLS handshake failed ({words}): check that DCImanager is at this address and port",
    ),
    (OSError, "it cannot be reached ({words}): check address, port and the network"),
)


class Call(NamedTuple):
    """One request to DCImanager."""

    method: str
    path: str
    #: seconds for its answer
    seconds: float
    body: bytes = b""
    content_type: str = ""
    #: whether it creates something, so that it is never repeated after an unclear answer
    once: bool = False


class Server:
    """One DCImanager. Raises the errors of handlers/shared/errors.py; none holds a secret."""

    def __init__(
        self,
        endpoint: Endpoint,
        trust: Trust,
        *,
        say: Callable[[str], None],
        first_pause: float = 1.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._endpoint = endpoint
        self._trust = trust
        self._say = say
        self._first_pause = first_pause
        self._sleep = sleep
        self._proxy = proxy_of(endpoint)
        self._token = ""
        self._secrets: list[str] = []

    @property
    def url(self) -> str:
        return self._endpoint.url

    def hide(self, secret: str) -> None:
        """Show this text in no error, whoever raises it."""
        self._secrets.append(secret)
        note_secret(secret)

    def use_token(self, token: str) -> None:
        """Send this token with every further call."""
        self._token = token
        self.hide(token)

    def call(self, call: Call) -> Reply:
        """The reply to a call. It is tried up to six times, with growing pauses, while no
        connection comes about, or the server is not ready (503): then it has done nothing
        (DCImanager's API guide: a service that slept answers 503, and the request is repeated).

        Raises Unreachable without a reply, ProtocolError for one that is no HTTP.
        """
        pause = self._first_pause
        for _ in range(_TRIES - 1):
            try:
                reply = self._exchange(call)
            except Unreachable as error:
                if not self._may_try_again(error):
                    raise
                state = "refuses the connection"
            else:
                if reply.status != _NOT_READY:
                    return reply
                state = "is not ready (503)"
            self._say(f"  {self.url} {state}; trying again in {pause:g} s")
            self._sleep(pause)
            pause *= 2
        return self._exchange(call)

    def _exchange(self, call: Call) -> Reply:
        """The reply to one try of a call. Raises as `call`."""
        headers = {
            "Accept": "application/json",
            "isp-box-instance": "true",
            "Connection": "close",
        }
        if call.content_type:
            headers["Content-Type"] = call.content_type
        if self._token:
            headers["x-xsrf-token"] = self._token
        request = Request(
            method=call.method,
            target=call.path,
            headers=headers,
            body=call.body or None,
            timeout=call.seconds,
            total=call.seconds,
            limit=_MOST_BYTES,
            once=call.once,
        )
        transport = StandardTransport(self._trust, dial=self._dial)
        try:
            response = transport.exchange(self._endpoint, request)
        except PduHandlerError as error:
            self._complete(error)
            raise
        finally:
            transport.close()
        return Reply(response.status, response.body, self._forms())

    def _forms(self) -> login.SecretForms:
        return login.forms_of(self._secrets)

    def _complete(self, error: PduHandlerError) -> None:
        """Name the server, and the proxy before it; take secrets out."""
        if isinstance(error, HttpException):
            error.set_reason(_reason_of(error))
        if isinstance(error, Unreachable) and self._proxy is not None:
            where = self._proxy.endpoint.netloc
            hint = (
                f"; it is reached through the proxy {where} (variable https_proxy or all_proxy):"
                " check that too, or name the server in no_proxy"
            )
            error.set_reason((*error.parts, hint))
        if login.holds(error.reason, self._forms()):
            error.set_reason("the answer cannot be read, and is not shown: it holds a secret")
        error.at(self.url)

    def _may_try_again(self, error: Unreachable) -> bool:
        """Whether no connection came about, so that the server has done nothing."""
        # whatever the cause, such as a host that became unreachable when the request was sent
        if error.may_have_executed:
            return False
        cause = _cause_of(error)
        return cause is not None and cause.errno in _NO_CONNECTION

    def _dial(self, where: Endpoint, timeout: float, end: float) -> socket.socket:
        """A connection, through the proxy if there is one. `timeout`: seconds for each wait, of
        which those for the connection are fewer; `end`: when the exchange ends.
        """
        seconds = min(timeout, _CONNECT_SECONDS)
        if self._proxy is None:
            plain_socket = dial(where, seconds, end)
        else:
            plain_socket = self._proxy.connect(where, seconds, end)
        plain_socket.settimeout(max(min(timeout, end - time.monotonic()), 0.001))
        return plain_socket


def _cause_of(error: PduHandlerError) -> Optional[OSError]:
    """What the system said, if the exchange failed for that."""
    cause = error.args[1] if isinstance(error, HttpException) and len(error.args) > 1 else None
    return cause if isinstance(cause, OSError) else None


def _reason_of(error: PduHandlerError) -> str:
    """Why an exchange with DCImanager failed, and what to do."""
    cause = _cause_of(error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        # with OpenSSL's words, before the settings of a handler
        words = str(error.parts[0]).replace("the device", "DCImanager").removesuffix(": set ")
        return f"{words}: {_CERTIFICATE_ADVICE}"
    if cause is None:
        return error.reason.replace("the PDU's HTTP(S) port", "DCImanager's address and port")
    words = printable(getattr(cause, "reason", "") or cause.strerror or type(cause).__name__)
    for causes, reason in _REASONS:
        if isinstance(cause, causes):
            return reason.format(words=words)
    raise AssertionError(f"no reason is of {type(cause).__name__}")


def form_data(fields: Mapping[str, str], file_field: str, file: bytes) -> tuple[bytes, str]:
    """The body of an upload as multipart/form-data (RFC 7578), and its Content-Type."""
    boundary = secrets.token_hex(16)
    disposition = f"--{boundary}\r\nContent-Disposition: form-data; name="
    parts = [f'{disposition}"{name}"\r\n\r\n{text}\r\n'.encode() for name, text in fields.items()]
    file_head = (
        f'{disposition}"{file_field}"; filename="handler.tar.gz"\r\nContent-Type:'
        " application/gzip\r\n\r\n"
    )
    end = f"\r\n--{boundary}--\r\n"
    body = b"".join([*parts, file_head.encode(), file, end.encode()])
    return body, f"multipart/form-data; boundary={boundary}"


# ---- a company's proxy ---------------------------------------------------------------------------


class Proxy(NamedTuple):
    """An HTTP proxy that opens tunnels (RFC 9110, 9.3.6). The repr shows no login."""

    endpoint: Endpoint
    #: of the header Proxy-Authorization, "" for none
    authorization: str = ""

    def __repr__(self) -> str:
        return f"Proxy({self.endpoint.netloc})"

    def connect(self, where: Endpoint, timeout: float, end: float) -> socket.socket:
        """A TCP connection to `where` through the proxy. Raises OSError."""
        plain_socket = dial(self.endpoint, timeout, end)
        host = f"[{where.host}]" if ":" in where.host else where.host
        address = f"{host}:{where.port}"
        lines = [f"CONNECT {address} HTTP/1.1", f"Host: {address}"]
        if self.authorization:
            lines.append(f"Proxy-Authorization: {self.authorization}")
        head = "\r\n".join([*lines, "", ""])
        try:
            plain_socket.sendall(head.encode())
            status = _status_of_answer(plain_socket, timeout, end)
            if status != "200":
                raise OSError(errno.EPROTO, f"the proxy answers {status or 'no HTTP'}")
        except BaseException:
            plain_socket.close()
            raise
        return plain_socket


def _status_of_answer(plain_socket: socket.socket, timeout: float, end: float) -> str:
    """The status of a proxy's answer, of which nothing after the headers is read. Raises
    socket.timeout after `timeout` seconds, or at `end`.
    """
    until = min(time.monotonic() + timeout, end)
    answer = b""
    while not answer.endswith(b"\r\n\r\n") and len(answer) < 1 << 14:
        seconds = until - time.monotonic()
        if seconds <= 0:
            raise socket.timeout("timed out")
        plain_socket.settimeout(seconds)
        part = plain_socket.recv(1)
        if not part:
            break
        answer += part
    protocol, _, rest = answer.decode("latin-1").partition(" ")
    status = rest.partition(" ")[0]
    is_http = protocol.startswith("HTTP/1.") and status.isdigit()
    return status if is_http else ""


def proxy_of(endpoint: Endpoint) -> Optional[Proxy]:
    """The proxy that the environment names for this server (https_proxy, all_proxy, no_proxy), as
    curl takes it. Raises SettingsError for one of another kind.
    """
    proxies = urllib.request.getproxies_environment()
    text = proxies.get("https") or proxies.get("all") or ""
    # it looks for the name and for the name with its port
    is_direct = bool(urllib.request.proxy_bypass(f"{endpoint.host}:{endpoint.port}"))
    if not text or is_direct:
        return None
    return _proxy_at(text)


def _proxy_at(text: str) -> Proxy:
    """The proxy at `http://NAME:PORT`, with a login or without. Raises SettingsError, which does
    not show the text: it may hold a password.
    """
    parts = urllib.parse.urlsplit(text if "://" in text else f"http://{text}")
    try:
        host = parts.hostname
        port = _PROXY_PORT if parts.port is None else parts.port
    except ValueError:
        host, port = None, 0
    if parts.scheme != "http" or not host or not port:
        raise SettingsError(
            "the proxy of the variable https_proxy or all_proxy is none that is called by"
            " http://NAME:PORT: name the server in no_proxy, or use another proxy"
        )
    proxy_endpoint = Endpoint("http", host, port)
    if not parts.username:
        return Proxy(proxy_endpoint)
    user = urllib.parse.unquote(parts.username)
    password = urllib.parse.unquote(parts.password or "")
    credentials = base64.b64encode(f"{user}:{password}".encode())
    return Proxy(proxy_endpoint, f"Basic {credentials.decode()}")
