"""Which unit a SynLink is, for tools: what `status` reads of it."""

from __future__ import annotations

from handlers.http.dialogue import HttpSession
from handlers.synlink.decoding import DEVICE

from ..nameplate import Nameplate, join_words, read_members


def read_nameplate(session: HttpSession) -> Nameplate:
    """The nameplate. The serial number is the enclosure's: a controller may be exchanged.

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
