"""Trust in the certificate that a PDU shows: its fingerprint becomes the setting `fingerprint`."""

from __future__ import annotations

import re

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ...records import Pdu
from ..shown import plain
from ..site import Site, Wrong, action, ended, number, page, text

KEY = "fingerprint"
# of handlers/shared/tls_handshake.py; not the error for a certificate that differs from a pinned one
_SHOWN = re.compile(r"certificate is not trusted \(.*; its SHA-256 is ([0-9a-f]{64}):", re.DOTALL)


def routes(site: Site) -> list[Route]:
    return [
        Route("/pdus/{id:int}/trust", page(site, _confirm)),
        Route("/pdus/{id:int}/trust", action(site, _trust), methods=["POST"]),
    ]


def offered(site: Site, pdu: Pdu) -> str:
    """The SHA-256 in hex of the certificate that the last poll refused, if the handler can pin it;
    else "".
    """
    last = pdu.last_poll
    found = _SHOWN.search(last.text) if last is not None and last.kind == "unreachable" else None
    if found is None or pdu.settings.get(KEY):
        return ""
    handler = site.manager.store.handler(pdu.handler)
    table = site.manager.runtime.settings(handler)
    return found[1] if any(row["key"] == KEY for row in table or ()) else ""


def _pairs(fingerprint: str) -> str:
    """The form in which most devices show a fingerprint."""
    return ":".join(re.findall("..", fingerprint.upper()))


def _wanted(site: Site, pdu: Pdu) -> str:
    fingerprint = offered(site, pdu)
    if not fingerprint:
        raise Wrong("The last poll of this PDU did not refuse a certificate. Nothing changed.", 409)
    return fingerprint


def _confirm(site: Site, request: Request) -> Response:
    pdu = site.manager.store.pdu(number(request))
    fingerprint = _wanted(site, pdu)
    return site.show(
        request, "trust.html", pdu=pdu, fingerprint=fingerprint, pairs=_pairs(fingerprint)
    )


def _trust(site: Site, request: Request, form: FormData) -> Response:
    """Pins the certificate that the person saw, unless the PDU shows another one by now."""
    pdu = site.manager.store.pdu(number(request))
    seen = text(form, KEY)
    with pdu.busy:
        if seen != _wanted(site, pdu):
            raise Wrong(
                "The PDU shows another certificate now than the one that you compared. Nothing"
                " changed: find out why.",
                409,
            )
        pdu.settings = {**pdu.settings, KEY: seen}
        pdu.changed()
        site.manager.store.save(pdu)
    site.manager.journal.happened(f"the certificate {seen} of {pdu.name} is trusted")
    site.manager.poll_soon(pdu)
    sentence = f"{plain(pdu.name)} is polled again, and only with this certificate."
    return ended(request, f"/pdus/{pdu.id}", True, sentence)
