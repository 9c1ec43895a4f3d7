"""Logging in and out."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ...records import Refusal
from ..access import LOGIN, local_path, logged_in, session
from ..site import Site, Wrong, action, go, page, text

_OWN = ("same-origin", "none")


def routes(site: Site) -> list[Route]:
    return [
        Route(LOGIN, page(site, _show)),
        Route(LOGIN, action(site, _log_in), methods=["POST"]),
        Route("/logout", action(site, _log_out), methods=["POST"]),
    ]


def _show(site: Site, request: Request) -> Response:
    return site.show(
        request,
        "login.html",
        next=local_path(request.query_params.get("next", "/")),
        email=site.manager.email,
        failed="",
    )


def _log_in(site: Site, request: Request, form: FormData) -> Response:
    if request.headers.get("sec-fetch-site", "same-origin") not in _OWN:
        raise Wrong("This form was sent by another site. Open /login on this site and log in.", 403)
    back, email = local_path(text(form, "next")), text(form, "email")
    try:
        token = site.manager.api.log_in(email, str(form.get("password", "")))
    except Refusal as refusal:
        failed = f"{refusal.msg[:1].upper()}{refusal.msg[1:]}."
        return site.show(
            request, "login.html", refusal.status, next=back, email=email, failed=failed
        )
    return logged_in(request, go(back), token)


def _log_out(site: Site, request: Request, form: FormData) -> Response:
    site.manager.tokens.revoke(session(request))
    return go(LOGIN)
