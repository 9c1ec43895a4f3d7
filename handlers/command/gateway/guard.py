"""What every request passes before a route sees it: its form, its Host, its client, its rate.

An ASGI application around another. Routes get an `asked.Passed`, and the path as the client sent
it, so that an escaped slash in a name stays one.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import time
from collections.abc import Collection, Mapping
from typing import Any, Callable, Optional

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from ...errors import printable
from .answers import REDFISH, refused
from .asked import PASSED, Passed
from .clients import Clients, GatewayClient
from .limits import Bucket, GatewayLimits
from .refusals import NOT_FOUND, Refusal, bad
from .sessions import Sessions

# Answered without a client. Redfish asks for these three (DSP0266, 13.3.1); the login is a POST.
_OPEN = frozenset(("/healthz", "/redfish", "/redfish/v1", "/redfish/v1/odata"))
LOGIN = "/redfish/v1/SessionService/Sessions"
_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")
_LONGEST_PATH = 2000
# Headers by which a browser says that a page made the request. No page is a client: a login that a
# browser remembers must not let another site's page switch.
_OF_BROWSERS = (b"origin", b"sec-fetch-site", b"referer")
_ONCE = (b"host", b"authorization", b"x-auth-token", b"idempotency-key", b"content-type")


class Guard:
    """Passes on what is well-formed, allowed and not too much."""

    def __init__(
        self,
        application: Any,
        clients: Clients,
        sessions: Sessions,
        hosts: Collection[str],
        limits: GatewayLimits,
        report: Callable[[str], None],
    ) -> None:
        """`hosts`: the names, in lower case, by which clients may call the gateway. `report` prints
        a line."""
        self._application, self._clients, self._sessions = application, clients, sessions
        self._hosts, self._limits, self._report = frozenset(hosts), limits, report
        self._commands = {one.name: Bucket(limits.commands) for one in clients}
        self._requests = {one.name: Bucket(limits.requests) for one in clients}
        self._at_a_time = dict.fromkeys(self._requests, 0)
        self._refusals = Bucket(60)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request. No exception leaves, except if the answer was begun."""
        if scope["type"] != "http":
            return
        begun = False

        async def sent(message: Any) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._passed(scope, receive, sent)
        except Refusal as refusal:
            self._note(scope, f"{refusal.status} {refusal.reason}")
            await refused(refusal, scope["path"])(scope, receive, send)
        except HTTPException as error:  # of Starlette's router
            wrong = Refusal(error.status_code, "method", "this path takes another method")
            if error.status_code == 404:
                wrong = Refusal(404, "not-found", NOT_FOUND)
            self._note(scope, f"{wrong.status} {wrong.reason}")
            answer = refused(wrong, scope["path"])
            answer.headers.update(error.headers or {})  # Allow
            await answer(scope, receive, send)
        except (ClientDisconnect, asyncio.CancelledError):
            raise
        except Exception as error:
            self._report(f"defect: {type(error).__name__}: {printable(str(error), 200)}")
            if begun:
                raise
            defect = Refusal(500, "defect", "a defect of the gateway; its log says more")
            await refused(defect, scope["path"])(scope, receive, send)

    async def _passed(self, scope: Any, receive: Any, send: Any) -> None:
        # uvicorn bounds a head only while it is incomplete
        if sum(len(name) + len(value) + 4 for name, value in scope["headers"]) > self._limits.head:
            raise Refusal(431, "request", f"a head has at most {self._limits.head} bytes")
        if scope["http_version"] not in ("1.0", "1.1"):
            raise Refusal(505, "request", "the gateway speaks HTTP/1.1")
        headers = _once(scope["headers"])
        raw = scope["raw_path"].decode("latin-1")
        # routes see the path as it was sent, without the slash that MAAS and others may add
        scope["path"] = path = raw.rstrip("/") or "/"
        scope["raw_path"] = path.encode("latin-1")
        if not raw.startswith("/") or not raw.isascii() or len(raw) > _LONGEST_PATH:
            raise bad("the path must begin with / and have at most 2000 ASCII characters")
        if scope["method"] not in _METHODS:
            raise Refusal(501, "method", "the methods are GET, HEAD, POST, PUT and DELETE")
        if b"content-length" in headers and b"transfer-encoding" in headers:
            raise bad("give Content-Length or Transfer-Encoding: a proxy may take the other one")
        self._check_host(headers.get(b"host", b""))
        if any(name in headers for name in _OF_BROWSERS):
            raise Refusal(403, "browser", "requests of web pages are refused")
        client = None
        if path not in _OPEN and not (path == LOGIN and scope["method"] == "POST"):
            client = self._client(headers, path)
            wait = self._requests[client.name].wait(time.monotonic())
            if wait:
                raise Refusal(429, "rate", "too many requests of this client", wait)
        await self._within(client, scope, receive, send)

    async def _within(
        self, client: Optional[GatewayClient], scope: Any, receive: Any, send: Any
    ) -> None:
        """Pass the request on, unless its client has too many at a time."""
        body = await self._body(Request(scope, receive))
        scope["app"] = self  # Starlette's router then raises instead of answering
        scope[PASSED] = Passed(body, client, lambda: self._count_command(client))
        if client is None:
            await self._application(scope, receive, send)
            return
        if self._at_a_time[client.name] >= self._limits.at_a_time:
            raise Refusal(429, "rate", "too many requests of this client at a time", 1)
        self._at_a_time[client.name] += 1
        try:
            await self._application(scope, receive, send)
        finally:
            self._at_a_time[client.name] -= 1

    def _check_host(self, header: bytes) -> None:
        """A page whose name leads to this address has another Host: it is refused."""
        host = header.decode("latin-1").lower()
        name, colon, port = host.rpartition(":")
        if not colon or host.endswith("]"):
            name, port = host, ""
        is_port = not port or port.isdigit()
        if name not in self._hosts or not is_port:
            raise Refusal(421, "host", "this gateway has another name; its owner gives --host")

    def _client(self, headers: Mapping[bytes, bytes], path: str) -> GatewayClient:
        given = [name for name in (b"authorization", b"x-auth-token") if name in headers]
        found = None
        if given == [b"x-auth-token"] and path.startswith(REDFISH):
            token = headers[b"x-auth-token"].decode("latin-1")
            found = self._sessions.used(token, time.monotonic())
        elif given == [b"authorization"]:
            found = self._of_authorization(headers[b"authorization"].decode("latin-1"))
        if found is None:
            raise Refusal(401, "login", "a client's token is needed")
        return found

    def _of_authorization(self, header: str) -> Optional[GatewayClient]:
        """The client of `Bearer TOKEN`, or of `Basic` with its name and its token."""
        kind, _, rest = header.partition(" ")
        if kind.lower() == "bearer":
            return self._clients.of_token(rest.strip())
        if kind.lower() != "basic":
            return None
        try:
            login = base64.b64decode(rest.strip(), validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            return None
        name, _, token = login.partition(":")
        return self._clients.of_login(name, token)

    def _count_command(self, client: Optional[GatewayClient]) -> None:
        """Raise Refusal if the client has sent too many commands."""
        assert client is not None
        wait = self._commands[client.name].wait(time.monotonic())
        if wait:
            raise Refusal(429, "rate", "too many commands of this client; nothing was sent", wait)

    async def _body(self, request: Request) -> bytes:
        found = bytearray()
        async for piece in request.stream():
            found += piece
            if len(found) > self._limits.body:
                raise Refusal(413, "request", f"a body has at most {self._limits.body} bytes")
        return bytes(found)

    def _note(self, scope: Any, words: str) -> None:
        """Print a refusal, but not more than one a second for long: a flood must not fill a
        disk."""
        if self._refusals.wait(time.monotonic()):
            return
        peer = scope.get("client") or ("?",)
        # not the query: somebody may have put a token there
        asked = f"{scope['method']} {printable(scope['path'], 200)}"
        self._report(f"refused: {peer[0]}: {asked}: {words}")


def _once(headers: Any) -> dict[bytes, bytes]:
    """The headers by name. Raises Refusal if one that decides something is given twice."""
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in found and name in _ONCE:
            raise bad(f"the header {name.decode('latin-1')} is given twice")
        found[name] = value
    return found
