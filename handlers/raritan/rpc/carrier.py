"""Above the transport: login, the one repetition of a getter, redirects, and what each HTTP status means."""
from __future__ import annotations

import base64
import os
import threading
from typing import Callable, Mapping, Optional, Union
from urllib.parse import urlsplit

from ...errors import SettingsError
from .errors import HttpDenied, HttpException, HttpRefused, HttpUnreachable
from .transport import PORTS, Endpoint, Reply, Request, Stream, Transport, Trust, default_transport, endpoint

JSON_LIMIT = 32 << 20
_REDIRECTS = (301, 302, 307, 308)           # 303 says that the request was done: it is not sent again


def basic(user: str, password: str) -> str:
    """The value of an Authorization header. SettingsError for what is no text: Python's own error would show it."""
    try:
        return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
    except UnicodeError:
        raise SettingsError("user name or password holds bytes that are no UTF-8 text: type them anew") from None


class Carrier:
    """One device's HTTP service. `login` gives the headers that log in, which enter no error and no debug output."""

    def __init__(self, where: Endpoint, trust: Trust, login: Callable[[], Mapping[str, str]],
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
             timeout: float, total: float, *, repeatable: bool, limit: int = JSON_LIMIT) -> Reply:
        """The answer with status 200. One round trip; one more where a getter met a closed connection, or a redirect.

        Raises HttpUnreachable, HttpDenied, HttpRefused, and JsonRpcSyntaxException where it is no HTTP.
        """
        request = Request(method, target, {"Accept-Encoding": "identity", **headers, **self._login()}, body,
                          timeout, total, limit)
        operation = f"{method} {target.partition('?')[0]}"
        with self._lock:
            if self._process != os.getpid():            # after a fork both processes would talk on one connection
                self._transport.close()
                self._process = os.getpid()
            try:
                reply = self._attempt(request, repeatable)
                if reply.status in _REDIRECTS:
                    self.where = self._redirected(reply)
                    if body is not None and not isinstance(body, bytes):
                        raise HttpRefused(f"the device moved to {self.where.url} while a file was being sent; "
                                          f"upload to that address", str(reply.status))
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

    def _redirected(self, reply: Reply) -> Endpoint:
        """The same host under another scheme or port; the login goes nowhere else, and never from https to http."""
        location = reply.headers.get("location", "")
        try:
            parts = urlsplit(location)
            name, port = parts.hostname, parts.port
        except ValueError:
            name, port = None, None
        code = str(reply.status)
        if not name or parts.scheme not in PORTS:
            raise HttpRefused(f"the device redirects to no address (status {code})", code)
        if name.lower() != self.where.host.lower():
            raise HttpRefused(f"the device redirects to another host ({name[:60]!r}); if that is right, "
                              f"give it as the address", code)
        if self.where.scheme == "https" and parts.scheme == "http":
            raise HttpRefused("the device redirects from https to http, where the login is not sent: let it enforce HTTPS, or "
                              "look what stands in between", code)
        moved = endpoint(parts.scheme, self.where.host, port)
        if moved == self.where:
            raise HttpRefused(f"the device redirects to itself (status {code}); is this the PDU's JSON-RPC service?",
                              code)
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
    return HttpRefused(f"the device answered {code}: look at its own log, and at any proxy in between", str(status))
