"""Above the transport: login, the one repetition of a getter, redirects, and what each HTTP status means."""
from __future__ import annotations

import os
import threading
from typing import Callable, Mapping, Optional, Union
from urllib.parse import urlsplit

from .answer import LIMIT
from .errors import HttpDenied, HttpException, HttpRefused, HttpUnreachable
from .login import Login
from .transport import PORTS, Endpoint, Reply, Request, Stream, Transport, Trust, default_transport

_REDIRECTS = (301, 302, 307, 308)           # RFC 9110, 15.4; 303 says that the request was done


class Carrier:
    """One device's HTTP service. `login` returns how to log in now; it enters no error and no debug output."""

    def __init__(self, where: Endpoint, trust: Trust, login: Callable[[], Login],
                 transport: Optional[Transport] = None) -> None:
        self.where = where
        self._login = login
        self._transport = transport or default_transport(trust)
        self._lock = threading.RLock()      # one connection: one exchange at a time
        self._process = os.getpid()

    def close(self) -> None:
        """Close the connection, after an exchange that is under way; another request opens one."""
        with self._lock:
            self._transport.close()

    def send(self, method: str, target: str, headers: Mapping[str, str], body: Union[bytes, Stream, None],
             timeout: float, total: float, *, repeatable: bool, limit: int = LIMIT) -> Reply:
        """The answer with status 200. One round trip; one more where a getter met a closed connection, or a redirect.

        Only what is `repeatable` is ever sent twice. Raises HttpUnreachable, HttpDenied, HttpRefused, and JsonRpcSyntaxException where it
        is no HTTP.
        """
        login = self._login()
        request = Request(method, target, {"Accept-Encoding": "identity", **headers, **login.headers()}, body,
                          timeout, total, limit)
        operation = f"{method} {login.quoted(target.partition('?')[0])}"
        with self._lock:
            if self._process != os.getpid():            # after a fork both processes would talk on one connection
                self._transport.close()
                self._process = os.getpid()
            try:
                reply = self._attempt(request, repeatable)
                if reply.status in _REDIRECTS:
                    moved = self._moved(reply, login)
                    if not repeatable:
                        raise HttpRefused(f"the device redirects this request to {moved.url} (status {reply.status}); it was not "
                                          f"sent there: give that scheme and port as the address", str(reply.status))
                    self.where = moved
                    reply = self._attempt(request, repeatable)
            except HttpException as error:
                raise error.at(self.where.host, operation)
        if reply.status != 200:
            raise failure(reply.status).at(self.where.host, operation)
        return reply

    def _attempt(self, request: Request, repeatable: bool) -> Reply:
        try:
            reply = self._transport.exchange(self.where, request)
        except HttpUnreachable as error:
            if not (repeatable and error.reused):
                raise
            return self._transport.exchange(self.where, request)
        if reply.status == 408 and repeatable:          # the device gave up the kept connection while we wrote
            self._transport.close()
            return self._transport.exchange(self.where, request)
        return reply

    def _moved(self, reply: Reply, login: Login) -> Endpoint:
        """Where a redirect leads: from http to https on the same host, or to another scheme on the same port.

        The login goes nowhere else, since behind port forwarding another port is another PDU; and never from https to http.
        """
        here, code = self.where, str(reply.status)
        try:
            parts = urlsplit(reply.headers.get("location", ""))
            name, port = parts.hostname, parts.port
        except ValueError:
            name, port = None, None
        if not name or parts.scheme not in PORTS:
            raise HttpRefused(f"the device redirects to no address (status {code})", code)
        if name.lower() != here.host.lower():
            raise HttpRefused(f"the device redirects to another host ({login.quoted(name)}); if that is right, give it as the "
                              f"address", code)
        if here.scheme == "https" and parts.scheme == "http":
            raise HttpRefused("the device redirects from https to http, where the login is not sent: let it enforce HTTPS, or "
                              "look what stands in between", code)
        moved = Endpoint(parts.scheme, here.host, port or PORTS[parts.scheme])
        if moved == here:
            raise HttpRefused(f"the device redirects to itself (status {code}); is this the PDU's JSON-RPC service?", code)
        secured = here.scheme == "http" and parts.scheme == "https"
        if moved.port != here.port and not (secured and (port is not None or here.port == PORTS["http"])):
            raise HttpRefused(f"the device redirects to another port ({moved.url}), where the login is not sent, since behind "
                              f"port forwarding that may be another PDU; if that is right, give it as the address", code)
        return moved


def failure(status: int) -> HttpException:
    """What a status other than 200 means, and what to do. Scripts look for `HTTP Error <status>` in the text."""
    code = f"HTTP Error {status}"
    if status == 401:
        return HttpDenied(f"the device refused the login ({code}): check user name and password (or token), and that the "
                          "account is neither blocked nor waiting for a new password")
    if status == 403:
        return HttpDenied(f"the account may not do this ({code}): give its role the privilege on the device")
    if status == 451:
        return HttpDenied(f"the account has to change its password first ({code}): log in to the device's web page once, or "
                          "call usermgmt.User.setAccountPassword")
    if status == 408:
        return HttpUnreachable(f"the device stopped waiting for the request ({code}); try again")
    if status == 503:
        return HttpUnreachable(f"the device is starting, updating or busy ({code}); try again in a minute")
    if status == 404:
        return HttpRefused(f"the device has no such resource ({code}): its firmware or model does not offer this, or the port "
                           "is not that of its JSON-RPC", "404")
    if status in _REDIRECTS:
        return HttpRefused(f"the device redirects again ({code}); give its final address", str(status))
    if status < 400:
        return HttpRefused(f"the device answered {code}, which is no answer to a call: is this the PDU's JSON-RPC service?",
                           str(status))
    return HttpRefused(f"the device answered {code}: look at its own log, and at any proxy in between", str(status))
