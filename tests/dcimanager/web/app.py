"""One web application: DCImanager's API below /api/, and the page for a browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from .. import api
from ..records import Refusal
from . import handlers, log, login, pdu, pdus
from .forms import LARGEST_BODY, LARGEST_LOGIN, Wrong
from .rendering import show

if TYPE_CHECKING:
    from ..manager import DciManager

_METHODS = ["GET", "POST", "PUT", "DELETE"]


def application(manager: DciManager, hosts: list[str]) -> Starlette:
    """`hosts` are the names by which a browser may reach this server: another name that resolves to
    it is refused (DNS rebinding).
    """
    app = Starlette(
        routes=[
            Route("/api/{path:path}", _api, methods=_METHODS),
            Mount("/static", StaticFiles(directory=Path(__file__).with_name("static"))),
            *login.ROUTES,
            *handlers.ROUTES,
            *pdus.ROUTES,
            *pdu.ROUTES,
            *log.ROUTES,
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=hosts)],
        exception_handlers={
            HTTPException: _failure,
            Wrong: _failure,
            Refusal: _failure,
            LookupError: _failure,
        },
    )
    app.state.manager = manager
    return app


async def _api(request: Request) -> Response:
    manager: DciManager = request.app.state.manager
    # before the login, nobody sends more than a login
    has_token = manager.tokens.is_valid(request.headers.get("x-xsrf-token", ""))
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > (LARGEST_BODY if has_token else LARGEST_LOGIN):
            return PlainTextResponse("too large", 413)
    query = request.scope["query_string"]
    call = api.Request(
        request.method,
        request.scope["raw_path"].decode("latin-1") + (f"?{query.decode('latin-1')}" * bool(query)),
        {key.lower(): value for key, value in request.headers.items()},
        bytes(body),
    )
    answer: Optional[api.Answer] = await run_in_threadpool(manager.respond, call)
    if answer is None:
        return _Cut()
    headers = {"Location": answer.location} if answer.location else {}
    return Response(answer.body, answer.status, headers, answer.content_type)


class _Cut(Response):
    """Promises a body and sends none: uvicorn then closes the connection."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"content-length", b"1")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})


async def _failure(request: Request, error: Exception) -> Response:
    """The page of a request that cannot be carried out."""
    status, text = 404, str(error)
    if isinstance(error, (Wrong, Refusal)):
        status = error.status
    elif isinstance(error, HTTPException):
        status, text = error.status_code, error.detail
    return await run_in_threadpool(show, request, "error.html", status, text=text)
