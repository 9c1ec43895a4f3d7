"""The page of handlers: upload, build, choice of a version, removal; and the last events."""

from __future__ import annotations

import shlex

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ...local_build import install, registered
from ...records import Refusal
from ..shown import plain
from ..site import Site, Wrong, action, go, number, page, text


def routes(site: Site) -> list[Route]:
    return [
        Route("/handlers", page(site, _list)),
        Route("/handlers/upload", action(site, _upload), methods=["POST"]),
        Route("/handlers/build", action(site, _build), methods=["POST"]),
        Route("/handlers/{id:int}/use", action(site, _use), methods=["POST"]),
        Route("/handlers/{id:int}/remove", action(site, _remove), methods=["POST"]),
    ]


def _list(site: Site, request: Request) -> Response:
    store, environment = site.manager.store, site.manager.environment_file
    handlers = [(handler, store.versions(handler)[::-1]) for handler in store.handlers()]
    used = {
        handler.handler: sum(pdu.handler == handler.handler for pdu in store.pdus())
        for handler, _ in handlers
    }
    return site.show(
        request,
        "handlers.html",
        handlers=handlers,
        used=used,
        events=site.manager.journal.events(12),
        environment=shlex.quote(environment) if environment else "",
    )


def _upload(site: Site, request: Request, form: FormData) -> Response:
    files = [
        file for file in form.getlist("archive") if isinstance(file, UploadFile) and file.filename
    ]
    if not files:
        raise Wrong("Choose an archive first: a .tar.gz file.")
    for file in files:
        name = plain(file.filename or "")
        try:
            handler = install(site.manager, file.file.read())
            site.say(
                request,
                f"{name}: version {handler.current} of {handler.handler} runs from the next"
                " call on.",
            )
        except Refusal as error:
            site.say(request, f"{name} was refused: {plain(error.msg, 500)}", good=False)
    return go("/handlers")


def _build(site: Site, request: Request, form: FormData) -> Response:
    made = registered(site.manager)
    site.say(request, f"Built and registered: {', '.join(handler.handler for handler in made)}.")
    return go("/handlers")


def _use(site: Site, request: Request, form: FormData) -> Response:
    wanted = text(form, "version")
    handler = site.manager.runtime.roll(
        number(request), int(wanted) if wanted.isascii() and wanted.isdigit() else 0
    )
    site.manager.journal.happened(f"version {handler.current} of {handler.handler} is in use again")
    site.say(request, f"Version {handler.current} of {handler.handler} runs from the next call on.")
    return go("/handlers")


def _remove(site: Site, request: Request, form: FormData) -> Response:
    try:
        handler = site.manager.runtime.remove(number(request))
    except Refusal as error:
        site.say(request, f"Not removed: {error.msg}.", good=False)
        return go("/handlers")
    site.manager.journal.happened(f"{handler.handler} was removed")
    site.say(request, f"{handler.handler} was removed.")
    return go("/handlers")
