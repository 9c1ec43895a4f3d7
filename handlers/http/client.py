"""One device over HTTP: its address, its login, the repetition of reads, and the errors for statuses."""
from __future__ import annotations

import base64
import os
import threading
from typing import Container, Dict, Mapping, NamedTuple, Optional, Union

from ..errors import SettingsError
from ..settings import host_and_port, is_address
from .failures import REDIRECTS, HttpException, HttpUnreachable, of_status
from .message import PORTS, Endpoint, Reply, Request, Stream, Transport


def endpoint(scheme: str, host: str, port: Optional[int] = None) -> Endpoint:
    """Reads `host`, `host:port`, `[v6]:port` or a bare IPv6 address. `port` overrides one in the text. Raises SettingsError."""
    if scheme not in PORTS:
        raise SettingsError(f"the protocol is {scheme[:20]!r}; give https or http")
    if port is not None and not 1 <= port <= 65535:
        raise SettingsError(f"the port is {port}; give 1 to 65535")
    name, written = host_and_port(host)
    if (not is_address(name) or set("/?#@[]") & set(name) or name.count(":") == 1
            or written is not None and not 1 <= written <= 65535):
        shown = "the host, which contains an @," if "@" in host else repr(host[:60])          # a password may precede it
        raise SettingsError(f"{shown} is not an address; give a host name or an IP address, with :port (1 to 65535) if needed")
    return Endpoint(scheme, name, port or written or PORTS[scheme])


class Login(NamedTuple):
    """User and password, or the token of a session, which overrides them and is sent in `token_header`."""

    user: Optional[str] = None
    password: Optional[str] = None
    token: Optional[str] = None
    token_header: str = "X-SessionToken"        # noqa: S105 (a header's name)

    def __repr__(self) -> str:
        return "Login(...)"

    def headers(self) -> Dict[str, str]:
        """The header that logs in (RFC 7617 for user and password). Raises SettingsError if a header cannot hold the login."""
        if self.token is not None:
            if self.token and self.token.isascii() and self.token.isprintable():
                return {self.token_header: self.token}
            raise SettingsError("the token is not one line of printable ASCII characters: give it as the device issued it")
        if self.user is None or self.password is None:
            return {}
        if ":" in self.user:
            raise SettingsError("the user name contains a colon, which basic login forbids (RFC 7617): use another account")
        try:
            return {"Authorization": "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode("ascii")}
        except UnicodeError:
            pass                            # raised below, outside `except`: the UnicodeError holds the password
        raise SettingsError("the user name or the password holds bytes that are not UTF-8 text: type it again")

    def quoted(self, text: str) -> str:
        """A device's text for an error, printable and of limited length, or a notice if it holds the password or the token."""
        from .echo import quoted
        return quoted(text, self)

    def payload(self, body: bytes) -> bytes:
        """The beginning of a device's answer, for an error to keep; b"" if it holds the password or the token."""
        from .echo import payload
        return payload(body, self)


class HttpClient:
    """One device's HTTP service at `where`. Thread-safe; requests are serialised."""

    def __init__(self, where: Endpoint, transport: Transport) -> None:
        self.where = where
        self._transport = transport
        self._lock = threading.RLock()
        self._process = os.getpid()

    def close(self) -> None:
        """Close the transport once the current exchange has ended. A later request may use it again."""
        with self._lock:
            self._transport.close()

    def send(self, method: str, target: str, headers: Mapping[str, str], body: Union[bytes, Stream, None], login: Login,
             timeout: float, total: float, *, repeatable: bool, limit: int, answers: Container[int] = (200,)) -> Reply:
        """The answer, whose status is one of `answers`. A `repeatable` request (a read) may be sent again, also where a redirect
        leads. All other requests are sent once, except a GET that is redirected to another path.

        Raises SettingsError (login or `ca_pem` is unusable), HttpException (the upload cannot be read) and its subclasses.
        """
        request = Request(method, target, {"Accept-Encoding": "identity", **headers, **login.headers()}, body,
                          timeout, total, limit, once=not repeatable)
        with self._lock:
            if self._process != os.getpid():            # after a fork, two processes would share the connection
                self._transport.close()
                self._process = os.getpid()
            try:
                reply = self.attempt(request)
                if reply.status in REDIRECTS:
                    from .redirects import followed  # most devices do not redirect
                    reply = followed(self, request, reply, login)
                if reply.status not in answers:
                    raise of_status(reply.status, login, reply.headers)
                return reply
            except HttpException as error:
                error.at(self.where.host, f"{method} {login.quoted(target.partition('?')[0])}")
                raise

    def attempt(self, request: Request) -> Reply:
        """The reply with any status. If the persistent connection was closed, and after a 408, a request is
        repeated unless it is sent `once`."""
        try:
            reply = self._transport.exchange(self.where, request)
        except HttpUnreachable as error:
            if request.once or not error.reused:
                raise
        else:
            if reply.status != 408 or request.once:
                return reply
            self._transport.close()         # 408: the device stopped waiting, often on an idle persistent connection
        return self._transport.exchange(self.where, request)
