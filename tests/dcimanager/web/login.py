"""Logging in and out."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..records import Refusal
from .forms import LOGIN, action, cookie_name, go, manager_of, text
from .rendering import show


def _show(request: Request) -> Response:
    return show(request, "login.html", email=manager_of(request).email, failed="")


def _log_in(request: Request, form: FormData) -> Response:
    email = text(form, "email")
    try:
        token = manager_of(request).api.log_in(email, text(form, "password", strip=False))
    except Refusal as refusal:
        return show(request, "login.html", refusal.status, email=email, failed=refusal.msg)
    answer = go("/")
    answer.set_cookie(
        cookie_name(request),
        token,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return answer


def _log_out(request: Request, form: FormData) -> Response:
    manager_of(request).tokens.revoke(request.cookies[cookie_name(request)])
    return go(LOGIN)


ROUTES = [
    Route(LOGIN, _show),
    Route(LOGIN, action(_log_in), methods=["POST"]),
    Route("/logout", action(_log_out), methods=["POST"]),
]
