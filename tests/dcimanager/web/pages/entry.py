"""Logging in and out, and the page of a refused form."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ...records import Refusal
from ..access import LOGIN, local_path, logged_in, session
from ..refusals import Refused
from ..site import REFUSED, Site, Wrong, action, go, page, quote_all, text

_OWN = ("same-origin", "none")
_NOTHING = Refused("", 200)


def routes(site: Site) -> list[Route]:
    return [
        Route(REFUSED, page(site, _refused)),
        Route(LOGIN, page(site, _show)),
        Route(LOGIN, action(site, _log_in), methods=["POST"]),
        Route("/logout", action(site, _log_out), methods=["POST"]),
    ]


def _refused(site: Site, request: Request) -> Response:
    refused = site.refused_form(request)
    if refused is None:  # kept no longer
        return go("/")
    raise Wrong(refused.text, refused.status)


def _show(site: Site, request: Request) -> Response:
    refused = site.refused_form(request) or _NOTHING
    return site.show(
        request,
        "login.html",
        refused.status,
        next=local_path(request.query_params.get("next", "/")),
        email=refused.given.get("email", site.manager.email),
        failed=refused.text,
    )


def _log_in(site: Site, request: Request, form: FormData) -> Response:
    if request.headers.get("sec-fetch-site", "same-origin") not in _OWN:
        raise Wrong("This form was sent by another site. Open /login on this site and log in.", 403)
    back, email = local_path(text(form, "next")), text(form, "email")
    try:
        token = site.manager.api.log_in(email, str(form.get("password", "")))
    except Refusal as refusal:
        failed = f"{refusal.msg[:1].upper()}{refusal.msg[1:]}."
        refused = Refused(failed, refusal.status, {"email": email})
        return site.again(request, f"{LOGIN}?next={quote_all(back)}", refused)
    return logged_in(request, go(back), token)


def _log_out(site: Site, request: Request, form: FormData) -> Response:
    site.manager.tokens.revoke(session(request))
    return go(LOGIN)
