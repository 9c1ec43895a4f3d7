"""One PDU: its outlets, switching with a confirmation, readings over time."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Sequence
from typing import Optional

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ... import readings
from ...readings import Reading
from ...records import NOT_SWITCHED, Pdu, Refusal
from ...store import storable
from ..outcomes import DONE, NOT_DONE, UNCERTAIN, Outcome
from ..shown import plain, waiting
from ..site import Site, Wrong, action, ended, hours, number, optional, page, quote_all, text
from . import trust

HOURS = (1, 6, 24, 168, 720, 8760)
_MOST_POINTS = 3000
WORDS = {"UP": "on", "DOWN": "off", "UNKNOWN": "in an unknown state"}


def routes(site: Site) -> list[Route]:
    return [
        Route("/pdus/{id:int}", page(site, _show)),
        Route("/pdus/{id:int}/poll", action(site, _poll), methods=["POST"]),
        Route("/pdus/{id:int}/switch", page(site, _confirm)),
        Route("/pdus/{id:int}/switch", action(site, _switch), methods=["POST"]),
        Route("/pdus/{id:int}/readings.json", page(site, _json)),
        Route("/pdus/{id:int}/readings.csv", page(site, _csv)),
    ]


def _show(site: Site, request: Request) -> Response:
    pdu = site.manager.store.pdu(number(request))
    return site.show(
        request,
        "pdu.html",
        pdu=pdu,
        handler=site.manager.store.handler(pdu.handler),
        feeds=_feeds(site, pdu),
        choices=HOURS,
        outlets=_metered(pdu),
        calls=site.manager.journal.calls(pdu.id, most=8),
        interval=site.manager.poll_seconds,
        switching=site.manager.journal.in_flight(pdu),
        outcomes=_outcomes(site, pdu),
        fingerprint=trust.offered(site, pdu),
    )


def _outcomes(site: Site, pdu: Pdu) -> dict[str, Outcome]:
    found = {identity: site.outcomes.of((pdu.id, identity)) for identity in pdu.ports}
    return {identity: outcome for identity, outcome in found.items() if outcome is not None}


def _metered(pdu: Pdu) -> list[tuple[str, str]]:
    """The metered outlets: identity, and text in the list of outlets to plot."""
    metered = [
        identity
        for identity in pdu.ports
        if identity in pdu.port_metered or identity in pdu.port_load_a
    ]
    names = {
        identity: f" ({plain(label.name, 40)})"
        for identity, label in pdu.labels.items()
        if label.name
    }
    return [
        (storable(identity), f"outlet {plain(identity, 40)}{names.get(identity, '')}")
        for identity in metered
    ]


def _poll(site: Site, request: Request, form: FormData) -> Response:
    pdu = site.manager.store.pdu(number(request))
    site.manager.poll([pdu])
    last, name = pdu.last_poll, plain(pdu.name)
    if last is None or last.ok:
        return ended(request, f"/pdus/{pdu.id}", True, f"{name} was polled.")
    failed = f"The poll of {name} failed: {plain(last.text, 500)}"
    return ended(request, f"/pdus/{pdu.id}", False, failed)


def _wanted(pdu: Pdu, identity: str, to: str) -> bool:
    if identity not in pdu.ports:
        raise Wrong("This PDU has no such outlet.", 404)
    if to not in ("on", "off"):
        raise Wrong("An outlet can only be switched on or off.")
    return to == "on"


def _feeds(site: Site, pdu: Pdu) -> dict[str, str]:
    """The server that each outlet of the PDU feeds, by the outlet's identity."""
    found: dict[str, str] = {}
    for server in site.manager.servers.all():
        for feed in server.feeds:
            if feed.pdu == pdu.id:
                found.setdefault(feed.identity, server.name)
    return found


def _confirm(site: Site, request: Request) -> Response:
    pdu = site.manager.store.pdu(number(request))
    identity, to = request.query_params.get("outlet", ""), request.query_params.get("to", "")
    _wanted(pdu, identity, to)
    server = _feeds(site, pdu).get(identity, "")
    return site.show(request, "switch.html", pdu=pdu, identity=identity, to=to, server=server)


def _switch(site: Site, request: Request, form: FormData) -> Response:
    """Sends the command, has the PDU polled, and notes the result for the outlet's row."""
    pdu = site.manager.store.pdu(number(request))
    identity, to = str(form.get("outlet", "")), text(form, "to")
    on = _wanted(pdu, identity, to)
    head, sentence = _commanded(site, pdu, identity, on, text(form, "changes"))
    # Only a reading after the command proves whether current flows.
    site.manager.poll_soon(pdu)
    site.outcomes.note((pdu.id, identity), head, sentence, "UP" if on else "DOWN")
    if identity not in pdu.ports:
        site.say(request, sentence, head == DONE)  # a poll did not list it any more: it has no row
    return ended(request, f"/pdus/{pdu.id}#outlet-{quote_all(identity)}", head == DONE, sentence)


def _commanded(site: Site, pdu: Pdu, identity: str, on: bool, confirmed: str) -> tuple[str, str]:
    """Switches an outlet. Returns the outcome's head and a sentence about it.

    `confirmed`: how often address or settings had been changed when the person confirmed; "" for
    any. Raises LookupError if the PDU was removed.
    """

    def check() -> None:
        if confirmed not in ("", str(len(pdu.changes))):
            raise Wrong(
                "The PDU's address or settings have changed since the confirmation was shown."
                " Nothing was switched.",
                409,
            )

    to, shown = "on" if on else "off", f"Outlet {plain(identity)} of {plain(pdu.name)}"
    try:
        call = site.manager.switch(pdu, identity, on, check)
    except (Wrong, Refusal) as error:
        return NOT_DONE, f"{shown} was not switched {to}: {plain(error, 500)}"
    if not call.ok:
        why = plain(call.text, 500)
        if call.kind in NOT_SWITCHED:
            return NOT_DONE, f"{shown}: switching {to} failed: {why}"
        doubt = "and it may or may not have switched"
        return UNCERTAIN, f"{shown}: switching {to} failed, {doubt}: {why}"
    state = str(call.value["state"])
    if state != ("UP" if on else "DOWN"):
        return UNCERTAIN, f"{shown} took the command, but is {WORDS[state]}."
    return DONE, f"{shown} is {to}."


def _readings(site: Site, request: Request) -> list[Reading]:
    pdu = site.manager.store.pdu(number(request))
    since = time.time() - 3600 * hours(request, HOURS, 6)
    return site.manager.readings(pdu, since, optional(request, "outlet"))


def _json(site: Site, request: Request) -> Response:
    """Columns for the plot: the newest readings, with the gaps (null) of `_with_gaps`. `count` and
    `used` cover the whole span; `changed`: whether `used` leaves out the counter's step at a
    change of address or settings. `outlets`: the outlets to choose from; `polling`: the first poll
    has not ended."""
    pdu = site.manager.store.pdu(number(request))
    found, changes = _readings(site, request), pdu.changes
    counted = [reading.at for reading in found if reading.energy is not None]
    drawn = _with_gaps(found, site.manager.poll_seconds, changes)[-_MOST_POINTS:]
    return JSONResponse(
        {
            "at": [reading.at for reading in drawn],
            "load": [reading.load for reading in drawn],
            "energy": [reading.energy for reading in drawn],
            "count": len(found),
            "used": readings.used(found, changes),
            "outlets": _metered(pdu),
            "polling": waiting(pdu) and bool(site.manager.poll_seconds),
            "changed": bool(counted) and readings.changed(changes, counted[0], counted[-1]),
        }
    )


def _with_gaps(found: list[Reading], interval: float, changes: Sequence[float]) -> list[Reading]:
    """`found`, with an empty reading between two readings if a gap or one of `changes` lies between
    them.

    A gap is longer than three times the polling interval and three times the `readings.stretch` of
    its later reading. Without a timer, readings that are too young to be thinned have no gaps.
    """
    drawn: list[Reading] = []
    before: Optional[Reading] = None
    now = time.time()
    for reading in found:
        longest = 3 * max(interval, readings.stretch(now - reading.at) or 0.0)
        if before is not None:
            is_gap = 0 < longest < reading.at - before.at
            if is_gap or readings.changed(changes, before.at, reading.at):
                drawn.append(Reading((before.at + reading.at) / 2, None, None))
        drawn.append(reading)
        before = reading
    return drawn


def _csv(site: Site, request: Request) -> Response:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("time (UTC)", "load (A)", "energy (kWh)"))
    for reading in _readings(site, request):
        writer.writerow(
            (
                time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(reading.at)),
                reading.load,
                reading.energy,
            )
        )
    return Response(
        out.getvalue(),
        media_type="text/csv",
        headers={"content-disposition": f'attachment; filename="pdu-{number(request)}.csv"'},
    )
