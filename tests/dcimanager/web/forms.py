"""Endpoints of pages and of their forms: who is logged in, and what a form holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Callable

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

if TYPE_CHECKING:
    from ..manager import DciManager

LOGIN = "/login"
LARGEST_BODY = 50_000_000
LARGEST_LOGIN = 100_000
LARGEST_ID = 2**63 - 1  # SQLite's largest integer


class Wrong(Exception):
    """A request that cannot be carried out: a sentence for the person, and the HTTP status."""

    def __init__(self, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.status = status


def manager_of(request: Request) -> DciManager:
    manager: DciManager = request.app.state.manager
    return manager


def cookie_name(request: Request) -> str:
    """A name with the port: cookies ignore it, and stand-ins on one machine must not share one."""
    return f"dcimanager-{request.url.port or ''}"


def is_logged_in(request: Request) -> bool:
    token = request.cookies.get(cookie_name(request), "")
    return manager_of(request).tokens.is_valid(token)


def page(work: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """An endpoint for people who are logged in; others are sent to the login."""

    def endpoint(request: Request) -> Response:
        return work(request) if is_logged_in(request) else go(LOGIN)

    return endpoint


def action(act: Callable[[Request, FormData], Response]) -> Callable[[Request], Any]:
    """An endpoint that takes a form of this site, from a person who is logged in (or logs in).

    The cookie is SameSite, but another port of this machine is the same site: hence the origin.
    """

    async def endpoint(request: Request) -> Response:
        if request.url.path != LOGIN and not is_logged_in(request):
            return go(LOGIN)
        own = f"{request.url.scheme}://{request.headers.get('host', '')}"
        if request.headers.get("origin", own) != own:
            raise Wrong("This form was sent by another site. Nothing was changed.", 403)
        length = request.headers.get("content-length", "")
        largest = LARGEST_BODY if is_logged_in(request) else LARGEST_LOGIN
        if not length.isdigit() or int(length) > largest:
            raise Wrong(f"A form may not be larger than {largest // 1000} kB.", 413)
        async with request.form() as form:
            return await run_in_threadpool(act, request, form)

    return endpoint


def go(path: str) -> Response:
    """A redirect after a form was processed, so that a reload does not send it again."""
    return RedirectResponse(path, 303)


def text(form: Mapping[str, Any], name: str, longest: int = 200, strip: bool = True) -> str:
    """A field of a form, by default without surrounding blanks.

    Raises Wrong for a file or more than `longest` characters.
    """
    return checked(form.get(name, ""), name, longest, strip)


def checked(value: Any, name: str, longest: int = 200, strip: bool = True) -> str:
    """The value of the field `name`. Raises Wrong as `text` does."""
    if not isinstance(value, str):
        raise Wrong(f"{name}: text is expected")
    if len(value) > longest:
        raise Wrong(f"{name}: {longest} characters at most")
    return value.strip() if strip else value


def number(request: Request) -> int:
    """The id in the path. Raises LookupError if it is above LARGEST_ID."""
    pdu_id: int = request.path_params["id"]
    if pdu_id > LARGEST_ID:
        raise LookupError("there is nothing with this id")
    return pdu_id
