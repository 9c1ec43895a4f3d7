"""Servers, the outlets that feed them, and the steps of DCImanager's power commands."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import NamedTuple, Optional

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ...records import NOT_SWITCHED, Pdu, Refusal
from ...servers import COMMANDS, Feed, Server, Step, plan, port_state, server_state
from ..outcomes import DONE, ENDED_EARLY, NOT_DONE, Outcome
from ..shown import plain
from ..site import Site, Wrong, action, ended, go, number, page, text


class Shown(NamedTuple):
    """One server on the page.

    `feeds`: feed, PDU and port state; `port`: their combined state; `state`: the server's by
    DCImanager's rule; `outcome`: of its last power command.
    """

    server: Server
    feeds: list[tuple[Feed, Pdu, str]]
    port: str
    state: str
    outcome: Optional[Outcome]


def routes(site: Site) -> list[Route]:
    return [
        Route("/servers", page(site, _list)),
        Route("/servers/add", action(site, _add), methods=["POST"]),
        Route("/servers/{id:int}/remove", action(site, _remove), methods=["POST"]),
        Route("/servers/{id:int}/bmc", action(site, _bmc), methods=["POST"]),
        Route("/servers/{id:int}/connect", action(site, _connect), methods=["POST"]),
        Route("/servers/{id:int}/disconnect", action(site, _disconnect), methods=["POST"]),
        Route("/servers/{id:int}/power", page(site, _confirm)),
        Route("/servers/{id:int}/power", action(site, _power), methods=["POST"]),
    ]


def shown_server(site: Site, server: Server) -> Shown:
    pdus = {pdu.id: pdu for pdu in site.manager.pdus()}
    feeds = [
        (feed, pdus[feed.pdu], pdus[feed.pdu].port_state(feed.identity))
        for feed in server.feeds
        if feed.pdu in pdus
    ]
    port = port_state([state for *_, state in feeds])
    # Without the feeds of a PDU that was removed just now, so that each feed has the same place in
    # `server.feeds` and in `feeds`.
    return Shown(
        server._replace(feeds=tuple(feed for feed, *_ in feeds)),
        feeds,
        port,
        server_state(port, server.bmc),
        site.outcomes.of(("server", server.id)),
    )


def _list(site: Site, request: Request) -> Response:
    taken = {feed for server in site.manager.servers.all() for feed in server.feeds}
    free = [
        (pdu, [identity for identity in pdu.ports if Feed(pdu.id, identity) not in taken])
        for pdu in site.manager.pdus()
    ]
    return site.show(
        request,
        "servers.html",
        servers=[shown_server(site, server) for server in site.manager.servers.all()],
        free=free,
    )


def _add(site: Site, request: Request, form: FormData) -> Response:
    name = text(form, "name")
    if not name:
        raise Wrong("A server needs a name.")
    return go(f"/servers#server-{site.manager.servers.add(name)}")


def _remove(site: Site, request: Request, form: FormData) -> Response:
    site.manager.servers.remove(number(request))
    return go("/servers")


def _bmc(site: Site, request: Request, form: FormData) -> Response:
    site.manager.servers.set_bmc(number(request), text(form, "bmc"))
    return go(f"/servers#server-{number(request)}")


def _feed(form: FormData) -> Feed:
    """The field `feed`: a PDU's number, a colon, the outlet's identity. Raises Wrong."""
    pdu, colon, identity = str(form.get("feed", "")).partition(":")
    if not colon or not re.fullmatch("[0-9]{1,18}", pdu):
        raise Wrong("Choose an outlet.")
    return Feed(int(pdu), identity)


def _connect(site: Site, request: Request, form: FormData) -> Response:
    feed = _feed(form)
    if feed.identity not in site.manager.store.pdu(feed.pdu).ports:
        raise Wrong("There is no such outlet.", 404)
    site.manager.servers.connect(site.manager.servers.one(number(request)).id, feed)
    return go(f"/servers#server-{number(request)}")


def _disconnect(site: Site, request: Request, form: FormData) -> Response:
    site.manager.servers.disconnect(number(request), _feed(form))
    return go(f"/servers#server-{number(request)}")


def _command(given: str) -> str:
    if given not in COMMANDS:
        raise Wrong("There is no such power command. Choose on, off or reset.")
    return given


def _confirm(site: Site, request: Request) -> Response:
    shown = shown_server(site, site.manager.servers.one(number(request)))
    command = _command(request.query_params.get("command", ""))
    steps = plan(command, shown.server, [state for *_, state in shown.feeds])
    return site.show(
        request,
        "power.html",
        shown=shown,
        command=command,
        steps=steps,
        confirmed=_confirmed(steps, shown),
        pdus={pdu.id: pdu for _, pdu, _ in shown.feeds},
    )


def _confirmed(steps: list[Step], shown: Shown) -> str:
    """A text that differs if the steps differ, or if the address or settings of a
    PDU were changed.
    """
    return hashlib.sha256(
        repr([*steps, *((pdu.id, len(pdu.changes)) for _, pdu, _ in shown.feeds)]).encode()
    ).hexdigest()


def _power(site: Site, request: Request, form: FormData) -> Response:
    """Carry out the plan for the current states; the first step that fails ends it."""
    shown, command = (
        shown_server(site, site.manager.servers.one(number(request))),
        _command(text(form, "command")),
    )
    head, sentence = _carried_out(site, shown, command, text(form, "confirmed"))
    for pdu in {pdu.id: pdu for _, pdu, _ in shown.feeds}.values():
        site.manager.poll_soon(pdu)
    site.outcomes.note(("server", shown.server.id), head, sentence)
    if all(server.id != shown.server.id for server in site.manager.servers.all()):
        site.say(request, sentence, head == DONE)  # it was removed meanwhile and has no row
    return ended(request, f"/servers#server-{shown.server.id}", head == DONE, sentence)


def _carried_out(site: Site, shown: Shown, command: str, confirmed: str) -> tuple[str, str]:
    """Carries out the steps. Returns the outcome's head and a sentence about it.

    `confirmed`: the steps that the person saw, as `_confirmed` makes it; "" for any.
    """
    name = plain(shown.server.name)
    steps = plan(command, shown.server, [state for *_, state in shown.feeds])
    if confirmed not in ("", _confirmed(steps, shown)):
        return NOT_DONE, (
            f"{name}: the steps of power {command}, the server's outlets, or a PDU's address or"
            " settings have changed since the steps were shown. Nothing was switched; give the"
            " command again."
        )
    changes = {pdu.id: len(pdu.changes) for _, pdu, _ in shown.feeds}
    for step in steps:
        try:
            why = _failure(site, shown.server, step, changes)
        except (Wrong, Refusal, LookupError) as error:
            why = plain(error, 500)
        if why:
            return ENDED_EARLY, f"{name}: power {command} ended early: {why}"
    return DONE, f"{name}: power {command} {'was carried out.' if steps else 'had nothing to do.'}"


def _failure(site: Site, server: Server, step: Step, changes: Mapping[int, int]) -> str:
    """Carry out one step. Returns why it failed, "" if it did not.

    `changes`: how often each PDU's address or settings had been changed when the steps were
    planned. Raises LookupError, Refusal or Wrong, for example if the PDU was removed or changed
    since then. A step that raises has switched nothing.
    """
    if step.feed is None:
        site.manager.servers.set_bmc(server.id, "ON" if step.on else "OFF")
        return ""
    feed, pdu = step.feed, site.manager.store.pdu(step.feed.pdu)

    def check() -> None:
        if len(pdu.changes) != changes.get(pdu.id):
            raise Wrong("the PDU's address or settings were changed")
        if feed not in site.manager.servers.one(server.id).feeds:
            raise Wrong(f"outlet {feed.identity} does not feed this server any more")

    call = site.manager.switch(pdu, feed.identity, step.on, check)
    if not call.ok:
        doubt = (
            ""
            if call.kind in NOT_SWITCHED
            else f"outlet {plain(feed.identity)} may or may not have switched: "
        )
        return doubt + plain(call.text, 500)
    if call.value["state"] == ("UP" if step.on else "DOWN"):
        return ""
    return f"outlet {plain(feed.identity)} is not known to be {'on' if step.on else 'off'}"
