"""The transport that handlers use: one kept connection on the standard library's http.client, with a deadline for an answer."""
from __future__ import annotations

import contextlib
import http.client
import io
import select
import socket
import ssl
import time
from typing import Any, List, Optional

from ..errors import Unreachable
from ..tls import Trust, check_fingerprint, reason
from . import failures
from .message import PORTS, Endpoint, Reply, Request

_CHUNK = 1 << 16


class StandardTransport:
    """Keeps one connection; a connection that the device closed meanwhile is replaced unseen."""

    def __init__(self, trust: Trust) -> None:
        self._trust = trust
        self._context: Optional[ssl.SSLContext] = None
        self._connection: Optional[http.client.HTTPConnection] = None
        self._where: Optional[Endpoint] = None

    def close(self) -> None:
        """Close the connection; the next exchange opens one."""
        if self._connection is not None:
            self._connection.close()
        self._connection = self._where = None

    def exchange(self, where: Endpoint, request: Request) -> Reply:
        """Send and read, once. Raises HttpUnreachable, HttpSyntax; SettingsError where the trust cannot be built."""
        kept = self._connection is not None and self._where == where and not _ended(self._connection.sock)
        if not kept:
            self.close()
        try:
            return self._exchange(where, request, kept)
        except BaseException:
            self.close()
            raise

    def _exchange(self, where: Endpoint, request: Request, kept: bool) -> Reply:
        failed: failures.HttpException             # raised outside of `except`: http.client's errors hold what the device sent
        try:
            connection: Any = self._connection or self._open(where, request.timeout)
            connection.sock.expect(request)
            with contextlib.suppress(*failures.CLOSED):         # it may have answered before it read everything
                connection.request(request.method, request.target, request.body, dict(request.headers))
            response = connection.getresponse()
        except (OSError, http.client.HTTPException, UnicodeError) as error:
            failed = failures.before_answer(error, where.netloc, kept)
        else:
            return self._read(response, where, request)
        raise failed

    def _read(self, response: http.client.HTTPResponse, where: Endpoint, request: Request) -> Reply:
        failed: failures.HttpException
        try:
            body = _drained(response, request.limit)
        except (OSError, http.client.HTTPException) as error:
            failed = failures.in_answer(error, where.netloc)
        else:
            if response.length:             # read1 does not notice that there should be more
                raise failures.broken_off()
            if response.will_close:
                self.close()
            return Reply(response.status, {name.lower(): value for name, value in response.getheaders()}, body)
        finally:
            response.close()
        raise failed

    def _open(self, where: Endpoint, timeout: float) -> http.client.HTTPConnection:
        """Connect, shake hands and check the fingerprint, before anything is sent."""
        opened = socket.create_connection((where.host, where.port), timeout)
        try:
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if where.scheme == "https":
                if self._context is None:
                    self._context = self._trust.context()
                opened = self._context.wrap_socket(opened, server_hostname=where.host)
                check_fingerprint(opened.getpeercert(binary_form=True), self._trust.fingerprint)
        except Unreachable as error:
            opened.close()
            raise failures.HttpUnreachable(error.parts) from None
        except ssl.SSLCertVerificationError as error:
            opened.close()
            from .unverified import fingerprint  # most devices are trusted

            raise failures.HttpUnreachable(reason(error, fingerprint(where, timeout))) from None
        except BaseException:
            opened.close()
            raise
        made: Any = http.client.HTTPConnection(where.host, where.port)
        made.default_port = PORTS[where.scheme]                 # for the Host header
        made.response_class, made.sock = _Response, _TimedSocket(opened)
        self._connection, self._where = made, where
        return self._connection


class _TimedSocket:
    """What http.client needs of a socket; an answer's reads end at its deadline by socket.timeout.

    A socket's own time-out bounds each wait only, and an answer may come byte by byte.
    """

    def __init__(self, opened: socket.socket) -> None:
        self._opened = opened
        self._wait = self._total = self._end = 0.0
        self.fileno, self.sendall, self.close = opened.fileno, opened.sendall, opened.close

    def expect(self, request: Request) -> None:
        """The request that is sent next."""
        self._wait, self._total = request.timeout, request.total
        self._opened.settimeout(request.timeout)

    def makefile(self, mode: str) -> io.BufferedReader:
        """The answer; the request is sent, and the deadline counts from here."""
        self._end = time.monotonic() + self._total
        return io.BufferedReader(_Reader(self._opened.makefile("rb", buffering=0), self))

    def bound(self) -> None:
        """Let the next wait end at the deadline too. Raises socket.timeout after it."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise socket.timeout("the answer was not complete in time")
        if left < self._wait:
            self._opened.settimeout(left)


class _Reader(io.RawIOBase):
    """What a socket's `makefile` returns, with a look at the deadline before each read."""

    def __init__(self, raw: Any, timed: _TimedSocket) -> None:
        self._raw, self._timed = raw, timed

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> Any:
        self._timed.bound()
        return self._raw.readinto(buffer)

    def close(self) -> None:
        """Close what lies below, which lets go of the socket."""
        if not self.closed:
            self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    def _read_status(self) -> Any:
        """http.client skips 100 before the answer; 102 and 103 are none either (RFC 9110, 15.2). 101 ends HTTP."""
        parent: Any = super()
        version, status, reason = parent._read_status()
        return version, 100 if 102 <= status < 200 else status, reason


def _drained(response: http.client.HTTPResponse, limit: int) -> bytes:
    """The whole body. Raises HttpSyntax where it is longer than `limit` bytes."""
    parts: List[bytes] = []
    size = 0
    while True:
        part = response.read1(_CHUNK)
        if not part:
            return b"".join(parts)
        parts.append(part)
        size += len(part)
        if size > limit:
            raise failures.too_long(limit)


def _ended(opened: Any) -> bool:
    """Whether the peer has closed the idle connection, or sent something that nobody asked for."""
    try:
        return opened is None or bool(select.select([opened], [], [], 0)[0])
    except (OSError, ValueError):           # ValueError: a descriptor too high for select; then the request finds out
        return False
