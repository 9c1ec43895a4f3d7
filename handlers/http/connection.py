"""The transport that handlers use: one kept connection on the standard library's http.client, with a deadline for an answer."""
from __future__ import annotations

import contextlib
import functools
import http.client
import io
import math
import select
import socket
import ssl
import time
from typing import Any, List, Optional

from ..errors import Unreachable
from ..tally import SENT
from ..tls import Trust
from . import failures
from .message import PORTS, Endpoint, Reply, Request


class StandardTransport:
    """Keeps one connection; one that the device closed meanwhile is replaced unseen. `total`: seconds for all exchanges."""

    def __init__(self, trust: Trust, total: float = math.inf) -> None:
        self._trust, self._until = trust, time.monotonic() + total
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
        left = self._until - time.monotonic()
        if left <= 0:
            raise failures.HttpUnreachable("the device answers too slowly for this call; nothing more was asked")
        request = request._replace(timeout=min(request.timeout, left), total=min(request.total, left))
        kept = self._connection is not None and self._where == where and not _ended(self._connection.sock)
        if not kept:
            self.close()
        response: Optional[http.client.HTTPResponse] = None
        keep = False
        try:
            connection: Any = self._connection or self._open(where, request.timeout)
            connection.sock.settimeout(request.timeout)
            connection.response_class = functools.partial(_Response, request)
            SENT.get()()
            with contextlib.suppress(*failures.CLOSED):         # it may have answered before it read everything
                connection.request(request.method, request.target, request.body, dict(request.headers))
            response = connection.getresponse()
            body = _drained(response, request.limit)
            if response.length:             # read1 does not notice that there should be more
                raise failures.broken_off()
            keep = not response.will_close
        except (OSError, http.client.HTTPException, UnicodeError) as error:
            failed = (failures.before_answer(error, where.netloc, kept) if response is None
                      else failures.in_answer(error, where.netloc))
        else:
            return Reply(response.status, {name.lower(): value for name, value in response.getheaders()}, body)
        finally:
            if response is not None:
                response.close()
            if not keep:
                self.close()
        raise failed                        # outside of `except`: http.client's errors hold what the device sent

    def _open(self, where: Endpoint, timeout: float) -> http.client.HTTPConnection:
        """Connect, shake hands and check the fingerprint, before anything is sent."""
        opened = socket.create_connection((where.host, where.port), timeout)
        try:
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if where.scheme == "https":
                self._context = self._context or self._trust.context()
                opened = self._context.wrap_socket(opened, server_hostname=where.host)
                self._trust.check(opened.getpeercert(binary_form=True))
        except BaseException as error:
            opened.close()
            if isinstance(error, ssl.SSLCertVerificationError):
                from ..untrusted import reason, shown_fingerprint  # most devices are trusted
                raise failures.HttpUnreachable(reason(error, shown_fingerprint(where.host, where.port,
                                                                               timeout))).caused_by(error) from None
            if isinstance(error, Unreachable):
                raise failures.HttpUnreachable(error.parts) from None
            raise
        made: Any = http.client.HTTPConnection(where.host, where.port)
        made.sock, made.default_port = opened, PORTS[where.scheme]      # the port for the Host header
        self._connection, self._where = made, where
        return self._connection


class _Response(http.client.HTTPResponse):
    """An answer; its deadline counts from here, where the request is sent."""

    def __init__(self, request: Request, opened: socket.socket, *args: Any, **named: Any) -> None:
        super().__init__(opened, *args, **named)
        self.fp = io.BufferedReader(_Reader(self.fp.detach(), opened, request))

    def _read_status(self) -> Any:
        """http.client skips 100 before the answer; 102 and 103 are none either (RFC 9110, 15.2). 101 ends HTTP."""
        parent: Any = super()
        version, status, phrase = parent._read_status()
        return version, 100 if 102 <= status < 200 else status, phrase


class _Reader(io.RawIOBase):
    """What a socket's `makefile` reads from; reads end at the answer's deadline by socket.timeout.

    A socket's own time-out bounds each wait only, and an answer may come byte by byte.
    """

    def __init__(self, raw: Any, opened: socket.socket, request: Request) -> None:
        self._raw, self._opened, self._wait = raw, opened, request.timeout
        self._end = time.monotonic() + request.total

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> Any:
        left = self._end - time.monotonic()
        if left <= 0:
            raise socket.timeout("the answer was not complete in time")
        if left < self._wait:
            self._opened.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        """Close what lies below, which lets go of the socket."""
        if not self.closed:
            self._raw.close()
        super().close()


def _drained(response: http.client.HTTPResponse, limit: int) -> bytes:
    """The whole body. Raises HttpSyntax where it is longer than `limit` bytes."""
    parts: List[bytes] = []
    size = 0
    while size <= limit:
        part = response.read1(1 << 16)
        if not part:
            return b"".join(parts)
        parts.append(part)
        size += len(part)
    raise failures.too_long(limit)


def _ended(opened: Any) -> bool:
    """Whether the peer has closed the idle connection, or sent something that nobody asked for."""
    try:
        return opened is None or bool(select.select([opened], [], [], 0)[0])
    except (OSError, ValueError):           # ValueError: a descriptor too high for select; then the request finds out
        return False
