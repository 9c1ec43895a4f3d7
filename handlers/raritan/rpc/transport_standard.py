"""The transport on the standard library's http.client."""
from __future__ import annotations

import contextlib
import http.client
import select
from typing import Any, Dict, Optional

from ... import tls
from .connection import connection_class
from .deadline import Deadline
from .transport import Endpoint, Reply, Request, Trust, drain
from .trouble import before_answer, broken_off, in_answer


class StandardTransport:
    """One http.client connection, kept alive; a connection that the device closed meanwhile is replaced unseen."""

    def __init__(self, trust: Trust) -> None:
        self._trust = trust
        self._connection: Optional[http.client.HTTPConnection] = None
        self._where: Optional[Endpoint] = None
        self._deadline = Deadline()
        self._opened = False                # for the present exchange

    def close(self) -> None:
        """Close the connection; the next exchange opens one."""
        if self._connection is not None:
            self._connection.close()
        self._connection = self._where = None

    def exchange(self, where: Endpoint, request: Request) -> Reply:
        """Send and read, once."""
        if self._where != where or self._connection is None or _ended(self._connection):
            self.close()
            self._connection, self._where = self._made(where), where
        try:
            return self._send(self._connection, where, request)
        except BaseException:
            self.close()
            raise

    def _made(self, where: Endpoint) -> http.client.HTTPConnection:
        trust = self._trust
        plain: Any = http.client.HTTPConnection
        options: Dict[str, Any] = {}
        if where.scheme == "https":
            plain = http.client.HTTPSConnection
            options = {"context": tls.client_context(trust.verify, trust.ca_pem, trust.fingerprint)}
        made: http.client.HTTPConnection = connection_class(plain, self._deadline, trust.fingerprint, self._opening)(
            where.host, where.port, **options)
        return made

    def _opening(self) -> None:
        self._opened = True

    def _send(self, connection: http.client.HTTPConnection, where: Endpoint, request: Request) -> Reply:
        self._deadline.expect(request)
        self._opened = False
        connection.timeout = request.timeout
        try:
            if connection.sock is None:
                connection.connect()
            connection.sock.settimeout(request.timeout)
            with contextlib.suppress(BrokenPipeError):  # the device answered before it had read everything
                connection.request(request.method, request.target, request.body, dict(request.headers))
            response = connection.getresponse()
        except (OSError, http.client.HTTPException, UnicodeError) as error:
            raise before_answer(error, where, not self._opened) from None
        try:
            body = drain(response.read1, request)
        except (OSError, http.client.HTTPException) as error:
            raise in_answer(error, where) from None
        finally:
            response.close()                # read1 alone does not tell http.client that the body is at its end
        if response.length:                 # nor that there should be more
            raise broken_off()
        if response.will_close:
            self.close()
        return Reply(response.status, {name.lower(): value for name, value in response.getheaders()}, body)


def _ended(connection: http.client.HTTPConnection) -> bool:
    """Whether the peer has closed the idle connection, or sent something nobody asked for."""
    if connection.sock is None:
        return True
    try:
        return bool(select.select([connection.sock], [], [], 0)[0])
    except (OSError, ValueError):           # ValueError: a descriptor too high for select; then the request finds out
        return False
