"""Requests to one device: login, the one repetition of a read, redirects, and what each HTTP status means."""
from __future__ import annotations

import os
import threading
from typing import Callable, Mapping, Union
from urllib.parse import urlsplit

from .failures import REDIRECTS, HttpException, HttpRefused, HttpUnreachable, of_status
from .login import Login
from .message import PORTS, Endpoint, Reply, Request, Stream, Transport


class HttpClient:
    """One device's HTTP service at `where`. `login` returns how to log in now; it enters no error and no debug output.

    Thread-safe; requests are serialised.
    """

    def __init__(self, where: Endpoint, transport: Transport, login: Callable[[], Login]) -> None:
        self.where = where
        self._transport, self._login = transport, login
        self._lock = threading.RLock()
        self._process = os.getpid()

    def close(self) -> None:
        """Close the connection, after an exchange that is under way; another request opens one."""
        with self._lock:
            self._transport.close()

    def send(self, method: str, target: str, headers: Mapping[str, str], body: Union[bytes, Stream, None],
             timeout: float, total: float, *, repeatable: bool, limit: int) -> Reply:
        """The answer with status 200. One round trip; one more where a read met a closed connection, or a redirect.

        Only what is `repeatable` is ever sent twice. Raises HttpUnreachable, HttpDenied, HttpRefused, HttpSyntax.
        """
        login = self._login()
        request = Request(method, target, {"Accept-Encoding": "identity", **headers, **login.headers()}, body,
                          timeout, total, limit)
        with self._lock:
            if self._process != os.getpid():            # after a fork both processes would talk on one connection
                self._transport.close()
                self._process = os.getpid()
            try:
                reply = self._attempt(request, repeatable)
                if reply.status in REDIRECTS:
                    moved = redirected(self.where, reply, login)
                    if not repeatable:
                        raise HttpRefused(f"the device redirects this request to {moved.url} (status {reply.status}); it was not "
                                          f"sent there: give that scheme and port as the address", str(reply.status))
                    self.where = moved
                    reply = self._attempt(request, repeatable)
                if reply.status != 200:
                    raise of_status(reply.status)
                return reply
            except HttpException as error:
                raise error.at(self.where.host, f"{method} {login.quoted(target.partition('?')[0])}")

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


def redirected(here: Endpoint, reply: Reply, login: Login) -> Endpoint:
    """Where a redirect leads: from http to https on the same host, or to another scheme on the same port.

    The login goes nowhere else, since behind port forwarding another port is another PDU; and never from https to http. Raises
    HttpRefused.
    """
    code = str(reply.status)
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
        raise HttpRefused(f"the device redirects to itself (status {code}); is this the PDU's web service?", code)
    secured = here.scheme == "http" and parts.scheme == "https"
    if moved.port != here.port and not (secured and (port is not None or here.port == PORTS["http"])):
        raise HttpRefused(f"the device redirects to another port ({moved.url}), where the login is not sent, since behind "
                          f"port forwarding that may be another PDU; if that is right, give it as the address", code)
    return moved
