"""The page of handlers: upload, build, removal; and the last events."""

from __future__ import annotations

import shlex

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..local_build import install, registered
from .forms import Wrong, action, go, manager_of, number, page
from .rendering import show


def _list(request: Request) -> Response:
    manager = manager_of(request)
    pdus, environment = manager.pdus(), manager.environment_file
    return show(
        request,
        "handlers.html",
        handlers=[
            (handler, sum(pdu.handler == handler.handler for pdu in pdus))
            for handler in manager.handlers()
        ],
        events=manager.journal.events(12),
        environment=shlex.quote(environment) if environment else "",
    )


def _upload(request: Request, form: FormData) -> Response:
    file = form.get("archive")
    if not isinstance(file, UploadFile) or not file.filename:
        raise Wrong("Choose an archive first: a .tar.gz file.")
    install(manager_of(request), file.file.read())
    return go("/handlers")


def _build(request: Request, form: FormData) -> Response:
    registered(manager_of(request))
    return go("/handlers")


def _remove(request: Request, form: FormData) -> Response:
    manager = manager_of(request)
    handler = manager.runtime.remove(number(request))
    manager.journal.happened(f"{handler.handler} was removed")
    return go("/handlers")


ROUTES = [
    Route("/handlers", page(_list)),
    Route("/handlers/upload", action(_upload), methods=["POST"]),
    Route("/handlers/build", action(_build), methods=["POST"]),
    Route("/handlers/{id:int}/remove", action(_remove), methods=["POST"]),
]
