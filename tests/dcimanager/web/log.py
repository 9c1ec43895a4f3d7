"""The log: the newest calls, each with the lines that its handler logged."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .forms import manager_of, page
from .rendering import show

_MOST = 100


def _list(request: Request) -> Response:
    manager, words = manager_of(request), request.query_params.get("pdu", "")
    pdus = {pdu.id: pdu for pdu in manager.pdus()}
    chosen = next((number for number in pdus if str(number) == words), None)
    failures_only = request.query_params.get("failed") == "1"
    return show(
        request,
        "log.html",
        entries=manager.journal.calls(chosen, failures_only, _MOST),
        pdus=pdus,
        chosen=chosen,
        failed=failures_only,
    )


ROUTES = [Route("/log", page(_list))]
