"""Requests to one device: login, the one repetition of a read, redirects, and what each HTTP status means."""
from __future__ import annotations

import os
import threading
from typing import Mapping, Union

from ..errors import Named
from .failures import REDIRECTS, HttpException, HttpRefused, HttpUnreachable, of_status
from .login import Login
from .message import Endpoint, Reply, Request, Stream, Transport


class HttpClient:
    """One device's HTTP service at `where`. Thread-safe; requests are serialised."""

    def __init__(self, where: Endpoint, transport: Transport) -> None:
        self.where = where
        self._transport = transport
        self._lock = threading.RLock()
        self._process = os.getpid()

    def close(self) -> None:
        """Close the connection, after an exchange that is under way; another request opens one."""
        with self._lock:
            self._transport.close()

    def send(self, method: str, target: str, headers: Mapping[str, str], body: Union[bytes, Stream, None], login: Login,
             timeout: float, total: float, *, repeatable: bool, limit: int) -> Reply:
        """The answer with status 200. One round trip; one more where a read met a closed connection, or a redirect.

        Only what is `repeatable` is ever sent twice. Raises HttpUnreachable, HttpDenied, HttpRefused, HttpSyntax.
        """
        request = Request(method, target, {"Accept-Encoding": "identity", **headers, **login.headers()}, body,
                          timeout, total, limit)
        with self._lock:
            if self._process != os.getpid():            # after a fork both processes would talk on one connection
                self._transport.close()
                self._process = os.getpid()
            try:
                reply = self._attempt(request, repeatable)
                if reply.status in REDIRECTS:
                    from .redirects import redirected  # most devices never need it

                    moved = redirected(self.where, reply, login)
                    if not repeatable:
                        raise HttpRefused(f"the device redirects this request to {moved.url} (status {reply.status}); it was not "
                                          f"sent there: give that scheme and port as the address", str(reply.status))
                    self.where = moved
                    reply = self._redirected(request, moved)
                if reply.status != 200:
                    raise of_status(reply.status, login.padded)
                return reply
            except HttpException as error:
                error.at(self.where.host, f"{method} {login.quoted(target.partition('?')[0])}")
                raise

    def _redirected(self, request: Request, moved: Endpoint) -> Reply:
        """A read, sent to the new place. An error there names that place: the owner gave another one."""
        try:
            return self._attempt(request, True)
        except HttpUnreachable as error:
            raise HttpUnreachable((f"the device redirects to {moved.url}; set ", Named("scheme", moved.scheme), "; there ",
                                   *error.parts)) from None

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
