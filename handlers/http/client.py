"""One device over HTTP: its address, the repetition of reads, and the errors for statuses.

A Request that must be sent `once`, as each command, is never repeated. With digest login, a unit
answers 401 with a challenge, a nonce, that the next request answers.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Container
from typing import Callable, Optional

from ..shared.address import Address, host_fault
from ..shared.errors import PduHandlerError, SettingsError
from .digest import Digest
from .errors import HttpException, HttpUnreachable, error_of_status
from .login import Login
from .message import PORTS, Endpoint, Request, Response, Transport


def endpoint(scheme: str, host: str, port: Optional[int] = None) -> Endpoint:
    """Where the web service of a device is, by its address as a person types it: `host`,
    `host:port`, `[v6]:port` or a bare IPv6 address. `port` overrides one in the text. Raises
    SettingsError.

    >>> endpoint("https", "192.0.2.7:8443").url, endpoint("http", "[2001:db8::7]").url
    ('https://192.0.2.7:8443', 'http://[2001:db8::7]')
    """
    if scheme not in PORTS:
        raise SettingsError(f"the protocol is {scheme[:20]!r}; give https or http")
    if port is not None and not 1 <= port <= 65535:
        raise SettingsError(f"the port is {port}; give 1 to 65535")
    address = Address(host)
    port_of_host = PORTS[scheme] if address.port is None else address.port
    fault = host_fault(host)
    if not fault and not 1 <= port_of_host <= 65535:
        fault = f"{host[:60]!r} is not an address; give a host name or an IP address"
    if fault:
        raise SettingsError(f"{fault}, with :port (1 to 65535) if needed")
    return Endpoint(scheme=scheme, host=address.host, port=port or port_of_host)


class HttpClient:
    """One device's HTTP service at `where`. Thread-safe; requests are serialised. A redirect is an
    error here; the subclass RedirectedClient follows those of reads, and changes `where` then.
    `_process` is the id of the process that made the client or sent its last request.

        > GET /relay/0 HTTP/1.1                  Host, Authorization, Accept-Encoding: identity
        < 200 {"ison": true}                     the Response
        < 404                                    raises HttpRefused
    """

    def __init__(self, where: Endpoint, transport: Transport) -> None:
        self.where = where
        self._transport = transport
        self._lock = threading.RLock()
        self._process = os.getpid()

    def close(self) -> None:
        """Close the transport once the current exchange has ended.

        A later request may use it again.

            client.close()                           the TCP connection ends
            client.send(request, login)              a new connection
        """
        with self._lock:
            self._transport.close()

    def renew(self, total: float) -> None:
        """Allow `total` seconds from now on, if the transport has such a limit."""
        renew = getattr(self._transport, "renew", None)
        if renew is not None:
            renew(total)

    def send(
        self,
        request: Request,
        login: Login,
        answers: Container[int] = (200,),
        fault_of: Callable[[bytes], Optional[PduHandlerError]] = lambda body: None,
    ) -> Response:
        """The answer to the request with this login, whose status is one of `answers`. A request
        that is sent `once` is not repeated. Any other request may be sent again: with digest
        login, once more to answer the unit's challenge.

        Raises HttpException, of a class for the status, for a status that is none of `answers`.
        For 400 and 500, `fault_of` gets the body first: an error that it returns is raised instead.
        Raises SettingsError if login or `ca_pem` is unusable.

            > GET /relay/0
            < 401, WWW-Authenticate: Digest ...      with digest login: sent again, with the answer
            < 200 {"ison": true}
        """
        headers = {"Accept-Encoding": "identity", **request.headers}
        request = request._replace(headers=headers)
        with self._lock:
            # after a fork, two processes would share the connection
            if self._process != os.getpid():
                self._transport.close()
                self._process = os.getpid()
            try:
                reply = self._reply_to(request, login)
                if reply.status not in answers:
                    fault = fault_of(reply.body) if reply.status in (400, 500) else None
                    raise fault or error_of_status(reply.status, login, reply.headers)
                return reply
            except HttpException as error:
                error.at(self.where.netloc, f"{request.method} {login.quoted_path(request.target)}")
                raise

    def _reply_to(self, request: Request, login: Login) -> Response:
        """The reply with any status to the request with this login. With digest login, a command
        gets a fresh nonce before it, and a read answers the unit's challenge.

            > GET /relay/0                           a read
            < 401, WWW-Authenticate: Digest realm="unit", nonce="7f", qop="auth"
            > GET /relay/0, Authorization: Digest ..., nonce="7f", nc=00000001
            < 200
        """
        digest = login.digest
        if digest is None:
            return self.reply(login.added_to(request), login)
        if request.once:
            self._renew_challenge(digest, login)
        reply = self.reply(login.added_to(request), login)
        if not request.once:
            digest.last_read = request
            reply = self._answer_challenges(digest, request, login, reply)
        if reply.status == 429:
            # each further answer with this nonce gets it, too, and counts as a failed login
            # (home-assistant/core 177257, 178327)
            digest.forget_challenge()
        elif reply.status != 401:
            digest.note_success()
        return reply

    def _answer_challenges(
        self, digest: Digest, request: Request, login: Login, reply: Response
    ) -> Response:
        """The reply to a read, which is sent again after a challenge, and once more for a nonce
        that is over.

            < 401, WWW-Authenticate: Digest nonce="7f"
            > GET /relay/0, Authorization: Digest ... nonce="7f"
            < 401, ... nonce="80", stale=true        the nonce is over: sent once more
            > GET /relay/0, Authorization: Digest ... nonce="80"
        """
        over_tls = self.where.scheme == "https"
        for _ in range(2):
            if reply.status != 401 or not digest.note_challenge(reply.headers, over_tls=over_tls):
                return reply
            reply = self.reply(login.added_to(request), login)
        return reply

    def _renew_challenge(self, digest: Digest, login: Login) -> None:
        """Get a fresh nonce before a command, by a read without its login. A nonce that is over
        would cost the command, for it is not repeated.

            > GET /relay/0                           the last read, without Authorization
            < 401, WWW-Authenticate: Digest nonce="80"
        """
        if digest.last_read is None or digest.is_basic:
            return
        try:
            refusal = self.reply(digest.last_read, login)
        except HttpException as error:
            error.may_have_executed = False
            raise
        over_tls = self.where.scheme == "https"
        digest.note_challenge(refusal.headers, over_tls=over_tls)

    def reply(self, request: Request, login: Login) -> Response:
        """The reply with any status to a request that has the login already. A subclass follows
        redirects here, and hides `login` in their errors."""
        return self.attempt(request)

    def attempt(self, request: Request) -> Response:
        """The reply with any status. A request is repeated, unless it is sent `once`, after a 408
        and if the connection, which an earlier request had used (`reused`), was closed meanwhile.

            > GET /relay/0                           on a connection of an earlier request
            (end of the connection)                  sent again on a new one
        """
        try:
            reply = self._transport.exchange(self.where, request)
        except HttpUnreachable as error:
            if request.once or not error.reused:
                raise
        else:
            if reply.status != 408 or request.once:
                return reply
            # 408: the device stopped waiting, often on an idle persistent connection
            self._transport.close()
        return self._transport.exchange(self.where, request)
