"""The transport that handlers use: one persistent connection on Python's http.client, with a
deadline for an answer.

`timeout` is in seconds, for one wait; `end` is a time of time.monotonic(), by which all must be
over. The texts of errors are in tables of handlers/http/errors.py, by how far the exchange came:
BEFORE_ANSWER, AFTER_HANDSHAKE (the same, over new TLS) and IN_ANSWER (the headers were read); the
exceptions in CLOSED mean that the connection has ended.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import math
import socket
import ssl
import time
from collections.abc import Iterable
from typing import Any, Optional

from ..shared.errors import Unreachable
from ..shared.request_counter import count_request
from ..shared.socket_wait import connect, is_readable, limit
from ..shared.tls import Trust
from ..shared.tls_handshake import ended_reason, fetch_fingerprint, handshake_error, wrap_with_tls
from . import errors
from .message import Endpoint, Request, Response


def tcp_socket(where: Endpoint, timeout: float, end: float) -> socket.socket:
    """The socket of a new TCP connection to `where`, within `timeout` and by `end`. Raises OSError,
    and UnicodeError for a host name that cannot be encoded. The look-up of the name comes first,
    and only the system limits it.

        tcp_socket(Endpoint("http", "192.0.2.7", 80), timeout=5.0, end=time.monotonic() + 45)
        a TCP connection to 192.0.2.7 port 80, after at most 5 s
    """
    addresses = socket.getaddrinfo(where.host, where.port, type=socket.SOCK_STREAM)
    until = min(time.monotonic() + timeout, end)

    def seconds_left() -> float:
        return _seconds_left(timeout, until)

    sock = connect(addresses, seconds_left)
    sock.settimeout(_seconds_left(timeout, end))
    return sock


class StandardTransport:
    """Keeps one connection, `_connection` (None while there is none), reopened when needed.
    `total`: seconds from construction in which exchanges may start; `_last_start` is when they are
    over.

    A request that is sent once, as each command, opens a connection of its own: a unit may close
    one after an answer without announcing it, and a request that meets this closing is lost, with
    nothing to show whether the unit carried it out (RFC 9112, 9.3.1 and 9.5). A read is then
    repeated; it also goes out on a command's connection.

        > GET /relay/0                           opens the connection
        > GET /relay/1                           the same connection
        > GET /relay/1?turn=off                  a command: a connection of its own
    """

    def __init__(self, trust: Trust, total: float = math.inf) -> None:
        self._trust = trust
        self._last_start = time.monotonic() + total
        self._context: Optional[ssl.SSLContext] = None
        self._connection: Optional[_Connection] = None

    def renew(self, total: float) -> None:
        """Let exchanges start for `total` seconds from now on."""
        self._last_start = time.monotonic() + total

    def close(self) -> None:
        """Close the connection; the next exchange opens one."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def exchange(self, where: Endpoint, request: Request) -> Response:
        """Send a request and read its answer, once, with any status.

        Raises HttpException, and SettingsError for a `ca_pem` that cannot be read.

            > GET /relay/0 HTTP/1.1
            < HTTP/1.1 200 OK           Response(200, {"content-type": ...}, b'{"ison": true}')
            (no answer)                 HttpUnreachable
        """
        start = time.monotonic()
        if start >= self._last_start:
            raise errors.no_connection(
                "the device answers too slowly: the time for this call is over; try again"
            )
        end = min(start + request.total, self._last_start)
        connection, is_reused = self._connect(where, request, end)
        response: Optional[http.client.HTTPResponse] = None
        keep = False
        try:
            connection.send(request, end)
            response = connection.answer()
            body, is_complete = _read_body(response, request.limit)
            keep = is_complete and not response.will_close and response.status >= 200
        except (OSError, http.client.HTTPException, UnicodeError) as error:
            is_answered = response is not None
            http_error = _error_of_exchange(
                error, where, is_reused=is_reused, is_answered=is_answered
            )
        else:
            fields = response.headers.items()
            return Response(response.status, _join_fields(fields), body, fields)
        finally:
            if response is not None:
                response.close()
            if not keep:
                self.close()
        # raised outside `except`, as `from None` alone would keep http.client's error, which holds
        # the device's text
        raise http_error

    def _connect(self, where: Endpoint, request: Request, end: float) -> tuple[_Connection, bool]:
        """The connection for a request, and whether it is the kept one. A new one raises
        HttpUnreachable, and SettingsError for a `ca_pem` that cannot be read.

            a read, and the kept connection is open            it, True
            the unit has closed the kept connection            a new one, False
            a command (`request.once`)                         a new one, False

        A new one is kept for the requests that follow.
        """
        open_connection = self._connection
        if open_connection is not None and open_connection.where == where and not request.once:
            # something to read without a request: the peer has closed it, or sends other bytes
            is_usable = not is_readable(open_connection.socket)
            if is_usable:
                return open_connection, True
        self.close()
        self._connection = self._open(where, request.timeout, end)
        return self._connection, False

    def _open(self, where: Endpoint, timeout: float, end: float) -> _Connection:
        """Connect and, for https, check the certificate, before a request is sent. Raises
        HttpUnreachable, and SettingsError for a `ca_pem` that cannot be read.

            https://192.0.2.7           SYN to port 443, ClientHello, the certificate is checked
        """
        try:
            sock = tcp_socket(where, timeout, end)
        except (OSError, UnicodeError) as error:
            reason = errors.error_of(error, errors.BEFORE_ANSWER, where.netloc).parts
            raise errors.no_connection(reason).caused_by(error) from None
        if where.scheme == "https":
            sock = self._start_tls(sock, where, timeout, end)
        return _Connection(where, sock)

    def _start_tls(
        self, sock: socket.socket, where: Endpoint, timeout: float, end: float
    ) -> socket.socket:
        """The TLS socket over `sock`, whose certificate is checked. Raises HttpUnreachable, with
        the fingerprint of a certificate that is refused, and SettingsError for a `ca_pem` that
        cannot be read.

            > ClientHello
            < Certificate               of an unknown authority: HttpUnreachable, fingerprint
        """
        try:
            self._context = self._context or self._trust.context()
            sock = wrap_with_tls(self._context, sock, where.host)
            self._trust.check(sock.getpeercert(binary_form=True))
            return sock
        except BaseException as error:
            sock.close()
            fingerprint = ""
            if isinstance(error, ssl.SSLCertVerificationError):
                fingerprint = fetch_fingerprint(lambda: tcp_socket(where, timeout, end), where.host)
                reason = handshake_error(error, fingerprint)
            elif isinstance(error, Unreachable):  # of `check`
                fingerprint = error.fingerprint
                reason = error.parts
            elif isinstance(error, errors.CLOSED):
                reason = ended_reason()
            elif isinstance(error, (OSError, UnicodeError)):
                reason = errors.error_of(error, errors.BEFORE_ANSWER, where.netloc).parts
            else:
                raise
            failure = errors.no_connection(reason)
            failure.fingerprint = fingerprint
            raise failure.caused_by(error) from None


def _error_of_exchange(
    error: Exception, where: Endpoint, *, is_reused: bool, is_answered: bool
) -> errors.HttpException:
    """The error for an exception between the request and the end of its answer. `is_reused`:
    whether the connection had been used before; `is_answered`: whether the headers of the answer
    were read. The error's `reused` says that the unit may have closed a used connection, so that a
    read is repeated.

    >>> where = Endpoint("http", "192.0.2.7", 80)
    >>> reset = ConnectionResetError(104, "Connection reset by peer")
    >>> error = _error_of_exchange(reset, where, is_reused=True, is_answered=False)
    >>> type(error).__name__, error.reused
    ('HttpUnreachable', True)
    >>> _error_of_exchange(reset, where, is_reused=True, is_answered=True).reason
    'the answer broke off or is malformed; try again'
    """
    if is_answered:
        rows = errors.IN_ANSWER
    elif where.scheme == "https" and not is_reused:
        rows = errors.AFTER_HANDSHAKE
    else:
        rows = errors.BEFORE_ANSWER
    http_error = errors.error_of(error, rows, where.netloc).caused_by(error)
    is_closing = isinstance(error, errors.CLOSED)
    if is_closing and isinstance(http_error, errors.HttpUnreachable):
        http_error.reused = is_reused and not is_answered
    return http_error


class _Connection:
    """An open connection to `where`, on which requests are sent one after the other. `_http` is
    Python's HTTPConnection, which uses `_deadline_socket`, a wrapper of `socket`.

    connection.send(request, end)       > GET /relay/0 HTTP/1.1
    connection.answer()                 < HTTP/1.1 200 OK
    """

    def __init__(self, where: Endpoint, sock: socket.socket) -> None:
        self.where = where
        self.socket = sock
        # without the zone: RFC 6874, 4
        host_name, _, _ = where.host.partition("%")
        ascii_name = host_name.encode("idna").decode("ascii")
        self._host = where._replace(host=ascii_name).netloc
        self._deadline_socket = _DeadlineSocket(sock)
        self._http: Any = http.client.HTTPConnection(where.host, where.port)
        self._http.sock = self._deadline_socket

    def send(self, request: Request, end: float) -> None:
        """Send a request. Its answer must be complete by `end`, to which the time to send it is
        added: a long upload leaves the device as much time for its answer as a short one.

            > GET /relay/0 HTTP/1.1
            > Host: 192.0.2.7
        """
        self.socket.settimeout(_seconds_left(request.timeout, end))
        count_request()
        start = time.monotonic()
        headers = {"Host": self._host, **request.headers}
        # a device may answer and close before it has read everything; without an answer, the
        # reading that follows raises
        with contextlib.suppress(*errors.CLOSED):
            self._http.request(request.method, request.target, body=request.body, headers=headers)
        seconds = time.monotonic() - start
        self._deadline_socket.limit_answer(request.timeout, end + seconds)

    def answer(self) -> http.client.HTTPResponse:
        """The answer to the request, of which the body is not read yet. Raises OSError and
        HTTPException.

            < HTTP/1.1 200 OK
            < Content-Type: application/json          the headers; the body is left in the socket
        """
        response: http.client.HTTPResponse = self._http.getresponse()
        if self._deadline_socket.has_ended:
            response.close()
            # http.client takes the headers for complete
            raise ConnectionResetError("the headers broke off")
        return response

    def close(self) -> None:
        self.socket.close()


class _DeadlineSocket:
    """What http.client needs of a socket: it sends on it, opens it to read an answer, here with the
    deadline of `limit_answer`, and closes it. `limit_answer` sets `_timeout`, the seconds for each
    read, and `_end`; `_reader` reads the present answer, None before the first.

        sock.limit_answer(timeout=5.0, end=time.monotonic() + 10)
        sock.makefile("rb").read(1)               within 5 s and by the end, else socket.timeout
    """

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._timeout = 0.0
        self._end = 0.0
        self._reader: Optional[DeadlineReader] = None

    def limit_answer(self, timeout: float, end: float) -> None:
        """Let an answer be complete by `end`, and each read of it take `timeout` seconds."""
        self._timeout = timeout
        self._end = end

    @property
    def has_ended(self) -> bool:
        """Whether the stream ended while the present answer was read."""
        return self._reader is not None and self._reader.has_ended

    def sendall(self, data: bytes) -> None:
        self._socket.sendall(data)

    def makefile(self, _: str) -> io.BufferedReader:
        """The reader of one answer, with its deadline."""
        raw = self._socket.makefile("rb", buffering=0)
        self._reader = DeadlineReader(raw, self._socket, self._timeout, self._end)
        return io.BufferedReader(self._reader)

    def close(self) -> None:
        self._socket.close()


def _seconds_left(timeout: float, end: float) -> float:
    """The seconds until `end`, at most `timeout` and at least 0.001: 0 would make a socket
    non-blocking.

    >>> _seconds_left(5.0, time.monotonic() + 60), _seconds_left(5.0, time.monotonic() - 1)
    (5.0, 0.001)
    """
    return max(min(timeout, end - time.monotonic()), 0.001)


class DeadlineReader(io.RawIOBase):
    """Reads an answer until `end`, then raises socket.timeout. A socket's own time-out limits each
    read, not the answer. `has_ended`: whether the stream has ended. If this process was too busy to
    look in time, it still reads what has arrived.

        octet, 4 s, octet, 4 s, octet             of a device that sends slowly, within 10 s
        the third read raises socket.timeout, though none took longer than the time-out of 5 s
    """

    def __init__(self, raw: Any, sock: socket.socket, timeout: float, end: float) -> None:
        self._raw = raw
        self._socket = sock
        self._timeout = timeout
        self._end = end
        self.has_ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> Any:
        """Read octets into `buffer`, and return their number, 0 at the end of the stream. Raises
        socket.timeout if nothing has arrived by the end.

            received: b"HTTP/1.1 200 OK"              15; the buffer begins with these octets
        """
        limit(self._socket, self._end - time.monotonic(), self._timeout)
        try:
            count = self._raw.readinto(buffer)
        except ssl.SSLError as error:
            # An end of the connection without TLS' own. Python takes it for an end if OpenSSL calls
            # it SSL_ERROR_EOF; beside a broken connection it is SSL_ERROR_SYSCALL.
            if error.reason != "UNEXPECTED_EOF_WHILE_READING":
                raise
            count = 0
        self.has_ended = count == 0
        return count

    def close(self) -> None:
        """Close the raw reader, which releases the socket."""
        if not self.closed:
            self._raw.close()
        super().close()


def _read_body(response: http.client.HTTPResponse, limit: int) -> tuple[bytes, bool]:
    """The body, and whether it is whole. Raises HttpSyntax if it is longer than `limit` bytes.

    The body of an error or a redirect that breaks off or is too long is left out: the status says
    enough.

        < 200, Content-Length: 14, {"ison": true}      (b'{"ison": true}', True)
        < 200, Content-Length: 14, {"ison"             raises IncompleteRead
        < 404, Content-Length: 14, {"ison"             (b"", False)
    """
    body = bytearray()
    try:
        while part := response.read1(1 << 16):
            body += part
            if len(body) > limit:
                raise errors.HttpSyntax(f"the answer is longer than {limit} bytes")
        if response.length:  # what is left of the announced length
            raise http.client.IncompleteRead(bytes(body))
    except (OSError, http.client.HTTPException, errors.HttpSyntax):
        if response.status < errors.FIRST_WITHOUT_RESULT:
            raise
        return b"", False
    return bytes(body), True


def _join_fields(fields: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Header fields by name in lower case; those of one name in one value (RFC 9110, 5.2).

    >>> _join_fields([("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("Server", "unit")])
    {'set-cookie': 'a=1, b=2', 'server': 'unit'}
    """
    values_by_name: dict[str, list[str]] = {}
    for name, value in fields:
        values_by_name.setdefault(name.lower(), []).append(value)
    return {name: ", ".join(values) for name, values in values_by_name.items()}
