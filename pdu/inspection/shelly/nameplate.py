"""Which unit a Shelly is, for tools: Shelly.GetDeviceInfo, which the maker's pages describe."""

from __future__ import annotations

from handlers.http.dialogue import HttpSession

from ..nameplate import Nameplate, join_words, read_members

INFO = "/rpc/Shelly.GetDeviceInfo"


def read_nameplate(session: HttpSession) -> Nameplate:
    """What a unit says about itself. The MAC address stands for a serial number, which units do not
    report. `session`: of the handler, in which the request is sent.

    > GET /rpc/Shelly.GetDeviceInfo
    < {"mac": "A8032ABE54DC", "ver": "1.4.4", "app": "PowerStrip", "model": "S4PL-00416EU"}
    Nameplate(family="shelly", serial="A8032ABE54DC", firmware="1.4.4", ...)
    """
    info = read_members(session, INFO)
    return Nameplate(
        family="shelly",
        serial=join_words([info.get("mac")]),
        firmware=join_words([info.get("ver")]),
        manufacturer="Shelly",
        model=join_words([info.get("app"), info.get("model")]),
    )
