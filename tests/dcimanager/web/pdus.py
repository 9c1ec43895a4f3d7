"""The list of PDUs; adding, changing and removing them; simulated ones."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import NamedTuple, Optional

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from handlers import registry

from ..local_build import simulate
from ..masking import looks_secret
from ..records import Handler, Pdu
from ..simulations import KINDS
from .forms import Wrong, action, checked, go, manager_of, number, page, text
from .rendering import failing, plain, show

SNMP_FIELDS = (
    "version",
    "port",
    "community",
    "user",
    "auth_protocol",
    "auth_password",
    "priv_protocol",
    "priv_password",
)
_LONGEST_VALUE = 20_000  # of a setting: it may be a certificate
_NOTHING: Mapping[str, str] = {}


class SettingRow(NamedTuple):
    """A row of the form: a setting's key and value, and what it is."""

    key: str
    value: str
    help: str = ""


_BLANK_ROWS = [SettingRow("", "")] * 2  # for settings that are not known here


class PduForm(NamedTuple):
    """What a PDU's form holds."""

    name: str
    address: str
    notes: str
    snmp: dict[str, str]
    settings: dict[str, str]


def _list(request: Request) -> Response:
    manager = manager_of(request)
    return show(
        request,
        "pdus.html",
        pdus=sorted(manager.pdus(), key=lambda pdu: not failing(pdu)),
        kinds=KINDS,
        interval=manager.poll_seconds,
    )


def _handlers(request: Request) -> list[Handler]:
    return [handler for handler in manager_of(request).handlers() if handler.device_type == "pdu"]


def _add_form(request: Request) -> Response:
    handlers, name = _handlers(request), request.query_params.get("handler", "")
    handler = next((one for one in handlers if name in ("", one.handler)), None)
    if name and handler is None:
        raise Wrong("There is no such handler.", 404)
    return _form(request, handler, None)


def _edit_form(request: Request) -> Response:
    store = manager_of(request).store
    pdu = store.pdu(number(request))
    return _form(request, store.handler(pdu.handler), pdu)


def _form(request: Request, handler: Optional[Handler], pdu: Optional[Pdu]) -> Response:
    return show(
        request,
        "pdu_form.html",
        handlers=_handlers(request),
        handler=handler,
        pdu=pdu,
        snmp=pdu.snmp if pdu else _NOTHING,
        settings=[*_setting_rows(handler, pdu.settings if pdu else _NOTHING), *_BLANK_ROWS],
        looks_secret=looks_secret,
    )


def _known_settings(handler: Handler) -> Mapping[str, str]:
    """Key -> what it is, of a handler of this project; of others nothing is known."""
    name = handler.handler.removeprefix("pdu_")
    if name == handler.handler or not registry.is_handler(name):
        return _NOTHING
    settings = importlib.import_module(f"handlers.{name}.handler").SETTINGS
    return {setting.key: f"{setting.allowed}; {setting.help}" for setting in settings}


def _setting_rows(handler: Optional[Handler], values: Mapping[str, str]) -> list[SettingRow]:
    """A row for each setting that has a value, then for each other one that the handler has."""
    help_by_key = _known_settings(handler) if handler else _NOTHING
    keys = dict.fromkeys((*values, *help_by_key))
    return [SettingRow(key, values.get(key, ""), help_by_key.get(key, "")) for key in keys]


def _read_form(form: FormData, handler: Handler, old: Optional[Pdu]) -> PduForm:
    """What the form holds; an empty secret keeps its old value. Raises Wrong."""
    name, address = text(form, "name"), text(form, "address")
    if not name or not address:
        raise Wrong("A PDU needs a name and an address.")
    snmp: dict[str, str] = {}
    if handler.speaks_snmp:
        snmp = _read_snmp_fields(form, old.snmp if old else _NOTHING)
    return PduForm(
        name=name,
        address=address,
        notes=text(form, "notes", 2000),
        snmp=snmp,
        settings=_read_settings(form, handler, old.settings if old else _NOTHING),
    )


def _read_snmp_fields(form: FormData, old_fields: Mapping[str, str]) -> dict[str, str]:
    """The fields of SNMP that have a value."""
    fields = {}
    for key in SNMP_FIELDS:
        value = text(form, f"snmp_{key}", strip=not looks_secret(key))
        value = value or _secret(old_fields, key)
        if value:
            fields[key] = value
    return fields


def _read_settings(
    form: FormData, handler: Handler, old_settings: Mapping[str, str]
) -> dict[str, str]:
    """The handler settings; an empty one of a known handler is none. Raises Wrong for a key twice."""
    settings: dict[str, str] = {}
    help_by_key = _known_settings(handler)
    for field, field_value in zip(form.getlist("key"), form.getlist("value")):
        key = checked(field, "key")
        if key in settings:
            raise Wrong(f"The key {plain(key, 40)} is given twice.")
        if not key:
            continue
        value = checked(field_value, key, _LONGEST_VALUE, strip=False)
        value = value or _secret(old_settings, key)
        if value or key not in help_by_key:
            settings[key] = value
    return settings


def _secret(stored: Mapping[str, str], key: str) -> str:
    """The stored value of a secret, which the form does not show."""
    return stored.get(key, "") if looks_secret(key) else ""


def _add(request: Request, form: FormData) -> Response:
    manager = manager_of(request)
    handler = manager.store.handler(text(form, "handler"))
    entries = _read_form(form, handler, None)
    pdu = manager.add_pdu(
        entries.name,
        handler.handler,
        entries.address,
        snmp=entries.snmp,
        settings=entries.settings,
        notes=entries.notes,
    )
    return go(f"/pdus/{pdu.id}")


def _edit(request: Request, form: FormData) -> Response:
    manager = manager_of(request)
    pdu = manager.store.pdu(number(request))
    entries = _read_form(form, manager.store.handler(pdu.handler), pdu)
    with pdu.busy:
        before = pdu.address, pdu.snmp, pdu.settings
        pdu.name, pdu.address, pdu.notes, pdu.snmp, pdu.settings = entries
        if before != (pdu.address, pdu.snmp, pdu.settings):
            pdu.changed()
        manager.store.save(pdu)
    manager.poll_soon(pdu)
    return go(f"/pdus/{pdu.id}")


def _remove(request: Request, form: FormData) -> Response:
    manager = manager_of(request)
    manager.remove_pdu(manager.store.pdu(number(request)))
    return go("/")


def _simulate(request: Request, form: FormData) -> Response:
    manager, kind = manager_of(request), text(form, "kind")
    if kind not in KINDS:
        raise Wrong("There is no simulated PDU of this kind.")
    pdu = simulate(manager, kind)
    return go(f"/pdus/{pdu.id}")


def _poll_all(request: Request, form: FormData) -> Response:
    manager = manager_of(request)
    for pdu in manager.pdus():
        manager.poll_soon(pdu)
    return go("/")


ROUTES = [
    Route("/", page(_list)),
    Route("/pdus/add", page(_add_form)),
    Route("/pdus/add", action(_add), methods=["POST"]),
    Route("/pdus/simulate", action(_simulate), methods=["POST"]),
    Route("/pdus/poll", action(_poll_all), methods=["POST"]),
    Route("/pdus/{id:int}/edit", page(_edit_form)),
    Route("/pdus/{id:int}/edit", action(_edit), methods=["POST"]),
    Route("/pdus/{id:int}/remove", action(_remove), methods=["POST"]),
]
