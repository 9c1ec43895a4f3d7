"""Passes HTTP requests to the API or to the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Callable, Optional

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request as WebRequest
from starlette.responses import PlainTextResponse, Response

from .api import Answer, Request
from .web.access import unknown_host

LARGEST_BODY = 50_000_000
Respond = Callable[[Request], Optional[Answer]]


class Front:
    """`respond` answers requests that have the platform's header or a path below /api/; `page`
    answers the others. If `respond` returns None, the connection is cut. `respond` is not called
    for a body of more than LARGEST_BODY bytes; the answer is 413. `hosts`: as for `Access`,
    which checks them for the page."""

    def __init__(self, respond: Respond, page: Any, hosts: Optional[Sequence[str]]) -> None:
        self._respond, self._page, self._hosts = respond, page, hosts

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        names = {name for name, _ in scope["headers"]}
        if b"isp-box-instance" not in names and not scope["path"].startswith("/api/"):
            await self._page(scope, receive, send)
            return
        request = WebRequest(scope, receive)
        unknown = unknown_host(request, self._hosts)
        if unknown is not None:
            await unknown(scope, receive, send)
            return
        body = await whole_body(request)
        if body is None:
            await PlainTextResponse("too large", 413, {"Connection": "close"})(scope, receive, send)
            return
        target = scope["raw_path"].decode("latin-1")
        if scope["query_string"]:
            target += "?" + scope["query_string"].decode("latin-1")
        asked = Request(
            scope["method"],
            target,
            {key.lower(): value for key, value in request.headers.items()},
            body,
        )
        answer: Optional[Answer] = await run_in_threadpool(self._respond, asked)
        if answer is None:
            scope["state"]["cut"]()
            return
        headers = {
            "Connection": "close",
            **({"Location": answer.location} if answer.location else {}),
        }
        await Response(answer.body, answer.status, headers, answer.content_type)(
            scope, receive, send
        )


async def whole_body(request: WebRequest) -> Optional[bytes]:
    """The body; None if it is larger than LARGEST_BODY bytes, or the client went away."""
    body = bytearray()
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > LARGEST_BODY:
                return None
    except ClientDisconnect:
        return None
    return bytes(body)
