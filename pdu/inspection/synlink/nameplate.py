"""Which unit a SynLink is, for tools: what `status` reads of it."""

from __future__ import annotations

from handlers.http.dialogue import HttpSession
from handlers.synlink.decoding import DEVICE

from ..nameplate import Nameplate, join_words, read_members


def read_nameplate(session: HttpSession) -> Nameplate:
    """What a unit says about itself. The serial number is the enclosure's, because a controller may
    be exchanged. `session`: of the handler, in which the request is sent.

    < {"enclosureSerialNumber": "E1", "controllerFirmwareVersion": "1.2.3", ...}
    Nameplate(family="synlink", serial="E1", firmware="1.2.3", manufacturer="Synaccess", ...)
    """
    device = read_members(session, DEVICE)
    return Nameplate(
        family="synlink",
        serial=join_words([device.get("enclosureSerialNumber")]),
        firmware=join_words([device.get("controllerFirmwareVersion")]),
        manufacturer="Synaccess",
        model=join_words([device.get("modelNumber")]),
    )
