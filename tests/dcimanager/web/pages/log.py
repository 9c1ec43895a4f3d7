"""The log: the newest calls, each with the lines that its handler logged."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..site import Site, page

_MOST = 100


def routes(site: Site) -> list[Route]:
    return [Route("/log", page(site, _list))]


def _list(site: Site, request: Request) -> Response:
    given = request.query_params.get("pdu", "")
    readable = given.isascii() and given.isdigit() and len(given) < 10
    wanted = int(given) if readable else 0  # no PDU has the id 0
    pdu = site.manager.store.pdu(wanted).id if given else None
    failed, commands = (request.query_params.get(name) == "1" for name in ("failed", "commands"))
    pdus = {one.id: one for one in site.manager.pdus()}
    return site.show(
        request,
        "log.html",
        entries=site.manager.journal.calls(pdu, failed, _MOST, commands),
        pdus=pdus,
        chosen=pdu,
        failed=failed,
        commands=commands,
        most=_MOST,
    )
