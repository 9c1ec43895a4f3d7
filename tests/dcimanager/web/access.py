"""Who may use the page: host names, login, sessions; and the headers of its answers."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from typing import Any, Optional
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from ..tokens import Tokens, proof

LOGIN = "/login"
_LOCAL = ("127.0.0.1", "localhost", "::1")
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "x-frame-options": "DENY",
    "cache-control": "no-store",
}


class Access:
    """Wraps the page's application: refuses unknown hosts, sends people to the login first, and
    adds the `HEADERS` that an answer lacks.

    `hosts` are the host names that a browser may use for this server, besides `_LOCAL`; None: any,
    for a server that other machines use. The check refuses other names that resolve to this server
    (DNS rebinding).
    """

    def __init__(self, page: Any, tokens: Tokens, hosts: Optional[Sequence[str]]) -> None:
        self._page, self._tokens, self._hosts = page, tokens, hosts

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start":
                own = {name for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(
                        (name.encode(), value.encode())
                        for name, value in HEADERS.items()
                        if name.encode() not in own
                    ),
                ]
            await send(message)

        answer = self._refusal(Request(scope)) or self._page
        await answer(scope, receive, sending)

    def _refusal(self, request: Request) -> Optional[Response]:
        unknown = unknown_host(request, self._hosts)
        if unknown is not None:
            return unknown
        token = request.cookies.get(cookie_name(request), "")
        known = self._tokens.valid(token)
        request.scope["state"]["token"] = token if known else ""
        if known or request.url.path == LOGIN or request.url.path.startswith("/static/"):
            return None
        if request.headers.get("x-part"):
            return PlainTextResponse("log in again\n", 401)
        back = request.url.path if request.method == "GET" else "/"
        return RedirectResponse(f"{LOGIN}?next={quote(back)}", 303)


def unknown_host(request: Request, hosts: Optional[Sequence[str]]) -> Optional[Response]:
    """The refusal of a request whose Host header names none of `hosts` or `_LOCAL`, as `Access`
    takes them; else None.
    """
    host = hostname(request.headers.get("host", ""))
    is_known = hosts is None or host in (*_LOCAL, *hosts)
    if host and is_known:
        return None
    address, port = request.scope["server"]
    own = f"{request.scope['scheme']}://{f'[{address}]' if ':' in address else address}:{port}/"
    return PlainTextResponse(
        f"Open this page at the server's own address, for example {own}\n", 421
    )


def hostname(host: str) -> str:
    """The name in a Host header, without port and brackets; "" if it has no name, or an invalid
    port or bracket.
    """
    try:
        found = urlsplit(f"//{host}")
        # `port` raises ValueError too
        return (found.hostname or "") if found.port != 0 else ""
    except ValueError:
        return ""


def cookie_name(request: Request) -> str:
    """The cookie's name, with the port: cookies ignore ports, and two stand-ins on one machine must
    not share one.
    """
    return f"dcimanager-{request.url.port or ''}"


def session(request: Request) -> str:
    token: str = request.scope["state"].get("token", "")
    return token


def own_form(request: Request, form: Mapping[str, Any]) -> bool:
    """Whether a POST has this session's CSRF token and neither Origin nor Sec-Fetch-Site shows
    another origin.
    """
    origin = request.headers.get("origin")
    if origin is not None and origin != f"{request.url.scheme}://{request.headers.get('host', '')}":
        return False
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    given = str(form.get("csrf", ""))
    return hmac.compare_digest(given.encode("utf-8", "replace"), proof(session(request)).encode())


def logged_in(request: Request, answer: Response, token: str) -> Response:
    answer.set_cookie(
        cookie_name(request),
        token,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return answer


def local_path(text: str) -> str:
    """`text` if it is certainly a path of this site, else "/"."""
    return (
        text
        if text.startswith("/")
        and not text.startswith("//")
        and "\\" not in text
        and text.isprintable()
        else "/"
    )


__all__: list[str] = [
    "HEADERS",
    "LOGIN",
    "Access",
    "hostname",
    "local_path",
    "logged_in",
    "own_form",
    "session",
]
