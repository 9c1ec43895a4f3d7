"""The list of PDUs; adding, changing and removing one; simulated ones."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any, Optional

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ...equipment_csv import import_pdus
from ...local_build import simulate
from ...records import Handler, Pdu
from ...simulations import KINDS, Failed
from .. import fleet
from ..fields import called, fields
from ..refusals import Refused
from ..shown import plain
from ..site import Site, Wrong, action, ended, go, number, page, quote_all, text

SNMP_PLAIN = ("version", "port", "user", "auth_protocol", "priv_protocol")
SNMP_SECRET = ("community", "auth_password", "priv_password")
_MOST_SETTINGS = 40
_MOST_FIELDS = 2 * _MOST_SETTINGS  # those of the handler's table, and others
_LONGEST_SEARCH = 200
_EMPTY: Mapping[str, str] = {}
_NOTHING = Refused("", 200)


def routes(site: Site) -> list[Route]:
    return [
        Route("/", page(site, _list)),
        Route("/pdus/add", page(site, _add_form)),
        Route("/pdus/add", action(site, _add), methods=["POST"]),
        Route("/pdus/import", action(site, _import), methods=["POST"]),
        Route("/pdus/simulate", action(site, _simulate), methods=["POST"]),
        Route("/pdus/{id:int}/edit", page(site, _edit_form)),
        Route("/pdus/{id:int}/edit", action(site, _edit), methods=["POST"]),
        Route("/pdus/{id:int}/remove", action(site, _remove), methods=["POST"]),
        Route("/pdus/poll", action(site, _poll_all), methods=["POST"]),
    ]


def _list(site: Site, request: Request) -> Response:
    every = site.manager.pdus()
    names = {handler.handler: called(handler) for handler in site.manager.handlers()}
    words = request.query_params.get("q", "")[:_LONGEST_SEARCH]
    order = request.query_params.get("sort", "")
    order = order if order in fleet.ORDERS else fleet.FIRST
    pdus = fleet.found(every, words, names, order)
    return site.show(
        request,
        "pdus.html",
        pdus=pdus,
        every=len(every),
        totals=fleet.totals(pdus),
        progress=fleet.progress(site.round, every),
        words=words,
        order=order,
        orders={key: shown for key, (shown, _) in fleet.ORDERS.items()},
        kinds=KINDS,
        interval=site.manager.poll_seconds,
    )


def _chosen(site: Site, name: str) -> Optional[Handler]:
    handlers = [handler for handler in site.manager.handlers() if handler.device_type == "pdu"]
    if name and all(handler.handler != name for handler in handlers):
        raise Wrong("There is no such handler.", 404)
    return next(
        (handler for handler in handlers if handler.handler == name),
        handlers[0] if handlers else None,
    )


def _add_form(site: Site, request: Request) -> Response:
    return _form(site, request, _chosen(site, request.query_params.get("handler", "")), None)


def _table(site: Site, handler: Optional[Handler]) -> Optional[list[dict[str, Any]]]:
    """The handler's table of settings; [] if there is none, None if it cannot be read."""
    return site.manager.runtime.settings(handler) if handler and handler.import_path else []


def _harmless(table: Optional[list[dict[str, Any]]]) -> set[str]:
    """The keys whose values are not secrets; the form shows these values."""
    return {row["key"] for row in table or () if not row["secret"]}


def _form(
    site: Site,
    request: Request,
    handler: Optional[Handler],
    pdu: Optional[Pdu],
) -> Response:
    """The form of a PDU, or of a new one; after a refusal with what the person typed."""
    refused = site.refused_form(request) or _NOTHING
    given, typed = refused.given, refused.typed
    table = _table(site, handler)
    known = {row["key"] for row in table or ()}
    settings, snmp = (pdu.settings, pdu.snmp) if pdu else (_EMPTY, _EMPTY)
    # keys that the handler does not declare; their values are not shown
    others = [key for key in settings if key not in known]
    shown_settings = {**settings, **typed}
    handlers = [one for one in site.manager.handlers() if one.device_type == "pdu"]
    kept = [key for key in SNMP_SECRET if snmp.get(key)]
    shown = {key: given.get(f"snmp_{key}", snmp.get(key, "")) for key in SNMP_PLAIN}
    return site.show(
        request,
        "pdu_form.html",
        refused.status,
        handler=handler,
        table=table,
        pdu=pdu,
        given=given,
        fields=fields(table or (), shown_settings),
        others=others,
        called=called,
        snmp=shown,
        kept=kept,
        handlers=handlers,
        problem=refused.text,
    )


def _read(
    site: Site, form: FormData, handler: Handler, old: Optional[Pdu]
) -> tuple[str, str, str, dict[str, str], dict[str, str]]:
    """Name, address, notes, SNMP parameters, settings. If a value that the form did not show is
    empty, the old one is kept.

    Raises Wrong with the reason.
    """
    name, address, notes = text(form, "name"), text(form, "address"), text(form, "notes", 2000)
    if not name or not address:
        raise Wrong("A PDU needs a name and an address.")
    snmp: dict[str, str] = {}
    if handler.speaks_snmp:
        for key in SNMP_PLAIN + SNMP_SECRET:
            secret = key in SNMP_SECRET
            value = text(form, f"snmp_{key}", 500, strip=not secret) or (
                old.snmp.get(key, "") if old and secret else ""
            )
            if value:
                snmp[key] = value
    settings: dict[str, str] = {}
    unshown, listed, dropped = (form.getlist(name) for name in ("unshown", "listed", "drop"))
    for position in range(_MOST_FIELDS):
        key = text(form, f"key_{position}")
        typed = form.get(f"value_{position}", "")
        if not key:
            continue
        if key in settings:
            raise Wrong(f"The key {key!r} is given twice.")
        if not isinstance(typed, str) or len(typed) > 20_000:
            raise Wrong(f"The value of {key!r} must be text of at most 20,000 characters.")
        known = old.settings.get(key, "") if old else ""
        # An <input> drops the line ends of its value, for example of a certificate.
        is_kept = key in unshown and not typed and key not in dropped
        is_same = re.sub("[\r\n]", "", typed) == re.sub("[\r\n]", "", known)
        if key in listed and not typed and not is_kept:
            continue  # a key of the handler's table that is not set
        settings[key] = known if is_kept or is_same and typed else typed
    if len(settings) > _MOST_SETTINGS:
        raise Wrong(f"This form takes at most {_MOST_SETTINGS} handler settings.")
    return name, address, notes, snmp, settings


def _refused(site: Site, form: FormData, handler: Handler, error: Wrong) -> Refused:
    """The refusal with what the person typed, without secrets."""
    shown = ("name", "address", "notes", *(f"snmp_{key}" for key in SNMP_PLAIN))
    given = {key: str(form[key]) for key in shown if key in form}
    harmless = _harmless(_table(site, handler))
    pairs = ((form.get(f"key_{n}"), form.get(f"value_{n}", "")) for n in range(_MOST_FIELDS))
    typed = {str(key): str(value) for key, value in pairs if key in harmless}
    return Refused(str(error), error.status, given, typed)


def _add(site: Site, request: Request, form: FormData) -> Response:
    handler = _chosen(site, text(form, "handler"))
    if handler is None:
        raise Wrong("Register a handler first.")
    try:
        name, address, notes, snmp, settings = _read(site, form, handler, None)
    except Wrong as error:
        refused = _refused(site, form, handler, error)
        return site.again(request, f"/pdus/add?handler={quote_all(handler.handler)}", refused)
    pdu = site.manager.add_pdu(
        name, handler.handler, address, snmp=snmp, settings=settings, notes=notes
    )
    site.manager.journal.happened(f"the PDU {name} was added")
    return go(f"/pdus/{pdu.id}")


def _import(site: Site, request: Request, form: FormData) -> Response:
    file = form.get("equipment")
    fields = [field.strip() for field in text(form, "fields").split(",")]
    if not isinstance(file, UploadFile) or not file.filename:
        raise Wrong("Choose a file first: a .csv file with a line #pdu.")
    try:
        pdus = import_pdus(site.manager, file.file.read(), fields)
    except (ValueError, LookupError) as error:
        raise Wrong(f"{plain(file.filename)} was not read to its end: {error}.") from None
    site.say(request, f"Imported: {len(pdus)} PDUs.")
    return go("/")


def _edit_form(site: Site, request: Request) -> Response:
    pdu = site.manager.store.pdu(number(request))
    return _form(site, request, site.manager.store.handler(pdu.handler), pdu)


def _edit(site: Site, request: Request, form: FormData) -> Response:
    pdu = site.manager.store.pdu(number(request))
    handler = site.manager.store.handler(pdu.handler)
    try:
        read = _read(site, form, handler, pdu)
    except Wrong as error:
        return site.again(request, f"/pdus/{pdu.id}/edit", _refused(site, form, handler, error))
    with pdu.busy:
        before = pdu.address, pdu.snmp, pdu.settings
        pdu.name, pdu.address, pdu.notes, pdu.snmp, pdu.settings = read
        if before != (pdu.address, pdu.snmp, pdu.settings):
            pdu.changed()
        site.manager.store.save(pdu)
    site.manager.poll_soon(pdu)
    return go(f"/pdus/{pdu.id}")


def _remove(site: Site, request: Request, form: FormData) -> Response:
    pdu = site.manager.store.pdu(number(request))
    site.manager.remove_pdu(pdu)
    site.manager.journal.happened(f"the PDU {pdu.name} was removed")
    site.say(request, "The PDU was removed, with its readings.")
    return go("/")


def _simulate(site: Site, request: Request, form: FormData) -> Response:
    kind = text(form, "kind")
    if kind not in KINDS:
        raise Wrong("There is no simulated PDU of this kind.")
    try:
        pdu = simulate(site.manager, site.simulations, kind)
    except Failed as error:
        raise Wrong(str(error), 500) from None
    return go(f"/pdus/{pdu.id}")


def _poll_all(site: Site, request: Request, form: FormData) -> Response:
    pdus, began = site.manager.pdus(), time.time()
    if site.manager.poll_seconds:
        site.round = fleet.Round(began, [pdu.id for pdu in pdus])
    for pdu in pdus:
        site.manager.poll_soon(pdu)
    return ended(request, "/", True, f"{len(pdus)} PDUs are polled.")
