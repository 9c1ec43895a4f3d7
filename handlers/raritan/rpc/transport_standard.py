"""The transport on the standard library's http.client."""
from __future__ import annotations

import contextlib
import http.client
import select
import socket
import ssl
from typing import Optional

from ... import tls
from ...errors import Unreachable
from .deadline import Deadline
from .errors import HttpUnreachable, JsonRpcSyntaxException
from .transport import Endpoint, Reply, Request, Trust, drain


_CLOSED = (http.client.RemoteDisconnected, ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError)


class StandardTransport:
    """One http.client connection, kept alive; a connection that the device closed meanwhile is replaced unseen."""

    def __init__(self, trust: Trust) -> None:
        self._trust = trust
        self._connection: Optional[http.client.HTTPConnection] = None
        self._where: Optional[Endpoint] = None
        self._deadline = Deadline()

    def close(self) -> None:
        """Close the connection; the next exchange opens one."""
        if self._connection is not None:
            self._connection.close()
        self._connection = self._where = None

    def exchange(self, where: Endpoint, request: Request) -> Reply:
        """Send and read, once."""
        if self._where != where or self._connection is None or _ended(self._connection):
            self.close()
        kept = self._connection
        try:
            return self._send(kept or self._connect(where, request.timeout), where, request, kept is not None)
        except Unreachable as error:                    # our own word from the handshake
            self.close()
            raise error if isinstance(error, HttpUnreachable) else HttpUnreachable(error.reason) from None
        except BaseException:
            self.close()
            raise

    def _connect(self, where: Endpoint, timeout: float) -> http.client.HTTPConnection:
        trust = self._trust
        if where.scheme == "https":
            context = tls.client_context(trust.verify, trust.ca_pem, trust.fingerprint)
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                where.host, where.port, timeout=timeout, context=context)
        else:
            connection = http.client.HTTPConnection(where.host, where.port, timeout=timeout)
        connection.response_class = self._deadline.response_class
        self._connection, self._where = connection, where
        try:
            connection.connect()
        except (OSError, ValueError) as error:          # ValueError: a host name that no resolver can take
            raise unreachable(error, where) from None
        if isinstance(connection.sock, ssl.SSLSocket):
            tls.check_fingerprint(connection.sock.getpeercert(binary_form=True), trust.fingerprint)
        return connection

    def _send(self, connection: http.client.HTTPConnection, where: Endpoint, request: Request, kept: bool) -> Reply:
        self._deadline.expect(request)
        connection.sock.settimeout(request.timeout)
        try:
            with contextlib.suppress(BrokenPipeError):  # the device answered before it had read everything
                connection.request(request.method, request.target, request.body, dict(request.headers))
            response = connection.getresponse()
        except _CLOSED as error:
            raise closed_early(error, kept) from None
        except http.client.HTTPException as error:
            raise no_http(error) from None
        except OSError as error:
            raise unreachable(error, where) from None
        headers = {name.lower(): value for name, value in response.getheaders()}
        try:
            body = drain(response.read1, headers, request)
        except http.client.HTTPException as error:
            raise broken_off(error) from None
        except OSError as error:
            raise unreachable(error, where) if isinstance(error, socket.timeout) else broken_off(error) from None
        finally:
            response.close()                # read1 alone does not tell http.client that the body is at its end
        if response.will_close:
            self.close()
        return Reply(response.status, headers, body)


def _ended(connection: http.client.HTTPConnection) -> bool:
    """Whether the peer has closed the idle connection, or sent something nobody asked for."""
    if connection.sock is None:
        return True
    try:
        return bool(select.select([connection.sock], [], [], 0)[0])
    except (OSError, ValueError):           # ValueError: a descriptor too high for select; then the request finds out
        return False


def closed_early(error: Exception, kept: bool) -> HttpUnreachable:
    """The connection ended where an answer should have begun."""
    return HttpUnreachable(f"the connection was closed before an answer came ({type(error).__name__}): "
                           f"check that this is the PDU's HTTP(S) port, and try again", reused=kept)


def broken_off(error: Exception) -> HttpUnreachable:
    """The connection ended in the body."""
    return HttpUnreachable(f"the connection ended in the middle of the answer ({type(error).__name__}); try again")


def no_http(error: Exception) -> JsonRpcSyntaxException:
    """Something answered that does not speak HTTP."""
    return JsonRpcSyntaxException(f"the answer is no HTTP ({type(error).__name__}); is this the PDU's HTTP(S) port?")


def unreachable(error: Exception, where: Endpoint) -> HttpUnreachable:
    """One sentence for a socket's or the resolver's error."""
    at = where.netloc
    if isinstance(error, socket.timeout):
        return HttpUnreachable(f"no answer from {at} in time: check address, port and the network, or raise 'timeout'")
    if isinstance(error, ssl.SSLError):
        return HttpUnreachable(tls.reason(error))
    if isinstance(error, (socket.gaierror, ValueError)):
        return HttpUnreachable(f"the host name in {at} cannot be resolved: check the address")
    if isinstance(error, ConnectionRefusedError):
        return HttpUnreachable(f"{at} refuses the connection: check address and port, and that the PDU's web service is "
                               f"on")
    words = error.strerror if isinstance(error, OSError) else type(error).__name__
    return HttpUnreachable(f"{at} cannot be reached ({words}): check address, port and the network")
