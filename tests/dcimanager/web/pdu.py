"""One PDU: its outlets, switching with a confirmation, readings over time."""

from __future__ import annotations

import time

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ..database import storable
from ..records import Pdu
from .forms import Wrong, action, go, manager_of, number, page, text
from .rendering import plain, quote_all, show

_HOURS = {1: "one hour", 6: "6 hours", 24: "one day", 168: "one week"}
_MOST_POINTS = 3000


def _show(request: Request) -> Response:
    manager = manager_of(request)
    pdu = manager.store.pdu(number(request))
    return show(
        request,
        "pdu.html",
        pdu=pdu,
        handler=manager.store.handler(pdu.handler),
        hours=_HOURS,
        metered=_metered(pdu),
        calls=manager.journal.calls(pdu.id, most=8),
        interval=manager.poll_seconds,
    )


def _metered(pdu: Pdu) -> list[tuple[str, str]]:
    """The metered outlets: identity, and text in the list of outlets to plot."""
    return [
        (storable(identity), f"outlet {plain(identity, 40)}")
        for identity in pdu.ports
        if identity in pdu.port_energy_kwh or identity in pdu.port_load_a
    ]


def _poll(request: Request, form: FormData) -> Response:
    manager = manager_of(request)
    pdu = manager.store.pdu(number(request))
    manager.poll([pdu])
    return go(f"/pdus/{pdu.id}")


def _command(pdu: Pdu, identity: str, to: str) -> bool:
    """Whether the command is to switch on. Raises Wrong."""
    if identity not in pdu.ports:
        raise Wrong("This PDU has no such outlet.", 404)
    if to not in ("on", "off"):
        raise Wrong("An outlet can only be switched on or off.")
    return to == "on"


def _confirm(request: Request) -> Response:
    pdu = manager_of(request).store.pdu(number(request))
    identity, to = request.query_params.get("outlet", ""), request.query_params.get("to", "")
    _command(pdu, identity, to)
    return show(request, "switch.html", pdu=pdu, identity=identity, to=to)


def _switch(request: Request, form: FormData) -> Response:
    """Sends the command, and has the PDU polled: only a later reading proves whether current
    flows.
    """
    manager = manager_of(request)
    pdu = manager.store.pdu(number(request))
    identity = text(form, "outlet", 200_000, strip=False)
    on = _command(pdu, identity, text(form, "to"))
    if text(form, "changes") not in ("", str(pdu.changes)):
        raise Wrong(
            "The PDU's address or settings have changed since the confirmation was shown. Nothing"
            " was switched.",
            409,
        )
    manager.switch(pdu, identity, on)
    manager.poll_soon(pdu)
    return go(f"/pdus/{pdu.id}#outlet-{quote_all(identity)}")


def _readings(request: Request) -> Response:
    """Columns for the plot, oldest first: the newest readings of the PDU or of one outlet."""
    manager = manager_of(request)
    pdu = manager.store.pdu(number(request))
    words = request.query_params.get("hours", "")
    hours = next((choice for choice in _HOURS if str(choice) == words), 1)
    outlet = request.query_params.get("outlet", "")
    readings = manager.readings(pdu, time.time() - 3600 * hours, outlet)[-_MOST_POINTS:]
    return JSONResponse(
        {
            "at": [reading.at for reading in readings],
            "load": [reading.load for reading in readings],
            "energy": [reading.energy for reading in readings],
        }
    )


ROUTES = [
    Route("/pdus/{id:int}", page(_show)),
    Route("/pdus/{id:int}/poll", action(_poll), methods=["POST"]),
    Route("/pdus/{id:int}/switch", page(_confirm)),
    Route("/pdus/{id:int}/switch", action(_switch), methods=["POST"]),
    Route("/pdus/{id:int}/readings.json", page(_readings)),
]
