"""What every request passes before a route sees it: its form, its Host, its client, its rate.

Routes get an `request.GatewayRequest`.
"""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Collection, Mapping, Sequence
from typing import Callable, Optional
from urllib.parse import parse_qsl

from handlers.shared.errors import printable

from ..core.web.host_check import host_name
from ..core.web.messages import WebRequest, WebResponse
from .clients import Clients, GatewayClient
from .errors import ApiError, bad
from .metrics import GatewayCounts
from .rate_limit import ClientLimits, TokenBucket
from .redfish_resources import LOGINS
from .request import GatewayRequest
from .responses import REDFISH, error_response
from .routes import Router
from .sessions import Sessions

# Answered without a client. Redfish asks for these (DSP0266, 13.3.1); the login is a POST.
_OPEN = frozenset(
    ("/healthz", "/redfish", "/redfish/v1", "/redfish/v1/odata", "/redfish/v1/$metadata")
)
_LONGEST_PATH = 2000
# Headers by which a browser says that a page made the request. No page is a client: a login that a
# browser remembers must not let another site's page switch.
_OF_BROWSERS = ("origin", "sec-fetch-site", "referer")
_ONCE = ("host", "authorization", "x-auth-token", "idempotency-key", "content-type")


class Middleware:
    """Passes on what is well-formed, allowed and not too much."""

    def __init__(
        self,
        router: Router,
        clients: Clients,
        sessions: Sessions,
        hosts: Collection[str],
        limits: Mapping[str, ClientLimits],
        counts: GatewayCounts,
        report: Callable[[str], None],
    ) -> None:
        """`hosts`: the names, in lower case, by which clients may call the gateway. `limits`: of
        each client. `report` prints a line."""
        self._router, self._clients, self._sessions = router, clients, sessions
        self._hosts, self._limits, self._report = frozenset(hosts), limits, report
        self._counts = counts
        self._commands = {name: TokenBucket(limit.commands) for name, limit in limits.items()}
        self._requests = {name: TokenBucket(limit.requests) for name, limit in limits.items()}
        self._at_a_time = dict.fromkeys(limits, 0)
        self._refusals = TokenBucket(60)

    async def __call__(self, request: WebRequest) -> WebResponse:
        """The answer to a request. Raises nothing."""
        answer = await self._answer(request)
        self._counts.requests[answer.status] += 1
        return answer

    async def _answer(self, request: WebRequest) -> WebResponse:
        raw, _, query = request.target.decode("latin-1").partition("?")
        # the path as it was sent, without the slash that MAAS and others may add
        path = raw.rstrip("/") or "/"
        try:
            return await self._pass_on(request, raw, path, query)
        except ApiError as refusal:
            self._note(request, path, f"{refusal.status} {refusal.reason}")
            return error_response(refusal, path)
        except Exception as error:
            self._report(f"defect: {type(error).__name__}: {printable(str(error), 200)}")
            defect = ApiError(500, "defect", "a defect of the gateway; its log says more")
            return error_response(defect, path)

    async def _pass_on(self, request: WebRequest, raw: str, path: str, query: str) -> WebResponse:
        if request.version not in ("1.0", "1.1"):
            raise ApiError(505, "request", "the gateway speaks HTTP/1.1")
        headers = _once(request.headers)
        if not raw.startswith("/") or not raw.isascii() or len(raw) > _LONGEST_PATH:
            raise bad("the path must begin with / and have at most 2000 ASCII characters")
        if "content-length" in headers and "transfer-encoding" in headers:
            raise bad("give Content-Length or Transfer-Encoding: a proxy may take the other one")
        self._check_host(headers.get("host", ""))
        if any(name in headers for name in _OF_BROWSERS):
            raise ApiError(403, "browser", "requests of web pages are refused")
        if path.startswith(REDFISH) and headers.get("odata-version", "4.0") != "4.0":
            raise ApiError(412, "request", "OData-Version must be 4.0")  # DSP0266, 7.1
        client = None
        if path not in _OPEN and not (path in LOGINS and request.method == "POST"):
            client = self._client(headers, path)
            wait = self._requests[client.name].wait(time.monotonic())
            if wait:
                raise ApiError(429, "rate", "too many requests of this client", wait)
        gateway_request = GatewayRequest(
            request.method,
            headers,
            parse_qsl(query, keep_blank_values=True),
            request.body,
            client,
            lambda: self.count_command(client),
        )
        return await self._answer_within_limits(client, gateway_request, path)

    async def _answer_within_limits(
        self, client: Optional[GatewayClient], request: GatewayRequest, path: str
    ) -> WebResponse:
        """Pass the request on, unless its client has too many at a time."""
        if client is None:
            return await self._router.answer(request, path)
        if self._at_a_time[client.name] >= self._limits[client.name].at_a_time:
            raise ApiError(429, "rate", "too many requests of this client at a time", 1)
        self._at_a_time[client.name] += 1
        try:
            return await self._router.answer(request, path)
        finally:
            self._at_a_time[client.name] -= 1

    def _check_host(self, header: str) -> None:
        """A page whose name leads to this address has another Host: it is refused."""
        if host_name(header) not in self._hosts:
            raise ApiError(
                421, "host", "this gateway has another name; its owner gives --allow-host"
            )

    def _client(self, headers: Mapping[str, str], path: str) -> GatewayClient:
        login_headers = [name for name in ("authorization", "x-auth-token") if name in headers]
        client = None
        if login_headers == ["x-auth-token"] and path.startswith(REDFISH):
            token = headers["x-auth-token"]
            client = self._sessions.touch(token, time.monotonic())
        elif login_headers == ["authorization"]:
            client = self._find_client(headers["authorization"])
        if client is None:
            raise ApiError(401, "login", "a client's token is needed")
        return client

    def _find_client(self, header: str) -> Optional[GatewayClient]:
        """The client of `Bearer TOKEN`, or of `Basic` with its name and its token."""
        kind, _, credentials = header.partition(" ")
        if kind.lower() == "bearer":
            return self._clients.find_by_token(credentials.strip())
        if kind.lower() != "basic":
            return None
        try:
            login = base64.b64decode(credentials.strip(), validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            return None
        name, _, token = login.partition(":")
        return self._clients.find_by_login(name, token)

    def count_command(self, client: Optional[GatewayClient]) -> None:
        """Raise ApiError if the client has sent too many commands."""
        assert client is not None
        wait = self._commands[client.name].wait(time.monotonic())
        if wait:
            raise ApiError(429, "rate", "too many commands of this client; nothing was sent", wait)

    def _note(self, request: WebRequest, path: str, words: str) -> None:
        """Print a refusal, but not more than one a second for long: a flood must not fill a
        disk."""
        if self._refusals.wait(time.monotonic()):
            return
        # not the query: somebody may have put a token there
        request_line = f"{request.method} {printable(path, 200)}"
        self._report(f"refused: {request.peer}: {request_line}: {words}")


def _once(headers: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    """The headers by name. Raises ApiError if one that decides something is given twice."""
    value_by_name: dict[str, str] = {}
    for raw, value in headers:
        name = raw.decode("latin-1")
        if name in value_by_name and name in _ONCE:
            raise bad(f"the header {name} is given twice")
        value_by_name[name] = value.decode("latin-1")
    return value_by_name
