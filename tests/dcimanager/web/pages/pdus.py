"""The list of PDUs; adding, changing and removing one; simulated ones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Optional

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ...local_build import simulate
from ...records import Handler, Pdu
from ...simulations import KINDS, Failed
from ..site import Site, Wrong, action, go, number, page, text

SNMP_PLAIN = ("version", "port", "user", "auth_protocol", "priv_protocol")
SNMP_SECRET = ("community", "auth_password", "priv_password")
_MOST_SETTINGS = 40
_EMPTY: Mapping[str, str] = {}


def routes(site: Site) -> list[Route]:
    return [
        Route("/", page(site, _list)),
        Route("/pdus/add", page(site, _add_form)),
        Route("/pdus/add", action(site, _add), methods=["POST"]),
        Route("/pdus/simulate", action(site, _simulate), methods=["POST"]),
        Route("/pdus/{id:int}/edit", page(site, _edit_form)),
        Route("/pdus/{id:int}/edit", action(site, _edit), methods=["POST"]),
        Route("/pdus/{id:int}/remove", action(site, _remove), methods=["POST"]),
        Route("/pdus/poll", action(site, _poll_all), methods=["POST"]),
    ]


def _list(site: Site, request: Request) -> Response:
    names = {handler.handler: handler.name for handler in site.manager.handlers()}
    return site.show(
        request,
        "pdus.html",
        pdus=site.manager.pdus(),
        kinds=KINDS,
        interval=site.manager.poll_seconds,
        names=names,
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
    return _form(site, request, _chosen(site, request.query_params.get("handler", "")), None, {})


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
    given: Mapping[str, str],
    problem: str = "",
) -> Response:
    """The form of a PDU, or of a new one, with the fields `given`. Status 400 with a `problem`."""
    table = _table(site, handler)
    harmless = _harmless(table)
    settings, snmp = (pdu.settings, pdu.snmp) if pdu else (_EMPTY, _EMPTY)
    rows = [
        (key, value if key in harmless else "", key not in harmless)
        for key, value in settings.items()
    ]
    handlers = [one for one in site.manager.handlers() if one.device_type == "pdu"]
    kept = [key for key in SNMP_SECRET if snmp.get(key)]
    shown = {key: snmp.get(key, "") for key in SNMP_PLAIN}
    return site.show(
        request,
        "pdu_form.html",
        400 if problem else 200,
        handler=handler,
        table=table,
        pdu=pdu,
        given=given,
        rows=rows,
        snmp=shown,
        kept=kept,
        handlers=handlers,
        problem=problem,
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
    if text(form, f"key_{_MOST_SETTINGS}"):
        raise Wrong(f"This form takes at most {_MOST_SETTINGS} handler settings.")
    settings: dict[str, str] = {}
    unshown = form.getlist("unshown")
    for position in range(_MOST_SETTINGS):
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
        is_kept = key in unshown and not typed
        is_same = typed == re.sub("[\r\n]", "", known)
        settings[key] = known if is_kept or is_same else typed
    return name, address, notes, snmp, settings


def _given(form: FormData) -> dict[str, str]:
    """What a person typed into the fields that a refused form shows again."""
    return {key: str(form.get(key, "")) for key in ("name", "address", "notes")}


def _add(site: Site, request: Request, form: FormData) -> Response:
    handler = _chosen(site, text(form, "handler"))
    if handler is None:
        raise Wrong("Register a handler first.")
    try:
        name, address, notes, snmp, settings = _read(site, form, handler, None)
    except Wrong as error:
        return _form(site, request, handler, None, _given(form), str(error))
    pdu = site.manager.add_pdu(
        name, handler.handler, address, snmp=snmp, settings=settings, notes=notes
    )
    site.manager.journal.happened(f"the PDU {name} was added")
    return go(f"/pdus/{pdu.id}")


def _edit_form(site: Site, request: Request) -> Response:
    pdu = site.manager.store.pdu(number(request))
    return _form(site, request, site.manager.store.handler(pdu.handler), pdu, {})


def _edit(site: Site, request: Request, form: FormData) -> Response:
    pdu = site.manager.store.pdu(number(request))
    handler = site.manager.store.handler(pdu.handler)
    try:
        read = _read(site, form, handler, pdu)
    except Wrong as error:
        return _form(site, request, handler, pdu, _given(form), str(error))
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
    for pdu in site.manager.pdus():
        site.manager.poll_soon(pdu)
    return go("/")
