"""Which unit a Shelly is, for tools: Shelly.GetDeviceInfo, which the maker's pages describe."""

from __future__ import annotations

import contextlib
from typing import Any

from handlers.http.dialogue import HttpSession, ReadRequest
from handlers.http.strict_json import loads

from ..nameplate import Nameplate, join_words

INFO = "/rpc/Shelly.GetDeviceInfo"


def read_nameplate(session: HttpSession) -> Nameplate:
    """The MAC address stands for a serial number, which units do not report."""
    info: dict[str, Any] = {}
    with contextlib.suppress(ValueError, TypeError):
        document: Any = loads(session.exchange_once(ReadRequest(INFO)))
        info = dict(document)
    return Nameplate(
        family="shelly",
        serial=join_words([info.get("mac")]),
        firmware=join_words([info.get("ver")]),
        manufacturer="Shelly",
        model=join_words([info.get("app"), info.get("model")]),
    )
