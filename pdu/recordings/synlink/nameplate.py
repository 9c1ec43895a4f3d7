"""Which unit a SynLink is, for tools: what `status` reads of it."""

from __future__ import annotations

import contextlib
from typing import Any

from handlers.http.dialogue import HttpSession, ReadRequest
from handlers.http.strict_json import loads
from handlers.synlink.decoding import DEVICE

from ..nameplate import Nameplate, join_words


def read_nameplate(session: HttpSession) -> Nameplate:
    """The serial number is the enclosure's: a controller may be exchanged."""
    device: dict[str, Any] = {}
    with contextlib.suppress(ValueError, TypeError):
        document: Any = loads(session.exchange_once(ReadRequest(DEVICE)))
        device = dict(document)
    return Nameplate(
        family="synlink",
        serial=join_words([device.get("enclosureSerialNumber")]),
        firmware=join_words([device.get("controllerFirmwareVersion")]),
        manufacturer="Synaccess",
        model=join_words([device.get("modelNumber")]),
    )
